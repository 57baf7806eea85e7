//! How a tenant's sessions go.

use super::Checker;
use crate::config::plan::Sessions;
use crate::config::raw::{self, Asked, Level};
use segue_session::{Action, AssuranceLevel};
use std::time::Duration;

const DAY: u64 = 86_400;

pub(super) fn resolve(tenant: &str, raw: &raw::Sessions, checker: &mut Checker<'_>) -> Sessions {
    let at = |key| ["tenants", tenant, "sessions", key];
    let seconds = Duration::from_secs;
    for (key, value, least, most) in [
        ("grace", raw.grace, seconds(1), seconds(3_600)),
        ("idle", raw.idle, seconds(10), seconds(30 * DAY)),
        ("sliding", raw.sliding, seconds(60), seconds(400 * DAY)),
        ("absolute", raw.absolute, seconds(60), seconds(800 * DAY)),
        ("handle_for", raw.handle_for, seconds(60), seconds(400 * DAY)),
        ("keep_for", raw.keep_for, seconds(0), seconds(4_000 * DAY)),
    ] {
        checker.between(&at(key), value.0, least, most);
    }
    if raw.sliding > raw.absolute {
        checker.wrong(&at("sliding"), "longer than `absolute`", "a session cannot be resumed after its end");
    }
    if raw.handle_for > raw.absolute {
        checker.doubtful(&at("handle_for"), "handles outlive every session", "at most `absolute`");
    }
    if !(6..=8).contains(&raw.code_digits) {
        checker.wrong(
            &at("code_digits"),
            format!("{} digits; 6 to 8 are wanted", raw.code_digits),
            "fewer can be guessed, more are not typed",
        );
    }
    for (method, hold) in &raw.holds {
        checker.between(&["tenants", tenant, "sessions", "holds", method], hold.0, seconds(1), seconds(400 * DAY));
        if method.contains('+') {
            let mend = "name each method by itself; of several the first that is over ends the proof";
            checker.wrong(&["tenants", tenant, "sessions", "holds", method], "several methods", mend);
        }
    }
    Sessions {
        grace: raw.grace.0,
        idle: raw.idle.0,
        sliding: raw.sliding.0,
        absolute: raw.absolute.0,
        handle_for: raw.handle_for.0,
        code_digits: raw.code_digits,
        keep_for: raw.keep_for.0,
        holds: raw.holds.iter().map(|(method, hold)| (method.clone(), hold.0)).collect(),
        levels: raw.levels.iter().map(|(asked, least)| (action(*asked), level(*least))).collect(),
    }
}

const fn action(asked: Asked) -> Action {
    match asked {
        Asked::Resume => Action::Resume,
        Asked::GiveHandle => Action::GiveHandle,
        Asked::CallBack => Action::CallBack,
        Asked::Consent => Action::Consent,
        Asked::Document => Action::Document,
    }
}

const fn level(least: Level) -> AssuranceLevel {
    match least {
        Level::None => AssuranceLevel::None,
        Level::Claimed => AssuranceLevel::Claimed,
        Level::Low => AssuranceLevel::Low,
        Level::Substantial => AssuranceLevel::Substantial,
        Level::High => AssuranceLevel::High,
    }
}
