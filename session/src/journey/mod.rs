//! The self-service engine: one definition, every channel.
//!
//! A journey is compiled once from its file, named by the hash of its content, and walked without IO: [`Input`] in,
//! [`Moved`] out. Prompts are neutral to rendering; `render` turns them into what a channel shows.
//!
//! What is *not* here: legs, agents, stores, sockets, and the time of day.

mod check;
mod definition;
mod expr;
mod faults;
mod fields;
mod library;
mod prompt;
mod publish;
mod read;
pub mod render;
mod text;
mod walk;
pub(crate) mod words;

pub use definition::{Journey, Lease, Reference, Referred};
pub use faults::Fault;
pub(crate) use fields::e164;
pub use fields::is_region;
pub use library::{Attributes, Library};
pub use publish::{Carried, LiveAt, PublishReport};
pub use read::compile;
pub(crate) use words::Phrase;

use crate::store::KeyKind;
use crate::{
    Answer, Answers, Channel, ChoiceId, ExpectedWait, FieldId, JourneyName, Language, LookupRequest, Private, QueueName, RequestId,
    Sensitivity, StepId, Time,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A journey's version: the first 16 hex digits of the SHA-256 of its content in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JourneyVersion(pub String);

/// Where a session stands: the innermost frame is the last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The call stack, outermost first, never empty, at most 16 deep.
    pub frames: Vec<Frame>,
    /// The look-up that is awaited, if one is.
    pub awaiting: Option<Awaiting>,
    /// The last answer did not fit: which field, and why (a message key).
    pub misfit: Option<Misfit>,
    /// After a resume the customer says when to go on: kept answers are to be confirmed (resume policy `confirm`), or the way on
    /// wants a higher level first.
    pub confirm: bool,
    /// The journey has ended with this outcome.
    pub ended: Option<String>,
    /// How surely the customer was known when the walk last came to the open step or looked at it again, so that what is shown and
    /// what is asked are the same, whatever was proven since.
    #[serde(default)]
    pub level: crate::AssuranceLevel,
    /// Messages passed on the way here, told with what is asked now.
    #[serde(default)]
    pub said: Vec<Said>,
}

/// A message that was passed without stopping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// In which journey.
    pub journey: JourneyName,
    /// In which version of it.
    pub version: JourneyVersion,
    /// At which step.
    pub step: StepId,
}

/// One journey on the stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Which journey.
    pub journey: JourneyName,
    /// Which version of it.
    pub version: JourneyVersion,
    /// At which step.
    pub step: StepId,
    /// The last checkpoint passed, for the resume policy.
    pub checkpoint: Option<StepId>,
    /// When the step was reached.
    pub since: Time,
    /// How often an answer did not fit here.
    pub errors: u32,
    /// The field that is asked again although it is answered (after [`Input::Back`]).
    #[serde(default)]
    pub again: Option<FieldId>,
    /// Optional fields that were left out at this step.
    #[serde(default)]
    pub left_out: BTreeSet<FieldId>,
    /// The steps that were shown before this one, for [`Input::Back`]; capped.
    #[serde(default)]
    pub shown: Vec<StepId>,
    /// An agent put this journey above the frame below; when it ends, that frame is where it was.
    #[serde(default)]
    pub pushed: bool,
}

/// A look-up that is awaited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaiting {
    /// Which.
    pub id: RequestId,
    /// When it counts as failed.
    pub until: Time,
}

/// An answer that did not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misfit {
    /// For which field; `None` for a menu.
    pub field: Option<FieldId>,
    /// Why, in the customer's language.
    pub why: String,
}

/// What a customer does at a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Takes a choice of a menu or wait offer.
    Choose(ChoiceId),
    /// Types something that stands for a choice or the current field's value: a key, a number, a label, a synonym, a value.
    Typed(Private<String>),
    /// Gives a field's value.
    Fill(FieldId, Private<String>),
    /// Gives several fields' values at once (a form on a screen); all or none are taken.
    FillAll(Vec<(FieldId, Private<String>)>),
    /// Goes on (after a message, or confirming kept answers).
    Continue,
    /// Goes back one step or field.
    Back,
    /// Begins again.
    Restart,
}

/// What a step of the walk leads to, beside the new position and answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Moved {
    /// A field was answered.
    Answered(FieldId),
    /// An address was given at which somebody may be known.
    Address(KeyKind, FieldId),
    /// A step of a journey was reached.
    Reached(JourneyName, StepId),
    /// An answer did not fit.
    Misfit(Misfit),
    /// Another system is to be asked.
    Lookup(LookupRequest),
    /// A person is wanted.
    Route(RouteWish),
    /// The step takes time: suspend.
    Suspend {
        /// What to say.
        notice: String,
    },
    /// The journey ended.
    Ended {
        /// How.
        outcome: String,
    },
}

