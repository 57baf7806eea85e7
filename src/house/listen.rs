//! Whether a doorbell's ring was lost: each second every bell that somebody hears is held against the store, once, by how far
//! things go, never by what is in them.
//!
//! A quarter of the bells at a time, so that they do not all ask at once; of whom nothing is new the store is told nothing
//! more than a number.

use crate::house::tenant::Tenant;
use segue_session::{AgentName, SessionId};

/// In how many turns each bell has its own.
pub(super) const TURNS: u64 = 4;
/// Sessions, or agents, asked for at once.
const AT_ONCE: usize = 200;

impl Tenant {
    /// Rings whatever of this turn goes further in the store than its bell has told. A store that does not answer is asked again
    /// in a second.
    pub(super) async fn listen(&self, turn: u64) {
        let sessions = self.bells.heard_in(|session| turn_of(session.0.as_bytes()) == turn % TURNS);
        let agents: Vec<AgentName> =
            self.desks.here().into_iter().filter(|agent| turn_of(agent.as_str().as_bytes()) == turn % TURNS).collect();
        for some in sessions.chunks(AT_ONCE) {
            self.listen_to(some, &[]).await;
        }
        for some in agents.chunks(AT_ONCE) {
            self.listen_to(&[], some).await;
        }
    }

    async fn listen_to(&self, sessions: &[SessionId], agents: &[AgentName]) {
        let ends = match self.store.ends(&self.id, sessions, agents).await {
            Ok(ends) => ends,
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "doorbells cannot be held against the store");
                return;
            }
        };
        for (session, (version, routing, message)) in sessions.iter().zip(ends.sessions) {
            self.bells.content(*session, version);
            self.bells.routing(*session, routing);
            self.bells.message(*session, message);
        }
        for (agent, end) in agents.iter().zip(ends.outboxes) {
            self.desks.grew(agent, end);
        }
    }
}

/// The same for the same name, and spread over all turns.
fn turn_of(name: &[u8]) -> u64 {
    name.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte))) % TURNS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::journal::encode;
    use crate::house::tests::harness::{Caller, Desk, memory, open, request};
    use segue_adapter_kit::House as _;
    use segue_session::codec::Coded as _;
    use segue_session::store::{MessageAppend, Mutation, OutboxAppend};
    use segue_session::{DeskEvent, Message, MessageBody, Note, Speaker};
    use std::time::{Duration, Instant};
    use uuid::Uuid;

    #[test]
    fn every_turn_has_its_share() {
        let turns: Vec<u64> = (0..4000_u128).map(|n| turn_of(Uuid::from_u128(n).as_bytes())).collect();
        let shares: Vec<usize> = (0..TURNS).map(|turn| turns.iter().filter(|&&one| one == turn).count()).collect();
        assert!(shares.iter().all(|share| (900..1100).contains(share)), "{shares:?}");
    }

    /// Written past the house, so that nobody rings.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_ring_that_is_swallowed_costs_a_second_and_no_message() {
        let store = memory();
        let house = open(&store).await;
        let cy = Caller::start(&house, "cy").await;
        let mut ada = Desk::ready(&house, "ada").await;
        let mut watch = house.watch(&cy.who, cy.session);
        let text = MessageBody::Text("hello".to_owned().into());
        let now = house.tenant(&cy.who).unwrap().clock.now();
        let message = Message { id: request(), from: Speaker::House, at: now, body: text };
        let note = Note { by: "bo".into(), at: now, text: "look".to_owned().into() };
        let event = DeskEvent::Noted { session: cy.session, note };
        let mutation = Mutation {
            at: now,
            messages: vec![MessageAppend { session: cy.session, body: message.encode().unwrap() }],
            outbox: vec![OutboxAppend { agent: "ada".into(), about: vec![cy.session], body: encode(&event) }],
            ..Mutation::default()
        };
        let committed = store.commit(&"acme".into(), mutation).await.unwrap();
        let heard = watch.wake.wait_for(|wake| wake.message == committed.messages[0]);
        tokio::time::timeout(Duration::from_secs(5), heard).await.expect("the customer hears of it").unwrap();
        let heard = ada.connection.wake.wait_for(|end| *end >= committed.outbox[0].1);
        tokio::time::timeout(Duration::from_secs(5), heard).await.expect("the desk hears of it").unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn ten_thousand_quiet_desks_cost_next_to_nothing() {
        let house = open(&memory()).await;
        let cy = Caller::start(&house, "cy").await;
        let tenant = house.tenant(&cy.who).unwrap();
        let ears: Vec<_> = (0..10_000).map(|n| tenant.desks.open(&AgentName::new(&format!("agent-{n}")), &tenant.bell)).collect();
        let begin = Instant::now();
        for turn in 0..TURNS {
            tenant.listen(turn).await;
        }
        let spent = begin.elapsed();
        println!("one second's look at {} desks: {spent:?}", ears.len());
        assert!(spent < Duration::from_millis(500), "{spent:?}");
    }
}
