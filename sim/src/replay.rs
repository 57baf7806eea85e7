//! A recorded day again, with another routing: who came and when, who was at their desk, how long talks took and how long those
//! waited who gave up is as it was; who gets whom is decided anew, by the real router.
//!
//! What nobody can know is taken so: whoever was answered would have waited for ever; whoever was never answered talks for as
//! long as the others of their queue did. Nobody declines and nobody misses an offer. Transfers are not made again.
//!
//! What is *not* here: the journal and names; the daemon reads both.

use crate::agenda::Agenda;
use segue_router::{
    AgentId, Arrival, Change, Effect, Event, InteractionId, OfferId, Outcome, Plan, Presence, QueueId, Readiness, Refusal, Router, Span,
    Time,
};
use std::collections::BTreeMap;

/// A customer's visit in a queue, as it was.
#[derive(Clone, Debug)]
struct Visit {
    at: Time,
    arrival: Arrival,
    /// From offer to acceptance, the talk, the wrap-up; none where nobody had them.
    served: Option<(Span, Span, Span)>,
    /// How long they waited who were answered.
    waited: Option<Span>,
    /// After how long they left, where they did.
    left_after: Option<Span>,
    /// No queue kept them.
    turned_away: bool,
}

/// What an agent did.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Turn {
    /// They are at their desk, with this presence.
    Here(Presence),
    /// They are not.
    Gone,
}

/// Something told the router that concerns neither a customer nor an agent.
type House = (Time, Event);

/// A day, as it was.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    visits: Vec<Visit>,
    turns: Vec<(Time, AgentId, Turn)>,
    house: Vec<House>,
    /// Where each interaction's visit is, and since when it is offered, talked with, wrapped up.
    under_way: BTreeMap<InteractionId, UnderWay>,
    faces: BTreeMap<AgentId, Turn>,
}

#[derive(Clone, Copy, Debug)]
struct UnderWay {
    visit: usize,
    since: Time,
    served: (Span, Span, Span),
}

impl Recorded {
    /// Takes in an event that was not refused, and what it led to; in their order.
    pub fn take(&mut self, at: Time, event: &Event, effects: &[Effect]) {
        match event {
            Event::Arrive(arrival) => {
                let under_way = UnderWay { visit: self.visits.len(), since: at, served: (Span(0), Span(0), Span(0)) };
                self.under_way.insert(arrival.interaction, under_way);
                // What it went on from may not be there in another order of things.
                let arrival = Arrival { continues: None, ..arrival.as_ref().clone() };
                self.visits.push(Visit { at, arrival, served: None, waited: None, left_after: None, turned_away: false });
            }
            Event::Close(..) | Event::Open(..) => self.house.push((at, event.clone())),
            _ => {}
        }
        for effect in effects {
            self.effect(at, effect);
        }
    }

    /// Takes in how an agent stands as the day begins.
    pub fn seen(&mut self, at: Time, change: Change) {
        self.effect(at, &Effect::Agent(change));
    }

