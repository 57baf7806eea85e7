//! Codes that are tried: whose they are is told to nobody whom they do not let in.

use super::harness::{Caller, customer, fresh, memory, open, request};
use segue_adapter_kit::{Accepted, House as _, Order, Target};
use segue_session::{Channel, Claim, Command, HandleKind, LegId, Private, Reason, Refusal, SuspendCause};

async fn try_code(thief: &Caller, code: &str, from: &str) -> Result<Accepted, Refusal> {
    let leg = Caller { leg: LegId(fresh()), who: thief.who.clone(), house: thief.house.clone(), session: thief.session };
    let command = Command::Resume { leg: leg.arriving(Channel::Chat), by: Claim::SignedIn };
    let target = Target::Code { code: Private::new(code.to_owned()), from: from.to_owned() };
    thief.house.order(&thief.who, Order { request: request(), target, command }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_anothers_session_is_no_better_than_none() {
    let house = open(&memory()).await;
    let cy = Caller::start(&house, "cy").await;
    let ways = vec![HandleKind::Code];
    let given = cy.order(Command::Suspend(SuspendCause::Asked, Some(cy.leg), ways)).await.unwrap().handles;
    let code = given.iter().find(|given| given.kind == HandleKind::Code).unwrap().value.reveal().clone();
    let unknown = if code == "000000" { "000001" } else { "000000" };
    let di = Caller::start(&house, "di").await;
    let refused = try_code(&di, unknown, "192.0.2.1").await.map(drop).unwrap_err();
    assert_eq!(try_code(&di, &code, "192.0.2.1").await.map(drop).unwrap_err(), refused, "in the same words");
    let mut tries = 2;
    while try_code(&di, &code, "192.0.2.1").await.map(drop).unwrap_err().reason == Reason::HandleInvalid {
        tries += 1;
        assert!(tries < 20, "a hit that is another's is never counted");
    }
    let elsewhere = Caller { who: customer("cy"), ..cy };
    try_code(&elsewhere, &code, "192.0.2.2").await.expect("whose it is comes in");
}
