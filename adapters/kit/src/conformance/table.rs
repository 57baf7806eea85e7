//! The matrix as it was found: what held, what did not, what cannot apply; as a page for people.
//!
//! What is *not* here: how it is found out.

use super::driver::Way;
use super::places::Place;
use segue_session::{Channel, SuspendCause};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Where the customer left, where they came back, at which place, and why they had left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Left on.
    pub from: Channel,
    /// Back on.
    pub to: Channel,
    /// At.
    pub place: Place,
    /// For.
    pub cause: SuspendCause,
}

/// What became of one spot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Each way back that was tried, with what was wrong where it was.
    Tried(BTreeMap<Way, Result<(), String>>),
    /// It cannot apply, for this reason.
    Never(&'static str),
}

/// The matrix, filled in as far as it was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// All cells.
    pub cells: BTreeMap<Spot, Cell>,
}

impl Matrix {
    /// This one with all that another has found.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.cells.extend(other.cells);
        self
    }

    /// Notes how a trial went.
    pub(super) fn note(&mut self, spot: Spot, way: Way, outcome: Result<(), String>) {
        let cell = self.cells.entry(spot).or_insert_with(|| Cell::Tried(BTreeMap::new()));
        if let Cell::Tried(ways) = cell {
            ways.insert(way, outcome);
        }
    }

    /// Everything that does not hold, in words; empty where all does.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let tried = self.cells.iter().filter_map(|(spot, cell)| match cell {
            Cell::Tried(ways) => Some((spot, ways)),
            Cell::Never(_) => None,
        });
        let faults = tried.flat_map(|(spot, ways)| {
            let of_way = move |(way, outcome): (&Way, &Result<(), String>)| {
                let fault = outcome.as_ref().err()?;
                let Spot { from, to, place, cause } = spot;
                Some(format!("{from:?} → {to:?}, {cause:?}, {}, {}: {fault}", place.name(), way.name()))
            };
            ways.iter().filter_map(of_way)
        });
        faults.collect()
    }

    /// How many times somebody left and came back as they should.
    #[must_use]
    pub fn held(&self) -> usize {
        let held = |cell: &Cell| match cell {
            Cell::Tried(ways) => ways.values().filter(|outcome| outcome.is_ok()).count(),
            Cell::Never(_) => 0,
        };
        self.cells.values().map(held).sum()
    }

    /// The matrix as Markdown: for each ordered pair of channels a table with a row for each place, a column for each cause,
    /// and the ways back in that hold; then the reasons of what cannot apply.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut reasons = Vec::new();
        for cell in self.cells.values() {
            if let Cell::Never(why) = cell
                && !reasons.contains(why)
            {
                reasons.push(*why);
            }
        }
        let mut text = String::new();
        let pairs: BTreeSet<_> = self.cells.keys().map(|spot| (spot.from, spot.to)).collect();
        for (from, to) in pairs {
            let _ = writeln!(text, "## Left on {}, back on {}\n", word(from), word(to));
            self.pair(from, to, &reasons, &mut text);
            text.push('\n');
        }
        if !reasons.is_empty() {
            text.push_str("## What cannot apply\n\n");
        }
        for (n, why) in reasons.iter().enumerate() {
            let _ = writeln!(text, "{}. {why}", n + 1);
        }
        text
    }

    fn pair(&self, from: Channel, to: Channel, reasons: &[&'static str], text: &mut String) {
        text.push_str("| where |");
        for cause in SuspendCause::ALL {
            let _ = write!(text, " {} |", heading(cause));
        }
        let _ = writeln!(text, "\n|---|{}", "---|".repeat(SuspendCause::ALL.len()));
        for place in Place::ALL {
            let _ = write!(text, "| {} |", place.name());
            for cause in SuspendCause::ALL {
                let cell = self.cells.get(&Spot { from, to, place, cause });
                let _ = write!(text, " {} |", cell.map(|cell| said(cell, reasons)).unwrap_or_default());
            }
            text.push('\n');
        }
    }
}

fn said(cell: &Cell, reasons: &[&'static str]) -> String {
    match cell {
        Cell::Tried(ways) => {
            let each = ways
                .iter()
                .map(|(way, outcome)| if outcome.is_ok() { way.name().to_owned() } else { format!("**not by {}**", way.name()) });
            each.collect::<Vec<_>>().join(", ")
        }
        Cell::Never(why) => {
            let number = reasons.iter().position(|reason| reason == why).map_or(0, |n| n + 1);
            format!("– ({number})")
        }
    }
}

const fn heading(cause: SuspendCause) -> &'static str {
    match cause {
        SuspendCause::Asked => "asked",
        SuspendCause::Dropped => "dropped",
        SuspendCause::Idle => "idle",
        SuspendCause::Parked => "parked",
        SuspendCause::Step => "step",
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
