//! Requests into orders: what is wrong with a request is named, field by field, at and past each limit.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use segue_adapter_app::{events, screen, translate};
use segue_adapter_kit::Target;
use segue_proto::app::v1 as app;
use segue_proto::convert::{check, json};
use segue_proto::types::v1 as wire;
use segue_session::journey::render::{self, Rendering as _};
use segue_session::journey::{Choice, Field, FieldKind, Misfit, Prompt};
use segue_session::store::Seq;
use segue_session::{
    Channel, ChoiceId, Command, CustomerClaims, FieldId, Language, Party, Principal, Reason, Refusal, Sensitivity, StepId, TenantId, Time,
};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

fn ana() -> Principal {
    Principal {
        tenant: TenantId::new("acme"),
        subject: "ana".to_owned().into(),
        party: Party::Customer(CustomerClaims::default()),
        expires: Time(1),
    }
}

fn id() -> String {
    Uuid::from_u128(7).to_string()
}

fn field<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
    let refusal = result.unwrap_err();
    assert_eq!(refusal.reason, Reason::InvalidArgument);
    assert!(refusal.message.starts_with(&refusal.about[0].1), "the sentence names the field: {}", refusal.message);
    refusal.about[0].1.clone()
}

/// Each request with one field broken at a time, and the field that must be named.
macro_rules! broken {
    ($good:expr, $translate:expr, { $($path:ident : $bad:expr => $field:literal),* $(,)? }) => {{
        let good = $good;
        assert!($translate(good.clone()).is_ok(), "the good one is taken");
        $({
            let mut one = good.clone();
            one.$path = $bad;
            assert_eq!(field($translate(one).map(drop)), $field);
        })*
    }};
}

#[test]
fn starting() {
    let claims = CustomerClaims { language: Some(Language::new("fr")), ..CustomerClaims::default() };
    let good = || app::StartSessionRequest { request_id: id(), journey: "fault".into(), language: "en".into(), claimed: None };
    let entries = |n: usize, bytes: usize| {
        let fields = (0..n).map(|i| (format!("k{i:03}"), json::value(&json!("x".repeat(bytes))))).collect();
        Some(pbjson_types::Struct { fields })
    };
    let translate = |wire| translate::start(&ana(), &claims, wire);
    broken!(good(), translate, {
        request_id: String::new() => "request_id",
        request_id: "7".into() => "request_id",
        journey: "n".repeat(129) => "journey",
        journey: "a b".into() => "journey",
        language: "l".repeat(36) => "language",
        claimed: entries(65, 1) => "claimed",
        claimed: entries(1, 16 << 10) => "claimed",
    });
    assert!(translate(app::StartSessionRequest { claimed: entries(64, 200), journey: "n".repeat(128), ..good() }).is_ok());
    let plain = translate(app::StartSessionRequest { request_id: id(), ..Default::default() }).unwrap();
    let Command::Start { leg, journey, .. } = plain.order.command else { panic!("a start") };
    assert_eq!((leg.language, journey, leg.channel), (Some(Language::new("fr")), None, Channel::App));
}

#[test]
fn coming_back() {
    use app::attach_session_request::By as Attach;
    use app::resume_session_request::By as Resume;
    let good = || app::ResumeSessionRequest { request_id: id(), by: Some(Resume::SessionId(id())), language: String::new() };
    broken!(good(), |wire| translate::resume(&ana(), "::1", wire), {
        request_id: "x".into() => "request_id",
        by: None => "by",
        by: Some(Resume::SessionId("x".into())) => "session_id",
        by: Some(Resume::LinkToken(String::new())) => "link_token",
        by: Some(Resume::LinkToken("t".repeat(check::TOKEN + 1))) => "link_token",
        by: Some(Resume::Code("12345".into())) => "code",
        by: Some(Resume::Code("123456789".into())) => "code",
        language: "?".into() => "language",
    });
    let code = app::AttachSessionRequest { request_id: id(), by: Some(Attach::Code("123 456".into())), ..Default::default() };
    broken!(code.clone(), |wire| translate::attach(&ana(), "::1", wire), {
        request_id: "x".into() => "request_id",
        by: None => "by",
        by: Some(Attach::LinkToken(String::new())) => "link_token",
    });
    let attach = translate::attach(&ana(), "::1", code.clone()).unwrap();
    assert_eq!(attach.order.target, Target::Code { code: "123456".to_owned().into(), from: "::1".into() });
    assert!(matches!(attach.order.command, Command::Attach { .. }));
    let moved = translate::attach(&ana(), "::1", app::AttachSessionRequest { move_here: true, ..code }).unwrap();
    assert!(matches!(moved.order.command, Command::Move { .. }));
}

