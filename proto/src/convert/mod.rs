//! Conversions between the session core and the wire.
//!
//! Towards the wire they are total and need no checks. From the wire each gives the core's type or a refusal that names
//! the field: what is missing, unknown, malformed or over its limit. The limits and the words for them are in [`check`]
//! alone. One module per family of shared types; a channel's own packages have their own.

pub mod check;
pub mod frame;
pub mod json;
pub mod message;
pub mod pop;
pub mod prompt;
pub mod prose;
pub mod refusal;
pub mod session;
pub mod word;

use pbjson_types::Timestamp;
use segue_session::Time;

/// The last moment that a `google.protobuf.Timestamp` can name, in seconds: the end of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// A moment on the wire; what lies beyond the year 9999 is told as its end.
#[must_use]
pub fn timestamp(time: Time) -> Timestamp {
    match i64::try_from(time.0 / 1000) {
        Ok(seconds) if seconds <= LAST_SECOND => {
            Timestamp { seconds, nanos: i32::try_from(time.0 % 1000).unwrap_or_default().saturating_mul(1_000_000) }
        }
        _ => Timestamp { seconds: LAST_SECOND, nanos: 999_000_000 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_keeps_its_milliseconds() {
        assert_eq!(timestamp(Time(1_700_000_000_123)), Timestamp { seconds: 1_700_000_000, nanos: 123_000_000 });
    }

    #[test]
    fn the_end_of_time_still_has_a_json_form() {
        let text = serde_json::to_string(&timestamp(Time(u64::MAX))).unwrap();
        assert!(text.contains("9999-12-31T23:59:59.999"), "{text}");
    }
}
