//! The modelled house in virtual time: nodes around one store, moved by an agenda, everything drawn from one seed.
//!
//! Nothing is told before it is stored; who gets no answer asks again under the same id. What is stored is told the checker in
//! the same moment.

use super::fault::Fault;
use super::memory::{Memory, Taken};
use super::model::Model;
use super::mutant::Mutant;
use super::node::{LEASE, Mail, Node, Socket};
use super::people::{Customer, Desk};
use super::rules::{QUEUES, Rules, SKILL};
use super::store::{Entry, Fence, Mutation, Store};
use super::{Report, Settings};
use crate::agenda::Agenda;
use crate::random::{Purpose, Run, Source};
use segue_router::{Span, Time};
use segue_session::journey::{Library, compile};
use segue_session::{Command, Keys, LegId, RequestId, SessionId, TenantId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use uuid::Uuid;

/// How often a node looks whether there is anything to do.
const LOOK: Span = Span(100);
/// When it all begins: far enough from zero that a clock can be an hour wrong.
pub(super) const BEGIN: Time = Time(100_000_000);
/// After how many entries of the journal a snapshot is taken.
const PICTURE_EVERY: usize = 40;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A node looks around.
    Look(usize),
    /// Something asked for reaches a node.
    Ask(usize, Box<Ask>),
    /// A write reaches the store.
    Write(usize, u64, Box<Write>),
    /// A node hears what became of its batch.
    Landed(usize, u64, Result<(), Failed>, Box<Batch>),
    /// A customer hears what became of what they asked.
    Answered(usize, RequestId, Result<(), bool>),
    /// People act.
    Customers,
    Desks,
    /// A desk hears of its outbox.
    Ring(usize, Socket, Option<Vec<Entry>>),
    /// A desk hears what became of its command.
    Told(usize, Socket, RequestId),
    /// A command of a desk reaches its node.
    Commanded(usize, Socket, RequestId, segue_session::DeskCommand),
    /// The next fault befalls, or one ends.
    Fault,
    Mend(Mend),
}

/// A fault's end.
#[derive(Clone, Debug)]
pub(super) enum Mend {
    Start(usize),
    Reach(usize),
    Clock(usize),
    Room,
    HangUp(usize, Socket),
}

/// A session's command, on its way.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    /// Which customer; none where the house gives it itself, in that life of the node.
    pub(super) customer: Option<usize>,
    pub(super) life: u64,
    pub(super) request: Option<RequestId>,
    pub(super) session: SessionId,
    pub(super) command: Command,
    pub(super) tries: u32,
}

/// A mutation, on its way.
#[derive(Clone, Debug)]
pub(super) enum Write {
    Session(Ask, Mutation),
    Batch(Mutation, Batch),
}

/// What is told once the owner's batch is stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    pub(super) number: u64,
    pub(super) answers: Vec<(Socket, RequestId)>,
    pub(super) desk: Vec<(segue_session::AgentName, Entry)>,
    pub(super) contents: Vec<(SessionId, Command)>,
}

/// Why a batch is not stored, as far as its owner can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    Deposed,
    Else,
}

/// Everything.
pub(super) struct World<'s> {
    pub(super) settings: &'s Settings,
    pub(super) now: Time,
    pub(super) agenda: Agenda<What>,
    pub(super) luck: Source,
    pub(super) net: Source,
    pub(super) folk: Source,
    pub(super) store: Store,
    pub(super) nodes: Vec<Node>,
    pub(super) customers: Vec<Customer>,
    pub(super) desks: Vec<Desk>,
    pub(super) model: Model,
    /// The checker as it was when the log was so long.
    pub(super) kept: VecDeque<(usize, Model)>,
    /// What customers and desks were told is done.
    pub(super) acknowledged: BTreeSet<RequestId>,
    /// By session and suspension, the leg that resumed it.
    pub(super) resumed: BTreeMap<(SessionId, u32), LegId>,
    pub(super) faults_end: Time,
    /// Which routing is wanted.
    pub(super) turn: usize,
    /// A crash takes the write that is under way with it.
    pub(super) cancelled: BTreeSet<(usize, u64)>,
    pub(super) fresh: u128,
    /// How many batches were sent.
    flights: u64,
    pub(super) tenant: TenantId,
    pub(super) keys: Keys,
    pub(super) library: Library,
    pub(super) report: Report,
}

