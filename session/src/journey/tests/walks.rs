//! Every kind of step and every policy, one small journey each.

use super::*;
use serde_json::json;

const FORM: &str = r#"
journey: form
start: ask
steps:
  ask:
    on_tries: gave_up
    tries: 2
    form:
      title: Your order
      fields:
        - { id: what, kind: choice, of: [tea, coffee], ask: "What do you drink?" }
        - { id: milk, kind: yes-no, ask: "With milk?", if: "what == 'coffee'" }
        - { id: sugar, kind: number, ask: "How many lumps?", min: 0, max: 9, optional: true }
        - { id: name, kind: text, ask: "Your name?", length: { max: 20 }, tries: 3 }
      next: done
  done: { end: { outcome: ordered, say: "One {what} for {name}." } }
  gave_up: { end: { outcome: gave_up } }
"#;

#[test]
fn a_form_asks_what_applies_and_goes_back_over_it() {
    let mut story = Story::of(FORM);
    story.types("coffee").goes_back().types("tea").goes_back().goes_on().types("Skip").goes_back().goes_back();
    story.chooses("coffee").chooses("yes").fills("sugar", "2").fills("milk", "no").fills("nonsense", "1").goes_on().types("Ada");
    story.goes_back();
    insta::assert_snapshot!(story.told);
}

#[test]
fn a_form_is_filled_all_or_none() {
    let mut story = Story::of(FORM);
    story.fills_all(&[("what", "coffee"), ("milk", "perhaps"), ("name", "Ada")]);
    assert!(story.answers.is_empty());
    story.fills_all(&[("what", "tea"), ("colour", "red")]);
    story.fills_all(&[("name", "Ada"), ("what", "tea"), ("milk", "yes"), ("sugar", "")]);
    assert!(!story.answers.contains_key("milk"), "milk does not apply to tea");
    insta::assert_snapshot!(story.told);
}

#[test]
fn too_many_misfits_lead_elsewhere() {
    let mut story = Story::of(FORM);
    story.types("water").types("juice");
    let mut patient = Story::of(FORM);
    patient.types("water").types("tea").types("-1").types("1").types(&"x".repeat(21)).types("").types(&"y".repeat(30));
    insta::assert_snapshot!(format!("{}\n{}", story.told, patient.told));
}

#[test]
fn an_agent_fills_in_and_corrects() {
    let mut story = Story::of(FORM);
    story.agent_fills("name", "Bo").types("water").agent_fills("what", "coffee").agent_fills("milk", "maybe").agent_fills("hat", "red");
    story.agent_fills("what", "tea").types("3");
    insta::assert_snapshot!(story.told);
}

const BACK: &str = r#"
journey: back
start: one
steps:
  one: { menu: { ask: "One?", choices: [{ id: a, label: A, next: two }, { id: b, label: B, next: said }] } }
  two: { form: { fields: [{ id: f, kind: text, ask: "F?" }, { id: g, kind: text, ask: "G?" }], next: said } }
  said: { say: { text: "Well then.", next: three } }
  three: { menu: { ask: "Three?", choices: [{ id: x, label: X, next: over }] } }
  over: { end: { outcome: over } }
"#;

#[test]
fn going_back_leads_over_fields_and_steps() {
    let mut story = Story::of(BACK);
    story.goes_back().types("A").types("eff").types("gee").goes_on().goes_back().goes_back().goes_back().goes_back();
    story.types("B").goes_on().types("X").goes_back().begins_again();
    insta::assert_snapshot!(story.told);
}

