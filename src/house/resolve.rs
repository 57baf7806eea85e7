//! From what a customer holds to the session it leads to: an id, a link that can be checked without a look-up, a code that
//! cannot be guessed in the tries there are.

use crate::house::tenant::Tenant;
use segue_adapter_kit::Target;
use segue_session::handle::{Token, parse_code};
use segue_session::{Claim, Command, HandleKind, Reason, Refusal, SessionId, Time};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Sources whose tries are counted at once; past this many, the counts begin anew.
const SOURCES: usize = 100_000;
/// How long tries count, in milliseconds.
const WINDOW: u64 = 60_000;

/// Tries of codes by source, in the present minute.
#[derive(Debug, Default)]
pub(super) struct Tries(Mutex<(u64, BTreeMap<String, u32>)>);

impl Tries {
    /// Counts a try; whether it is within the limit.
    fn count(&self, from: &str, now: Time, most: u32) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.0 / WINDOW;
        if tries.0 != minute || tries.1.len() >= SOURCES {
            *tries = (minute, BTreeMap::new());
        }
        let count = tries.1.entry(from.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count <= most
    }
}

impl Tenant {
    /// The session a target leads to, and the command with the right that the target gives.
    pub(super) async fn resolve(&self, target: Target, command: Command) -> Result<(SessionId, Command), Refusal> {
        match target {
            Target::Session(session) => {
                by_id(&command)?;
                Ok((session, command))
            }
            Target::Link(text) => {
                let token = Token::parse(&self.keys, text.reveal(), self.clock.now()).ok_or_else(invalid)?;
                Ok((token.session, with_right(command, token.hash(&self.keys), token.kind)))
            }
            Target::Code { code, from } => {
                let now = self.clock.now();
                if !self.tries.count(&from, now, self.code_tries) {
                    self.meters.limit("code_tries");
                    let wait = WINDOW - now.0 % WINDOW;
                    return Err(Refusal::new(Reason::TooManyAttempts, "too many codes were tried from here").retry_after(wait));
                }
                let digits = parse_code(code.reveal()).ok_or_else(invalid)?;
                let hash = self.keys.code(&digits);
                let found = self.store.handle(&self.id, &hash, now).await.map_err(|error| self.failed(&error))?;
                Ok((found.ok_or_else(invalid)?, with_right(command, hash, HandleKind::Code)))
            }
        }
    }
}

/// Whoever names a session by its id has no handle: those are checked here and nowhere else.
fn by_id(command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Resume { by: Claim::Handle(..), .. }
        | Command::Attach { by: Claim::Handle(..), .. }
        | Command::Move { by: Claim::Handle(..), .. } => Err(invalid()),
        _ => Ok(()),
    }
}

fn with_right(command: Command, hash: [u8; 16], kind: HandleKind) -> Command {
    let by = Claim::Handle(hash, kind);
    match command {
        Command::Resume { leg, .. } => Command::Resume { leg, by },
        Command::Attach { leg, .. } => Command::Attach { leg, by },
        Command::Move { leg, .. } => Command::Move { leg, by },
        other => other,
    }
}

fn invalid() -> Refusal {
    Refusal::new(Reason::HandleInvalid, "this link or code leads nowhere any more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_count_by_source_and_minute() {
        let tries = Tries::default();
        assert!(tries.count("a", Time(0), 2));
        assert!(tries.count("a", Time(1), 2));
        assert!(!tries.count("a", Time(2), 2));
        assert!(tries.count("b", Time(2), 2));
        assert!(tries.count("a", Time(WINDOW), 2));
    }
}
