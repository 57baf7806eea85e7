//! Who it may be: everybody known at a number or an address that a customer came from, or gave. Several people behind one are
//! candidates, not a guess, and none of it is a proof: assurance, routing and history stay as they are until somebody signs
//! in, or an agent says which of them it is.

use crate::house::tenant::Tenant;
use segue_session::store::LookupKey;
use segue_session::{Candidate, Command, CustomerId, PersonaId, Private, Refusal, Session, SessionId, Who, limits};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Sessions looked at for each number or address; the newest come first.
const LOOKED_AT: usize = 50;
/// What being the only one known at a number is worth, of 100: somebody else may hold the telephone.
const ONLY_ONE: usize = 80;

impl Tenant {
    /// Looks who is known there, and tells the session.
    pub(super) async fn recognise(self: &Arc<Self>, session: SessionId, keys: &BTreeSet<LookupKey>) {
        match self.known_at(session, keys).await {
            Ok(found) if found.is_empty() => {}
            Ok(found) => self.by_itself(session, None, Command::Recognise(found)).await,
            // Logged where it failed; the session goes on with nobody recognised.
            Err(_) => {}
        }
    }

    async fn known_at(&self, but: SessionId, keys: &BTreeSet<LookupKey>) -> Result<Vec<Candidate>, Refusal> {
        let mut ids = Vec::new();
        for key in keys {
            let found = self.found(key, LOOKED_AT).await?;
            ids.extend(found.into_iter().filter(|id| *id != but));
        }
        ids.sort_unstable();
        ids.dedup();
        let stored = self.store.sessions(&self.id, &ids).await.map_err(|error| self.failed(&error))?;
        let sessions: Vec<Session> = stored.into_iter().flatten().filter_map(|stored| Some(self.decode(stored).ok()?.session)).collect();
        Ok(candidates(&sessions))
    }
}

/// Everybody whose sessions these are, the likeliest first: who was there more often is likelier.
fn candidates(sessions: &[Session]) -> Vec<Candidate> {
    let mut found: BTreeMap<(&CustomerId, Option<&PersonaId>), (usize, &Session)> = BTreeMap::new();
    for session in sessions {
        if let Who::Known { customer, persona, .. } = &session.party {
            found.entry((customer, persona.as_ref())).or_insert((0, session)).0 += 1;
        }
    }
    let all: usize = found.values().map(|(times, _)| times).sum();
    let candidate = |((customer, persona), (times, session)): ((&CustomerId, Option<&PersonaId>), (usize, &Session))| Candidate {
        customer: customer.clone(),
        persona: persona.cloned(),
        label: Private::new(name(session).unwrap_or_else(|| customer.to_string())),
        score: u8::try_from(ONLY_ONE * times / all.max(1)).unwrap_or(u8::MAX).max(1),
    };
    let mut some: Vec<Candidate> = found.into_iter().map(candidate).collect();
    some.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| (&a.customer, &a.persona).cmp(&(&b.customer, &b.persona))));
    some.truncate(limits::CANDIDATES);
    some
}

/// What the signed claims of the session call its customer.
fn name(session: &Session) -> Option<String> {
    session.customer.get("name").and_then(|name| name.reveal().as_str().map(str::to_owned))
}