fn calls() -> Library {
    let caller = r#"
journey: caller
start: first
steps:
  first: { menu: { ask: "First?", choices: [{ id: go, label: Go, next: sub }] } }
  sub: { call: { journey: callee, with: { colour: "'blue'" }, save: got, next: told } }
  told: { decide: [{ when: "got == 'blue sky'", next: well }, { otherwise: badly }] }
  well: { end: { outcome: well, say: "{got}", survey: survey } }
  badly: { end: { outcome: badly } }
"#;
    let callee = r#"
journey: callee
takes: [colour]
start: inner
steps:
  inner: { menu: { ask: "A {colour} what?", choices: [{ id: sky, label: Sky, next: back }] } }
  back: { return: { result: "colour + ' ' + inner" } }
"#;
    let survey = r#"
journey: survey
start: stars
steps:
  stars: { form: { fields: [{ id: stars, kind: number, ask: "How many stars?", min: 1, max: 5 }], next: thanks } }
  thanks: { end: { outcome: surveyed } }
"#;
    library(&[("caller", caller), ("callee", callee), ("survey", survey)])
}

#[test]
fn journeys_call_return_survey_and_are_pushed() {
    let mut story = Story::new(calls(), "en");
    story.start("caller").types("Go").goes_back().types("Go").pushes("survey").goes_back().types("5").pushes("nowhere");
    story.types("Sky").types("9").types("4").pushes("survey").types("1").goes_on();
    insta::assert_snapshot!(story.told);
}

#[test]
fn a_journey_that_calls_itself_is_stopped() {
    let text = "journey: me\nstart: a\nsteps: { a: { call: { journey: me, next: b } }, b: { return: } }";
    let library = library(&[("me", text)]);
    let told = list(&library.faults());
    let mut story = Story::new(library, "en");
    story.start("me");
    insta::assert_snapshot!(format!("{told}{}", story.told));
}

#[test]
fn a_journey_that_never_stops_is_stopped() {
    let text = "journey: round\nstart: a\nsteps:\n  a: { set: { values: { n: '1' }, next: b } }\n  \
                b: { decide: [{ when: 'n == 2', next: c }, { otherwise: a }] }\n  c: { end: { outcome: never } }";
    let (journey, warnings) = compile("round", text).unwrap();
    let mut story = Story::new(Library::new([journey]), "en");
    story.start("round");
    insta::assert_snapshot!(format!("{}{}", list(&warnings), story.told));
}

const LOOKUP: &str = r#"
journey: lookup
start: who
steps:
  who:
    form:
      fields:
        - { id: pin, kind: secret, ask: "Your PIN?", keep: 5m }
        - { id: name, kind: text, ask: "Your name?" }
      next: ask
  ask:
    lookup:
      get: "https://crm.example/people/{name}?pin={pin}"
      wait: 3s
      say: "One moment, {name}."
      next: found
      failed: sorry
      errors: { timeout: slow, status_404: unknown }
  found: { menu: { ask: "Welcome, {ask.title} {name}.", choices: [{ id: end, label: End, next: over }] } }
  slow: { menu: { ask: "That took too long.", choices: [{ id: again, label: Again, next: ask }, { id: end, label: End, next: over }] } }
  unknown: { say: { text: "We do not know you.", go_on: false, next: sorry } }
  sorry: { end: { outcome: sorry } }
  over: { end: { outcome: over } }
"#;

fn asking() -> Story {
    let mut story = Story::of(LOOKUP);
    story.types("0815").types("Ada & Bo/../x");
    story
}

