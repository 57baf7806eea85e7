//! The stored forms: today's bytes, yesterday's, and tomorrow's.

use crate::bench::*;
use segue_session::codec::{self, Coded};
use segue_session::*;

/// A session with something in every field.
fn full() -> Session {
    let (mut bench, ada) = (Bench::new(), customer("ada"));
    let number = Private::new("+33142685300".to_owned());
    let voice = Arriving { address: Some(number), ..leg(1, Channel::Voice) };
    let claimed = [("page".to_owned(), Private::new(serde_json::json!({"url": "https://acme.example/help", "visits": 3})))].into();
    let start = Command::Start { session: session_id(), leg: voice, journey: Some("fault".into()), claimed };
    let commands = [
        start,
        Command::Attach { leg: leg(2, Channel::App), by: Claim::SignedIn },
        Command::Step(leg_id(2), crate::stories::choose("internet")),
        Command::Document("cart".into(), Some(Private::new(serde_json::json!([{"sku": "A1", "price": 12.5}])))),
        Command::Consent(leg_id(1), "recording".into(), true),
        Command::AskForPerson(leg_id(2), None),
        Command::GiveHandle(HandleKind::Code, vec![Channel::Chat]),
        Command::GiveHandle(HandleKind::Link, vec![]),
    ];
    for command in commands {
        bench.wait(1).apply(Some(&ada), command).unwrap();
    }
    bench.apply(None, Command::Note("bo".into(), Private::new("prefers to be called Ms L.".into()))).unwrap();
    bench.apply(None, Command::HandOver("bo".into(), "faults".into(), Some(Private::new("a fault".into())))).unwrap();
    bench.apply(None, Command::Suspend(SuspendCause::NodeLost, None, Vec::new())).unwrap();
    let mut session = bench.session.unwrap();
    session.answers.insert(
        "price".into(),
        Answer {
            value: Private::new(Value::Money(1250, "EUR".into())),
            sensitivity: Sensitivity::Personal,
            source: Source::Leg(leg_id(2), Channel::App),
            at: Time(START),
            level: AssuranceLevel::Substantial,
            until: Some(Time(START + 1)),
        },
    );
    session.trail.push(TrailStep {
        journey: "fault".into(),
        step: "what".into(),
        at: Time(START),
        channel: Some(Channel::App),
        errors: 1,
        repeats: 2,
    });
    session
}

/// A session as the first release wrote it, in hex. It must be readable for good: never replace it, add others.
const FIRST: &str = include_str!("golden/session-1.hex");

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

#[test]
fn what_the_first_release_wrote_is_read_for_good() {
    insta::assert_yaml_snapshot!(Session::decode(&hex(FIRST)).unwrap());
}

#[test]
fn a_session_comes_back() {
    let session = full();
    let bytes = session.encode().unwrap();
    assert_eq!(session.size().unwrap(), bytes.len());
    assert_eq!(Session::decode(&bytes).unwrap(), session);
}

/// Replaces the one place where `from` stands.
fn splice(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at: Vec<usize> = (0..bytes.len()).filter(|&i| bytes[i..].starts_with(from)).collect();
    assert_eq!(at.len(), 1, "{from:02x?} stands in one place");
    [&bytes[..at[0]], to, &bytes[at[0] + from.len()..]].concat()
}

#[test]
fn fields_of_another_release_are_passed_over_or_take_their_default() {
    let session = Session { transfers: Vec::new(), stopped: None, warned: false, ..full() };
    let bytes = session.encode().unwrap();
    // Schema, then a map of so many fields (map 16 of MessagePack), then the fields.
    let [codec::SCHEMA, 0xde, high, low, fields @ ..] = bytes.as_slice() else { panic!("a map of more than 15 fields") };
    let count = u16::from_be_bytes([*high, *low]);
    let with = |count: u16, fields: &[u8]| [&[codec::SCHEMA, 0xde], count.to_be_bytes().as_slice(), fields].concat();
    let newer = [fields, b"\xa4next\x93\x01\x02\x03"].concat();
    assert_eq!(Session::decode(&with(count + 1, &newer)).unwrap(), session, "a field of the next release is passed over");
    let older = splice(&splice(&splice(fields, b"\xa6warned\xc2", b""), b"\xa9transfers\x90", b""), b"\xa7stopped\xc0", b"");
    assert_eq!(Session::decode(&with(count - 3, &older)).unwrap(), session, "fields of this release have defaults");
}

#[test]
fn what_cannot_be_read_says_why() {
    let said = |bytes: &[u8]| Session::decode(bytes).unwrap_err().to_string();
    assert_eq!(said(&[]), "a session has no bytes");
    assert_eq!(said(&[9, 1, 2]), "a session has schema 9; this build reads up to 1");
    assert_eq!(said(&[1, 0xc1]), "while reading a session");
}

#[test]
fn lines_and_messages_come_back() {
    let line = Line {
        interaction: InteractionId(5),
        phase: Phase::Assigned("bo".into()),
        queue: "faults".into(),
        channel: Channel::Chat,
        since: Time(START),
        ahead: Some(3),
        expected_wait: None,
        callback: false,
    };
    assert_eq!(Line::decode(&line.encode().unwrap()).unwrap(), line);
    let message = Message {
        id: RequestId(uuid::Uuid::from_u128(1)),
        from: Speaker::Customer(leg_id(1), Channel::Chat),
        at: Time(START),
        body: MessageBody::QuickReplies { text: Private::new("Well?".into()), replies: vec!["yes".into()] },
    };
    assert_eq!(Message::decode(&message.encode().unwrap()).unwrap(), message);
}

#[test]
fn a_fingerprint_tells_commands_apart() {
    let print = |command: &Command| codec::fingerprint(session_id(), Some(Asker::Customer("cy")), command).unwrap();
    assert_eq!(print(&Command::Lose(leg_id(1))), print(&Command::Lose(leg_id(1))));
    assert_ne!(print(&Command::Lose(leg_id(1))), print(&Command::Lose(leg_id(2))));
    assert_ne!(print(&Command::Lose(leg_id(1))), print(&Command::End(leg_id(1))));
    let elsewhere = codec::fingerprint(SessionId(uuid::Uuid::nil()), Some(Asker::Customer("cy")), &Command::Timer).unwrap();
    let another = codec::fingerprint(session_id(), Some(Asker::Device("cy")), &Command::Timer).unwrap();
    let house = codec::fingerprint(session_id(), None, &Command::Timer).unwrap();
    let all = std::collections::BTreeSet::from([print(&Command::Timer), elsewhere, another, house]);
    assert_eq!(all.len(), 4, "of another session, or by another, it is not the same");
    assert_eq!(print(&Command::Timer), 14_706_204_035_968_209_009, "the same on every machine and in every release");
}
