//! The verbs: one command in, what it changes out. Every verb has its own file; this one is the table of contents.
//!
//! Invariants, held by property tests:
//! - A refusal changes nothing: the verbs work on a draft that is thrown away.
//! - A suspended, closed or expired session has no leg that is attached or within its grace.
//! - An active session has at least one.
//! - At most one interaction is open; a suspended session has none but a call back.
//! - After a [`Command::Timer`], nothing that was due is left.
//!
//! What is *not* here: stores, sockets, the router, and the time of day.

mod answers;
mod attach;
mod close;
mod consent;
mod desk;
mod draft;
mod handles;
mod identity;
mod lease;
mod leave;
mod notices;
mod person;
mod resume;
mod start;
mod suspend;
mod timer;
mod walk;

pub(crate) use identity::AGENT_CHECK;
pub use timer::due;
pub use walk::awaited;

use crate::{Actor, Changed, Claim, Command, Line, Moment, Reason, Refusal, Session, access, handle};
use draft::Draft;

/// Applies one command to a session; `line` is what the router's owner has written about it.
///
/// Deadlines that have passed are dealt with first, so that a command meets the session as it is now, however late the timer.
///
/// # Errors
/// A [`Refusal`]; nothing has changed then. What somebody may not see is `NotFound` to them.
pub fn apply(now: &mut Moment<'_>, session: Option<Session>, line: Option<&Line>, command: Command) -> Result<Changed, Refusal> {
    if let Actor::Principal(who) = now.who
        && who.tenant != *now.tenant
    {
        return Err(access::nothing_here());
    }
    let nothing_here = match command.claim() {
        Some(Claim::Handle(..)) => handle::invalid,
        Some(Claim::SignedIn | Claim::SameLeg) | None => access::nothing_here,
    };
    let (session, command) = match (session, command) {
        (None, Command::Start { session, leg, journey, claimed }) => return start::start(now, session, leg, journey, claimed),
        (None, _) => return Err(nothing_here()),
        (Some(session), Command::Start { leg, .. }) => return start::again(now, session, &leg),
        (Some(session), command) if session.tenant == *now.tenant => (session, command),
        (Some(_), _) => return Err(nothing_here()),
    };
    let mut draft = Draft::new(now, session, line);
    timer::pass(&mut draft);
    if draft.gone && !matches!(command, Command::Timer) {
        return Err(nothing_here());
    }
    let before = draft.session.assurance.level(draft.now());
    obey(&mut draft, command)?;
    handles::outgrow(&mut draft, before);
    draft.finish()
}

fn obey(draft: &mut Draft<'_, '_>, command: Command) -> Result<(), Refusal> {
    match command {
        Command::Start { .. } => Err(Refusal::new(Reason::InvalidArgument, "the session has begun already")),
        Command::Resume { leg, by } => resume::resume(draft, leg, by),
        Command::Attach { leg, by } => attach::attach(draft, leg, by),
        Command::Move { leg, by } => attach::move_here(draft, leg, by),
        Command::Lose(leg) => leave::lose(draft, leg),
        Command::LoseFormer => leave::lose_former(draft),
        Command::End(leg) => leave::end(draft, leg),
        Command::Step(leg, input) => walk::step(draft, leg, input),
        Command::AskForPerson(leg, callback) => person::ask(draft, leg, callback),
        Command::LeaveLine(leg) => person::leave_line(draft, leg),
        Command::Suspend(cause, leg, ways) => suspend::suspend(draft, cause, leg, &ways),
        Command::GiveHandle(kind, channels) => handles::give(draft, kind, &channels),
        Command::LookedUp(done) => walk::looked_up(draft, &done),
        Command::Close(outcome) => close::close(draft, outcome),
        Command::Prove(leg, claims) => identity::prove(draft, leg, claims),
        Command::Recognise(candidates) => identity::recognise(draft, candidates),
        Command::Identify(agent, customer) => identity::identify(draft, &agent, customer),
        Command::Fill(agent, field, text) => desk::fill(draft, agent, &field, &text),
        Command::Push(agent, journey) => desk::push(draft, agent, &journey),
        Command::Note(agent, text) => desk::note(draft, agent, text),
        Command::HandOver(agent, to, note) => desk::hand_over(draft, agent, to, note),
        Command::Consent(leg, purpose, given) => consent::consent(draft, leg, purpose, given),
        Command::Document(name, value) => consent::document(draft, name, value),
        Command::Routed(interaction, phase) => person::routed(draft, interaction, phase),
        Command::Invited(interaction) => person::invited(draft, interaction),
        Command::Timer => access::house_only(draft.moment),
        Command::Erase => close::erase(draft),
    }
}