#[test]
fn a_look_up_succeeds_fails_times_out_and_comes_late() {
    let mut found = asking();
    found.types("hello").later(1).looked_up(Ok(json!({ "title": "Dr" }))).looked_up(Ok(json!({ "title": "Prof" })));
    let mut unknown = asking();
    unknown.looked_up(Err("status_404"));
    let mut refused = asking();
    refused.looked_up(Err("status_500"));
    let mut large = asking();
    large.looked_up(Ok(json!("x".repeat(70_000))));
    large.told = large.told.lines().map(|l| format!("{l:.120}\n")).collect();
    let mut slow = asking();
    slow.later(60).looked_up(Ok(json!({ "title": "late" }))).types("again").resumes().goes_back();
    let told = [found, unknown, refused, large, slow].map(|s| s.told);
    assert!(told.iter().all(|t| !t.contains("PIN? 0815")));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_secret_is_masked_and_has_an_end() {
    let story = asking();
    let pin = &story.answers["pin"];
    assert_eq!(pin.sensitivity, Sensitivity::Secret);
    assert_eq!(pin.until, Some(pin.at.after(Span::seconds(300))));
    assert_eq!(story.shown(&"pin".into()), "••••");
}

const POLICIES: &str = r#"
journey: policies
start: begin
steps:
  begin: { checkpoint: true, menu: { ask: "Begin?", choices: [
    { id: form, label: Form, next: form }, { id: pay, label: Pay, next: pay }, { id: far, label: Far, next: far }, { id: wait, label: Wait, next: wait },
    { id: high, label: High, next: high }] } }
  form: { resume: confirm, form: { fields: [{ id: a, kind: text, ask: "A?" }, { id: b, kind: text, ask: "B?" }], next: over } }
  pay: { resume: never, form: { fields: [{ id: card, kind: secret, ask: "Card?" }], next: over } }
  far: { resume: checkpoint, form: { fields: [{ id: c, kind: text, ask: "C?" }], next: over } }
  wait: { wait_offer: { ask: "Wait?", choices: [
    { id: stay, label: Stay, next: over }, { id: suspend, label: Later, notice: "See you." }] } }
  high: { level: substantial, form: { fields: [{ id: iban, kind: text, ask: "IBAN?" }, { id: amount, kind: money, currency: EUR, ask: "How much?" }], next: over } }
  over: { end: { outcome: over } }
"#;

#[test]
fn each_step_says_how_it_is_resumed() {
    let mut form = Story::of(POLICIES);
    form.types("form").resumes().types("eh").resumes().types("perhaps").types("no").types("ah").goes_on().types("bee");
    let mut pay = Story::of(POLICIES);
    pay.types("pay").resumes().begins_again();
    let mut far = Story::of(POLICIES);
    far.types("far").resumes();
    let mut wait = Story::of(POLICIES);
    wait.types("wait").types("later").resumes().types("stay").resumes();
    insta::assert_snapshot!([form, pay, far, wait].map(|s| s.told).join("\n"));
}

#[test]
fn the_way_on_after_a_pause_may_want_a_proof_first() {
    let text = r#"
journey: pause
start: pause
steps:
  pause: { suspend: { notice: "We write to you.", next: secret } }
  secret: { level: low, menu: { ask: "Secret?", choices: [{ id: a, label: A, next: later }] } }
  later: { wait_offer: { ask: "Wait?", choices: [{ id: suspend, label: Later, notice: "See you.", next: last }] } }
  last: { level: high, say: { text: "At last.", next: over } }
  over: { end: { outcome: over } }
"#;
    let mut story = Story::of(text);
    story.resumes().goes_on();
    story.level = AssuranceLevel::Low;
    story.goes_on().types("a").types("later").goes_on().resumes().goes_on();
    story.level = AssuranceLevel::High;
    story.goes_on();
    insta::assert_snapshot!(story.told);
}

#[test]
fn who_is_not_known_surely_enough_sees_no_answers_and_gives_none() {
    let mut story = Story::of(POLICIES).signed_in(&[]);
    story.types("high").types("CH93 0076");
    story.level = AssuranceLevel::Low;
    story.resumes().types("12");
    let Some(Prompt::Form { fields, .. }) = story.prompt() else { panic!("a form is wanted") };
    assert!(fields.iter().all(|f| f.value.is_none()));
    story.level = AssuranceLevel::Substantial;
    story.types("12");
    insta::assert_snapshot!(story.told);
}

const CLAIMS: &str = r#"
journey: claims
start: ask
steps:
  ask:
    form:
      fields:
        - { id: mail, kind: email, ask: "Mail?", known: customer.email, level: substantial }
        - { id: page, kind: text, ask: "Page?", known: claimed.page, level: claimed }
        - { id: phone, kind: phone, ask: "Phone?", known: customer.phone }
      next: rank
  rank: { set: { values: { vip: "customer.tier == 'gold'", gone: "nothing.at.all" }, next: person } }
  person: { route: { queue: q, needs: "skill[customer.skill] and lang[session.language]", priority: "vip ? 5 : 0", callback: phone } }
"#;

#[test]
fn what_is_known_well_enough_is_not_asked() {
    let text = CLAIMS.replace(", gone: \"nothing.at.all\"", "");
    let attributes = [("email", "a@example.org"), ("phone", "+41 44 668 18 00"), ("tier", "gold"), ("skill", "chess")];
    let journey = compile("claims", &text).unwrap().0;
    let story = |level| {
        let mut story = Story::new(Library::new([journey.clone()]), "en").signed_in(&attributes);
        story.claimed.insert("page".into(), Private::new(json!("/prices")));
        story.level = level;
        story.start("claims");
        story
    };
    let mut low = story(AssuranceLevel::Low);
    low.types("b@example.org");
    // What was given at a low level is asked again only once more can be had by it.
    low.level = AssuranceLevel::Substantial;
    low.resumes();
    let told = [story(AssuranceLevel::Substantial).told, low.told, story(AssuranceLevel::None).told].join("\n");
    insta::assert_snapshot!(told);
}

const KNOWN_LATER: &str = r#"
journey: later
start: ask
steps:
  ask:
    form:
      fields:
        - { id: number, kind: digits, ask: "Number?", known: customer.number }
        - { id: why, kind: text, ask: "Why?" }
        - { id: secret, kind: text, ask: "Secret?", level: high, optional: true }
      next: done
  done: { end: { outcome: done } }
"#;

#[test]
fn what_is_proven_meanwhile_changes_no_question_behind_the_customers_back() {
    let story = || {
        let library = library(&[("later", KNOWN_LATER)]);
        let mut story = Story::new(library, "en").signed_in(&[("number", "00123456")]);
        story.level = AssuranceLevel::None;
        story.start("later");
        story.level = AssuranceLevel::Low;
        story
    };
    // The answer to a look-up that nobody awaits, a deadline that is not due, another field that an agent fills in: no move.
    let mut still = story();
    still.looked_up(Err("timeout")).later(20).agent_fills("why", "because");
    assert_eq!((still.asked(), still.at.level), (Some("number".into()), AssuranceLevel::None));
    // A move looks at the form again: what did not fit is known by now, and what is typed was meant for what was asked.
    let mut moved = story();
    moved.types("what?");
    assert_eq!((moved.asked(), moved.at.misfit.clone(), moved.at.level), (Some("why".into()), None, AssuranceLevel::Low));
    moved.agent_fills("secret", "hush").resumes();
    assert_eq!(moved.asked(), Some("why".into()));
    let mut typed = story();
    typed.types("12345678");
    assert_eq!(typed.answers["number"].value.reveal(), &crate::Value::Text("12345678".into()));
}

#[test]
fn a_person_is_reached_even_where_the_requirement_cannot_be_told() {
    let text = "journey: x\nstart: a\nsteps: { a: { route: { queue: q, needs: 'skill[customer.skill] >= 3', priority: '1 / 0' } } }";
    let mut story = Story::of(text);
    story.resumes().begins_again();
    insta::assert_snapshot!(story.told);
}

#[test]
fn a_position_survives_being_stored() {
    let mut story = Story::new(calls(), "en");
    story.start("caller").types("Go").pushes("survey");
    let stored = serde_json::to_string(&story.at).unwrap();
    assert_eq!(serde_json::from_str::<Position>(&stored).unwrap(), story.at);
    let packed = rmp_serde::to_vec_named(&story.at).unwrap();
    assert_eq!(rmp_serde::from_slice::<Position>(&packed).unwrap(), story.at);
}
