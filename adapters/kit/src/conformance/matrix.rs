//! The matrix: leave on A for a cause, come back on B, nothing lost.

use super::driver::{ChannelUnderTest, CustomerLeg, Fault, Ground, Seen, Way, WayBack};
use super::places::Place;
use futures_util::StreamExt as _;
use futures_util::stream;
use segue_session::{Channel, SuspendCause};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tokio::time::{Instant, sleep, timeout};

/// Customers at once. More only wait for each other.
const AT_ONCE: usize = 16;

/// What became of one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It holds, tried so often: places times ways back.
    Holds(usize),
    /// It cannot apply, for this reason.
    Never(&'static str),
    /// It does not hold: each time it did not, in words.
    Fails(Vec<String>),
}

/// The matrix, filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// Cells by where the customer left, where they came back, and why they had left.
    pub cells: BTreeMap<(Channel, Channel, SuspendCause), Cell>,
}

/// One customer of the exam.
struct Trial<'a> {
    from: &'a dyn ChannelUnderTest,
    to: &'a dyn ChannelUnderTest,
    place: Place,
    way: Way,
    customer: String,
}

/// A customer who has left, or is about to.
struct Left<'a> {
    trial: Trial<'a>,
    seen: Seen,
    by: WayBack,
    /// The leg, where it stays connected and does nothing.
    _leg: Option<Box<dyn CustomerLeg>>,
}

/// Fills in the whole matrix.
pub async fn matrix(ground: &dyn Ground) -> Matrix {
    let mut matrix = Matrix::default();
    for cause in SuspendCause::ALL {
        of_cause(ground, cause, &mut matrix).await;
    }
    matrix
}

async fn of_cause(ground: &dyn Ground, cause: SuspendCause, matrix: &mut Matrix) {
    let mut trials = Vec::new();
    for (from, to) in pairs(ground) {
        let key = (from.channel(), to.channel(), cause);
        match from.can_leave(cause) {
            Err(why) => drop(matrix.cells.insert(key, Cell::Never(why))),
            Ok(()) => {
                let ways = to.ways();
                let places = Place::ALL.into_iter().filter(|place| place.can(cause));
                let each = places.flat_map(|place| ways.iter().map(move |&way| (place, way)));
                trials.extend(each.map(|(place, way)| Trial { from, to, place, way, customer: ground.fresh_customer() }));
            }
        }
    }
    // One customer after the other at a place; all at once through what happens to them; one after the other back.
    let leave = |trial| async move { leaves(ground, trial, cause).await };
    let left: Vec<_> = stream::iter(trials).map(leave).buffer_unordered(AT_ONCE).collect().await;
    let happened = happens(ground, cause).await;
    let back = |left| returns(ground, left, &happened, cause);
    let done: Vec<Result<Key, (Key, Fault)>> = stream::iter(left).map(back).buffer_unordered(AT_ONCE).collect().await;
    for result in done {
        let (from, to) = *result.as_ref().unwrap_or_else(|(key, _)| key);
        let cell = matrix.cells.entry((from, to, cause)).or_insert(Cell::Holds(0));
        match (cell, result) {
            (Cell::Holds(tried), Ok(_)) => *tried += 1,
            (Cell::Fails(faults), Err((_, fault))) => faults.push(fault.0),
            (cell @ Cell::Holds(_), Err((_, fault))) => *cell = Cell::Fails(vec![fault.0]),
            (Cell::Fails(_) | Cell::Never(_), _) => {}
        }
    }
}

type Key = (Channel, Channel);

fn pairs(ground: &dyn Ground) -> impl Iterator<Item = (&dyn ChannelUnderTest, &dyn ChannelUnderTest)> {
    let all = ground.channels();
    all.iter().flat_map(move |from| all.iter().map(move |to| (from.as_ref(), to.as_ref())))
}

