//! A journey as it is walked: every reference resolved, every expression compiled.

use super::expr::Expr;
use super::read::tree::Place;
use super::text::{Template, Text, Words};
use super::words;
use super::{FieldKind, JourneyVersion};
use crate::needs::Needs;
use crate::{AssuranceLevel, Channel, ChoiceId, FieldId, JourneyName, Language, QueueName, Sensitivity, StepId};
use segue_router::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One version of a journey, compiled. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Journey(pub(crate) Arc<Body>);

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) name: JourneyName,
    pub(crate) version: JourneyVersion,
    pub(crate) title: Text,
    /// The language it falls back to.
    pub(crate) language: Language,
    /// The languages it is held in; none where its texts are the same for all.
    pub(crate) languages: BTreeSet<String>,
    pub(crate) start: StepId,
    pub(crate) upgrade: Upgrade,
    pub(crate) lease: Lease,
    pub(crate) steps: BTreeMap<StepId, Step>,
    pub(crate) path: String,
    pub(crate) text: String,
}

/// How long a session of a journey lasts, where the journey says otherwise than the tenant does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    /// How long it can be resumed once suspended, anew with each suspension.
    pub sliding: Option<Span>,
    /// How long it lasts at most, from its beginning.
    pub absolute: Option<Span>,
    /// How long before its end the customer is warned.
    pub warn: Option<Span>,
    /// How long secrets are kept whose field does not say.
    pub secrets: Option<Span>,
}

/// What becomes of sessions that stand on another version when this one is published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Upgrade {
    /// Nothing was said: they stay, unless they could be carried without loss.
    #[default]
    Unsaid,
    /// They stay on theirs.
    Pin,
    /// They begin again at this step, answers kept.
    RestartAt(StepId),
    /// Steps that are gone are replaced by others.
    Migrate(BTreeMap<StepId, StepId>),
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) at: Place,
    pub(crate) title: Option<Text>,
    pub(crate) resume: ResumePolicy,
    pub(crate) checkpoint: bool,
    pub(crate) level: AssuranceLevel,
    pub(crate) tries: u32,
    pub(crate) on_tries: Option<Link>,
    pub(crate) does: Does,
}

/// Where a suspended session goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ResumePolicy {
    #[default]
    Here,
    Checkpoint,
    Confirm,
    Never,
}

/// A step that another leads to, with the place where that is written.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) to: StepId,
    pub(crate) at: Place,
}

#[derive(Debug)]
pub(crate) enum Does {
    Menu(Menu),
    Form(Form),
    Say(Say),
    Lookup(Box<Lookup>),
    Decide(Decide),
    Set(Set),
    Route(Box<Route>),
    WaitOffer(WaitOffer),
    Call(Call),
    Return(Return),
    Suspend(Suspend),
    End(End),
}

#[derive(Debug)]
pub(crate) struct Menu {
    pub(crate) ask: Text,
    pub(crate) choices: Vec<ChoiceSpec>,
}

#[derive(Debug)]
pub(crate) struct ChoiceSpec {
    pub(crate) id: ChoiceId,
    pub(crate) key: Option<char>,
    pub(crate) label: Text,
    pub(crate) short: Option<Text>,
    pub(crate) spoken: Option<Text>,
    pub(crate) synonyms: Words,
    /// Where it leads; choices of a field lead nowhere.
    pub(crate) next: Option<Link>,
}

#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) title: Option<Text>,
    pub(crate) fields: Vec<FieldSpec>,
    pub(crate) next: Link,
}

#[derive(Debug)]
pub(crate) struct FieldSpec {
    pub(crate) id: FieldId,
    pub(crate) at: Place,
    pub(crate) kind: FieldKind,
    pub(crate) ask: Text,
    pub(crate) hint: Option<Text>,
    pub(crate) of: Vec<ChoiceSpec>,
    pub(crate) when: Option<Expr>,
    pub(crate) checks: Vec<Check>,
    pub(crate) least: Option<Bound>,
    pub(crate) most: Option<Bound>,
    pub(crate) length: (usize, usize),
    pub(crate) currency: Option<String>,
    pub(crate) tries: Option<u32>,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) keep_ms: Option<u64>,
    pub(crate) optional: bool,
    pub(crate) known: Option<Expr>,
    pub(crate) level: Option<AssuranceLevel>,
}

