//! What desks ask: of the router through the engine, of sessions through their own commands.

use super::agent;
use crate::engine::Input;
use crate::house::tenant::Tenant;
use segue_session::{
    Actor, AgentName, Command, DeskAck, DeskCommand, InteractionId, MessageBody, Party, Principal, Private, Reason, Refusal, RequestId,
    SessionId, Speaker, SuspendCause,
};
use std::sync::Arc;
use uuid::Uuid;

impl Tenant {
    /// Applies a desk's command; answers when its effects are stored.
    pub(super) async fn desk_command(
        self: &Arc<Self>,
        who: &Principal,
        request: RequestId,
        command: DeskCommand,
    ) -> Result<DeskAck, Refusal> {
        let by = agent(&who.party)?.clone();
        may(who, &command)?;
        let mut ack = DeskAck { request: Some(request), ..DeskAck::default() };
        match command {
            DeskCommand::Say(session, body) => {
                self.in_hand(who, session).await?;
                ack.message = Some(self.append(session, request, Speaker::Agent(by.clone()), body).await?);
            }
            DeskCommand::Note(session, text) => self.of_session(who, session, request, Command::Note(by.clone(), text)).await?,
            DeskCommand::Identify(session, customer) => {
                self.of_session(who, session, request, Command::Identify(by.clone(), customer)).await?;
            }
            DeskCommand::Fill(session, field, text) => {
                self.of_session(who, session, request, Command::Fill(by.clone(), field, text)).await?;
            }
            DeskCommand::Push(session, journey) => self.of_session(who, session, request, Command::Push(by.clone(), journey)).await?,
            DeskCommand::Park(session, note) => ack.handles = self.park(who, &by, session, request, note).await?,
            routed => self.of_router(&by, request, routed).await?,
        }
        ack.seq = self.newest(&by).await?;
        Ok(ack)
    }

    /// What the router decides. The words of a transfer reach the session first, so that the next agent's pop has them;
    /// those of a wrap-up once it is taken.
    async fn of_router(self: &Arc<Self>, by: &AgentName, request: RequestId, command: DeskCommand) -> Result<(), Refusal> {
        let (before, after) = match &command {
            DeskCommand::TransferToQueue(id, queue, note) => (Some((*id, queue.to_string(), note.clone())), None),
            DeskCommand::TransferToAgent(id, to, note) => (Some((*id, to.to_string(), note.clone())), None),
            DeskCommand::WrapUp(id, _, Some(note)) => (None, Some((*id, note.clone()))),
            _ => (None, None),
        };
        if let Some((interaction, to, note)) = before
            && let Some(session) = self.session_of(by, interaction, true).await?
        {
            let words = Command::HandOver(by.clone(), to, note);
            self.apply(Actor::House, session, Some(derived(request, 1)), words).await?;
        }
        let wrapped = match &after {
            Some((interaction, _)) => self.session_of(by, *interaction, false).await?,
            None => None,
        };
        self.engine().ask(Input::Desk { by: by.clone(), request, command }).await?;
        if let Some((session, (_, note))) = wrapped.zip(after) {
            self.apply(Actor::House, session, Some(derived(request, 1)), Command::Note(by.clone(), note)).await?;
        }
        Ok(())
    }

    /// A command for a session that this agent has: asked here, so that the house may give it.
    async fn of_session(
        self: &Arc<Self>,
        who: &Principal,
        session: SessionId,
        request: RequestId,
        command: Command,
    ) -> Result<(), Refusal> {
        self.in_hand(who, session).await?;
        self.apply(Actor::House, session, Some(request), command).await.map(drop)
    }

    /// Suspends a session for the customer, who gets ways back.
    async fn park(
        self: &Arc<Self>,
        who: &Principal,
        by: &AgentName,
        session: SessionId,
        request: RequestId,
        note: Option<Private<String>>,
    ) -> Result<Vec<segue_session::GivenHandle>, Refusal> {
        self.in_hand(who, session).await?;
        if let Some(note) = note {
            self.apply(Actor::House, session, Some(derived(request, 1)), Command::Note(by.clone(), note)).await?;
        }
        let parked = self.apply(Actor::House, session, Some(request), Command::Suspend(SuspendCause::Parked, None)).await?;
        if !parked.handles.is_empty() {
            return Ok(parked.handles);
        }
        let give = Command::GiveHandle(segue_session::HandleKind::Link, Vec::new());
        Ok(self.apply(Actor::House, session, Some(derived(request, 2)), give).await?.handles)
    }

    /// The session of an interaction that the agent has: assigned, or, where that will do, in wrap-up.
    async fn session_of(&self, by: &AgentName, interaction: InteractionId, assigned: bool) -> Result<Option<SessionId>, Refusal> {
        let name = by.clone();
        let look = self.engine().glance(move |machine| {
            let agent = machine.directory().agent(&name)?;
            let (_, case) = machine.cases().held_by(agent).find(|(id, _)| *id == interaction)?;
            (!assigned || case.assigned_to() == Some(agent)).then_some(case.session)
        });
        look.await
    }
}

/// What supervisors alone may ask; whose offer or interaction it is, the router knows.
fn may(who: &Principal, command: &DeskCommand) -> Result<(), Refusal> {
    let supervisors_only = matches!(command, DeskCommand::Prioritise(..) | DeskCommand::Requeue(..) | DeskCommand::Force(..));
    if supervisors_only && !matches!(who.party, Party::Supervisor(_)) {
        return Err(Refusal::new(Reason::PermissionDenied, "only supervisors may do this"));
    }
    if let DeskCommand::Say(_, MessageBody::Notice { .. }) = command {
        return Err(Refusal::new(Reason::InvalidArgument, "notices are the house's own"));
    }
    Ok(())
}

/// The name of a part of a command that is two writes: a repeat of the whole repeats each part.
fn derived(request: RequestId, part: u8) -> RequestId {
    RequestId(Uuid::from_u128(request.0.as_u128() ^ (u128::from(part) << 64)))
}
