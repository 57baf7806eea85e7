//! Customers and the sessions' side of the house: a command is decided by the real session core on what was read, and stored
//! at that version or not at all.

use super::fault::Fault;
use super::mutant::Mutant;
use super::people::{Asked, Customer, PATIENCE, Stand};
use super::store::{Mutation, Refused};
use super::world::{Ask, What, World, Write};
use segue_router::Span;
use segue_session::{Actor, Command, LegId, Moment, Phase, RequestId, SessionId, Settings, Standing, apply};
use uuid::Uuid;

/// How often a command is decided anew where others were faster.
const TRIES: u32 = 20;

impl World<'_> {
    /// A session's command reaches a node, which decides it on what is stored.
    pub(super) fn ask(&mut self, number: usize, ask: Ask) {
        let node = &self.nodes[number];
        let former = ask.customer.is_none() && ask.life != node.life;
        if former || !node.up {
            return;
        }
        if node.still > self.now || node.cut || node.deaf {
            // The house's own word waits; a customer asks again, or somebody else.
            if ask.customer.is_none() {
                self.put(Span(500), What::Ask(number, Box::new(ask)));
            }
            return;
        }
        let (life, now) = (node.life, node.wall(self.now));
        let tables = self.store.tables();
        let (version, session) =
            tables.sessions.get(&ask.session).map_or((0, None), |(version, session)| (*version, Some(session.clone())));
        let line = tables.lines.get(&ask.session).cloned();
        let settings = Settings::usual("en".into());
        let fresh = &mut self.fresh;
        let mut ids = || {
            *fresh += 1;
            Uuid::from_u128((0xc4a0 << 64) | *fresh)
        };
        let mut moment = Moment {
            now,
            tenant: &self.tenant,
            life: 1,
            heard: true,
            who: ask.customer.map_or(Actor::House, |customer| Actor::Principal(&self.customers[customer].who)),
            settings: &settings,
            keys: &self.keys,
            library: &self.library,
            ids: &mut ids,
        };
        match apply(&mut moment, session, line.as_ref(), ask.command.clone()) {
            Ok(changed) => {
                let Some(session) = changed.session else { return };
                let mutation =
                    Mutation { request: ask.request, document: Some((version, session)), inbox: changed.route, ..Mutation::default() };
                let way = self.way();
                self.put(way, What::Write(number, life, Box::new(Write::Session(ask, mutation))));
            }
            // What was done under this id before is done, whatever it would be now.
            Err(_) if ask.request.is_some_and(|request| tables.requests.contains(&request)) => self.written(number, ask, Ok(true)),
            Err(_) => self.written(number, ask, Err(Refused::Fenced)),
        }
    }

    /// What became of a session's command.
    pub(super) fn written(&mut self, number: usize, ask: Ask, outcome: Result<bool, Refused>) {
        match outcome {
            Err(Refused::Conflict) if ask.tries < TRIES => {
                let again = Ask { tries: ask.tries + 1, ..ask };
                self.put(Span(20), What::Ask(number, Box::new(again)));
            }
            Err(Refused::Conflict | Refused::Full) => self.unanswered(ask),
            Ok(_) | Err(Refused::Fenced) => {
                let Ask { customer, life, request, session, command, .. } = ask;
                if let (Command::Resume { leg, .. }, Ok(false)) = (&command, outcome) {
                    self.won(session, leg.leg);
                }
                match (customer, request) {
                    (Some(customer), Some(request)) => {
                        if outcome.is_ok() {
                            self.acknowledged.insert(request);
                        }
                        let lost = self.strikes(Fault::Loss, 15);
                        let way = self.way();
                        if !lost {
                            self.put(way, What::Answered(customer, request, outcome.map(|_| ()).map_err(|_| false)));
                        }
                    }
                    _ => self.heard(number, life, &command),
                }
            }
        }
    }

    /// Nobody hears of it; the house gives its own word again.
    pub(super) fn unanswered(&mut self, ask: Ask) {
        if ask.customer.is_none() {
            let node = self.nodes.iter().position(|node| node.life == ask.life && node.up);
            if let Some(node) = node {
                self.put(Span(500), What::Ask(node, Box::new(Ask { tries: 0, ..ask })));
            }
        }
    }

    /// A customer hears what became of what they asked.
    pub(super) fn answered(&mut self, number: usize, request: RequestId, outcome: Result<(), bool>) {
        let customer = &mut self.customers[number];
        let Some(asked) = customer.asked.take_if(|asked| asked.request == request) else { return };
        customer.next = self.now.after(Span::seconds(1 + self.folk.below(8) as u64));
        match (&asked.command, outcome) {
            (Command::Start { .. }, Ok(())) => customer.stand = Stand::Here,
            (Command::Start { .. }, Err(_)) => customer.stand = Stand::Away,
            (Command::Suspend(..), Ok(())) => customer.stand = Stand::Suspended,
            (Command::Resume { leg, .. }, Ok(())) => {
                (customer.stand, customer.leg) = (Stand::Here, leg.leg);
            }
            (Command::LeaveLine(_), Ok(())) => customer.stand = Stand::Away,
            // Somebody else was faster, or it is over: the store tells how it stands.
            (_, _) => self.look_again(number),
        }
    }

    /// Somebody resumed a session: the only one of that suspension.
    fn won(&mut self, session: SessionId, leg: LegId) {
        let Some((_, stored)) = self.store.tables().sessions.get(&session) else { return };
        let won = self.resumed.entry((session, stored.suspensions)).or_insert(leg);
        if *won != leg {
            self.report.resumed_twice = true;
        }
    }

    fn look_again(&mut self, number: usize) {
        let customer = &mut self.customers[number];
        let Some((_, session)) = self.store.tables().sessions.get(&customer.session) else {
            customer.stand = Stand::Away;
            return;
        };
        let suspended = matches!(session.standing, Standing::Suspended(_));
        let open = session.open().is_some();
        customer.stand = match (suspended, open || suspended && session.interactions.last().is_some_and(|last| last.ended.is_none())) {
            (true, _) => Stand::Suspended,
            (false, true) => Stand::Here,
            (false, false) => Stand::Away,
        };
        if let (Stand::Here, Some(leg)) = (customer.stand, session.present().next()) {
            customer.leg = leg.id;
        }
    }

    /// Customers whose time has come do what they do next.
    pub(super) fn customers_act(&mut self) {
        for number in 0..self.customers.len() {
            let now = self.now;
            if let Some(asked) = self.customers[number].asked.clone() {
                if asked.again <= now {
                    self.customers[number].asked = Some(Asked { again: now.after(PATIENCE), ..asked.clone() });
                    self.call(number, asked.request, asked.command);
                }
                continue;
            }
            if self.customers[number].next <= now
                && let Some(command) = self.wish(number)
            {
                self.give(number, command);
            }
        }
    }

    /// What a customer wants next, if anything.
    fn wish(&mut self, number: usize) -> Option<Command> {
        let quiet = self.now >= self.faults_end;
        let pause = Span::seconds(2 + self.folk.below(20) as u64);
        let (chance, queue) = (self.folk.below(10), self.folk.below(3));
        self.customers[number].next = self.now.after(pause);
        match self.customers[number].stand {
            Stand::Away if quiet => None,
            Stand::Away => {
                let fresh = &mut self.fresh;
                let mut ids = || {
                    *fresh += 1;
                    Uuid::from_u128((0xc4a0 << 64) | *fresh)
                };
                Some(self.customers[number].start(&mut ids, queue))
            }
            Stand::Suspended => {
                let (one, other) = (LegId(self.id()), LegId(self.id()));
                if !quiet && chance < 5 {
                    // On two devices at once: one of them wins.
                    let rival = Customer::resume(other);
                    let request = RequestId(self.id());
                    self.call(number, request, rival);
                }
                Some(Customer::resume(one))
            }
            Stand::Here => {
                let customer = &self.customers[number];
                let line = self.store.tables().lines.get(&customer.session).map(|line| line.phase.clone());
                let over = self.store.tables().sessions.get(&customer.session).is_none_or(|(_, session)| session.open().is_none());
                match line {
                    _ if over => {
                        self.customers[number].stand = Stand::Away;
                        None
                    }
                    _ if quiet => None,
                    Some(Phase::Assigned(_)) if chance < 2 => Some(customer.suspend()),
                    Some(Phase::Waiting | Phase::Offered(_)) if chance < 2 => Some(customer.leave()),
                    Some(Phase::Waiting | Phase::Offered(_)) if chance < 5 => Some(customer.suspend()),
                    Some(_) | None => None,
                }
            }
        }
    }

    /// A customer gives a command, and repeats it under its id until it is answered.
    pub(super) fn give(&mut self, number: usize, command: Command) {
        let request = RequestId(self.id());
        let again = self.now.after(PATIENCE);
        self.customers[number].asked = Some(Asked { request, command: command.clone(), again });
        self.call(number, request, command);
    }

    fn call(&mut self, number: usize, request: RequestId, command: Command) {
        if self.strikes(Fault::Loss, 15) {
            return;
        }
        let request = if self.is(Mutant::RepeatRenamed) { RequestId(self.id()) } else { request };
        let ask =
            Ask { customer: Some(number), life: 0, request: Some(request), session: self.customers[number].session, command, tries: 0 };
        let copies = 1 + usize::from(self.strikes(Fault::Duplicate, 10));
        for _ in 0..copies {
            let (node, way) = (self.net.below(self.nodes.len()), self.way());
            self.put(way, What::Ask(node, Box::new(ask.clone())));
        }
    }
}
