//! The walk: from a position and an input to the next place where the journey must stop.
//!
//! A walk works on copies of position and answers and hands them back whole, so that a refusal changes nothing. It runs through
//! whatever needs nobody, at most [`HOPS`] steps; it stops for the customer, another system, a person, time, or the end.

mod back;
mod call;
mod decide;
mod end;
pub(crate) mod form;
mod lookup;
mod menu;
mod resume;
mod route;
mod say;
mod wait_offer;

pub(super) use route::route_ahead;

use super::definition::{Does, Journey, Link, Step};
use super::expr::Scope;
use super::{Attributes, Frame, Input, Library, Misfit, Moved, Position, Said, Walk};
use crate::{
    Answer, Answers, AssuranceLevel, FieldId, JourneyName, Language, Private, Reason, Refusal, Sensitivity, Source, StepId, Time, Value,
};

/// The most steps one walk runs through without stopping.
const HOPS: usize = 1_000;
/// The deepest stack of journeys.
const DEPTH: usize = 16;
/// How many shown steps are kept for going back.
const SHOWN: usize = 32;
/// How many messages are carried to the next prompt.
const SAID: usize = 8;

/// What becomes of the walk at a step.
enum Flow {
    /// It stops here.
    Stop,
    /// It goes to another step of the same journey.
    To(StepId),
    /// The stack changed: look at its top again.
    Look,
}

/// One walk under way.
pub(crate) struct Walker<'w> {
    library: &'w Library,
    at: Position,
    answers: Answers,
    moved: Vec<Moved>,
    now: Time,
    today: jiff::civil::Date,
    language: &'w Language,
    customer: &'w Attributes,
    claimed: &'w Attributes,
    level: AssuranceLevel,
    source: Source,
    ids: &'w mut dyn FnMut() -> uuid::Uuid,
    /// The step that the customer leaves by this input, to be gone back to.
    leaves: Option<StepId>,
}

/// What a walk hands back when nothing was refused.
pub(crate) struct Walked {
    pub(crate) at: Position,
    pub(crate) answers: Answers,
    pub(crate) moved: Vec<Moved>,
}

impl<'w> Walker<'w> {
    /// A walk from `at`. Messages carried to the last prompt were shown with it.
    pub(crate) fn new(library: &'w Library, at: Position, walk: &'w mut Walk<'_>) -> Self {
        let at = Position { said: Vec::new(), ..at };
        Self {
            library,
            at,
            answers: walk.answers.clone(),
            moved: Vec::new(),
            now: walk.now,
            today: library.day(walk.now),
            language: walk.language,
            customer: walk.customer,
            claimed: walk.claimed,
            level: walk.level,
            source: walk.source.clone(),
            ids: &mut *walk.ids,
            leaves: None,
        }
    }

    pub(crate) fn done(self) -> Walked {
        Walked { at: self.at, answers: self.answers, moved: self.moved }
    }

    /// Begins a journey on an empty stack.
    pub(crate) fn start(&mut self, journey: &JourneyName) -> Result<(), Refusal> {
        self.enter_journey(journey, false)?;
        self.run(Flow::Look)
    }

    /// Takes one input.
    pub(crate) fn input(&mut self, input: Input) -> Result<(), Refusal> {
        let (journey, step_id) = self.here()?;
        let step = step_of(&journey, &step_id)?;
        match (&input, &step.does) {
            (Input::Restart, _) => return self.restart(),
            (Input::Back, does) => return self.back(does),
            (_, Does::Say(_) | Does::Suspend(_)) => {}
            _ => self.gate(&step_id, step)?,
        }
        let flow = match &step.does {
            Does::Menu(menu) => self.menu(&step_id, step, menu, input)?,
            Does::Form(form) => self.form(step, form, input)?,
            Does::WaitOffer(offer) => self.wait_offer(&step_id, step, offer, input)?,
            Does::Say(say) => self.say(say, &input)?,
            Does::Suspend(suspend) => match input {
                Input::Continue => Flow::To(suspend.next.to.clone()),
                _ => return Err(wrong("the journey waits for time to pass")),
            },
            Does::Lookup(_) => return Err(wrong("another system is being asked")),
            Does::Route(_) => return Err(wrong("a person was asked for")),
            Does::End(_) => return Err(wrong("the journey is over")),
            Does::Decide(_) | Does::Set(_) | Does::Call(_) | Does::Return(_) => return Err(wrong("the journey asks nothing here")),
        };
        self.leaves = Some(step_id);
        self.run(flow)
    }

