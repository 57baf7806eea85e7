//! What is new in the agent's outbox, brought to the desk: in order, each entry once.

use super::Socket;
use crate::translate;
use segue_adapter_kit::ws::{End, Link};
use segue_adapter_kit::{DeskEntry, DeskStart, Ephemeral, within};
use segue_proto::desk::v1::ServerFrame;
use segue_session::store::Seq;
use segue_session::{SessionId, Speaker};
use std::collections::BTreeMap;

/// What was told.
pub(super) struct Told {
    /// The last entry that was sent.
    pub sent: Seq,
    /// How many entries were sent; a snapshot counts as one.
    pub count: usize,
    /// The customers' last messages, by session: they have reached a screen.
    pub reached: BTreeMap<SessionId, Seq>,
}

/// Sends what brings the desk up to date from `after`. Entries that were sent before are passed over.
pub(super) async fn tell(link: &mut Link, after: Seq, start: DeskStart) -> Result<Told, End> {
    let mut told = Told { sent: after, count: 0, reached: BTreeMap::new() };
    match start {
        DeskStart::Snapshot(snapshot) => {
            told.sent = snapshot.seq;
            told.count = 1;
            link.feed(&ServerFrame { frame: Some(translate::snapshot(&snapshot)) }).await?;
        }
        DeskStart::Entries(entries) => {
            for (seq, entry) in entries {
                if seq <= told.sent {
                    continue;
                }
                told.sent = seq;
                told.count += 1;
                if let DeskEntry::Message(session, place, message) = &entry
                    && matches!(message.from, Speaker::Customer(..))
                {
                    told.reached.insert(*session, *place);
                }
                link.feed(&ServerFrame { frame: Some(translate::entry(seq, &entry)) }).await?;
            }
        }
    }
    link.flush().await?;
    Ok(told)
}

impl Socket {
    /// Brings the desk up to date. Where the house cannot read the outbox just now the socket stays, and asks again.
    pub(super) async fn catch_up(&mut self) -> Result<(), End> {
        loop {
            let newest = *self.connection.wake.borrow_and_update();
            if newest <= self.sent {
                self.again.done();
                return Ok(());
            }
            let start = match within(self.limit(), self.desks.since(&self.who, self.sent)).await {
                Ok(start) => start,
                Err(refusal) => {
                    self.again.failed(&refusal);
                    return Ok(());
                }
            };
            self.again.done();
            let told = tell(&mut self.link, self.sent, start).await?;
            self.sent = told.sent;
            for (session, up_to) in told.reached {
                // Nobody waits for it: a customer who misses a tick sees the next one.
                let delivered = Ephemeral::Delivered { agent: Some(self.me.clone()), up_to };
                let _ = within(self.limit(), self.desks.pass(&self.who, session, delivered)).await;
            }
            if told.count == 0 {
                // The bell rang for more than can be read yet; it rings again when it can.
                return Ok(());
            }
        }
    }
}