async fn leaves<'a>(ground: &dyn Ground, trial: Trial<'a>, cause: SuspendCause) -> Result<Left<'a>, (Key, Fault)> {
    let key = (trial.from.channel(), trial.to.channel());
    let told = format!("{}, by {:?}, leaving", trial.place.name(), trial.way);
    let done = timeout(ground.patience(), left(ground, trial, cause)).await;
    done.unwrap_or_else(|_| Err(Fault::new("nothing came in time"))).map_err(|fault| (key, Fault(format!("{told}: {fault}"))))
}

async fn left<'a>(ground: &dyn Ground, trial: Trial<'a>, cause: SuspendCause) -> Result<Left<'a>, Fault> {
    let mut leg = trial.from.connect(&trial.customer).await?;
    let started = leg.start("exam").await?;
    let session = started.session.clone();
    // The way back is asked for before the place is reached: a step that takes time leaves no moment to ask.
    let by = match trial.way {
        Way::SignedIn => WayBack::SignedIn(session.clone()),
        way @ (Way::Link | Way::Code) => leg.way_back(way).await?,
    };
    let seen = trial.place.walk(leg.as_mut(), ground, started).await?;
    let stays = match cause {
        SuspendCause::Asked => {
            leg.suspend().await?;
            Some(leg)
        }
        SuspendCause::Dropped => {
            leg.vanish().await;
            None
        }
        SuspendCause::Parked => {
            ground.park(&session).await?;
            Some(leg)
        }
        SuspendCause::Idle | SuspendCause::NodeLost | SuspendCause::Step => Some(leg),
    };
    Ok(Left { trial, seen, by, _leg: stays })
}

async fn returns(
    ground: &dyn Ground,
    left: Result<Left<'_>, (Key, Fault)>,
    happened: &Result<(), Fault>,
    cause: SuspendCause,
) -> Result<Key, (Key, Fault)> {
    let left = left?;
    let key = (left.trial.from.channel(), left.trial.to.channel());
    let told = format!("{}, by {:?}, coming back", left.trial.place.name(), left.trial.way);
    let done = match happened {
        Ok(()) => comes_back(ground, left, cause).await,
        Err(fault) => Err(fault.clone()),
    };
    done.map(|()| key).map_err(|fault| (key, Fault(format!("{told}: {fault}"))))
}

/// What happens to all of them at once.
async fn happens(ground: &dyn Ground, cause: SuspendCause) -> Result<(), Fault> {
    match cause {
        SuspendCause::Asked | SuspendCause::Parked | SuspendCause::Step => Ok(()),
        SuspendCause::Dropped => ground.pass_grace().await,
        SuspendCause::Idle => ground.pass_idle().await,
        SuspendCause::NodeLost => ground.kill().await,
    }
}

async fn comes_back(ground: &dyn Ground, left: Left<'_>, cause: SuspendCause) -> Result<(), Fault> {
    let by = Instant::now() + ground.patience();
    let mut leg = left.trial.to.connect(&left.trial.customer).await?;
    // The session may be about to be suspended; until it is, whoever comes back is told that it is live.
    let mut seen = loop {
        match leg.come_back(&left.by).await {
            Ok(seen) => break seen,
            Err(fault) if !fault.0.contains("ALREADY_RESUMED") || Instant::now() > by => return Err(fault),
            Err(_) => sleep(ground.patience() / 200).await,
        }
    };
    while !same_said(&left.seen, &seen) && Instant::now() < by {
        seen = leg.see().await?;
    }
    compare(&left.seen, &seen, left.trial.place, cause)?;
    match ground.asked_twice(&seen.session).await? {
        Some(0) | None => Ok(()),
        Some(times) => Err(Fault(format!("{times} questions were asked twice"))),
    }
}

fn same_said(before: &Seen, after: &Seen) -> bool {
    before.said.iter().all(|one| after.said.contains(one))
}

