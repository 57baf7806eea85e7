//! Snapshots: taken at any moment, refused when damaged.

use crate::tale::*;
use segue_router::{Event, Requirement, Router, Snapshot};
use serde_json::{Value, json};

/// Work of every kind: an offer, an assignment, a wrap-up, a reservation, a lost desk, somebody cooling off.
fn busy() -> Router {
    let mut tale = Tale::with(&[ADA, BO, CY]);
    for n in 1..=4u64 {
        tale.arrive(n + 2, call(n.into()));
    }
    tale.accept(8, ADA, 1);
    tale.accept(8, BO, 2);
    tale.at(9, Event::TransferToAgent(ADA, nr(1), BO));
    tale.at(10, Event::TransferToQueue(BO, nr(2), FAULTS, Requirement::default()));
    tale.at(11, Event::Lose(BO));
    tale.router
}

fn damaged(change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::to_value(busy().snapshot()).unwrap();
    change(&mut value);
    let snapshot: Snapshot = serde_json::from_value(value).unwrap();
    Router::restore(snapshot).unwrap_err().to_string()
}

#[test]
fn what_is_restored_is_what_was() {
    let router = busy();
    let restored = Router::restore(router.snapshot()).unwrap();
    assert_eq!(restored.snapshot(), router.snapshot());
    assert_eq!(restored.deadline(), router.deadline());
}

#[test]
fn a_damaged_snapshot_is_refused_in_words() {
    insta::assert_snapshot!(damaged(|it| it["arrived"] = json!(99)));
    insta::assert_snapshot!(damaged(|it| it["agents"]["1"]["load"] = json!(7)));
    insta::assert_snapshot!(damaged(|it| it["offers"] = json!({})));
    insta::assert_snapshot!(damaged(|it| it["agents"]["3"]["offers"] = json!([])));
    insta::assert_snapshot!(damaged(|it| it["plan"]["queues"] = json!({})));
    insta::assert_snapshot!(damaged(|it| it["agents"]["1"]["limits"]["capacity"] = json!(1)));
}
