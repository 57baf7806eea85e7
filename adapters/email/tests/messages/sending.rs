//! Mails of ours: what goes over the wire, in whose words, and when nothing goes at all.

use crate::view::{ours, written};
use proptest::prelude::*;
use segue_adapter_email::mail::{Address, Limits, Mail, Mailbox, Sign, read};
use segue_adapter_email::manners::{Answered, CAP_MS, EACH_MS, Silence};
use segue_adapter_email::out::{Enclosed, Outgoing, answered, answers_subject};
use segue_adapter_email::thread::{Place, message_id, place, reply_address};
use segue_adapter_email::words::{Received, Said, Text, Words, quoted};
use segue_session::handle::Token;
use segue_session::{HandleKind, Keys, Language, Private, SessionId, TenantId, Time};
use uuid::Uuid;

const NOW: Time = Time(1_800_000_000_000);
const UNIQUE: Uuid = Uuid::from_u128(9);

fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox { name: Private::new(name.to_owned()), address: Address::parse(address).unwrap() }
}

fn keys() -> Keys {
    Keys::derive(b"an example of a secret, 32 bytes", &TenantId::new("acme"))
}

fn token() -> Private<String> {
    Token::new(&keys(), Uuid::from_u128(7), HandleKind::Reply, SessionId(Uuid::from_u128(42)), Time(NOW.0 + 60_000), &[]).text(&keys())
}

fn outgoing() -> Outgoing {
    let from = mailbox("Acme Help", "help@acme.example");
    Outgoing {
        id: message_id(&token(), UNIQUE, "acme.example"),
        unique: UNIQUE,
        reply_to: reply_address(&from.address, &token()),
        from,
        to: vec![mailbox("Ana Müller", "ana@customer.example")],
        cc: vec![mailbox("", "bob@customer.example")],
        subject: "Re: Größe 38?".to_owned().into(),
        date: NOW,
        language: Language::new("en"),
        text: "Yes, we have it.\n\n.\nFrom here it ships today. €\n".to_owned().into(),
        attachments: Vec::new(),
        follows: vec!["one@customer.example".to_owned(), "two@customer.example".to_owned()],
        automatic: false,
    }
}

fn wire(mail: &Outgoing) -> String {
    String::from_utf8(mail.write()).unwrap().replace("\r\n", "\n")
}

fn read_back(mail: &Outgoing) -> Mail {
    // Nothing of ours is read as such here, or each would be a loop.
    read(&mail.write(), &segue_adapter_email::mail::Ours::default(), &Limits::default()).unwrap()
}

#[test]
fn an_answer_on_the_wire() {
    insta::assert_snapshot!(wire(&outgoing()));
}

#[test]
fn an_automatic_answer_with_a_file_on_the_wire() {
    let file = Enclosed {
        name: "Réunion \"1\".pdf".to_owned().into(),
        media_type: "application/pdf\r\nBcc: x@y.example".to_owned(),
        bytes: b"%PDF-1.7\n".to_vec().into(),
    };
    insta::assert_snapshot!(wire(&Outgoing {
        automatic: true,
        attachments: vec![file],
        cc: Vec::new(),
        follows: Vec::new(),
        ..outgoing()
    }));
}

#[test]
fn an_answer_to_ours_leads_back_to_its_session() {
    let sent = outgoing();
    let lead = |fields: &str| {
        let raw = format!("From: ana@customer.example\r\n{fields}\r\n\r\nThanks");
        place(&read(raw.as_bytes(), &ours(), &Limits::default()).unwrap(), &ours(), &keys(), NOW)
    };
    let here = Place::Session { session: SessionId(Uuid::from_u128(42)), token: token() };
    let seen = read_back(&sent);
    assert_eq!(lead(&format!("To: {}", seen.reply_to[0].address.reveal())), here);
    assert_eq!(lead(&format!("To: help@acme.example\r\nIn-Reply-To: <{}>", seen.id.unwrap())), here);
}

#[test]
fn who_is_answered_and_under_which_subject() {
    let mail = |fields: &str| read(format!("{fields}\r\n\r\nx").as_bytes(), &ours(), &Limits::default()).unwrap();
    let whom = |fields: &str| answered(&mail(fields), &ours()).map(|one| one.address.reveal().to_owned());
    assert_eq!(whom("From: ana@customer.example").as_deref(), Some("ana@customer.example"));
    assert_eq!(whom("From: ana@customer.example\r\nReply-To: bob@customer.example").as_deref(), Some("bob@customer.example"));
    assert_eq!(whom("From: ana@customer.example\r\nReply-To: help@acme.example").as_deref(), Some("ana@customer.example"));
    assert_eq!(whom("From: help@acme.example"), None, "never ourselves");
    for (subject, expected) in [("Hello", "Re: Hello"), ("Re: Hello", "Re: Hello"), ("AW: Re: Hello", "Re: Hello"), ("", "Re:")] {
        assert_eq!(answers_subject(&subject.to_owned().into()).reveal(), expected);
    }
}

