//! Faults as they befall, and as they end.

use super::fault::Fault;
use super::rules::Rules;
use super::store::Mutation;
use super::world::{Mend, What, World};
use segue_router::{Span, Time};

impl World<'_> {
    /// The next fault befalls somebody.
    pub(super) fn fault(&mut self) -> Result<(), String> {
        if self.now >= self.faults_end {
            return Ok(());
        }
        let pause = 500 + self.luck.below(5_000) as u64;
        self.put(Span(pause), What::Fault);
        let scheduled = |fault: &&Fault| {
            !matches!(fault, Fault::Unknown | Fault::Loss | Fault::Duplicate | Fault::Reorder | Fault::Late | Fault::Glare)
        };
        let known: Vec<Fault> = self.settings.faults.iter().filter(scheduled).copied().collect();
        if known.is_empty() {
            return Ok(());
        }
        let fault = known[self.luck.below(known.len())];
        self.befell(fault);
        let node = self.luck.below(self.nodes.len());
        let some = Span(500 + self.luck.below(15_000) as u64);
        match fault {
            Fault::CrashBefore => self.crash(node, true),
            Fault::CrashAfter => self.crash(node, false),
            Fault::Torn => return self.lose_power(true, None),
            Fault::Flip => {
                let (frame, bit) = (self.luck.below(self.store.len().max(1)), self.luck.below(1 << 14));
                return self.lose_power(false, Some((frame, bit)));
            }
            Fault::Full => {
                self.store.full = true;
                self.put(some, What::Mend(Mend::Room));
            }
            Fault::Failover => return self.fail_over(),
            Fault::Partition | Fault::OneWay => {
                (self.nodes[node].cut, self.nodes[node].deaf) = (fault == Fault::Partition, true);
                self.put(some, What::Mend(Mend::Reach(node)));
            }
            Fault::Slow => self.nodes[node].still = self.now.after(Span(some.0 * 2)),
            Fault::Clock => {
                let hour = 3_600_000;
                self.nodes[node].wrong = if self.luck.below(2) == 0 { hour } else { -hour };
                self.put(some, What::Mend(Mend::Clock(node)));
            }
            Fault::Flap => self.flap(),
            Fault::SignIn => {
                let desk = self.luck.below(self.desks.len());
                self.second_desk(desk);
            }
            Fault::Reload => self.reload(),
            Fault::Unknown | Fault::Loss | Fault::Duplicate | Fault::Reorder | Fault::Late | Fault::Glare => {}
        }
        Ok(())
    }

    fn crash(&mut self, node: usize, with_writes: bool) {
        if !self.nodes[node].up {
            return;
        }
        if with_writes {
            self.cancelled.insert((node, self.nodes[node].life));
        }
        self.nodes[node].end();
        let pause = Span(500 + self.luck.below(6_000) as u64);
        self.put(pause, What::Mend(Mend::Start(node)));
    }

    /// Nodes and store end at once, and come back.
    fn lose_power(&mut self, torn: bool, flip: Option<(usize, usize)>) -> Result<(), String> {
        for node in 0..self.nodes.len() {
            self.crash(node, true);
        }
        let half =
            torn.then(|| Mutation { journal: self.store.tables().journal.last().cloned().into_iter().collect(), ..Mutation::default() });
        self.store.lose_power(half);
        if let Some((frame, bit)) = flip {
            self.store.flip(frame, bit);
        }
        if let Err(frame) = self.store.open() {
            // It is said, and nothing was decided on it: the operator puts the disk right.
            self.report.corruptions += 1;
            if let Some((flipped, bit)) = flip {
                self.store.flip(flipped, bit);
            }
            self.store.open().map_err(|at| format!("frame {at} is corrupt, after {frame} was put right"))?;
        }
        self.durable()
    }

    fn fail_over(&mut self) -> Result<(), String> {
        let lost = self.luck.below(4);
        self.store.fail_over(lost);
        self.store.open().map_err(|at| format!("frame {at} of the replica is corrupt"))?;
        self.forgive();
        // Every connection to the former one is gone, and what was under way on it.
        for (number, node) in self.nodes.iter_mut().enumerate() {
            self.cancelled.insert((number, node.life));
            node.life += 1;
            node.forget();
            node.fence = None;
            node.sockets.clear();
        }
        Ok(())
    }

    fn flap(&mut self) {
        let desk = self.luck.below(self.desks.len());
        let pause = Span(100 + self.luck.below(14_000) as u64);
        if let Some((node, socket)) = self.desks[desk].socket.take() {
            self.nodes[node].hang_up(&socket);
            self.desks[desk].connect = self.now.after(pause);
        }
    }

    /// Another routing is written, and every node told so; the next one waits until this is in force.
    fn reload(&mut self) {
        if self.model.rules != Rules::of(self.turn) {
            return;
        }
        self.turn += 1;
        self.model.announce(Rules::of(self.turn));
        for node in &mut self.nodes {
            node.turn = self.turn;
        }
    }

    /// A fault ends.
    pub(super) fn mend(&mut self, mend: Mend) {
        match mend {
            Mend::Start(node) => self.nodes[node].up = true,
            Mend::Reach(node) => (self.nodes[node].cut, self.nodes[node].deaf) = (false, false),
            Mend::Clock(node) => self.nodes[node].wrong = 0,
            Mend::Room => self.store.full = false,
            Mend::HangUp(node, socket) => self.nodes[node].hang_up(&socket),
        }
    }

    /// All faults end.
    pub(super) fn heal(&mut self) {
        self.store.full = false;
        for node in &mut self.nodes {
            (node.up, node.still, node.cut, node.deaf, node.wrong) = (true, Time(0), false, false, 0);
        }
    }
}
