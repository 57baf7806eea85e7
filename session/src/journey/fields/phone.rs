//! Telephone numbers as E.164.

use super::ascii_digits;
use crate::journey::words::{self, Why};
use crate::{Language, Value};
use phonenumber::{Mode, country};

/// The longest text that is looked at: E.164 has 15 digits, people add blanks and brackets.
const LENGTH_LIMIT: usize = 40;

/// Whether a text names a country (ISO 3166 alpha-2) whose telephone numbers are known.
#[must_use]
pub fn is_region(text: &str) -> bool {
    text.to_uppercase().parse::<country::Id>().is_ok()
}

/// A number as people write it, in E.164: with a country code, or one of the language's region, or of `region`.
pub(crate) fn e164(text: &str, language: &Language, region: Option<&str>) -> Option<String> {
    match read(text, words::region(language).or(region)) {
        Ok(Value::Text(number)) => Some(number),
        Ok(_) | Err(_) => None,
    }
}

/// A number with a country code, or one of the region.
pub(super) fn read(text: &str, region: Option<&str>) -> Result<Value, Why> {
    let text = ascii_digits(text.strip_prefix("tel:").unwrap_or(text));
    let written = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+()-./".contains(c);
    if text.len() > LENGTH_LIMIT || !text.chars().all(written) {
        return Err(Why::NotAPhone);
    }
    // "00" is dialled for "+" nearly everywhere; "(0)" is what people write between a country code and a number.
    let international = text.trim().strip_prefix("00").map(|rest| format!("+{rest}"));
    let text = international.unwrap_or(text).replace("(0)", "");
    let region: Option<country::Id> = region.and_then(|r| r.to_uppercase().parse().ok());
    let number = phonenumber::parse(region, &text).map_err(|_| Why::NotAPhone)?;
    if !phonenumber::is_valid(&number) {
        return Err(Why::NotAPhone);
    }
    Ok(Value::Text(number.format().mode(Mode::E164).to_string()))
}

/// A number in groups.
pub(super) fn show(e164: &str) -> String {
    phonenumber::parse(None, e164).map_or_else(|_| e164.to_owned(), |n| n.format().mode(Mode::International).to_string())
}
