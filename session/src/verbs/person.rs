//! A person is wanted: the place in line belongs to the session, over suspensions, channels and call backs.

use super::draft::{Draft, word};
use super::{close, leave, notices, suspend, walk};
use crate::journey::{RouteWish, e164};
use crate::{
    Action, AgentName, AssuranceLevel, Claim, Farewell, InteractionId, InteractionRecord, LegId, Line, Phase, Private, QueueName, Reason,
    Refusal, RouteRequest, Source, Standing, SuspendCause, Then, Time, access, limits,
};
use segue_router::{Channel, Outcome, Priority};
use std::collections::BTreeSet;

/// Where somebody stood in line, and who had them.
struct Place {
    since: Time,
    preferred: Option<AgentName>,
    /// What they go on from.
    continues: Option<InteractionId>,
    /// Whether that still waits, or is talked over, and is moved.
    moves: bool,
    /// In which queue the place is theirs.
    kept: Option<QueueName>,
}

impl Place {
    /// Where this one stood.
    fn of(record: &InteractionRecord) -> Self {
        Self {
            since: record.since,
            preferred: record.preferred.clone(),
            continues: Some(record.id),
            moves: false,
            kept: Some(record.queue.clone()),
        }
    }
}

/// The customer asks for a person, whatever the journey says next. In line already: on another channel, or by call back from
/// now on, the place is kept.
pub(super) fn ask(draft: &mut Draft<'_, '_>, leg: LegId, callback: Option<Private<String>>) -> Result<(), Refusal> {
    access::over_leg(draft.moment, &draft.session, leg)?;
    let callback = callback.map(|number| number_of(draft, number.reveal())).transpose()?;
    let channel = draft.speaks(leg)?;
    if callback.is_some() && in_talk(draft) {
        return Err(Refusal::new(Reason::WrongMoment, "you are talking with somebody; ask them to call you back"));
    }
    let before = draft.session.open().or_else(|| draft.session.interactions.last());
    let wanted = match before {
        Some(record) => RouteWish {
            queue: record.queue.clone(),
            needs: record.needs.clone(),
            priority: record.priority.0,
            priority_why: record.priority_why.clone(),
            callback,
        },
        None => RouteWish { callback, ..unheard(draft, leg, channel)? },
    };
    walk::wasted(draft, &[("then", "asked_for_person".to_owned()), ("channel", word(channel))]);
    draft.event("asked_for_person", &[("channel", word(channel)), ("callback", wanted.callback.is_some().to_string())]);
    wish(draft, wanted, channel);
    draft.grown = true;
    Ok(())
}

/// Whether an agent has them now.
pub(super) fn in_talk(draft: &Draft<'_, '_>) -> bool {
    draft.session.open().is_some_and(|open| agent_of(draft.line, open.id).is_some())
}

/// Where somebody goes whom nobody has routed yet: where their journey would lead them, else where the tenant says.
fn unheard(draft: &mut Draft<'_, '_>, leg: LegId, channel: Channel) -> Result<RouteWish, Refusal> {
    let ahead = walk::with(draft, Source::Leg(leg, channel), |library, at, walk| {
        Ok(at.as_ref().and_then(|position| library.wish_ahead(position, walk)))
    })?;
    let elsewhere = || {
        let queue = draft.moment.settings.queue.clone()?;
        Some(RouteWish { queue, needs: String::new(), priority: 0, priority_why: String::new(), callback: None })
    };
    ahead
        .or_else(elsewhere)
        .ok_or_else(|| Refusal::new(Reason::WrongStep, "there is no queue for who asks for a person here; go on with the journey"))
}

/// The customer leaves the line, or the talk, without suspending.
pub(super) fn leave_line(draft: &mut Draft<'_, '_>, leg: LegId) -> Result<(), Refusal> {
    access::over_leg(draft.moment, &draft.session, leg)?;
    let channel = draft.speaks(leg)?;
    if draft.session.open().is_none() {
        return Err(Refusal::new(Reason::WrongMoment, "nobody was asked for"));
    }
    leave_for_good(draft);
    draft.event("left_line", &[("channel", word(channel))]);
    Ok(())
}

/// A person is wanted. While somebody waits already, the wish moves them and keeps their place; while an agent has them,
/// another queue or a call back is no longer wanted, and another channel only where it is another medium: the same agent gets them there, when able.
pub(super) fn wish(draft: &mut Draft<'_, '_>, wish: RouteWish, channel: Channel) {
    // A call back is a call, wherever it was asked for.
    let channel = if wish.callback.is_some() { Channel::Voice } else { channel };
    let place = match draft.session.open().cloned() {
        None => kept(draft).unwrap_or_else(|| anew(draft, &wish)),
        Some(open) => {
            let agent = agent_of(draft.line, open.id);
            // Who talks by text goes on by text on whatever channel they are; a call is another medium.
            let moves = if agent.is_some() { !same_medium(open.channel, channel) } else { open.channel != channel };
            let elsewhere = moves || open.callback != wish.callback;
            if agent.is_some() && wish.callback.is_some() {
                return;
            }
            let otherwise = open.queue != wish.queue || open.needs != wish.needs;
            if !elsewhere && (agent.is_some() || !otherwise) {
                return;
            }
            move_from(draft, &open, agent)
        }
    };
    arrive(draft, wish, channel, place);
}

