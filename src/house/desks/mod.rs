//! The `Desks` port: agents say hello, ask, and are brought up to date.

mod board;
mod command;
mod snapshot;

pub(super) use board::Board;

use crate::doors::{Action, permits};
use crate::engine::Input;
use crate::house::Switchboard;
use crate::house::admission::Class;
use crate::house::tenant::Tenant;
use segue_adapter_kit::{Colleague, Connection, DeskDirectory, DeskEntry, DeskStart, Desks, Ephemeral, Resume};
use segue_router::{Readiness, Units};
use segue_session::codec::Coded;
use segue_session::outbound::Hold;
use segue_session::store::{Outbox, OutboxEntry, Seq};
use segue_session::{
    AgentName, DeskAck, DeskAgent, DeskCommand, DeskEvent, DeskSnapshot, Line, Message, Party, Phase, Principal, Reason, Refusal,
    RequestId, SessionId,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// Entries that a desk may have missed before it gets a snapshot instead.
const MISSED: usize = 200;

#[async_trait::async_trait]
impl Desks for Switchboard {
    async fn hello(&self, who: &Principal, resume: Option<Resume>) -> Result<Connection, Refusal> {
        let tenant = self.tenant(who)?;
        let agent = agent(&who.party)?.clone();
        let _turn = self.admission.admit(Class::Accept)?;
        let stir = permits(who.role(), Action::SeeRouting).then(|| tenant.stir.subscribe());
        if !tenant.is_agent(&agent) {
            return tenant.watcher(agent, stir);
        }
        // The socket is held before the router hears of it, so that no going is missed in between.
        let ears = tenant.desks.open(&agent, &tenant.bell);
        tenant.engine().ask(Input::SignIn(agent.clone())).await?;
        let newest = tenant.newest(&agent).await?;
        let epoch = tenant.epoch;
        let start = match resume {
            Some(resume) if resume.epoch == epoch && resume.seq <= newest => tenant.bring_up(&agent, resume.seq).await?,
            Some(_) | None => tenant.snapshot(&agent).await?,
        };
        tenant.ask_for_parts_of(&agent).await;
        Ok(Connection { epoch, start, wake: ears.wake, ephemeral: ears.ephemeral, stir, presence: ears.presence })
    }

    async fn command(&self, who: &Principal, request: RequestId, command: DeskCommand) -> Result<DeskAck, Refusal> {
        let tenant = self.tenant(who)?;
        let _turn = self.admission.admit(class(&command))?;
        tenant.desk_command(who, request, command).await
    }

    async fn since(&self, who: &Principal, after: Seq) -> Result<DeskStart, Refusal> {
        let tenant = self.tenant(who)?;
        tenant.bring_up(agent(&who.party)?, after).await
    }

    async fn messages(&self, who: &Principal, session: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        let tenant = self.tenant(who)?;
        let hold = tenant.in_part(who, session, Action::Observe).await?;
        let mut page = tenant.transcript(session, after, limit).await?;
        if let Hold::Until(parted) = hold {
            page.retain(|(_, message)| message.at <= parted);
        }
        Ok(page)
    }

    async fn pass(&self, who: &Principal, session: SessionId, what: Ephemeral) -> Result<(), Refusal> {
        let tenant = self.tenant(who)?;
        tenant.in_hand(who, session, Some(Action::Intervene)).await?;
        tenant.bells.pass(session, what);
        Ok(())
    }

    async fn directory(&self, who: &Principal) -> Result<DeskDirectory, Refusal> {
        agent(&who.party)?;
        self.tenant(who)?.directory().await
    }

    async fn colleagues(&self, who: &Principal) -> Result<Vec<Colleague>, Refusal> {
        let tenant = self.tenant(who)?;
        let _turn = self.admission.admit(Class::Look)?;
        tenant.colleagues(agent(&who.party)?).await
    }

    async fn shown(&self, who: &Principal, up_to: Seq) -> Result<(), Refusal> {
        let tenant = self.tenant(who)?;
        let now = tenant.clock.now();
        for decided in tenant.desks.shown(agent(&who.party)?, up_to) {
            tenant.meters.pop.observe(std::time::Duration::from_millis(now.since(decided).0).as_secs_f64());
        }
        Ok(())
    }
}

impl Tenant {
    /// Whether the configuration has such an agent.
    fn is_agent(&self, name: &AgentName) -> bool {
        self.routing.load().agents.contains_key(name)
    }

    /// A desk without offers, for a supervisor who is no agent.
    fn watcher(&self, name: AgentName, stir: Option<watch::Receiver<u64>>) -> Result<Connection, Refusal> {
        if stir.is_none() {
            let refusal = Refusal::new(Reason::PermissionDenied, "no agent of this name is configured, and only supervisors watch");
            return Err(refusal.about("agent", name.as_str()));
        }
        let agent = DeskAgent {
            agent: name,
            readiness: Readiness::SignedOut,
            presence: String::new(),
            channels: BTreeSet::new(),
            next: None,
            load: Units(0),
            capacity: Units(0),
            since: self.clock.now(),
        };
        let snapshot = DeskSnapshot { seq: Seq(0), agent, offers: Vec::new(), assignments: Vec::new() };
        // Nothing ever rings here; the senders are held, so that the socket does not take the silence for the end.
        let (silent, quiet) = (watch::Sender::new(Seq(0)), broadcast::Sender::new(1));
        let (wake, ephemeral) = (silent.subscribe(), quiet.subscribe());
        let start = DeskStart::Snapshot(Box::new(snapshot));
        Ok(Connection { epoch: self.epoch, start, wake, ephemeral, stir, presence: Arc::new((silent, quiet)) })
    }

    /// What a desk has missed; a snapshot where that is not all there any more, or too much.
    async fn bring_up(&self, agent: &AgentName, after: Seq) -> Result<DeskStart, Refusal> {
        let missed = self.outbox(agent, after, MISSED + 1).await?;
        let whole = missed.entries.len() as u64 == missed.end.0.saturating_sub(after.0);
        if !whole || missed.entries.len() > MISSED {
            // What comes next comes after this, also where the last entries are those that are not there any more.
            self.desks.grew(agent, missed.end);
            return self.snapshot(agent).await;
        }
        Ok(DeskStart::Entries(missed.entries.into_iter().map(entry).collect::<Result<_, _>>()?))
    }

    /// The newest place in an agent's outbox.
    async fn newest(&self, agent: &AgentName) -> Result<Seq, Refusal> {
        match self.desks.known(agent) {
            Some(known) => Ok(known),
            None => self.catch_up(agent).await,
        }
    }

    /// Reads how far an agent's outbox goes, beyond what is known here.
    pub(super) async fn catch_up(&self, agent: &AgentName) -> Result<Seq, Refusal> {
        let Outbox { end, .. } = self.outbox(agent, Seq(u64::MAX), 0).await?;
        self.desks.grew(agent, end);
        Ok(end)
    }

    async fn outbox(&self, agent: &AgentName, after: Seq, limit: usize) -> Result<Outbox, Refusal> {
        self.store.outbox(&self.id, agent, after, limit).await.map_err(|error| self.failed(&error))
    }

    /// Whether the session's customer is this agent's, or they may do this in one of another's; who may neither read it is told
    /// it is not there.
    async fn in_hand(&self, who: &Principal, session: SessionId, in_anothers: Option<Action>) -> Result<(), Refusal> {
        match self.hold(who, session).await? {
            Some(Hold::Whole) => Ok(()),
            Some(Hold::Until(_)) if !in_anothers.is_some_and(|action| permits(who.role(), action)) => {
                Err(Refusal::new(Reason::WrongMoment, "the customer is not yours any more; a note and the wrap-up are"))
            }
            Some(Hold::Until(_)) | None => self.in_anothers(who, session, in_anothers).await,
        }
    }

    /// What of the session is this agent's, or whoever's who may do this in one of another's.
    async fn in_part(&self, who: &Principal, session: SessionId, in_anothers: Action) -> Result<Hold, Refusal> {
        match self.hold(who, session).await? {
            Some(hold) if hold == Hold::Whole || !permits(who.role(), in_anothers) => Ok(hold),
            Some(_) | None => self.in_anothers(who, session, Some(in_anothers)).await.map(|()| Hold::Whole),
        }
    }

    async fn hold(&self, who: &Principal, session: SessionId) -> Result<Option<Hold>, Refusal> {
        let name = agent(&who.party)?.clone();
        let hold = self.engine().look(move |machine| machine.cases().hold(machine.directory().agent(&name)?, session));
        hold.await
    }

    /// Whether they may do this in a session that is another's; the audit log says who did, or tried.
    async fn in_anothers(&self, who: &Principal, session: SessionId, action: Option<Action>) -> Result<(), Refusal> {
        let may = self.may_in_anothers(who, session, action).await;
        let what = match action {
            Some(Action::Observe) => "session.observe",
            Some(_) => "session.intervene",
            None => "session.act",
        };
        self.audit.often(who, what, Some(session.to_string()), &may);
        may
    }

    async fn may_in_anothers(&self, who: &Principal, session: SessionId, action: Option<Action>) -> Result<(), Refusal> {
        if !permits(who.role(), Action::Observe) {
            return Err(Refusal::new(Reason::NotFound, "there is no such session"));
        }
        self.seen(who, session).await?;
        let may = action.is_some_and(|action| permits(who.role(), action));
        may.then_some(()).ok_or_else(|| Refusal::new(Reason::PermissionDenied, "only the agent who has the session may do this"))
    }
}

fn entry(entry: OutboxEntry) -> Result<(Seq, DeskEntry), Refusal> {
    let unreadable = || Refusal::new(Reason::Internal, "an entry of the outbox cannot be read");
    let what = match entry.message {
        Some((session, seq)) => DeskEntry::Message(session, seq, Message::decode(&entry.body).map_err(|_| unreadable())?),
        None => {
            let event: DeskEvent = crate::engine::journal::decode(&entry.body).map_err(|_| unreadable())?;
            DeskEntry::Event(Box::new(event))
        }
    };
    Ok((entry.seq, what))
}

/// Whose desk it is.
fn agent(party: &Party) -> Result<&AgentName, Refusal> {
    match party {
        Party::Agent(name) | Party::Supervisor(name) => Ok(name),
        Party::Customer(_) | Party::Admin | Party::Service => {
            Err(Refusal::new(Reason::PermissionDenied, "only agents and supervisors have a desk"))
        }
    }
}

/// Who has a session, or wraps it up.
pub(super) const fn agent_of(line: &Line) -> Option<&AgentName> {
    match &line.phase {
        Phase::Assigned(agent) | Phase::WrappingUp(agent) => Some(agent),
        Phase::Waiting | Phase::Offered(_) | Phase::Suspended | Phase::Ended | Phase::Refused(_) => None,
    }
}

const fn class(command: &DeskCommand) -> Class {
    match command {
        DeskCommand::Accept(_) | DeskCommand::Decline(..) => Class::Accept,
        _ => Class::Live,
    }
}
