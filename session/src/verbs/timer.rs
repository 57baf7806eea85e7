//! Deadlines: what was due is done, and the next moment is told.

use super::draft::{Draft, word};
use super::{answers, close, handles, lease, leave, notices, suspend, walk};
use crate::journey::Library;
use crate::{LegStanding, Phase, Session, Settings, Standing, SuspendCause, Time};

/// Does everything that is due now. Cannot fail, and leaves nothing due.
pub(super) fn pass(draft: &mut Draft<'_, '_>) {
    // One thing leads to another: a grace that ends suspends, and where nothing may be resumed, that expires at once.
    for _ in 0..PASSES {
        let due = due(&draft.session, draft.moment.settings, draft.moment.library);
        if draft.gone || due.is_none_or(|due| draft.now() < due) {
            return;
        }
        once(draft);
    }
}

/// More than the longest chain there is: dropped, suspended, expired, forgotten.
const PASSES: usize = 6;

fn once(draft: &mut Draft<'_, '_>) {
    let now = draft.now();
    answers::forget(draft);
    if !draft.session.is_final() {
        handles::sweep(draft);
    }
    match draft.session.standing.clone() {
        Standing::Active => active(draft),
        Standing::Suspended(suspension) => {
            if now >= suspension.until {
                close::expire(draft);
            } else {
                warn(draft, suspension.until);
            }
        }
        Standing::Closed { at, .. } | Standing::Expired { at } => {
            if now >= at.after(draft.moment.settings.keep_for) {
                close::forget(draft, "kept_long_enough");
            }
        }
    }
}

fn active(draft: &mut Draft<'_, '_>) {
    let now = draft.now();
    if now >= draft.session.ends {
        close::expire(draft);
        return;
    }
    let mut dropped = None;
    for leg in &mut draft.session.legs {
        if let LegStanding::Lost { grace, with_node, .. } = leg.standing
            && grace <= now
        {
            leg.standing = LegStanding::Ended { at: now };
            let cause = if with_node { SuspendCause::NodeLost } else { SuspendCause::Dropped };
            dropped = Some((leg.id, leg.channel, cause));
        }
    }
    if let Some((leg, channel, cause)) = dropped {
        draft.event("dropped", &[("channel", word(channel))]);
        leave::nobody_left(draft, cause, Some(leg));
    }
    if draft.session.is_active() && step_due(&draft.session, draft.moment.library).is_some_and(|due| due <= now) {
        walk::expire(draft);
    }
    if draft.session.is_active() && draft.session.idle_ends <= now {
        idle(draft);
    }
    if draft.session.is_active() {
        warn(draft, draft.session.ends);
    }
}

/// Nothing was done for the idle time. Somebody who is in line or in a talk is not idle for that, but they must be there: with
/// an agent, or heard of. A leg that was not has no connection whose end would tell it lost, so this tells.
fn idle(draft: &mut Draft<'_, '_>) {
    if draft.session.open().is_none() {
        let last = draft.session.present().next_back().map(|l| (l.id, l.channel));
        if draft.session.is_settled() {
            suspend::end_legs(draft);
            leave::nobody_left(draft, SuspendCause::Idle, last.map(|(leg, _)| leg));
        } else {
            suspend::stop(draft, SuspendCause::Idle, last.map(|(_, channel)| channel));
        }
        return;
    }
    draft.touch();
    let with_agent = draft.line.is_some_and(|line| matches!(line.phase, Phase::Assigned(_)));
    if !draft.moment.heard && !with_agent {
        leave::vanished(draft, false, |_| true);
    }
}

/// Warns once that the time runs out.
fn warn(draft: &mut Draft<'_, '_>, until: Time) {
    if !draft.session.warned && draft.terms().warning(until) <= draft.now() {
        draft.session.warned = true;
        draft.event("expiring", &[("at", until.0.to_string())]);
        notices::say(draft, "expiring", &[("at", until.0.to_string())]);
    }
}

fn step_due(session: &Session, library: &Library) -> Option<Time> {
    session.position.as_ref().and_then(|at| library.due(at))
}

/// The next moment something is due for a session.
#[must_use]
pub fn due(session: &Session, settings: &Settings, library: &Library) -> Option<Time> {
    let secrets = session.answers.values().filter_map(|a| a.until);
    let terms = lease::terms(session, settings, library);
    let warned = |until| (!session.warned).then(|| terms.warning(until));
    let own: Vec<Time> = match &session.standing {
        Standing::Active => {
            let graces = session.legs.iter().filter_map(|l| match l.standing {
                LegStanding::Lost { grace, .. } => Some(grace),
                LegStanding::Live | LegStanding::Ended { .. } => None,
            });
            let ends = [Some(session.ends), Some(session.idle_ends), step_due(session, library), warned(session.ends)];
            graces.chain(ends.into_iter().flatten()).collect()
        }
        Standing::Suspended(s) => [Some(s.until), warned(s.until)].into_iter().flatten().collect(),
        Standing::Closed { at, .. } | Standing::Expired { at } => vec![at.after(settings.keep_for)],
    };
    secrets.chain(own).min()
}
