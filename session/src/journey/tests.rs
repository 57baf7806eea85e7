//! Whole walks, told as transcripts.

use super::*;

fn demo() -> Library {
    let texts = [
        ("fault.yaml", include_str!("../../../examples/demo/journeys/fault.yaml")),
        ("billing.yaml", include_str!("../../../examples/demo/journeys/billing.yaml")),
        ("main.yaml", include_str!("../../../examples/demo/journeys/main.yaml")),
    ];
    let journeys = texts.map(|(path, text)| {
        let (journey, warnings) = compile(path, text).unwrap_or_else(|f| panic!("{}", list(&f)));
        assert!(warnings.is_empty(), "{}", list(&warnings));
        journey
    });
    Library::new(journeys).region("CH")
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(|f| format!("{f}\n")).collect()
}

#[test]
fn the_demo_is_sound() {
    assert_eq!(demo().faults(), []);
}
