//! Beginning without end: how many sessions of one customer may be open.

use super::harness::{Caller, customer, fresh, memory, open, request};
use crate::house::starts::OPEN;
use segue_session::{Channel, Command, LegId, Reason, Refusal, RequestId, SessionId};
use std::collections::BTreeMap;

async fn begin(caller: &Caller, name: RequestId) -> Result<bool, Refusal> {
    let leg = caller.arriving(Channel::Chat);
    let command = Command::Start { session: caller.session, leg, journey: None, claimed: BTreeMap::new() };
    caller.order_as(name, command).await.map(|accepted| accepted.repeat)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_has_so_many_open_sessions_and_no_more() {
    let house = open(&memory()).await;
    let caller = || Caller { who: customer("cy"), house: house.clone(), session: SessionId(fresh()), leg: LegId(fresh()) };
    let (first, name) = (caller(), request());
    assert!(!begin(&first, name).await.unwrap());
    for _ in 1..OPEN {
        begin(&caller(), request()).await.unwrap();
    }
    let (one_more, late) = (caller(), request());
    let refused = begin(&one_more, late).await.unwrap_err();
    assert_eq!(refused.reason, Reason::LimitExceeded);
    assert!(refused.about.contains(&("limit".to_owned(), "open_sessions".to_owned())), "{refused:?}");
    assert!(begin(&first, name).await.unwrap(), "what was begun is answered again");
    Caller::start(&house, "di").await;
    first.order(Command::Close("closed".into())).await.unwrap();
    assert!(!begin(&one_more, late).await.unwrap(), "there is room again");
}
