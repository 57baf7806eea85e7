//! The journey walks, and what it leads to becomes the session's.

use super::draft::{Draft, word};
use super::{answers, person, suspend};
use crate::journey::{Input, Library, Moved, Position, Prompt, RouteWish, Walk};
use crate::{
    JourneyName, LegId, LookupDone, LookupRequest, Reason, Refusal, Session, Source, StepId, SuspendCause, Time, TrailStep, access, limits,
};
use segue_router::Channel;

/// Walks with what the session knows; the position comes beside the walk.
pub(super) fn with<T>(
    draft: &mut Draft<'_, '_>,
    source: Source,
    go: impl FnOnce(&Library, &mut Option<Position>, &mut Walk<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let level = access::acting(draft.moment, &draft.session);
    let session = &mut draft.session;
    let mut walk = Walk {
        now: draft.moment.now,
        language: &session.language,
        answers: &mut session.answers,
        customer: &session.customer,
        claimed: &session.claimed,
        level,
        source,
        ids: &mut *draft.moment.ids,
    };
    go(draft.moment.library, &mut session.position, &mut walk)
}

/// Begins a journey.
pub(super) fn begin(draft: &mut Draft<'_, '_>, journey: &JourneyName, leg: LegId, channel: Channel) -> Result<(), Refusal> {
    let moved = with(draft, Source::Leg(leg, channel), |library, at, walk| {
        let (position, moved) = library.start(journey, walk)?;
        *at = Some(position);
        Ok(moved)
    })?;
    let (terms, born) = (draft.terms(), draft.session.created);
    draft.session.ends = terms.end(born);
    absorb(draft, moved, Some(channel));
    answers::count_asked_twice(draft);
    Ok(())
}

/// The customer does something at a step. To begin again is always possible, even where the journey is not known here any more.
pub(super) fn step(draft: &mut Draft<'_, '_>, leg: LegId, input: Input) -> Result<(), Refusal> {
    access::over_leg(draft.moment, &draft.session, leg)?;
    let channel = draft.speaks(leg)?;
    let wanted_again = matches!(input, Input::Back | Input::Restart);
    if !wanted_again && person::in_talk(draft) && offers_to_wait(draft) {
        return Err(Refusal::new(Reason::WrongStep, "you are talking with somebody; there is nothing to wait for"));
    }
    let restart = matches!(input, Input::Restart);
    let moved = with(draft, Source::Leg(leg, channel), |library, at, walk| {
        let position = at.as_mut().ok_or_else(no_journey)?;
        match library.step(position, input, walk) {
            Err(refusal) if restart && refusal.reason == Reason::JourneyUnknown => {
                let first = position.frames.first().map(|f| f.journey.clone()).ok_or_else(no_journey)?;
                let (anew, moved) = library.start(&first, walk)?;
                *position = anew;
                Ok(moved)
            }
            done => done,
        }
    })?;
    draft.grown = true;
    draft.dirty = true;
    if restart {
        draft.event("restarted", &[("channel", word(channel))]);
    }
    absorb(draft, moved, Some(channel));
    if !wanted_again {
        answers::count_asked_twice(draft);
    }
    Ok(())
}

/// Whether the journey stands where it offers to wait for a person.
fn offers_to_wait(draft: &Draft<'_, '_>) -> bool {
    let session = &draft.session;
    let prompt = |at| draft.moment.library.prompt(at, &session.answers, &session.customer, &session.claimed, &session.language);
    matches!(session.position.as_ref().and_then(prompt), Some(Prompt::WaitOffer { .. }))
}

fn no_journey() -> Refusal {
    Refusal::new(Reason::WrongStep, "the session has no journey")
}

/// Another system has answered. What it says is kept even while nobody is here; the customer finds it done.
pub(super) fn looked_up(draft: &mut Draft<'_, '_>, done: &LookupDone) -> Result<(), Refusal> {
    access::house_only(draft.moment)?;
    let awaited = draft.session.position.as_ref().and_then(|p| p.awaiting.as_ref()).is_some_and(|a| a.id == done.id);
    if !awaited || draft.session.is_final() {
        return Ok(());
    }
    let moved = with(draft, Source::Lookup, |library, at, walk| match at {
        Some(position) => library.looked_up(position, done, walk),
        None => Ok(Vec::new()),
    })?;
    draft.grown = true;
    draft.event("looked_up", &[("result", done.result.as_ref().err().cloned().unwrap_or_else(|| "ok".to_owned()))]);
    absorb(draft, moved, None);
    Ok(())
}

/// The customer is back: the step's resume policy is applied. Whatever the journey refuses never bars the way: a step that may
/// not be resumed begins again, and for the rest the customer stands where they stood and is told there what is missing. A step
/// that a look-up reached while nobody was here was not left by anybody, and is simply shown.
pub(super) fn resume(draft: &mut Draft<'_, '_>, leg: LegId, channel: Channel, left_at: Option<&StepId>) {
    let position = draft.session.position.as_ref();
    let Some((step, awaits)) = position.and_then(|p| Some((p.frames.last()?.step.clone(), p.awaiting.is_some()))) else { return };
    if left_at.is_some_and(|left| *left != step) && !awaits {
        return;
    }
    let mut again = false;
    let moved = with(draft, Source::Leg(leg, channel), |library, at, walk| match at {
        Some(position) => match library.resume(position, walk) {
            Err(refusal) if refusal.reason == Reason::StepNotResumable => {
                again = true;
                library.step(position, Input::Restart, walk)
            }
            done => done,
        },
        None => Ok(Vec::new()),
    });
    match moved {
        Ok(moved) => {
            if again {
                draft.event("begun_again", &[("step", step.to_string())]);
            }
            absorb(draft, moved, Some(channel));
            answers::count_asked_twice(draft);
        }
        Err(refusal) => draft.event("stuck", &[("reason", refusal.reason.name())]),
    }
}

/// The look-up that a session awaits, as it was asked: to be asked again, under its id, by whoever finds that nobody does.
#[must_use]
pub fn awaited(session: &Session, library: &Library, now: Time) -> Option<LookupRequest> {
    let position = session.position.as_ref().filter(|position| position.awaiting.is_some() && !session.is_final())?;
    let (mut answers, mut no_ids) = (session.answers.clone(), uuid::Uuid::nil);
    let mut walk = Walk {
        now,
        language: &session.language,
        answers: &mut answers,
        customer: &session.customer,
        claimed: &session.claimed,
        level: session.assurance.level(now),
        source: Source::Lookup,
        ids: &mut no_ids,
    };
    library.under_way(position, &mut walk)
}

/// The talk is over: the journey goes on, where it says how. What it refuses then changes nothing.
pub(super) fn talked(draft: &mut Draft<'_, '_>) {
    if !draft.session.is_active() {
        return;
    }
    let moved = with(draft, Source::Journey, |library, at, walk| match at {
        Some(position) => library.talked(position, walk),
        None => Ok(Vec::new()),
    });
    match moved {
        Ok(moved) => absorb(draft, moved, None),
        Err(refusal) => draft.event("stuck", &[("reason", refusal.reason.name())]),
    }
}

/// The awaited look-up's time is over. What the journey refuses then must not hold the session up.
pub(super) fn expire(draft: &mut Draft<'_, '_>) {
    let moved = with(draft, Source::Journey, |library, at, walk| match at {
        Some(position) => library.expire(position, walk),
        None => Ok(Vec::new()),
    });
    draft.dirty = true;
    match moved {
        Ok(moved) => absorb(draft, moved, None),
        Err(refusal) => draft.event("stuck", &[("reason", refusal.reason.name())]),
    }
    let now = draft.now();
    if let Some(position) = &mut draft.session.position
        && position.awaiting.as_ref().is_some_and(|a| a.until <= now)
    {
        position.awaiting = None;
    }
}

/// What the walk led to becomes the session's: the trail, the log, look-ups, a place in line, a suspension.
pub(super) fn absorb(draft: &mut Draft<'_, '_>, moved: Vec<Moved>, channel: Option<Channel>) {
    let mut stop = false;
    for one in moved {
        draft.dirty = true;
        match one {
            Moved::Answered(field) => draft.event("answered", &[("field", field.to_string())]),
            Moved::Address(kind, field) => {
                let given = draft.session.answers.get(&field).and_then(|a| a.value.reveal().as_text().map(str::to_owned));
                given.into_iter().for_each(|given| draft.seek(kind, &given));
            }
            Moved::Reached(journey, step) => reached(draft, journey, step, channel),
            Moved::Misfit(misfit) => {
                if let Some(last) = draft.session.trail.last_mut() {
                    last.errors = last.errors.saturating_add(1);
                }
                let field = misfit.field.map_or_else(|| "-".to_owned(), |f| f.to_string());
                draft.event("misfit", &[("field", field)]);
            }
            Moved::Lookup(request) => {
                draft.event("asked_elsewhere", &[("request", request.id.to_string())]);
                draft.lookups.push(request);
            }
            Moved::Route(wish) => route(draft, wish, channel),
            Moved::Suspend { .. } => stop = true,
            Moved::Ended { outcome } => draft.event("journey_ended", &[("outcome", outcome)]),
        }
    }
    answers::bound_secrets(draft);
    if stop && draft.session.is_active() {
        suspend::stop(draft, SuspendCause::Step, channel);
    }
}

fn route(draft: &mut Draft<'_, '_>, wish: RouteWish, channel: Option<Channel>) {
    let newest = draft.session.present().next_back().map(|l| l.channel);
    let last = draft.session.legs.last().map(|l| l.channel);
    person::wish(draft, wish, channel.or(newest).or(last).unwrap_or(Channel::Chat));
}

fn reached(draft: &mut Draft<'_, '_>, journey: JourneyName, step: StepId, channel: Option<Channel>) {
    let at = draft.now();
    match draft.session.trail.last_mut() {
        Some(last) if last.step == step && last.journey == journey => last.repeats = last.repeats.saturating_add(1),
        _ => {
            let again = draft.session.trail.iter().any(|t| t.step == step && t.journey == journey);
            let trail = &mut draft.session.trail;
            trail.push(TrailStep { journey, step: step.clone(), at, channel, errors: 0, repeats: u32::from(again) });
            let surplus = trail.len().saturating_sub(limits::TRAIL);
            trail.drain(..surplus);
        }
    }
    draft.event("stepped", &[("step", step.to_string())]);
}

/// Self-care came to nothing: the customer left it in the middle. Said once for each time it happens, with where, after how
/// long, and after how many errors and repeats; `then` joins it with what followed.
pub(super) fn wasted(draft: &mut Draft<'_, '_>, then: &[(&str, String)]) {
    let session = &draft.session;
    let Some(position) = session.position.as_ref().filter(|p| p.ended.is_none()) else { return };
    if session.open().is_some() || session.is_settled() {
        return;
    }
    let Some(frame) = position.frames.last() else { return };
    let begun = session.trail.first().map_or(frame.since, |t| t.at);
    let total = |count: fn(&TrailStep) -> u32| session.trail.iter().map(count).fold(0u32, u32::saturating_add).to_string();
    let mut args = vec![
        ("journey", frame.journey.to_string()),
        ("step", frame.step.to_string()),
        ("after_ms", draft.now().since(begun).0.to_string()),
        ("errors", total(|t| t.errors)),
        ("repeats", total(|t| t.repeats)),
    ];
    args.extend(then.iter().cloned());
    draft.event("wasted_self_care", &args);
}
