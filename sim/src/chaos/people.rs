//! Customers and agents: what they want next, and how long they wait for an answer.
//!
//! A command has an id for as long as it is repeated; it is repeated until it is answered.

use super::node::Socket;
use super::rules::QUEUES;
use super::store::Entry;
use segue_router::{Channel, InteractionId, OfferId, Span, Time};
use segue_session::{
    AgentName, Arriving, AssuranceLevel, Claim, Command, CustomerClaims, DeskCommand, LegId, Party, Principal, Private, Proof, RequestId,
    SessionId, SuspendCause, TenantId,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use uuid::Uuid;

/// How long somebody waits before they ask again.
pub(super) const PATIENCE: Span = Span(2_500);

/// What a customer asked, until it is answered.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) request: RequestId,
    pub(super) command: Command,
    pub(super) again: Time,
}

/// Where a customer is, as they see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Away,
    Here,
    Suspended,
}

/// A customer, one session after the other.
#[derive(Debug)]
pub(super) struct Customer {
    pub(super) who: Principal,
    pub(super) session: SessionId,
    pub(super) leg: LegId,
    pub(super) stand: Stand,
    pub(super) asked: Option<Asked>,
    /// When they do something next.
    pub(super) next: Time,
}

impl Customer {
    pub(super) fn new(number: usize, tenant: &TenantId) -> Self {
        let name = format!("customer-{number}");
        let proof = Proof {
            method: "sign_in".into(),
            level: AssuranceLevel::Substantial,
            issuer: "id".into(),
            at: Time(0),
            until: Time(u64::MAX / 2),
        };
        let claims = CustomerClaims { customer: Some(name.as_str().into()), proofs: vec![proof], ..CustomerClaims::default() };
        let who =
            Principal { tenant: tenant.clone(), subject: Private::new(name), party: Party::Customer(claims), expires: Time(u64::MAX) };
        let nil = Uuid::nil();
        Self { who, session: SessionId(nil), leg: LegId(nil), stand: Stand::Away, asked: None, next: Time(0) }
    }

    /// Begins another session, in this queue.
    pub(super) fn start(&mut self, fresh: &mut impl FnMut() -> Uuid, queue: usize) -> Command {
        (self.session, self.leg) = (SessionId(fresh()), LegId(fresh()));
        let journey = QUEUES.get(queue).map(|(name, ..)| (*name).into());
        Command::Start { session: self.session, leg: arriving(self.leg), journey, claimed: BTreeMap::new() }
    }

    pub(super) const fn leave(&self) -> Command {
        Command::LeaveLine(self.leg)
    }

    pub(super) const fn suspend(&self) -> Command {
        Command::Suspend(SuspendCause::Asked, Some(self.leg), Vec::new())
    }

    /// Comes back on another leg.
    pub(super) const fn resume(leg: LegId) -> Command {
        Command::Resume { leg: arriving(leg), by: Claim::SignedIn }
    }
}

const fn arriving(leg: LegId) -> Arriving {
    Arriving { leg, channel: Channel::Chat, address: None, language: None }
}

/// What an agent is going to do about an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    Decline,
    Ignore,
}

/// An agent's desk.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) agent: AgentName,
    /// Its socket, and on which node.
    pub(super) socket: Option<(usize, Socket)>,
    /// When it tries to connect next.
    pub(super) connect: Time,
    /// How far it has seen, in which run of the store.
    pub(super) seq: usize,
    pub(super) run: u64,
    pub(super) offers: BTreeMap<OfferId, (InteractionId, Answer, Time)>,
    pub(super) talks: BTreeMap<InteractionId, Time>,
    pub(super) wraps: BTreeMap<InteractionId, Time>,
    /// Commands to be given, the first under way.
    pub(super) asked: VecDeque<(RequestId, DeskCommand)>,
    pub(super) again: Time,
    /// When it says anew that its agent is ready.
    pub(super) ready: Time,
}

impl Desk {
    pub(super) fn new(agent: AgentName) -> Self {
        Self {
            agent,
            socket: None,
            connect: Time(0),
            seq: 0,
            run: 0,
            offers: BTreeMap::new(),
            talks: BTreeMap::new(),
            wraps: BTreeMap::new(),
            asked: VecDeque::new(),
            again: Time(0),
            ready: Time(0),
        }
    }

    /// Takes in an entry; `plan` says what its agent does about an offer and when, and how long they take for what follows.
    pub(super) fn hear(&mut self, entry: &Entry, plan: &mut impl FnMut(Option<Time>) -> (Answer, Time)) {
        match entry {
            Entry::Offered(offer, id, deadline) => {
                let (answer, at) = plan(Some(*deadline));
                self.offers.insert(*offer, (*id, answer, at));
            }
            Entry::Withdrawn(offer, id) => {
                self.offers.remove(offer);
                self.talks.remove(id);
            }
            Entry::Assigned(offer, id) => {
                self.offers.remove(offer);
                self.talks.insert(*id, plan(None).1);
            }
            Entry::WrapUpBegan(id) => {
                self.talks.remove(id);
                self.wraps.insert(*id, plan(None).1);
            }
            Entry::WrapUpEnded(id) => drop(self.wraps.remove(id)),
            Entry::CustomerLeft(id) => self.offers.retain(|_, (of, ..)| of != id),
            Entry::Else => {}
        }
    }

    /// What it shows: offers, talks, wrap-ups.
    pub(super) fn shows(&self) -> super::model::Holdings {
        let talks: BTreeSet<_> = self.talks.keys().copied().collect();
        (self.offers.keys().copied().collect(), talks, self.wraps.keys().copied().collect())
    }

    /// What its agent does now: one command for each thing whose time has come.
    pub(super) fn due(&mut self, now: Time) -> Vec<DeskCommand> {
        let mut commands = Vec::new();
        for (offer, (_, answer, at)) in self.offers.iter_mut().filter(|(_, (_, _, at))| *at <= now) {
            *at = now.after(Span::seconds(15));
            match answer {
                Answer::Accept => commands.push(DeskCommand::Accept(*offer)),
                Answer::Decline => commands.push(DeskCommand::Decline(*offer, None)),
                Answer::Ignore => {}
            }
        }
        for (id, at) in self.talks.iter_mut().filter(|(_, at)| **at <= now) {
            *at = now.after(Span::seconds(15));
            commands.push(DeskCommand::Finish(*id));
        }
        for (id, at) in self.wraps.iter_mut().filter(|(_, at)| **at <= now) {
            *at = now.after(Span::seconds(15));
            commands.push(DeskCommand::WrapUp(*id, None, None));
        }
        commands
    }
}
