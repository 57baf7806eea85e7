//! Stop here, to be resumed anywhere. One verb for every cause.

use super::draft::{Draft, word};
use super::{handles, leave, notices, person, walk};
use crate::{
    Actor, HandleKind, LegId, LegStanding, Party, Principal, Reason, Refusal, Standing, SuspendCause, Suspension, Time, Who, access,
};
use segue_router::Channel;

/// Suspends on somebody's wish, with the ways back that they want. A session that is suspended already stays so.
pub(super) fn suspend(draft: &mut Draft<'_, '_>, cause: SuspendCause, leg: Option<LegId>, ways: &[HandleKind]) -> Result<(), Refusal> {
    match leg {
        Some(leg) => access::over_leg(draft.moment, &draft.session, leg)?,
        None => access::over_session(draft.moment, &draft.session, draft.line)?,
    }
    may(draft, cause)?;
    draft.not_final()?;
    if !ways.is_empty() {
        handles::may_give(draft)?;
    }
    if draft.session.is_active() && !leave_off(draft, cause, leg)? {
        return Ok(());
    }
    for kind in ways {
        if !draft.handles.iter().any(|given| given.kind == *kind) {
            handles::make(draft, *kind, &[])?;
        }
    }
    Ok(())
}

/// Stops a session that is live; whether there is something to come back to.
fn leave_off(draft: &mut Draft<'_, '_>, cause: SuspendCause, leg: Option<LegId>) -> Result<bool, Refusal> {
    let newest = draft.session.present().next_back().map(|l| l.channel);
    let channel = leg.and_then(|l| draft.session.leg(l)).map(|l| l.channel).or(newest);
    // A settled session has nothing to come back to.
    if draft.session.is_settled() {
        end_legs(draft);
        leave::nobody_left(draft, cause, leg);
        return Ok(false);
    }
    stop(draft, cause, channel);
    way_back(draft, cause)?;
    Ok(true)
}

/// An agent parks; everybody else suspends for the other causes.
fn may(draft: &Draft<'_, '_>, cause: SuspendCause) -> Result<(), Refusal> {
    let denied = |what| Err(Refusal::new(Reason::PermissionDenied, what));
    let Actor::Principal(who) = draft.moment.who else { return Ok(()) };
    match (&who.party, cause) {
        (Party::Customer(_), SuspendCause::Parked) => denied("a customer does not park a session"),
        (Party::Agent(agent), SuspendCause::Parked) if access::has(agent, draft.line) => Ok(()),
        (Party::Agent(_), SuspendCause::Parked) => Err(access::nothing_here()),
        (Party::Agent(_), _) => denied("an agent parks a session"),
        (Party::Customer(_) | Party::Supervisor(_) | Party::Admin | Party::Service, _) => Ok(()),
    }
}

/// Who is parked, or leaves without ever having said who they are, gets a way back with the suspension itself.
fn way_back(draft: &mut Draft<'_, '_>, cause: SuspendCause) -> Result<(), Refusal> {
    let nameless = cause == SuspendCause::Asked && !matches!(draft.session.party, Who::Known { .. });
    let customers = matches!(draft.moment.who, Actor::Principal(Principal { party: Party::Customer(_), .. }));
    if cause == SuspendCause::Parked || (nameless && customers) {
        handles::make(draft, HandleKind::Link, &[])?;
        handles::make(draft, HandleKind::Code, &[])?;
    }
    Ok(())
}

/// Suspends. Cannot fail: whatever else is wrong with a session, it can be stopped.
pub(super) fn stop(draft: &mut Draft<'_, '_>, cause: SuspendCause, channel: Option<Channel>) {
    let now = draft.now();
    if matches!(cause, SuspendCause::Asked | SuspendCause::Dropped | SuspendCause::Idle) {
        walk::wasted(draft, &[("then", "suspended".to_owned()), ("cause", notices::cause(cause).to_owned())]);
    }
    end_legs(draft);
    let interaction = person::leave_with_place(draft);
    let until = Time(now.after(draft.terms().sliding).0.min(draft.session.ends.0));
    let step = draft.session.position.as_ref().and_then(|p| p.frames.last()).map(|f| f.step.clone());
    let mut args = vec![("cause", notices::cause(cause).to_owned()), ("until", until.0.to_string())];
    args.extend(channel.map(|c| ("channel", word(c))));
    args.extend(step.as_ref().map(|s| ("step", s.to_string())));
    draft.session.standing = Standing::Suspended(Suspension { cause, at: now, channel, step, until, interaction });
    draft.session.idle_ends = until;
    draft.session.suspensions = draft.session.suspensions.saturating_add(1);
    draft.session.warned = false;
    draft.event("suspended", &args);
    notices::say(draft, "suspended", &[("cause", notices::cause(cause).to_owned())]);
}

/// All legs are over.
pub(super) fn end_legs(draft: &mut Draft<'_, '_>) {
    let at = draft.now();
    for leg in draft.session.legs.iter_mut().filter(|l| !matches!(l.standing, LegStanding::Ended { .. })) {
        leg.standing = LegStanding::Ended { at };
    }
}
