//! What changes for whoever waits, and when: a queue's routing steps, and where its limits send an interaction.
//!
//! A timeline begins when the customer began to wait; for whoever was sent to the queue, when they came there. (What sends
//! them out of the line counts from when they came last: who comes back to a kept place is not turned away for it.) Its steps
//! are taken in their order, each when its wait is reached and, where it names a live figure, once that is past too.
//! A step's changes stay: the next one builds on them.
//!
//! Not here: when steps are taken (see `steps`), and what the limits are measured by (opening hours, time zones).

use crate::plan::is_unset;
use crate::{Priority, QueueId, Requirement, SkillId, Span};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One step of a queue's timeline. What it changes is changed in the order of these fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingStep {
    /// The wait at which it is due; never shorter than that of the step before.
    pub after: Span,
    /// The live figure that it waits for once it is due.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub when: Option<Figure>,
    /// Skills no longer asked for.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub drop: BTreeSet<SkillId>,
    /// Skills asked for at so many levels less; at level 1 at the least.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub lower: BTreeMap<SkillId, u8>,
    /// Asked for as well from now on.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub add: Option<Requirement>,
    /// Whoever meets this may take it, too.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub widen: Option<Requirement>,
    /// Agents of these queues may take it, too.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub queues: BTreeSet<QueueId>,
    /// Added to its rank.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub raise: Priority,
    /// The customer is to be offered a call back.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub invite: bool,
    /// It leaves the queue. Where no queue takes it, it stays.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub overflow: Option<Overflow>,
}

/// A live figure of a queue, on the channel of whoever waits for it, past a threshold. What is not known is not past it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Half of newcomers would wait for longer than this.
    ExpectedWait(Span),
    /// Of the latest customers, a smaller percentage was answered within [`QueuePlan::answer_within`].
    ///
    /// [`QueuePlan::answer_within`]: crate::QueuePlan::answer_within
    ServiceLevel(u32),
}

/// Where a limit sends an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// To another queue, to its end by wait and rank as everywhere. It asks there what that queue asks of everybody.
    Queue(QueueId),
    /// Out of the line: what becomes of the customer is their session's matter.
    Out,
}

impl RoutingStep {
    /// What is asked for after it.
    #[must_use]
    pub fn asks(&self, needs: &Requirement) -> Requirement {
        let mut asked = if self.drop.is_empty() { needs.clone() } else { needs.without(&self.drop) };
        if !self.lower.is_empty() {
            asked = asked.lowered(&self.lower);
        }
        if let Some(added) = &self.add {
            asked = Requirement::All(vec![asked, added.clone()]);
        }
        if let Some(wider) = &self.widen {
            asked = Requirement::Any(vec![asked, wider.clone()]);
        }
        asked
    }

    /// Whether it changes who is asked for.
    pub(crate) fn changes_needs(&self) -> bool {
        !self.drop.is_empty() || !self.lower.is_empty() || self.add.is_some() || self.widen.is_some()
    }
}
