//! From what a customer holds to the session it leads to: an id, a link that can be checked without a look-up, a code that
//! cannot be guessed in the tries there are.

use crate::house::tenant::Tenant;
use crate::house::tries::{Try, Wait};
use segue_adapter_kit::Target;
use segue_session::handle::{Token, invalid, parse_code};
use segue_session::store::LookupKey;
use segue_session::{Claim, Command, HandleKind, Principal, Reason, Refusal, SessionId};

/// Where a target leads.
pub(super) struct Resolved<'t> {
    pub(super) session: SessionId,
    /// With the right that the target gives.
    pub(super) command: Command,
    /// For a code: stays counted as wrong until the session let them in, for a code that hits another's is a guess, too.
    pub(super) attempt: Option<Try<'t>>,
}

impl Tenant {
    /// Sessions that have the key, those that began last first.
    pub(super) async fn found(&self, key: &LookupKey, limit: usize) -> Result<Vec<SessionId>, Refusal> {
        let found = self.store.find(&self.id, key, None, limit).await.map_err(|error| self.failed(&error))?;
        Ok(found.into_iter().map(|found| found.session).collect())
    }

    /// The session a target leads to, and the command with the right that the target gives.
    pub(super) async fn resolve(&self, who: &Principal, target: Target, command: Command) -> Result<Resolved<'_>, Refusal> {
        match target {
            Target::Session(session) => {
                by_id(&command)?;
                Ok(Resolved { session, command, attempt: None })
            }
            Target::Link(text) => {
                leads_in(&command)?;
                let token = Token::parse(&self.keys, text.reveal(), self.clock.now()).ok_or_else(invalid)?;
                let command = with_right(command, token.hash(&self.keys), token.kind);
                Ok(Resolved { session: token.session, command, attempt: None })
            }
            Target::Code { code, from } => {
                leads_in(&command)?;
                let now = self.clock.now();
                let slow = |wait: Wait| {
                    self.meters.limit(wait.limit);
                    wait.refusal()
                };
                // What no code can look like is no guess.
                let digits = parse_code(code.reveal()).ok_or_else(invalid)?;
                let attempt = self.tries.begin(who, &from, now, self.free_tries).map_err(slow)?;
                let hash = self.keys.code(&digits);
                match self.store.handle(&self.id, &hash, now).await {
                    Ok(found) => {
                        let command = with_right(command, hash, HandleKind::Code);
                        Ok(Resolved { session: found.ok_or_else(invalid)?, command, attempt: Some(attempt) })
                    }
                    Err(error) => {
                        attempt.take_back();
                        Err(self.failed(&error))
                    }
                }
            }
        }
    }
}

/// Whoever names a session by its id has no handle: those are checked here and nowhere else.
fn by_id(command: &Command) -> Result<(), Refusal> {
    match command.claim() {
        Some(Claim::Handle(..)) => Err(invalid()),
        Some(Claim::SignedIn | Claim::SameLeg) | None => Ok(()),
    }
}

/// A handle lets somebody in, and does nothing else.
fn leads_in(command: &Command) -> Result<(), Refusal> {
    let refusal = || Refusal::new(Reason::InvalidArgument, "a link or code resumes, joins or moves a session");
    command.claim().map(drop).ok_or_else(refusal)
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
