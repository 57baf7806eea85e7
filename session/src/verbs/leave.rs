//! Legs vanish, or end on purpose.

use super::draft::{Draft, word};
use super::{close, suspend};
use crate::{Actor, Leg, LegId, LegStanding, Refusal, SuspendCause, access};

/// The connection vanished: a grace runs, in which the leg may come back as if nothing had been. An adapter tells so for
/// the leg's holder; the house does by itself only where the node that held the leg has died.
pub(super) fn lose(draft: &mut Draft<'_, '_>, leg: LegId) -> Result<(), Refusal> {
    access::over_leg(draft.moment, &draft.session, leg)?;
    let with_node = matches!(draft.moment.who, Actor::House);
    vanished(draft, with_node, |l| l.id == leg);
    Ok(())
}

/// The connections of a former life are gone; whoever came back in this one is here.
pub(super) fn lose_former(draft: &mut Draft<'_, '_>) -> Result<(), Refusal> {
    access::house_only(draft.moment)?;
    let life = draft.moment.life;
    vanished(draft, true, |l| l.life != life);
    Ok(())
}

/// Those of the live legs are lost, each with its grace; `with_node` where the node that held them has died.
pub(super) fn vanished(draft: &mut Draft<'_, '_>, with_node: bool, gone: impl Fn(&Leg) -> bool) {
    let (at, grace) = (draft.now(), draft.now().after(draft.moment.settings.grace));
    let mut channels = Vec::new();
    for leg in draft.session.legs.iter_mut().filter(|l| l.standing == LegStanding::Live && gone(l)) {
        leg.standing = LegStanding::Lost { at, grace, with_node };
        channels.push(leg.channel);
    }
    for channel in channels {
        draft.event("lost", &[("channel", word(channel))]);
    }
}

/// The leg is over on purpose. The last one suspends the session, or closes it where nothing is left to do.
pub(super) fn end(draft: &mut Draft<'_, '_>, leg: LegId) -> Result<(), Refusal> {
    access::over_leg(draft.moment, &draft.session, leg)?;
    let at = draft.now();
    let found = draft.session.legs.iter_mut().find(|l| l.id == leg && !matches!(l.standing, LegStanding::Ended { .. }));
    let Some(found) = found else { return Ok(()) };
    found.standing = LegStanding::Ended { at };
    let channel = found.channel;
    draft.event("left", &[("channel", word(channel))]);
    nobody_left(draft, SuspendCause::Asked, Some(leg));
    Ok(())
}

/// Where the last leg has gone, the session is suspended, or closed where nothing is left to do.
pub(super) fn nobody_left(draft: &mut Draft<'_, '_>, cause: SuspendCause, last: Option<LegId>) {
    if !draft.session.is_active() || draft.session.present().next().is_some() {
        return;
    }
    if draft.session.is_settled() {
        let outcome = draft.session.position.as_ref().and_then(|p| p.ended.clone()).unwrap_or_else(|| "handled".to_owned());
        close::conclude(draft, outcome);
    } else {
        let channel = last.and_then(|l| draft.session.leg(l)).map(|l| l.channel);
        suspend::stop(draft, cause, channel);
    }
}
