//! The same request id again: the same answer to who asked for the same, a conflict to everybody else.

use super::harness::{Caller, agent, customer, fresh, memory, open, request, visitor};
use segue_session::{Channel, Command, HandleKind, LegId, LegStanding, Reason, SessionId};
use std::collections::BTreeMap;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_id_is_one_askers_and_one_sessions() {
    let house = open(&memory()).await;
    let (cy, di) = (Caller::start(&house, "cy").await, Caller::start(&house, "di").await);
    let elsewhere = Caller::start(&house, "cy").await;
    let (name, give) = (request(), Command::GiveHandle(HandleKind::Link, Vec::new()));
    let first = cy.order_as(name, give.clone()).await.unwrap();
    for other in [&di, &elsewhere] {
        let refused = other.order_as(name, give.clone()).await.map(|accepted| accepted.handles).unwrap_err();
        assert_eq!(refused.reason, Reason::RequestIdReused);
    }
    for stranger in [customer("di"), visitor("cy"), agent("ada")] {
        let stranger = Caller { who: stranger, house: house.clone(), session: cy.session, leg: cy.leg };
        let refused = stranger.order_as(name, give.clone()).await.map(|accepted| accepted.handles).unwrap_err();
        assert_eq!(refused.reason, Reason::RequestIdReused, "{:?}", stranger.who.party);
    }
    let again = cy.order_as(name, give).await.unwrap();
    assert_eq!((again.handles, again.repeat), (first.handles, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_who_comes_in_anew_repeats_what_their_device_asked() {
    let house = open(&memory()).await;
    let mut vi = Caller::start_on(&house, visitor("v1"), Channel::Chat).await;
    let (name, give) = (request(), Command::GiveHandle(HandleKind::Link, Vec::new()));
    let first = vi.order_as(name, give.clone()).await.unwrap();
    vi.who = visitor("v2");
    vi.order(vi.back()).await.unwrap();
    let again = vi.order_as(name, give).await.unwrap();
    assert_eq!((again.handles, again.repeat), (first.handles, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_is_repeated_over_another_connection_is_here() {
    let house = open(&memory()).await;
    let cy = Caller { house: house.clone(), who: customer("cy"), session: SessionId(fresh()), leg: LegId(fresh()) };
    let start = Command::Start { session: cy.session, leg: cy.arriving(Channel::Chat), journey: None, claimed: BTreeMap::new() };
    let name = request();
    cy.order_as(name, start.clone()).await.unwrap();
    // The first connection ends before its answer came, and the adapter says so before the page repeats.
    cy.order(Command::Lose(cy.leg)).await.unwrap();
    let again = cy.order_as(name, start).await.unwrap();
    assert!(again.repeat);
    let standing = house.tenant(&cy.who).unwrap().read(cy.session).await.unwrap().unwrap().session.legs[0].standing;
    assert_eq!(standing, LegStanding::Live, "no grace runs against who is here");
}