    fn effect(&mut self, at: Time, effect: &Effect) {
        match effect {
            Effect::Offer(decision) => self.moves(decision.interaction, |_, way| way.since = at),
            Effect::Assign { interaction, .. } => self.moves(*interaction, |visit, way| {
                (way.served.0, way.since) = (at.since(way.since), at);
                visit.served = Some(way.served);
                visit.waited = visit.waited.or(Some(at.since(visit.at)));
            }),
            Effect::BeginWrapUp { interaction, .. } => self.moves(*interaction, |visit, way| {
                // An extension begins nothing.
                if way.served.1 == Span(0) {
                    (way.served.1, way.since) = (at.since(way.since), at);
                    visit.served = Some(way.served);
                }
            }),
            Effect::EndWrapUp { interaction, .. } => self.moves(*interaction, |visit, way| {
                way.served.2 = at.since(way.since);
                visit.served = Some(way.served);
            }),
            Effect::Ended { interaction, outcome, .. } => self.moves(*interaction, |visit, way| match (outcome, visit.served) {
                (Outcome::Handled, Some(_)) if way.served.1 == Span(0) => {
                    way.served.1 = at.since(way.since);
                    visit.served = Some(way.served);
                }
                (Outcome::Abandoned | Outcome::Suspended, None) => visit.left_after = Some(at.since(visit.at)),
                (Outcome::Overflowed, _) => visit.turned_away = true,
                _ => {}
            }),
            Effect::Agent(change) => {
                let gone = matches!(change.readiness, Readiness::SignedOut | Readiness::Lost);
                let turn = if gone { Turn::Gone } else { Turn::Here(change.presence.clone()) };
                if self.faces.insert(change.agent, turn.clone()) != Some(turn.clone()) {
                    self.turns.push((at, change.agent, turn));
                }
            }
            Effect::Wait { .. } | Effect::Withdraw { .. } | Effect::Invite { .. } => {}
        }
    }

    fn moves(&mut self, id: InteractionId, change: impl FnOnce(&mut Visit, &mut UnderWay)) {
        if let Some(way) = self.under_way.get_mut(&id)
            && let Some(visit) = self.visits.get_mut(way.visit)
        {
            change(visit, way);
        }
    }

    /// How many came.
    #[must_use]
    pub const fn arrivals(&self) -> usize {
        self.visits.len()
    }

    /// The day as it was, in the times that a routing's queues want their customers answered in.
    #[must_use]
    pub fn facts(&self, plan: &Plan) -> Day {
        let mut day = Day::default();
        for visit in &self.visits {
            let served = day.queues.entry(visit.arrival.queue).or_default();
            served.arrived += 1;
            served.left += u64::from(visit.left_after.is_some());
            served.turned_away += u64::from(visit.turned_away);
            if let Some(wait) = visit.waited {
                served.answer(wait, within(plan, visit.arrival.queue));
            }
        }
        day.sort();
        day
    }

    /// The mean time of each kind that those took who were served in a queue; of all queues where in that one nobody was.
    fn usual(&self, queue: QueueId) -> (Span, Span, Span) {
        let mean = |of: &dyn Fn(&Visit) -> bool| {
            let served: Vec<_> = self.visits.iter().filter(|visit| of(visit)).filter_map(|visit| visit.served).collect();
            let count = u64::try_from(served.len()).unwrap_or(u64::MAX).max(1);
            let sum = |part: fn(&(Span, Span, Span)) -> u64| Span(served.iter().map(part).sum::<u64>() / count);
            (!served.is_empty()).then(|| (sum(|s| s.0.0), sum(|s| s.1.0), sum(|s| s.2.0)))
        };
        mean(&|visit| visit.arrival.queue == queue).or_else(|| mean(&|_| true)).unwrap_or((Span(0), Span::seconds(180), Span(0)))
    }
}

/// What came of a day, by queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// By the queue that they came to.
    pub queues: BTreeMap<QueueId, Served>,
}

/// How those of a queue were served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// Who came.
    pub arrived: u64,
    /// Whom an agent had.
    pub answered: u64,
    /// Of these, within the queue's time; within 20 seconds where it has none.
    pub within: u64,
    /// Who left before.
    pub left: u64,
    /// Whom no queue took, or kept.
    pub turned_away: u64,
    /// How long those waited who were answered, in milliseconds, shortest first.
    pub waits: Vec<u64>,
}

impl Day {
    fn sort(&mut self) {
        self.queues.values_mut().for_each(|served| served.waits.sort_unstable());
    }
}

/// Within which wait a queue's customers are to be answered.
fn within(plan: &Plan, queue: QueueId) -> Span {
    plan.queues.get(&queue).map(|queue| queue.answer_within).filter(|within| *within > Span(0)).unwrap_or(Span::seconds(20))
}

