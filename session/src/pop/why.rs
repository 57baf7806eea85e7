//! Why this agent, in one sentence, and what need not be asked again.

use crate::{AgentName, AssuranceLevel, InteractionRecord, PopWhy, Proof, SkillName, Time};
use segue_router::{OfferId, Priority};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The router's decision by names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// Which offer it led to.
    pub offer: OfferId,
    /// What the chosen agent is called.
    pub agent: String,
    /// The skills that the requirement names, with the agent's levels and the least that was asked.
    pub skills: Vec<WhySkill>,
    /// How long the agent had been idle, in milliseconds.
    pub idle_ms: u64,
    /// How many could have had it, the chosen one included.
    pub eligible: u32,
    /// How many could not, by reason (the wire names of `Excluded`).
    pub excluded: BTreeMap<String, u32>,
    /// Whether the agent was preferred, having served the customer before.
    pub preferred: bool,
    /// What the one who would have been next is called on the wire.
    pub runner_up: Option<AgentName>,
}

/// The rank that an interaction has in line: what was asked for it, and what its queue adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rank {
    /// The sum.
    pub priority: Priority,
    /// Of it, what the queue adds.
    pub of_queue: Priority,
}

impl Rank {
    /// Why that rank: what the journey said, that somebody changed it, what the queue adds.
    #[must_use]
    pub fn in_words(self, record: &InteractionRecord) -> String {
        let asked = record.priority.plus(self.of_queue) == self.priority;
        let own = if asked { record.priority_why.clone() } else { "changed by a supervisor".to_owned() };
        let queue = if self.of_queue == Priority(0) { String::new() } else { format!("the queue adds {}", self.of_queue.0) };
        [own, queue].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ")
    }
}

/// One skill of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhySkill {
    /// Which.
    pub skill: SkillName,
    /// The agent's level, 1 to 10.
    pub has: u8,
    /// The least that was asked for; 0 where only not having it was asked.
    pub asked: u8,
}

impl Why {
    /// The decision in one line: `Ada: internet 8 (asked 3), en 9 (asked 5), idle 42 s; 1 other could have had it, 3 lack the skill`.
    #[must_use]
    pub fn line(&self) -> String {
        let mut merits: Vec<String> = Vec::new();
        merits.extend(self.preferred.then(|| "served them before".to_owned()));
        merits.extend(self.skills.iter().map(|s| {
            let name = s.skill.as_str();
            let name = name.strip_prefix("lang.").unwrap_or(name);
            if s.asked == 0 { format!("{name} {}", s.has) } else { format!("{name} {} (asked {})", s.has, s.asked) }
        }));
        merits.push(format!("idle {}", span(self.idle_ms)));
        let others = match self.eligible.saturating_sub(1) {
            0 => "nobody else could have had it".to_owned(),
            1 => "1 other could have had it".to_owned(),
            n => format!("{n} others could have had it"),
        };
        let mut line = format!("{}: {}; {others}", self.agent, merits.join(", "));
        for (reason, &count) in self.excluded.iter().filter(|(_, n)| **n > 0) {
            let _ = write!(line, ", {count} {}", lack(reason, count));
        }
        line
    }

    /// As on the pop.
    pub(super) fn pop(self) -> PopWhy {
        PopWhy {
            line: self.line(),
            offer: self.offer,
            eligible: self.eligible,
            levels: self.skills.into_iter().map(|s| (s.skill.as_str().to_owned(), s.has)).collect(),
            excluded: self.excluded,
            preferred: self.preferred,
            runner_up: self.runner_up,
        }
    }
}

