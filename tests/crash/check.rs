//! The checker: compares what was promised with what is found, and says what does not fit. It knows nothing of how the house
//! keeps anything.

use crate::history::{Act, Answer, Deed, Told};
use std::collections::{BTreeMap, BTreeSet};

/// A session as found after the restart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Its version.
    pub(crate) version: u64,
    /// How it stands, in words for people.
    pub(crate) standing: String,
    /// What its form shows.
    pub(crate) answers: BTreeMap<String, String>,
    /// Its transcript: number and words; no words for what the house says.
    pub(crate) messages: Vec<(u64, Option<String>)>,
    /// Whether it is over.
    pub(crate) closed: bool,
    /// Whether it is suspended.
    pub(crate) suspended: bool,
    /// Whether it is, by its customer's wish.
    pub(crate) by_wish: bool,
    /// Since when its customer waits, where they do.
    pub(crate) since: Option<i64>,
    /// Whether it is among the matters of its customer.
    pub(crate) listed: bool,
}

/// A desk as found after the restart, by interaction.
#[derive(Clone, Debug, Default)]
pub(crate) struct FoundDesk {
    /// Whose.
    pub(crate) agent: String,
    /// What is offered.
    pub(crate) offered: Vec<String>,
    /// What they have, and whether its wrap-up runs.
    pub(crate) held: BTreeMap<String, bool>,
    /// The numbers of the entries that came, in their order.
    pub(crate) seen: Vec<u64>,
}

/// What is wrong with one session, given everything asked in it.
pub(crate) fn session(id: &str, deeds: &[Deed], found: Option<&Found>) -> Vec<String> {
    let deeds: Vec<&Deed> = deeds.iter().filter(|deed| deed.session == id).collect();
    let begun = deeds.iter().any(|d| matches!(d.answer, Answer::Done(_)));
    let Some(found) = found else {
        return if begun { vec![format!("{id}: the session is lost")] } else { Vec::new() };
    };
    let mut wrong = Vec::new();
    let promised = deeds.iter().filter_map(|d| told(d)).map(|t| t.version).max().unwrap_or_default();
    if found.version < promised {
        wrong.push(format!("version {promised} was promised, {} is found", found.version));
    }
    messages(&deeds, found, &mut wrong);
    claims(&deeds, &mut wrong);
    // A matter that an agent has handled is no open one, and is over when its customer leaves; nothing else closes one here.
    let handled = deeds.iter().any(|deed| matches!(deed.act, Act::Finish { .. } | Act::WrapUp { .. }) && deed.may_be_done());
    if found.closed {
        if !handled {
            wrong.push("it is closed, and nobody has handled it".to_owned());
        }
    } else {
        if !found.listed && !handled {
            wrong.push("it is not among its customer's matters".to_owned());
        }
        answers(&deeds, found, &mut wrong);
        standing(&deeds, found, &mut wrong);
        line(&deeds, found, &mut wrong);
    }
    if !wrong.is_empty() {
        // What led to it, for whoever looks for the cause.
        wrong.push(format!("it stands {}", found.standing));
        wrong.extend(deeds.iter().rev().take(40).rev().map(|deed| format!("{:?} -> {:?}", deed.act, deed.answer)));
    }
    wrong.iter().map(|what| format!("{id}: {what}")).collect()
}

fn told(deed: &Deed) -> Option<&Told> {
    match &deed.answer {
        Answer::Done(told) => Some(told),
        Answer::Unknown | Answer::Refused(_) => None,
    }
}

/// The last answer acknowledged is there, or one asked later whose answer is unknown.
fn answers(deeds: &[&Deed], found: &Found, wrong: &mut Vec<String>) {
    let mut may: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for deed in deeds {
        let Act::Fill { field, value } = &deed.act else { continue };
        let may = may.entry(*field).or_insert_with(|| BTreeSet::from([None]));
        match deed.answer {
            Answer::Done(_) => *may = BTreeSet::from([Some(value.as_str())]),
            Answer::Unknown => drop(may.insert(Some(value))),
            Answer::Refused(_) => {}
        }
    }
    for (field, may) in may {
        let is = found.answers.get(field).map(String::as_str);
        if !may.contains(&is) {
            wrong.push(format!("the answer {field} is {is:?}, and may be one of {may:?}"));
        }
    }
}

/// Numbers rise by one; what was acknowledged is at its place; nothing is there twice, and nothing that nobody said.
fn messages(deeds: &[&Deed], found: &Found, wrong: &mut Vec<String>) {
    for (place, (number, _)) in (1..).zip(&found.messages) {
        if *number != place {
            wrong.push(format!("message {number} stands at place {place}"));
        }
    }
    let mut there: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (number, words) in &found.messages {
        if let Some(words) = words {
            there.entry(words).or_default().push(*number);
        }
    }
    for deed in deeds {
        let Act::Say(words) = &deed.act else { continue };
        let at = there.remove(words.as_str()).unwrap_or_default();
        match (&deed.answer, at.as_slice()) {
            (_, [_, _, ..]) => wrong.push(format!("{words:?} is there twice: {at:?}")),
            (Answer::Done(told), at) if at.first() != told.number.as_ref() => {
                wrong.push(format!("{words:?} was given number {:?} and stands at {at:?}", told.number));
            }
            (Answer::Refused(why), [at]) => wrong.push(format!("{words:?} was refused ({why}) and stands at {at}")),
            _ => {}
        }
    }
    wrong.extend(there.keys().map(|words| format!("{words:?} was said by nobody")));
}