/// A person is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteWish {
    /// In which queue.
    pub queue: QueueName,
    /// Who may take it: a requirement expression with its variables resolved.
    pub needs: String,
    /// With which rank.
    pub priority: i32,
    /// Why that rank, in words.
    pub priority_why: String,
    /// By call back at this number.
    pub callback: Option<Private<String>>,
}

/// What is asked or said now, neutral to rendering, in the session's language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Pick one.
    Menu {
        /// At which step.
        step: StepId,
        /// The question.
        ask: String,
        /// The choices, in order.
        choices: Vec<Choice>,
        /// The last answer did not fit.
        misfit: Option<Misfit>,
    },
    /// Fill in fields.
    Form {
        /// At which step.
        step: StepId,
        /// What the form is called.
        title: String,
        /// Its fields that apply, in order, answered ones included.
        fields: Vec<Field>,
        /// The first one to be filled.
        current: Option<FieldId>,
        /// The last answer did not fit.
        misfit: Option<Misfit>,
        /// Kept answers are to be confirmed first.
        confirm: bool,
    },
    /// Something is said; `go_on` where the customer must go on by themselves.
    Say {
        /// At which step.
        step: StepId,
        /// The text.
        text: String,
        /// Media by reference: an image or a sound, where the definition names one.
        media: Option<String>,
        /// The same for single channels, where the definition names one for them.
        media_for: BTreeMap<Channel, String>,
        /// Whether the customer must go on by themselves.
        go_on: bool,
    },
    /// Another system is being asked.
    Busy {
        /// At which step.
        step: StepId,
        /// What to say meanwhile.
        text: String,
    },
    /// A person was asked for; the line tells the rest.
    Line {
        /// At which step.
        step: StepId,
        /// What to say while they wait; empty where the definition says nothing.
        text: String,
        /// Whether somebody is still awaited; not once they are here, or nobody comes.
        awaited: bool,
    },
    /// The expected wait, and what one may do about it.
    WaitOffer {
        /// At which step.
        step: StepId,
        /// The question.
        ask: String,
        /// How long somebody who joins the line now would wait, where that is known (filled in at the moment of looking).
        wait: Option<ExpectedWait>,
        /// The choices: stay, callback, suspend, message.
        choices: Vec<Choice>,
        /// The last answer did not fit.
        misfit: Option<Misfit>,
    },
    /// It is over.
    End {
        /// At which step.
        step: StepId,
        /// What to say.
        text: String,
        /// How it ended.
        outcome: String,
    },
}

/// A choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is stored.
    pub id: ChoiceId,
    /// Its telephone key (0 to 9), where it has one.
    pub key: Option<char>,
    /// Its label.
    pub label: String,
    /// A shorter one, for buttons.
    pub short: Option<String>,
    /// How it is spoken; the label where it is `None`.
    pub spoken: Option<String>,
    /// Other words for it.
    pub synonyms: Vec<String>,
}

/// A field on a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Which.
    pub id: FieldId,
    /// What kind of value.
    pub kind: FieldKind,
    /// The question.
    pub ask: String,
    /// What help there is.
    pub hint: Option<String>,
    /// The choices, for `choice`.
    pub choices: Vec<Choice>,
    /// Whether it may be left out.
    pub optional: bool,
    /// Who may see its value.
    pub sensitivity: Sensitivity,
    /// Its value as text in the customer's language, masked where it is secret; `None` where it is not filled.
    pub value: Option<Private<String>>,
    /// Whether the value was known rather than given here.
    pub known: bool,
}

/// Kinds of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Free text, at most 2,000 characters unless told otherwise.
    Text,
    /// A whole or decimal number.
    Number,
    /// A day.
    Date,
    /// An amount of money.
    Money,
    /// One of several.
    Choice,
    /// A telephone number, stored as E.164.
    Phone,
    /// An e-mail address.
    Email,
    /// Yes or no.
    YesNo,
    /// Digits, such as a customer number: leading zeros count.
    Digits,
    /// A secret: masked everywhere, short-lived.
    Secret,
}

/// What a walk may look at beside the position.
pub struct Walk<'a> {
    /// Now.
    pub now: Time,
    /// The session's language.
    pub language: &'a Language,
    /// What was answered; the walk adds to it.
    pub answers: &'a mut Answers,
    /// Signed attributes (`customer.…`).
    pub customer: &'a BTreeMap<String, Private<serde_json::Value>>,
    /// Unsigned ones (`claimed.…`); not visible to `priority`.
    pub claimed: &'a BTreeMap<String, Private<serde_json::Value>>,
    /// How surely the customer is known now.
    pub level: crate::AssuranceLevel,
    /// What source an answer given now has.
    pub source: crate::Source,
    /// Draws a fresh id (handed in; the core draws nothing).
    pub ids: &'a mut dyn FnMut() -> uuid::Uuid,
}

/// Answers as the definition's expressions see them.
pub type Known<'a> = &'a BTreeMap<FieldId, Answer>;

#[cfg(test)]
mod tests;
