//! The names of Redis keys. All keys of a domain share one hash tag, so that one script may touch them, in a cluster too.
//!
//! | key | type | holds |
//! |---|---|---|
//! | `fence`, `lease` | string | who decides (see `lease.lua`) |
//! | `s:<session>` | hash | `v`, `c` content; `rv`, `r` routing fields, `agents`; `live`, `due`, `place`, `keys`, `handles` as indexed; `m` messages |
//! | `t:<session>` | list | transcript |
//! | `live`, `exp` | zset | sessions that are not final; by when something is due |
//! | `lk:<kind>:<hash>` | zset | look-up: the `place` of each session, which is when it began and its id |
//! | `code:<hash>` | string, PX | a handle: session and until when |
//! | `in`, `ev`, `snap` | stream | inbox, journal, snapshots by the journal place they cover |
//! | `j:<session>` | zset | the journal's places about one session |
//! | `ao:<agent>` | stream | an agent's outbox |
//! | `e:<session>` | hash | what is erased with it: `a:<agent>`, the place from which their outbox tells of it; `r:<request>`, when |
//! | `ao`, `seq` | hash | the last place in each outbox; in `in`, `ev`; how far the inbox is `read` |
//! | `rq:<request>` | string, PX | what a request led to |
//! | `kept` | hash | small texts of the domain |

use crate::store::form::kind_name;
use crate::store::{Found, LookupKey};
use crate::{AgentName, RequestId, SessionId, TenantId, Time};
use std::fmt::Write as _;

/// The keys of one domain.
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    /// The keys of `domain`. Braces are escaped, so that no name can reach into another's hash tag.
    pub(super) fn of(domain: &TenantId) -> Self {
        let mut tag = String::with_capacity(domain.as_str().len());
        for c in domain.as_str().chars() {
            match c {
                '{' | '}' | '%' => drop(write!(tag, "%{:02x}", u32::from(c))),
                c => tag.push(c),
            }
        }
        // An empty hash tag would be none.
        let tag = if tag.is_empty() { "%" } else { &tag };
        Self { prefix: format!("segue:{{{tag}}}:") }
    }

    /// How all of them begin.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// A key without an id in it.
    pub(super) fn plain(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub(super) fn session(&self, session: SessionId) -> String {
        format!("{}s:{}", self.prefix, session.0.simple())
    }

    pub(super) fn transcript(&self, session: SessionId) -> String {
        format!("{}t:{}", self.prefix, session.0.simple())
    }

    pub(super) fn journal_of(&self, session: SessionId) -> String {
        format!("{}j:{}", self.prefix, session.0.simple())
    }

    pub(super) fn lookup(&self, key: &LookupKey) -> String {
        format!("{}lk:{}", self.prefix, lookup_name(key))
    }

    pub(super) fn handle(&self, hash: &[u8; 16]) -> String {
        format!("{}code:{}", self.prefix, hex(hash))
    }

    pub(super) fn outbox(&self, agent: &AgentName) -> String {
        format!("{}ao:{agent}", self.prefix)
    }
}

/// A session's id as the scripts know it.
pub(super) fn session_name(session: SessionId) -> String {
    session.0.simple().to_string()
}

/// A session's place among those found, with those that began first first.
pub(super) fn place_name(found: Found) -> String {
    format!("{:016x}{}", found.born.0, session_name(found.session))
}

/// The place that [`place_name`] named.
pub(super) fn place_of(name: &str) -> Option<Found> {
    let (born, session) = name.split_at_checked(16)?;
    Some(Found { born: Time(u64::from_str_radix(born, 16).ok()?), session: session.parse().ok()? })
}

/// A request's id as the scripts know it.
pub(super) fn request_name(request: RequestId) -> String {
    request.0.simple().to_string()
}

/// A look-up key as the scripts know it.
pub(super) fn lookup_name(key: &LookupKey) -> String {
    format!("{}:{}", kind_name(key.kind), hex(&key.hash))
}

pub(super) fn hex(hash: &[u8; 16]) -> String {
    uuid::Uuid::from_bytes(*hash).simple().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_domain_reaches_into_anothers_hash_tag() {
        let prefix = |name: &str| Keys::of(&TenantId::new(name)).prefix;
        assert_eq!(prefix("acme"), "segue:{acme}:");
        assert_eq!(prefix("a}:ao:x"), "segue:{a%7d:ao:x}:");
        assert_eq!(prefix(""), "segue:{%}:");
        assert_eq!(prefix("%"), "segue:{%25}:");
    }
}
