//! What is wrong with a definition is told all at once, with its place and the mend.

use super::*;

fn told(text: &str) -> String {
    match compile("x.yaml", text) {
        Ok((_, warnings)) => format!("sound; {}", list(&warnings)),
        Err(faults) => list(&faults),
    }
}

#[test]
fn all_faults_come_at_once() {
    let text = r#"
journey: two words
titel: Fault
language: english
start: waht
steps:
  what:
    resume: heer
    on_tries: nowhere
    menu:
      ask: { en: "What {is it?", fr: "Quoi ?" }
      choices:
        - { id: internet, key: 1, label: Internet, next: detials }
        - { id: internet, key: 12, label: Internet, nxt: details }
        - { id: phone, key: 1, label: Phone, next: details }
  details:
    form:
      fields:
        - { id: since, kind: dat, ask: "Since?" }
        - { id: light, kind: choice, ask: "Light?" }
        - { id: in, kind: text, ask: "In?" }
        - { id: age, kind: number, ask: "Age?", min: young, max: 120, check: "value >" }
        - { id: paid, kind: money, ask: "Paid?", currency: EURO }
        - { id: code, kind: text, ask: "Code?", pattern: "[A-", length: { min: 5, max: 2 } }
        - { id: pin, kind: secret, ask: "PIN?", sensitivity: usual }
        - { id: note, kind: text, ask: "Note?", of: [a], if: "hwat == 'phone'" }
        - { id: page, kind: text, ask: "Page?", known: claimed.page }
      next: check
  check:
    lookup: { post: "https://{code}.example/tests", send: [pin, since], wait: 8 seconds, failed: person, errors: { teapot: person } }
  person:
    route: { queue: faults, needs: "skill[what] > 3", priority: "claimed.tier == 'gold' ? 2 : 1" }
  both: { say: { text: "A", next: person }, end: { outcome: over } }
  nothing: {}
  decide-it:
    decide: [{ when: "pin == '1'", next: person }, { otherwise: lost }]
  wait:
    wait_offer: { ask: "Wait?", choices: [{ id: dance, label: Dance, next: person }, { id: suspend, label: Later }] }
  what: { end: { outcome: twice } }
"#;
    insta::assert_snapshot!(told(text));
}

#[test]
fn one_slip_hides_no_other() {
    let text = r#"
journey: slips
start: a
steps:
  a: { form: { fields: [{ id: n, kind: number, ask: "N?", min: 10, max: 1 }, { id: d, kind: date, ask: "D?", min: 2026-02-01, max: 2026-01-01 }], next: b } }
  b: { menu: { ask: "B?", choices: [{ id: c, label: C, next: cc }, { id: o, label: O, nxt: far }] } }
  c: { say: { text: "C", next: c, go_on: false } }
  far: { end: { outcome: over } }
  island: { end: { outcome: never } }
  lost: { say: { text: "L", next: nowhere_at_all } }
"#;
    insta::assert_snapshot!(told(text));
}

#[test]
fn the_ways_through_are_checked() {
    let text = r"
journey: ways
start: a
steps:
  a: { menu: { ask: A?, choices: [{ id: b, label: B, next: b }, { id: c, label: C, next: c }] } }
  b: { say: { text: B, next: d } }
  d: { say: { text: D, next: b } }
  c: { end: { outcome: over } }
  island: { end: { outcome: never } }
";
    insta::assert_snapshot!(told(text));
}

#[test]
fn missing_translations_are_warnings() {
    let text = r#"
journey: words
languages: [en, fr, de]
start: a
steps:
  a:
    menu:
      ask: { en: "A?", fr: "A ?" }
      choices: [{ id: b, label: { de: B }, next: c }]
  c: { end: { outcome: over, say: For everybody } }
"#;
    insta::assert_snapshot!(told(text));
}

#[test]
fn claims_have_no_say_in_the_rank_by_any_way() {
    let text = r"
journey: claims
start: a
steps:
  a: { set: { values: { tier: claimed.tier, other: 'tier' }, next: b } }
  b: { call: { journey: x, with: { t: other }, next: c } }
  c: { route: { queue: q, needs: 'skill[claimed.skill]', priority: 'other == 1 ? 1 : 0' } }
";
    insta::assert_snapshot!(told(text));
}

#[test]
fn what_is_no_definition_is_told_as_such() {
    let texts =
        ["", "hello", "[1, 2]", "journey: a", "journey: a\nstart: b\nsteps: []", "journey: a\nstart: b\nsteps: {}", "a: b: c", "\t", "'"];
    let all: Vec<String> = texts.iter().map(|t| format!("{t:?}\n{}", told(t))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn expressions_are_bounded() {
    let compiled = |source: &str| expr::Expr::compile(source).err().unwrap_or_else(|| "sound".into());
    let nested = "[1].all(a, [2].all(b, a == b))";
    let many = "[1].all(a, true) && [1].all(a, true) && [1].all(a, true)";
    let sources = [
        nested.to_owned(),
        many.to_owned(),
        "(".repeat(500),
        format!("{}1{}", "(".repeat(30), ")".repeat(30)),
        "!".repeat(900),
        "-".repeat(900),
        "1+".repeat(400) + "1",
        "a ? b : ".repeat(100) + "c",
        "x".repeat(1_001),
        "a.b".into(),
        ".a".repeat(300),
        "a[".repeat(300),
        "'unclosed".into(),
        "value.matches('a')".into(),
        "\u{0}".into(),
        "a && (b || c) && d in [1, 2, 3] && has(customer.tier) && size(name) < 3".into(),
    ];
    let all: Vec<String> = sources.iter().map(|s| format!("{:.60} → {}", s.escape_debug().to_string(), compiled(s))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn one_answer_fills_one_field() {
    let text = "journey: twice\nstart: form\nsteps:\n  form:\n    form:\n      fields:\n        - { id: name, kind: text, ask: \"First?\" }\n        - { id: name, kind: number, ask: \"Second?\" }\n      next: over\n  over: { end: { outcome: over } }\n";
    let told = told(text);
    assert!(told.contains("the field 'name' is there twice") && told.contains("give each an id of its own"), "{told}");
}
