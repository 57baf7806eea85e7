//! Lengths of time, moments of the day and rates, as people write them: `90s`, `3min`, `08:30`, `48/min`, `100/30min`.

use serde::{Deserialize, Deserializer, de};
use std::fmt;
use std::str::FromStr;

/// What cannot be read, and how it should have been written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {what}: write it like {example}")]
pub struct Unreadable {
    text: String,
    what: &'static str,
    example: &'static str,
}

/// A length of time, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Length(pub f64);

impl Length {
    /// So many seconds.
    #[must_use]
    pub const fn seconds(seconds: f64) -> Self {
        Self(seconds * 1000.0)
    }

    /// In seconds.
    #[must_use]
    pub const fn as_seconds(self) -> f64 {
        self.0 / 1000.0
    }
}

impl FromStr for Length {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let unreadable = || Unreadable { text: text.to_owned(), what: "length of time", example: "90s, 3min or 1.5h" };
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = match unit.trim() {
            "ms" => 1.0,
            "s" | "" => 1_000.0,
            "min" => 60_000.0,
            "h" => 3_600_000.0,
            "d" => 86_400_000.0,
            _ => return Err(unreadable()),
        };
        let number: f64 = number.parse().map_err(|_| unreadable())?;
        Ok(Self(number * unit))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.as_seconds();
        if seconds >= 3600.0 {
            write!(f, "{:.1} h", seconds / 3600.0)
        } else if seconds >= 120.0 {
            write!(f, "{:.1} min", seconds / 60.0)
        } else {
            write!(f, "{seconds:.1} s")
        }
    }
}

/// How many arrive, on average: per millisecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

impl Rate {
    /// So many in a length of time.
    #[must_use]
    pub const fn of(count: f64, length: Length) -> Self {
        Self(count / length.0)
    }
}

impl FromStr for Rate {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let unreadable = || Unreadable { text: text.to_owned(), what: "rate", example: "48/min, 100/30min or 1200/h" };
        let (count, length) = text.split_once('/').ok_or_else(unreadable)?;
        let length = Some(length.trim()).filter(|length| !length.is_empty()).ok_or_else(unreadable)?;
        let once = if length.starts_with(|c: char| c.is_ascii_digit()) { length.to_owned() } else { format!("1{length}") };
        let length: Length = once.parse().map_err(|_| unreadable())?;
        let count: f64 = count.trim().parse().map_err(|_| unreadable())?;
        if length.0 <= 0.0 || count < 0.0 || !count.is_finite() {
            return Err(unreadable());
        }
        Ok(Self::of(count, length))
    }
}

/// A moment of the day, in milliseconds after midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Clock(pub f64);

impl FromStr for Clock {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let unreadable = || Unreadable { text: text.to_owned(), what: "time of day", example: "08:30" };
        let (hours, minutes) = text.split_once(':').ok_or_else(unreadable)?;
        let (hours, minutes): (u32, u32) = (hours.parse().map_err(|_| unreadable())?, minutes.parse().map_err(|_| unreadable())?);
        if hours > 24 || minutes > 59 {
            return Err(unreadable());
        }
        Ok(Self(f64::from(hours * 60 + minutes) * 60_000.0))
    }
}

impl fmt::Display for Clock {
    #[expect(clippy::cast_possible_truncation, reason = "minutes of some days")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = (self.0 / 60_000.0) as u64;
        write!(f, "{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

macro_rules! from_text {
    ($($name:ident),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

from_text!(Length, Rate, Clock);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_write_them() {
        assert_eq!("90s".parse(), Ok(Length(90_000.0)));
        assert_eq!("1.5h".parse(), Ok(Length(5_400_000.0)));
        assert_eq!("180".parse(), Ok(Length(180_000.0)));
        assert_eq!("100/30min".parse(), Ok(Rate(100.0 / 1_800_000.0)));
        assert_eq!("48/min".parse(), Ok(Rate(48.0 / 60_000.0)));
        assert_eq!("08:30".parse(), Ok(Clock(30_600_000.0)));
        assert_eq!(Clock(30_600_000.0).to_string(), "08:30");
        for text in ["", "min", "3 fortnights", "-1s"] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
        for text in ["48", "x/min", "1/0s", "1/"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        assert_eq!("48".parse::<Rate>().unwrap_err().to_string(), "`48` is no rate: write it like 48/min, 100/30min or 1200/h");
        assert!("25:00".parse::<Clock>().is_err());
    }
}
