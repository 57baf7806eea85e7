//! The one harness: a router, people with names, and a transcript of what happened and what came of it.

use segue_router::{
    AgentId, AgentPlan, Arrival, Change, Channel, ChannelPlan, Closing, Decision, Effect, Event, InteractionId, Level, OfferId, Plan,
    Presence, Priority, QueueId, QueuePlan, Readiness, Refusal, Requirement, Router, SkillId, Span, Time, Timings, Units,
};
use std::fmt::Write;

pub(crate) const ADA: AgentId = AgentId(1);
pub(crate) const BO: AgentId = AgentId(2);
pub(crate) const CY: AgentId = AgentId(3);
pub(crate) const NOBODY: AgentId = AgentId(99);
pub(crate) const BILLING: QueueId = QueueId(1);
pub(crate) const FAULTS: QueueId = QueueId(2);
pub(crate) const NOWHERE: QueueId = QueueId(99);
pub(crate) const FRENCH: SkillId = SkillId(1);
pub(crate) const FIBRE: SkillId = SkillId(2);

/// Interaction `#n`.
pub(crate) const fn nr(n: u128) -> InteractionId {
    InteractionId(n)
}

/// The moment `s` seconds into the story.
pub(crate) const fn sec(s: u64) -> Time {
    Time(s * 1000)
}

/// The skill at this level or above.
pub(crate) fn at_least(skill: SkillId, level: u8) -> Requirement {
    Requirement::AtLeast(skill, Level(level))
}

/// Ada knows French 8 and fibre 4, Bo French 5, Cy fibre 9; everybody serves both queues.
///
/// Offers stand for 20 s, wrap-up for 30 s; a call takes all 100 units, a chat 30, an e-mail 20.
pub(crate) fn plan() -> Plan {
    let queue = QueuePlan { wrap_up_for: Span::seconds(30), wrap_up_extension: Span::seconds(15), depth: 10, ..QueuePlan::default() };
    let agent = |skills: &[(SkillId, u8)]| AgentPlan {
        skills: skills.iter().map(|&(skill, level)| (skill, Level(level))).collect(),
        queues: [BILLING, FAULTS].into(),
        capacity: Units(100),
        caps: [].into(),
    };
    let price = |units| ChannelPlan { units: Units(units) };
    Plan {
        queues: [(BILLING, queue.clone()), (FAULTS, queue)].into(),
        agents: [(ADA, agent(&[(FRENCH, 8), (FIBRE, 4)])), (BO, agent(&[(FRENCH, 5)])), (CY, agent(&[(FIBRE, 9)]))].into(),
        channels: [(Channel::Voice, price(100)), (Channel::Chat, price(30)), (Channel::Email, price(20))].into(),
        timings: Timings::default(),
    }
}

/// Takes new work on these channels.
pub(crate) fn on(channels: &[Channel]) -> Presence {
    Presence { channels: channels.iter().copied().collect(), reason: 1 }
}

/// Takes new work on every channel.
pub(crate) fn ready() -> Presence {
    on(&Channel::ALL)
}

/// Takes no new work.
pub(crate) fn pause() -> Presence {
    Presence { channels: [].into(), reason: 2 }
}

/// A plain arrival, to be changed with `..`.
pub(crate) fn call(n: u128) -> Arrival {
    Arrival {
        interaction: nr(n),
        queue: BILLING,
        channel: Channel::Voice,
        needs: Requirement::default(),
        priority: Priority(0),
        since: Time(0),
        preferred: None,
        excluded: [].into(),
        continues: None,
        kept: false,
    }
}

/// A plain chat, to be changed with `..`.
pub(crate) fn chat(n: u128) -> Arrival {
    Arrival { channel: Channel::Chat, ..call(n) }
}

/// A story as it goes.
pub(crate) struct Tale {
    pub(crate) router: Router,
    transcript: String,
}

impl Tale {
    /// Under this plan.
    pub(crate) fn under(plan: Plan) -> Self {
        let mut router = Router::new();
        let mut out = Vec::new();
        router.step(Time(0), Event::Configure(Box::new(plan)), &mut out).unwrap();
        assert_eq!(out, [], "a first plan has nothing to tell");
        Self { router, transcript: String::new() }
    }

    /// Under the usual plan.
    pub(crate) fn new() -> Self {
        Self::under(plan())
    }

    /// With these agents signed in, one second after another, on all channels.
    pub(crate) fn with(agents: &[AgentId]) -> Self {
        let mut tale = Self::new();
        for (second, agent) in agents.iter().enumerate() {
            tale.at(second as u64, Event::SignIn(*agent, ready()));
        }
        tale
    }

