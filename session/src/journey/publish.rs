//! Publishing a new version: which live sessions it would break, and how the others are carried.
//!
//! A session stays on its version unless the new definition says otherwise: `upgrade: pin` leaves it there, `restart_at` and
//! `migrate` carry it. Where nothing is said, sessions whose step is still there stay pinned too, but the report lists those whose
//! step is gone and refuses: their authors must say what becomes of them.

use super::definition::{Body, Upgrade};
use super::{Journey, JourneyVersion, Library, Position};
use crate::{JourneyName, StepId};
use std::collections::BTreeMap;

/// Where live sessions stand: so many of them at this step of this version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LiveAt {
    /// In which journey.
    pub journey: JourneyName,
    /// On which version of it.
    pub version: JourneyVersion,
    /// At which step.
    pub step: StepId,
    /// How many sessions.
    pub sessions: u64,
}

/// What publishing a new version means for live sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishReport {
    /// Which journey.
    pub journey: JourneyName,
    /// The version that is current now, if one is.
    pub from: Option<JourneyVersion>,
    /// The version to be published.
    pub to: JourneyVersion,
    /// Sessions that stay on their version.
    pub pinned: u64,
    /// Sessions that are carried to the new one.
    pub carried: u64,
    /// Where sessions stand that would break.
    pub breaks: Vec<LiveAt>,
    /// Whether it may be published.
    pub allowed: bool,
    /// Why, in sentences.
    pub reasons: Vec<String>,
}

/// What became of a session's position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It stays as it is.
    Stays,
    /// It stands on the current version now.
    Moved(Vec<(JourneyName, StepId)>),
}

impl Library {
    /// What publishing `new` would mean for the sessions standing where `live` says.
    #[must_use]
    pub fn publish_check(&self, new: &Journey, live: &[LiveAt]) -> PublishReport {
        let from = self.current(new.name()).map(|j| j.version().clone());
        let body: &Body = &new.0;
        let mut report = PublishReport {
            journey: new.name().clone(),
            from,
            to: new.version().clone(),
            pinned: 0,
            carried: 0,
            breaks: Vec::new(),
            allowed: true,
            reasons: Vec::new(),
        };
        for place in live.iter().filter(|p| &p.journey == new.name() && &p.version != new.version()) {
            let kept = self.get(&place.journey, &place.version).is_some();
            let landing = landing(body, &place.step);
            let to = match (&body.upgrade, landing.is_some()) {
                (Upgrade::Unsaid, true) | (Upgrade::Pin, _) if kept => &mut report.pinned,
                (Upgrade::RestartAt(_) | Upgrade::Migrate(_), true) => &mut report.carried,
                _ => {
                    report.breaks.push(place.clone());
                    continue;
                }
            };
            *to = to.saturating_add(place.sessions);
        }
        report.breaks.sort();
        report.allowed = report.breaks.is_empty();
        report.reasons = report.breaks.iter().map(|place| why(body, place)).collect();
        report
    }

    /// Carries a position to the current versions of its journeys where those say so. Frames stay as they are where nothing is
    /// said, or where the place they would land on is gone.
    #[must_use]
    pub fn carry(&self, at: &mut Position) -> Carried {
        let mut reached = Vec::new();
        for index in 0..at.frames.len() {
            let top = index.saturating_add(1) == at.frames.len();
            let Some(frame) = at.frames.get_mut(index) else { break };
            let Some(current) = self.current(&frame.journey).filter(|j| j.version() != &frame.version) else { continue };
            let restarts = matches!(current.0.upgrade, Upgrade::RestartAt(_));
            let carries = restarts || matches!(current.0.upgrade, Upgrade::Migrate(_));
            let Some(step) = landing(&current.0, &frame.step).filter(|_| carries) else { continue };
            let there = |id: &StepId| current.step(id).is_some();
            frame.version = current.version().clone();
            frame.shown.retain(there);
            frame.checkpoint = frame.checkpoint.take().filter(there);
            frame.again = None;
            if frame.step != step {
                frame.left_out.clear();
                frame.errors = 0;
            }
            frame.step = step;
            reached.push((frame.journey.clone(), frame.step.clone()));
            if restarts || top {
                // What was called from a place that is left, and what was awaited there, is left with it.
                at.frames.truncate(index.saturating_add(1));
                at.awaiting = None;
                at.misfit = None;
                at.confirm = false;
                break;
            }
        }
        if reached.is_empty() { Carried::Stays } else { Carried::Moved(reached) }
    }

    /// Makes a journey the current one of its name. Its older versions stay for the sessions on them.
    #[must_use]
    pub fn publish(mut self, journey: Journey) -> Self {
        self.set_current(journey);
        self
    }
}

/// The step of the new version that a session at `step` comes to stand on.
fn landing(body: &Body, step: &StepId) -> Option<StepId> {
    let there = |step: &StepId| body.steps.contains_key(step).then(|| step.clone());
    match &body.upgrade {
        Upgrade::Unsaid | Upgrade::Pin => there(step),
        Upgrade::RestartAt(to) => there(to),
        Upgrade::Migrate(map) => there(mapped(map, step)),
    }
}

fn mapped<'m>(map: &'m BTreeMap<StepId, StepId>, step: &'m StepId) -> &'m StepId {
    map.get(step).unwrap_or(step)
}

fn why(body: &Body, place: &LiveAt) -> String {
    let LiveAt { version, step, sessions, .. } = place;
    let people = if *sessions == 1 { "1 session stands".to_owned() } else { format!("{sessions} sessions stand") };
    let mend = match &body.upgrade {
        Upgrade::Unsaid => "say 'upgrade: pin', 'upgrade: { restart_at: STEP }' or 'upgrade: { migrate: { OLD: NEW } }'".to_owned(),
        Upgrade::Pin => "their version is not stored any more: say 'restart_at' or 'migrate'".to_owned(),
        Upgrade::RestartAt(_) | Upgrade::Migrate(_) => format!("say under 'migrate' what becomes of '{step}'"),
    };
    format!("{people} at '{step}' of version {}, which the new version does not have; {mend}", version.0)
}
