//! What holds for every journey and every input.

use super::*;
use proptest::prelude::*;

const SOURCES: [&str; 3] = [
    include_str!("../../../../examples/demo/journeys/fault.yaml"),
    include_str!("../../../../examples/demo/journeys/billing.yaml"),
    include_str!("../../../../examples/demo/journeys/main.yaml"),
];

#[derive(Clone, Debug)]
enum Act {
    Do(Input),
    Resume,
    Answered(bool),
    Later,
    Push(&'static str),
    Level(AssuranceLevel),
}

fn word() -> impl Strategy<Value = String> {
    let likely = [
        "1",
        "2",
        "3",
        "0",
        "yes",
        "no",
        "fault",
        "internet",
        "red",
        "today",
        "079 123 45 67",
        "12345678",
        "10.50",
        "a@example.org",
        "skip",
        "",
        "stay",
        "callback",
        "suspend",
        "message",
        "tomorrow",
        "fünf",
    ];
    prop_oneof![8 => proptest::sample::select(likely.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,30}"]
}

fn field() -> impl Strategy<Value = FieldId> {
    let names = ["since", "light", "restarted", "number", "customer_number", "bill_date", "charged", "pay_by", "nonsense"];
    proptest::sample::select(names.to_vec()).prop_map(FieldId::new)
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        6 => word().prop_map(|t| Input::Typed(t.into())),
        2 => word().prop_map(|t| Input::Choose(ChoiceId::new(&t))),
        3 => (field(), word()).prop_map(|(f, t)| Input::Fill(f, t.into())),
        1 => prop::collection::vec((field(), word().prop_map(Private::new)), 0..5).prop_map(Input::FillAll),
        2 => Just(Input::Continue),
        2 => Just(Input::Back),
        1 => Just(Input::Restart),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => input().prop_map(Act::Do),
        2 => Just(Act::Resume),
        2 => any::<bool>().prop_map(Act::Answered),
        1 => Just(Act::Later),
        1 => proptest::sample::select(vec!["billing", "main", "none"]).prop_map(Act::Push),
        1 => proptest::sample::select(vec![AssuranceLevel::None, AssuranceLevel::Low, AssuranceLevel::High]).prop_map(Act::Level),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever happens: no panic; a refusal changes nothing (the story checks that); there is always something to show; the
    /// stack is bounded; a resume asks the very field that was asked.
    #[test]
    fn any_walk_holds(acts in prop::collection::vec(act(), 1..40), language in proptest::sample::select(vec!["en", "fr", "de-CH", "xx"])) {
        let mut story = Story::new(demo(), language).signed_in(&[("number", "00123456")]);
        story.start("main");
        for act in acts {
            match act {
                Act::Do(input) => { story.input("does something", input); }
                Act::Answered(true) => { story.looked_up(Ok(serde_json::json!({ "healthy": true }))); }
                Act::Answered(false) => { story.looked_up(Err("timeout")); }
                Act::Later => { story.later(20); }
                Act::Push(journey) => { story.pushes(journey); }
                Act::Level(level) => story.level = level,
                Act::Resume => {
                    let before = story.asked();
                    let confirms = story.at.frames.last().is_some_and(|f| f.step.as_str() == "delay");
                    let gone_back = story.at.frames.last().is_some_and(|f| f.again.is_some());
                    let level = story.at.level;
                    story.resumes();
                    if let (Some(before), false) = (before, confirms || gone_back || level != story.level) {
                        prop_assert_eq!(story.asked(), Some(before));
                    }
                }
            }
            prop_assert!((1..=16).contains(&story.at.frames.len()));
            prop_assert!(story.prompt().is_some());
            let busy = matches!(story.prompt(), Some(Prompt::Busy { .. }));
            prop_assert!(busy || story.at.awaiting.is_none());
        }
    }

    #[test]
    fn a_mangled_definition_is_told_and_never_panics(
        which in 0..SOURCES.len(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, "[ \\n:{}\\[\\]\"'|>&*!%@#,a-z0-9-]{0,6}"), 1..6),
    ) {
        let mut letters: Vec<char> = SOURCES[which].chars().collect();
        for (at, gone, put) in cuts {
            let from = at.index(letters.len());
            let to = (from + gone).min(letters.len());
            letters.splice(from..to, put.chars());
        }
        let text: String = letters.into_iter().collect();
        if let Err(faults) = compile("mangled", &text) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn any_text_is_told_and_never_panics(text in "\\PC{0,200}", expr in "[a-z0-9 .()\\[\\]{}'\"&|!<>=+*?:,-]{0,60}") {
        let _ = compile("noise", &text);
        let _ = expr::Expr::compile(&expr);
        let _ = text::Template::parse(&text);
    }
}
