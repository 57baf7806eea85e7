//! A request of the app that can be sent again, word for word.

use crate::history::Told;
use segue_proto::app::v1::{self as app, resume_session_request::By};
use segue_proto::client::{Customer, Error};
use segue_proto::types::v1::{self as types, SessionView, message_body, step_input};

/// A request with its id.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// Begins.
    Start(app::StartSessionRequest),
    /// Fills a field.
    Step(app::StepRequest),
    /// Says something.
    Say(app::SendMessageRequest),
    /// Asks for a person.
    Ask(app::AskForPersonRequest),
    /// Stops.
    Suspend(app::SuspendSessionRequest),
    /// Comes back.
    Resume(app::ResumeSessionRequest),
}

/// What is kept of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reply {
    /// Session and leg, where the answer named them.
    pub(crate) leg: Option<(String, String)>,
    /// The session, where the answer showed it.
    pub(crate) view: Option<SessionView>,
    /// The message's place.
    pub(crate) number: Option<u64>,
    /// A link, where one was given.
    pub(crate) link: Option<String>,
}

fn fresh() -> String {
    uuid::Uuid::new_v4().to_string()
}

impl Request {
    pub(crate) fn start() -> Self {
        Self::Start(app::StartSessionRequest { request_id: fresh(), journey: "form".into(), ..Default::default() })
    }

    pub(crate) fn fill(session_id: String, leg_id: String, field: &str, value: String) -> Self {
        let kind = step_input::Kind::Fill(types::FieldValue { field_id: field.into(), value });
        let input = Some(types::StepInput { kind: Some(kind) });
        Self::Step(app::StepRequest { request_id: fresh(), session_id, leg_id, input })
    }

    pub(crate) fn say(session_id: String, leg_id: String, text: String) -> Self {
        let body = Some(types::MessageBody { kind: Some(message_body::Kind::Text(types::TextBody { text })) });
        Self::Say(app::SendMessageRequest { request_id: fresh(), session_id, leg_id, body })
    }

    pub(crate) fn ask(session_id: String, leg_id: String) -> Self {
        Self::Ask(app::AskForPersonRequest { request_id: fresh(), session_id, leg_id })
    }

    pub(crate) fn suspend(session_id: String, leg_id: String) -> Self {
        let handle_kinds = vec![types::HandleKind::Link.into()];
        Self::Suspend(app::SuspendSessionRequest { request_id: fresh(), session_id, leg_id, handle_kinds })
    }

    pub(crate) fn resume(session: &str) -> Self {
        Self::by(By::SessionId(session.into()))
    }

    pub(crate) fn resume_by_link(link: &str) -> Self {
        Self::by(By::LinkToken(link.into()))
    }

    fn by(by: By) -> Self {
        Self::Resume(app::ResumeSessionRequest { request_id: fresh(), by: Some(by), language: String::new() })
    }

    /// Sends it, as often as one likes.
    pub(crate) async fn send(&self, app: &mut Customer) -> Result<Reply, Error> {
        let calls = &mut app.calls;
        Ok(match self.clone() {
            Self::Start(request) => {
                let answer = calls.start_session(request).await?.into_inner();
                Reply::placed(answer.view, answer.leg_id)
            }
            Self::Resume(request) => {
                let answer = calls.resume_session(request).await?.into_inner();
                Reply::placed(answer.view, answer.leg_id)
            }
            Self::Step(request) => Reply::seen(calls.step(request).await?.into_inner().view),
            Self::Ask(request) => Reply::seen(calls.ask_for_person(request).await?.into_inner().view),
            Self::Suspend(request) => {
                let answer = calls.suspend_session(request).await?.into_inner();
                let link = answer.handles.into_iter().next().map(|handle| handle.value);
                Reply { link, ..Reply::seen(answer.view) }
            }
            Self::Say(request) => {
                let number = Some(calls.send_message(request).await?.into_inner().sequence);
                Reply { number, ..Reply::default() }
            }
        })
    }
}

impl Reply {
    fn seen(view: Option<app::AppView>) -> Self {
        Self { view: view.and_then(|view| view.session), ..Self::default() }
    }

    fn placed(view: Option<app::AppView>, leg: String) -> Self {
        let seen = Self::seen(view);
        let session = seen.view.as_ref().map(|view| view.session_id.clone()).unwrap_or_default();
        Self { leg: Some((session, leg)), ..seen }
    }

    /// What it promises.
    pub(crate) fn told(&self) -> Told {
        Told { number: self.number, ..self.view.as_ref().map(Told::of).unwrap_or_default() }
    }

    /// Whether a repeat was answered as the first time: the same session, leg, place. The view may have moved on.
    pub(crate) fn same_as(&self, before: &Self) -> bool {
        let newer = |view: &Option<SessionView>| view.as_ref().map_or(0, |view| view.version);
        self.leg == before.leg && self.number == before.number && newer(&self.view) >= newer(&before.view)
    }
}
