//! The loop: gather, step ahead while a commit is in flight, release in order once it is stored.
//!
//! Nothing but this task owns the router. Whatever goes wrong with a commit, memory is thrown away and rebuilt from the
//! store, never patched; whoever waits for an answer asks again under the same request id.

use crate::config::plan::{Journal, Routing};
use crate::engine::clock::Steady;
use crate::engine::input::{Input, Mail};
use crate::engine::journal::decode;
use crate::engine::lease::Lease;
use crate::engine::patience::patiently;
use crate::engine::pops::Scenery;
use crate::engine::recover::{self, Recovered, recover};
use crate::engine::stage::{Batch, Gathered, Memory, Stage, grown};
use crate::engine::upkeep::Upkeep;
use crate::engine::{Bell, Clock, Listener, Meters, Standing, metering};
use arc_swap::ArcSwap;
use segue_session::store::{Committed, Error as StoreError, Store};
use segue_session::{RouteRequest, TenantId};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

/// The most of each kind of input in one batch.
const BATCH: usize = 256;
/// How often the inbox is looked at without a ring.
const POLL: Duration = Duration::from_secs(1);
/// How long to wait before the store is asked again after it failed.
const PAUSE: Duration = Duration::from_millis(250);

/// How often it is told that the store still fails.
const REMIND: Duration = Duration::from_secs(10);

/// One domain's owner.
pub(super) struct Owner {
    pub(super) store: Arc<dyn Store>,
    pub(super) domain: TenantId,
    pub(super) node: String,
    pub(super) routing: Arc<ArcSwap<Routing>>,
    pub(super) journal: Journal,
    pub(super) scenery: Arc<Scenery>,
    /// The time of day, for what other nodes go by.
    pub(super) clock: Clock,
    /// The time that is decided by.
    pub(super) time: Steady,
    pub(super) meters: Meters,
    pub(super) listener: Arc<dyn Listener>,
    pub(super) bell: Arc<Bell>,
    pub(super) mail: mpsc::Receiver<Mail>,
    pub(super) stop: watch::Receiver<bool>,
    /// How it stands with deciding, for whoever asks.
    pub(super) standing: watch::Sender<Standing>,
    /// Told once, when memory stands for the first time or cannot.
    pub(super) ready: Option<oneshot::Sender<Result<(), recover::Error>>>,
}

/// A commit under way.
struct Flight {
    landing: JoinHandle<Result<Committed, StoreError>>,
    batch: Batch,
    since: Instant,
}

/// How one life of the memory ended.
enum Life {
    /// An orderly stop was asked for; everything is stored.
    Stopped,
    /// Memory does not stand any more, for this reason.
    Broken(recover::Error),
    /// Another owner has taken over, or the right ran out.
    Deposed,
}

impl Owner {
    /// Runs until it is told to stop or cannot go on.
    pub(super) async fn run(mut self) {
        self.lives().await;
        self.standing.send_replace(Standing::Ended);
    }