    /// Something happens at this second.
    pub(crate) fn at(&mut self, second: u64, event: Event) -> Vec<Effect> {
        let mut out = Vec::new();
        let before = self.router.snapshot();
        let what = tell(&event);
        let came = match self.router.step(sec(second), event, &mut out) {
            Ok(()) if out.is_empty() => "nothing".to_owned(),
            Ok(()) => out.iter().map(effect).collect::<Vec<_>>().join("; "),
            Err(refusal) => {
                assert_eq!(self.router.snapshot(), before, "a refusal changed something");
                format!("refused: {}", refused(&refusal))
            }
        };
        self.router.check().unwrap();
        writeln!(self.transcript, "{:<6}{what:<46}| {came}", format!("{second}s")).unwrap();
        out
    }

    /// An interaction arrives; its customer begins to wait now, unless told otherwise.
    pub(crate) fn arrive(&mut self, second: u64, arrival: Arrival) -> Vec<Effect> {
        let since = if arrival.since == Time(0) { sec(second) } else { arrival.since };
        self.at(second, Event::Arrive(Box::new(Arrival { since, ..arrival })))
    }

    /// A deadline passed.
    pub(crate) fn tick(&mut self, second: u64) -> Vec<Effect> {
        self.at(second, Event::Tick)
    }

    /// The newest offer is accepted.
    pub(crate) fn accept(&mut self, second: u64, agent: AgentId, offer: u64) -> Vec<Effect> {
        self.at(second, Event::Accept(agent, OfferId(offer)))
    }

    /// What has been told.
    pub(crate) fn told(&self) -> &str {
        &self.transcript
    }
}

/// The decision among the effects.
pub(crate) fn decision(effects: &[Effect]) -> &Decision {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Offer(decision) => Some(decision),
        _ => None,
    });
    found.expect("an offer was made")
}

pub(crate) fn name(id: AgentId) -> String {
    match id {
        ADA => "ada".to_owned(),
        BO => "bo".to_owned(),
        CY => "cy".to_owned(),
        AgentId(n) => format!("agent {n}"),
    }
}

fn line(id: QueueId) -> String {
    match id {
        BILLING => "billing".to_owned(),
        FAULTS => "faults".to_owned(),
        QueueId(n) => format!("queue {n}"),
    }
}

fn takes(presence: &Presence) -> String {
    match presence.channels.len() {
        0 => "nothing".to_owned(),
        4 => "everything".to_owned(),
        _ => presence.channels.iter().map(|channel| format!("{channel:?}").to_lowercase()).collect::<Vec<_>>().join(", "),
    }
}

fn asks(needs: &Requirement) -> String {
    match needs {
        Requirement::AtLeast(FRENCH, level) => format!("french ≥ {}", level.0),
        Requirement::AtLeast(FIBRE, level) => format!("fibre ≥ {}", level.0),
        Requirement::AtLeast(skill, level) => format!("{skill} ≥ {}", level.0),
        Requirement::All(parts) if parts.len() > 8 => format!("{} things", parts.len()),
        Requirement::All(parts) => parts.iter().map(asks).collect::<Vec<_>>().join(" and "),
        Requirement::Any(parts) => parts.iter().map(asks).collect::<Vec<_>>().join(" or "),
        Requirement::Not(part) => format!("not {}", asks(part)),
    }
}

fn arrival(arrival: &Arrival) -> String {
    let channel = format!("{:?}", arrival.channel).to_lowercase();
    let mut told = format!("{channel} #{} arrives in {}", arrival.interaction.0, line(arrival.queue));
    if arrival.needs != Requirement::default() {
        write!(told, ": {}", asks(&arrival.needs)).unwrap();
    }
    if arrival.priority != Priority(0) {
        write!(told, ", {}", arrival.priority).unwrap();
    }
    if let Some(preferred) = arrival.preferred {
        write!(told, ", rather {}", name(preferred)).unwrap();
    }
    for excluded in arrival.excluded.iter().take(3) {
        write!(told, ", not {}", name(*excluded)).unwrap();
    }
    told
}

