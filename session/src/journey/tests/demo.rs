//! The demo tenant's journeys, as customers walk them.

use super::*;
use serde_json::json;

#[test]
fn the_demo_is_sound() {
    for (path, text) in [
        ("fault.yaml", include_str!("../../../../examples/demo/journeys/fault.yaml")),
        ("billing.yaml", include_str!("../../../../examples/demo/journeys/billing.yaml")),
        ("main.yaml", include_str!("../../../../examples/demo/journeys/main.yaml")),
    ] {
        let (_, warnings) = compile(path, text).unwrap_or_else(|f| panic!("{}", list(&f)));
        assert!(warnings.is_empty(), "{}", list(&warnings));
    }
    assert_eq!(demo().faults(), []);
}

#[test]
fn a_fault_is_reported_and_reaches_a_technician() {
    let mut story = Story::new(demo(), "en");
    story.start("main").types("my wifi is broken").types("fault").types("Wifi");
    story.types("yesterday").types("blue").types("red").types("Yes").types("079 123 45 67");
    story.looked_up(Err("unreachable")).types("1").goes_on();
    insta::assert_snapshot!(story.told);
}

#[test]
fn a_signed_in_customer_is_not_asked_for_the_number() {
    let mut story = Story::new(demo(), "fr").signed_in(&[("phone", "+41 79 123 45 67"), ("tier", "gold")]);
    story.start("fault").chooses("internet");
    story.fills_all(&[("since", "demain"), ("light", "green"), ("restarted", "non")]);
    story.fills_all(&[("since", "hier"), ("light", "green"), ("restarted", "non")]);
    story.looked_up(Ok(json!({ "healthy": true, "outage": false }))).goes_on().types("non").types("rappel");
    insta::assert_snapshot!(story.told);
}

#[test]
fn a_known_outage_suspends_and_the_customer_comes_back() {
    let mut story = Story::new(demo(), "de");
    story.start("main").types("Störung melden").types("Festnetz");
    story.types("21.11.").types("nö").types("044 668 18 00");
    story.looked_up(Ok(json!({ "outage": true }))).resumes().types("ja").types("nein, danke").types("Nein");
    insta::assert_snapshot!(story.told);
}

#[test]
fn a_wrong_bill_goes_to_billing_with_the_difference() {
    let mut story = Story::new(demo(), "en");
    story.start("billing").types("1").types("1234-567").types("0012 3456").types("1 November").types("CHF 1'240.50");
    story.types("EUR 20").types("1'300.-").types("980").goes_on();
    assert_eq!(story.answers["difference"].value.reveal().to_owned(), crate::Value::Json(json!(260.5)));
    insta::assert_snapshot!(story.told);
}

#[test]
fn more_time_to_pay_wants_to_know_who_asks() {
    let mut story = Story::new(demo(), "en");
    story.start("main").types("bill").types("more time");
    story.level = AssuranceLevel::Low;
    story.types("more time").types("tomorrow").resumes().types("no").types("in June").goes_on().resumes().types("yes").types("yes");
    story.types("that's all, thanks").types("2");
    insta::assert_snapshot!(story.told);
}
