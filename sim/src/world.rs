//! The real router in virtual time: a scenario's customers and agents around it, moved by an agenda.
//!
//! Every event goes through `Router::step`, every effect is heeded; nothing is decided here. Not here: what follows
//! from what was counted; see `tally` and `run`.

use crate::agenda::{Agenda, What};
use crate::customers::{At, Customer, Customers};
use crate::plan::Numbered;
use crate::random::Run;
use crate::scenario::Scenario;
use crate::staff::Staff;
use crate::streams::Streams;
use crate::tally::Tally;
use segue_router::{AgentId, Arrival, Effect, Event, InteractionId, OfferId, Presence, Priority, Refusal, Router, Time};

/// The router refused something that the scenario brings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the router refused what the scenario brings: {0:?}")]
pub struct Refused(pub Refusal);

/// Of how many latest waits the mean is taken that expected waits are compared with: each counts for a part in that many.
const PAST_WAITS: f64 = 20.0;

/// One run of a scenario.
#[derive(Debug)]
pub(crate) struct World<'a> {
    scenario: &'a Scenario,
    numbered: Numbered,
    router: Router,
    agenda: Agenda<What>,
    streams: Streams<'a>,
    staff: Staff<'a>,
    customers: Customers,
    now: Time,
    interval: usize,
    tally: Tally,
    /// By stream, the mean of the latest waits of those who had to wait.
    past: Vec<f64>,
    /// Whether customers who have to wait are told for how long.
    tells: bool,
    /// Offers to be answered at once.
    offers: Vec<(AgentId, OfferId, InteractionId)>,
    effects: Vec<Effect>,
}

impl<'a> World<'a> {
    /// Everything as it is when the day begins.
    pub(crate) fn new(scenario: &'a Scenario, run: Run, tells: bool) -> Result<Self, Refused> {
        let numbered = Numbered::of(scenario);
        let (streams, staff) = (Streams::new(scenario, run), Staff::new(scenario, &numbered, run));
        let tally = Tally::new(scenario.streams.len(), scenario.intervals(), scenario.teams.len());
        let mut world = Self {
            scenario,
            numbered,
            router: Router::new(),
            agenda: Agenda::default(),
            streams,
            staff,
            customers: Customers::default(),
            now: Time(0),
            interval: 0,
            tally,
            past: vec![0.0; scenario.streams.len()],
            tells,
            offers: Vec::new(),
            effects: Vec::new(),
        };
        world.step(Event::Configure(Box::new(world.numbered.plan.clone())))?;
        for stream in 0..scenario.streams.len() {
            world.expect_arrival(stream);
        }
        world.staff.put_shifts(&mut world.agenda);
        for interval in 1..=scenario.intervals() {
            world.agenda.put(later(Time(0), interval as f64 * scenario.interval.0), What::Interval(interval));
        }
        Ok(world)
    }

    /// Lets time pass until then.
    pub(crate) fn pass(&mut self, until: Time) -> Result<(), Refused> {
        while let Some((at, what)) = self.agenda.next_by(until) {
            self.now = at;
            self.happen(what)?;
        }
        Ok(())
    }

    /// Lets the day end: who is still there is served, who then still waits goes home.
    pub(crate) fn close(&mut self) -> Result<(), Refused> {
        self.pass(Time(u64::MAX))?;
        for id in self.customers.waiting() {
            self.leave(id)?;
        }
        Ok(())
    }

    /// What was counted since it was last asked for.
    pub(crate) fn take(&mut self) -> Tally {
        self.staff.flush(self.now, self.interval, &mut self.tally);
        let fresh = Tally::new(self.scenario.streams.len(), self.scenario.intervals(), self.scenario.teams.len());
        std::mem::replace(&mut self.tally, fresh)
    }

