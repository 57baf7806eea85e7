//! How a tenant's routing goes, as typed: queues, agents, presences, units.

use super::seconds;
use crate::config::units::Lasting;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How routing goes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Routing {
    /// Why offers may be declined.
    pub decline_reasons: Vec<String>,
    /// What an interaction costs on each channel (voice, chat, app, email), in units of an agent's capacity.
    pub units: BTreeMap<String, u32>,
    /// After so many offers expired in a row, an agent is unresponsive until they say otherwise.
    pub misses: u32,
    /// How long an agent who declined an interaction is the last resort for it.
    pub cool_off: Lasting,
    /// How long a lost desk may stay away before its offers return and its agent is signed out.
    pub lost_for: Lasting,
    /// How long a transfer to a named agent waits for them before it falls back.
    pub transfer_for: Lasting,
    /// How often one wrap-up may be extended.
    pub extensions: u32,
    /// A wait this long weighs as much as one priority; `0s`: whoever ranks higher goes first, however long others have waited.
    pub ageing: Lasting,
}

impl Default for Routing {
    fn default() -> Self {
        let timings = segue_router::Timings::default();
        let lasting = |span: segue_router::Span| Lasting(Duration::from_millis(span.0));
        Self {
            decline_reasons: Vec::new(),
            units: [("voice", 100), ("chat", 30), ("app", 30), ("email", 20)].map(|(name, units)| (name.to_owned(), units)).into(),
            misses: timings.misses,
            cool_off: lasting(timings.cool_off),
            lost_for: lasting(timings.lost_for),
            transfer_for: lasting(timings.transfer_for),
            extensions: timings.extensions,
            ageing: lasting(timings.ageing),
        }
    }
}

/// A queue.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Queue {
    /// What to call it; its name where it is absent.
    pub title: Option<String>,
    /// Which agent is taken.
    pub choice: Choice,
    /// How long an offer stands.
    pub offer_for: Lasting,
    /// How long wrap-up may last.
    pub wrap_up_for: Lasting,
    /// How much an extension adds to it.
    pub wrap_up_extension: Lasting,
    /// Codes to choose from at wrap-up.
    pub codes: Vec<String>,
    /// Whether one must be chosen.
    pub code_required: bool,
    /// Rank of the whole queue: higher goes first.
    pub priority: i32,
    /// The most that may wait.
    pub depth: u32,
    /// For how long a customer is kept for the agent who served them before, while that agent is busy; `0s`: not at all.
    pub prefer_for: Lasting,
    /// Its part of all who wait, against the other queues' shares: among equals in priority, agents take from the queue that
    /// holds most for its share. Every queue has one, or none has.
    pub share: u32,
    /// Asked of everybody who comes to this queue, beside what the journey asks: `internet >= 3 and lang.en >= 5`.
    pub needs: String,
    /// Within which wait customers are to be answered: the service level is the share of those who are.
    pub answer_within: Lasting,
    /// What changes for whoever waits, in the order of their waits.
    pub steps: Vec<Step>,
    /// The longest wait; what then becomes of a customer is told by `late`.
    pub longest_wait: Option<Lasting>,
    /// The opening hours it keeps, by their name in `hours`; without, it is always open.
    pub hours: Option<String>,
    /// What becomes of whom a full queue turns away.
    pub full: Overflow,
    /// What becomes of whoever has waited for `longest_wait`.
    pub late: Overflow,
    /// What becomes of whom a closed queue turns away. Who waits already is still served.
    pub closed: Overflow,
}

/// What changes for whoever has waited for some time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// The wait at which it is due.
    pub after: Lasting,
    /// Then only once half of newcomers would wait for longer than this.
    #[serde(default)]
    pub expected_wait: Option<Lasting>,
    /// Then only once a smaller percentage is answered within `answer_within`.
    #[serde(default)]
    pub service_level: Option<u32>,
    /// Skills no longer asked for.
    #[serde(default)]
    pub drop: Vec<String>,
    /// Skills asked for at so many levels less, 1 at the least.
    #[serde(default)]
    pub lower: BTreeMap<String, u8>,
    /// Asked for as well: a requirement like `needs`.
    #[serde(default)]
    pub add: String,
    /// Whoever meets this may take it, too.
    #[serde(default)]
    pub widen: String,
    /// Agents of these queues may take it, too.
    #[serde(default)]
    pub queues: Vec<String>,
    /// Added to its priority.
    #[serde(default)]
    pub raise: i32,
    /// The customer is offered a call back.
    #[serde(default)]
    pub offer_callback: bool,
    /// The queue that it goes to; where that takes nobody either, it stays.
    #[serde(default)]
    pub overflow: Option<String>,
}

/// What becomes of whom a limit turns away: to a queue, or what their session does.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Overflow {
    /// The queue that they go to. Where that takes nobody either, the rest of this table holds.
    pub queue: Option<String>,
    /// What their session does.
    pub then: Then,
    /// What they are told.
    pub say: Option<String>,
}

/// What a session does whose customer is turned away.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Then {
    /// It goes on without a person.
    #[default]
    Stay,
    /// It is suspended; the place in line is kept for when the customer comes back.
    Suspend,
    /// It is closed.
    End,
}

/// Opening hours.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Hours {
    /// The time zone of the clock (IANA); the tenant's where it is absent.
    pub zone: Option<String>,
    /// Intervals of each day: `mon = ["08:00-12:00", "13:00-18:00"]`. A day that is absent is closed.
    pub week: BTreeMap<String, Vec<String>>,
    /// Days that are otherwise: `"2026-12-25" = []`.
    pub holidays: BTreeMap<String, Vec<String>>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            title: None,
            choice: Choice::LongestIdle,
            offer_for: seconds(20),
            wrap_up_for: seconds(60),
            wrap_up_extension: seconds(60),
            codes: Vec::new(),
            code_required: false,
            priority: 0,
            depth: 1_000,
            prefer_for: seconds(0),
            share: 0,
            needs: String::new(),
            answer_within: seconds(20),
            steps: Vec::new(),
            longest_wait: None,
            hours: None,
            full: Overflow::default(),
            late: Overflow::default(),
            closed: Overflow::default(),
        }
    }
}

/// Which of the eligible agents is taken.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Choice {
    /// Who has been idle longest.
    #[default]
    LongestIdle,
    /// Whose levels in the required skills are highest.
    MostFit,
    /// Who can do the least else.
    LeastFlexible,
    /// Who holds the least load.
    LeastLoaded,
    /// Whose last offer is the longest ago.
    RoundRobin,
}

/// An agent.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Agent {
    /// What customers see; the agent's name where it is absent.
    pub title: Option<String>,
    /// Skills with levels 1 to 10, dots allowed in quoted names: `"lang.en" = 9`.
    pub skills: BTreeMap<String, u8>,
    /// Queues served.
    pub queues: Vec<String>,
    /// Units the agent may hold.
    pub capacity: u32,
    /// At most so many at once on a channel.
    pub caps: BTreeMap<String, u32>,
    /// The desk's language; the tenant's where it is absent.
    pub language: Option<String>,
}

impl Default for Agent {
    fn default() -> Self {
        Self { title: None, skills: BTreeMap::new(), queues: Vec::new(), capacity: 100, caps: BTreeMap::new(), language: None }
    }
}

/// A presence.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Presence {
    /// Channels on which offers may come; none: not routable.
    pub channels: Vec<String>,
}