impl Served {
    fn answer(&mut self, wait: Span, within: Span) {
        self.answered += 1;
        self.within += u64::from(wait <= within);
        self.waits.push(wait.0);
    }

    /// The mean wait of those who were answered.
    #[must_use]
    pub fn mean_wait(&self) -> Option<Span> {
        let count = u64::try_from(self.waits.len()).ok().filter(|count| *count > 0)?;
        Some(Span(self.waits.iter().sum::<u64>() / count))
    }

    /// The wait that so many of a hundred did not exceed.
    #[must_use]
    pub fn percentile(&self, of: usize) -> Option<Span> {
        let at = (self.waits.len() * of).div_ceil(100).saturating_sub(1);
        self.waits.get(at).map(|wait| Span(*wait))
    }
}

/// Something that will happen.
#[derive(Clone, Copy, Debug)]
enum What {
    House(usize),
    Turn(usize),
    Arrive(usize),
    Leave(usize),
    Answer(usize, AgentId, OfferId),
    Finish(usize, AgentId),
    WrapUp(usize, AgentId),
}

/// Where a visit is in the day that is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Away,
    Waiting,
    Offered(OfferId),
    Served,
    Over,
}

struct Play<'r> {
    recorded: &'r Recorded,
    router: Router,
    agenda: Agenda<What>,
    now: Time,
    at: Vec<At>,
    by_id: BTreeMap<InteractionId, usize>,
    usual: BTreeMap<QueueId, (Span, Span, Span)>,
    day: Day,
}

/// Plays a recorded day with a routing.
///
/// # Errors
///
/// Why the router refuses the routing.
pub fn play(recorded: &Recorded, plan: Plan) -> Result<Day, Refusal> {
    let begin = recorded.visits.first().map(|visit| visit.at).into_iter().chain(recorded.turns.first().map(|turn| turn.0)).min();
    let mut play = Play {
        recorded,
        router: Router::new(),
        agenda: Agenda::default(),
        now: begin.unwrap_or_default(),
        at: vec![At::Away; recorded.visits.len()],
        by_id: recorded.visits.iter().enumerate().map(|(number, visit)| (visit.arrival.interaction, number)).collect(),
        usual: plan.queues.keys().map(|queue| (*queue, recorded.usual(*queue))).collect(),
        day: Day::default(),
    };
    play.router.step(play.now, Event::Configure(Box::new(plan)), &mut Vec::new())?;
    for (number, (at, ..)) in recorded.turns.iter().enumerate() {
        play.agenda.put(*at, What::Turn(number));
    }
    for (number, (at, _)) in recorded.house.iter().enumerate() {
        play.agenda.put(*at, What::House(number));
    }
    for (number, visit) in recorded.visits.iter().enumerate() {
        play.agenda.put(visit.at, What::Arrive(number));
    }
    play.run();
    play.day.sort();
    Ok(play.day)
}