/// Whether a talk can go on between the two without a break: what is written on one channel is read on the other.
const fn same_medium(one: Channel, other: Channel) -> bool {
    match one {
        Channel::Chat | Channel::App => matches!(other, Channel::Chat | Channel::App),
        Channel::Voice => matches!(other, Channel::Voice),
        Channel::Email => matches!(other, Channel::Email),
    }
}

/// The place that a suspension keeps, for a wish that a look-up brings while nobody is here.
fn kept(draft: &Draft<'_, '_>) -> Option<Place> {
    let Standing::Suspended(suspension) = &draft.session.standing else { return None };
    let held = draft.session.interaction(suspension.interaction?)?;
    Some(Place::of(held))
}

/// At the end of the line; who goes on after a talk has its agent again, when able.
fn anew(draft: &Draft<'_, '_>, wish: &RouteWish) -> Place {
    let last = draft.session.interactions.last().filter(|last| last.ended == Some(Outcome::Handled) && last.queue == wish.queue);
    Place {
        since: draft.now(),
        preferred: last.and_then(|last| last.preferred.clone()),
        continues: last.map(|last| last.id),
        moves: false,
        kept: None,
    }
}

/// Somebody came back: who lost their place in line or their agent by the suspension gets it again, on this channel. A call
/// back that still waits is superseded by being here; one that an agent is making is not, nor any by a leg that was only lost
/// for a while: nobody did anything.
pub(super) fn come_back(draft: &mut Draft<'_, '_>, channel: Channel, by: &Claim, held: Option<InteractionId>) {
    let waiting = draft.session.open().filter(|o| agent_of(draft.line, o.id).is_none()).cloned();
    let (record, place) = match waiting {
        Some(_) if *by == Claim::SameLeg => return,
        Some(open) => {
            draft.event("callback_superseded", &[("channel", word(channel))]);
            let place = move_from(draft, &open, None);
            (open, place)
        }
        None => {
            let Some(record) = held.and_then(|id| draft.session.interaction(id)).cloned() else { return };
            let place = Place::of(&record);
            (record, place)
        }
    };
    let wish = RouteWish {
        queue: record.queue,
        needs: record.needs,
        priority: record.priority.0,
        priority_why: record.priority_why,
        callback: None,
    };
    arrive(draft, wish, channel, place);
}

/// The session is suspended: the place in line is kept by it. A call back needs nobody here and stays.
pub(super) fn leave_with_place(draft: &mut Draft<'_, '_>) -> Option<InteractionId> {
    let open = draft.session.open().filter(|o| o.callback.is_none()).cloned()?;
    let agent = agent_of(draft.line, open.id);
    give_place_back(draft, &open, agent);
    Some(open.id)
}

/// The customer left for good: out of the line, or out of the talk.
pub(super) fn leave_for_good(draft: &mut Draft<'_, '_>) {
    let Some(open) = draft.session.open().cloned() else { return };
    let outcome = if agent_of(draft.line, open.id).is_some() { Outcome::Handled } else { Outcome::Abandoned };
    end(draft, open.id, outcome);
    draft.route.push(RouteRequest::Leave(draft.session.id, open.id));
}

/// The router's owner tells what became of an interaction.
pub(super) fn routed(draft: &mut Draft<'_, '_>, id: InteractionId, phase: Phase) -> Result<(), Refusal> {
    access::house_only(draft.moment)?;
    draft.quiet = true;
    let Some(record) = draft.session.interaction(id) else { return Ok(()) };
    let open = record.ended.is_none() || draft.heeded == Some(id);
    match phase {
        Phase::Waiting | Phase::Offered(_) => drop(part(draft, id)),
        Phase::Assigned(agent) => join(draft, id, agent, open),
        Phase::WrappingUp(agent) => {
            // Said again where it may not have been heard; it is heard once.
            if part(draft, id) || open {
                draft.event("talk_ended", &[("agent", agent.to_string())]);
            }
            handled(draft, id);
            // Who left of themselves is not led on.
            if open {
                walk::talked(draft);
            }
        }
        Phase::Ended if open => end(draft, id, Outcome::Handled),
        Phase::Suspended if open => end(draft, id, Outcome::Suspended),
        Phase::Ended | Phase::Suspended => {}
        Phase::Refused(reason) => turn_away(draft, id, &reason, open),
    }
    // A call back was made and nobody is here: nothing is left to do.
    let away = matches!(draft.session.standing, Standing::Suspended(_));
    if away && draft.session.is_settled() {
        close::conclude(draft, "handled".to_owned());
    }
    leave::nobody_left(draft, SuspendCause::Dropped, None);
    Ok(())
}

