//! Numbers with separators as each language writes them, kept exact: digits and a count of decimals.

use super::ascii_digits;
use crate::Language;
use crate::journey::words::{self, Why};
use std::cmp::Ordering;

/// The most decimals.
const PLACES: usize = 6;

/// A number as definitions write it: `-12.50` is (-1250, 2).
pub(crate) fn plain(text: &str) -> Option<(i64, u8)> {
    assemble(text.starts_with('-'), text.strip_prefix('-').unwrap_or(text), '.')
}

/// A number as a customer writes it.
pub(crate) fn read(text: &str, language: &Language) -> Result<(i64, u8), Why> {
    let blanks = |c: &char| !c.is_whitespace() && !matches!(c, '\'' | '’' | '_');
    let text: String = ascii_digits(text).chars().filter(blanks).collect();
    let (minus, text) = match text.strip_prefix(['-', '−', '–']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let decimal = decimal_mark(text, language).ok_or(Why::NotANumber)?;
    let group = if decimal == '.' { ',' } else { '.' };
    let whole = text.split(decimal).next().unwrap_or_default();
    if whole.contains(group) && !grouped(whole, group) {
        return Err(Why::NotANumber);
    }
    assemble(minus, &text.replace(group, ""), decimal).ok_or(Why::NotANumber)
}

/// Which mark comes before the decimals. The last of two kinds does; a mark that is there several times groups thousands; a single
/// one is the language's own, unless it can only be the other.
fn decimal_mark(text: &str, language: &Language) -> Option<char> {
    let own = if words::decimal_comma(language) { ',' } else { '.' };
    let other = if own == ',' { '.' } else { ',' };
    let (dots, commas) = (text.matches('.').count(), text.matches(',').count());
    match (dots, commas) {
        (0, 0) => Some(own),
        (1.., 1..) => {
            let last = if text.rfind('.') > text.rfind(',') { '.' } else { ',' };
            (text.matches(last).count() == 1).then_some(last)
        }
        (2.., 0) => Some(','),
        (0, 2..) => Some('.'),
        _ => {
            let mark = if dots == 1 { '.' } else { ',' };
            if mark == own || !grouped(text, other) { Some(mark) } else { Some(own) }
        }
    }
}

/// One to three digits, then groups of three.
fn grouped(text: &str, mark: char) -> bool {
    let mut groups = text.split(mark);
    let first = groups.next().is_some_and(|g| (1..=3).contains(&g.len()) && !g.starts_with('0'));
    first && groups.all(|g| g.len() == 3)
}

fn assemble(minus: bool, text: &str, decimal: char) -> Option<(i64, u8)> {
    let (whole, part) = text.split_once(decimal).unwrap_or((text, ""));
    let digits = format!("{whole}{part}");
    let sound = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) && part.len() <= PLACES;
    if !sound || digits.len() > 18 {
        return None;
    }
    let found: i64 = digits.parse().ok()?;
    Some((if minus { found.checked_neg()? } else { found }, u8::try_from(part.len()).ok()?))
}

/// Which is larger, exactly.
pub(crate) fn compare(a: (i64, u8), b: (i64, u8)) -> Ordering {
    let level =
        |(n, places): (i64, u8), other: u8| i128::from(n).saturating_mul(10_i128.saturating_pow(u32::from(other.saturating_sub(places))));
    level(a, b.1).cmp(&level(b, a.1))
}

/// A number in the customer's language, without grouping.
pub(crate) fn show(n: i64, places: u8, language: &Language) -> String {
    let width = usize::from(places).saturating_add(1);
    let digits = format!("{:0>width$}", n.unsigned_abs());
    let (whole, part) = digits.split_at(digits.len().saturating_sub(usize::from(places)));
    let sign = if n < 0 { "-" } else { "" };
    let mark = if words::decimal_comma(language) { ',' } else { '.' };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}{mark}{part}") }
}
