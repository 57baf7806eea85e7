//! Values that customers give, and where they came from.

use crate::{LegId, Private, Time};
use segue_router::Channel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A checked value of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Value {
    /// Text, a choice's id, digits, an e-mail address, or a telephone number in E.164.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A decimal number with its count of decimals: 12.50 is (1250, 2).
    Decimal(i64, u8),
    /// An amount in the currency's minor unit, with the ISO 4217 code.
    Money(i64, String),
    /// A day, `YYYY-MM-DD` (RFC 3339 full-date).
    Date(String),
    /// Yes or no.
    YesNo(bool),
    /// What a look-up returned.
    Json(serde_json::Value),
}

impl Value {
    /// Text, where it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Decimal(..) | Self::Money(..) | Self::Date(_) | Self::YesNo(_) | Self::Json(_) => None,
        }
    }
}

/// Who may see an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Anybody in the session.
    #[default]
    Usual,
    /// Personal: shown to the agent, never logged.
    Personal,
    /// Secret: masked for everybody, short-lived; used by look-ups only.
    Secret,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The customer gave it on this leg.
    Leg(LegId, Channel),
    /// It was known: from the signed claims of the sign-in.
    Claim,
    /// A look-up returned it.
    Lookup,
    /// An agent filled it in.
    Agent(crate::AgentName),
    /// The journey set it.
    Journey,
}

/// One field's value with its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The value; hidden from logs whatever its sensitivity.
    pub value: Private<Value>,
    /// Who may see it.
    pub sensitivity: Sensitivity,
    /// Where it came from.
    pub source: Source,
    /// When.
    pub at: Time,
    /// How surely the customer was known then.
    pub level: crate::AssuranceLevel,
    /// When it must be forgotten, where it must.
    pub until: Option<Time>,
}

/// Answers by field, in order of the field's id.
pub type Answers = BTreeMap<crate::FieldId, Answer>;