/// A condition on a field's value, with what to say where it does not hold.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) that: Expr,
    pub(crate) say: Option<Text>,
}

/// A limit of a number, an amount or a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// A decimal: its digits and how many of them are decimals.
    Number(i64, u8),
    /// A day.
    Day(String),
    /// This many days from today.
    FromToday(i64),
}

impl Bound {
    /// Whether nothing can lie between this, as the least, and the most. What hangs on the day is not known before.
    pub(crate) fn is_over(&self, most: &Self) -> bool {
        let scaled = |n: i64, own: u8, other: u8| i128::from(n) * 10_i128.pow(u32::from(other.saturating_sub(own)));
        match (self, most) {
            (Self::Number(a, of), Self::Number(b, by)) => scaled(*a, *of, *by) > scaled(*b, *by, *of),
            (Self::Day(a), Self::Day(b)) => a > b,
            (Self::FromToday(a), Self::FromToday(b)) => a > b,
            _ => false,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Say {
    pub(crate) text: Text,
    pub(crate) media: Option<String>,
    pub(crate) media_for: BTreeMap<Channel, String>,
    pub(crate) go_on: bool,
    pub(crate) next: Link,
}

#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) method: &'static str,
    pub(crate) url: Template,
    pub(crate) host: String,
    pub(crate) send: Vec<(String, Expr)>,
    pub(crate) wait_ms: u64,
    pub(crate) retries: u32,
    pub(crate) say: Option<Text>,
    pub(crate) save: FieldId,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) next: Link,
    pub(crate) failed: Link,
    pub(crate) errors: BTreeMap<String, Link>,
}

#[derive(Debug)]
pub(crate) struct Decide {
    pub(crate) cases: Vec<(Expr, Link)>,
    pub(crate) otherwise: Link,
}

#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) values: Vec<(FieldId, Expr)>,
    pub(crate) next: Link,
}

#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) queue: QueueName,
    pub(crate) needs: Needs,
    pub(crate) priority: Option<Expr>,
    pub(crate) callback: Option<Expr>,
    pub(crate) say: Option<Text>,
    /// Where it goes on once the talk is over.
    pub(crate) next: Option<Link>,
}

#[derive(Debug)]
pub(crate) struct WaitOffer {
    pub(crate) ask: Text,
    pub(crate) choices: Vec<WaitChoice>,
}

#[derive(Debug)]
pub(crate) struct WaitChoice {
    pub(crate) choice: ChoiceSpec,
    /// For `suspend`: what to say, then.
    pub(crate) notice: Option<Text>,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) journey: JourneyName,
    pub(crate) at: Place,
    pub(crate) with: Vec<(FieldId, Expr)>,
    pub(crate) save: Option<FieldId>,
    pub(crate) next: Link,
}

#[derive(Debug)]
pub(crate) struct Return {
    pub(crate) result: Option<Expr>,
}

#[derive(Debug)]
pub(crate) struct Suspend {
    pub(crate) notice: Text,
    pub(crate) next: Link,
}

#[derive(Debug)]
pub(crate) struct End {
    pub(crate) outcome: String,
    pub(crate) say: Option<Text>,
    pub(crate) survey: Option<JourneyName>,
}

/// Something outside the journey that it counts on, with where it says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// What kind of thing.
    pub to: Referred,
    /// Its name.
    pub name: String,
    /// In which line, from 1, the step stands that counts on it.
    pub line: u32,
    /// In which column, from 1.
    pub column: u32,
}

/// Kinds of things that a journey counts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Referred {
    /// A queue it routes to.
    Queue,
    /// A skill its requirements name.
    Skill,
    /// A host its look-ups ask.
    Host,
    /// A journey it calls.
    Journey,
}

