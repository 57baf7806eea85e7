//! Who asked for a person when, and how long each took to be offered; and desks that deal with them.

use crate::daemon::Daemon;
use crate::desk::{Desk, News, PATIENCE};
use crate::report::Latencies;
use segue_proto::client::{Customer, Place};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// Requests and how they went, shared by customers and desks.
#[derive(Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    waiting: HashMap<String, Instant>,
    took: Vec<Duration>,
    twice: u64,
}

impl Asked {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The session asks now.
    pub(crate) fn begin(&self, session: &str) {
        self.book().waiting.insert(session.to_owned(), Instant::now());
    }
    /// The session is offered now.
    pub(crate) fn offered(&self, session: &str) {
        let mut book = self.book();
        match book.waiting.remove(session) {
            Some(at) => book.took.push(at.elapsed()),
            None => book.twice += 1,
        }
    }
    /// How many still wait.
    pub(crate) fn left(&self) -> usize {
        self.book().waiting.len()
    }
    /// How many were offered without having asked, or again.
    pub(crate) fn twice(&self) -> u64 {
        self.book().twice
    }
    /// All times so far, taken out.
    pub(crate) fn take(&self) -> anyhow::Result<Latencies> {
        let mut all = Latencies::new()?;
        std::mem::take(&mut self.book().took).into_iter().for_each(|took| all.add(took));
        Ok(all)
    }
    /// Waits until nobody waits, or patience ends.
    pub(crate) async fn settle(&self) {
        let until = Instant::now() + PATIENCE;
        while self.left() > 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Desks that accept, finish and wrap up at once, each in a loop of its own; `agents` by number.
pub(crate) async fn desks(
    daemon: &Daemon,
    asked: &Asked,
    agents: std::ops::Range<usize>,
) -> anyhow::Result<Vec<JoinHandle<anyhow::Result<()>>>> {
    let mut running = Vec::new();
    for agent in agents {
        let mut desk = Desk::ready(daemon, agent).await?;
        let asked = asked.clone();
        running.push(tokio::spawn(async move {
            loop {
                match desk.next().await? {
                    News::Offered { offer, session } => {
                        asked.offered(&session);
                        desk.accept(offer).await?;
                    }
                    News::Assigned(interaction) => desk.finish(&interaction).await?,
                    News::Message(..) => {}
                }
            }
        }));
    }
    Ok(running)
}

/// Ends desks; an error that one of them met on the way is told.
pub(crate) async fn leave(desks: Vec<JoinHandle<anyhow::Result<()>>>) -> anyhow::Result<()> {
    for desk in desks {
        desk.abort();
        match desk.await {
            Ok(ended) => ended?,
            Err(stopped) => anyhow::ensure!(stopped.is_cancelled(), "a desk broke: {stopped}"),
        }
    }
    Ok(())
}

/// A customer's app.
pub(crate) async fn customer(daemon: &Daemon, name: &str) -> anyhow::Result<Customer> {
    Ok(Customer::connect(&format!("http://{}", daemon.address), &daemon.customer(name)?).await?)
}

/// A session with three of the form's four fields filled: about 2 KB of context.
pub(crate) async fn begin(customer: &mut Customer) -> anyhow::Result<Place> {
    let mut place = customer.start("form").await?;
    let story = "x".repeat(1_200);
    customer.fill_all(&mut place, &[("name", "Grace Hopper"), ("story", &story), ("day", "2026-01-31")]).await?;
    Ok(place)
}

/// Sessions that have begun and may ask, spread over `connections` customers.
pub(crate) async fn sessions(daemon: &Daemon, connections: usize, count: usize) -> anyhow::Result<Vec<(Customer, Place)>> {
    let mut starting = Vec::new();
    for n in 0..connections {
        let mut customer = customer(daemon, &format!("customer{n}")).await?;
        let each = count / connections + usize::from(n < count % connections);
        starting.push(tokio::spawn(async move {
            let mut begun = Vec::new();
            for _ in 0..each {
                let place = begin(&mut customer).await?;
                begun.push((customer.clone(), place));
            }
            anyhow::Ok(begun)
        }));
    }
    let mut all = Vec::new();
    for begun in starting {
        all.extend(begun.await??);
    }
    Ok(all)
}

/// Every session asks for a person, `rate` a second, whether or not the ones before were answered (an open loop).
pub(crate) async fn ask(asked: &Asked, sessions: Vec<(Customer, Place)>, rate: u64) -> anyhow::Result<()> {
    let mut beat = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
    beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut under_way = Vec::new();
    for (mut customer, mut place) in sessions {
        beat.tick().await;
        let asked = asked.clone();
        under_way.push(tokio::spawn(async move {
            asked.begin(&place.session);
            customer.ask_for_person(&mut place).await
        }));
    }
    for one in under_way {
        one.await??;
    }
    Ok(())
}
