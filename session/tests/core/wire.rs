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
    let start = Command::Start { session: session_id(), leg: voice, journey: None, claimed };
    let commands = [
        start,
        Command::Attach { leg: leg(2, Channel::App), by: Claim::SignedIn },
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
    bench.apply(None, Command::Suspend(SuspendCause::NodeLost, None)).unwrap();
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

#[test]
fn todays_form_of_a_session() {
    let session = full();
    let bytes = session.encode().unwrap();
    assert_eq!(session.size().unwrap(), bytes.len());
    assert_eq!(Session::decode(&bytes).unwrap(), session);
    let json: serde_json::Value = rmp_serde::from_slice(&bytes[1..]).unwrap();
    insta::assert_yaml_snapshot!(json);
}

#[test]
fn fields_of_another_release_are_passed_over_or_take_their_default() {
    let session = full();
    let bytes = session.encode().unwrap();
    let mut json: serde_json::Value = rmp_serde::from_slice(&bytes[1..]).unwrap();
    let fields = json.as_object_mut().unwrap();
    fields.insert("of_the_next_release".into(), serde_json::json!({"anything": [1, 2, 3]}));
    let mut newer = vec![codec::SCHEMA];
    newer.extend(rmp_serde::to_vec_named(&json).unwrap());
    assert_eq!(Session::decode(&newer).unwrap(), session);
    let fields = json.as_object_mut().unwrap();
    for added_later in ["warned", "transfers", "stopped"] {
        assert!(fields.shift_remove(added_later).is_some(), "{added_later} is a field");
    }
    let mut older = vec![codec::SCHEMA];
    older.extend(rmp_serde::to_vec_named(&json).unwrap());
    assert_eq!(Session::decode(&older).unwrap(), Session { transfers: Vec::new(), ..session });
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
    let print = |command: &Command| codec::fingerprint(command).unwrap();
    assert_eq!(print(&Command::Lose(leg_id(1))), print(&Command::Lose(leg_id(1))));
    assert_ne!(print(&Command::Lose(leg_id(1))), print(&Command::Lose(leg_id(2))));
    assert_ne!(print(&Command::Lose(leg_id(1))), print(&Command::End(leg_id(1))));
    assert_eq!(print(&Command::Timer), 0, "filled in");
}
