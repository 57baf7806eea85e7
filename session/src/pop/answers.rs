//! Answers as the agent sees them: the question in the desk's language, the answer as text; masked where it is
//! secret, and where it is more personal than those may hear who are here.

use super::assurance;
use crate::journey::Library;
use crate::{Answer, FieldId, Language, LegId, PopAnswer, Private, Sensitivity, Session, Source, Time, Value};

/// What stands for an answer that is not shown, whatever its length.
pub(super) const MASK: &str = "••••";

/// The answers, in the order given.
pub(super) fn of(session: &Session, library: &Library, language: &Language, now: Time) -> Vec<PopAnswer> {
    let mut answers: Vec<_> = session.answers.iter().filter(|(_, a)| a.until.is_none_or(|until| now < until)).collect();
    answers.sort_by(|(f, a), (g, b)| a.at.cmp(&b.at).then_with(|| f.cmp(g)));
    let here = assurance::level(session, now);
    let hidden = |answer: &Answer| answer.sensitivity == Sensitivity::Secret || assurance::hides(session, here, answer);
    answers.into_iter().map(|(field, answer)| one(session, library, language, field, (answer, hidden(answer)))).collect()
}

fn one(session: &Session, library: &Library, language: &Language, field: &FieldId, (answer, hidden): (&Answer, bool)) -> PopAnswer {
    let frames = session.position.iter().flat_map(|p| p.frames.iter().rev());
    let asked = frames.filter_map(|f| library.asked(&f.journey, &f.version, field, language).map(|asked| (f, asked))).next();
    let in_words = match &asked {
        _ if hidden => Private::new(MASK.to_owned()),
        Some((f, _)) => library.answer_in_words(&f.journey, &f.version, field, answer, language),
        None => Private::new(text(answer.value.reveal())),
    };
    PopAnswer {
        field: field.clone(),
        asked: asked.map_or_else(|| field.as_str().to_owned(), |(_, asked)| asked),
        answer: in_words,
        sensitivity: answer.sensitivity,
        level: answer.level,
        source: unnamed(&answer.source),
        at: answer.at,
    }
}

/// A leg's id is its holder's secret: an agent sees the channel.
fn unnamed(source: &Source) -> Source {
    match source {
        Source::Leg(_, channel) => Source::Leg(NOBODY, *channel),
        Source::Claim | Source::Lookup | Source::Agent(_) | Source::Journey => source.clone(),
    }
}

/// Stands for a leg whose id is not told.
pub(super) const NOBODY: LegId = LegId(uuid::Uuid::nil());

/// A value as text, without a language.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Date(text) => text.clone(),
        Value::Number(n) => n.to_string(),
        Value::Decimal(n, decimals) => decimal(*n, usize::from(*decimals)),
        Value::Money(minor, currency) => format!("{} {currency}", decimal(*minor, minor_digits(currency))),
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Json(json) => json.as_str().map_or_else(|| json.to_string(), str::to_owned),
    }
}

/// Digits of a currency's minor unit, where they are not two (ISO 4217).
fn minor_digits(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

fn decimal(n: i64, decimals: usize) -> String {
    let digits = format!("{:0width$}", n.unsigned_abs(), width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    let sign = if n < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        for (value, said) in [
            (Value::Decimal(1250, 2), "12.50"),
            (Value::Decimal(-5, 2), "-0.05"),
            (Value::Decimal(7, 0), "7"),
            (Value::Money(1999, "EUR".into()), "19.99 EUR"),
            (Value::Money(500, "JPY".into()), "500 JPY"),
            (Value::Money(i64::MIN, "KWD".into()), "-9223372036854775.808 KWD"),
            (Value::YesNo(true), "yes"),
            (Value::Json(serde_json::json!({"speed": 3})), "{\"speed\":3}"),
        ] {
            assert_eq!(text(&value), said);
        }
    }
}