impl<'s> World<'s> {
    pub(super) fn new(settings: &'s Settings) -> Result<Self, String> {
        let tenant = TenantId::new("house");
        let source = |of| Source::child(Run { seed: settings.seed, replication: 0 }, Purpose::Chaos, of);
        let rules = Rules::of(0);
        let text = |(name, _, asks): &(&str, i32, bool)| {
            let needs = if *asks { format!("{SKILL} >= {}", super::rules::ASKED) } else { String::new() };
            format!(
                "journey: {name}\ntitle: {{ en: \"{name}\" }}\nstart: person\nsteps:\n  person:\n    route: {{ queue: {name}, needs: \"{needs}\", priority: \"0\" }}\n"
            )
        };
        let mut journeys = Vec::new();
        for queue in &QUEUES {
            journeys.push(compile(queue.0, &text(queue)).map_err(|faults| format!("{faults:?}"))?.0);
        }
        let desks = rules.agents.keys().cloned().map(Desk::new).collect();
        let mut world = Self {
            settings,
            now: BEGIN,
            agenda: Agenda::default(),
            luck: source(0),
            net: source(1),
            folk: source(2),
            store: Store::new(settings.mutant),
            nodes: (0..2).map(|_| Node::started()).collect(),
            customers: (0..settings.customers).map(|number| Customer::new(number, &tenant)).collect(),
            desks,
            model: Model::new(rules),
            kept: VecDeque::new(),
            acknowledged: BTreeSet::new(),
            resumed: BTreeMap::new(),
            faults_end: BEGIN.after(settings.lasts),
            turn: 0,
            cancelled: BTreeSet::new(),
            fresh: 0,
            flights: 0,
            keys: Keys::derive(b"a secret of the fault simulation", &tenant),
            tenant,
            library: Library::new(journeys),
            report: Report::default(),
        };
        for node in 0..world.nodes.len() {
            world.put(Span(node as u64 * 7), What::Look(node));
        }
        world.put(Span(500), What::Customers);
        world.put(Span(200), What::Desks);
        if !settings.faults.is_empty() {
            world.put(Span::seconds(3), What::Fault);
        }
        Ok(world)
    }

    pub(super) fn is(&self, mutant: Mutant) -> bool {
        self.settings.mutant == Some(mutant)
    }

    /// Whether a fault befalls now that befalls by chance.
    pub(super) fn strikes(&mut self, fault: Fault, one_in: usize) -> bool {
        let may = self.now < self.faults_end && self.settings.faults.contains(&fault);
        let strikes = may && self.luck.below(one_in) == 0;
        if strikes {
            self.befell(fault);
        }
        strikes
    }

    pub(super) fn befell(&mut self, fault: Fault) {
        *self.report.faults.entry(fault.name()).or_default() += 1;
    }

    pub(super) fn put(&mut self, after: Span, what: What) {
        self.agenda.put(self.now.after(after), what);
    }

    pub(super) fn id(&mut self) -> Uuid {
        self.fresh += 1;
        Uuid::from_u128((0xc4a0 << 64) | self.fresh)
    }

    /// How long something is on its way.
    pub(super) fn way(&mut self) -> Span {
        let slow = if self.strikes(Fault::Reorder, 12) { 2_000 } else { 40 };
        Span(2 + self.net.below(slow) as u64)
    }

    /// Lets time pass until then.
    pub(super) fn pass(&mut self, until: Time) -> Result<(), String> {
        while let Some((at, what)) = self.agenda.next_by(until) {
            self.now = at;
            self.report.steps += 1;
            self.happen(what)?;
        }
        self.now = until;
        Ok(())
    }