    fn happen(&mut self, what: What) -> Result<(), Refused> {
        match what {
            What::Arrival(stream) => self.arrival(stream),
            What::Return(id) => {
                let id = self.customers.renew(id);
                self.arrive(id)
            }
            What::Leave(id) => match self.customers.get(id).map(|customer| customer.at) {
                Some(At::Waiting | At::Offered(_)) => self.leave(id),
                Some(At::Talking | At::Away) | None => Ok(()),
            },
            What::Answer(agent, offer, id) => match self.customers.get(id).map(|customer| customer.at) {
                Some(At::Offered(open)) if open == offer => self.step(Event::Accept(agent, offer)),
                Some(_) | None => Ok(()),
            },
            What::Finish(agent, id) => self.finish(agent, id),
            What::WrapUp(agent, id) => self.step(Event::WrapUp(agent, id, None)),
            What::Begin(team) => self.change_shift(team, true),
            What::End(team) => self.change_shift(team, false),
            What::Interval(interval) => {
                self.staff.flush(self.now, self.interval, &mut self.tally);
                self.interval = interval;
                Ok(())
            }
        }
    }

    fn expect_arrival(&mut self, stream: usize) {
        if let Some(at) = self.streams.next(stream, self.now) {
            self.agenda.put(at, What::Arrival(stream));
        }
    }

    fn arrival(&mut self, stream: usize) -> Result<(), Refused> {
        self.expect_arrival(stream);
        if !self.streams.comes(stream, self.interval) {
            return Ok(());
        }
        let (handling, wrap_up, patience) = self.streams.draw(stream);
        let (since, interval) = (self.now, self.interval);
        let id = self.customers.enter(|id| Customer {
            id,
            stream,
            interval,
            since,
            handling,
            wrap_up,
            patience,
            returns: 0,
            at: At::Away,
            delayed: true,
            told: None,
        });
        self.arrive(id)
    }

    fn arrive(&mut self, id: InteractionId) -> Result<(), Refused> {
        let (now, interval) = (self.now, self.interval);
        let Some(customer) = self.customers.get_mut(id) else { return Ok(()) };
        (customer.since, customer.interval, customer.at, customer.delayed) = (now, interval, At::Waiting, true);
        let (stream, patience) = (customer.stream, customer.patience);
        if let Some(patience) = patience {
            self.agenda.put(later(now, patience), What::Leave(id));
        }
        self.count(stream, interval, |counts| counts.offered += 1);
        let plan = &self.scenario.streams[stream];
        self.step(Event::Arrive(Box::new(Arrival {
            interaction: id,
            queue: self.numbered.queues[stream],
            channel: plan.channel,
            needs: self.numbered.needs[stream].clone(),
            priority: Priority(plan.priority),
            since: now,
            preferred: None,
            excluded: [].into(),
            continues: None,
            kept: false,
        })))?;
        if self.tells {
            let told = self.router.expected_wait(id).map(|wait| (wait, self.past[stream]));
            self.customers.get_mut(id).into_iter().for_each(|customer| customer.told = told);
        }
        Ok(())
    }

    fn leave(&mut self, id: InteractionId) -> Result<(), Refused> {
        self.step(Event::Abandon(id))?;
        let Some(customer) = self.customers.get_mut(id) else { return Ok(()) };
        let (stream, interval, wait, returns) = (customer.stream, customer.interval, self.now.since(customer.since), customer.returns);
        let delayed = customer.delayed;
        (customer.at, customer.returns) = (At::Away, returns + 1);
        let back = self.streams.comes_back(stream, returns);
        if let Some((after, patience)) = back {
            customer.patience = patience;
            self.agenda.put(later(self.now, after), What::Return(id));
        } else {
            self.customers.leave(id);
        }
        self.count(stream, interval, |counts| {
            counts.abandoned += 1;
            counts.delayed += u64::from(delayed);
            counts.waited += wait.0;
        });
        Ok(())
    }

