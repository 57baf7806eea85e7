use super::*;
use crate::journey::{Attributes, compile, definition::Does};
use crate::{Answers, AssuranceLevel};
use proptest::prelude::*;

/// A field from its definition, in a journey of its own.
fn field(rest: &str) -> FieldSpec {
    let text = format!(
        "journey: f\nstart: a\nsteps:\n  a: {{ form: {{ fields: [{{ id: f, ask: F?, {rest} }}], next: b }} }}\n  b: {{ end: {{ outcome: b }} }}\n"
    );
    let (journey, _) = compile("f", &text).unwrap_or_else(|f| panic!("{f:?}"));
    let mut body = std::sync::Arc::into_inner(journey.0).unwrap();
    match body.steps.remove("a").unwrap().does {
        Does::Form(mut form) => form.fields.remove(0),
        _ => unreachable!("the step is a form"),
    }
}

/// 22 November 2026.
fn taken(spec: &FieldSpec, text: &str, language: &str) -> Result<Value, String> {
    let (answers, none, language) = (Answers::new(), Attributes::new(), Language::new(language));
    let level = AssuranceLevel::None;
    let today = Date::constant(2026, 11, 22);
    let scope =
        Scope { answers: &answers, customer: &none, claimed: &none, language: &language, level, today: today.to_string(), journey: None };
    read(spec, text, &Reading { language: &language, region: Some("CH"), today, scope: &scope })
}

/// Each text with what is made of it: shown, or why it does not fit.
fn told(spec: &FieldSpec, language: &str, texts: &[&str]) -> String {
    let one = |text: &&str| match taken(spec, text, language) {
        Ok(value) => format!("{text:?} → {} [{}]", show(Some(spec), &value, &Language::new(language)), kept(&value)),
        Err(why) => format!("{text:?} → ! {why}"),
    };
    format!("{language}\n{}\n", texts.iter().map(one).collect::<Vec<_>>().join("\n"))
}

fn kept(value: &Value) -> String {
    serde_json::to_value(value).unwrap()["value"].to_string()
}

#[test]
fn texts() {
    let long = "é".repeat(2_000);
    let over = "é".repeat(2_001);
    let any = field("kind: text");
    assert!(taken(&any, &long, "en").is_ok());
    let bounded = field("kind: text, length: { min: 2, max: 5 }, pattern: { is: '[A-Z]+', say: Capitals please. }");
    let told = [
        told(&any, "en", &["  hello  ", "two\nlines", "", " \t ", "bell\u{7}", "<b>'\"&"]),
        format!("{}\n", taken(&any, &over, "en").unwrap_err()),
        told(&bounded, "fr", &["A", "AB", "ABCDE", "ABCDEF", "abc"]),
    ];
    insta::assert_snapshot!(told.concat());
}

#[test]
fn numbers() {
    let any = field("kind: number");
    let bounded = field("kind: number, min: -1.5, max: 10");
    let texts = [
        "0",
        "-0",
        "007",
        "1234",
        "1,234",
        "1.234",
        "1,234.5",
        "1.234,5",
        "1'234",
        "1 234,50",
        "12.5",
        "12,5",
        ".5",
        "5.",
        "1,23,456",
        "1.2.3",
        "+3",
        "−4",
        "٣",
        "1e3",
        "twelve",
        "0.1234567",
        "999999999999999999",
        "9999999999999999999",
        "--1",
        "",
    ];
    let limits = ["-1.5", "-1.51", "-2", "10", "10.0", "10.01", "11"];
    let told =
        [told(&any, "en", &texts), told(&any, "de", &texts), told(&any, "de-CH", &["1'234.50", "1,5"]), told(&bounded, "fr", &limits)];
    insta::assert_snapshot!(told.concat());
}

