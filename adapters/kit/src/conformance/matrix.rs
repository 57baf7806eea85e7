//! The matrix: leave on A for a cause, come back on B, nothing lost.

use super::driver::{ChannelUnderTest, CustomerLeg, Fault, Ground, Seen, Way, WayBack};
use super::places::Place;
use super::table::{Cell, Matrix, Spot};
use futures_util::StreamExt as _;
use futures_util::stream;
use segue_session::SuspendCause;
use tokio::time::{Instant, sleep, timeout};

/// Customers at once. More only wait for each other.
const AT_ONCE: usize = 16;

/// One customer of the exam.
struct Trial<'a> {
    from: &'a dyn ChannelUnderTest,
    to: &'a dyn ChannelUnderTest,
    spot: Spot,
    way: Way,
    customer: String,
}

/// A customer who has left, or is about to.
struct Left {
    seen: Seen,
    by: WayBack,
    /// The leg, where it stays connected and does nothing.
    _leg: Option<Box<dyn CustomerLeg>>,
}

/// Fills in the matrix for these causes, one after the other.
pub async fn matrix(ground: &dyn Ground, causes: &[SuspendCause]) -> Matrix {
    let mut matrix = Matrix::default();
    for cause in causes {
        of_cause(ground, *cause, &mut matrix).await;
    }
    matrix
}

async fn of_cause(ground: &dyn Ground, cause: SuspendCause, matrix: &mut Matrix) {
    let trials = trials(ground, cause, matrix);
    // All leave; what happens, happens to all of them at once; all come back.
    let leave = |trial| async move {
        let left = in_time(ground, "leaving", leaves(ground, &trial)).await;
        (trial, left)
    };
    let left: Vec<_> = stream::iter(trials).map(leave).buffer_unordered(AT_ONCE).collect().await;
    let happened = happens(ground, cause).await;
    let back = |(trial, left)| returns(ground, trial, left, &happened);
    let done: Vec<_> = stream::iter(left).map(back).buffer_unordered(AT_ONCE).collect().await;
    for (spot, way, outcome) in done {
        matrix.note(spot, way, outcome.map_err(|fault| fault.0));
    }
}

/// Who leaves for a cause: from each channel to each, at each place, by each way; what cannot apply is noted at once.
fn trials<'a>(ground: &'a dyn Ground, cause: SuspendCause, matrix: &mut Matrix) -> Vec<Trial<'a>> {
    let mut trials = Vec::new();
    let all = ground.channels();
    let pairs = all.iter().flat_map(|from| all.iter().map(move |to| (from.as_ref(), to.as_ref())));
    for ((from, to), place) in pairs.flat_map(|pair| Place::ALL.map(|place| (pair, place))) {
        let spot = Spot { from: from.channel(), to: to.channel(), place, cause };
        match from.can_leave(cause).and_then(|()| place.can(cause)) {
            Err(why) => drop(matrix.cells.insert(spot, Cell::Never(why))),
            Ok(()) => trials.extend(to.ways().into_iter().map(|way| Trial { from, to, spot, way, customer: ground.fresh_customer() })),
        }
    }
    trials
}

/// Does something, or says what was not done in time.
async fn in_time<T>(ground: &dyn Ground, what: &str, does: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let done = timeout(ground.patience(), does).await;
    done.unwrap_or_else(|_| Err(Fault::new("nothing came in time"))).map_err(|fault| Fault(format!("{what}: {fault}")))
}

async fn leaves(ground: &dyn Ground, trial: &Trial<'_>) -> Result<Left, Fault> {
    let mut leg = trial.from.connect(&trial.customer).await?;
    let started = leg.start("exam").await?;
    let session = started.session.clone();
    // The way back is asked for before the place is reached: a step that takes time leaves no moment to ask.
    let by = match trial.way {
        Way::SignedIn => WayBack::SignedIn(session.clone()),
        way @ (Way::Link | Way::Code) => leg.way_back(way).await?,
    };
    let seen = trial.spot.place.walk(leg.as_mut(), ground, started).await?;
    let stays = match trial.spot.cause {
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
    Ok(Left { seen, by, _leg: stays })
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

async fn returns(
    ground: &dyn Ground,
    trial: Trial<'_>,
    left: Result<Left, Fault>,
    happened: &Result<(), Fault>,
) -> (Spot, Way, Result<(), Fault>) {
    let outcome = match (happened, left) {
        (Ok(()), Ok(left)) => in_time(ground, "coming back", comes_back(ground, &trial, left)).await,
        (Err(fault), _) => Err(fault.clone()),
        (Ok(()), Err(fault)) => Err(fault),
    };
    (trial.spot, trial.way, outcome)
}

async fn comes_back(ground: &dyn Ground, trial: &Trial<'_>, left: Left) -> Result<(), Fault> {
    let Spot { place, cause, .. } = trial.spot;
    stopped(ground, &left.seen.session, cause).await?;
    let mut leg = trial.to.connect(&trial.customer).await?;
    let mut seen = leg.come_back(&left.by).await?;
    let by = Instant::now() + ground.patience() / 2;
    while !same_said(&left.seen, &seen) && Instant::now() < by {
        seen = leg.see().await?;
    }
    compare(&left.seen, &seen, place)?;
    match ground.record(&seen.session).await?.asked_twice {
        0 => Ok(()),
        times => Err(Fault(format!("{times} questions were asked twice"))),
    }
}

/// Waits until the session is suspended, and holds the cause on record against the one there was.
async fn stopped(ground: &dyn Ground, session: &str, cause: SuspendCause) -> Result<(), Fault> {
    loop {
        match ground.record(session).await?.suspended {
            Some(told) if told == cause => return Ok(()),
            Some(told) => return Err(Fault(format!("the cause on record is {told:?}"))),
            None => sleep(ground.patience() / 200).await,
        }
    }
}

fn same_said(before: &Seen, after: &Seen) -> bool {
    before.said.iter().all(|one| after.said.contains(one))
}

/// Holds what was seen on the one channel against what is seen on the other.
fn compare(before: &Seen, after: &Seen, place: Place) -> Result<(), Fault> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, what: &str, was: &dyn std::fmt::Debug, is: &dyn std::fmt::Debug| {
        if !holds {
            faults.push(format!("{what} was {was:?} and is {is:?}"));
        }
    };
    check(after.active, "active", &true, &after.active);
    check(after.session == before.session, "the session", &before.session, &after.session);
    check(after.filled == before.filled || place == Place::Part, "what is filled", &before.filled, &after.filled);
    // What takes time is over when the customer comes back: they stand behind it.
    if place != Place::Part {
        check(after.step == before.step, "the step", &before.step, &after.step);
        check(after.asked == before.asked, "the field asked for", &before.asked, &after.asked);
    } else {
        check(after.step.as_deref() == Some("details"), "the step", &"the one behind", &after.step);
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
        // In line they still wait; the talk goes on as soon as an agent has it again.
        let right: &[&str] = if place == Place::Line { &["waiting"] } else { &["waiting", "offered", "assigned"] };
        check(phase.is_some_and(|phase| right.contains(&phase)), "the phase", &right, &phase);
    }
    if faults.is_empty() { Ok(()) } else { Err(Fault(faults.join("; "))) }
}

fn ordered(said: &[(u64, String)]) -> bool {
    said.is_sorted_by(|a, b| a.0 < b.0)
}
