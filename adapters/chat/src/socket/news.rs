//! What is new in the session, brought to the page: messages in order, each once; views by version.

use super::Socket;
use crate::translate;
use segue_adapter_kit::ws::End;
use segue_adapter_kit::{Ephemeral, Next, transient, within};
use segue_proto::chat::v1::ServerFrame;
use segue_session::{Reason, Refusal, Speaker, View};

impl Socket {
    /// Brings the page up to date. Where the house cannot read the session just now the socket stays, and asks again.
    pub(super) async fn catch_up(&mut self) -> Result<(), End> {
        let limit = self.limit();
        let Some(here) = &mut self.here else { return Ok(()) };
        if self.again.waits() {
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
            self.link.feed(&ServerFrame { frame: Some(translate::told(told, channel, me)) }).await?;
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
                self.again.done();
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
            self.again.now();
        }
        match told {
            Some(told) => self.send(translate::told(told, self.manner.channel, me)).await,
            None => Ok(()),
        }
    }

    /// The session could not be read: later, or never.
    async fn unread(&mut self, refusal: Refusal) -> Result<(), End> {
        if transient(refusal.reason) {
            self.again.failed(&refusal);
            return Ok(());
        }
        self.again.done();
        if matches!(refusal.reason, Reason::NotFound | Reason::AlreadyResumed) {
            // It was erased, is somebody else's now, or goes on elsewhere alone: this socket is in no session any more.
            self.here = None;
        }
        self.refuse(String::new(), refusal).await
    }
}