/// Holds what was seen on the one channel against what is seen on the other.
fn compare(before: &Seen, after: &Seen, place: Place, cause: SuspendCause) -> Result<(), Fault> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, what: &str, was: &dyn std::fmt::Debug, is: &dyn std::fmt::Debug| {
        if !holds {
            faults.push(format!("{what} was {was:?} and is {is:?}"));
        }
    };
    check(after.active, "active", &true, &after.active);
    check(after.session == before.session, "the session", &before.session, &after.session);
    check(after.filled == before.filled || cause == SuspendCause::Step, "what is filled", &before.filled, &after.filled);
    // What takes time is over when the customer comes back: they stand behind it.
    if cause != SuspendCause::Step {
        check(after.step == before.step, "the step", &before.step, &after.step);
        check(after.asked == before.asked, "the field asked for", &before.asked, &after.asked);
    }
    check(same_said(before, after), "what was said", &before.said, &after.said);
    check(ordered(&after.said), "the numbers", &"rising", &after.said);
    check(after.level >= before.level, "the assurance", &before.level, &after.level);
    let known = after.asked.as_ref().is_some_and(|field| after.filled.contains_key(field));
    check(!known, "the field asked for", &"not filled", &after.asked);
    if matches!(place, Place::Line | Place::Talk) {
        let was = before.line.as_ref().map(|line| (&line.queue, &line.since));
        let is = after.line.as_ref().map(|line| (&line.queue, &line.since));
        check(was.is_some() && was == is, "the place in line", &was, &is);
        let phase = after.line.as_ref().map(|line| line.phase.as_str());
        check(matches!(phase, Some("waiting" | "offered" | "assigned")), "the phase", &"waiting", &phase);
    }
    if faults.is_empty() { Ok(()) } else { Err(Fault(faults.join("; "))) }
}

fn ordered(said: &[(u64, String)]) -> bool {
    said.is_sorted_by(|a, b| a.0 < b.0)
}

impl Matrix {
    /// Everything that does not hold, in words; empty where all does.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let failed = self.cells.iter().filter_map(|(key, cell)| match cell {
            Cell::Fails(faults) => Some((key, faults)),
            Cell::Holds(_) | Cell::Never(_) => None,
        });
        failed.flat_map(|((from, to, cause), faults)| faults.iter().map(move |f| format!("{from:?} → {to:?}, {cause:?}: {f}"))).collect()
    }

    /// The matrix as Markdown: a row for each ordered pair of channels, a column for each cause.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = "| left on | back on |".to_owned();
        for cause in SuspendCause::ALL {
            let _ = write!(text, " {} |", heading(cause));
        }
        text.push_str("\n|---|---|");
        text.push_str(&"---|".repeat(SuspendCause::ALL.len()));
        let mut pairs: Vec<_> = self.cells.keys().map(|(from, to, _)| (*from, *to)).collect();
        pairs.dedup();
        for (from, to) in pairs {
            let _ = write!(text, "\n| {} | {} |", word(from), word(to));
            for cause in SuspendCause::ALL {
                let cell = self.cells.get(&(from, to, cause)).map(said).unwrap_or_default();
                let _ = write!(text, " {cell} |");
            }
        }
        text.push('\n');
        text
    }
}

fn said(cell: &Cell) -> String {
    match cell {
        Cell::Holds(tried) => format!("yes ({tried})"),
        Cell::Never(why) => format!("– {why}"),
        Cell::Fails(faults) => format!("**no** ({})", faults.len()),
    }
}

const fn heading(cause: SuspendCause) -> &'static str {
    match cause {
        SuspendCause::Asked => "asked",
        SuspendCause::Dropped => "dropped",
        SuspendCause::Idle => "idle",
        SuspendCause::Parked => "parked by the agent",
        SuspendCause::Step => "a step takes time",
        SuspendCause::NodeLost => "node lost",
    }
}

const fn word(channel: Channel) -> &'static str {
    match channel {
        Channel::Voice => "voice",
        Channel::Chat => "chat",
        Channel::App => "app",
        Channel::Email => "e-mail",
    }
}
