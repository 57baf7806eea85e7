//! Enumerations, both ways. The wire's zero and every number it does not know are refused by name.

use super::check::invalid;
use crate::types::v1 as wire;
use segue_session::journey::FieldKind;
use segue_session::store::Durability;
use segue_session::{AssuranceLevel, Channel, HandleKind, Refusal, Sensitivity, SuspendCause};

/// Writes both directions of an enumeration from one table, so that they cannot differ.
macro_rules! words {
    ($($(#[$doc:meta])* $to:ident / $(#[$doc_from:meta])* $from:ident: $core:ident = $wire:ident { $($case:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[must_use]
        pub const fn $to(core: $core) -> wire::$wire {
            match core { $($core::$case => wire::$wire::$case),* }
        }
        $(#[$doc_from])*
        ///
        /// # Errors
        /// `InvalidArgument` where it is unspecified or unknown.
        pub fn $from(field: &str, number: i32) -> Result<$core, Refusal> {
            match wire::$wire::try_from(number) {
                $(Ok(wire::$wire::$case) => Ok($core::$case),)*
                Ok(wire::$wire::Unspecified) => Err(none_of(field, "missing", &[$(wire::$wire::$case.as_str_name()),*])),
                Err(_) => Err(none_of(field, &number.to_string(), &[$(wire::$wire::$case.as_str_name()),*])),
            }
        }
    )*};
}

words! {
    /// A channel for the wire.
    channel / /// A channel from the wire.
    to_channel: Channel = Channel { Voice, Chat, App, Email }

    /// A durability for the wire.
    durability / /// A durability from the wire.
    to_durability: Durability = Durability { Memory, Disk }

    /// A level for the wire.
    level / /// A level from the wire.
    to_level: AssuranceLevel = AssuranceLevel { None, Claimed, Low, Substantial, High }

    /// A sensitivity for the wire.
    sensitivity / /// A sensitivity from the wire.
    to_sensitivity: Sensitivity = Sensitivity { Usual, Personal, Secret }

    /// A cause for the wire.
    cause / /// A cause from the wire.
    to_cause: SuspendCause = SuspendCause { Asked, Dropped, Idle, Parked, Step, NodeLost }

    /// A kind of handle for the wire.
    handle_kind / /// A kind of handle from the wire.
    to_handle_kind: HandleKind = HandleKind { Link, Code, SipReference, Reply }

    /// A kind of field for the wire.
    field_kind / /// A kind of field from the wire.
    to_field_kind: FieldKind = FieldKind { Text, Number, Date, Money, Choice, Phone, Email, YesNo, Digits, Secret }
}

/// A kind of handle that a customer is given on their own screen; the other kinds are made for their channels alone.
///
/// # Errors
/// `InvalidArgument` for any other, naming those that there are.
pub fn to_given_kind(field: &str, number: i32) -> Result<HandleKind, Refusal> {
    use wire::HandleKind::{Code, Link, Unspecified};
    match wire::HandleKind::try_from(number) {
        Ok(Link) => Ok(HandleKind::Link),
        Ok(Code) => Ok(HandleKind::Code),
        other => {
            let is = other
                .map_or_else(|_| number.to_string(), |kind| if kind == Unspecified { "missing" } else { kind.as_str_name() }.to_owned());
            Err(none_of(field, &is, &[Link.as_str_name(), Code.as_str_name()]))
        }
    }
}

/// Kinds of handles that a customer is given, each once.
///
/// # Errors
/// As for [`to_given_kind`], and where one is there twice.
pub fn to_given_kinds(field: &str, numbers: &[i32]) -> Result<Vec<HandleKind>, Refusal> {
    each_once(field, numbers, to_given_kind)
}

/// Channels from the wire, each once.
///
/// # Errors
/// As for [`to_channel`], and where one is there twice.
pub fn to_channels(field: &str, numbers: &[i32]) -> Result<Vec<Channel>, Refusal> {
    each_once(field, numbers, to_channel)
}

fn each_once<T: PartialEq>(field: &str, numbers: &[i32], read: fn(&str, i32) -> Result<T, Refusal>) -> Result<Vec<T>, Refusal> {
    let mut all = Vec::new();
    for (i, &number) in numbers.iter().enumerate() {
        let field = format!("{field}[{i}]");
        let one = read(&field, number)?;
        if all.contains(&one) {
            return Err(invalid(&field, "is there twice"));
        }
        all.push(one);
    }
    Ok(all)
}

/// A refusal that says what may come.
fn none_of(field: &str, is: &str, words: &[&str]) -> Refusal {
    invalid(field, format_args!("must be one of {}, and is {is}", words.join(", ")))
}

/// Channels for the wire.
#[must_use]
pub fn channels(core: &[Channel]) -> Vec<i32> {
    core.iter().map(|&one| channel(one).into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_goes_there_and_back() {
        for one in Channel::ALL {
            assert_eq!(to_channel("f", channel(one).into()), Ok(one));
        }
        for one in SuspendCause::ALL {
            assert_eq!(to_cause("f", cause(one).into()), Ok(one));
        }
        for number in 1..=2 {
            assert_eq!(i32::from(durability(to_durability("f", number).unwrap())), number);
        }
        for number in 1..=3 {
            assert_eq!(i32::from(sensitivity(to_sensitivity("f", number).unwrap())), number);
        }
        for number in 1..=5 {
            assert_eq!(i32::from(level(to_level("f", number).unwrap())), number);
        }
        for number in 1..=4 {
            assert_eq!(i32::from(handle_kind(to_handle_kind("f", number).unwrap())), number);
        }
        for number in 1..=10 {
            assert_eq!(i32::from(field_kind(to_field_kind("f", number).unwrap())), number);
        }
    }

    #[test]
    fn handles_are_given_by_the_kinds_that_there_are_each_once() {
        assert_eq!(to_given_kinds("f", &[2, 1]), Ok(vec![HandleKind::Code, HandleKind::Link]));
        let refused = |numbers: &[i32]| to_given_kinds("f", numbers).unwrap_err().message;
        for (number, is) in [(0, "missing"), (3, "HANDLE_KIND_SIP_REFERENCE"), (4, "HANDLE_KIND_REPLY"), (99, "99")] {
            assert_eq!(refused(&[1, number]), format!("f[1] must be one of HANDLE_KIND_LINK, HANDLE_KIND_CODE, and is {is}"));
        }
        assert_eq!(refused(&[1, 2, 1]), "f[2] is there twice");
        assert_eq!(to_channels("f", &[2, 2]).unwrap_err().message, "f[1] is there twice");
    }

    #[test]
    fn zero_and_unknown_numbers_are_refused() {
        for number in [0, 99, -1, i32::MAX] {
            for refusal in [
                to_channel("f", number).unwrap_err(),
                to_durability("f", number).unwrap_err(),
                to_level("f", number).unwrap_err(),
                to_sensitivity("f", number).unwrap_err(),
                to_cause("f", number).unwrap_err(),
                to_handle_kind("f", number).unwrap_err(),
                to_field_kind("f", number).unwrap_err(),
            ] {
                assert_eq!(refusal.about, [("field".to_owned(), "f".to_owned())]);
            }
        }
    }
}
