//! From what a customer holds to the session it leads to: an id, a link that can be checked without a look-up, a code that
//! cannot be guessed in the tries there are.

use crate::house::tenant::Tenant;
use crate::house::tries::Wait;
use segue_adapter_kit::Target;
use segue_session::handle::{Token, parse_code};
use segue_session::{Claim, Command, HandleKind, Principal, Reason, Refusal, SessionId};

impl Tenant {
    /// The session a target leads to, and the command with the right that the target gives.
    pub(super) async fn resolve(&self, who: &Principal, target: Target, command: Command) -> Result<(SessionId, Command), Refusal> {
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
                let slow = |wait: Wait| {
                    self.meters.limit(wait.limit);
                    wait.refusal()
                };
                // What no code can look like is no guess.
                let digits = parse_code(code.reveal()).ok_or_else(invalid)?;
                let attempt = self.tries.begin(who, &from, now, self.free_tries).map_err(slow)?;
                let hash = self.keys.code(&digits);
                let found = self.store.handle(&self.id, &hash, now).await.map_err(|error| self.failed(&error))?;
                let session = found.ok_or_else(invalid)?;
                attempt.was_right();
                Ok((session, with_right(command, hash, HandleKind::Code)))
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