    /// Runs until the journey must stop.
    fn run(&mut self, mut flow: Flow) -> Result<(), Refusal> {
        self.at.level = self.level;
        for _ in 0..HOPS {
            match flow {
                Flow::Stop => return Ok(()),
                Flow::To(to) => self.reach(to)?,
                Flow::Look => {}
            }
            let (journey, id) = self.here()?;
            let step = step_of(&journey, &id)?;
            self.gate(&id, step)?;
            flow = self.arrive(&id, step)?;
        }
        Err(Refusal::new(Reason::LimitExceeded, "the journey ran through too many steps without stopping").about("limit", "journey_hops"))
    }

    /// Runs while nobody may be there to prove more. Where the way on wants a higher level, all is as before, and `Ok(false)`.
    fn run_if_known(&mut self, flow: Flow) -> Result<bool, Refusal> {
        let (at, answers, told) = (self.at.clone(), self.answers.clone(), self.moved.len());
        match self.run(flow) {
            Ok(()) => Ok(true),
            Err(refusal) if refusal.reason == Reason::AssuranceTooLow => {
                (self.at, self.answers) = (at, answers);
                self.moved.truncate(told);
                Ok(false)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// What a step does when the walk comes to it.
    fn arrive(&mut self, id: &StepId, step: &Step) -> Result<Flow, Refusal> {
        match &step.does {
            Does::Menu(_) | Does::WaitOffer(_) => Ok(Flow::Stop),
            Does::Form(form) => Ok(self.look_at_form(form)),
            Does::Say(say) => Ok(self.arrive_say(id, say)),
            Does::Lookup(lookup) => Ok(self.ask_system(lookup, None)),
            Does::Decide(decide) => Ok(self.decide(decide)),
            Does::Set(set) => Ok(self.set(set)),
            Does::Route(route) => Ok(self.want_person(route)),
            Does::Call(call) => self.call(call),
            Does::Return(done) => self.return_from(done),
            Does::Suspend(suspend) => {
                let notice = suspend.notice.fill(self.language, &self.scope());
                self.moved.push(Moved::Suspend { notice });
                Ok(Flow::Stop)
            }
            Does::End(end) => self.end(end),
        }
    }

    /// The step wants a level that the customer does not have: only the gap is told.
    fn gate(&self, id: &StepId, step: &Step) -> Result<(), Refusal> {
        if step.level <= self.level {
            return Ok(());
        }
        let wanted = super::expr::level_name(step.level);
        let refusal = Refusal::new(Reason::AssuranceTooLow, "this step needs to know more surely who you are");
        Err(refusal.about("level", wanted).about("have", super::expr::level_name(self.level)).about("step", id.as_str()))
    }

    /// Stands at another step of the same journey.
    fn reach(&mut self, to: StepId) -> Result<(), Refusal> {
        let (journey, _) = self.here()?;
        let checkpoint = journey.step(&to).is_some_and(|s| s.checkpoint);
        self.remember();
        self.at.level = self.level;
        let (now, frame) = (self.now, self.top()?);
        let journey = frame.journey.clone();
        frame.step = to.clone();
        frame.since = now;
        frame.errors = 0;
        frame.again = None;
        frame.left_out.clear();
        if checkpoint {
            frame.checkpoint = Some(to.clone());
        }
        self.at.awaiting = None;
        self.at.misfit = None;
        self.at.confirm = false;
        self.moved.push(Moved::Reached(journey, to));
        Ok(())
    }

    /// Puts a journey on top of the stack, at its start.
    fn enter_journey(&mut self, name: &JourneyName, pushed: bool) -> Result<(), Refusal> {
        if self.at.frames.len() >= DEPTH {
            return Err(Refusal::new(Reason::LimitExceeded, "journeys call one another too deep").about("limit", "journey_depth"));
        }
        let unknown = || Refusal::new(Reason::JourneyUnknown, "there is no such journey").about("journey", name.as_str());
        let journey = self.library.current(name).ok_or_else(unknown)?;
        let start = journey.0.start.clone();
        self.at.frames.push(Frame {
            journey: name.clone(),
            version: journey.version().clone(),
            step: start.clone(),
            checkpoint: None,
            since: self.now,
            errors: 0,
            again: None,
            left_out: Default::default(),
            shown: Vec::new(),
            pushed,
        });
        self.reach(start)
    }

    /// Keeps the step that the customer leaves as one to go back to.
    fn remember(&mut self) {
        let Some(left) = self.leaves.take() else { return };
        let Some(frame) = self.at.frames.last_mut().filter(|f| f.step == left) else { return };
        if frame.shown.last() != Some(&left) {
            frame.shown.push(left);
        }
        let surplus = frame.shown.len().saturating_sub(SHOWN);
        frame.shown.drain(..surplus);
    }

    /// An answer did not fit: it is told and counted, and after too many the step gives up where it says where to.
    fn misfit(&mut self, step: &Step, field: Option<FieldId>, tries: u32, why: String) -> Result<Flow, Refusal> {
        let misfit = Misfit { field, why };
        self.moved.push(Moved::Misfit(misfit.clone()));
        self.at.misfit = Some(misfit);
        let frame = self.top()?;
        frame.errors = frame.errors.saturating_add(1);
        match &step.on_tries {
            Some(link) if frame.errors >= tries => Ok(Flow::To(link.to.clone())),
            _ => Ok(Flow::Stop),
        }
    }

    /// Takes a value that the customer gave. Without a `keep_ms` of its own, a secret is kept as long as the session says.
    fn answer(&mut self, field: &FieldId, value: Value, sensitivity: Sensitivity, keep_ms: Option<u64>) -> Result<(), Refusal> {
        let until = keep_ms.map(|ms| self.now.after(segue_router::Span(ms)));
        let answer =
            Answer { value: Private::new(value), sensitivity, source: self.source.clone(), at: self.now, level: self.level, until };
        self.answers.insert(field.clone(), answer);
        self.at.misfit = None;
        self.top()?.errors = 0;
        self.moved.push(Moved::Answered(field.clone()));
        Ok(())
    }

    /// Puts in a value that nobody gave here; null takes the answer out.
    fn put(&mut self, name: &FieldId, json: serde_json::Value, source: Source, level: AssuranceLevel) {
        match super::expr::answer_value(json) {
            Some(value) => {
                let answer = Answer { value, sensitivity: Sensitivity::Usual, source, at: self.now, level, until: None };
                self.answers.insert(name.clone(), answer);
            }
            None => {
                self.answers.remove(name);
            }
        }
    }

    /// What expressions saw when the form that is open was last looked at: what is asked of the customer is what they are shown.
    fn shown(&self) -> Scope<'_> {
        Scope { level: self.at.level, ..self.scope() }
    }

    /// What expressions see now.
    fn scope(&self) -> Scope<'_> {
        Scope {
            answers: &self.answers,
            customer: self.customer,
            claimed: self.claimed,
            language: self.language,
            level: self.level,
            today: self.today.to_string(),
            journey: self.at.frames.last().and_then(|f| self.library.get(&f.journey, &f.version)),
        }
    }

    fn top(&mut self) -> Result<&mut Frame, Refusal> {
        self.at.frames.last_mut().ok_or_else(|| wrong("there is no journey under way"))
    }

    /// The journey and the step on top of the stack.
    fn here(&self) -> Result<(Journey, StepId), Refusal> {
        let frame = self.at.frames.last().ok_or_else(|| wrong("there is no journey under way"))?;
        Ok((self.version_of(frame)?, frame.step.clone()))
    }

    fn version_of(&self, frame: &Frame) -> Result<Journey, Refusal> {
        let unknown = || Refusal::new(Reason::JourneyUnknown, "this version of the journey is not here any more");
        let journey = self.library.get(&frame.journey, &frame.version).cloned();
        journey.ok_or_else(|| unknown().about("journey", frame.journey.as_str()).about("version", frame.version.0.as_str()))
    }

    /// A message that goes along with the next prompt.
    fn carry_message(&mut self, id: &StepId) {
        if let Some(frame) = self.at.frames.last() {
            let said = Said { journey: frame.journey.clone(), version: frame.version.clone(), step: id.clone() };
            self.at.said.push(said);
        }
        if self.at.said.len() > SAID {
            self.at.said.remove(0);
        }
    }
}

/// The step of a journey.
fn step_of<'j>(journey: &'j Journey, id: &StepId) -> Result<&'j Step, Refusal> {
    let gone = || Refusal::new(Reason::WrongStep, "this version of the journey has no such step").about("step", id.as_str());
    journey.step(id).ok_or_else(gone)
}

/// The input has no place here.
fn wrong(why: &str) -> Refusal {
    Refusal::new(Reason::WrongStep, why)
}

/// A link as the flow that follows it.
fn to(link: &Link) -> Flow {
    Flow::To(link.to.clone())
}
