//! Ids that a request leads to: the same request, sent again, must name the same session and leg, or it would be another
//! one. So they are derived, not drawn: SHA-256 over who asks and the request's id, as a UUID of version 8 (RFC 9562, 5.8).
//!
//! Nobody else can derive them: they hold who asks, and request ids are the asker's own to draw.

use segue_session::{Asker, LegId, Principal, RequestId, SessionId};
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

/// The session that this request starts.
#[must_use]
pub fn session(who: &Principal, request: RequestId) -> SessionId {
    SessionId(derive(who, request, "session"))
}

/// The leg that this request brings.
#[must_use]
pub fn leg(who: &Principal, request: RequestId) -> LegId {
    LegId(derive(who, request, "leg"))
}

/// An order of the house's own: drawn, for it has no request.
#[must_use]
pub fn own() -> RequestId {
    RequestId(Uuid::new_v4())
}

/// A part of a request that is several writes: a repeat of the whole repeats each part.
#[must_use]
pub fn part(request: RequestId, part: &str) -> RequestId {
    RequestId(named(&[b"part", request.0.as_bytes(), part.as_bytes()]))
}

/// Customers, devices and staff are told apart by a tag: a browser may call its device like somebody's subject.
fn derive(who: &Principal, request: RequestId, what: &str) -> Uuid {
    let (tag, asker) = match who.asker() {
        Asker::Customer(subject) => ("customer", subject),
        Asker::Device(device) => ("device", device),
        Asker::Visitor(subject) => ("visitor", subject),
        Asker::Staff(_, subject) => ("staff", subject),
    };
    named(&[who.tenant.as_str().as_bytes(), tag.as_bytes(), asker.as_bytes(), request.0.as_bytes(), what.as_bytes()])
}

fn named(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        // Each part with its length, so that no two lists of parts are one.
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_session::{CustomerClaims, CustomerId, Party, TenantId, Time};

    fn who(tenant: &str, subject: &str, known: bool, device: Option<&str>) -> Principal {
        let customer = known.then(|| CustomerId::new(subject));
        Principal {
            tenant: TenantId::new(tenant),
            subject: subject.to_owned().into(),
            party: Party::Customer(CustomerClaims { customer, device: device.map(str::to_owned), ..CustomerClaims::default() }),
            expires: Time(1),
        }
    }

    #[test]
    fn a_repeat_names_the_same_and_nothing_else_does() {
        let (one, two) = (RequestId(Uuid::from_u128(1)), RequestId(Uuid::from_u128(2)));
        let ana = who("acme", "ana", true, None);
        assert_eq!(leg(&ana, one), leg(&ana, one));
        let all = [
            leg(&ana, one).0,
            leg(&ana, two).0,
            session(&ana, one).0,
            leg(&who("acme", "bob", true, None), one).0,
            leg(&who("other", "ana", true, None), one).0,
            leg(&who("acm", "eana", true, None), one).0,
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(all.iter().all(|id| id.get_version_num() == 8));
    }

    #[test]
    fn a_visitor_is_known_by_the_device_and_a_customer_is_not() {
        let one = RequestId(Uuid::from_u128(1));
        let visit = |subject, device| leg(&who("acme", subject, false, Some(device)), one);
        assert_eq!(visit("visitor 1", "browser"), visit("visitor 2", "browser"));
        assert_ne!(visit("visitor 1", "browser"), visit("visitor 1", "another"));
        let signed_in = |device| leg(&who("acme", "ana", true, Some(device)), one);
        assert_eq!(signed_in("telephone"), signed_in("tablet"));
        assert_ne!(visit("visitor 1", "ana"), signed_in("telephone"), "a device that is called like a customer is none");
    }

    #[test]
    fn the_parts_of_a_request_are_requests_of_their_own() {
        let (one, two) = (RequestId(Uuid::from_u128(1)), RequestId(Uuid::from_u128(1 ^ 1 << 64)));
        assert_eq!(part(one, "note"), part(one, "note"));
        let all = std::collections::BTreeSet::from([one.0, two.0, part(one, "note").0, part(two, "note").0, part(one, "words").0]);
        assert_eq!(all.len(), 5);
    }
}
