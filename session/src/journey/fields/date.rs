//! Days: as ISO 8601 writes them, as people write them, and as they say them.

use super::{Reading, ascii_digits, bound_day};
use crate::Language;
use crate::journey::definition::FieldSpec;
use crate::journey::words::{self, Why};
use jiff::civil::Date;

/// A day as a customer writes it: `2026-11-21`, `21.11.2026`, `21.11.`, `21/11/26`, `21 November`, `today`, or keys `21112026`.
/// Without a year the nearest such day within the field's limits is meant.
pub(super) fn read(text: &str, with: &Reading<'_>, spec: &FieldSpec) -> Result<Date, Why> {
    let text = ascii_digits(text);
    if text.len() > 60 {
        return Err(Why::NotADay);
    }
    let found = text.parse().ok().or_else(|| near(&text, with)).or_else(|| written(&text, with, spec));
    found.filter(|d: &Date| (1800..=2200).contains(&d.year())).ok_or(Why::NotADay)
}

fn near(text: &str, with: &Reading<'_>) -> Option<Date> {
    let english = Language::new("en");
    let own = words::near_days(with.language).into_iter().zip(words::near_days(&english));
    let [yesterday, today, tomorrow] = [with.today.yesterday().ok(), Some(with.today), with.today.tomorrow().ok()];
    own.zip([yesterday, today, tomorrow])
        .find(|((a, b), _)| a.iter().chain(*b).any(|word| words::alike(word, text)))
        .and_then(|(_, day)| day)
}

fn written(text: &str, with: &Reading<'_>, spec: &FieldSpec) -> Option<Date> {
    let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect();
    let number = |part: &str| part.trim_end_matches(|c: char| c.is_alphabetic()).parse::<i16>().ok();
    let month_first = words::region(with.language).or(with.region) == Some("US");
    let ordered = |a: i16, b: i16| if month_first && a <= 12 { (b, a) } else { (a, b) };
    match parts.as_slice() {
        [keys] if keys.len() == 8 => {
            let (a, b, year) = (keys.get(..2)?.parse().ok()?, keys.get(2..4)?.parse().ok()?, keys.get(4..)?.parse().ok()?);
            let (day, month) = ordered(a, b);
            date(year, month, day)
                .or_else(|| date(keys.get(..4)?.parse().ok()?, keys.get(4..6)?.parse().ok()?, keys.get(6..)?.parse().ok()?))
        }
        [keys] if keys.len() == 4 => {
            let (day, month) = ordered(keys.get(..2)?.parse().ok()?, keys.get(2..)?.parse().ok()?);
            nearest(month, day, with, spec)
        }
        [a, b, rest @ ..] if rest.len() <= 1 => {
            let (day, month) = match (month_named(a, with.language), month_named(b, with.language)) {
                (Some(month), None) => (number(b)?, month),
                (None, Some(month)) => (number(a)?, month),
                _ => ordered(number(a)?, number(b)?),
            };
            match rest.first() {
                Some(year) => date(whole_year(year, with.today)?, month, day),
                None => nearest(month, day, with, spec),
            }
        }
        _ => None,
    }
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Two digits mean the year nearest to today.
fn whole_year(text: &str, today: Date) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        2 => {
            let century = today.year().checked_sub(today.year().checked_rem(100)?)?;
            let near = |c: i16| century.checked_add(c)?.checked_add(year);
            [-100, 0, 100].into_iter().filter_map(near).min_by_key(|y| y.abs_diff(today.year()))
        }
        _ => None,
    }
}

fn month_named(text: &str, language: &Language) -> Option<i16> {
    let english = Language::new("en");
    let lower = text.to_lowercase();
    let names = |language: &Language| {
        let mut all = (1_i16..).zip(words::months(language));
        let fits = |name: &str| {
            let name = name.to_lowercase();
            name == lower || (lower.chars().count() >= 3 && name.starts_with(&lower))
        };
        all.find(|(_, name)| fits(name)).map(|(n, _)| n)
    };
    names(language).or_else(|| names(&english))
}

/// The nearest such day to today within the field's limits; the nearest at all where none is within.
fn nearest(month: i16, day: i16, with: &Reading<'_>, spec: &FieldSpec) -> Option<Date> {
    let this = with.today.year();
    let days: Vec<Date> = [-1_i16, 0, 1].into_iter().filter_map(|d| date(this.checked_add(d)?, month, day)).collect();
    let within = |d: &&Date| {
        let least = spec.least.as_ref().and_then(|b| bound_day(b, with.today));
        let most = spec.most.as_ref().and_then(|b| bound_day(b, with.today));
        least.is_none_or(|l| **d >= l) && most.is_none_or(|m| **d <= m)
    };
    let away = |d: &&Date| d.since(with.today).map(|span| span.get_days().abs()).unwrap_or(i32::MAX);
    days.iter().filter(within).min_by_key(away).or_else(|| days.iter().min_by_key(away)).copied()
}

/// A day in the customer's language: `21 November 2026`, `21. November 2026`, `November 21, 2026` in the United States.
pub(super) fn show(day: Date, language: &Language) -> String {
    let index = usize::try_from(day.month()).unwrap_or(1).saturating_sub(1);
    let month = words::months(language).get(index).copied().unwrap_or_default();
    let (number, year) = (day.day(), day.year());
    match words::base(language) {
        "de" => format!("{number}. {month} {year}"),
        "fr" if number == 1 => format!("1er {month} {year}"),
        "es" => format!("{number} de {month} de {year}"),
        "en" if words::region(language) == Some("US") => format!("{month} {number}, {year}"),
        _ => format!("{number} {month} {year}"),
    }
}
