//! Reads what a customer typed as a field's value, and shows a value in a customer's language.
//!
//! A value is stored in one canonical form whatever the language it was typed in.

pub(crate) mod choice;
mod date;
pub(crate) mod money;
pub(crate) mod number;
mod phone;
mod plain;

pub(crate) use phone::e164;
pub use phone::is_region;

use super::{
    FieldKind,
    definition::{Bound, FieldSpec},
    expr::Scope,
    words::{self, Why},
};
use crate::{Language, Value};
use jiff::civil::Date;

/// What reading a field needs to know.
pub(crate) struct Reading<'a> {
    pub(crate) language: &'a Language,
    /// The region of telephone numbers without a country code (ISO 3166 alpha-2).
    pub(crate) region: Option<&'a str>,
    pub(crate) today: Date,
    pub(crate) scope: &'a Scope<'a>,
}

/// Reads a value. `Err` says in the customer's language why it does not fit, never what was typed.
pub(crate) fn read(spec: &FieldSpec, text: &str, with: &Reading<'_>) -> Result<Value, String> {
    let value = value_of(spec, text, with).map_err(|why| why.in_words(with.language))?;
    for check in &spec.checks {
        if !check.that.passes(with.scope, &value) {
            let said = check.say.as_ref().map(|say| say.fill(with.language, with.scope));
            return Err(said.unwrap_or_else(|| Why::Unfit.in_words(with.language)));
        }
    }
    Ok(value)
}

fn value_of(spec: &FieldSpec, text: &str, with: &Reading<'_>) -> Result<Value, Why> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Why::Empty);
    }
    match spec.kind {
        FieldKind::Text | FieldKind::Secret => plain::text(text, spec.length),
        FieldKind::Number => number::read(text, with.language).and_then(|found| number_within(spec, found, with)),
        FieldKind::Date => date::read(text, with, spec).and_then(|day| day_within(spec, day, with)),
        FieldKind::Money => {
            let currency = spec.currency.as_deref().unwrap_or("EUR");
            money::read(text, currency, with.language).and_then(|minor| money_within(spec, minor, currency, with.language))
        }
        FieldKind::Choice => choice::find(&spec.of, text, with.language).map(|c| Value::Text(c.id.as_str().into())).ok_or(Why::NotAChoice),
        FieldKind::Phone => phone::read(text, words::region(with.language).or(with.region)),
        FieldKind::Email => plain::email(text),
        FieldKind::YesNo => plain::yes_no(text, with.language),
        FieldKind::Digits => plain::digits(text, spec.length),
    }
}

fn number_within(spec: &FieldSpec, (digits, places): (i64, u8), with: &Reading<'_>) -> Result<Value, Why> {
    let shown = |bound: &Bound| bound_in_words(bound, with);
    let order = |bound: &Bound| match bound {
        Bound::Number(n, p) => number::compare((digits, places), (*n, *p)),
        Bound::Day(_) | Bound::FromToday(_) => std::cmp::Ordering::Equal,
    };
    if let Some(least) = spec.least.as_ref().filter(|b| order(b).is_lt()) {
        return Err(Why::TooSmall(shown(least)));
    }
    if let Some(most) = spec.most.as_ref().filter(|b| order(b).is_gt()) {
        return Err(Why::TooLarge(shown(most)));
    }
    Ok(if places == 0 { Value::Number(digits) } else { Value::Decimal(digits, places) })
}

fn money_within(spec: &FieldSpec, minor: i64, currency: &str, language: &Language) -> Result<Value, Why> {
    let shown = |minor: i64| money::show(minor, currency, language);
    let least = match spec.least {
        Some(Bound::Number(least, _)) => least,
        _ => 0,
    };
    if minor < least {
        return Err(Why::TooSmall(shown(least)));
    }
    match spec.most {
        Some(Bound::Number(most, _)) if minor > most => Err(Why::TooLarge(shown(most))),
        _ => Ok(Value::Money(minor, currency.to_owned())),
    }
}

fn day_within(spec: &FieldSpec, day: Date, with: &Reading<'_>) -> Result<Value, Why> {
    if let Some(least) = spec.least.as_ref().filter(|b| bound_day(b, with.today).is_some_and(|b| day < b)) {
        return Err(Why::TooEarly(bound_in_words(least, with)));
    }
    if let Some(most) = spec.most.as_ref().filter(|b| bound_day(b, with.today).is_some_and(|b| day > b)) {
        return Err(Why::TooLate(bound_in_words(most, with)));
    }
    Ok(Value::Date(day.to_string()))
}

/// Yes or no, as a customer says it.
pub(crate) fn yes_or_no(text: &str, language: &Language) -> Option<bool> {
    match plain::yes_no(text.trim(), language) {
        Ok(Value::YesNo(yes)) => Some(yes),
        _ => None,
    }
}

/// The day a limit stands for.
fn bound_day(bound: &Bound, today: Date) -> Option<Date> {
    match bound {
        Bound::Day(day) => day.parse().ok(),
        Bound::FromToday(days) => today.checked_add(jiff::Span::new().try_days(*days).ok()?).ok(),
        Bound::Number(..) => None,
    }
}

fn bound_in_words(bound: &Bound, with: &Reading<'_>) -> String {
    match (bound, bound_day(bound, with.today)) {
        (_, Some(day)) => date::show(day, with.language),
        (Bound::Number(n, p), None) => number::show(*n, *p, with.language),
        (Bound::Day(_) | Bound::FromToday(_), None) => String::new(),
    }
}

/// What stands for a secret.
pub(crate) const MASK: &str = "••••";

/// A value in the customer's language; secrets are masked.
pub(crate) fn show(spec: Option<&FieldSpec>, value: &Value, language: &Language) -> String {
    if spec.is_some_and(|s| s.sensitivity == crate::Sensitivity::Secret) {
        return MASK.into();
    }
    match value {
        Value::Text(text) => match spec.map(|s| s.kind) {
            Some(FieldKind::Choice) => {
                let of = spec.map(|s| s.of.as_slice()).unwrap_or_default();
                of.iter().find(|c| c.id.as_str() == text).map_or_else(|| text.clone(), |c| c.label.bare(language))
            }
            Some(FieldKind::Phone) => phone::show(text),
            _ => text.clone(),
        },
        Value::Number(n) => number::show(*n, 0, language),
        Value::Decimal(n, places) => number::show(*n, *places, language),
        Value::Money(minor, currency) => money::show(*minor, currency, language),
        Value::Date(day) => day.parse().map_or_else(|_| day.clone(), |d| date::show(d, language)),
        Value::YesNo(yes) => {
            let (yeses, noes) = words::yes_no(language);
            (if *yes { yeses } else { noes }).first().copied().unwrap_or_default().to_owned()
        }
        Value::Json(json) => super::text::scalar_text(json).unwrap_or_else(|| "…".into()),
    }
}

/// Digits of other scripts as ASCII ones.
pub(crate) fn ascii_digits(text: &str) -> String {
    const ZEROS: [u32; 6] = [0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10];
    let ascii = |c: char| {
        let code = u32::from(c);
        let digit = ZEROS.iter().filter_map(|zero| code.checked_sub(*zero)).find(|d| *d < 10)?;
        char::from_digit(digit, 10)
    };
    text.chars().map(|c| ascii(c).unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests;
