//! What is new in the session, brought to the page: messages in order, each once; views by version.

use super::{Socket, text_of, transient};
use crate::translate;
use segue_adapter_kit::ws::End;
use segue_adapter_kit::{Backoff, Ephemeral, Next, within};
use segue_session::{Reason, Refusal, Speaker, View};
use std::time::Duration;
use tokio::time::Instant;

/// Between tries to read a session while the store does not answer.
const RETRY: Backoff = Backoff { first: Duration::from_millis(500), most: Duration::from_secs(5) };

impl Socket {
    /// Brings the page up to date. Where the house cannot read the session just now the socket stays, and asks again.
    pub(super) async fn catch_up(&mut self) -> Result<(), End> {
        let limit = self.limit();
        let Some(here) = &mut self.here else { return Ok(()) };
        if self.again.is_some() {
            here.follower.look_again();
        }
        let mut reached = None;
        let channel = self.manner.channel;
        let (me, leg) = (here.leg, here.live.then_some(here.leg));
        let caught_up = loop {
            let told = match here.follower.next(&*self.shared.house, &self.who, leg, limit, &mut here.watch.wake).await {
                Ok(Some(told)) => told,
                Ok(None) => break Ok(()),
                Err(refusal) => break Err(refusal),
            };
            if let Next::Message(place, message) = &told
                && matches!(message.from, Speaker::Agent(_))
            {
                reached = Some(*place);
            }
            self.link.feed(text_of(translate::told(told, channel, me))?).await?;
        };
        here.ends();
        let session = here.session;
        self.link.flush().await?;
        if let Some(up_to) = reached {
            // Nobody waits for it: an agent who misses a tick sees the next one.
            let delivered = Ephemeral::Delivered { agent: None, up_to };
            let _ = within(limit, self.shared.house.pass(&self.who, session, delivered)).await;
        }
        match caught_up {
            Ok(()) => {
                self.again = None;
                Ok(())
            }
            Err(refusal) => self.unread(refusal).await,
        }
    }

    /// Shows a view, unless a newer one was shown.
    pub(super) async fn show(&mut self, view: View) -> Result<(), End> {
        let Some(here) = self.here.as_mut().filter(|here| here.session == view.session) else { return Ok(()) };
        let (told, me) = (here.follower.view(view), here.leg);
        if here.ends() {
            // From here on its bell is not heard any more: what was said until now is fetched once.
            self.again = Some((Instant::now(), 0));
        }
        match told {
            Some(told) => self.send(translate::told(told, self.manner.channel, me)).await,
            None => Ok(()),
        }
    }

    /// The session could not be read: later, or never.
    async fn unread(&mut self, refusal: Refusal) -> Result<(), End> {
        if transient(refusal.reason) {
            let tries = self.again.map_or(0, |(_, tries)| tries);
            tracing::debug!(reason = %refusal.reason.name(), tries, "a session cannot be read; asking again");
            self.again = Some((Instant::now() + RETRY.delay(tries, rand::random()), tries.saturating_add(1)));
            return Ok(());
        }
        self.again = None;
        if matches!(refusal.reason, Reason::NotFound | Reason::AlreadyResumed) {
            // It was erased, is somebody else's now, or goes on elsewhere alone: this socket is in no session any more.
            self.here = None;
        }
        self.refuse(String::new(), refusal).await
    }
}