impl Journey {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &JourneyName {
        &self.0.name
    }
    /// Its version.
    #[must_use]
    pub fn version(&self) -> &JourneyVersion {
        &self.0.version
    }
    /// The text it was compiled from, to be kept for the sessions that stay on it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }
    /// How its file was labelled.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }
    /// What it is called.
    #[must_use]
    pub fn title(&self, language: &Language) -> String {
        self.0.title.bare(language)
    }
    /// The language a customer is really shown who wishes for this one: theirs, with its region, where the journey is held in
    /// it or in what it is looked up by (RFC 4647, section 3.4); else the journey's own.
    #[must_use]
    pub fn spoken_to(&self, wish: &Language) -> Language {
        let (wish, held) = (words::canonical(wish.as_str()), &self.0.languages);
        if held.is_empty() || words::ranges(wish.as_str()).any(|tag| held.contains(tag)) {
            return wish;
        }
        let own = held.get(self.0.language.as_str()).or(held.first());
        own.map_or(wish, |own| Language::new(own))
    }
    /// How long its sessions last.
    #[must_use]
    pub fn lease(&self) -> Lease {
        self.0.lease
    }
    /// Its steps, in order of their ids.
    pub fn steps(&self) -> impl Iterator<Item = &StepId> {
        self.0.steps.keys()
    }
    /// Everything outside that it counts on, in order of kind and name; the caller knows whether it is there.
    #[must_use]
    pub fn references(&self) -> BTreeSet<Reference> {
        let step = |step: &Step| {
            let Place { line, column } = step.at;
            let found: Vec<(Referred, String)> = match &step.does {
                Does::Route(route) => {
                    let skills = route.needs.skills().into_iter().map(|skill| (Referred::Skill, skill));
                    skills.chain([(Referred::Queue, route.queue.to_string())]).collect()
                }
                Does::Lookup(lookup) => vec![(Referred::Host, lookup.host.clone())],
                Does::Call(call) => vec![(Referred::Journey, call.journey.to_string())],
                Does::End(end) => end.survey.iter().map(|survey| (Referred::Journey, survey.to_string())).collect(),
                _ => Vec::new(),
            };
            found.into_iter().map(move |(to, name)| Reference { to, name, line, column })
        };
        self.0.steps.values().flat_map(step).collect()
    }

    fn referred<T: Ord>(&self, to: Referred, made: impl Fn(&str) -> T) -> BTreeSet<T> {
        self.references().iter().filter(|r| r.to == to).map(|r| made(&r.name)).collect()
    }

    /// The queues it routes to.
    #[must_use]
    pub fn queues(&self) -> BTreeSet<QueueName> {
        self.referred(Referred::Queue, QueueName::new)
    }

    /// The skills its requirements name. Those that hang on an answer are not among them.
    #[must_use]
    pub fn skills(&self) -> BTreeSet<String> {
        self.referred(Referred::Skill, str::to_owned)
    }

    /// The hosts its look-ups ask, in lower case, with the port where one is written.
    #[must_use]
    pub fn hosts(&self) -> BTreeSet<String> {
        self.referred(Referred::Host, str::to_owned)
    }

    /// The journeys it calls, surveys included.
    #[must_use]
    pub fn calls(&self) -> BTreeSet<JourneyName> {
        self.referred(Referred::Journey, JourneyName::new)
    }

    pub(crate) fn step(&self, id: &StepId) -> Option<&Step> {
        self.0.steps.get(id)
    }

    /// A form's field, wherever it stands, with its step.
    pub(crate) fn field(&self, id: &FieldId) -> Option<(&StepId, &FieldSpec)> {
        self.0.steps.iter().find_map(|(step, s)| match &s.does {
            Does::Form(form) => form.fields.iter().find(|f| &f.id == id).map(|f| (step, f)),
            _ => None,
        })
    }
}

impl Step {
    /// All steps it may lead to.
    pub(crate) fn links(&self) -> Vec<&Link> {
        let mut links: Vec<&Link> = match &self.does {
            Does::Menu(menu) => menu.choices.iter().filter_map(|c| c.next.as_ref()).collect(),
            Does::Form(form) => vec![&form.next],
            Does::Say(say) => vec![&say.next],
            Does::Lookup(lookup) => [&lookup.next, &lookup.failed].into_iter().chain(lookup.errors.values()).collect(),
            Does::Decide(decide) => decide.cases.iter().map(|(_, l)| l).chain([&decide.otherwise]).collect(),
            Does::Set(set) => vec![&set.next],
            Does::WaitOffer(offer) => offer.choices.iter().filter_map(|c| c.choice.next.as_ref()).collect(),
            Does::Call(call) => vec![&call.next],
            Does::Suspend(suspend) => vec![&suspend.next],
            Does::Route(route) => route.next.iter().collect(),
            Does::Return(_) | Does::End(_) => Vec::new(),
        };
        links.extend(&self.on_tries);
        links
    }
}
