//! The bridges of a pump: from who sits where to which line hears which.

use super::line::Line;
use super::playout::Frame;
use crate::bridge::{BridgeKey, Seat, Table, hears};
use crate::leg::LegKey;
use std::collections::HashMap;

/// All bridges of a pump.
#[derive(Default)]
pub(super) struct Tables {
    tables: HashMap<BridgeKey, Table>,
    mixed: Mixed,
}

/// Scratch for what is mixed: sums, and the frame that they become.
#[derive(Default)]
struct Mixed {
    sums: Vec<i32>,
    frame: Frame,
}

/// What a line has to do with a bridge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hearing {
    /// Where it sits.
    pub(super) bridge: Option<BridgeKey>,
    /// Whom it hears.
    pub(super) hears: Vec<LegKey>,
    /// Who hears it and nobody else: its packets are passed on to them.
    pub(super) heard_by: Vec<LegKey>,
    /// Whether somebody needs its samples.
    pub(super) sampled: bool,
}

impl Tables {
    pub(super) fn lay(&mut self, table: Table) {
        self.tables.insert(table.key, table);
    }

    /// Others sit at a bridge now.
    pub(super) fn seat(&mut self, key: BridgeKey, seats: Vec<Seat>, lines: &mut HashMap<LegKey, Line>) {
        let Some(table) = self.tables.get_mut(&key) else { return };
        let before = std::mem::replace(&mut table.seats, seats);
        let mut left: Vec<_> = table.seats.iter().filter_map(|seat| lines.get(&seat.leg)?.hearing().bridge).filter(|b| *b != key).collect();
        for seat in before.iter().filter(|seat| table.seats.iter().all(|now| now.leg != seat.leg)) {
            if let Some(line) = lines.get_mut(&seat.leg).filter(|line| line.hearing().bridge == Some(key)) {
                line.arrange(Hearing::default());
            }
        }
        for seat in &table.seats {
            if let Some(line) = lines.get_mut(&seat.leg) {
                line.arrange(Hearing { bridge: Some(key), ..Hearing::default() });
            }
        }
        left.push(key);
        for key in left {
            self.arrange(key, lines);
        }
    }

    /// Works out who hears whom at a bridge, of those who are there.
    pub(super) fn arrange(&mut self, key: BridgeKey, lines: &mut HashMap<LegKey, Line>) {
        let Some(table) = self.tables.get_mut(&key) else { return };
        table.seats.retain(|seat| lines.get(&seat.leg).is_some_and(|line| line.hearing().bridge == Some(key)));
        let seats = &table.seats;
        let heard = |here: &Seat| seats.iter().filter(|there| hears(here, there)).map(|there| there.leg).collect::<Vec<_>>();
        let all: Vec<_> = seats.iter().map(|seat| (seat.leg, heard(seat))).collect();
        for (leg, whom) in &all {
            let hear_it = || all.iter().filter(|(_, heard)| heard.contains(leg));
            let recorded = |listener: &LegKey| lines.get(listener).is_some_and(Line::is_recorded);
            let hearing = Hearing {
                bridge: Some(key),
                hears: whom.clone(),
                heard_by: hear_it().filter(|(_, heard)| heard.len() == 1).map(|(listener, _)| *listener).collect(),
                sampled: hear_it().any(|(listener, heard)| heard.len() > 1 || recorded(listener)),
            };
            if let Some(line) = lines.get_mut(leg) {
                line.arrange(hearing);
            }
        }
    }

    /// Parts those whose bridge no handle is left of.
    pub(super) fn clear(&mut self, lines: &mut HashMap<LegKey, Line>) {
        let gone = self.tables.extract_if(|_, table| table.is_abandoned());
        for (key, table) in gone {
            for seat in table.seats {
                if let Some(line) = lines.get_mut(&seat.leg).filter(|line| line.hearing().bridge == Some(key)) {
                    line.arrange(Hearing::default());
                }
            }
        }
    }

    /// What a line hears of the last 20 ms, where it needs samples of it: it hears several, or is recorded.
    pub(super) fn mixed(&mut self, leg: LegKey, lines: &HashMap<LegKey, Line>) -> Option<&Frame> {
        let line = lines.get(&leg)?;
        let whom = &line.hearing().hears;
        if whom.is_empty() || whom.len() == 1 && !line.is_recorded() {
            return None;
        }
        let heard = || whom.iter().filter_map(|other| lines.get(other)?.heard());
        let Mixed { sums, frame } = &mut self.mixed;
        mix(sums, &mut frame.narrow, heard().map(|frame| &frame.narrow[..]));
        mix(sums, &mut frame.wide, heard().map(|frame| &frame.wide[..]));
        Some(frame)
    }
}

/// Adds samples up; what is too loud is as loud as can be.
fn mix<'a>(sums: &mut Vec<i32>, out: &mut [i16], parts: impl Iterator<Item = &'a [i16]>) {
    sums.clear();
    sums.resize(out.len(), 0);
    for part in parts {
        for (sum, sample) in sums.iter_mut().zip(part) {
            *sum += i32::from(*sample);
        }
    }
    for (out, sum) in out.iter_mut().zip(sums) {
        *out = i16::try_from((*sum).clamp(i16::MIN.into(), i16::MAX.into())).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_add_up_and_never_turn_over() {
        let (mut sums, mut out) = (Vec::new(), [0; 3]);
        mix(&mut sums, &mut out, [&[100, 30_000, -30_000][..], &[-20, 30_000, -30_000][..]].into_iter());
        assert_eq!(out, [80, i16::MAX, i16::MIN]);
    }
}
