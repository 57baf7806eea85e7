//! A session on one sheet, for people: how it stands and what happened to it, without what the customer said.

use super::out;
use segue_proto::admin::v1::{LegStanding, SessionSheet};
use segue_proto::types::v1::{Channel, Line, Phase, Standing, SuspendCause, phase, standing};

/// Prints it: a line for each thing, then what happened.
pub(super) fn print(sheet: &SessionSheet) {
    let several = |what: &[String]| if what.is_empty() { "-".to_owned() } else { what.join(", ") };
    let places: Vec<String> = sheet.places.iter().map(|place| format!("{} · {}", place.journey, place.step)).collect();
    let customer = match (sheet.customer.as_str(), sheet.candidates) {
        ("", 0) => "unknown".to_owned(),
        ("", some) => format!("one of {some}"),
        (known, _) => known.to_owned(),
    };
    let mut rows = vec![
        ("session", format!("{}  version {}", sheet.session_id, sheet.version)),
        ("standing", stands(sheet.standing.as_ref())),
        ("customer", format!("{customer}, speaks {}", sheet.language)),
        ("position", several(&places)),
        ("answered", several(&sheet.answered)),
    ];
    rows.extend(sheet.legs.iter().map(|leg| {
        let standing = match leg.standing() {
            LegStanding::Live => "live",
            LegStanding::Lost => "lost",
            LegStanding::Ended => "ended",
            LegStanding::Unspecified => "?",
        };
        ("leg", format!("{}, {standing} since {}", channel(leg.channel()), out::time(leg.since.as_ref())))
    }));
    rows.extend(sheet.line.iter().map(|line| ("line", lined_up(line))));
    rows.push(("messages", sheet.messages.to_string()));
    rows.push(("suspended", format!("{} times; questions asked twice: {}", sheet.suspensions, sheet.asked_twice)));
    let [begun, changed, ends] = [&sheet.create_time, &sheet.update_time, &sheet.expire_time].map(|time| out::time(time.as_ref()));
    rows.push(("time", format!("begun {begun}, changed {changed}, ends {ends}")));
    for (name, value) in rows {
        out::line(&format!("{name:<10} {value}"));
    }
    out::line("");
    let events = sheet.events.iter().map(|event| {
        let mut args: Vec<String> = event.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
        args.sort();
        [out::time(event.time.as_ref()), event.kind.clone(), args.join(" ")]
    });
    out::table(["WHEN", "WHAT", "PARTICULARS"], events);
}

/// How a session stands, in a word.
pub(super) const fn standing(standing: Option<&Standing>) -> &'static str {
    let Some(Standing { kind: Some(kind) }) = standing else { return "?" };
    match kind {
        standing::Kind::Active(_) => "active",
        standing::Kind::Suspended(_) => "suspended",
        standing::Kind::Closed(_) => "closed",
        standing::Kind::Expired(_) => "expired",
    }
}

/// How it stands, with what more there is to say about that.
fn stands(told: Option<&Standing>) -> String {
    let word = standing(told);
    match told.and_then(|told| told.kind.as_ref()) {
        Some(standing::Kind::Suspended(stopped)) => {
            let cause = short(stopped.cause().as_str_name(), SuspendCause::Unspecified.as_str_name());
            let on = if stopped.channel() == Channel::Unspecified { String::new() } else { format!(" on {}", channel(stopped.channel())) };
            let at = if stopped.step.is_empty() { String::new() } else { format!(" at {}", stopped.step) };
            let [since, until] = [&stopped.time, &stopped.resumable_until].map(|time| out::time(time.as_ref()));
            format!("{word}, {cause}{on}{at}, since {since}; can be resumed until {until}")
        }
        Some(standing::Kind::Closed(over)) => format!("{word}, {}, at {}", over.outcome, out::time(over.time.as_ref())),
        Some(standing::Kind::Expired(over)) => format!("{word}, at {}", out::time(over.time.as_ref())),
        Some(standing::Kind::Active(_)) | None => word.to_owned(),
    }
}

/// Where an interaction is, in a word, and with whom.
pub(super) fn phase(phase: Option<&Phase>) -> (&'static str, Option<&str>) {
    let Some(Phase { kind: Some(kind) }) = phase else { return ("?", None) };
    match kind {
        phase::Kind::Waiting(_) => ("waiting", None),
        phase::Kind::Offered(with) => ("offered", Some(&with.agent)),
        phase::Kind::Assigned(with) => ("assigned", Some(&with.agent)),
        phase::Kind::WrappingUp(with) => ("wrapping up", Some(&with.agent)),
        phase::Kind::Suspended(_) => ("suspended", None),
        phase::Kind::Ended(_) => ("ended", None),
        phase::Kind::Refused(_) => ("refused", None),
    }
}

fn lined_up(line: &Line) -> String {
    let (word, agent) = phase(line.phase.as_ref());
    let agent = agent.map(|agent| format!(", {agent}")).unwrap_or_default();
    let since = out::time(line.since.as_ref());
    format!("{word}{agent}, in {} since {since}; interaction {}", line.queue, line.interaction_id)
}

/// A channel, in a word.
pub(super) fn channel(channel: Channel) -> String {
    short(channel.as_str_name(), Channel::Unspecified.as_str_name())
}

/// A word of an enumeration without what it shares with the others of it, which its zero shows.
pub(super) fn short(word: &str, zero: &str) -> String {
    let shared = zero.trim_end_matches("UNSPECIFIED");
    word.strip_prefix(shared).unwrap_or(word).replace('_', " ").to_lowercase()
}
