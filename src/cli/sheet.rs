//! A session on one sheet: how it stands and what happened to it, without what the customer said.
//!
//! Invariant: names, times and numbers only. Values are in `sessions export`, and nowhere else on the command line.

use super::out;
use crate::house::admin::SessionDetail;
use segue_session::outbound::channel_name;
use segue_session::{Channel, LegStanding, Line, Phase, Session, SessionEvent, Standing, Suspension, Time, Who, interaction_uuid};
use serde::Serialize;

/// A session as operators see it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sheet {
    session: String,
    version: u64,
    standing: &'static str,
    /// When, why and until when it was suspended, or how it ended.
    since: Option<String>,
    customer: &'static str,
    language: String,
    /// Journey and step of each level, outermost first.
    position: Vec<String>,
    /// Names of what was answered.
    answered: Vec<String>,
    legs: Vec<LegRow>,
    line: Option<LineRow>,
    suspensions: u32,
    asked_twice: u32,
    messages: usize,
    begun: String,
    changed: String,
    ends: String,
    events: Vec<EventRow>,
}

#[derive(Debug, Serialize)]
struct LegRow {
    channel: &'static str,
    standing: &'static str,
    since: String,
}

#[derive(Debug, Serialize)]
struct LineRow {
    interaction: String,
    queue: String,
    phase: &'static str,
    agent: Option<String>,
    since: String,
}

#[derive(Debug, Serialize)]
struct EventRow {
    at: String,
    what: String,
    particulars: String,
}

impl Sheet {
    /// What may be shown of a session.
    pub(super) fn of(detail: &SessionDetail) -> Self {
        let Session { id, party, standing, language, position, answers, legs, suspensions, asked_twice, .. } = &detail.session;
        let (standing, since) = spoken(standing);
        let frames = position.iter().flat_map(|position| &position.frames);
        Self {
            session: id.to_string(),
            version: detail.version,
            standing,
            since,
            customer: match party {
                Who::Unknown => "unknown",
                Who::Candidates(_) => "one of several",
                Who::Known { .. } => "known",
            },
            language: language.to_string(),
            position: frames.map(|frame| format!("{} · {}", frame.journey, frame.step)).collect(),
            answered: answers.keys().map(ToString::to_string).collect(),
            legs: legs
                .iter()
                .map(|leg| LegRow { channel: channel_name(leg.channel), standing: leg_word(leg.standing), since: moment(leg.since) })
                .collect(),
            line: detail.line.as_ref().map(LineRow::of),
            suspensions: *suspensions,
            asked_twice: *asked_twice,
            messages: detail.messages.len(),
            begun: moment(detail.session.created),
            changed: moment(detail.session.updated),
            ends: moment(detail.session.ends),
            events: detail.events.iter().map(EventRow::of).collect(),
        }
    }

    /// For people: a line for each thing, then what happened.
    pub(super) fn print(&self) {
        let several = |what: &[String]| if what.is_empty() { "-".to_owned() } else { what.join(", ") };
        let standing = self.since.as_ref().map_or_else(|| self.standing.to_owned(), |since| format!("{}, {since}", self.standing));
        let mut rows = vec![
            ("session", format!("{}  version {}", self.session, self.version)),
            ("standing", standing),
            ("customer", format!("{}, speaks {}", self.customer, self.language)),
            ("position", several(&self.position)),
            ("answered", several(&self.answered)),
        ];
        rows.extend(self.legs.iter().map(|leg| ("leg", format!("{}, {} since {}", leg.channel, leg.standing, leg.since))));
        rows.extend(self.line.iter().map(|line| ("line", line.spoken())));
        rows.push(("messages", self.messages.to_string()));
        rows.push(("suspended", format!("{} times; questions asked twice: {}", self.suspensions, self.asked_twice)));
        rows.push(("time", format!("begun {}, changed {}, ends {}", self.begun, self.changed, self.ends)));
        for (name, value) in rows {
            out::line(&format!("{name:<10} {value}"));
        }
        out::line("");
        let events = self.events.iter().map(|event| [event.at.clone(), event.what.clone(), event.particulars.clone()]);
        out::table(["WHEN", "WHAT", "PARTICULARS"], events);
    }
}

impl LineRow {
    fn of(line: &Line) -> Self {
        let (phase, agent) = match &line.phase {
            Phase::Waiting => ("waiting", None),
            Phase::Offered(agent) => ("offered", Some(agent)),
            Phase::Assigned(agent) => ("assigned", Some(agent)),
            Phase::WrappingUp(agent) => ("wrapping up", Some(agent)),
            Phase::Suspended => ("suspended", None),
            Phase::Ended => ("ended", None),
            Phase::Refused(_) => ("refused", None),
        };
        Self {
            interaction: interaction_uuid(line.interaction).to_string(),
            queue: line.queue.to_string(),
            phase,
            agent: agent.map(ToString::to_string),
            since: moment(line.since),
        }
    }

    fn spoken(&self) -> String {
        let agent = self.agent.as_ref().map(|agent| format!(", {agent}")).unwrap_or_default();
        format!("{}{agent}, in {} since {}; interaction {}", self.phase, self.queue, self.since, self.interaction)
    }
}

impl EventRow {
    fn of(event: &SessionEvent) -> Self {
        let particulars = event.args.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
        Self { at: moment(event.at), what: event.kind.clone(), particulars }
    }
}

/// How it stands, and what more there is to say about that.
fn spoken(standing: &Standing) -> (&'static str, Option<String>) {
    match standing {
        Standing::Active => ("active", None),
        Standing::Suspended(suspension) => ("suspended", Some(stopped(suspension))),
        Standing::Closed { at, outcome } => ("closed", Some(format!("{outcome}, at {}", moment(*at)))),
        Standing::Expired { at } => ("expired", Some(format!("at {}", moment(*at)))),
    }
}

fn stopped(suspension: &Suspension) -> String {
    let Suspension { cause, at, channel, step, until, .. } = suspension;
    let cause = serde_json::to_value(cause).ok().and_then(|word| word.as_str().map(|word| word.replace('_', " "))).unwrap_or_default();
    let channel = channel.map(|channel: Channel| format!(" on {}", channel_name(channel))).unwrap_or_default();
    let step = step.as_ref().map(|step| format!(" at {step}")).unwrap_or_default();
    format!("{cause}{channel}{step}, since {}; can be resumed until {}", moment(*at), moment(*until))
}

const fn leg_word(standing: LegStanding) -> &'static str {
    match standing {
        LegStanding::Live => "live",
        LegStanding::Lost { .. } => "lost",
        LegStanding::Ended { .. } => "ended",
    }
}

fn moment(at: Time) -> String {
    out::moment(i64::try_from(at.0).unwrap_or(i64::MAX))
}
