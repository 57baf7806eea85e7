//! Versions by content; publishing; carrying sessions.

use super::*;

const OLD: &str = "# The first one.\njourney: j\nstart: a\nsteps:\n  a: { menu: { ask: A?, choices: [{ id: b, label: B, next: b }] } }\n  \
                   b: { form: { fields: [{ id: f, kind: text, ask: F? }, { id: g, kind: text, ask: G? }], next: c } }\n  c: { end: { outcome: c } }\n";

fn journey(text: &str) -> Journey {
    compile("j.yaml", text).unwrap_or_else(|f| panic!("{}", list(&f))).0
}

#[test]
fn the_version_is_the_content_and_not_its_layout() {
    let reordered = "steps:\n  c:\n    end:\n      outcome: 'c'\n  b:\n    form:\n      next: c\n      fields:\n        - {kind: text, id: f, ask: F?}\n        \
                     - id: g\n          ask: \"G?\" # why\n          kind: text\n  a: { menu: { choices: [{ label: B, id: b, next: b }], ask: A? } }\n\
                     start: a\njourney: j\nupgrade: pin\n";
    assert_eq!(journey(OLD).version(), journey(reordered).version());
    assert_ne!(journey(OLD).version(), journey(&OLD.replace("F?", "F!")).version());
    assert_eq!(journey(OLD).version().0.len(), 16);
    let swapped = OLD.replace(
        "{ id: f, kind: text, ask: F? }, { id: g, kind: text, ask: G? }",
        "{ id: g, kind: text, ask: G? }, { id: f, kind: text, ask: F? }",
    );
    assert_ne!(journey(OLD).version(), journey(&swapped).version(), "the order of fields is content");
}

fn live(step: &str, sessions: u64) -> LiveAt {
    LiveAt { journey: "j".into(), version: journey(OLD).version().clone(), step: step.into(), sessions }
}

fn without_b(upgrade: &str) -> Journey {
    let text = "journey: j\nstart: a\nsteps:\n  a: { menu: { ask: A?, choices: [{ id: b, label: B, next: d }] } }\n  \
                d: { form: { fields: [{ id: f, kind: text, ask: F? }, { id: h, kind: text, ask: H? }], next: c } }\n  c: { end: { outcome: c } }\n";
    journey(&format!("{text}{upgrade}"))
}

fn report(library: &Library, new: &Journey) -> String {
    let report = library.publish_check(new, &[live("a", 3), live("b", 2), live("c", 1)]);
    let word = if report.allowed { "allowed" } else { "refused" };
    format!("{word}: {} stay, {} are carried\n{}\n", report.pinned, report.carried, report.reasons.join("\n"))
}

#[test]
fn publishing_lists_who_would_break_and_refuses_unless_told_how() {
    let library = Library::new([journey(OLD)]);
    let cases = ["", "upgrade: pin", "upgrade: { restart_at: a }", "upgrade: { migrate: { b: d } }", "upgrade: { migrate: { a: a } }"];
    let mut told: Vec<String> = cases.iter().map(|case| format!("{case}\n{}", report(&library, &without_b(case)))).collect();
    told.push(format!("nothing stored, pin\n{}", report(&Library::default(), &without_b("upgrade: pin"))));
    insta::assert_snapshot!(told.join("\n"));
}

fn at_b() -> Story {
    let mut story = Story::new(Library::new([journey(OLD)]), "en");
    story.start("j").types("B").types("eff");
    story
}

#[test]
fn a_pinned_session_goes_on_on_its_version() {
    let mut story = at_b();
    let new = without_b("upgrade: pin");
    story.library = Library::new([new]);
    story.types("gee");
    assert!(story.told.contains("refused JOURNEY_UNKNOWN"), "its version is not here");
    story.library = story.library.with([OLD, "no journey"]);
    assert_eq!(story.library.carry(&mut story.at), Carried::Stays);
    story.types("gee");
    assert_eq!(story.at.ended.as_deref(), Some("c"));
    // Beginning again means the newest.
    story.begins_again().types("B");
    assert_eq!(story.at.frames[0].step, "d".into());
}

#[test]
fn a_migrated_session_keeps_its_answers() {
    let mut story = at_b();
    story.library = story.library.publish(without_b("upgrade: { migrate: { b: d } }"));
    assert_eq!(story.library.carry(&mut story.at.clone()), Carried::Moved(vec![("j".into(), "d".into())]));
    story.resumes();
    let Some(Prompt::Form { current, .. }) = story.prompt() else { panic!("a form is wanted") };
    assert_eq!(current, Some("h".into()), "what was answered is not asked again");
}

#[test]
fn what_a_journey_counts_on_is_told_with_its_place() {
    let told: Vec<String> = compile("fault.yaml", include_str!("../../../../examples/demo/journeys/fault.yaml"))
        .unwrap()
        .0
        .references()
        .iter()
        .map(|r| format!("{:?} {} at {}:{}", r.to, r.name, r.line, r.column))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_restarted_session_stands_at_the_step_that_was_named() {
    let mut story = at_b();
    let stored = without_b("upgrade: pin").text().to_owned();
    story.library = story.library.publish(without_b("upgrade: { restart_at: a }")).with([stored.as_str()]);
    assert_eq!(story.library.carry(&mut story.at), Carried::Moved(vec![("j".into(), "a".into())]));
    assert_eq!(story.library.carry(&mut story.at), Carried::Stays);
    assert!(story.answers.contains_key("f"));
    assert!(matches!(story.prompt(), Some(Prompt::Menu { .. })));
}
