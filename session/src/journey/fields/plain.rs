//! Texts, e-mail addresses, yes or no, and digits.

use super::ascii_digits;
use crate::journey::words::{self, Why};
use crate::{Language, Value};

/// A text of so many characters, without control characters other than line ends.
pub(super) fn text(text: &str, (least, most): (usize, usize)) -> Result<Value, Why> {
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
        return Err(Why::Unfit);
    }
    let count = text.chars().count();
    if count < least || count > most {
        return Err(Why::Length(least, most));
    }
    Ok(Value::Text(text.to_owned()))
}

/// Digits with blanks, dashes and dots between them left out; leading zeros count.
pub(super) fn digits(text: &str, (least, most): (usize, usize)) -> Result<Value, Why> {
    let digits: String = ascii_digits(text).chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '/')).collect();
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(Why::NotDigits);
    }
    if digits.len() < least || digits.len() > most {
        return Err(Why::Digits(least, most));
    }
    Ok(Value::Text(digits))
}

/// An address that could be delivered to (the sane part of RFC 5321: no quoted names, no address literals); the host in lower case.
pub(super) fn email(text: &str) -> Result<Value, Why> {
    let address = text.strip_prefix("mailto:").unwrap_or(text);
    let (name, host) = address.rsplit_once('@').ok_or(Why::NotAnEmail)?;
    let in_name = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let name_fits = (1..=64).contains(&name.len()) && name.chars().all(in_name);
    let dots = !name.starts_with('.') && !name.ends_with('.') && !name.contains("..");
    let label = |l: &str| {
        let inner = (1..=63).contains(&l.len()) && l.chars().all(|c| c.is_alphanumeric() || c == '-');
        inner && !l.starts_with('-') && !l.ends_with('-')
    };
    let labels: Vec<&str> = host.split('.').collect();
    let top = labels.last().is_some_and(|l| l.chars().count() >= 2 && !l.chars().all(|c| c.is_ascii_digit()));
    let host_fits = labels.len() >= 2 && labels.iter().all(|l| label(l)) && top;
    if name_fits && dots && host_fits && address.len() <= 254 {
        return Ok(Value::Text(format!("{name}@{}", host.to_lowercase())));
    }
    Err(Why::NotAnEmail)
}

/// Yes or no in the customer's language or in English, or 1 and 2 on a telephone's keys.
pub(super) fn yes_no(text: &str, language: &Language) -> Result<Value, Why> {
    let digit = ascii_digits(text);
    let says = |list: &[&str]| list.iter().any(|word| words::alike(word, text));
    let (yes, no) = words::yes_no(language);
    let english = Language::new("en");
    let (also_yes, also_no) = words::yes_no(&english);
    match (digit.as_str(), says(yes), says(no)) {
        ("1", ..) | (_, true, _) | ("true", ..) => Ok(Value::YesNo(true)),
        ("2", ..) | (_, _, true) | ("false", ..) => Ok(Value::YesNo(false)),
        _ if says(also_yes) => Ok(Value::YesNo(true)),
        _ if says(also_no) => Ok(Value::YesNo(false)),
        _ => Err(Why::NotYesOrNo),
    }
}
