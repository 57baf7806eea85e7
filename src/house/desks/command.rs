//! What desks ask: of the router through the engine, of sessions through their own commands.

use super::agent;
use crate::doors::Action;
use crate::engine::Input;
use crate::house::port::takes_messages;
use crate::house::tenant::Tenant;
use segue_session::store::KeyKind;
use segue_session::{
    Actor, AgentName, Command, DeskAck, DeskCommand, InteractionId, MessageBody, Party, Principal, Private, Reason, Refusal, RequestId,
    SessionId, Speaker, SuspendCause, interaction_uuid, limits,
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
                let may = self.may_say(who, session).await;
                let (seq, _) = self.say(may, session, request, Speaker::Agent(by.clone()), body).await?;
                ack.message = Some(seq);
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
            routed => {
                let supervised = supervised(&routed);
                let done = self.of_router(&by, request, routed).await;
                if let Some((what, of)) = supervised {
                    self.audit.deed(who, what, Some(of), &done);
                }
                done?;
            }
        }
        ack.seq = self.newest(&by).await?;
        Ok(ack)
    }

    /// What the router decides. Words that go with it reach the session once it is taken: nobody is told of a transfer that
    /// was refused. The next agent's pop is made anew with them.
    async fn of_router(self: &Arc<Self>, by: &AgentName, request: RequestId, command: DeskCommand) -> Result<(), Refusal> {
        let (handed, after) = match &command {
            DeskCommand::TransferToQueue(id, queue, note) => (Some((*id, queue.to_string(), note.clone())), None),
            DeskCommand::TransferToAgent(id, to, note) => (Some((*id, to.to_string(), note.clone())), None),
            DeskCommand::WrapUp(id, _, Some(note)) => (None, Some((*id, note.clone()))),
            _ => (None, None),
        };
        if let Some((_, _, Some(note))) = &handed {
            // The router does not read them, and what it took cannot be refused any more.
            limits::check_note(note.reveal())?;
        }
        let wrapped = match &after {
            Some((interaction, _)) => self.session_of(by, *interaction).await?,
            None => None,
        };
        self.engine().ask(Input::Desk { by: by.clone(), request, command }).await?;
        if let Some((interaction, to, note)) = handed
            && let Some(session) = self.session_with(interaction).await?
        {
            let words = Command::HandOver(by.clone(), to, note);
            self.apply(Actor::House, session, Some(derived(request, 1)), words).await?;
        }
        if let Some((session, (_, note))) = wrapped.zip(after) {
            self.apply(Actor::House, session, Some(derived(request, 1)), Command::Note(by.clone(), note)).await?;
        }
        Ok(())
    }

    /// Whether somebody at a desk may say something in a session.
    async fn may_say(&self, who: &Principal, session: SessionId) -> Result<(), Refusal> {
        self.in_hand(who, session, Some(Action::Intervene)).await?;
        takes_messages(&self.seen(who, session).await?)
    }

    /// A command for a session that this agent has: asked here, so that the house may give it.
    async fn of_session(
        self: &Arc<Self>,
        who: &Principal,
        session: SessionId,
        request: RequestId,
        command: Command,
    ) -> Result<(), Refusal> {
        let in_anothers = matches!(command, Command::Note(..)).then_some(Action::Intervene);
        let may = self.in_hand(who, session, in_anothers).await;
        self.apply_for(may, session, request, command).await.map(drop)
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
        let may = self.in_hand(who, session, None).await;
        if let Some(note) = note {
            self.apply_for(may.clone(), session, derived(request, 1), Command::Note(by.clone(), note)).await?;
        }
        let parked = self.apply_for(may, session, request, Command::Suspend(SuspendCause::Parked, None)).await?;
        if !parked.handles.is_empty() {
            return Ok(parked.handles);
        }
        let give = Command::GiveHandle(segue_session::HandleKind::Link, Vec::new());
        Ok(self.apply(Actor::House, session, Some(derived(request, 2)), give).await?.handles)
    }

    /// The session of an interaction, whoever has it: a repeat finds it too, when its transfer is long done.
    async fn session_with(&self, interaction: InteractionId) -> Result<Option<SessionId>, Refusal> {
        let key = self.keys.lookup(KeyKind::Interaction, &interaction_uuid(interaction).to_string());
        let found = self.store.find(&self.id, &key, 1).await.map_err(|error| self.failed(&error))?;
        Ok(found.first().copied())
    }

    /// The session of an interaction that the agent has, or wraps up.
    async fn session_of(&self, by: &AgentName, interaction: InteractionId) -> Result<Option<SessionId>, Refusal> {
        let name = by.clone();
        let look = self.engine().glance(move |machine| {
            let agent = machine.directory().agent(&name)?;
            let (_, case) = machine.cases().held_by(agent).find(|(id, _)| *id == interaction)?;
            Some(case.session)
        });
        look.await
    }
}

/// What supervisors alone may ask; whose offer or interaction it is, the router knows.
/// What a supervisor does to lines and colleagues, and to which.
fn supervised(command: &DeskCommand) -> Option<(&'static str, String)> {
    let of = |interaction: &InteractionId| interaction_uuid(*interaction).to_string();
    match command {
        DeskCommand::Prioritise(interaction, ..) => Some(("interaction.prioritise", of(interaction))),
        DeskCommand::Requeue(interaction, _) => Some(("interaction.requeue", of(interaction))),
        DeskCommand::Force(agent, ..) => Some(("agent.force", agent.to_string())),
        _ => None,
    }
}

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
