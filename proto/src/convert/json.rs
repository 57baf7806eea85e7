//! JSON values: `google.protobuf.Value` and `Struct` against `serde_json`.
//!
//! The wire knows one kind of number, an IEEE 754 double. A whole one within ±2⁵³ becomes an integer in the core, so that
//! `3` is not told as `3.0` to a customer or another system.

use super::check::{JSON_DEPTH, invalid};
use pbjson_types::{ListValue, Struct, Value, value::Kind};
use segue_session::Refusal;
use serde_json::Number;

/// The largest whole number that a double holds exactly, with every one below it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A JSON value for the wire.
#[must_use]
pub fn value(json: &serde_json::Value) -> Value {
    let kind = match json {
        serde_json::Value::Null => Kind::NullValue(0),
        serde_json::Value::Bool(b) => Kind::BoolValue(*b),
        serde_json::Value::Number(n) => Kind::NumberValue(n.as_f64().unwrap_or_default()),
        serde_json::Value::String(s) => Kind::StringValue(s.clone()),
        serde_json::Value::Array(list) => Kind::ListValue(ListValue { values: list.iter().map(value).collect() }),
        serde_json::Value::Object(map) => {
            Kind::StructValue(Struct { fields: map.iter().map(|(key, one)| (key.clone(), value(one))).collect() })
        }
    };
    Value { kind: Some(kind) }
}

/// A JSON value from the wire, of at most `most` bytes as text and [`JSON_DEPTH`] levels.
///
/// # Errors
/// `InvalidArgument` where it is larger, deeper, incomplete, or holds a number that JSON has not.
pub fn to_value(field: &str, wire: Value, most: usize) -> Result<serde_json::Value, Refusal> {
    let json = down(field, wire, JSON_DEPTH)?;
    sized(field, &json, most)?;
    Ok(json)
}

/// An object's entries from the wire: at most `entries` of them, at most `most` bytes as text.
///
/// # Errors
/// As for [`to_value`].
pub fn to_entries(field: &str, wire: Struct, entries: usize, most: usize) -> Result<serde_json::Map<String, serde_json::Value>, Refusal> {
    if wire.fields.len() > entries {
        return Err(invalid(field, format_args!("must hold at most {entries} entries")));
    }
    let map = object(field, wire, JSON_DEPTH)?;
    let json = serde_json::Value::Object(map);
    sized(field, &json, most)?;
    match json {
        serde_json::Value::Object(map) => Ok(map),
        _ => Err(invalid(field, "must be an object")),
    }
}

fn sized(field: &str, json: &serde_json::Value, most: usize) -> Result<(), Refusal> {
    // Its text once, to measure: it is bounded by the size of the request.
    if json.to_string().len() <= most { Ok(()) } else { Err(invalid(field, format_args!("must be at most {most} bytes as JSON"))) }
}

fn down(field: &str, wire: Value, depth: usize) -> Result<serde_json::Value, Refusal> {
    let depth = depth.checked_sub(1).ok_or_else(|| invalid(field, format_args!("must be at most {JSON_DEPTH} levels deep")))?;
    Ok(match wire.kind {
        None => return Err(invalid(field, "holds a value without a kind")),
        Some(Kind::NullValue(_)) => serde_json::Value::Null,
        Some(Kind::BoolValue(b)) => b.into(),
        Some(Kind::NumberValue(n)) => number(field, n)?.into(),
        Some(Kind::StringValue(s)) => s.into(),
        Some(Kind::ListValue(list)) => {
            serde_json::Value::Array(list.values.into_iter().map(|one| down(field, one, depth)).collect::<Result<_, _>>()?)
        }
        Some(Kind::StructValue(map)) => serde_json::Value::Object(object(field, map, depth)?),
    })
}

/// Entries in the order of their keys: the wire has none, and two equal requests must not differ.
fn object(field: &str, wire: Struct, depth: usize) -> Result<serde_json::Map<String, serde_json::Value>, Refusal> {
    let mut entries: Vec<_> = wire.fields.into_iter().collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries.into_iter().map(|(key, one)| Ok((key, down(field, one, depth)?))).collect()
}

fn number(field: &str, n: f64) -> Result<Number, Refusal> {
    if n.fract() == 0.0 && n.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53")]
        return Ok(Number::from(n as i64));
    }
    Number::from_f64(n).ok_or_else(|| invalid(field, "holds a number that is not finite"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            "[a-zé ]{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                proptest::collection::btree_map("[a-z]{1,4}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_goes_there_and_back(json in any_json()) {
            prop_assert_eq!(to_value("f", value(&json), usize::MAX).unwrap(), json);
        }
    }

    #[test]
    fn whole_numbers_stay_whole() {
        assert_eq!(to_value("f", value(&json!(3)), 10).unwrap().to_string(), "3");
        assert_eq!(to_value("f", value(&json!(3.5)), 10).unwrap().to_string(), "3.5");
    }

    #[test]
    fn size_at_and_past_the_limit() {
        assert!(to_value("f", value(&json!("x".repeat(8))), 10).is_ok());
        assert_eq!(to_value("f", value(&json!("x".repeat(9))), 10).unwrap_err().message, "f must be at most 10 bytes as JSON");
    }

    #[test]
    fn entries_at_and_past_the_limit() {
        let map = |n: usize| Struct { fields: (0..n).map(|i| (format!("k{i}"), value(&json!(i)))).collect() };
        assert!(to_entries("f", map(4), 4, 1000).is_ok());
        assert_eq!(to_entries("f", map(5), 4, 1000).unwrap_err().message, "f must hold at most 4 entries");
        assert_eq!(to_entries("f", map(4), 4, 3).unwrap_err().message, "f must be at most 3 bytes as JSON");
    }

    #[test]
    fn depth_at_and_past_the_limit() {
        let nested = |levels: usize| (1..levels).fold(json!(1), |inner, _| json!([inner]));
        assert!(to_value("f", value(&nested(JSON_DEPTH)), 1000).is_ok());
        assert!(to_value("f", value(&nested(JSON_DEPTH + 1)), 1000).unwrap_err().message.contains("levels deep"));
    }

    #[test]
    fn what_json_has_not_is_refused() {
        for kind in [None, Some(Kind::NumberValue(f64::NAN)), Some(Kind::NumberValue(f64::INFINITY))] {
            assert!(to_value("f", Value { kind }, 100).is_err());
        }
    }
}
