//! Back into a suspended session: exactly one claim wins, and the customer stands where they stood.

use super::draft::{Draft, word};
use super::{attach, handles, notices, person, walk};
use crate::{Arriving, Claim, LegStanding, Refusal, Standing, access};

/// Resumes. Where the session is live already, only the same leg comes back; anybody else is told where it is live, and may
/// join or move it.
pub(super) fn resume(draft: &mut Draft<'_, '_>, arriving: Arriving, by: Claim) -> Result<(), Refusal> {
    attach::right(draft, &arriving, &by)?;
    draft.not_final()?;
    let Standing::Suspended(suspension) = draft.session.standing.clone() else {
        return same_leg_or_told(draft, arriving, &by);
    };
    handles::unused(draft, &by)?;
    let (leg, channel, now) = (arriving.leg, arriving.channel, draft.now());
    draft.session.standing = Standing::Active;
    draft.session.warned = false;
    attach::enter(draft, arriving, &by)?;
    handles::consume(draft, leg, &by);
    handles::use_up(draft);
    draft.event(
        "resumed",
        &[
            ("channel", word(channel)),
            ("by", handles::claim_name(&by)),
            ("cause", notices::cause(suspension.cause).to_owned()),
            ("left_on", suspension.channel.map(word).unwrap_or_default()),
            ("after_ms", now.since(suspension.at).0.to_string()),
        ],
    );
    person::come_back(draft, channel, &by, suspension.interaction);
    let left_at = suspension.step.clone();
    draft.session.stopped = Some(suspension);
    notices::say(draft, "resumed", &[("channel", word(channel))]);
    walk::resume(draft, leg, channel, left_at.as_ref());
    Ok(())
}

/// The session is live: told where, unless it is the same leg, which was lost or never knew that it was not.
fn same_leg_or_told(draft: &mut Draft<'_, '_>, arriving: Arriving, by: &Claim) -> Result<(), Refusal> {
    let here = draft.session.leg(arriving.leg).is_some_and(|l| !matches!(l.standing, LegStanding::Ended { .. }));
    if here {
        return attach::enter(draft, arriving, by);
    }
    Err(access::live_elsewhere(&draft.session))
}
