//! Handles: ways back into a session. Tokens that can be checked without a store, and codes that cannot be guessed.
//!
//! A token is a reference, never the data: kind, session, nonce, end, channels, and a truncated HMAC-SHA256 over all of it, in
//! base64url without padding (RFC 4648, section 5). A link has 59 characters; a SIP reference has 48, so that it fits a
//! User-to-User header (RFC 7433), and so has a reply token, so that it fits an address beside the mailbox's name.
//!
//! What is *not* here: whether a handle was used, or leads anywhere still; that the session and the store know.

use crate::{HandleKind, Keys, Private, Reason, Refusal, SessionId, Time};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use segue_router::Channel;
use std::ops::RangeInclusive;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// How many digits a code may have.
pub const CODE_DIGITS: RangeInclusive<u8> = 6..=8;
/// The most characters a token has.
pub const TOKEN_CHARS: usize = 59;
/// The most bytes a SIP reference has on the wire.
pub const SIP_CHARS: usize = 48;
/// The most bytes a reply token has, of the 64 that stand before an address's `@` (RFC 5321, section 4.5.3.1.1).
pub const REPLY_CHARS: usize = 48;

const BODY: usize = 1 + 16 + 6 + 4 + 1;

/// The one answer to a handle that does not lead in, whatever the cause: a guess must not learn that it hit something.
#[must_use]
pub fn invalid() -> Refusal {
    Refusal::new(Reason::HandleInvalid, "the link or code was used, is too old, or never was one")
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What kind of handle it is.
    pub kind: HandleKind,
    /// Where it leads.
    pub session: SessionId,
    /// Drawn for it.
    pub nonce: [u8; 6],
    /// When it ends, in seconds since the Unix epoch.
    pub ends: u32,
    /// On which channels it may be used; empty for all.
    pub channels: Vec<Channel>,
}

impl Token {
    /// A token that ends at `until`, rounded down to a second.
    #[must_use]
    pub fn new(keys: &Keys, id: Uuid, kind: HandleKind, session: SessionId, until: Time, channels: &[Channel]) -> Self {
        let [a, b, c, d, e, f, ..] = keys.draw(id);
        let channels = Channel::ALL.into_iter().filter(|c| channels.contains(c)).collect();
        Self { kind, session, nonce: [a, b, c, d, e, f], ends: u32::try_from(until.0 / 1000).unwrap_or(u32::MAX), channels }
    }

    /// As text for the customer.
    #[must_use]
    pub fn text(&self, keys: &Keys) -> Private<String> {
        let mut bytes = self.body();
        let mac = keys.mac(&bytes);
        bytes.extend(mac.into_iter().take(mac_len(self.kind)));
        Private::new(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads and checks a token that came from outside. `None`: it is not ours, was changed, or is over.
    #[must_use]
    pub fn parse(keys: &Keys, text: &str, now: Time) -> Option<Self> {
        if text.len() > TOKEN_CHARS {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, mac) = bytes.split_first_chunk::<BODY>()?;
        let token = Self::read(body)?;
        let right = keys.mac(body);
        let right = right.get(..mac_len(token.kind))?;
        let holds = mac.len() == right.len() && bool::from(mac.ct_eq(right)) && now < token.until();
        holds.then_some(token)
    }

    /// When it ends.
    #[must_use]
    pub fn until(&self) -> Time {
        Time(u64::from(self.ends) * 1000)
    }

    /// Its stored form.
    #[must_use]
    pub fn hash(&self, keys: &Keys) -> [u8; 16] {
        keys.link(self.kind, &self.body())
    }

    fn body(&self) -> Vec<u8> {
        let mask = (0u8..).zip(Channel::ALL).filter(|(_, c)| self.channels.contains(c)).fold(0u8, |mask, (i, _)| mask | 1 << i);
        let mut bytes = Vec::with_capacity(BODY + 16);
        bytes.push(mark(self.kind));
        bytes.extend(self.session.0.as_bytes());
        bytes.extend(self.nonce);
        bytes.extend(self.ends.to_be_bytes());
        bytes.push(mask);
        bytes
    }

    fn read(body: &[u8; BODY]) -> Option<Self> {
        let (&[mark], rest) = body.split_first_chunk()?;
        let (session, rest) = rest.split_first_chunk::<16>()?;
        let (nonce, rest) = rest.split_first_chunk::<6>()?;
        let (ends, rest) = rest.split_first_chunk::<4>()?;
        let &[mask] = rest else { return None };
        let kind = [HandleKind::Link, HandleKind::SipReference, HandleKind::Reply].into_iter().find(|k| self::mark(*k) == mark)?;
        let channels = (0u8..).zip(Channel::ALL).filter(|(i, _)| mask & (1 << i) != 0).map(|(_, c)| c).collect();
        Some(Self { kind, session: SessionId(Uuid::from_bytes(*session)), nonce: *nonce, ends: u32::from_be_bytes(*ends), channels })
    }
}

/// Draws a code of so many digits (held to 6 to 8).
#[must_use]
pub fn code(keys: &Keys, id: Uuid, digits: u8) -> Private<String> {
    let digits = digits.clamp(*CODE_DIGITS.start(), *CODE_DIGITS.end());
    let drawn = u128::from_be_bytes(keys.draw(id)) % 10u128.pow(u32::from(digits));
    Private::new(format!("{drawn:0width$}", width = usize::from(digits)))
}

/// The digits of a code as typed or spoken: blanks, dots and dashes between them do not count. `None`: no code can look so.
#[must_use]
pub fn parse_code(text: &str) -> Option<String> {
    if text.len() > 32 {
        return None;
    }
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '\u{a0}')).collect();
    let fits = u8::try_from(digits.len()).is_ok_and(|n| CODE_DIGITS.contains(&n)) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(digits)
}

