//! How long somebody may expect to wait, as they are told it: in steps, so that whoever waits hears of a change that matters
//! to them and of no other; and in words.
//!
//! What is *not* here: the figure itself, which is the router's.

use crate::journey::words::{Tongue, tongue};
use crate::{ExpectedWait, Language};
use segue_router::Span;

const MINUTE: u64 = 60_000;
/// From here on the words are about hours, in minutes.
const HOURS_FROM: u64 = 90;

/// The figure as it is told: whole minutes up to ten, steps of five up to an hour, of half an hour beyond; always up, for
/// nobody minds to wait less than they were told.
#[must_use]
pub fn told(wait: ExpectedWait) -> ExpectedWait {
    ExpectedWait { p50: step(wait.p50), p90: step(wait.p90) }
}

fn step(span: Span) -> Span {
    let minutes = span.0.div_ceil(MINUTE);
    let each = match minutes {
        0..=10 => 1,
        11..=60 => 5,
        _ => 30,
    };
    Span(minutes.next_multiple_of(each).saturating_mul(MINUTE))
}

/// A sentence for the customer; where nobody can tell, it says so.
#[must_use]
pub fn in_words(wait: Option<ExpectedWait>, language: &Language) -> String {
    let tongue = tongue(language);
    let Some(wait) = wait.map(told) else {
        return match tongue {
            Tongue::English => "How long the wait is cannot be told just now.",
            Tongue::French => "Le temps d'attente ne peut pas être estimé pour le moment.",
            Tongue::German => "Wie lange es dauert, lässt sich gerade nicht sagen.",
        }
        .to_owned();
    };
    let (half, most) = (wait.p50.0 / MINUTE, wait.p90.0 / MINUTE);
    if most <= 1 {
        return match tongue {
            Tongue::English => "The wait is less than a minute.",
            Tongue::French => "L'attente est de moins d'une minute.",
            Tongue::German => "Die Wartezeit liegt unter einer Minute.",
        }
        .to_owned();
    }
    let (half, most, unit) =
        if most < HOURS_FROM { (half.max(1), most, minutes(tongue)) } else { (half.div_ceil(60).max(1), most.div_ceil(60), hours(tongue)) };
    match (tongue, half == most) {
        (Tongue::English, true) => format!("The wait is about {most} {unit}."),
        (Tongue::English, false) => format!("The wait is about {half} to {most} {unit}."),
        (Tongue::French, true) => format!("L'attente est d'environ {most} {unit}."),
        (Tongue::French, false) => format!("L'attente est d'environ {half} à {most} {unit}."),
        (Tongue::German, true) => format!("Die Wartezeit beträgt etwa {most} {unit}."),
        (Tongue::German, false) => format!("Die Wartezeit beträgt etwa {half} bis {most} {unit}."),
    }
}

const fn minutes(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::English | Tongue::French => "minutes",
        Tongue::German => "Minuten",
    }
}

const fn hours(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::English => "hours",
        Tongue::French => "heures",
        Tongue::German => "Stunden",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn wait(p50: u64, p90: u64) -> ExpectedWait {
        ExpectedWait { p50: Span(p50 * 1000), p90: Span(p90 * 1000) }
    }

    #[test]
    fn it_is_told_in_steps_and_never_below_the_figure() {
        let minutes = |seconds| told(wait(seconds, seconds)).p50.0 / MINUTE;
        let all = [0, 1, 60, 61, 600, 601, 900, 3600, 3601, 24 * 3600].map(minutes);
        assert_eq!(all, [0, 1, 1, 2, 10, 15, 15, 60, 90, 1440]);
        assert_eq!(told(told(wait(61, 3601))), told(wait(61, 3601)));
    }

    #[test]
    fn it_is_worded_in_each_language() {
        let said = |language: &str| {
            let waits = [None, Some(wait(0, 0)), Some(wait(10, 50)), Some(wait(40, 170)), Some(wait(190, 200)), Some(wait(3000, 9000))];
            waits.map(|wait| format!("{language}: {}", in_words(wait, &Language::new(language)))).join("\n")
        };
        let told = ["en", "fr-CH", "de", "it"].map(said).join("\n");
        insta::assert_snapshot!(told);
    }
}