    fn finish(&mut self, agent: AgentId, id: InteractionId) -> Result<(), Refused> {
        let Some(wrap_up) = self.customers.get(id).map(|customer| (customer.stream, customer.wrap_up)) else { return Ok(()) };
        self.customers.leave(id);
        self.step(Event::Finish(agent, id))?;
        match wrap_up {
            (stream, _) if !self.streams.wraps_up(stream) => Ok(()),
            (_, wrap_up) if wrap_up > 0.0 => {
                self.agenda.put(later(self.now, wrap_up), What::WrapUp(agent, id));
                Ok(())
            }
            _ => self.step(Event::WrapUp(agent, id, None)),
        }
    }

    fn change_shift(&mut self, team: usize, begins: bool) -> Result<(), Refused> {
        let all = Presence { channels: self.scenario.channels.keys().copied().collect(), reason: 0 };
        for agent in self.staff.members(team) {
            let event = if begins { Event::SignIn(agent, all.clone()) } else { Event::PresentNext(agent, Some(Presence::default())) };
            self.step(event)?;
        }
        Ok(())
    }

    /// One event, and the answers to what it put to agents who answer at once.
    fn step(&mut self, event: Event) -> Result<(), Refused> {
        self.apply(event)?;
        while let Some((agent, offer, _)) = self.offers.pop() {
            self.apply(Event::Accept(agent, offer))?;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) -> Result<(), Refused> {
        let mut effects = std::mem::take(&mut self.effects);
        self.router.step(self.now, event, &mut effects).map_err(Refused)?;
        for effect in effects.drain(..) {
            self.heed(&effect);
        }
        self.effects = effects;
        Ok(())
    }

    fn heed(&mut self, effect: &Effect) {
        match effect {
            Effect::Offer(decision) => {
                let (agent, offer, id) = (decision.agent, decision.offer, decision.interaction);
                let Some(customer) = self.customers.get_mut(id) else { return };
                customer.at = At::Offered(offer);
                customer.delayed &= customer.since != self.now;
                match self.staff.answers_after(agent) {
                    Some(delay) => self.agenda.put(later(self.now, delay), What::Answer(agent, offer, id)),
                    None => self.offers.push((agent, offer, id)),
                }
            }
            Effect::Withdraw { interaction, .. } => {
                self.customers.get_mut(*interaction).into_iter().for_each(|customer| customer.at = At::Waiting);
            }
            Effect::Assign { interaction, agent, .. } => self.answered(*interaction, *agent),
            Effect::Agent(change) => self.staff.heed(self.now, self.interval, change, &mut self.tally),
            Effect::Wait { .. } | Effect::Invite { .. } | Effect::BeginWrapUp { .. } | Effect::EndWrapUp { .. } | Effect::Ended { .. } => {}
        }
    }

    fn answered(&mut self, id: InteractionId, agent: AgentId) {
        let Some(customer) = self.customers.get_mut(id) else { return };
        customer.at = At::Talking;
        let customer = *customer;
        self.agenda.put(later(self.now, customer.handling), What::Finish(agent, id));
        let wait = self.now.since(customer.since).0;
        let within = wait as f64 <= self.scenario.target.within.0;
        self.count(customer.stream, customer.interval, |counts| {
            counts.answered += 1;
            counts.within += u64::from(within);
            counts.delayed += u64::from(customer.delayed);
            counts.waited += wait;
        });
        self.tally.streams[customer.stream].waits.push(u32::try_from(wait).unwrap_or(u32::MAX));
        if let Some((told, past)) = customer.told {
            self.tally.told.compare(told, past, wait as f64);
        }
        if self.tells && customer.delayed {
            let past = &mut self.past[customer.stream];
            *past += (wait as f64 - *past) / PAST_WAITS;
        }
    }

    /// Counts for the stream, and for the interval unless it came after the last.
    fn count(&mut self, stream: usize, interval: usize, add: impl Fn(&mut crate::tally::Counts)) {
        add(&mut self.tally.streams[stream]);
        self.tally.intervals.get_mut(interval).into_iter().for_each(&add);
    }
}

/// A moment so many milliseconds later, to the millisecond.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are positive, and a float saturates")]
pub(crate) fn later(now: Time, milliseconds: f64) -> Time {
    now.after(segue_router::Span(milliseconds.round() as u64))
}