/// Suspended where that was acknowledged last; not suspended by a wish that nobody had.
fn standing(deeds: &[&Deed], found: &Found, wrong: &mut Vec<String>) {
    let (mut here, mut gone) = (false, false);
    for deed in deeds {
        let stops = match deed.act {
            Act::Suspend => true,
            Act::Start | Act::Resume { .. } => false,
            _ => continue,
        };
        match deed.answer {
            Answer::Done(_) => (here, gone) = (!stops, stops),
            Answer::Unknown if stops => gone = true,
            Answer::Unknown => here = true,
            Answer::Refused(_) => {}
        }
    }
    if !here && gone && !found.suspended {
        wrong.push("its suspension was acknowledged, and it is not suspended".to_owned());
    }
    if here && !gone && found.by_wish {
        wrong.push("its customer is here, and it is suspended as if they had wished so".to_owned());
    }
}

/// From asking for a person until a talk ends, the customer waits since the same moment.
fn line(deeds: &[&Deed], found: &Found, wrong: &mut Vec<String>) {
    // An answer that was under way when the talk ended may still tell of the wait that is over.
    let (mut since, mut sure, mut over) = (None, false, None);
    let mut finished = BTreeSet::new();
    for deed in deeds {
        match (&deed.act, &deed.answer) {
            // Whose customer left is wrapped up without being finished first.
            (Act::Finish { interaction } | Act::WrapUp { interaction }, Answer::Unknown | Answer::Done(_))
                if finished.insert(interaction) =>
            {
                (since, sure, over) = (None, false, since.or(over));
            }
            (act, Answer::Done(told)) => {
                let told = told.since.filter(|told| Some(*told) != over);
                if let (Some(before), Some(now)) = (since, told)
                    && before != now
                {
                    wrong.push(format!("waits since {before}, was then told {now}"));
                }
                since = since.or(told);
                sure |= *act == Act::Ask && told.is_some();
            }
            _ => {}
        }
    }
    match (since, found.since) {
        (Some(before), Some(now)) if before != now => wrong.push(format!("waits since {before}, is found waiting since {now}")),
        (Some(before), None) if sure && !found.suspended => wrong.push(format!("waits since {before}, is found in no line")),
        _ => {}
    }
}

/// One suspension is ended by one resume.
fn claims(deeds: &[&Deed], wrong: &mut Vec<String>) {
    let mut winners: BTreeMap<&str, usize> = BTreeMap::new();
    for deed in deeds {
        if let (Act::Resume { claim }, Answer::Done(_)) = (&deed.act, &deed.answer) {
            *winners.entry(claim).or_default() += 1;
        }
    }
    wrong.extend(winners.iter().filter(|(_, n)| **n > 1).map(|(claim, n)| format!("{claim} was resumed {n} times")));
}

/// What is wrong with the desks, all together.
pub(crate) fn desks(deeds: &[Deed], found: &[FoundDesk]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut owners: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for desk in found {
        for id in &desk.offered {
            owners.entry(id).or_default().push(format!("offered to {}", desk.agent));
        }
        for id in desk.held.keys() {
            owners.entry(id).or_default().push(format!("with {}", desk.agent));
        }
        if !desk.seen.is_sorted_by(|a, b| a < b) {
            wrong.push(format!("{} saw entries out of order or twice: {:?}", desk.agent, desk.seen));
        }
    }
    wrong.extend(owners.iter().filter(|(_, who)| who.len() > 1).map(|(id, who)| format!("{id} is {}", who.join(" and "))));
    let mut accepted: BTreeMap<&str, &str> = BTreeMap::new();
    for (place, deed) in deeds.iter().enumerate() {
        let (Act::Accept { agent, interaction }, Answer::Done(_)) = (&deed.act, &deed.answer) else { continue };
        if let Some(other) = accepted.insert(interaction, agent) {
            wrong.push(format!("{interaction} was given to {other} and to {agent}"));
        }
        let held = found.iter().any(|desk| desk.agent == *agent && desk.held.contains_key(interaction));
        if !held && !let_go(&deeds[place..], deed, interaction) {
            wrong.push(format!("{interaction} was given to {agent}, who does not have it"));
        }
    }
    wrong
}

/// Whether an assignment may have ended since: by its agent, or by its customer leaving.
fn let_go(since: &[Deed], accepted: &Deed, interaction: &str) -> bool {
    since.iter().filter(|deed| deed.may_be_done()).any(|deed| match &deed.act {
        Act::Finish { interaction: id } | Act::WrapUp { interaction: id } => id == interaction,
        Act::Suspend | Act::Resume { .. } | Act::Ask => deed.session == accepted.session,
        Act::Start | Act::Fill { .. } | Act::Say(_) | Act::Accept { .. } => false,
    })
}
