//! Opening hours: when a queue takes customers, by the clock on its wall.
//!
//! Several intervals a day, days that are otherwise (holidays), and a time zone with its summer time. Says whether it is
//! open at a moment, and when that changes next; asks no clock.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;

/// How far ahead a change is looked for: a day more than the longest year.
const AHEAD: i64 = 367;

/// When a queue is open. Without any day in the week, never but on the days that are otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Where the clock hangs.
    pub zone: TimeZone,
    /// Intervals of each day, from Monday on.
    pub week: [Vec<Interval>; 7],
    /// Days that are otherwise.
    pub otherwise: BTreeMap<Date, Vec<Interval>>,
}

/// A part of a day, in minutes since midnight: from the first, until before the last; 1440 is its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// From then on.
    pub from: u16,
    /// Until then.
    pub to: u16,
}

impl Interval {
    /// Reads `08:30-12:00`; `24:00` is the end of the day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let minute = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let digits = |part: &str| (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok())?;
            let (hour, minute): (u16, u16) = (digits(hour)?, digits(minute)?);
            let of_day = hour * 60 + minute;
            (minute < 60 && of_day <= 1440).then_some(of_day)
        };
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minute(from)?, minute(to)?);
        (from < to).then_some(Self { from, to })
    }
}

impl Hours {
    /// Whether it is open at this moment, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn is_open(&self, at: segue_router::Time) -> bool {
        let Some(at) = timestamp(at) else { return false };
        let local = self.zone.to_datetime(at);
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        self.intervals(local.date()).iter().any(|interval| (interval.from..interval.to).contains(&minute))
    }

    /// When it opens or closes next; `None` where it does neither within a year.
    #[must_use]
    pub fn changes(&self, after: segue_router::Time) -> Option<segue_router::Time> {
        let now = self.is_open(after);
        let today = self.zone.to_datetime(timestamp(after)?).date();
        let days = (-1..AHEAD).filter_map(|ahead| today.checked_add(ahead.days()).ok());
        let edges = days.flat_map(|day| self.intervals(day).iter().flat_map(move |interval| [(day, interval.from), (day, interval.to)]));
        edges.filter_map(|(day, minute)| self.moment(day, minute)).find(|at| *at > after && self.is_open(*at) != now)
    }

    fn intervals(&self, day: Date) -> &[Interval] {
        let usual = || self.week.get(usize::from(day.weekday().to_monday_zero_offset().unsigned_abs()));
        self.otherwise.get(&day).or_else(usual).map_or(&[], Vec::as_slice)
    }

    /// What the clock on the wall shows is at this moment; an hour that summer time skips is the one after it.
    fn moment(&self, day: Date, minute: u16) -> Option<segue_router::Time> {
        let (day, minute) = if minute == 1440 { (day.tomorrow().ok()?, 0) } else { (day, minute) };
        let time = Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
        let at = self.zone.to_ambiguous_zoned(day.to_datetime(time)).compatible().ok()?;
        u64::try_from(at.timestamp().as_millisecond()).ok().map(segue_router::Time)
    }
}

/// The days of a week as they are written, from Monday on.
pub(super) const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

fn timestamp(at: segue_router::Time) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(at.0).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours() -> Hours {
        let two = || ["08:00-12:00", "13:30-18:00"].map(|text| Interval::parse(text).unwrap()).to_vec();
        let night = vec![Interval::parse("22:00-24:00").unwrap()];
        let early = vec![Interval::parse("00:00-06:00").unwrap()];
        Hours {
            zone: TimeZone::get("Europe/Zurich").unwrap(),
            week: [two(), two(), two(), two(), two(), night, early],
            otherwise: [("2026-12-25".parse().unwrap(), Vec::new())].into(),
        }
    }

    fn at(text: &str) -> segue_router::Time {
        segue_router::Time(u64::try_from(text.parse::<Timestamp>().unwrap().as_millisecond()).unwrap())
    }

    #[test]
    fn intervals_are_read() {
        assert_eq!(Interval::parse("08:30-24:00"), Some(Interval { from: 510, to: 1440 }));
        for wrong in ["", "8:30-12:00", "08:30", "12:00-08:00", "08:00-08:00", "23:00-24:01", "08:60-09:00", "+8:00-09:00"] {
            assert_eq!(Interval::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn open_by_the_clock_on_the_wall() {
        let hours = hours();
        // A Tuesday in winter: one hour ahead of UTC.
        assert!(!hours.is_open(at("2026-12-22T06:59:59Z")));
        assert!(hours.is_open(at("2026-12-22T07:00:00Z")));
        assert!(!hours.is_open(at("2026-12-22T11:00:00Z")), "lunch");
        assert!(hours.is_open(at("2026-06-23T06:00:00Z")), "in summer, two hours");
        assert!(!hours.is_open(at("2026-12-25T09:00:00Z")), "a holiday");
    }

    #[test]
    fn the_next_change() {
        let hours = hours();
        let changes = |from, to| assert_eq!(hours.changes(at(from)), Some(at(to)), "{from}");
        changes("2026-12-22T05:00:00Z", "2026-12-22T07:00:00Z");
        changes("2026-12-22T07:00:00Z", "2026-12-22T11:00:00Z");
        changes("2026-12-24T17:00:00Z", "2026-12-26T21:00:00Z");
        // From Saturday night into Sunday morning it stays open, on the night when an hour is left out and the one before.
        changes("2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z");
        let never = Hours { week: Default::default(), otherwise: BTreeMap::new(), ..hours.clone() };
        assert_eq!(never.changes(at("2026-12-22T05:00:00Z")), None);
        let day = || vec![Interval { from: 0, to: 1440 }];
        let always = Hours { week: [day(), day(), day(), day(), day(), day(), day()], otherwise: BTreeMap::new(), ..hours };
        assert_eq!(always.changes(at("2026-12-22T05:00:00Z")), None);
    }
}
