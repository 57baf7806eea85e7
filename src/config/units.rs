//! Lengths of time and sizes as people write them: `20s`, `5m`, `1h 30m`, `64KB`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

/// A length of time: whole numbers with `ms`, `s`, `m`, `h` or `d`, added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Lasting(pub Duration);

/// A number of bytes: a whole number with `B`, `KB` or `MB`, in powers of 1,024.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Size(pub usize);

const TIMES: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
const SIZES: [(&str, u64); 3] = [("MB", 1024 * 1024), ("KB", 1024), ("B", 1)];

/// Splits `1h 30m` into (1, "h"), (30, "m").
fn parts(text: &str) -> Option<Vec<(u64, &str)>> {
    let mut rest = text.trim();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (digits, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let after = after.trim_start();
        let (unit, next) = after.split_at(after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len()));
        parts.push((digits.parse().ok()?, unit));
        rest = next.trim_start();
    }
    (!parts.is_empty()).then_some(parts)
}

fn sum(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    parts(text)?.into_iter().try_fold(0u64, |sum, (number, unit)| {
        let (_, worth) = units.iter().find(|(name, _)| *name == unit)?;
        sum.checked_add(number.checked_mul(*worth)?)
    })
}

/// The largest unit that says it exactly.
fn spell(value: u64, units: &[(&str, u64)]) -> String {
    let exact = units.iter().find(|(_, worth)| value >= *worth && value.is_multiple_of(*worth)).or(units.last());
    exact.map_or_else(|| value.to_string(), |(unit, worth)| format!("{}{unit}", value / worth))
}

impl TryFrom<String> for Lasting {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let ms = sum(&text, &TIMES).ok_or("a length of time is written like \"20s\", \"5m\" or \"1h 30m\" (ms, s, m, h, d)")?;
        Ok(Self(Duration::from_millis(ms)))
    }
}

impl From<Lasting> for String {
    fn from(lasting: Lasting) -> Self {
        spell(u64::try_from(lasting.0.as_millis()).unwrap_or(u64::MAX), &TIMES)
    }
}

/// Reads a length of time as the configuration has it.
///
/// # Errors
/// How one is written.
pub fn lasting(text: &str) -> Result<Duration, &'static str> {
    Lasting::try_from(text.to_owned()).map(|lasting| lasting.0)
}

/// Spells a length of time as the configuration has it.
#[must_use]
pub fn spelled(lasting: Duration) -> String {
    Lasting(lasting).into()
}

impl TryFrom<String> for Size {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = "a size is written like \"64KB\" or \"1MB\" (B, KB, MB)";
        sum(&text, &SIZES).and_then(|bytes| usize::try_from(bytes).ok()).map(Self).ok_or(wrong)
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        spell(size.0 as u64, &SIZES)
    }
}

impl JsonSchema for Lasting {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Lasting".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "lasting", "pattern": r"^\s*([0-9]+\s*(ms|s|m|h|d)\s*)+$" })
    }
}

impl JsonSchema for Size {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "size", "pattern": r"^\s*([0-9]+\s*(B|KB|MB)\s*)+$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_read_and_spelled() {
        let lasting = |text: &str| Lasting::try_from(text.to_owned()).ok();
        assert_eq!(lasting("20s"), Some(Lasting(Duration::from_secs(20))));
        assert_eq!(lasting("1h 30m"), Some(Lasting(Duration::from_secs(5400))));
        assert_eq!(String::from(Lasting(Duration::from_secs(5400))), "90m");
        assert_eq!(String::from(Lasting(Duration::ZERO)), "0ms");
        for wrong in ["", "20", "s", "20 parsecs", "-3s", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(lasting(wrong), None, "{wrong:?}");
        }
        assert_eq!(Size::try_from("64KB".to_owned()), Ok(Size(65_536)));
        assert_eq!(String::from(Size(65_536)), "64KB");
        assert!(Size::try_from("64".to_owned()).is_err());
    }
}