    fn happen(&mut self, what: What) -> Result<(), String> {
        match what {
            What::Look(node) => {
                self.put(LOOK, What::Look(node));
                self.look(node)
            }
            What::Ask(node, ask) => {
                self.ask(node, *ask);
                Ok(())
            }
            What::Write(node, life, write) => self.write(node, life, *write),
            What::Landed(node, life, outcome, batch) => {
                self.landed(node, life, outcome, *batch);
                Ok(())
            }
            What::Answered(customer, request, outcome) => {
                self.answered(customer, request, outcome);
                Ok(())
            }
            What::Customers => {
                self.put(Span(500), What::Customers);
                self.customers_act();
                Ok(())
            }
            What::Desks => {
                self.put(Span(200), What::Desks);
                self.desks_act();
                Ok(())
            }
            What::Ring(desk, socket, early) => {
                self.ring(desk, &socket, early);
                Ok(())
            }
            What::Told(desk, socket, request) => {
                self.told(desk, &socket, request);
                Ok(())
            }
            What::Commanded(node, socket, request, command) => {
                let there = self.nodes[node].sockets.contains(&socket);
                if there {
                    self.nodes[node].mail.push(Mail::Command(socket, request, command));
                }
                Ok(())
            }
            What::Fault => self.fault(),
            What::Mend(mend) => {
                self.mend(mend);
                Ok(())
            }
        }
    }

    /// A node does what there is to do: takes the right to decide, rebuilds its memory, or steps through what waits.
    fn look(&mut self, number: usize) -> Result<(), String> {
        let now = self.now;
        let node = &mut self.nodes[number];
        if !node.acts(now) || node.flies.is_some() {
            return Ok(());
        }
        let wall = node.wall(now);
        if node.fence.is_some() && node.until <= wall {
            // The right ran out: somebody else may decide.
            node.forget();
            node.fence = None;
        }
        let reaches = !node.cut && !node.deaf;
        if node.fence.is_none() || node.until.0 < wall.0 + LEASE * 2 / 3 {
            if !reaches {
                return Ok(());
            }
            let (nonce, until) = (self.report.steps, wall.after(Span(LEASE)));
            let held = self.nodes[number].fence.clone();
            let fence = match held {
                Some(fence) => self
                    .store
                    .commit(Mutation { fence: Some(fence.clone()), lease: Some((fence.clone(), until)), ..Mutation::default() })
                    .ok()
                    .map(|_| fence),
                None => self.store.acquire(number, nonce, wall, until),
            };
            self.keep();
            let node = &mut self.nodes[number];
            match fence {
                Some(fence) => (node.fence, node.until) = (Some(fence), until),
                None => {
                    node.forget();
                    node.fence = None;
                    return Ok(());
                }
            }
        }
        if self.nodes[number].memory.is_none() {
            return if reaches { self.rebuild(number) } else { Ok(()) };
        }
        self.gather(number, Taken::default())
    }

    /// Makes a memory from what is stored, and lets it go on from there.
    fn rebuild(&mut self, number: usize) -> Result<(), String> {
        self.report.rebuilds += 1;
        let tables = self.store.tables();
        let (place, mut memory) = match &tables.picture {
            Some((place, bytes)) => (*place, Memory::of_picture(bytes, self.settings.mutant)?),
            None => (0, Memory::new(self.settings.mutant)),
        };
        let place = match () {
            () if self.is(Mutant::SnapshotTooLate) && place > 0 => place + 1,
            () if self.is(Mutant::SnapshotTooEarly) && place > 0 => place - 1,
            () => place,
        };
        for record in tables.journal.iter().skip(place) {
            memory.replay(record).map_err(|why| format!("the replay differs: {why}"))?;
        }
        let (inbox, journal) = (tables.inbox_read, tables.journal.len());
        let now = self.now;
        let node = &mut self.nodes[number];
        node.lost.clear();
        node.begin(memory.last, now);
        let at = if self.settings.mutant == Some(Mutant::TimeGoesBack) { node.wall(now) } else { node.steadily(now) };
        let mut opening = memory.tick(at);
        let turn = node.turn;
        opening.join(memory.configure(at, &Rules::of(turn)));
        node.told = Some(turn);
        let faces: Vec<_> = memory.cases.faces().filter_map(|face| memory.directory.agent_name(face.change.agent).cloned()).collect();
        for name in faces {
            let here = node.sockets.iter().any(|socket| socket.agent == name);
            opening.join(if here { memory.sign_in(at, &name) } else { memory.lose(at, &name) });
        }
        let standings = memory.standings();
        (node.memory, node.inbox, node.journal) = (Some(memory), inbox, journal);
        for (session, command) in standings {
            self.content(number, session, command);
        }
        self.gather(number, opening)
    }

