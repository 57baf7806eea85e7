//! kill -9 of the real process at random moments, over and over, while customers and agents go on; then the history is checked
//! from outside: nothing acknowledged is lost, nothing is there twice, place and wait are kept.
//!
//! `SEGUE_CRASH_ROUNDS` says how many rounds (200), `SEGUE_SEED` from which seed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod check;
mod customer;
mod doctored;
mod history;
#[path = "../product/mod.rs"]
mod product;
mod request;
mod seat;
mod witness;

use customer::Person;
use history::History;
use product::{Business, Daemon, Dice, Kept, number};
use seat::Seat;
use segue_session::store::testing::RedisServer;
use std::time::Duration;

/// How many customers act at once: every third at the web page.
const CUSTOMERS: usize = 6;
/// How many agents.
const AGENTS: usize = 2;
/// Rounds that are played when nobody says how many.
const ROUNDS: u64 = 200;

/// Everybody who acts.
struct Cast {
    customers: Vec<Person>,
    agents: Vec<Seat>,
}

impl Cast {
    fn new(dice: &mut Dice, history: &History) -> Self {
        let customer = |n: usize, dice: Dice| Person::new(format!("customer{n}"), n % 3 == 2, dice, history.clone());
        let agent = |n: usize, dice: Dice| Seat::new(format!("agent{n}"), dice, history.clone());
        Self {
            customers: (0..CUSTOMERS).map(|n| customer(n, dice.fork())).collect(),
            agents: (0..AGENTS).map(|n| agent(n, dice.fork())).collect(),
        }
    }

    /// All act until the daemon is killed, after so long.
    async fn act(self, daemon: &mut Daemon, time: Duration) -> Self {
        let at = daemon.at;
        let customers: Vec<_> = self.customers.into_iter().map(|person| tokio::spawn(person.live(at))).collect();
        let agents: Vec<_> = self.agents.into_iter().map(|seat| tokio::spawn(seat.live(at))).collect();
        tokio::time::sleep(time).await;
        daemon.assert_alive();
        daemon.kill().await;
        let (mut after, end) = (Self { customers: Vec::new(), agents: Vec::new() }, Duration::from_secs(30));
        for customer in customers {
            after.customers.push(tokio::time::timeout(end, customer).await.expect("notices that the house is gone").unwrap());
        }
        for agent in agents {
            after.agents.push(tokio::time::timeout(end, agent).await.expect("notices that the house is gone").unwrap());
        }
        after
    }
}

async fn rounds(kept: Kept, rounds: u64) {
    let mut dice = Dice::of_test();
    let business = Business { agents: AGENTS, ..Business::default() };
    let mut daemon = Daemon::start(&business, &kept).await;
    let history = History::default();
    let mut cast = Cast::new(&mut dice, &history);
    for round in 1..=rounds {
        cast = cast.act(&mut daemon, Duration::from_millis(200 + dice.below(400))).await;
        daemon.start_again().await;
        let wrong = witness::look(daemon.at, &history, &cast.customers, &cast.agents, round == rounds).await;
        assert!(wrong.is_empty(), "after {round} rounds:\n{}\nlog:\n{}", wrong.join("\n"), daemon.log());
    }
    let deeds = history.deeds();
    let done = deeds.iter().filter(|deed| matches!(deed.answer, history::Answer::Done(_))).count();
    let unknown = deeds.iter().filter(|deed| deed.answer == history::Answer::Unknown).count();
    println!("{rounds} rounds: {} deeds, {done} acknowledged, {unknown} never answered", deeds.len());
    assert!(done as u64 > rounds, "hardly anything happened: {done} deeds in {rounds} rounds");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_over_and_over() {
    rounds(Kept::Embedded, number("SEGUE_CRASH_ROUNDS", ROUNDS).div_ceil(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_over_and_over_beside_another() {
    rounds(Kept::Embedded, number("SEGUE_CRASH_ROUNDS", ROUNDS) / 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_over_and_over_while_redis_lives() {
    let redis = RedisServer::start(&[]).await;
    rounds(Kept::Redis(redis.url()), number("SEGUE_CRASH_ROUNDS", ROUNDS).div_ceil(10)).await;
}
