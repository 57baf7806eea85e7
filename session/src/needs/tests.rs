use super::*;
use proptest::prelude::*;

fn skill() -> impl Strategy<Value = Skill> {
    let name = "[a-z][a-z0-9_.-]{0,8}".prop_filter("a word", |n| parse::is_name(n));
    prop_oneof![name.clone().prop_map(Skill::Named), (name.clone(), name).prop_map(|(family, variable)| Skill::Of { family, variable })]
}

fn need() -> impl Strategy<Value = Need> {
    let leaf = (skill(), 0..=10_u8).prop_map(|(skill, level)| Need::AtLeast(skill, level));
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Need::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Need::Any),
            inner.prop_map(|n| Need::Not(Box::new(n))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(need in need()) {
        let needs = Needs(Some(need));
        prop_assert_eq!(Needs::parse(&needs.to_string()), Ok(needs));
    }

    #[test]
    fn nothing_makes_it_panic(text in "\\PC{0,80}|[a-z \\[\\]()>=0-9]{0,80}") {
        let _ = Needs::parse(&text);
    }
}

#[test]
fn and_binds_tighter_than_or() {
    let needs = Needs::parse("lang.fr >= 6 AND (billing >= 3 OR billing_lead) and not contractor").unwrap();
    assert_eq!(needs.to_string(), "lang.fr >= 6 and (billing >= 3 or billing_lead) and not contractor");
    assert_eq!(Needs::parse("a or b and c").unwrap().to_string(), "a or (b and c)");
    assert_eq!(needs.skills().into_iter().collect::<Vec<_>>(), ["billing", "billing_lead", "contractor", "lang.fr"]);
}

#[test]
fn variables_become_skills() {
    let needs = Needs::parse("skill[what] >= 3 and lang[session.language] >= 5").unwrap();
    assert_eq!(needs.variables().into_iter().collect::<Vec<_>>(), ["session.language", "what"]);
    let mut value = |name: &str| Some(if name == "what" { "internet" } else { "en" }.to_owned());
    let resolved = needs.resolve(&mut value).unwrap();
    assert_eq!(resolved.to_string(), "internet >= 3 and lang.en >= 5");
    let mut number = |name: &str| SkillId(u32::try_from(name.len()).unwrap());
    let expected = Requirement::All(vec![Requirement::AtLeast(SkillId(8), Level(3)), Requirement::AtLeast(SkillId(7), Level(5))]);
    assert_eq!(resolved.to_requirement(&mut number), expected);
    assert_eq!(needs.resolve(&mut |_| None).unwrap_err().to_string(), "'what' has no value yet");
    let hostile = needs.resolve(&mut |_| Some("internet or x".into())).unwrap_err();
    assert_eq!(hostile.to_string(), "the value of 'what' is no skill's name");
}

#[test]
fn an_unresolved_variable_is_met_by_nobody_and_nothing_by_everybody() {
    let needs = Needs::parse("skill[what]").unwrap();
    assert_eq!(needs.to_requirement(&mut |_| SkillId(0)), Requirement::Any(Vec::new()));
    assert_eq!(Needs::parse("  ").unwrap(), Needs::none());
    assert_eq!(Needs::none().to_requirement(&mut |_| SkillId(0)), Requirement::All(Vec::new()));
}

#[test]
fn faults_have_a_column_and_a_mend() {
    let deep = format!("{}a{}", "(".repeat(17), ")".repeat(17));
    let long = "a".repeat(1_001);
    let cases = [
        "billing >= 11",
        "billing >=",
        "billing > 3",
        "a && b",
        "a b",
        "(a",
        "a)",
        "skill[",
        "skill[what",
        "and a",
        "a or",
        "not",
        "€",
        "-x",
        deep.as_str(),
        long.as_str(),
        &"not ".repeat(30),
    ];
    let told: Vec<String> =
        cases.iter().map(|c| format!("{:.20}: {}", c, Needs::parse(c).map(|n| n.to_string()).unwrap_or_else(|e| e.to_string()))).collect();
    insta::assert_snapshot!(told.join("\n"));
}