impl Play<'_> {
    fn run(&mut self) {
        while let Some((at, what)) = self.agenda.next_by(Time(u64::MAX)) {
            while let Some(due) = self.router.deadline().filter(|due| *due <= at) {
                self.now = due.max(self.now);
                self.step(Event::Tick);
            }
            self.now = at.max(self.now);
            self.happen(what);
        }
    }

    fn happen(&mut self, what: What) {
        match what {
            What::House(number) => self.step(self.recorded.house[number].1.clone()),
            What::Turn(number) => self.turn(number),
            What::Arrive(number) => self.arrive(number),
            What::Leave(number) => {
                if matches!(self.at[number], At::Waiting | At::Offered(_)) {
                    self.at[number] = At::Over;
                    self.served(number).left += 1;
                    self.step(Event::Abandon(self.recorded.visits[number].arrival.interaction));
                }
            }
            What::Answer(number, agent, offer) => {
                if self.at[number] == At::Offered(offer) {
                    self.step(Event::Accept(agent, offer));
                }
            }
            What::Finish(number, agent) => {
                self.step(Event::Finish(agent, self.recorded.visits[number].arrival.interaction));
                let (_, _, wrap_up) = self.takes(number);
                self.agenda.put(self.now.after(wrap_up), What::WrapUp(number, agent));
            }
            What::WrapUp(number, agent) => {
                // By any code: which one it was decides nothing. A wrap-up that has run out is over already.
                self.step(Event::WrapUp(agent, self.recorded.visits[number].arrival.interaction, Some(0)));
            }
        }
    }

    fn turn(&mut self, number: usize) {
        let (_, agent, turn) = &self.recorded.turns[number];
        let here = self.router.agent(*agent).is_some_and(|change| change.readiness != Readiness::SignedOut);
        match turn {
            Turn::Here(presence) if here => self.step(Event::Present(*agent, presence.clone())),
            Turn::Here(presence) => self.step(Event::SignIn(*agent, presence.clone())),
            // Who has a talk ends it first.
            Turn::Gone => self.step(Event::PresentNext(*agent, Some(Presence::default()))),
        }
    }

    fn arrive(&mut self, number: usize) {
        let visit = &self.recorded.visits[number];
        self.at[number] = At::Waiting;
        self.served(number).arrived += 1;
        if let Some(after) = visit.left_after {
            self.agenda.put(self.now.after(after), What::Leave(number));
        }
        let arrival = visit.arrival.clone();
        if !self.try_step(Event::Arrive(Box::new(arrival))) {
            self.at[number] = At::Over;
            self.served(number).turned_away += 1;
        }
    }

    fn served(&mut self, number: usize) -> &mut Served {
        self.day.queues.entry(self.recorded.visits[number].arrival.queue).or_default()
    }

    fn takes(&self, number: usize) -> (Span, Span, Span) {
        let visit = &self.recorded.visits[number];
        visit.served.or_else(|| self.usual.get(&visit.arrival.queue).copied()).unwrap_or_default()
    }

    /// Steps; what is refused in another order of things did not happen.
    fn step(&mut self, event: Event) {
        self.try_step(event);
    }

    fn try_step(&mut self, event: Event) -> bool {
        let mut effects = Vec::new();
        let done = self.router.step(self.now, event, &mut effects).is_ok();
        for effect in &effects {
            self.heed(effect);
        }
        done
    }

    fn heed(&mut self, effect: &Effect) {
        let visit = |id: &InteractionId| self.by_id.get(id).copied();
        match effect {
            Effect::Offer(decision) => {
                let Some(number) = visit(&decision.interaction) else { return };
                self.at[number] = At::Offered(decision.offer);
                // An agent who answered in time then answers in time now.
                let last = Span(decision.deadline.since(self.now).0.saturating_sub(1));
                let ring = self.takes(number).0.min(last);
                self.agenda.put(self.now.after(ring), What::Answer(number, decision.agent, decision.offer));
            }
            Effect::Withdraw { interaction, .. } => {
                if let Some(number) = visit(interaction).filter(|number| self.at[*number] != At::Over) {
                    self.at[number] = At::Waiting;
                }
            }
            Effect::Assign { interaction, agent, .. } => {
                let Some(number) = visit(interaction) else { return };
                self.at[number] = At::Served;
                let visit = &self.recorded.visits[number];
                let wait = self.now.since(visit.at);
                let within = within(self.router.plan(), visit.arrival.queue);
                self.served(number).answer(wait, within);
                self.agenda.put(self.now.after(self.takes(number).1), What::Finish(number, *agent));
            }
            Effect::Ended { interaction, outcome: Outcome::Overflowed, .. } => {
                let Some(number) = visit(interaction) else { return };
                self.at[number] = At::Over;
                self.served(number).turned_away += 1;
            }
            Effect::Wait { .. }
            | Effect::BeginWrapUp { .. }
            | Effect::EndWrapUp { .. }
            | Effect::Invite { .. }
            | Effect::Ended { .. }
            | Effect::Agent(_) => {}
        }
    }
}
