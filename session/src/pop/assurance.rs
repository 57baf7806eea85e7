//! How surely those are known whom the agent talks to now. What somebody proved on a leg that is over says nothing of who came
//! after them, and of several who are here at once any may be speaking: what each of them has proved is what counts. Where
//! nobody is here (a call back of a session that is suspended), it is those who left last.

use super::why;
use crate::verbs::AGENT_CHECK;
use crate::{Answer, AssuranceLevel, Leg, PopAssurance, PopProof, Proof, Session, Source, Time, access, view};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The level that holds now, and by what.
pub(super) fn of(session: &Session, now: Time) -> PopAssurance {
    let level = level(session, now);
    let mut proofs: Vec<_> = session.assurance.holding(now).map(|proof| of_leg(session, proof)).collect();
    proofs.sort_by_key(|p| Reverse((p.here, p.proof.level, p.proof.at)));
    // A customer who signs in on three devices has proven one thing, last of all now.
    let mut told = BTreeSet::new();
    proofs.retain(|p| told.insert((p.proof.method.clone(), p.proof.issuer.clone(), p.channel, p.here)));
    let skip = proofs.iter().filter(|p| p.here && p.proof.level <= level).map(|p| why::skip(&p.proof, now)).collect();
    PopAssurance { level, proofs, skip }
}

/// How surely everybody is known who is here.
pub(super) fn level(session: &Session, now: Time) -> AssuranceLevel {
    let best = |leg: &Leg| session.assurance.holding(now).filter(|proof| counts(proof, leg)).map(|proof| proof.level).max();
    access::here(session).map(|leg| best(leg).unwrap_or_default()).min().unwrap_or_default()
}

/// Whether an answer is held back from the agent, who would tell it: it is personal, and was given by somebody who was known
/// more surely than those who are here. What an agent filled in themselves they know.
pub(super) fn hides(session: &Session, level: AssuranceLevel, answer: &Answer) -> bool {
    let told = matches!(answer.source, Source::Agent(_));
    !told && answer.level > level && view::is_personal(answer) && access::is_proven(session)
}

/// Whether the signed claims are held back from the agent: somebody is here who has not signed in, and is known less surely than
/// whoever has.
pub(super) fn hides_claims(session: &Session, now: Time) -> bool {
    let signed = session.legs.iter().filter(|leg| leg.signed_in).flat_map(|leg| &leg.proofs).map(|proof| proof.level).max();
    access::here(session).any(|leg| !leg.signed_in) && signed.is_some_and(|signed| level(session, now) < signed)
}

/// A proof, and whose leg it was: who is here before who was, the newest first.
fn of_leg(session: &Session, proof: &Proof) -> PopProof {
    let here: Vec<_> = access::here(session).filter(|leg| counts(proof, leg)).collect();
    let gave = here.iter().rev().copied().chain(session.legs.iter().rev()).find(|leg| leg.proofs.iter().any(|p| is_same(p, proof)));
    PopProof { channel: gave.map(|leg| leg.channel), here: !here.is_empty(), proof: proof.clone() }
}

/// Whether a proof says something of who is on a leg: they gave it there, or an agent made sure of whoever was there.
fn counts(proof: &Proof, leg: &Leg) -> bool {
    leg.proofs.iter().any(|p| is_same(p, proof)) || (proof.method == AGENT_CHECK && leg.since <= proof.at)
}

/// Whether it is the same proof; one of them may have been cut short since.
fn is_same(one: &Proof, other: &Proof) -> bool {
    one.method == other.method && one.issuer == other.issuer && one.at == other.at
}