fn tell(event: &Event) -> String {
    match event {
        Event::Configure(_) => "another plan".to_owned(),
        Event::Arrive(it) => arrival(it),
        Event::SignIn(id, presence) => format!("{} signs in: {}", name(*id), takes(presence)),
        Event::Present(id, presence) => format!("{} takes {}", name(*id), takes(presence)),
        Event::PresentNext(id, Some(next)) => format!("{} will then take {}", name(*id), takes(next)),
        Event::PresentNext(id, None) => format!("{} takes the wish back", name(*id)),
        Event::Lose(id) => format!("{}'s desk vanishes", name(*id)),
        Event::SignOut(id) => format!("{} signs out", name(*id)),
        Event::Accept(id, offer) => format!("{} accepts {offer}", name(*id)),
        Event::Decline(id, offer, _) => format!("{} declines {offer}", name(*id)),
        Event::Finish(id, it) => format!("{} finishes #{}", name(*id), it.0),
        Event::WrapUp(id, it, Some(code)) => format!("{} wraps up #{} with code {code}", name(*id), it.0),
        Event::WrapUp(id, it, None) => format!("{} wraps up #{}", name(*id), it.0),
        Event::Extend(id, it) => format!("{} wants more time for #{}", name(*id), it.0),
        Event::TransferToQueue(id, it, queue, needs) if *needs == Requirement::default() => {
            format!("{} transfers #{} to {}", name(*id), it.0, line(*queue))
        }
        Event::TransferToQueue(id, it, queue, needs) => {
            format!("{} transfers #{} to {}: {}", name(*id), it.0, line(*queue), asks(needs))
        }
        Event::TransferToAgent(id, it, to) => format!("{} transfers #{} to {}", name(*id), it.0, name(*to)),
        Event::Requeue(it) => format!("#{} is requeued", it.0),
        Event::Prioritise(it, priority) => format!("#{} gets {priority}", it.0),
        Event::Suspend(it) => format!("#{} is suspended", it.0),
        Event::Abandon(it) => format!("the customer of #{} leaves", it.0),
        Event::Close(queue, Closing::Hours) => format!("{} closes", line(*queue)),
        Event::Close(queue, Closing::Hand) => format!("{} is closed by hand", line(*queue)),
        Event::Open(queue, Closing::Hours) => format!("{} opens", line(*queue)),
        Event::Open(queue, Closing::Hand) => format!("{} is opened by hand", line(*queue)),
        Event::Tick => "tick".to_owned(),
    }
}

fn at(time: Time) -> String {
    format!("{}s", time.0 / 1000)
}

fn change(change: &Change) -> String {
    let readiness = match change.readiness {
        Readiness::SignedOut => "signed out",
        Readiness::Idle => "idle",
        Readiness::Offered => "offered",
        Readiness::Busy => "busy",
        Readiness::WrappingUp => "wrapping up",
        Readiness::Unresponsive => "unresponsive",
        Readiness::Lost => "lost",
    };
    let mut told = format!("{} {readiness} {}/{}", name(change.agent), change.load, change.capacity);
    if change.readiness != Readiness::SignedOut && change.presence.channels.len() < 4 {
        write!(told, ", takes {}", takes(&change.presence)).unwrap();
    }
    if let Some(next) = &change.next {
        write!(told, ", then {}", takes(next)).unwrap();
    }
    told
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Wait { interaction, queue, since, priority: Priority(0) } => {
            format!("#{} waits in {} since {}", interaction.0, line(*queue), at(*since))
        }
        Effect::Wait { interaction, queue, since, priority } => {
            format!("#{} waits in {} since {}, {priority}", interaction.0, line(*queue), at(*since))
        }
        Effect::Offer(it) => format!("{} of #{} to {} until {}", it.offer, it.interaction.0, name(it.agent), at(it.deadline)),
        Effect::Withdraw { offer, interaction, agent, why } => {
            format!("withdraw {offer} of #{} from {}: {why:?}", interaction.0, name(*agent))
        }
        Effect::Assign { interaction, agent, .. } => format!("#{} is {}'s", interaction.0, name(*agent)),
        Effect::BeginWrapUp { interaction, agent, until } => {
            format!("{} wraps up #{} until {}", name(*agent), interaction.0, at(*until))
        }
        Effect::EndWrapUp { interaction, agent, code: None } => format!("{} is through with #{}", name(*agent), interaction.0),
        Effect::EndWrapUp { interaction, agent, code: Some(code) } => {
            format!("{} is through with #{}, code {code}", name(*agent), interaction.0)
        }
        Effect::Ended { interaction, outcome, since, .. } => format!("#{} ended: {outcome:?}, since {}", interaction.0, at(*since)),
        Effect::Invite { interaction } => format!("offer #{} a call back", interaction.0),
        Effect::Agent(it) => change(it),
    }
}

fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::BadPlan(why) => format!("bad plan: {why}"),
        Refusal::NotYours(owner) => format!("it is {}'s", name(*owner)),
        other => format!("{other:?}"),
    }
}