/// No queue takes them, or none keeps them any longer: they are told, and their session does what the queue says.
fn turn_away(draft: &mut Draft<'_, '_>, id: InteractionId, reason: &str, open: bool) {
    let record = draft.session.interaction(id);
    let (queue, moves) = (record.map(|record| record.queue.clone()), record.is_some_and(|record| record.moves.is_some()));
    let ways = queue.and_then(|queue| draft.moment.settings.farewells.get(&queue));
    let farewell = ways.and_then(|ways| ways.iter().find(|(known, _)| known.name() == reason)).map(|(_, farewell)| farewell.clone());
    let Farewell { then, say } = farewell.unwrap_or_default();
    draft.event("not_routed", &[("reason", reason.to_owned())]);
    let told: Vec<_> = [("reason", reason.to_owned())].into_iter().chain(say.map(|text| ("text", text))).collect();
    notices::say(draft, "not_routed", &told);
    // Whoever has another place, or is away by now, is where they are.
    match if open && !moves { then } else { Then::Stay } {
        Then::Stay => turned_away(draft, id, open, refused(reason)),
        Then::Suspend => {
            // The router's owner may have been heeded already; the place is the session's to keep.
            if let Some(record) = draft.session.interactions.iter_mut().find(|record| record.id == id) {
                (record.ended, record.ended_at) = (None, None);
            }
            suspend::stop(draft, SuspendCause::Step, None);
        }
        Then::End => {
            end(draft, id, refused(reason));
            close::conclude(draft, "turned_away".to_owned());
        }
    }
}

/// How an interaction ended that was refused for this reason.
pub(super) fn refused(reason: &str) -> Outcome {
    if reason == Reason::WaitOver.name() { Outcome::Overflowed } else { Outcome::Abandoned }
}

/// Whoever waits is offered a call back, which they may ask for as at any time. Said again, it is not told again.
pub(super) fn invited(draft: &mut Draft<'_, '_>, id: InteractionId) -> Result<(), Refusal> {
    access::house_only(draft.moment)?;
    draft.quiet = true;
    let waits = |record: &&mut InteractionRecord| record.id == id && record.ended.is_none() && record.callback.is_none();
    let Some(record) = draft.session.interactions.iter_mut().find(waits) else { return Ok(()) };
    if !std::mem::replace(&mut record.invited, true) {
        draft.event("callback_offered", &[]);
        notices::say(draft, "callback_offered", &[]);
    }
    Ok(())
}

/// The customer is with this agent now. Said again, it is not told again; somebody they were with before has left. Where they
/// are gone already, nobody was joined: what stays is that this agent had them.
fn join(draft: &mut Draft<'_, '_>, id: InteractionId, agent: AgentName, open: bool) {
    if draft.session.interaction(id).is_none_or(|record| record.with.as_ref() == Some(&agent)) {
        return;
    }
    part(draft, id);
    if let Some(record) = draft.session.interactions.iter_mut().find(|i| i.id == id) {
        record.preferred = Some(agent.clone());
        record.with = open.then(|| agent.clone());
        draft.dirty = true;
    }
    if open {
        draft.event("assigned", &[("agent", agent.to_string())]);
        notices::say(draft, "agent_joined", &[("agent", agent.to_string())]);
    }
}

/// Whoever the customer was with has left: to wrap up, for a colleague, or because their desk was lost. Whether anybody had been.
fn part(draft: &mut Draft<'_, '_>, id: InteractionId) -> bool {
    let record = draft.session.interactions.iter_mut().find(|i| i.id == id);
    let Some(agent) = record.and_then(|record| record.with.take()) else { return false };
    draft.event("agent_left", &[("agent", agent.to_string())]);
    notices::say(draft, "agent_left", &[("agent", agent.to_string())]);
    true
}

