//! Several devices resume one suspended session at the same moment, by the customer's sign-in, by a link, by a code: exactly one
//! wins, and the others learn where the session is live.
//!
//! `SEGUE_RACES` says how many races (2,000).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod product;

use product::{At, Business, Daemon, Dice, Kept, number};
use segue_proto::app::v1::CloseSessionRequest;
use segue_proto::app::v1::resume_session_request::By;
use segue_proto::chat::v1::resume;
use segue_proto::client::{Chat, Customer, Error, Place, fresh};
use segue_proto::types::v1::{Durability, Handle, HandleKind};
use std::collections::BTreeMap;

/// Races that are run when nobody says how many.
const RACES: u64 = 2_000;
/// Customers who race side by side.
const LANES: u64 = 4;

/// What became of one device.
type Ran = Result<(), Error>;

/// The devices of one customer.
struct Devices {
    app: Customer,
    tablet: Customer,
    page: Option<Chat>,
    at: At,
    name: String,
}

fn value(handles: &[Handle], kind: HandleKind) -> String {
    handles.iter().find(|handle| handle.kind() == kind).map(|handle| handle.value.clone()).expect("both kinds were asked for")
}

impl Devices {
    async fn of(at: At, name: String) -> Self {
        let (app, tablet) = (at.app(&name).await.unwrap(), at.app(&name).await.unwrap());
        Self { app, tablet, page: None, at, name }
    }

    /// One race over a suspended session; returns what each device was told.
    async fn race(&mut self, session: &str, handles: &[Handle], dice: &mut Dice) -> Vec<(&'static str, Ran)> {
        let (link, code) = (value(handles, HandleKind::Link), value(handles, HandleKind::Code));
        let (mut app, mut tablet, mut phone) = (self.app.clone(), self.tablet.clone(), self.tablet.clone());
        let signed_in = app.resume(session);
        let by_link = tablet.resume_by(By::LinkToken(link.clone()));
        let by_code = phone.resume_by(By::Code(code));
        let mut ran = Vec::new();
        match dice.below(4) {
            0 => {
                let (a, b) = tokio::join!(signed_in, by_link);
                ran.extend([("signed in", a.map(drop)), ("by link", b.map(drop))]);
            }
            1 => {
                let (a, b, c) = tokio::join!(signed_in, by_link, by_code);
                ran.extend([("signed in", a.map(drop)), ("by link", b.map(drop)), ("by code", c.map(drop))]);
            }
            2 => {
                let (b, c) = tokio::join!(by_code, by_link);
                ran.extend([("by code", b.map(drop)), ("by link", c.map(drop))]);
            }
            _ => {
                let mut page = match self.page.take() {
                    Some(page) => page,
                    None => self.at.page(&self.name, None).await.unwrap(),
                };
                let on_page = page.resume(resume::By::LinkToken(link));
                let (a, b, c) = tokio::join!(signed_in, on_page, by_code);
                if b.is_err() {
                    self.page = Some(page);
                }
                ran.extend([("signed in", a.map(drop)), ("the page", b), ("by code", c.map(drop))]);
            }
        }
        ran
    }
}

/// One winner; losers are told where the session is live, or that their handle was used up.
fn judge(ran: &[(&'static str, Ran)], tally: &mut BTreeMap<&'static str, u64>) {
    let winners: Vec<_> = ran.iter().filter(|(_, ran)| ran.is_ok()).map(|(who, _)| *who).collect();
    assert_eq!(winners.len(), 1, "not one winner: {ran:?}");
    *tally.entry(winners[0]).or_default() += 1;
    for (who, ran) in ran {
        let Err(error) = ran else { continue };
        match error.reason() {
            Some("ALREADY_RESUMED") => {
                let channel = error.about("channel").or_else(|| error.about("channels"));
                assert!(matches!(channel, Some("app" | "chat")), "{who} was not told where it is live: {error:?}");
            }
            Some("HANDLE_INVALID") => assert_ne!(*who, "signed in", "{error:?}"),
            _ => panic!("{who} was told otherwise: {error:?}"),
        }
    }
}

/// Suspends, races, and does it again.
async fn lane(at: At, name: String, races: u64, mut dice: Dice) -> BTreeMap<&'static str, u64> {
    let mut devices = Devices::of(at, name).await;
    let mut place = devices.app.start("form").await.unwrap();
    let mut tally = BTreeMap::new();
    for race in 0..races {
        let durability = devices.app.suspend(&mut place).await.unwrap();
        assert!(durability == Durability::Disk, "{}", durability.as_str_name());
        let ran = devices.race(&place.session, &place.handles, &mut dice).await;
        judge(&ran, &mut tally);
        // On by one leg of the app: whoever won, the session is there to be joined.
        let joined: Place = devices.app.attach(&place.session).await.unwrap();
        assert_eq!(joined.session, place.session);
        place = joined;
        if race % 50 == 49 {
            // One customer has only so many open sessions.
            let request = CloseSessionRequest { request_id: fresh(), session_id: place.session, outcome: String::new() };
            devices.app.calls.close_session(request).await.unwrap();
            place = devices.app.start("form").await.unwrap();
        }
    }
    tally
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_device_wins() {
    let mut dice = Dice::of_test();
    let mut daemon = Daemon::start(&Business::default(), &Kept::Embedded).await;
    let races = number("SEGUE_RACES", RACES);
    let at = daemon.at;
    let lanes: Vec<_> = (0..LANES).map(|n| tokio::spawn(lane(at, format!("customer{n}"), races.div_ceil(LANES), dice.fork()))).collect();
    let mut won: BTreeMap<&str, u64> = BTreeMap::new();
    for lane in lanes {
        for (who, times) in lane.await.unwrap() {
            *won.entry(who).or_default() += times;
        }
    }
    daemon.assert_alive();
    println!("{races} races, won {won:?}");
    if races >= RACES {
        assert!(won.len() >= 3, "somebody never wins: {won:?}");
    }
}

/// Who was served by a handle may show it again: the same request is answered the same, another finds it used up.
#[tokio::test(flavor = "multi_thread")]
async fn a_handle_serves_once() {
    let daemon = Daemon::usual().await;
    let mut app = daemon.at.app("ada").await.unwrap();
    let mut place = app.start("form").await.unwrap();
    app.suspend(&mut place).await.unwrap();
    let link = By::LinkToken(value(&place.handles, HandleKind::Link));
    let request_id = fresh();
    let request = segue_proto::app::v1::ResumeSessionRequest { request_id, by: Some(link.clone()), language: String::new() };
    let first = app.calls.resume_session(request.clone()).await.unwrap().into_inner();
    let again = app.calls.resume_session(request).await.unwrap().into_inner();
    assert_eq!(first.leg_id, again.leg_id);
    let refused = app.resume_by(link.clone()).await.unwrap_err();
    assert!(matches!(refused.reason(), Some("HANDLE_INVALID" | "ALREADY_RESUMED")), "{refused:?}");
    let mut place = Place { leg: first.leg_id, ..place };
    app.suspend(&mut place).await.unwrap();
    let refused = app.resume_by(link).await.unwrap_err();
    assert_eq!(refused.reason(), Some("HANDLE_INVALID"));
}
