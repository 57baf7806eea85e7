//! What is new in the session, brought to the page: messages in order, each once; views by version.

use super::here::wants_receipt;
use super::{Socket, text_of, transient, within};
use segue_adapter_kit::ws::End;
use segue_adapter_kit::{Backoff, Ephemeral};
use segue_session::store::Seq;
use segue_session::{Reason, Refusal, View};
use std::time::Duration;
use tokio::time::Instant;

/// Between tries to read a session while the store does not answer.
const RETRY: Backoff = Backoff { first: Duration::from_millis(500), most: Duration::from_secs(5) };
/// Messages in one page. Small, because a page is held while its reader is slow.
const PAGE: usize = 50;

impl Socket {
    /// Brings the page up to date. Where the house cannot read the session just now the socket stays, and asks again.
    pub(super) async fn catch_up(&mut self) -> Result<(), End> {
        let first = self.again.is_some();
        let Some(here) = &mut self.here else { return Ok(()) };
        let (view, messages) = here.news();
        let mut newest = None;
        if view || first {
            let (session, leg) = (here.session, here.live.then_some(here.leg));
            match within(self.limit(), self.shared.house.view(&self.who, session, leg)).await {
                Ok(view) => {
                    newest = Some(view.last_message);
                    self.show(&view).await?;
                }
                Err(refusal) => return self.unread(refusal).await,
            }
        }
        let behind = |last: Seq| self.here.as_ref().is_some_and(|here| last > here.message);
        if (messages || newest.is_some_and(behind))
            && let Err(refusal) = self.tell_messages().await?
        {
            return self.unread(refusal).await;
        }
        self.again = None;
        Ok(())
    }

    /// Shows a view, unless a newer one was shown.
    pub(super) async fn show(&mut self, view: &View) -> Result<(), End> {
        let Some(here) = self.here.as_mut().filter(|here| here.session == view.session) else { return Ok(()) };
        let was = here.live;
        let frame = here.show(view);
        if was && !here.live {
            // From here on its bell is not heard any more: what was said until now is fetched once.
            self.again = Some((Instant::now(), 0));
        }
        match frame {
            Some(frame) => self.send(frame).await,
            None => Ok(()),
        }
    }

    /// Sends all messages that were not sent yet.
    async fn tell_messages(&mut self) -> Result<Result<(), Refusal>, End> {
        let mut reached = None;
        let read = loop {
            let Some(here) = &mut self.here else { break Ok(()) };
            let (session, after) = (here.session, here.message);
            let page = match within(self.link.settings().command, self.shared.house.messages(&self.who, session, after, PAGE)).await {
                Ok(page) => page,
                Err(refusal) => break Err(refusal),
            };
            for (seq, message) in &page {
                let Some(frame) = here.say(*seq, message) else { continue };
                if wants_receipt(message) {
                    reached = Some(*seq);
                }
                self.link.feed(text_of(frame)?).await?;
            }
            self.link.flush().await?;
            if page.len() < PAGE || here.message == after {
                break Ok(());
            }
        };
        if let (Some(up_to), Some(here)) = (reached, &self.here) {
            // Nobody waits for it: an agent who misses a tick sees the next one.
            let delivered = Ephemeral::Delivered { agent: None, up_to };
            let _ = within(self.limit(), self.shared.house.pass(&self.who, here.session, delivered)).await;
        }
        Ok(read)
    }

    /// The session could not be read: later, or never.
    async fn unread(&mut self, refusal: Refusal) -> Result<(), End> {
        if let Some(here) = &mut self.here {
            here.unsee();
        }
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
