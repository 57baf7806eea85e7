//! The checker sees: histories that were tampered with, each of which must be complained about.

use crate::check::{self, Found, FoundDesk};
use crate::history::{Act, Answer, Deed, Told};
use crate::witness::sessions_of;
use std::collections::BTreeMap;

const ID: &str = "a session";

fn deed(act: Act, answer: Answer) -> Deed {
    Deed { by: "nora".into(), session: ID.into(), act, answer }
}

fn done(version: u64) -> Answer {
    Answer::Done(Told { version, ..Told::default() })
}

fn said(words: &str, number: u64) -> Deed {
    deed(Act::Say(words.into()), Answer::Done(Told { number: Some(number), ..Told::default() }))
}

fn fill(value: &str, answer: Answer) -> Deed {
    deed(Act::Fill { field: "colour", value: value.into() }, answer)
}

fn resume(answer: Answer) -> Deed {
    deed(Act::Resume { claim: "the first".into() }, answer)
}

/// A history, and what is found where the house kept its word.
fn sound() -> (Vec<Deed>, Found) {
    let waits = Answer::Done(Told { version: 3, number: None, since: Some(700) });
    let deeds = vec![
        deed(Act::Start, done(1)),
        fill("red", done(2)),
        fill("blue", Answer::Unknown),
        said("one", 1),
        said("two", 2),
        deed(Act::Say("three".into()), Answer::Unknown),
        deed(Act::Say("four".into()), Answer::Refused("LIMIT_EXCEEDED".into())),
        deed(Act::Ask, waits),
    ];
    let messages = vec![(1, Some("one".to_owned())), (2, Some("two".to_owned())), (3, None)];
    let answers = BTreeMap::from([("colour".to_owned(), "red".to_owned())]);
    (
        deeds,
        Found {
            version: 3,
            standing: "here".into(),
            answers,
            messages,
            closed: false,
            suspended: false,
            by_wish: false,
            since: Some(700),
            listed: true,
        },
    )
}

#[track_caller]
fn complains(deeds: &[Deed], found: Option<&Found>, of: &str) {
    let wrong = check::session(ID, deeds, found);
    assert!(wrong.iter().any(|what| what.contains(of)), "no complaint of {of:?}, but {wrong:?}");
}

#[test]
fn a_word_kept_is_no_complaint() {
    let (deeds, mut found) = sound();
    assert_eq!(check::session(ID, &deeds, Some(&found)), Vec::<String>::new());
    // What was never answered may have happened, once.
    found.answers.insert("colour".into(), "blue".into());
    found.messages.push((4, Some("three".into())));
    assert_eq!(check::session(ID, &deeds, Some(&found)), Vec::<String>::new());
}

#[test]
fn a_loss_is_seen() {
    let (deeds, found) = sound();
    assert_eq!(sessions_of("nora", &deeds[..1]), [ID], "whoever only began is looked at too");
    complains(&deeds[..1], None, "the session is lost");
    complains(&deeds, None, "the session is lost");
    complains(&deeds, Some(&Found { version: 2, ..found.clone() }), "version 3 was promised");
    complains(&deeds, Some(&Found { listed: false, ..found.clone() }), "not among");
    complains(&deeds, Some(&Found { answers: BTreeMap::new(), ..found.clone() }), "the answer colour");
    let messages = vec![(1, Some("one".to_owned()))];
    complains(&deeds, Some(&Found { messages, ..found.clone() }), "\"two\" was given number Some(2)");
    complains(&deeds, Some(&Found { since: None, ..found.clone() }), "in no line");
    complains(&deeds, Some(&Found { since: Some(900), ..found }), "found waiting since 900");
}

#[test]
fn a_double_is_seen() {
    let (mut deeds, found) = sound();
    let with = |more: &[(u64, &str)]| {
        let more = more.iter().map(|(number, words)| (*number, Some((*words).to_owned())));
        Found { messages: found.messages.iter().cloned().chain(more).collect(), ..found.clone() }
    };
    complains(&deeds, Some(&with(&[(4, "two")])), "\"two\" is there twice");
    complains(&deeds, Some(&with(&[(4, "three"), (5, "three")])), "\"three\" is there twice");
    complains(&deeds, Some(&with(&[(4, "four")])), "\"four\" was refused");
    complains(&deeds, Some(&with(&[(4, "five")])), "\"five\" was said by nobody");
    complains(&deeds, Some(&with(&[(5, "three")])), "message 5 stands at place 4");
    deeds.extend([deed(Act::Suspend, done(3)), resume(done(3)), resume(done(3))]);
    complains(&deeds, Some(&found), "was resumed 2 times");
}

#[test]
fn a_standing_that_nobody_wished_is_seen() {
    let (mut deeds, found) = sound();
    complains(&deeds, Some(&Found { suspended: true, by_wish: true, ..found.clone() }), "as if they had wished so");
    complains(&deeds, Some(&Found { closed: true, ..found.clone() }), "nobody has handled it");
    deeds.push(deed(Act::Suspend, done(3)));
    complains(&deeds, Some(&found), "its suspension was acknowledged");
    deeds.push(resume(Answer::Unknown));
    assert_eq!(check::session(ID, &deeds, Some(&found)), Vec::<String>::new(), "it may have been resumed");
}

#[test]
fn a_confusion_of_desks_is_seen() {
    let accept = |agent: &str| deed(Act::Accept { agent: agent.into(), interaction: "i".into() }, done(0));
    let desk = |agent: &str, held: &[&str], offered: &[&str], seen: &[u64]| FoundDesk {
        agent: agent.into(),
        offered: offered.iter().map(|id| (*id).to_owned()).collect(),
        held: held.iter().map(|id| ((*id).to_owned(), false)).collect(),
        seen: seen.to_vec(),
    };
    let (ada, bo) = (desk("ada", &["i"], &[], &[1, 2]), desk("bo", &[], &[], &[1, 2, 3]));
    assert_eq!(check::desks(&[accept("ada")], &[ada.clone(), bo.clone()]), Vec::<String>::new());
    let complains = |deeds: &[Deed], found: &[FoundDesk], of: &str| {
        let wrong = check::desks(deeds, found);
        assert!(wrong.iter().any(|what| what.contains(of)), "no complaint of {of:?}, but {wrong:?}");
    };
    complains(&[accept("ada"), accept("bo")], std::slice::from_ref(&ada), "was given to ada and to bo");
    complains(&[accept("ada")], std::slice::from_ref(&bo), "who does not have it");
    complains(&[accept("ada")], &[ada.clone(), desk("bo", &["i"], &[], &[])], "with ada and with bo");
    complains(&[accept("ada")], &[ada.clone(), desk("bo", &[], &["i"], &[])], "with ada and offered to bo");
    complains(&[accept("ada")], &[ada, desk("bo", &[], &[], &[1, 2, 2])], "out of order or twice");
    let finished = [accept("ada"), deed(Act::Finish { interaction: "i".into() }, Answer::Unknown)];
    assert_eq!(check::desks(&finished, &[bo]), Vec::<String>::new(), "it may be over");
}
