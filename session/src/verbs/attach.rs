//! A leg joins a session that is live, beside the others or in their stead; and by which right anybody comes in at all.

use super::draft::{Draft, word};
use super::{handles, identity};
use crate::{
    Action, Actor, Arriving, AssuranceLevel, Claim, CustomerClaims, Leg, LegStanding, Moment, Party, Principal, Proof, Reason, Refusal,
    Who, access, limits,
};

/// Joins as one more leg. A link or a code that led back already leads nobody in beside its customer.
pub(super) fn attach(draft: &mut Draft<'_, '_>, arriving: Arriving, by: Claim) -> Result<(), Refusal> {
    let leg = arriving.leg;
    right(draft, &arriving, &by)?;
    draft.active()?;
    handles::unused(draft, &by)?;
    enter(draft, arriving, &by)?;
    handles::consume(draft, leg, &by);
    Ok(())
}

/// Joins and ends all other legs: the customer goes on here alone.
pub(super) fn move_here(draft: &mut Draft<'_, '_>, arriving: Arriving, by: Claim) -> Result<(), Refusal> {
    let (leg, channel, now) = (arriving.leg, arriving.channel, draft.now());
    right(draft, &arriving, &by)?;
    draft.active()?;
    handles::unused(draft, &by)?;
    // The others go first, so that the limit of legs never bars the way.
    for other in draft.session.legs.iter_mut().filter(|l| l.id != leg && !matches!(l.standing, LegStanding::Ended { .. })) {
        other.standing = LegStanding::Ended { at: now };
    }
    enter(draft, arriving, &by)?;
    handles::consume(draft, leg, &by);
    draft.event("moved", &[("channel", word(channel))]);
    Ok(())
}

/// The leg is in: new, or back within its grace.
pub(super) fn enter(draft: &mut Draft<'_, '_>, arriving: Arriving, by: &Claim) -> Result<(), Refusal> {
    let channel = arriving.channel;
    let known = draft.session.leg(arriving.leg).map(|l| l.standing);
    let fresh = leg(draft.moment, &arriving)?;
    match known {
        Some(LegStanding::Live) => {
            rebind(draft, &fresh);
            draft.holds(arriving.leg);
            return Ok(());
        }
        Some(LegStanding::Lost { .. }) => {
            rebind(draft, &fresh);
            draft.speaks(arriving.leg)?;
        }
        Some(LegStanding::Ended { .. }) | None => {
            draft.add_leg(fresh)?;
            draft.event("attached", &[("channel", word(channel)), ("by", handles::claim_name(by))]);
        }
    }
    if let Some(language) = arriving.language {
        let first = draft.session.position.as_ref().and_then(|position| position.frames.first());
        let journey = first.and_then(|frame| draft.moment.library.get(&frame.journey, &frame.version));
        draft.session.language = draft.moment.library.spoken_to(journey, &language);
    }
    identity::sign_in(draft)?;
    draft.touch();
    Ok(())
}

/// Another connection of the same holder has taken the leg over.
fn rebind(draft: &mut Draft<'_, '_>, fresh: &Leg) {
    let Some(leg) = draft.session.legs.iter_mut().find(|l| l.id == fresh.id) else { return };
    let other = leg.holder != fresh.holder;
    if other {
        leg.proofs.clear();
    }
    let proved = identity::bring(leg, fresh.proofs.clone());
    draft.dirty |= other || proved || leg.device != fresh.device || leg.signed_in != fresh.signed_in;
    leg.signed_in = fresh.signed_in;
    leg.holder = fresh.holder.or(leg.holder);
    leg.device = fresh.device.clone().or_else(|| leg.device.clone());
}

/// What the claims prove that still holds, each for as long as it holds here.
pub(super) fn proofs(now: &Moment<'_>, claims: &CustomerClaims) -> Vec<Proof> {
    let signed_in = claims.proofs.iter().filter(|_| claims.customer.is_some());
    signed_in.map(|proof| now.settings.held(proof.clone())).filter(|p| now.now < p.until).collect()
}

