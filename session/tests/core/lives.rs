//! Connections that nobody saw end: whose leg is lost, and who is here.

use crate::bench::*;
use segue_session::*;

fn standing(bench: &Bench, n: u128) -> LegStanding {
    bench.session.as_ref().unwrap().leg(leg_id(n)).unwrap().standing
}

fn is_lost(bench: &Bench, n: u128) -> bool {
    matches!(standing(bench, n), LegStanding::Lost { .. })
}

/// Ada in the app and on the web, in the daemon's first life; now it is the second.
fn two_legs() -> (Bench, Principal) {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::App, None)).unwrap();
    bench.apply(Some(&ada), Command::Attach { leg: leg(2, Channel::Chat), by: Claim::SignedIn }).unwrap();
    bench.life = 2;
    (bench, ada)
}

#[test]
fn a_leg_that_is_back_is_not_lost_with_the_former_life() {
    let (mut bench, ada) = two_legs();
    let back = bench.apply(Some(&ada), Command::Resume { leg: leg(1, Channel::App), by: Claim::SameLeg }).unwrap();
    assert!(back.dirty, "that it is held by this life is stored");
    bench.apply(None, Command::LoseFormer).unwrap();
    assert_eq!(standing(&bench, 1), LegStanding::Live);
    assert!(is_lost(&bench, 2), "the other one did not come back");
    let again = bench.apply(None, Command::LoseFormer).unwrap();
    assert!(!again.dirty, "done once");
}

#[test]
fn a_dead_leg_is_lost_though_the_session_changed_since() {
    let (mut bench, _) = two_legs();
    bench.wait(5).apply(None, Command::Document("cart".into(), Some(Private::new(1.into())))).unwrap();
    bench.apply(None, Command::LoseFormer).unwrap();
    assert!(is_lost(&bench, 1) && is_lost(&bench, 2));
    bench.wait(30).apply(None, Command::Timer).unwrap();
    assert!(!bench.session.unwrap().is_active(), "its grace ran");
}

#[test]
fn whoever_speaks_or_begins_again_is_here() {
    let (mut bench, ada) = two_legs();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    bench.apply(Some(&ada), begin(2, Channel::Chat, None)).unwrap();
    assert!(!bench.apply(None, Command::LoseFormer).unwrap().dirty);
}

#[test]
fn nobody_but_the_house_says_that_a_life_is_over() {
    let (mut bench, ada) = two_legs();
    assert_eq!(bench.apply(Some(&ada), Command::LoseFormer).unwrap_err().reason, Reason::NotFound);
}

/// Ada in line, and then nothing for the idle time.
fn in_line_and_silent(bench: &mut Bench) -> Changed {
    let ada = customer("ada");
    bench.apply(Some(&ada), begin(1, Channel::App, None)).unwrap();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    bench.line(Phase::Waiting);
    bench.wait(15 * 60).apply(None, Command::Timer).unwrap()
}

#[test]
fn who_waits_and_is_not_heard_of_does_not_wait_for_ever() {
    let mut bench = Bench::new();
    in_line_and_silent(&mut bench);
    assert!(is_lost(&bench, 1), "no connection will tell it lost");
    bench.wait(30).apply(None, Command::Timer).unwrap();
    let session = bench.session.unwrap();
    assert!(matches!(&session.standing, Standing::Suspended(s) if s.interaction.is_some()), "{:?}", session.standing);
}

#[test]
fn who_waits_and_listens_goes_on_waiting() {
    let mut bench = Bench::new();
    bench.heard = true;
    let changed = in_line_and_silent(&mut bench);
    assert_eq!(standing(&bench, 1), LegStanding::Live);
    assert_eq!(changed.due, Some(Time(bench.now.0 + 15 * 60 * 1000)), "and is looked at again");
}

#[test]
fn who_talks_to_an_agent_is_not_idle() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::App, None)).unwrap();
    bench.apply(Some(&ada), Command::AskForPerson(leg_id(1), None)).unwrap();
    bench.line(Phase::Assigned("bo".into()));
    bench.wait(20 * 60).apply(None, Command::Timer).unwrap();
    assert_eq!(standing(&bench, 1), LegStanding::Live);
}

#[test]
fn an_outcome_is_a_name_and_nobodys_words() {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    bench.apply(Some(&ada), begin(1, Channel::Chat, None)).unwrap();
    for words in ["", "call me on +33 1 42 68 53 00", "gelöst"] {
        assert_eq!(bench.apply(Some(&ada), Command::Close(words.into())).unwrap_err().reason, Reason::InvalidArgument, "{words}");
    }
    bench.apply(Some(&ada), Command::Close("solved_by-self.care2".into())).unwrap();
}
