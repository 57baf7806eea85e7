//! What a page asks for, done and answered in the order asked.

use super::here::Here;
use super::{Socket, hello};
use crate::translate::{self, Asked, Asker, Coming, ack};
use segue_adapter_kit::ws::{End, Fault};
use segue_adapter_kit::{Accepted, Order, Target, now, within};
use segue_proto::chat::v1::{self as wire, server_frame::Frame};
use segue_proto::convert::{frame::id_of, timestamp};
use segue_session::{Command, CustomerClaims, LegId, MessageBody, Party, Principal, Private, Reason, Refusal, RequestId, SessionId};

impl Socket {
    /// A frame came in.
    pub(super) async fn heard(&mut self, text: &str) -> Result<(), End> {
        let frame = match translate::parse_client_frame(text) {
            Ok(frame) => frame,
            Err(refusal) => {
                self.refuse(id_of(text), refusal).await?;
                return self.link.garbled();
            }
        };
        let leg = self.here.as_ref().map(|here| here.leg);
        let by = Asker { who: &self.who, from: &self.from, manner: &self.manner, leg };
        // A command that is refused was read all the same: what a customer types must not cost them the socket.
        self.link.understood();
        match translate::asked(frame, by) {
            Ok(asked) => self.does(asked).await,
            Err(Fault { id, refusal }) => self.refuse(id, refusal).await,
        }
    }

    async fn does(&mut self, asked: Asked) -> Result<(), End> {
        match asked {
            Asked::Come(coming) => self.come(*coming).await,
            Asked::Order(id, command) => self.order(id, *command).await,
            Asked::Say(id, leg, body) => self.say(id, leg, *body).await,
            Asked::Matters(id, most, page) => {
                let matters = within(self.limit(), self.shared.house.matters(&self.who, most, page.as_deref())).await;
                self.answer(id, matters.map(|page| ack::matters(id, &page))).await
            }
            Asked::Refresh(id, token) => self.refresh(id, token).await,
            Asked::Pass(what) => {
                let Some(session) = self.session() else { return Ok(()) };
                match within(self.limit(), self.shared.house.pass(&self.who, session, what)).await {
                    Ok(()) => Ok(()),
                    Err(refusal) => self.refuse(String::new(), refusal).await,
                }
            }
            Asked::Ping => self.send(Frame::Pong(wire::Pong { time: Some(timestamp(now())) })).await,
        }
    }

    /// The socket becomes a leg.
    async fn come(&mut self, Coming { order, leg }: Coming) -> Result<(), End> {
        let id = order.request;
        // A repeat of the command that made it this leg is no second session.
        if self.here.as_ref().is_some_and(|here| here.live && here.leg != leg) {
            let refusal = Refusal::new(Reason::WrongMoment, "this socket is in a session: leave it first, or open another");
            return self.refuse(id.to_string(), refusal).await;
        }
        let alone = self.shared.legs.alone(&leg).await;
        let accepted = match within(self.limit(), self.shared.house.order(&self.who, order)).await {
            Ok(accepted) => accepted,
            Err(refusal) => return self.refuse(id.to_string(), refusal).await,
        };
        let Some(view) = &accepted.view else {
            let refusal = Refusal::new(Reason::NotFound, "there is no such session");
            return self.refuse(id.to_string(), refusal).await;
        };
        let session = view.session;
        if self.here.as_ref().is_none_or(|here| here.leg != leg) {
            let turn = self.shared.legs.take(leg);
            self.here = Some(Here::new(session, leg, self.shared.house.watch(&self.who, session), turn));
        }
        drop(alone);
        if let Some(here) = &mut self.here {
            here.live = true;
        }
        self.send(ack::came(id, &accepted, session, leg)).await?;
        self.show(view.clone()).await?;
        self.again.now();
        Ok(())
    }

    async fn order(&mut self, id: RequestId, command: Command) -> Result<(), End> {
        let Some(session) = self.session() else { return Ok(()) };
        let leaves = matches!(command, Command::End(_));
        let order = Order { request: id, target: Target::Session(session), command };
        match within(self.limit(), self.shared.house.order(&self.who, order)).await {
            Ok(accepted) => {
                self.done(id, &accepted, &accepted.handles).await?;
                if leaves {
                    self.here = None;
                }
                Ok(())
            }
            Err(refusal) => self.refuse(id.to_string(), refusal).await,
        }
    }

    async fn say(&mut self, id: RequestId, leg: LegId, body: MessageBody) -> Result<(), End> {
        let Some(session) = self.session() else { return Ok(()) };
        let said = within(self.limit(), self.shared.house.say(&self.who, session, leg, id, body)).await;
        self.answer(id, said.map(|said| ack::said(id, said))).await
    }

    /// A fresh token: of the same person, or of the person a visitor turns out to be, who is then known in the session too.
    async fn refresh(&mut self, id: RequestId, token: Private<String>) -> Result<(), End> {
        let admitted = within(self.limit(), self.shared.entrance.doors.admit(&token)).await;
        let fresh = admitted.and_then(|fresh| hello::on_device(fresh, &self.device)).and_then(|fresh| self.same_person(fresh));
        let (fresh, claims) = match fresh {
            Ok(fresh) => fresh,
            Err(refusal) => return self.refuse(id.to_string(), refusal).await,
        };
        let mut view = None;
        if let Some(here) = self.here.as_ref().filter(|here| here.live) {
            let order = Order { request: id, target: Target::Session(here.session), command: Command::Prove(here.leg, claims) };
            match within(self.limit(), self.shared.house.order(&fresh, order)).await {
                Ok(accepted) => view = accepted.view,
                Err(refusal) => return self.refuse(id.to_string(), refusal).await,
            }
        }
        self.stay.renew(fresh.expires);
        self.who = fresh;
        self.send(ack::refreshed(id, self.who.expires)).await?;
        match view {
            Some(view) => self.show(view).await,
            None => Ok(()),
        }
    }

    fn same_person(&self, fresh: Principal) -> Result<(Principal, CustomerClaims), Refusal> {
        let another = || Refusal::new(Reason::PermissionDenied, "the token is another person's");
        let (Party::Customer(was), Party::Customer(is)) = (&self.who.party, &fresh.party) else { return Err(another()) };
        let same = is.customer == was.customer && is.persona == was.persona;
        if fresh.tenant != self.who.tenant || !(same || was.customer.is_none()) {
            return Err(another());
        }
        let claims = is.clone();
        Ok((fresh, claims))
    }

    async fn done(&mut self, id: RequestId, accepted: &Accepted, handles: &[segue_session::GivenHandle]) -> Result<(), End> {
        self.send(ack::done(id, accepted, handles)).await?;
        match &accepted.view {
            Some(view) => self.show(view.clone()).await,
            None => Ok(()),
        }
    }

    async fn answer(&mut self, id: RequestId, answer: Result<Frame, Refusal>) -> Result<(), End> {
        match answer {
            Ok(frame) => self.send(frame).await,
            Err(refusal) => self.refuse(id.to_string(), refusal).await,
        }
    }

    fn session(&self) -> Option<SessionId> {
        self.here.as_ref().map(|here| here.session)
    }
}
