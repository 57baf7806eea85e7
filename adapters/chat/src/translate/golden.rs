//! The JSON form of every frame that a page is told. A change here is a change of the protocol.

use super::told::{line, said, view};
use super::{Welcoming, ack, error, passed, welcome};
use segue_adapter_kit::ws::{Fault, Settings};
use segue_adapter_kit::{Accepted, Ephemeral, Page, Said};
use segue_proto::chat::v1::{ServerFrame, server_frame::Frame};
use segue_session::journey::{Choice, Field, FieldKind, Misfit, Prompt};
use segue_session::store::{Durability, Seq, Version};
use segue_session::*;
use std::collections::BTreeMap;
use uuid::Uuid;

const AT: Time = Time(1_700_000_000_123);

fn session() -> SessionId {
    SessionId(Uuid::from_u128(1))
}

fn leg() -> LegId {
    LegId(Uuid::from_u128(2))
}

fn request() -> RequestId {
    RequestId(Uuid::from_u128(4))
}

fn ada() -> AgentName {
    AgentName::new("ada")
}

fn choice(id: &str, key: Option<char>) -> Choice {
    Choice { id: ChoiceId::new(id), key, label: id.to_uppercase(), short: None, spoken: None, synonyms: vec![format!("the {id}")] }
}

fn field(id: &str, kind: FieldKind, value: Option<&str>) -> Field {
    Field {
        id: FieldId::new(id),
        kind,
        ask: format!("{id}?"),
        hint: None,
        choices: if kind == FieldKind::Choice { vec![choice("green", None), choice("red", None)] } else { Vec::new() },
        optional: false,
        sensitivity: Sensitivity::Usual,
        value: value.map(|value| value.to_owned().into()),
        known: false,
    }
}

fn form(current: Option<&str>, confirm: bool) -> Prompt {
    let misfit = Misfit { field: current.map(FieldId::new), why: "That does not fit.".into() };
    Prompt::Form {
        step: StepId::new("details"),
        title: "Details".into(),
        fields: vec![
            field("since", FieldKind::Date, Some("yesterday")),
            field("light", FieldKind::Choice, None),
            field("pin", FieldKind::Secret, None),
        ],
        current: current.map(FieldId::new),
        misfit: current.is_some().then_some(misfit),
        confirm,
    }
}

fn step(name: &str) -> StepId {
    StepId::new(name)
}

fn prompts() -> Vec<Option<Prompt>> {
    let choices = || vec![choice("internet", Some('1')), choice("person", Some('0'))];
    let say = |go_on| Prompt::Say {
        step: step("say"),
        text: "All is well.".into(),
        media: Some("usual.png".into()),
        media_for: BTreeMap::from([(Channel::Chat, "chat.png".to_owned())]),
        go_on,
    };
    vec![
        None,
        Some(Prompt::Menu { step: step("what"), ask: "What is it?".into(), choices: choices(), misfit: None }),
        Some(form(Some("light"), false)),
        Some(form(Some("pin"), false)),
        Some(form(None, true)),
        Some(say(true)),
        Some(Prompt::Busy { step: step("check"), text: "Testing…".into() }),
        Some(Prompt::Line { step: step("person"), text: String::new(), awaited: true }),
        Some(Prompt::WaitOffer { step: step("wait"), ask: "It takes a while.".into(), wait: None, choices: choices(), misfit: None }),
        Some(Prompt::End { step: step("end"), text: "Goodbye.".into(), outcome: "solved".into() }),
    ]
}

fn seen(prompt: Option<Prompt>) -> View {
    View {
        session: session(),
        version: Version(3),
        routing_version: Version(2),
        standing: Standing::Active,
        language: Language::new("en"),
        prompt,
        line: None,
        last_message: Seq(5),
        level: AssuranceLevel::Substantial,
        channels: vec![Channel::Chat, Channel::App],
    }
}