#[test]
fn days() {
    let any = field("kind: date");
    let past = field("kind: date, min: today-90d, max: today");
    let ahead = field("kind: date, min: 2026-12-01, max: today+1d");
    let texts = [
        "2026-11-21",
        "21.11.2026",
        "21.11.26",
        "21.11.",
        "21.11",
        "21/11/2026",
        "21-11-2026",
        "2111",
        "21112026",
        "20261121",
        "21 November",
        "Nov 21",
        "21. november 2026",
        "21st nov 1999",
        "today",
        "Yesterday",
        "tomorrow!",
        "31.02.2026",
        "29.2.2024",
        "29.2.2025",
        "00.01.2026",
        "32.1.",
        "13/13/2026",
        "1.1.1799",
        "1.1.2200",
        "99999",
        "soon",
        "",
    ];
    let told = [
        told(&any, "en", &texts),
        told(&any, "en-US", &["11/21/2026", "11/21", "21/11/2026", "11212026", "21 Nov 2026"]),
        told(&any, "de", &["heute", "gestern", "Morgen", "3. März", "03.03.27", "today"]),
        told(&any, "fr", &["aujourd’hui", "hier", "1er août 2026", "3 fév"]),
        told(&any, "ja", &["today", "2026-01-02"]),
        told(&past, "en", &["22.11.", "23.11.2026", "24.8.2026", "23.8.2026", "31.12.", "1.12."]),
        told(&ahead, "de", &["1.12.2026", "30.11.2026"]),
    ];
    insta::assert_snapshot!(told.concat());
}

#[test]
fn amounts() {
    let francs = field("kind: money, currency: CHF, max: 1000");
    let yen = field("kind: money, currency: JPY");
    let dinars = field("kind: money, currency: KWD, min: -5");
    let texts = [
        "12",
        "12.5",
        "12.50",
        "12,50",
        "12.505",
        "CHF 12.50",
        "12.50 chf",
        "Fr. 12.-",
        "12.–",
        "EUR 12",
        "12 €",
        "$12",
        "12 USD",
        "-1",
        "0",
        "1'000",
        "1000.01",
        "much",
        "12 francs",
        "",
    ];
    let told = [
        told(&francs, "de-CH", &texts),
        told(&yen, "en", &["¥1,200", "1200.5", "1200"]),
        told(&dinars, "fr", &["1,234", "1,2345", "-5", "-5,001"]),
    ];
    insta::assert_snapshot!(told.concat());
}

#[test]
fn telephone_numbers() {
    let phone = field("kind: phone");
    let texts = [
        "079 123 45 67",
        "+41 79 123 45 67",
        "0041 79 123 45 67",
        "+41 (0)79 123 45 67",
        "tel:+41791234567",
        "044/668 18 00",
        "+33 1 42 68 53 00",
        "+1 650-253-0000",
        "117",
        "12345",
        "+41",
        "+999 123 456 789",
        "call me",
        "+41 79 123 45 67 ext. 5",
        "٠٧٩١٢٣٤٥٦٧",
        "",
    ];
    let told = [told(&phone, "de", &texts), told(&phone, "fr-FR", &["01 42 68 53 00"]), told(&phone, "en-US", &["650 253 0000"])];
    insta::assert_snapshot!(told.concat());
    assert!(taken(&phone, &"1".repeat(500), "en").is_err());
}

#[test]
fn mail_addresses() {
    let texts = [
        "ada@example.org",
        "Ada.Lovelace+x@Example.ORG",
        "mailto:ada@example.org",
        "jürg@müller.ch",
        "ada@example",
        "ada@@example.org",
        "@example.org",
        "ada@",
        ".ada@example.org",
        "a..b@example.org",
        "ada@-example.org",
        "ada@example.1",
        "ada @example.org",
        "ada@exa mple.org",
        "ada@exam_ple.org",
        "<ada@example.org>",
        "a\r\nBcc: b@example.org",
        "",
    ];
    insta::assert_snapshot!(told(&field("kind: email"), "en", &texts));
    let at_limit = format!("{}@example.org", "a".repeat(64));
    let over = format!("{}@example.org", "a".repeat(65));
    assert!(taken(&field("kind: email"), &at_limit, "en").is_ok());
    assert!(taken(&field("kind: email"), &over, "en").is_err());
}

