//! Which session a message belongs to: a token of ours first, then the ids of messages that it follows. Its subject never.
//!
//! A reply token is a handle of the session ([`segue_session::handle`]): signed for one tenant, with an end. It travels in the
//! address that answers go to (`help+TOKEN@example.org`) and in the id of each mail that we send (`<TOKEN.…@example.org>`), so
//! that a program that keeps either brings it back. What is not signed by us leads nowhere by itself: an id that somebody
//! else made up or copied is a question to the store, which also asks who it is from.
//!
//! What is *not* here: whether the session still is, and whether the handle was withdrawn; the house knows.

use crate::mail::{Address, Mail, Ours};
use segue_session::handle::Token;
use segue_session::{HandleKind, Keys, Private, SessionId, Time};

/// Tokens of one message that are checked; more than one is no accident, and each costs a signature.
const TOKENS: usize = 8;

/// Where a message belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It answers a mail of ours: it holds a token that we signed for this tenant and that has not ended.
    Session {
        /// Which session.
        session: SessionId,
        /// The token, for the house to check and use.
        token: Private<String>,
    },
    /// It says that it follows these messages, the newest first. Only an id that is stored with a session of the same sender
    /// leads there.
    Follows(Vec<String>),
    /// It follows nothing.
    New,
}

/// Where a message belongs, as far as it can tell itself.
#[must_use]
pub fn place(mail: &Mail, ours: &Ours, keys: &Keys, now: Time) -> Place {
    let addressed = mail.to.iter().chain(&mail.cc).chain(&mail.delivered).map(|mailbox| &mailbox.address);
    let in_addresses = addressed.filter(|address| ours.holds(address)).filter_map(|address| address.detail().1);
    let in_ids = mail.references.iter().filter_map(|id| token_of_id(id));
    for text in in_addresses.chain(in_ids).take(TOKENS) {
        if let Some(token) = Token::parse(keys, text, now).filter(|token| token.kind == HandleKind::Reply) {
            return Place::Session { session: token.session, token: text.to_owned().into() };
        }
    }
    if mail.references.is_empty() { Place::New } else { Place::Follows(mail.references.clone()) }
}

/// The address that answers to a mail go to.
///
/// `None` where the mailbox's name is so long that the token does not fit beside it (RFC 5321, section 4.5.3.1.1: 64 bytes):
/// then the mail's id alone carries it.
#[must_use]
pub fn reply_address(mailbox: &Address, token: &Private<String>) -> Option<Address> {
    Address::parse(&format!("{}+{}@{}", mailbox.local(), token.reveal(), mailbox.domain())).ok()
}

/// The id of a mail that answers will name (RFC 5322, 3.6.4), without the angle brackets. `unique` tells mails of one session
/// apart.
#[must_use]
pub fn message_id(token: &Private<String>, unique: uuid::Uuid, domain: &str) -> String {
    format!("{}.{}@{domain}", token.reveal(), unique.simple())
}

/// The token in an id, where it may be one of ours.
fn token_of_id(id: &str) -> Option<&str> {
    let (local, _) = id.rsplit_once('@')?;
    let (token, unique) = local.split_once('.')?;
    (unique.len() == 32).then_some(token)
}