#[test]
fn the_words_in_each_language() {
    let words = Words::new([]).unwrap();
    let quote = quoted("Do you have it?\n\n> Which size?\n38.  ");
    let said = Said { said: "Yes.", signature: "Ada\nAcme", link: "https://acme.example/r#x", quoted_from: "Ana", quoted: &quote };
    let received = Received { reference: "7F3K", expected: "The wait is about 5 minutes.", link: "https://acme.example/r#x", firm: "Acme" };
    let mut all = String::new();
    for language in ["en", "fr-CA", "de", "tlh"] {
        let language = Language::new(language);
        all += &format!("== {language}, answer\n{}", words.answer(&language, &said).unwrap().reveal());
        all += &format!("== {language}, acknowledgement\n{}", words.acknowledgement(&language, &received).unwrap().reveal());
    }
    let bare = Said { signature: "", link: "", quoted_from: "", quoted: "", ..said };
    all += &format!("== bare\n{}", words.answer(&Language::new("en"), &bare).unwrap().reveal());
    let bare = Received { expected: "", link: "", ..received };
    all += words.acknowledgement(&Language::new("en"), &bare).unwrap().reveal();
    insta::assert_snapshot!(all);
}

#[test]
fn a_tenants_words_are_theirs_and_bounded() {
    let received = Received { reference: "7F3K", expected: "", link: "", firm: "Acme" };
    let filled = |template: &str| {
        let words = Words::new([(Text::Acknowledgement, template.to_owned())]).map_err(|error| error.to_string())?;
        let text = words.acknowledgement(&Language::new("en"), &received).map_err(|error| error.to_string())?;
        Ok::<_, String>(text.reveal().clone())
    };
    assert_eq!(filled("Got {{ reference }}, {{ firm }}").unwrap(), "Got 7F3K, Acme\n");
    for (template, fault) in [
        ("{% for", "while reading or filling the template acknowledgement"),
        ("{{ nothing }}", "while reading or filling the template acknowledgement: undefined value"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", "template acknowledgement"),
        ("{% include '/etc/passwd' %}", "template acknowledgement"),
        (&"x".repeat(20_000), "it is longer than 16384 bytes"),
    ] {
        let error = filled(template).unwrap_err();
        assert!(error.contains(fault), "{error}");
    }
}

fn from(address: &str, fields: &str) -> Mail {
    read(format!("From: {address}\r\n{fields}\r\n\r\nx").as_bytes(), &ours(), &Limits::default()).unwrap()
}

#[test]
fn each_sender_has_one_automatic_answer_a_day() {
    let mut answered = Answered::default();
    let mut may = |mail: &Mail, now: u64| answered.may(mail, &ours(), &keys(), Time(now), 1000);
    let ana = from("ana@customer.example", "X-A: b");
    assert_eq!(may(&ana, 0), Ok(()));
    assert_eq!(may(&ana, 1), Err(Silence::Answered));
    assert_eq!(may(&from("ANA@customer.example", "X-A: b"), EACH_MS - 1), Err(Silence::Answered), "however it is written");
    assert_eq!(may(&from("bob@customer.example", "X-A: b"), 1), Ok(()));
    assert_eq!(may(&ana, EACH_MS), Ok(()), "a day later");
    assert_eq!(may(&from("cid@customer.example", "Auto-Submitted: auto-replied"), 0), Err(Silence::Asked(Sign::AutoSubmitted)));
    assert_eq!(may(&from("nobody", "X-A: b"), 0), Err(Silence::Nobody));
}

#[test]
fn a_loop_that_nothing_else_sees_ends_at_the_cap() {
    let mut answered = Answered::default();
    let sender = |n: usize| from(&format!("a{n}@customer.example"), "X-A: b");
    let sent = (0..500).filter(|n| answered.may(&sender(*n), &ours(), &keys(), Time(0), 100).is_ok()).count();
    assert_eq!(sent, 100);
    let stored = rmp_serde::to_vec(&answered).unwrap();
    assert_eq!(rmp_serde::from_slice::<Answered>(&stored).unwrap(), answered, "and a loss of the process does not end it");
    assert_eq!(answered.may(&sender(501), &ours(), &keys(), Time(CAP_MS - 1), 100), Err(Silence::Capped));
    assert_eq!(answered.may(&sender(501), &ours(), &keys(), Time(CAP_MS), 100), Ok(()));
}

proptest! {
    /// Whatever stands in a field, there are no other fields, no other recipients, and the same words.
    #[test]
    fn no_field_is_more_than_it_is(name in "\\PC{0,40}|(\\PC|[\r\n\t\0]){0,20}", subject in "(\\PC|[\r\n\t]){0,200}", text in "([ -~]|[\näß€😀]){0,400}", file in "(\\PC|[\r\n\"\\\\]){1,60}") {
        let sent = Outgoing {
            to: vec![mailbox(&name, "ana@customer.example")],
            subject: subject.clone().into(),
            text: text.clone().into(),
            attachments: vec![Enclosed { name: file.into(), media_type: "text/csv".to_owned(), bytes: b"a,b".to_vec().into() }],
            ..outgoing()
        };
        let raw = sent.write();
        let head = String::from_utf8(raw).unwrap();
        let head = head.split("\r\n\r\n").next().unwrap();
        let names: Vec<_> = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).map(|line| line.split(':').next().unwrap()).collect();
        let expected = ["From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Cc", "Reply-To", "In-Reply-To", "References", "MIME-Version", "Content-Type"];
        prop_assert_eq!(names, expected, "{}", head);
        prop_assert!(head.split("\r\n").all(|line| line.len() <= 998));
        let seen = read_back(&sent);
        prop_assert_eq!(&seen.to[0].address, &sent.to[0].address);
        prop_assert_eq!((seen.to.len(), seen.cc.len(), seen.attachments.len()), (1, 1, 1), "{}", written(&Ok(seen)));
        prop_assert_eq!(seen.text.reveal().trim(), text.trim());
        let words = |text: &str| text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(words(seen.subject.reveal()), words(&subject));
    }
}