#[test]
fn yes_and_no() {
    let spec = field("kind: yes-no");
    let told = [
        told(&spec, "en", &["yes", "Y", "1", "2", "NO!", "nope", "ok", "true", "oui", "maybe", "3", ""]),
        told(&spec, "fr", &["oui", "Non.", "yes", "si", "D’accord"]),
        told(&spec, "de", &["Ja!", "nö", "genau", "yes"]),
        told(&spec, "it", &["sì", "no"]),
        told(&spec, "es", &["Sí", "No"]),
        told(&spec, "xx", &["yes"]),
    ];
    insta::assert_snapshot!(told.concat());
}

#[test]
fn digits_and_secrets() {
    let eight = field("kind: digits, length: 8");
    let some = field("kind: digits, length: { min: 2, max: 4 }");
    let secret = field("kind: secret, length: { min: 4, max: 4 }, pattern: '\\d+'");
    let told = [
        told(&eight, "en", &["00123456", "0012-3456", "0012 34 56", "1234567", "123456789", "1234567a", "٠٠١٢٣٤٥٦", ""]),
        told(&some, "de", &["1", "12", "1234", "12345"]),
        format!("{}\n", show(Some(&secret), &taken(&secret, "0815", "en").unwrap(), &"en".into())),
        format!("{:?}\n", ["815", "08155", "08a5"].map(|t| taken(&secret, t, "en").unwrap_err())),
    ];
    insta::assert_snapshot!(told.concat());
}

#[test]
fn choices() {
    let plain = field("kind: choice, of: [green, red]");
    let rich = field(
        "kind: choice, of: [{ id: g, key: 7, label: { en: Green, fr: Vert }, short: Grn, synonyms: { en: [lime], fr: [citron] } }, \
         { id: r, label: { en: Red, fr: Rouge }, synonyms: [lime] }]",
    );
    let told = [
        told(&plain, "en", &["green", "GREEN", " Red. ", "1", "2", "3", "0", "blue", ""]),
        told(&rich, "en", &["g", "green", "grn", "7", "1", "2", "Vert", "lime"]),
        told(&rich, "fr", &["VERT", "citron", "rouge", "Lime", "green"]),
    ];
    insta::assert_snapshot!(told.concat());
}

proptest! {
    #[test]
    fn nothing_makes_reading_panic(text in "\\PC{0,60}|[0-9.,+() /-]{0,30}", language in "(en|fr|de|it|es|en-US|de-CH|xx)") {
        for kind in ["text", "number", "date", "money, currency: EUR", "phone", "email", "yes-no", "digits", "secret", "choice, of: [a, b]"] {
            let spec = field(&format!("kind: {kind}"));
            if let Ok(value) = taken(&spec, &text, &language) {
                let _ = show(Some(&spec), &value, &Language::new(&language));
            }
        }
    }

    /// What is shown of a number, a day or an amount is read back as the same, in every language.
    #[test]
    fn what_is_shown_is_read_back(
        n in -1_000_000_000..1_000_000_000_i64, places in 0..3_u8, days in 0..60_000_i32, language in "(en|fr|de|it|es|en-US|de-CH|fr-CH)",
    ) {
        let language_of = Language::new(&language);
        let read = number::read(&number::show(n, places, &language_of), &language_of).unwrap();
        prop_assert_eq!(number::compare(read, (n, places)), std::cmp::Ordering::Equal);
        let day = Date::constant(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let shown = date::show(day, &language_of).replace(" de ", " ");
        prop_assert_eq!(taken(&field("kind: date"), &shown, &language), Ok(Value::Date(day.to_string())));
        let spec = field("kind: money, currency: EUR");
        prop_assert_eq!(taken(&spec, &money::show(n.abs(), "EUR", &language_of), &language), Ok(Value::Money(n.abs(), "EUR".into())));
    }
}
