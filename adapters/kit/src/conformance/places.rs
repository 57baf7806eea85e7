//! The places where the exam's customers leave, and how they get there.

use super::driver::{CustomerLeg, Fault, Ground, Seen};
use segue_session::SuspendCause;

/// The queue that the ground must have, with at least one agent who takes what is offered.
pub const QUEUE: &str = "exam";
/// The queue that the ground must have, in which nobody is at work: who stands in it stays there.
pub const LONG_LINE: &str = "long";

/// The journey that the ground must publish: a menu, a form, a step that takes time, a person; behind a red light in the line
/// that does not move.
pub const JOURNEY: &str = r#"
journey: exam
title: { en: Exam }
start: what
steps:
  what:
    menu:
      ask: { en: "What is it about?" }
      choices:
        - { id: form, key: 1, label: { en: Form }, next: details }
        - { id: part, key: 2, label: { en: Part }, next: part }
  details:
    form:
      title: { en: Details }
      fields:
        - { id: colour, kind: choice, of: [green, red], ask: { en: "Which colour?" } }
        - { id: words, kind: text, ask: { en: "In your own words?" } }
        - { id: digits, kind: digits, ask: { en: "Which number?" } }
      next: which
  which:
    decide:
      - { when: 'colour == "red"', next: patience }
      - { otherwise: person }
  part:
    suspend: { notice: { en: "We will write when the part is here." }, next: details }
  person:
    route: { queue: exam }
  patience:
    route: { queue: long }
"#;

/// What is said to the agent, to be found again.
pub(super) const WORDS: &str = "is anybody there?";

/// A place where a customer leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// At the menu, nothing answered.
    Menu,
    /// In the form, nothing filled.
    Form,
    /// In the form, two of three fields filled.
    HalfForm,
    /// In line.
    Line,
    /// With an agent, after a word.
    Talk,
    /// At the step that takes time.
    Part,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Menu, Self::Form, Self::HalfForm, Self::Line, Self::Talk, Self::Part];

    /// In words, for faults.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Menu => "at the menu",
            Self::Form => "in the empty form",
            Self::HalfForm => "in the half-filled form",
            Self::Line => "in line",
            Self::Talk => "with an agent",
            Self::Part => "at a step that takes time",
        }
    }

    /// Whether a customer can leave here for this cause. `Err` says why not, for the table.
    ///
    /// # Errors
    /// The reason.
    pub const fn can(self, cause: SuspendCause) -> Result<(), &'static str> {
        match (cause, self) {
            (SuspendCause::Step, Self::Part) => Ok(()),
            (SuspendCause::Step, _) => Err("only a step that takes time suspends by itself"),
            (_, Self::Part) => Err("this step suspends by itself, before anything else can"),
            (SuspendCause::Idle, Self::Line | Self::Talk) => Err("who waits for a person or talks to one is not idle"),
            (SuspendCause::Parked, Self::Menu | Self::Form | Self::HalfForm | Self::Line) => Err("only the agent who has it parks it"),
            _ => Ok(()),
        }
    }

    /// Walks a customer there who has just started the exam's journey.
    pub(super) async fn walk(self, leg: &mut dyn CustomerLeg, ground: &dyn Ground, started: Seen) -> Result<Seen, Fault> {
        match self {
            Self::Menu => Ok(started),
            Self::Part => leg.choose("part").await,
            Self::Form => leg.choose("form").await,
            Self::HalfForm => {
                leg.choose("form").await?;
                leg.fill("colour", "green").await?;
                leg.fill("words", "it does not ring").await
            }
            Self::Line | Self::Talk => {
                leg.choose("form").await?;
                leg.fill("colour", if self == Self::Line { "red" } else { "green" }).await?;
                leg.fill("words", "it rings all day").await?;
                leg.fill("digits", "0042").await?;
                if self == Self::Talk {
                    ground.assign(&started.session).await?;
                    leg.say(WORDS).await?;
                }
                leg.see().await
            }
        }
    }
}