    /// Steps through what waits, and sends one mutation of it.
    fn gather(&mut self, number: usize, mut taken: Taken) -> Result<(), String> {
        let (now, mutant) = (self.now, self.settings.mutant);
        let is = |planted| mutant == Some(planted);
        let node = &mut self.nodes[number];
        let at = if is(Mutant::TimeGoesBack) { node.wall(now) } else { node.steadily(now) };
        let Some(mut memory) = node.memory.take() else { return Ok(()) };
        taken.join(memory.tick(at));
        if node.told != Some(node.turn) {
            taken.join(memory.configure(at, &Rules::of(node.turn)));
            node.told = Some(node.turn);
        }
        for name in std::mem::take(&mut node.lost) {
            taken.join(memory.lose(at, &name));
        }
        let mut batch = Batch::default();
        for mail in std::mem::take(&mut node.mail) {
            match mail {
                Mail::SignIn(name) if node.sockets.iter().any(|socket| socket.agent == name) => taken.join(memory.sign_in(at, &name)),
                Mail::SignIn(_) => {}
                Mail::Command(socket, request, command) => {
                    taken.join(memory.desk(at, &socket.agent, request, &command));
                    batch.answers.push((socket, request));
                }
            }
        }
        let mut requests: Vec<_> = self.store.tables().inbox.iter().skip(node.inbox).cloned().collect();
        let read = node.inbox + requests.len();
        if is(Mutant::InboxReversed) {
            requests.reverse();
        }
        if is(Mutant::EntrySkipped) && requests.len() > 1 {
            requests.pop();
        }
        let moved = read != node.inbox;
        for request in &requests {
            taken.join(memory.route(at, request));
        }
        node.inbox = read;
        node.all_missed(&memory)?;
        let fence = node.fence.clone();
        node.memory = Some(memory);
        if taken.records.is_empty() && !moved {
            self.release(number, batch);
        } else {
            self.send(number, fence, taken, batch, moved.then_some(read));
        }
        Ok(())
    }

    fn send(&mut self, number: usize, fence: Option<Fence>, taken: Taken, mut batch: Batch, read: Option<usize>) {
        let Taken { mut records, lines, turned_away, desk, contents, refused: _ } = taken;
        let node = &mut self.nodes[number];
        let Some(memory) = node.memory.as_mut() else { return };
        let lines = lines.into_iter().filter_map(|session| Some((session, memory.line(session)?))).chain(turned_away).collect();
        node.journal += records.len();
        let picture = (node.journal >= node.pictured + PICTURE_EVERY).then(|| (node.journal, memory.picture()));
        if picture.is_some() {
            node.pictured = node.journal;
        }
        (batch.desk, batch.contents) = (desk, contents);
        let mut outbox = batch.desk.clone();
        if self.settings.mutant == Some(Mutant::RecordDropped) && records.len() > 2 {
            records.remove(1);
        }
        if self.settings.mutant == Some(Mutant::OutboxDropped) && self.luck.below(6) == 0 {
            outbox.pop();
        }
        let mutation = Mutation {
            fence,
            inbox_read: read.filter(|_| self.settings.mutant != Some(Mutant::MarkForgotten)),
            journal: records,
            lines: if self.settings.mutant == Some(Mutant::LineForgotten) { Vec::new() } else { lines },
            outbox,
            picture,
            ..Mutation::default()
        };
        self.flights += 1;
        batch.number = self.flights;
        self.nodes[number].flies = Some(batch.number);
        if self.is(Mutant::ReleaseBeforeCommit) {
            self.release_early(number, &batch);
        }
        let (life, way) = (self.nodes[number].life, self.way());
        self.put(way, What::Write(number, life, Box::new(Write::Batch(mutation, batch))));
    }
}
