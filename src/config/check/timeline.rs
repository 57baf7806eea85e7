//! What changes while customers wait, and where a queue's limits send them: steps, opening hours, overflows.

use super::{Checker, Path};
use crate::config::hours::DAYS;
use crate::config::plan::{Hours, Interval, Queue, Step, Way};
use crate::config::raw;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use segue_router::{Figure, Span, limits};
use segue_session::needs::Needs;
use segue_session::{Farewell, QueueName, Reason, SkillName, Then};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const LONGEST: Duration = Duration::from_secs(7 * 86_400);

/// A requirement that asks for levels alone.
pub(super) fn requirement(path: Path<'_>, text: &str, checker: &mut Checker<'_>) {
    match Needs::parse(text) {
        Err(error) => {
            let what = format!("cannot be read: {}, at column {} of it", error.what, error.column);
            checker.wrong(path, what, error.mend.as_deref().unwrap_or("like \"internet >= 3 and lang.en >= 5\""));
        }
        Ok(needs) => {
            if let Some(variable) = needs.variables().first() {
                let what = format!("a queue knows no variable \"{variable}\"");
                checker.wrong(path, what, "variables belong into the journey's route step");
            }
        }
    }
}

/// A queue's timeline; the longest wait is a step of it.
pub(super) fn steps(tenant: &str, queue: &str, raw: &raw::Queue, queues: &[&str], checker: &mut Checker<'_>) -> Vec<Step> {
    let table = ["tenants", tenant, "queues", queue];
    checker.between(&[&table[..], &["answer_within"]].concat(), raw.answer_within.0, Duration::from_secs(1), Duration::from_secs(86_400));
    for (limit, overflow) in [("full", &raw.full), ("late", &raw.late), ("closed", &raw.closed)] {
        if let Some(name) = &overflow.queue {
            known(&[&table[..], &[limit, "queue"]].concat(), name, queues, checker);
        }
    }
    let mut steps = Vec::new();
    for (number, typed) in raw.steps.iter().enumerate() {
        let number = number.to_string();
        steps.push(step(&[&table[..], &["steps", &number]].concat(), typed, queues, checker));
    }
    if !steps.is_sorted_by_key(|step| step.after) {
        checker.wrong(&[&table[..], &["steps"]].concat(), "they do not stand in the order of their waits", "the shortest `after` first");
    }
    match raw.longest_wait {
        Some(longest) => {
            checker.between(&[&table[..], &["longest_wait"]].concat(), longest.0, Duration::from_secs(1), LONGEST);
            let at = steps.partition_point(|step| step.after <= longest.0);
            let way = raw.late.queue.as_deref().map_or(Way::Out, |name| Way::Queue(QueueName::new(name)));
            steps.insert(at, Step { after: longest.0, overflow: Some(way), ..Step::default() });
        }
        None if raw.late.queue.is_some() || raw.late.say.is_some() || !matches!(raw.late.then, raw::Then::Stay) => {
            checker.wrong(&[&table[..], &["late"]].concat(), "nobody is ever late", "add `longest_wait`");
        }
        None => {}
    }
    if steps.len() > limits::STEPS {
        let what = format!("{} steps are more than the {} that a queue may have", steps.len(), limits::STEPS);
        checker.wrong(&[&table[..], &["steps"]].concat(), what, "the longest wait counts as one");
    }
    steps
}

fn step(path: Path<'_>, raw: &raw::Step, queues: &[&str], checker: &mut Checker<'_>) -> Step {
    let at = |key: &'static str| -> Vec<&str> { [path, &[key]].concat() };
    checker.between(&at("after"), raw.after.0, Duration::ZERO, LONGEST);
    for (key, text) in [("add", &raw.add), ("widen", &raw.widen)] {
        requirement(&at(key), text, checker);
    }
    for name in raw.queues.iter().chain(&raw.overflow) {
        let key = if raw.overflow.as_ref() == Some(name) { "overflow" } else { "queues" };
        known(&at(key), name, queues, checker);
    }
    for (skill, by) in &raw.lower {
        if !(1..=9).contains(by) {
            checker.wrong(&[path, &["lower", skill]].concat(), format!("a level is lowered by 1 to 9, not by {by}"), "");
        }
    }
    let span = |length: Duration| Span(u64::try_from(length.as_millis()).unwrap_or(u64::MAX));
    let when = match (raw.expected_wait, raw.service_level) {
        (Some(_), Some(_)) => {
            checker.wrong(&at("service_level"), "a step waits for one figure at the most", "make two steps of it");
            None
        }
        (Some(wait), None) => Some(Figure::ExpectedWait(span(wait.0))),
        (None, Some(level)) => {
            if !(1..=100).contains(&level) {
                checker.wrong(&at("service_level"), format!("{level} is no percentage"), "1 to 100");
            }
            Some(Figure::ServiceLevel(level))
        }
        (None, None) => None,
    };
    let step = Step {
        after: raw.after.0,
        when,
        drop: raw.drop.iter().map(|skill| SkillName::new(skill)).collect(),
        lower: raw.lower.iter().map(|(skill, by)| (SkillName::new(skill), *by)).collect(),
        add: raw.add.clone(),
        widen: raw.widen.clone(),
        queues: raw.queues.iter().map(|name| QueueName::new(name)).collect(),
        raise: raw.raise,
        invites: raw.offer_callback,
        overflow: raw.overflow.as_deref().map(|name| Way::Queue(QueueName::new(name))),
    };
    let idle = step.drop.is_empty() && step.lower.is_empty() && step.queues.is_empty() && step.raise == 0;
    if idle && step.add.is_empty() && step.widen.is_empty() && !step.invites && step.overflow.is_none() {
        checker.doubtful(path, "a step that changes nothing", "");
    }
    step
}