#[test]
fn everything_on_a_leg() {
    let (request_id, session_id, leg_id) = (id(), id(), id());
    broken!(
        app::StepRequest {
            request_id: request_id.clone(),
            session_id: session_id.clone(),
            leg_id: leg_id.clone(),
            input: Some(wire::StepInput { kind: Some(wire::step_input::Kind::GoOn(wire::GoOn {})) }),
        },
        translate::step,
        { request_id: "x".into() => "request_id", session_id: "x".into() => "session_id", leg_id: "x".into() => "leg_id", input: None => "input" }
    );
    broken!(
        app::SuspendSessionRequest {
            request_id: request_id.clone(),
            session_id: session_id.clone(),
            leg_id: leg_id.clone(),
            handle_kinds: vec![1, 2],
        },
        |wire: app::SuspendSessionRequest| translate::suspend(&wire),
        {
            request_id: "x".into() => "request_id",
            session_id: "x".into() => "session_id",
            leg_id: "x".into() => "leg_id",
            handle_kinds: vec![1, 0] => "handle_kinds[1]",
            handle_kinds: vec![99] => "handle_kinds[0]",
            handle_kinds: vec![wire::HandleKind::Reply.into()] => "handle_kinds[0]",
            handle_kinds: vec![1, 1] => "handle_kinds[1]",
        }
    );
    broken!(
        app::RequestCallbackRequest {
            request_id: request_id.clone(),
            session_id: session_id.clone(),
            leg_id: leg_id.clone(),
            phone_number: "+331".into(),
        },
        translate::request_callback,
        { leg_id: "x".into() => "leg_id", phone_number: String::new() => "phone_number", phone_number: "1".repeat(33) => "phone_number" }
    );
    broken!(
        app::SetConsentRequest {
            request_id: request_id.clone(),
            session_id: session_id.clone(),
            leg_id: leg_id.clone(),
            purpose: "p".repeat(128),
            given: true,
        },
        translate::set_consent,
        { leg_id: "x".into() => "leg_id", purpose: String::new() => "purpose", purpose: "p".repeat(129) => "purpose" }
    );
    broken!(
        app::SendMessageRequest {
            request_id,
            session_id,
            leg_id,
            body: Some(wire::MessageBody { kind: Some(wire::message_body::Kind::Text(wire::TextBody { text: "hi".into() })) }),
        },
        translate::send_message,
        { request_id: "x".into() => "request_id", session_id: "x".into() => "session_id", leg_id: "x".into() => "leg_id", body: None => "body" }
    );
}

#[test]
fn legs_lines_and_ends() {
    let (request_id, session_id, leg_id) = (id(), id(), id());
    let ids = || (request_id.clone(), session_id.clone(), leg_id.clone());
    let (request_id, session_id, leg_id) = ids();
    broken!(app::EndLegRequest { request_id, session_id, leg_id }, |w: app::EndLegRequest| translate::end_leg(&w), {
        request_id: "x".into() => "request_id", session_id: "x".into() => "session_id", leg_id: "x".into() => "leg_id",
    });
    let (request_id, session_id, leg_id) = ids();
    broken!(app::AskForPersonRequest { request_id, session_id, leg_id }, |w: app::AskForPersonRequest| translate::ask_for_person(&w), {
        request_id: "x".into() => "request_id", session_id: "x".into() => "session_id", leg_id: "x".into() => "leg_id",
    });
    let (request_id, session_id, leg_id) = ids();
    broken!(app::LeaveLineRequest { request_id, session_id, leg_id }, |w: app::LeaveLineRequest| translate::leave_line(&w), {
        request_id: "x".into() => "request_id", session_id: "x".into() => "session_id", leg_id: "x".into() => "leg_id",
    });
    let (request_id, session_id, _) = ids();
    broken!(app::CloseSessionRequest { request_id, session_id, outcome: String::new() }, translate::close, {
        request_id: "x".into() => "request_id", session_id: "x".into() => "session_id", outcome: "o".repeat(129) => "outcome",
    });
}

#[test]
fn handles_documents_and_proofs() {
    let (request_id, session_id, leg_id) = (id(), id(), id());
    broken!(
        app::CreateHandleRequest { request_id: request_id.clone(), session_id: session_id.clone(), kind: 1, channels: vec![1, 2, 3, 4] },
        |wire: app::CreateHandleRequest| translate::create_handle(&wire),
        { kind: 0 => "kind", kind: 3 => "kind", channels: vec![0] => "channels[0]", channels: vec![1, 7] => "channels[1]", channels: vec![2, 2] => "channels[1]" }
    );
    let sized = |bytes: usize| Some(json::value(&json!("x".repeat(bytes - 2))));
    broken!(
        app::SetDocumentRequest { request_id: request_id.clone(), session_id: session_id.clone(), name: "cart".into(), content: sized(check::DOCUMENT) },
        translate::set_document,
        { name: String::new() => "name", name: "n".repeat(129) => "name", content: sized(check::DOCUMENT + 1) => "content", content: Some(Default::default()) => "content" }
    );
    let good = app::ProveRequest { request_id, session_id, leg_id, token: "t".repeat(check::CREDENTIAL) };
    broken!(good, |wire| translate::prove(wire).map(|(token, _)| token), {
        request_id: "x".into() => "request_id", session_id: "x".into() => "session_id", leg_id: "x".into() => "leg_id",
        token: String::new() => "token", token: "t".repeat(check::CREDENTIAL + 1) => "token",
    });
}

