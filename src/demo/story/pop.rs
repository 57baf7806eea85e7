//! A screen pop in words, as a desk would lay it out.

use segue_proto::desk::v1::ScreenPop;
use segue_proto::types::v1::{AssuranceLevel, Channel, SuspendCause};
use std::fmt::Write as _;

/// The pop as lines: where they stopped first, for that is what the agent wants to know.
pub(super) fn in_words(pop: &ScreenPop) -> String {
    let mut out = String::new();
    let mut line = |label: &str, text: String| {
        let _ = writeln!(out, "{label:<9} {text}");
    };
    if let Some(s) = &pop.stopped {
        let field = if s.field.is_empty() { String::new() } else { format!(" → “{}”", s.field) };
        let cause = SuspendCause::try_from(s.cause).unwrap_or_default().as_str_name().trim_start_matches("SUSPEND_CAUSE_").to_lowercase();
        let channel = Channel::try_from(s.channel).unwrap_or_default().as_str_name().trim_start_matches("CHANNEL_").to_lowercase();
        line("stopped", format!("{} · {}{field} · on {channel} · {cause}", s.journey, s.step));
    }
    for answer in &pop.answers {
        line("answer", format!("{} {}", answer.asked, answer.answer));
    }
    if let Some(c) = &pop.customer {
        line("customer", format!("{} · speaks {}", if c.customer_id.is_empty() { "unknown" } else { &c.customer_id }, c.language));
    }
    if let Some(a) = &pop.assurance {
        let level =
            AssuranceLevel::try_from(a.level).unwrap_or_default().as_str_name().trim_start_matches("ASSURANCE_LEVEL_").to_lowercase();
        let by = a.proofs.iter().filter(|p| p.here).map(|p| p.method.as_str()).collect::<Vec<_>>().join(", ");
        line("assurance", format!("{level} by {by}; need not ask: {}", a.skip.join(", ")));
    }
    if let Some(w) = &pop.why {
        line("why you", w.line.clone());
    }
    out.trim_end().to_owned()
}
