//! Desks: sockets that break and come back, entries in their order, agents who answer, talk and wrap up.

use super::fault::Fault;
use super::mutant::Mutant;
use super::node::{Mail, Socket};
use super::people::{Answer, PATIENCE};
use super::store::Entry;
use super::world::{BEGIN, Mend, What, World};
use segue_router::{Span, Time};
use segue_session::outbound::{AWAY, READY};
use segue_session::{DeskCommand, RequestId};

impl World<'_> {
    /// Every desk does what there is to do.
    pub(super) fn desks_act(&mut self) {
        for number in 0..self.desks.len() {
            self.connect(number);
            let (now, quiet) = (self.now, self.now >= self.faults_end);
            let desk = &mut self.desks[number];
            let mut commands = desk.due(now);
            if desk.ready <= now && desk.socket.is_some() {
                desk.ready = now.after(Span::seconds(10));
                let away = !quiet && self.folk.below(8) == 0;
                commands.push(DeskCommand::Present(if away { AWAY } else { READY }.to_owned()));
            }
            for command in commands {
                let request = RequestId(self.id());
                self.desks[number].asked.push_back((request, command));
            }
            self.command(number);
        }
    }

    /// Sends the first of a desk's commands, again where it was not answered.
    fn command(&mut self, number: usize) {
        let now = self.now;
        let renamed = self.is(Mutant::RepeatRenamed).then(|| RequestId(self.id()));
        let desk = &mut self.desks[number];
        if desk.again > now {
            return;
        }
        let (Some((node, socket)), Some((request, command))) = (desk.socket.clone(), desk.asked.front_mut()) else { return };
        if let Some(renamed) = renamed {
            *request = renamed;
        }
        let (request, command) = (*request, command.clone());
        desk.again = now.after(PATIENCE);
        let way = Span(2 + self.net.below(30) as u64);
        self.put(way, What::Commanded(node, socket, request, command));
    }

    /// Opens a socket where there is none, on a node that decides.
    fn connect(&mut self, number: usize) {
        let now = self.now;
        if let Some((node, socket)) = &self.desks[number].socket {
            let elsewhere = self.nodes.iter().any(super::node::Node::decides) && !self.nodes[*node].decides();
            if self.nodes[*node].sockets.contains(socket) && self.nodes[*node].up && !elsewhere {
                return;
            }
            let (node, socket) = (*node, socket.clone());
            self.nodes[node].hang_up(&socket);
            let pause = Span(200 + self.net.below(2_000) as u64);
            (self.desks[number].socket, self.desks[number].connect) = (None, now.after(pause));
            return;
        }
        let decides = |node: &super::node::Node| node.acts(now) && node.decides() && node.flies.is_none();
        let Some(node) = self.nodes.iter().position(decides).filter(|_| self.desks[number].connect <= now) else { return };
        let socket = Socket { agent: self.desks[number].agent.clone(), number: self.id().as_u64_pair().1 };
        self.desks[number].ready = now.after(Span(500));
        self.hello(number, node, socket.clone());
        self.desks[number].socket = Some((node, socket));
    }

    /// A desk says how far it has seen, and gets the rest; all that its agent has, where that means nothing any more.
    fn hello(&mut self, number: usize, node: usize, socket: Socket) {
        let agent = socket.agent.clone();
        self.nodes[node].sockets.insert(socket.clone());
        self.nodes[node].lost.remove(&agent);
        self.nodes[node].mail.push(Mail::SignIn(agent.clone()));
        let end = self.store.tables().outbox.get(&agent).map_or(0, Vec::len);
        let (run, too_far) = (self.store.run, self.is(Mutant::CursorTooFar));
        let desk = &mut self.desks[number];
        desk.again = Time(0);
        if desk.run != run || desk.seq > end {
            (desk.run, desk.seq) = (run, end);
            desk.offers.clear();
            desk.talks.clear();
            desk.wraps.clear();
            let Some(memory) = &self.nodes[node].memory else { return };
            let Some(work) = memory.directory.agent(&agent).and_then(|agent| memory.router.workload(agent)) else { return };
            let offers = work.offers.iter().map(|open| Entry::Offered(open.offer, open.interaction, open.deadline));
            let talks = work.assignments.iter().map(|open| Entry::Assigned(open.offer, open.interaction));
            let wraps = work.wrap_ups.iter().map(|open| Entry::WrapUpBegan(open.interaction));
            let whole: Vec<_> = offers.chain(talks).chain(wraps).collect();
            self.show(number, &whole);
        } else if too_far && desk.seq < end {
            desk.seq += 1;
        }
        self.put(Span(5), What::Ring(number, socket, None));
    }

    /// A desk hears of its outbox, and takes in what it has not seen.
    pub(super) fn ring(&mut self, number: usize, socket: &Socket, early: Option<Vec<Entry>>) {
        let known = self.desks[number].socket.as_ref().is_some_and(|(node, own)| own == socket && self.nodes[*node].sockets.contains(own));
        if !known || self.desks[number].run != self.store.run {
            return;
        }
        let early_ones = early.is_some();
        let entries = early.unwrap_or_else(|| {
            let outbox = self.store.tables().outbox.get(&socket.agent);
            outbox.into_iter().flatten().skip(self.desks[number].seq).cloned().collect()
        });
        if !early_ones {
            self.desks[number].seq += entries.len();
        } else if entries.iter().any(|entry| !self.stored(socket, entry)) {
            self.report.told_unstored += 1;
        }
        self.show(number, &entries);
    }

    fn stored(&self, socket: &Socket, entry: &Entry) -> bool {
        self.store.tables().outbox.get(&socket.agent).is_some_and(|outbox| outbox.contains(entry))
    }

    fn show(&mut self, number: usize, entries: &[Entry]) {
        let (now, quiet) = (self.now, self.now >= self.faults_end);
        for entry in entries {
            let late = matches!(entry, Entry::Offered(..)) && self.strikes(Fault::Late, 12);
            let glare = matches!(entry, Entry::Offered(..)) && self.strikes(Fault::Glare, 8);
            let (chance, pause) = (self.folk.below(20), Span(800 + self.folk.below(5_000) as u64));
            let talk = Span::seconds(5 + self.folk.below(40) as u64);
            let mut plan = |deadline: Option<Time>| match deadline {
                Some(deadline) if late => (Answer::Accept, Time(deadline.0.max(now.0) + 300)),
                Some(_) if !quiet && chance < 3 => (Answer::Decline, now.after(pause)),
                Some(_) if !quiet && chance < 5 => (Answer::Ignore, now.after(pause)),
                Some(_) => (Answer::Accept, now.after(pause)),
                None => (Answer::Accept, now.after(talk)),
            };
            self.desks[number].hear(entry, &mut plan);
            if let (true, Entry::Offered(_, id, _)) = (glare, entry) {
                self.leave_at_once(*id);
            }
        }
    }

    /// The customer of an offer leaves in the very moment in which its agent will answer.
    fn leave_at_once(&mut self, id: segue_router::InteractionId) {
        let Some((session, _)) = self.model.talks(id) else { return };
        let Some(number) = self.customers.iter().position(|customer| customer.session == session) else { return };
        if self.customers[number].asked.is_none() && self.customers[number].stand == super::people::Stand::Here {
            let command = self.customers[number].leave();
            self.give(number, command);
        }
    }

    /// A desk hears that its command was dealt with.
    pub(super) fn told(&mut self, number: usize, socket: &Socket, request: RequestId) {
        let desk = &mut self.desks[number];
        if desk.socket.as_ref().is_none_or(|(_, own)| own != socket) {
            return;
        }
        if desk.asked.front().is_some_and(|(asked, _)| *asked == request) {
            desk.asked.pop_front();
            desk.again = BEGIN;
        }
    }

    /// The same agent opens a second desk for a while.
    pub(super) fn second_desk(&mut self, number: usize) {
        let Some((node, _)) = self.desks[number].socket.clone() else { return };
        let socket = Socket { agent: self.desks[number].agent.clone(), number: self.id().as_u64_pair().1 };
        self.nodes[node].sockets.insert(socket.clone());
        self.nodes[node].mail.push(Mail::SignIn(socket.agent.clone()));
        self.put(Span::seconds(4), What::Mend(Mend::HangUp(node, socket)));
    }
}