/// A leg as it comes, held by who comes with it.
pub(super) fn leg(now: &Moment<'_>, arriving: &Arriving) -> Result<Leg, Refusal> {
    let address = arriving.address.as_ref().map_or(0, |a| a.reveal().len());
    limits::within("address_bytes", address, limits::WORD_BYTES)?;
    let (holder, device) = match now.who {
        Actor::House => (None, None),
        Actor::Principal(who) => {
            let device = match &who.party {
                Party::Customer(claims) => claims.device.clone(),
                Party::Agent(_) | Party::Supervisor(_) | Party::Admin | Party::Service => None,
            };
            (Some(access::holder(who, now.keys)), device)
        }
    };
    limits::within("device_bytes", device.as_ref().map_or(0, String::len), limits::WORD_BYTES)?;
    Ok(Leg {
        id: arriving.leg,
        channel: arriving.channel,
        address: arriving.address.clone(),
        since: now.now,
        standing: LegStanding::Live,
        device,
        holder,
        life: now.life,
        proofs: match now.who {
            Actor::Principal(Principal { party: Party::Customer(claims), .. }) => proofs(now, claims),
            Actor::Principal(_) | Actor::House => Vec::new(),
        },
        signed_in: matches!(now.who, Actor::Principal(Principal { party: Party::Customer(claims), .. }) if claims.customer.is_some()),
    })
}

/// Whether the claim holds. Somebody who is signed in as another never gets in, whatever they hold.
pub(super) fn right(draft: &Draft<'_, '_>, arriving: &Arriving, by: &Claim) -> Result<(), Refusal> {
    if let Actor::Principal(who) = draft.moment.who {
        match &who.party {
            Party::Customer(claims) if !access::is_another(claims, &draft.session) => {}
            Party::Customer(_) if matches!(by, Claim::Handle(..)) => return Err(crate::handle::invalid()),
            Party::Customer(_) => return Err(access::nothing_here()),
            Party::Service => {}
            Party::Agent(_) | Party::Supervisor(_) | Party::Admin => {
                return Err(Refusal::new(Reason::PermissionDenied, "this role may not act as the customer"));
            }
        }
    }
    match by {
        Claim::SignedIn => signed_in(draft),
        Claim::SameLeg => same_leg(draft, arriving),
        Claim::Handle(hash, kind) => handles::right(draft, hash, *kind, arriving.channel),
    }?;
    access::surely(draft.moment, &draft.session, Action::Resume, worth(draft, by))
}

/// What coming in by the claim will prove: it counts for the claim itself.
fn worth(draft: &Draft<'_, '_>, by: &Claim) -> AssuranceLevel {
    let handle = match by {
        Claim::Handle(..) => handles::LEVEL,
        Claim::SignedIn | Claim::SameLeg => AssuranceLevel::None,
    };
    match draft.moment.who {
        Actor::Principal(Principal { party: Party::Customer(claims), .. }) => {
            proofs(draft.moment, claims).iter().map(|p| p.level).fold(handle, AssuranceLevel::max)
        }
        Actor::Principal(_) | Actor::House => handle,
    }
}

fn signed_in(draft: &Draft<'_, '_>) -> Result<(), Refusal> {
    match draft.moment.who {
        Actor::House | Actor::Principal(Principal { party: Party::Service, .. }) => Ok(()),
        Actor::Principal(Principal { party: Party::Customer(claims), .. }) if access::is_customer(claims, &draft.session) => Ok(()),
        Actor::Principal(_) => Err(access::nothing_here()),
    }
}

/// The leg's id is a secret of who had it. While the session is live that is enough; once it was suspended it is enough for a
/// visitor whom nobody knows and who has no other way back, and for a customer who is still signed in.
fn same_leg(draft: &Draft<'_, '_>, arriving: &Arriving) -> Result<(), Refusal> {
    access::over_leg(draft.moment, &draft.session, arriving.leg)?;
    let leg = draft.session.leg(arriving.leg).filter(|l| l.channel == arriving.channel).ok_or_else(access::nothing_here)?;
    let here = !matches!(leg.standing, LegStanding::Ended { .. });
    let unknown = !matches!(draft.session.party, Who::Known { .. });
    if here || unknown || signed_in(draft).is_ok() {
        return Ok(());
    }
    Err(Refusal::new(Reason::AssuranceTooLow, "come back by a sign-in, a link or a code").about("action", Action::Resume.name()))
}