fn lack(reason: &str, count: u32) -> &str {
    let one = count == 1;
    match reason {
        "queue" if one => "does not serve the queue",
        "queue" => "do not serve the queue",
        "skill" if one => "lacks the skill",
        "skill" => "lack the skill",
        "signed_out" if one => "is signed out",
        "signed_out" => "are signed out",
        "presence" if one => "is not taking this channel",
        "presence" => "are not taking this channel",
        "unresponsive" if one => "does not answer offers",
        "unresponsive" => "do not answer offers",
        "lost" if one => "has lost the connection",
        "lost" => "have lost the connection",
        "capacity" if one => "is full",
        "capacity" => "are full",
        "cap" if one => "has enough on this channel",
        "cap" => "have enough on this channel",
        "named" if one => "is ruled out by name",
        "named" => "are ruled out by name",
        "cool_off" if one => "had it a moment ago",
        "cool_off" => "had it a moment ago",
        "kept" if one => "is not whom the customer prefers",
        "kept" => "are not whom the customer prefers",
        other => other,
    }
}

/// What need not be asked again, in words.
pub(super) fn skip(proof: &Proof, now: Time) -> String {
    let how = match proof.method.as_str() {
        "sign_in" => "signed in",
        "link" => "came by a link that only this customer was given",
        "code" => "gave a code that only this customer was given",
        "caller_number" => "calls from a known number (not a proof)",
        "agent_check" => "checked by an agent",
        other => other,
    };
    let worth = match proof.level {
        AssuranceLevel::None => "worth nothing",
        AssuranceLevel::Claimed => "claimed",
        AssuranceLevel::Low => "low",
        AssuranceLevel::Substantial => "substantial",
        AssuranceLevel::High => "high",
    };
    format!("{how} {} ago ({worth}), holds {} more", span(now.since(proof.at).0), span(proof.until.since(now).0))
}

/// A length of time as people say it.
pub(crate) fn span(ms: u64) -> String {
    let s = ms / 1000;
    match s {
        0..120 => format!("{s} s"),
        120..7_200 => format!("{} min", s / 60),
        7_200..172_800 => format!("{} h", s / 3_600),
        _ => format!("{} days", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why() -> Why {
        Why {
            offer: OfferId(1),
            agent: "Ada".to_owned(),
            skills: vec![WhySkill { skill: "internet".into(), has: 8, asked: 3 }, WhySkill { skill: "lang.en".into(), has: 9, asked: 5 }],
            idle_ms: 42_000,
            eligible: 2,
            excluded: [("skill".to_owned(), 3), ("capacity".to_owned(), 1), ("cap".to_owned(), 0)].into(),
            preferred: false,
            runner_up: Some("bo".into()),
        }
    }

    #[test]
    fn a_rank_says_what_it_is_made_of() {
        let record = InteractionRecord {
            id: segue_router::InteractionId(1),
            channel: segue_router::Channel::Chat,
            queue: "faults".into(),
            needs: String::new(),
            priority: Priority(2),
            priority_why: "customer.tier == 'gold' ? 2 : 1".to_owned(),
            since: Time(0),
            callback: None,
            invited: false,
            preferred: None,
            ended: None,
            ended_at: None,
            with: None,
            moves: None,
        };
        let said = |priority, of_queue| Rank { priority: Priority(priority), of_queue: Priority(of_queue) }.in_words(&record);
        assert_eq!(said(2, 0), "customer.tier == 'gold' ? 2 : 1");
        assert_eq!(said(12, 10), "customer.tier == 'gold' ? 2 : 1; the queue adds 10");
        assert_eq!(said(5, 0), "changed by a supervisor");
    }

    #[test]
    fn a_decision_is_one_sentence() {
        insta::assert_snapshot!(
            why().line(),
            @"Ada: internet 8 (asked 3), en 9 (asked 5), idle 42 s; 1 other could have had it, 1 is full, 3 lack the skill"
        );
        let again = Why { preferred: true, eligible: 1, excluded: BTreeMap::new(), skills: Vec::new(), idle_ms: 180_000, ..why() };
        insta::assert_snapshot!(again.line(), @"Ada: served them before, idle 3 min; nobody else could have had it");
    }
}