#[test]
fn lists_activities_and_streams() {
    broken!(app::ListMattersRequest { page_size: 0, page_token: "t".repeat(check::TOKEN) }, translate::list_matters, {
        page_size: -1 => "page_size", page_token: "t".repeat(check::TOKEN + 1) => "page_token",
    });
    let good = app::ListMessagesRequest { session_id: id(), page_size: 0, page_token: String::new(), after: 3, leg_id: Some(id()) };
    assert_eq!(translate::list_messages(&good).map(|(_, leg, after, size)| (leg.is_some(), after, size)), Ok((true, Seq(3), 50)));
    broken!(good.clone(), |wire: app::ListMessagesRequest| translate::list_messages(&wire), {
        session_id: "x".into() => "session_id", page_size: -1 => "page_size", page_token: "x".into() => "page_token", leg_id: Some("x".into()) => "leg_id",
    });
    let kind = Some(app::activity::Kind::ReadUpTo(3));
    broken!(app::ShareActivityRequest { session_id: id(), activity: Some(app::Activity { kind }) }, translate::share_activity, {
        session_id: "x".into() => "session_id", activity: None => "activity", activity: Some(app::Activity { kind: None }) => "activity.kind",
    });
    let good = app::WatchSessionRequest { session_id: id(), leg_id: id(), resume_token: "m1.7".into(), after_message: 2 };
    let watching = translate::watch(&good).unwrap();
    assert_eq!((watching.after, watching.continued), (Seq(7), true), "the token counts");
    broken!(good, |wire: app::WatchSessionRequest| translate::watch(&wire), {
        session_id: "x".into() => "session_id", leg_id: "x".into() => "leg_id", resume_token: "x".into() => "resume_token",
    });
}

proptest! {
    #[test]
    fn resume_tokens_go_there_and_back(n in any::<u64>()) {
        prop_assert_eq!(events::parse_token("t", &events::resume_token(Seq(n))), Ok(Seq(n)));
    }

    #[test]
    fn no_other_text_is_a_resume_token(text in "\\PC{0,24}") {
        if let Ok(seq) = events::parse_token("t", &text) {
            prop_assert_eq!(events::resume_token(seq), text);
        }
    }
}

fn choices() -> Vec<Choice> {
    let choice =
        |id: &str| Choice { id: ChoiceId::new(id), key: None, label: id.to_uppercase(), short: None, spoken: None, synonyms: Vec::new() };
    vec![choice("internet"), choice("phone")]
}

#[test]
fn every_prompt_has_its_screen() {
    let step = || StepId::new("s");
    let misfit = |field: Option<&str>| Some(Misfit { field: field.map(FieldId::new), why: "That does not fit.".into() });
    let field = Field {
        id: FieldId::new("since"),
        kind: FieldKind::Date,
        ask: "Since when?".into(),
        hint: None,
        choices: Vec::new(),
        optional: false,
        sensitivity: Sensitivity::Usual,
        value: None,
        known: false,
    };
    let form = |confirm| Prompt::Form {
        step: step(),
        title: "Details".into(),
        fields: vec![field.clone()],
        current: Some(FieldId::new("since")),
        misfit: misfit(Some("since")),
        confirm,
    };
    let say = |go_on| Prompt::Say { step: step(), text: "Hello".into(), media: None, media_for: BTreeMap::new(), go_on };
    let prompts = [
        Prompt::Menu { step: step(), ask: "What?".into(), choices: choices(), misfit: misfit(None) },
        form(false),
        form(true),
        say(false),
        say(true),
        Prompt::Busy { step: step(), text: "Testing…".into() },
        Prompt::Line { step: step(), text: "Somebody will be with you.".into(), awaited: true },
        Prompt::WaitOffer { step: step(), ask: "Wait?".into(), wait: None, choices: choices(), misfit: None },
        Prompt::End { step: step(), text: "Good-bye".into(), outcome: "solved".into() },
    ];
    let screens: Vec<_> = prompts
        .iter()
        .map(|prompt| screen::screen(render::App.render(prompt, &Language::new("en"))))
        .map(|screen| serde_json::to_value(screen).unwrap())
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&screens).unwrap());
}
