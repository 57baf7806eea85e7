//! What desks ask: of the router through the engine, of sessions through their own commands.

use super::agent;
use crate::doors::Action;
use crate::engine::Input;
use crate::house::port::takes_messages;
use crate::house::tenant::Tenant;
use segue_adapter_kit::ids;
use segue_session::outbound::{code_required, desk_event};
use segue_session::store::KeyKind;
use segue_session::{
    Actor, AgentName, Command, DeskAck, DeskCommand, HandleKind, InteractionId, MessageBody, Principal, Private, Reason, Refusal,
    RequestId, SessionId, Speaker, SuspendCause, interaction_uuid, limits,
};
use std::sync::Arc;

impl Tenant {
    /// Applies a desk's command; answers when its effects are stored.
    pub(super) async fn desk_command(
        self: &Arc<Self>,
        who: &Principal,
        request: RequestId,
        command: DeskCommand,
    ) -> Result<DeskAck, Refusal> {
        let by = agent(&who.party)?.clone();
        if let DeskCommand::Say(_, MessageBody::Notice { .. }) = command {
            return Err(Refusal::new(Reason::InvalidArgument, "notices are the house's own"));
        }
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
            // Whoever only watches is signed in nowhere.
            DeskCommand::SignOut if !self.is_agent(&by) => {}
            DeskCommand::Park(session, note) => ack.handles = self.park(who, &by, session, request, note).await?,
            routed => {
                let supervised = supervised(&routed);
                let done = self.of_router(&by, request, routed).await;
                if let Some((what, of, why)) = supervised {
                    self.audit.deed_because(who, what, of, &why, &done);
                }
                done?;
            }
        }
        ack.seq = self.newest(&by).await?;
        Ok(ack)
    }

    /// What the router decides. A transfer's words reach the session once it is taken: nobody is told of one that was refused.
    /// The next agent's pop is made anew with them. A wrap-up's note goes before it, for with the wrap-up the agent's hold on
    /// the session ends: whatever comes between, a repeat finds the note noted, and the wrap-up still to be done.
    async fn of_router(self: &Arc<Self>, by: &AgentName, request: RequestId, command: DeskCommand) -> Result<(), Refusal> {
        let handed = match &command {
            DeskCommand::TransferToQueue(id, queue, note) => Some((*id, queue.to_string(), note.clone())),
            DeskCommand::TransferToAgent(id, to, note) => Some((*id, to.to_string(), note.clone())),
            _ => None,
        };
        if let Some((_, _, Some(note))) = &handed {
            // The router does not read them, and what it took cannot be refused any more.
            limits::check_note(note.reveal())?;
        }
        if let DeskCommand::WrapUp(_, _, Some(note)) = &command {
            limits::check_note(note.reveal())?;
            if let Some(session) = self.about_to_wrap_up(by, &command).await? {
                self.apply(Actor::House, session, Some(ids::part(request, "note")), Command::Note(by.clone(), note.clone())).await?;
            }
        }
        if let Err(refusal) = self.engine().ask(Input::Desk { by: by.clone(), request, command: command.clone() }).await {
            return Err(self.in_plain_words(by, &command, refusal).await);
        }
        if let Some((interaction, to, note)) = handed
            && let Some(session) = self.session_with(interaction).await?
        {
            let words = Command::HandOver(by.clone(), to, note);
            self.apply(Actor::House, session, Some(ids::part(request, "words")), words).await?;
        }
        Ok(())
    }

    /// The session whose wrap-up this command will end, as far as can be told now; none where the router will refuse it.
    async fn about_to_wrap_up(&self, by: &AgentName, command: &DeskCommand) -> Result<Option<SessionId>, Refusal> {
        let DeskCommand::WrapUp(interaction, code, _) = command else { return Ok(None) };
        let (by, command, interaction, coded) = (by.clone(), command.clone(), *interaction, code.is_some());
        let look = self.engine().glance(move |machine| {
            let agent = machine.directory().agent(&by)?;
            let case = machine.cases().get(interaction)?;
            let wants_code = code_required(&machine.names(), case.wrapping.get(&agent)?.decision.queue);
            let known = desk_event(machine.directory(), machine.chart(), machine.cases(), &by, &command).is_ok();
            (known && (coded || !wants_code)).then_some(case.session)
        });
        look.await
    }

    /// What an agent is told who presses once more: that it is done already, where it was theirs to do.
    async fn in_plain_words(&self, by: &AgentName, command: &DeskCommand, refusal: Refusal) -> Refusal {
        let (DeskCommand::Finish(interaction) | DeskCommand::WrapUp(interaction, ..) | DeskCommand::Extend(interaction)) = command else {
            return refusal;
        };
        if !matches!(refusal.reason, Reason::NotFound | Reason::WrongMoment) {
            return refusal;
        }
        let (name, id) = (by.clone(), *interaction);
        let wraps_up = self.engine().glance(move |machine| {
            let agent = machine.directory().agent(&name);
            agent.is_some_and(|agent| machine.cases().get(id).is_some_and(|case| case.wrapping.contains_key(&agent)))
        });
        if wraps_up.await.unwrap_or_default() {
            return Refusal::new(Reason::WrongMoment, "the talk is over already; it is yours to wrap up");
        }
        let Ok(Some(session)) = self.session_with(*interaction).await else { return refusal };
        let Ok(Some(read)) = self.read(session).await else { return refusal };
        let over = read.session.interaction(*interaction).filter(|record| record.ended.is_some());
        match over {
            Some(record) if record.preferred.as_ref() == Some(by) => {
                Refusal::new(Reason::WrongMoment, "it is wrapped up already: by you, or because the time for it was over")
            }
            Some(_) | None => refusal,
        }
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
        let may = match command {
            Command::Note(..) => self.in_part(who, session, Action::Intervene).await.map(drop),
            _ => self.in_hand(who, session, None).await,
        };
        self.apply_for(who, may, session, request, command).await.map(drop)
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
            self.apply_for(who, may.clone(), session, ids::part(request, "note"), Command::Note(by.clone(), note)).await?;
        }
        let park = Command::Suspend(SuspendCause::Parked, None, vec![HandleKind::Link]);
        Ok(self.apply_for(who, may, session, request, park).await?.handles)
    }

    /// The session of an interaction, whoever has it: a repeat finds it too, when its transfer is long done.
    async fn session_with(&self, interaction: InteractionId) -> Result<Option<SessionId>, Refusal> {
        let key = self.keys.lookup(KeyKind::Interaction, &interaction_uuid(interaction).to_string());
        Ok(self.found(&key, 1).await?.first().copied())
    }
}

/// What a supervisor does to lines and colleagues, to which, and why in their words: those are for the audit log alone.
fn supervised(command: &DeskCommand) -> Option<(&'static str, String, String)> {
    let of = |interaction: &InteractionId| interaction_uuid(*interaction).to_string();
    match command {
        DeskCommand::Prioritise(interaction, _, why) => Some(("interaction.prioritise", of(interaction), why.clone())),
        DeskCommand::Requeue(interaction, why) => Some(("interaction.requeue", of(interaction), why.clone())),
        DeskCommand::Force(agent, _, why) => Some(("agent.force", agent.to_string(), why.clone())),
        _ => None,
    }
}