const fn mark(kind: HandleKind) -> u8 {
    match kind {
        HandleKind::Link => 1,
        HandleKind::SipReference => 2,
        HandleKind::Reply => 3,
        HandleKind::Code => 0,
    }
}

/// Bytes of the authentication code: 128 bits, and 64 where the wire allows no more (each attempt is a call or a mail there).
const fn mac_len(kind: HandleKind) -> usize {
    match kind {
        HandleKind::SipReference | HandleKind::Reply => 8,
        HandleKind::Link | HandleKind::Code => 16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TenantId;
    use proptest::prelude::*;

    const NOW: Time = Time(1_800_000_000_000);

    fn keys() -> Keys {
        Keys::derive(b"an example of a secret, 32 bytes", &TenantId::new("acme"))
    }

    fn token(kind: HandleKind, channels: &[Channel]) -> Token {
        Token::new(&keys(), Uuid::from_u128(7), kind, SessionId(Uuid::from_u128(42)), Time(NOW.0 + 60_000), channels)
    }

    #[test]
    fn a_token_says_what_it_said() {
        for kind in [HandleKind::Link, HandleKind::SipReference, HandleKind::Reply] {
            let made = token(kind, &[Channel::Chat, Channel::App]);
            let text = made.text(&keys());
            assert_eq!(Token::parse(&keys(), text.reveal(), NOW), Some(made), "{kind:?}");
        }
    }

    #[test]
    fn a_reference_fits_where_it_is_carried() {
        assert_eq!(token(HandleKind::SipReference, &[]).text(&keys()).reveal().len(), SIP_CHARS);
        assert_eq!(token(HandleKind::Reply, &[]).text(&keys()).reveal().len(), REPLY_CHARS);
        assert_eq!(token(HandleKind::Link, &[]).text(&keys()).reveal().len(), TOKEN_CHARS);
    }

    #[test]
    fn a_token_ends_and_is_nothing_to_another_tenant() {
        let made = token(HandleKind::Link, &[]);
        let text = made.text(&keys());
        assert_eq!(Token::parse(&keys(), text.reveal(), made.until()), None, "it is over at its end");
        let others = Keys::derive(b"an example of a secret, 32 bytes", &TenantId::new("other"));
        assert_eq!(Token::parse(&others, text.reveal(), NOW), None, "another tenant's key");
        assert_ne!(made.hash(&keys()), made.hash(&others));
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        assert_eq!(parse_code("123-456").as_deref(), Some("123456"));
        assert_eq!(parse_code(" 12 34 56 78 ").as_deref(), Some("12345678"));
        for wrong in ["", "12345", "123456789", "12345a", "１２３４５６", &"1 ".repeat(40)] {
            assert_eq!(parse_code(wrong), None, "{wrong:?}");
        }
        for digits in 0..=20 {
            let drawn = code(&keys(), Uuid::from_u128(u128::from(digits)), digits);
            assert_eq!(parse_code(drawn.reveal()).as_deref(), Some(drawn.reveal().as_str()));
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(Token::parse(&keys(), &text, NOW), None);
            prop_assert_eq!(Token::parse(&keys(), &URL_SAFE_NO_PAD.encode(bytes), NOW), None);
            let _ = parse_code(&text);
        }

        #[test]
        fn a_changed_token_is_no_token(at in 0usize..352, kind in prop_oneof![Just(HandleKind::Link), Just(HandleKind::SipReference)]) {
            let text = token(kind, &[Channel::Voice]).text(&keys());
            let mut bytes = URL_SAFE_NO_PAD.decode(text.reveal()).unwrap();
            let bit = at % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(Token::parse(&keys(), &URL_SAFE_NO_PAD.encode(bytes), NOW), None);
        }
    }
}