fn held(name: &str, frames: Vec<Frame>) {
    let frames: Vec<_> = frames.into_iter().map(|frame| ServerFrame { frame: Some(frame) }).collect();
    insta::assert_json_snapshot!(name, frames);
    for frame in frames {
        let text = serde_json::to_string(&frame).unwrap();
        assert_eq!(serde_json::from_str::<ServerFrame>(&text).unwrap(), frame, "there and back");
    }
}

#[test]
fn every_welcome() {
    let told = |returned| {
        welcome(&Welcoming { now: AT, expires: Time(AT.0 + 3_600_000), returned, device: "browser", settings: &Settings::default() })
    };
    let gone = Refusal::new(Reason::SessionExpired, "the session's time is over");
    held("welcomes", vec![told(None), told(Some(Ok((session(), leg())))), told(Some(Err(gone)))]);
}

#[test]
fn every_view() {
    held("views", prompts().into_iter().map(|prompt| view(&seen(prompt), Channel::Chat)).collect());
}

#[test]
fn every_line() {
    let phases = [Phase::Waiting, Phase::Offered(ada()), Phase::Assigned(ada()), Phase::WrappingUp(ada()), Phase::Ended];
    let lined = phases.into_iter().map(|phase| {
        let queue = QueueName::new("faults");
        let expected_wait = (phase == Phase::Waiting).then_some(ExpectedWait { p50: Span::seconds(240), p90: Span::seconds(420) });
        let (interaction, channel) = (InteractionId(3), Channel::Chat);
        let line = Line { interaction, phase, queue, channel, since: AT, ahead: Some(3), expected_wait, callback: true };
        View { line: Some(line), ..seen(None) }
    });
    held("lines", lined.chain([seen(None)]).map(|view| line(&view)).collect());
}

#[test]
fn every_message_and_everything_that_passes() {
    let message = |from, body| said(Seq(5), &Message { id: request(), from, at: AT, body }, leg());
    let text = || MessageBody::Text("hello".to_owned().into());
    let told = [
        Ephemeral::Typing { agent: Some(ada()), on: true },
        Ephemeral::Delivered { agent: Some(ada()), up_to: Seq(5) },
        Ephemeral::Read { agent: Some(ada()), up_to: Seq(5) },
    ];
    let own = [
        Ephemeral::Typing { agent: None, on: true },
        Ephemeral::Delivered { agent: None, up_to: Seq(5) },
        Ephemeral::Read { agent: None, up_to: Seq(5) },
    ];
    let beside = LegId(Uuid::from_u128(0xbe51de));
    let mut frames = vec![
        message(Speaker::Customer(leg(), Channel::Chat), text()),
        message(Speaker::Customer(beside, Channel::App), text()),
        message(Speaker::Agent(ada()), text()),
    ];
    frames.extend(told.iter().filter_map(passed));
    held("messages", frames);
    assert!(own.iter().all(|one| passed(one).is_none()), "what one does oneself is no news");
}

#[test]
fn every_answer() {
    let accepted = |repeat| Accepted { view: None, durability: Durability::Disk, handles: Vec::new(), repeat };
    let handle = GivenHandle {
        kind: HandleKind::Link,
        value: "token".to_owned().into(),
        url: Some("https://shop.example/help#token".to_owned().into()),
        until: AT,
    };
    let matter = Matter {
        session: session(),
        title: "A fault".into(),
        at_step: Some("Details".into()),
        standing: Standing::Active,
        updated: AT,
        channels: vec![Channel::App],
    };
    let refusal = Refusal::new(Reason::AlreadyResumed, "it is live").about("channel", "app").retry_after(500);
    held(
        "answers",
        vec![
            ack::done(request(), &accepted(true), &[]),
            ack::done(request(), &accepted(false), &[handle]),
            ack::came(request(), &accepted(false), session(), leg()),
            ack::said(request(), Said { seq: Seq(5), durability: Durability::Disk, repeat: false }),
            ack::matters(request(), &Page { rows: vec![matter], next: Some("more".into()) }),
            ack::refreshed(request(), AT),
            error(&Fault { id: request().to_string(), refusal }),
        ],
    );
}