    async fn lives(&mut self) {
        loop {
            self.standing.send_replace(Standing::StandingBy);
            let Some(mut lease) = self.acquire().await else { return };
            self.standing.send_replace(Standing::Rebuilding);
            let life = self.live(&mut lease).await;
            match life {
                Life::Stopped => {
                    lease.release(&self.store, &self.domain).await;
                    return;
                }
                Life::Deposed => tracing::warn!(tenant = self.domain.as_str(), "the right to decide is over; asking for it anew"),
                Life::Broken(error) => {
                    lease.release(&self.store, &self.domain).await;
                    if !self.survives(error, false) {
                        return;
                    }
                    self.meters.rebuilds.inc();
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Whether it makes sense to rebuild after this. What was told a moment ago is not told again.
    fn survives(&mut self, error: recover::Error, told: bool) -> bool {
        let broken = self.store.broken();
        let fatal = match &error {
            // What no store takes would be made again of the same journal and inbox.
            recover::Error::Store(StoreError::Corrupt { .. } | StoreError::Held(_) | StoreError::Unfit(_) | StoreError::Malformed(_)) => {
                true
            }
            recover::Error::Store(_) => broken.is_some(),
            recover::Error::Unreadable { .. } | recover::Error::Differs { .. } => true,
        };
        if let Some(ready) = self.ready.take() {
            let _ = ready.send(Err(error));
            return false;
        }
        if fatal {
            self.listener.fatal(broken.unwrap_or_else(|| format!("of tenant {}: {error}", self.domain)));
            return false;
        }
        if !told {
            tracing::warn!(tenant = self.domain.as_str(), error = &error as &dyn std::error::Error, "memory is thrown away and rebuilt");
        }
        true
    }

    /// Asks for the right to decide until it is given; `None` when told to stop.
    async fn acquire(&mut self) -> Option<Lease> {
        let asked = Instant::now();
        let (mut stands_by, mut told) = (false, None::<Instant>);
        loop {
            if *self.stop.borrow() {
                return None;
            }
            match Lease::acquire(&self.store, &self.domain, &self.node, &self.clock).await {
                Ok(Some(lease)) => {
                    if stands_by {
                        tracing::info!(tenant = self.domain.as_str(), after = ?asked.elapsed(), "the right to decide is free, and ours");
                    }
                    return Some(lease);
                }
                Ok(None) if !stands_by => {
                    self.tell_who_holds().await;
                    stands_by = true;
                }
                Ok(None) => {}
                Err(error) => {
                    let again = told.is_some_and(|told| told.elapsed() < REMIND);
                    if !self.survives(error.into(), again) {
                        return None;
                    }
                    if !again {
                        told = Some(Instant::now());
                    }
                }
            }
            tokio::select! {
                () = sleep(PAUSE) => {}
                _ = self.stop.changed() => {}
            }
        }
    }

    /// Says once whom a standby waits for: an operator must see why a daemon is not ready.
    async fn tell_who_holds(&self) {
        let Ok(Some((holder, until))) = self.store.holder(&self.domain).await else { return };
        tracing::warn!(
            tenant = self.domain.as_str(),
            holder,
            runs_for_ms = until.since(self.clock.now()).0,
            "another daemon decides for this tenant; standing by until it ends or its right runs out"
        );
    }

    /// One life of the memory: rebuild, serve, end.
    async fn live(&mut self, lease: &mut Lease) -> Life {
        match self.serve(lease).await {
            Ok(life) => life,
            Err(error) => Life::Broken(error),
        }
    }

    async fn serve(&mut self, lease: &mut Lease) -> Result<Life, recover::Error> {
        let Recovered { machine, owned, inbox, journal, foreign, differs, since_snapshot } = recover(&self.store, &self.domain).await?;
        self.time.begin(machine.last());
        self.bell.journal_at(journal);
        self.bell.ring();
        self.trim();
        let mut memory = Memory { machine, owned, inbox, batch: 0 };
        for (session, heard) in memory.machine.standings() {
            // The former life may have stored this and not told it; heard twice, it is heard once.
            self.listener.content(session, heard);
        }
        let mut upkeep = Upkeep::new(self.journal, self.bell.journal().saturating_sub(since_snapshot), Instant::now());
        let mut ahead = Some(self.opening(&mut memory, lease, journal == 0 || foreign, differs).await?);
        if self.ready.is_none() {
            self.listener.rebuilt();
        }
        self.standing.send_replace(Standing::Deciding);
        let mut flight: Option<Flight> = None;
        let mut poll = tokio::time::interval(POLL);
        let mut stopping = *self.stop.borrow();
        loop {
            if lease.lost() || !lease.holds() {
                return Ok(Life::Deposed);
            }
            if flight.is_none()
                && let Some(batch) = ahead.take()
            {
                flight = self.launch(batch);
            }
            if stopping && flight.is_none() {
                return self.close(&mut memory, lease).await;
            }
            let mut gathered = Gathered::default();
            let room = ahead.is_none() && !stopping;
            let due = self.due(&memory);
            let mut inbox_news = false;
            tokio::select! {
                biased;
                landed = land(&mut flight), if flight.is_some() => {
                    let (batch, committed, took) = landed?;
                    self.meters.commit.observe(took.as_secs_f64());
                    memory.owned.let_go(batch.number, |session| memory.machine.cases().has(session));
                    self.release(&memory, batch, &committed);
                }
                () = lease.changed() => {}
                _ = self.stop.changed() => stopping = true,
                _ = poll.tick(), if room => {
                    metering::gauges(&self.meters, &self.domain, &memory.machine, self.time.now());
                    inbox_news = true;
                    if upkeep.wants_trim(Instant::now()) {
                        self.trim();
                    }
                }
                Some(mail) = self.mail.recv(), if room => self.put(&mut gathered, mail, &memory),
                () = self.bell.rung(), if room => {}
                () = wait(due), if room => {}
            }
            if !room {
                continue;
            }
            gathered.snapshot = upkeep.wants_snapshot(self.bell.journal(), Instant::now());
            if self.gather(&mut gathered, &mut memory, inbox_news).await? {
                ahead = Some(self.stage(&mut memory, lease, gathered).await?);
            }
        }
    }

    /// Puts a letter to what makes the next batch; a glance is answered at once.
    fn put(&self, gathered: &mut Gathered, mail: Mail, memory: &Memory) {
        match mail {
            // Who gave up waiting asks again, or has gone: a desk that hung up on its way in must not count as staffed.
            Mail::Ask(_, Some(reply)) if reply.is_closed() => {}
            Mail::Ask(input, reply) => gathered.asks.push((input, reply)),
            Mail::Look(look) => gathered.looks.push(look),
            Mail::Glance(glance) => glance(&memory.machine),
        }
    }

    /// Everything that waits, up to a batch; whether there is anything.
    async fn gather(&mut self, gathered: &mut Gathered, memory: &mut Memory, inbox_news: bool) -> Result<bool, recover::Error> {
        for _ in 1..BATCH {
            let Ok(mail) = self.mail.try_recv() else { break };
            self.put(gathered, mail, memory);
        }
        // Asked here, not only where the loop woke for it: steady mail must not hold up what is due.
        gathered.tick = self.due(memory).is_some_and(|due| due <= Instant::now());
        gathered.lost = self.bell.take_lost();
        self.forget(memory);
        // Who is lost has no socket now: their sign-in was of one that went meanwhile.
        let Gathered { asks, lost, .. } = gathered;
        asks.retain(|(input, _)| !matches!(input, Input::SignIn(agent) if lost.contains(agent)));
        if inbox_news || self.bell.take_rung() {
            let entries = patiently(|| self.store.inbox(&self.domain, memory.inbox, BATCH)).await?;
            if entries.len() == BATCH {
                // More may wait: come back without being asked.
                self.bell.ring();
            }
            for entry in entries {
                let request: RouteRequest = decode(&entry.body).map_err(|why| recover::Error::Unreadable { place: entry.seq.0, why })?;
                gathered.routes.push(Input::Route(entry.seq, request));
            }
        }
        let nothing = gathered.asks.is_empty() && gathered.looks.is_empty() && gathered.routes.is_empty() && gathered.lost.is_empty();
        Ok(!nothing || gathered.tick || gathered.snapshot)
    }

    /// Lets go of talks that are over once their sessions have heard so.
    fn forget(&self, memory: &mut Memory) {
        let heard = self.bell.take_heard();
        for session in heard.iter().filter_map(|id| memory.machine.cases().get(*id)).map(|case| case.session) {
            memory.owned.done(session, memory.batch);
        }
        memory.machine.heard(&heard);
        let gone: Vec<_> = heard.into_iter().filter(|id| memory.machine.cases().get(*id).is_none()).collect();
        self.scenery.parts.forget(&gone);
        self.scenery.waits.forget(&gone);
    }

    /// The first batch of a life: the config in force, and who is at their desk; of the first life of a domain, or of a build,
    /// a snapshot to replay from; where this build decided otherwise than the former, all lines.
    async fn opening(&self, memory: &mut Memory, lease: &Lease, snapshot: bool, lines: bool) -> Result<Batch, recover::Error> {
        let mut configured = memory.machine.configure(self.time.now(), &self.routing.load());
        if let Some(why) = &configured.answer {
            tracing::error!(tenant = self.domain.as_str(), "{why}; the routing of before stays in force");
        }
        if lines {
            configured.told.lines.extend(memory.machine.cases().sessions());
        }
        let mut gathered = Gathered { snapshot, tick: self.due(memory).is_some_and(|due| due <= Instant::now()), ..Gathered::default() };
        let names: Vec<_> = memory.machine.cases().faces().map(|face| face.change.agent).collect();
        for agent in names {
            let Some(name) = memory.machine.directory().agent_name(agent).cloned() else { continue };
            if self.listener.at_desk(&name) {
                gathered.asks.push((Input::SignIn(name), None));
            } else {
                gathered.lost.insert(name);
            }
        }
        let stage = self.at(lease);
        Ok(stage.stage(memory, gathered, Some(configured)).await?)
    }

    async fn stage(&self, memory: &mut Memory, lease: &Lease, gathered: Gathered) -> Result<Batch, recover::Error> {
        Ok(self.at(lease).stage(memory, gathered, None).await?)
    }

    fn at<'a>(&'a self, lease: &'a Lease) -> Stage<'a> {
        Stage {
            store: &self.store,
            domain: &self.domain,
            scenery: &self.scenery,
            fence: lease.fence(),
            now: self.time.now(),
            meters: &self.meters,
        }
    }

    /// Sends a batch to the store; what has nothing to store is told at once.
    fn launch(&mut self, mut batch: Batch) -> Option<Flight> {
        if batch.is_idle() {
            batch.release.answer();
            self.stand();
            return None;
        }
        let (store, domain, mutation) = (Arc::clone(&self.store), self.domain.clone(), batch.take());
        let landing = tokio::spawn(async move { store.commit(&domain, mutation.await).await });
        Some(Flight { landing, batch, since: Instant::now() })
    }

    /// Tells, in order, what is stored now.
    fn release(&mut self, memory: &Memory, batch: Batch, committed: &Committed) {
        if let Some(first) = committed.journal {
            self.bell.journal_at(first.0.saturating_add(batch.release.entries).saturating_sub(1));
            metering::journal(&self.meters, &self.domain, self.bell.kept());
        }
        if batch.release.snapshot {
            self.trim();
        }
        if let Some(routing) = &batch.release.configured {
            self.routing.store(Arc::clone(routing));
        }
        if committed.inbox.is_some() {
            self.bell.ring();
        }
        metering::batch(&self.meters, &self.domain, &batch);
        metering::answers(&self.meters, &self.domain, &memory.machine);
        // Before desks hear of their entries: one may answer at once that it shows the offer.
        for (_, decision) in &batch.release.decisions {
            if let Some(agent) = memory.machine.directory().agent_name(decision.agent) {
                self.listener.offered(agent, decision);
            }
        }
        for (agent, seq) in grown(committed) {
            self.listener.desk(agent, seq);
        }
        for (session, interaction) in &batch.release.lacking {
            self.listener.lacks(*session, *interaction);
        }
        for (session, version, line) in &batch.release.sessions {
            self.listener.session(*session, *version, line);
        }
        for (session, heard) in &batch.release.contents {
            self.listener.content(*session, heard.clone());
        }
        if !batch.release.moved.is_empty() {
            self.listener.moved(&batch.release.moved);
        }
        batch.release.answer();
        self.stand();
    }

    /// Memory stands: whoever opens the house may go on.
    fn stand(&mut self) {
        if let Some(ready) = self.ready.take() {
            let _ = ready.send(Ok(()));
        }
    }

    /// Drops what is covered by snapshots, beside the loop.
    fn trim(&self) {
        let (store, domain, now) = (Arc::clone(&self.store), self.domain.clone(), self.clock.now());
        let (bell, meters, keep) = (Arc::clone(&self.bell), self.meters.clone(), self.journal.keep(now));
        tokio::spawn(async move {
            match store.trim(&domain, now, keep).await {
                Ok(dropped) => {
                    bell.trimmed_to(dropped.0);
                    metering::journal(&meters, &domain, bell.kept());
                }
                Err(error) => tracing::warn!(tenant = domain.as_str(), %error, "the journal could not be trimmed"),
            }
        });
    }

    /// The last batch: a snapshot, so that the next start has little to replay.
    async fn close(&mut self, memory: &mut Memory, lease: &Lease) -> Result<Life, recover::Error> {
        let mut batch = self.stage(memory, lease, Gathered { snapshot: true, ..Gathered::default() }).await?;
        let committed = self.store.commit(&self.domain, batch.take().await).await?;
        self.release(memory, batch, &committed);
        Ok(Life::Stopped)
    }

    fn due(&self, memory: &Memory) -> Option<Instant> {
        let wait = memory.machine.deadline()?.since(self.time.now());
        Some(Instant::now() + Duration::from_millis(wait.0))
    }
}

async fn wait(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Waits for the commit in flight.
async fn land(flight: &mut Option<Flight>) -> Result<(Batch, Committed, Duration), StoreError> {
    let Some(under_way) = flight else { return std::future::pending().await };
    let landed = (&mut under_way.landing).await;
    let committed = landed.unwrap_or_else(|why| Err(StoreError::Unknown { doing: "committing", source: why.into() }))?;
    // Taken only now: had the wait been given up, the flight would still be there.
    let Some(done) = flight.take() else { return std::future::pending().await };
    Ok((done.batch, committed, done.since.elapsed()))
}