fn arrive(draft: &mut Draft<'_, '_>, wish: RouteWish, channel: Channel, place: Place) {
    let id = InteractionId((draft.moment.ids)().as_u128());
    let kept = place.kept.as_ref() == Some(&wish.queue);
    let record = InteractionRecord {
        id,
        channel,
        queue: wish.queue,
        needs: wish.needs,
        priority: Priority(wish.priority),
        priority_why: wish.priority_why,
        since: place.since,
        callback: wish.callback,
        invited: false,
        preferred: place.preferred,
        ended: None,
        ended_at: None,
        with: None,
        moves: place.continues.filter(|_| place.moves),
    };
    draft.event(
        "wants_person",
        &[("queue", record.queue.to_string()), ("channel", word(channel)), ("interaction", crate::interaction_uuid(id).to_string())],
    );
    draft.session.interactions.push(record.clone());
    let surplus = draft.session.interactions.len().saturating_sub(limits::INTERACTIONS);
    draft.session.interactions.drain(..surplus);
    if let Standing::Suspended(suspension) = &mut draft.session.standing
        && record.callback.is_none()
    {
        // Wished for by a look-up that answered while nobody was here: the place is kept until somebody is.
        suspension.interaction = Some(id);
        end(draft, id, Outcome::Suspended);
        return;
    }
    draft.route.push(RouteRequest::Arrive {
        session: draft.session.id,
        interaction: id,
        queue: record.queue,
        channel,
        needs: record.needs,
        priority: record.priority,
        since: record.since,
        preferred: record.preferred,
        excluded: BTreeSet::new(),
        callback: record.callback.is_some(),
        continues: place.continues,
        kept,
    });
}

/// Out of the line or the talk, with the place kept.
fn give_place_back(draft: &mut Draft<'_, '_>, open: &InteractionRecord, agent: Option<AgentName>) {
    leave_place(draft, open, agent);
    draft.route.push(RouteRequest::Suspend(draft.session.id, open.id));
}

/// From the line or the talk to another place in line. The router does both at once, or neither.
fn move_from(draft: &mut Draft<'_, '_>, open: &InteractionRecord, agent: Option<AgentName>) -> Place {
    let preferred = leave_place(draft, open, agent);
    Place { preferred, moves: true, ..Place::of(open) }
}

/// The place is left; who should have them where they go on.
fn leave_place(draft: &mut Draft<'_, '_>, open: &InteractionRecord, agent: Option<AgentName>) -> Option<AgentName> {
    let preferred = agent.or_else(|| open.preferred.clone());
    if let Some(record) = draft.session.interactions.iter_mut().find(|i| i.id == open.id) {
        record.preferred.clone_from(&preferred);
    }
    end(draft, open.id, Outcome::Suspended);
    preferred
}

/// The router did not take them in. Where they came from another place, they have that still, or leave it now, too.
fn turned_away(draft: &mut Draft<'_, '_>, id: InteractionId, open: bool, outcome: Outcome) {
    end(draft, id, outcome);
    let Some(former) = draft.session.interaction(id).and_then(|record| record.moves) else { return };
    let session = draft.session.id;
    if matches!(draft.session.standing, Standing::Suspended(_)) {
        draft.route.push(RouteRequest::Suspend(session, former));
    } else if !open || draft.session.open().is_some() {
        draft.route.push(RouteRequest::Leave(session, former));
    } else if let Some(record) = draft.session.interactions.iter_mut().find(|i| i.id == former) {
        (record.ended, record.ended_at) = (None, None);
        draft.dirty = true;
    }
}

fn end(draft: &mut Draft<'_, '_>, id: InteractionId, outcome: Outcome) {
    if let Some(record) = draft.session.interactions.iter_mut().find(|i| i.id == id && i.ended.is_none()) {
        record.ended = Some(outcome);
        record.ended_at = Some(draft.moment.now);
        draft.dirty = true;
    }
}

/// An agent had it to its end. Who left by what the session knew then may have thought nobody did; the owner's word is final.
fn handled(draft: &mut Draft<'_, '_>, id: InteractionId) {
    end(draft, id, Outcome::Handled);
    let abandoned = |i: &&mut InteractionRecord| i.id == id && i.ended == Some(Outcome::Abandoned);
    if let Some(record) = draft.session.interactions.iter_mut().find(abandoned) {
        record.ended = Some(Outcome::Handled);
        draft.dirty = true;
    }
}

/// Who has the interaction now, as far as the owner has told.
fn agent_of(line: Option<&Line>, id: InteractionId) -> Option<AgentName> {
    match line.filter(|l| l.interaction == id).map(|l| &l.phase) {
        Some(Phase::Assigned(agent)) => Some(agent.clone()),
        Some(Phase::Waiting | Phase::Offered(_) | Phase::WrappingUp(_) | Phase::Suspended | Phase::Ended | Phase::Refused(_)) | None => {
            None
        }
    }
}

/// A number to call back, as the customer writes it, in E.164.
fn number_of(draft: &Draft<'_, '_>, typed: &str) -> Result<Private<String>, Refusal> {
    access::surely(draft.moment, &draft.session, Action::CallBack, AssuranceLevel::None)?;
    let number = e164(typed, &draft.session.language, draft.moment.library.default_region());
    let wrong =
        || Refusal::new(Reason::InvalidArgument, "this is no telephone number; write it with its country code, like +41 44 364 01 01");
    number.map(Private::new).ok_or_else(|| wrong().about("field", "callback"))
}
