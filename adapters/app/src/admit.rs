//! The door: who calls, from where, and how long it may take.

use crate::Settings;
use segue_adapter_kit::{Doors, Peer};
use segue_proto::convert::check;
use segue_session::{CustomerClaims, Party, Principal, Private, Reason, Refusal};
use std::{future::Future, time::Duration};
use tonic::Request;
use tonic::metadata::MetadataMap;

/// A caller with the role `app`.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Who.
    pub(crate) who: Principal,
    /// Where tries of codes are counted: the peer's address.
    pub(crate) from: String,
}

impl Caller {
    /// What the issuer says of the customer.
    pub(crate) fn claims(&self) -> Result<&CustomerClaims, Refusal> {
        claims(&self.who)
    }
}

/// What the issuer says of a customer; anybody else is not an app.
pub(crate) fn claims(who: &Principal) -> Result<&CustomerClaims, Refusal> {
    match &who.party {
        Party::Customer(claims) => Ok(claims),
        Party::Agent(_) | Party::Supervisor(_) | Party::Admin | Party::Service => {
            Err(Refusal::new(Reason::PermissionDenied, "this service is for customers' apps").about("role", "app"))
        }
    }
}

/// Lets a call in: its bearer token must hold and be an app's.
pub(crate) async fn admit(doors: &dyn Doors, metadata: &MetadataMap, from: String) -> Result<Caller, Refusal> {
    let who = doors.admit(&bearer(metadata)?).await?;
    claims(&who)?;
    Ok(Caller { who, from })
}

fn bearer(metadata: &MetadataMap) -> Result<Private<String>, Refusal> {
    let missing = || Refusal::new(Reason::Unauthenticated, "metadata `authorization: Bearer …` is missing");
    let value = metadata.get("authorization").ok_or_else(missing)?.to_str().map_err(|_| missing())?;
    // The scheme's name is not case-sensitive (RFC 9110, 11.1).
    let (scheme, token) = value.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    match token.trim() {
        "" => Err(Refusal::new(Reason::Unauthenticated, "no token stands behind `Bearer` in metadata `authorization`")),
        token => check::filled("authorization", token.to_owned(), check::CREDENTIAL),
    }
}

/// The address that the server vouches for; else the connection's own, which behind a proxy is the proxy's.
pub(crate) fn peer<T>(request: &Request<T>) -> String {
    match request.extensions().get::<Peer>() {
        Some(Peer(address)) => address.clone(),
        None => request.remote_addr().map(|address| address.ip().to_string()).unwrap_or_default(),
    }
}

/// The caller's own deadline (`grpc-timeout`), if it has one that can be read.
pub(crate) fn asked(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    // At most eight digits, as the protocol has it.
    if digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let n: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(n.saturating_mul(3600)),
        "M" => Duration::from_secs(n.saturating_mul(60)),
        "S" => Duration::from_secs(n),
        "m" => Duration::from_millis(n),
        "u" => Duration::from_micros(n),
        "n" => Duration::from_nanos(n),
        _ => return None,
    })
}

/// Does something within the call's deadline, or the house's where it has none.
pub(crate) async fn in_time<T>(
    settings: &Settings,
    metadata: &MetadataMap,
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    let limit = asked(metadata).unwrap_or(settings.deadline).min(settings.longest);
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(too_late()))
}

/// The answer did not come in time.
pub(crate) fn too_late() -> Refusal {
    Refusal::new(Reason::DeadlineExceeded, "the answer did not come in time; repeat with the same request id")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(key: &'static str, value: &str) -> MetadataMap {
        let mut map = MetadataMap::new();
        map.insert(key, value.parse().unwrap());
        map
    }

    #[test]
    fn deadlines_as_the_protocol_writes_them() {
        let asked = |text| asked(&metadata("grpc-timeout", text));
        assert_eq!(asked("250m"), Some(Duration::from_millis(250)));
        assert_eq!(asked("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        assert_eq!((asked("5S"), asked("2M")), (Some(Duration::from_secs(5)), Some(Duration::from_secs(120))));
        assert_eq!((asked("7u"), asked("9n")), (Some(Duration::from_micros(7)), Some(Duration::from_nanos(9))));
        for bad in ["", "S", "5", "5x", "-5S", "100000000S", "5é"] {
            let mut map = MetadataMap::new();
            if let Ok(value) = bad.parse() {
                map.insert("grpc-timeout", value);
            }
            assert_eq!(super::asked(&map), None, "{bad}");
        }
    }

    #[test]
    fn a_token_comes_as_a_bearer() {
        assert_eq!(bearer(&metadata("authorization", "bearer abc")).unwrap().reveal(), "abc");
        for bad in ["abc", "Basic abc", "Bearer ", "Bearer  "] {
            let refusal = bearer(&metadata("authorization", bad)).unwrap_err();
            assert_eq!(refusal.reason, Reason::Unauthenticated, "{bad}");
        }
        assert_eq!(bearer(&MetadataMap::new()).unwrap_err().reason, Reason::Unauthenticated);
        let long = format!("Bearer {}", "x".repeat(check::CREDENTIAL + 1));
        assert_eq!(bearer(&metadata("authorization", &long)).unwrap_err().reason, Reason::InvalidArgument);
    }
}
