//! The ports with the table before them: no adapter can forget to ask, because it holds nothing else.

use super::{Action, permits};
use crate::engine::Meters;
use segue_adapter_kit::{
    Accepted, Colleague, Connection, DeskDirectory, DeskStart, Desks, Ephemeral, House, Order, Page, Resume, Said, Wake, Watch,
};
use segue_session::store::Seq;
use segue_session::{DeskAck, DeskCommand, LegId, Matter, Message, MessageBody, Principal, Reason, Refusal, RequestId, SessionId, View};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// A port behind the table of permissions, and the longest time that a call may take.
#[derive(Clone)]
pub struct Guarded<P: ?Sized> {
    inner: Arc<P>,
    deadline: Duration,
    meters: Meters,
}

impl<P: ?Sized> Guarded<P> {
    /// Puts the table before a port.
    pub fn new(inner: Arc<P>, deadline: Duration, meters: Meters) -> Self {
        Self { inner, deadline, meters }
    }

    /// Runs a call if this role may, for as long as it may last.
    async fn pass_through<T>(
        &self,
        who: &Principal,
        action: Action,
        call: impl Future<Output = Result<T, Refusal>> + Send,
    ) -> Result<T, Refusal> {
        allow(who, action)?;
        // Boxed: the calls behind the ports are large, and this future is held by every adapter's.
        let answered = tokio::time::timeout(self.deadline, Box::pin(call)).await.unwrap_or_else(|_| {
            self.meters.limit("deadline");
            Err(Refusal::new(Reason::DeadlineExceeded, "the answer did not come in time; repeat it with the same request id"))
        });
        // Where a limit was reached that the session itself knows, such as `session_bytes`, the refusal names it.
        answered.inspect_err(|refusal| {
            if refusal.reason == Reason::LimitExceeded
                && let Some((_, limit)) = refusal.about.iter().find(|(key, _)| key == "limit")
            {
                self.meters.limit(limit);
            }
        })
    }
}

/// Refuses what the table does not grant.
///
/// # Errors
/// [`Reason::PermissionDenied`].
pub(crate) fn allow(who: &Principal, action: Action) -> Result<(), Refusal> {
    if permits(who.role(), action) {
        return Ok(());
    }
    let role = format!("{:?}", who.role()).to_lowercase();
    Err(Refusal::new(Reason::PermissionDenied, format!("the role {role} may not do this")).about("role", role))
}

#[async_trait::async_trait]
impl<H: House + ?Sized> House for Guarded<H> {
    async fn order(&self, who: &Principal, order: Order) -> Result<Accepted, Refusal> {
        let action = Action::of_command(&order.command);
        self.pass_through(who, action, self.inner.order(who, order)).await
    }

    async fn say(&self, who: &Principal, session: SessionId, leg: LegId, request: RequestId, body: MessageBody) -> Result<Said, Refusal> {
        self.pass_through(who, Action::UseSession, self.inner.say(who, session, leg, request, body)).await
    }

    async fn view(&self, who: &Principal, session: SessionId, leg: Option<LegId>) -> Result<View, Refusal> {
        self.pass_through(who, Action::SeeOwnSession, self.inner.view(who, session, leg)).await
    }

    async fn messages(&self, who: &Principal, session: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        self.pass_through(who, Action::SeeOwnSession, self.inner.messages(who, session, after, limit)).await
    }

    async fn matters(&self, who: &Principal, page_size: usize, page: Option<&str>) -> Result<Page<Matter>, Refusal> {
        self.pass_through(who, Action::SeeOwnMatters, self.inner.matters(who, page_size, page)).await
    }

    fn watch(&self, who: &Principal, session: SessionId) -> Watch {
        if permits(who.role(), Action::SeeOwnSession) {
            return self.inner.watch(who, session);
        }
        // A doorbell that never rings: its other ends are gone.
        Watch { wake: watch::channel(Wake::default()).1, ephemeral: broadcast::channel(1).1 }
    }

    async fn pass(&self, who: &Principal, session: SessionId, what: Ephemeral) -> Result<(), Refusal> {
        self.pass_through(who, Action::UseSession, self.inner.pass(who, session, what)).await
    }
}

#[async_trait::async_trait]
impl<D: Desks + ?Sized> Desks for Guarded<D> {
    async fn hello(&self, who: &Principal, resume: Option<Resume>) -> Result<Connection, Refusal> {
        self.pass_through(who, Action::OpenDesk, self.inner.hello(who, resume)).await
    }

    async fn command(&self, who: &Principal, request: RequestId, command: DeskCommand) -> Result<DeskAck, Refusal> {
        let action = Action::of_desk(&command);
        self.pass_through(who, action, self.inner.command(who, request, command)).await
    }

    async fn since(&self, who: &Principal, after: Seq) -> Result<DeskStart, Refusal> {
        self.pass_through(who, Action::OpenDesk, self.inner.since(who, after)).await
    }

    async fn messages(&self, who: &Principal, session: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        self.pass_through(who, Action::ServeCustomer, self.inner.messages(who, session, after, limit)).await
    }

    async fn pass(&self, who: &Principal, session: SessionId, what: Ephemeral) -> Result<(), Refusal> {
        self.pass_through(who, Action::ServeCustomer, self.inner.pass(who, session, what)).await
    }

    async fn directory(&self, who: &Principal) -> Result<DeskDirectory, Refusal> {
        self.pass_through(who, Action::OpenDesk, self.inner.directory(who)).await
    }

    async fn colleagues(&self, who: &Principal) -> Result<Vec<Colleague>, Refusal> {
        self.pass_through(who, Action::OpenDesk, self.inner.colleagues(who)).await
    }

    async fn shown(&self, who: &Principal, up_to: Seq) -> Result<(), Refusal> {
        self.pass_through(who, Action::OpenDesk, self.inner.shown(who, up_to)).await
    }
}