fn known(path: Path<'_>, name: &str, queues: &[&str], checker: &mut Checker<'_>) {
    if !queues.contains(&name) {
        checker.dangling(path, "queue", name, queues);
    }
}

/// Opening hours by name.
pub(super) fn hours(tenant: &str, raw: &raw::Tenant, checker: &mut Checker<'_>) -> BTreeMap<String, Hours> {
    let read = |(name, typed): (&String, &raw::Hours)| {
        let table = ["tenants", tenant, "hours", name.as_str()];
        let zone = typed.zone.as_deref().or(raw.time_zone.as_deref()).unwrap_or("UTC");
        let found = TimeZone::get(zone);
        if found.is_err() && typed.zone.is_some() {
            checker.wrong(
                &[&table[..], &["zone"]].concat(),
                format!("{zone:?} is no time zone"),
                "a name of the IANA list: \"Europe/Zurich\"",
            );
        }
        let mut week: [Vec<Interval>; 7] = Default::default();
        for (day, typed) in &typed.week {
            let path = [&table[..], &["week", day]].concat();
            let intervals = intervals(&path, typed, checker);
            match DAYS.iter().position(|(known, _)| known == day).and_then(|at| week.get_mut(at)) {
                Some(place) => *place = intervals,
                None => checker.dangling(&path, "day", day, &DAYS.map(|(day, _)| day)),
            }
        }
        let mut otherwise = BTreeMap::new();
        for (date, typed) in &typed.holidays {
            let path = [&table[..], &["holidays", date]].concat();
            let intervals = intervals(&path, typed, checker);
            match date.parse::<Date>() {
                Ok(date) => drop(otherwise.insert(date, intervals)),
                Err(_) => checker.wrong(&path, format!("{date:?} is no date"), "like \"2026-12-25\""),
            }
        }
        (name.clone(), Hours { zone: found.unwrap_or(TimeZone::UTC), week, otherwise })
    };
    raw.hours.iter().map(read).collect()
}

fn intervals(path: Path<'_>, typed: &[String], checker: &mut Checker<'_>) -> Vec<Interval> {
    let mut read: Vec<Interval> = Vec::new();
    for text in typed {
        match Interval::parse(text) {
            Some(interval) if read.last().is_none_or(|last| last.to <= interval.from) => read.push(interval),
            Some(_) => checker.wrong(path, format!("{text:?} begins before the one before it ends"), "in the order of the day"),
            None => checker.wrong(path, format!("{text:?} is no part of a day"), "like \"08:00-12:30\", until \"24:00\" at the latest"),
        }
    }
    read
}

/// The hours that a queue keeps.
pub(super) fn kept(tenant: &str, queue: &str, name: &str, hours: &BTreeMap<String, Hours>, checker: &mut Checker<'_>) -> Option<Hours> {
    let found = hours.get(name).cloned();
    if found.is_none() {
        let known: Vec<_> = hours.keys().map(String::as_str).collect();
        checker.dangling(&["tenants", tenant, "queues", queue, "hours"], "table of hours", name, &known);
    }
    found
}

/// What becomes of whom no queue takes.
pub(super) fn farewells(raw: &raw::Queue) -> BTreeMap<Reason, Farewell> {
    let ways = [(Reason::QueueFull, &raw.full), (Reason::WaitOver, &raw.late), (Reason::QueueClosed, &raw.closed)];
    let farewell = |overflow: &raw::Overflow| Farewell {
        then: match overflow.then {
            raw::Then::Stay => Then::Stay,
            raw::Then::Suspend => Then::Suspend,
            raw::Then::End => Then::End,
        },
        say: overflow.say.clone(),
    };
    ways.into_iter().map(|(reason, overflow)| (reason, farewell(overflow))).collect()
}

/// Refuses overflows that lead back to where they began.
pub(super) fn circles(tenant: &str, queues: &BTreeMap<QueueName, Queue>, checker: &mut Checker<'_>) {
    let onward = |name: &QueueName| -> Vec<QueueName> {
        let Some(queue) = queues.get(name) else { return Vec::new() };
        let steps = queue.steps.iter().filter_map(|step| match &step.overflow {
            Some(Way::Queue(next)) => Some(next),
            Some(Way::Out) | None => None,
        });
        steps.chain(&queue.full).chain(&queue.closed).cloned().collect()
    };
    for start in queues.keys() {
        let mut reached = BTreeSet::new();
        let mut ahead = onward(start);
        while let Some(next) = ahead.pop() {
            if reached.insert(next.clone()) {
                ahead.extend(onward(&next));
            }
        }
        if reached.contains(start) {
            let what = "it overflows in a circle: whoever no queue takes would come back to it";
            checker.wrong(&["tenants", tenant, "queues", start.as_str()], what, "let the last queue of the chain overflow to none");
        }
    }
}
