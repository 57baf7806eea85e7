//! A customer with the app: the few things the bars do, over gRPC.

use crate::daemon::Daemon;
use anyhow::Context as _;
use segue_proto::app::v1 as app;
use segue_proto::client::{App, Bearer};
use segue_proto::types::v1 as types;
use uuid::Uuid;

/// A session from the customer's side.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Which session.
    pub(crate) session: String,
    /// As which leg.
    pub(crate) leg: String,
}

/// One connection of one customer.
#[derive(Clone)]
pub(crate) struct Customer(App);

fn fresh() -> String {
    Uuid::new_v4().to_string()
}

fn value(field: &str, value: impl Into<String>) -> types::FieldValue {
    types::FieldValue { field_id: field.into(), value: value.into() }
}

impl Customer {
    /// Connects.
    pub(crate) async fn connect(daemon: &Daemon, name: &str) -> anyhow::Result<Self> {
        let bearer = Bearer::new(&daemon.customer(name)?).context("a token that is no header")?;
        Ok(Self(segue_proto::client::app(&format!("http://{}", daemon.address), bearer).await?))
    }

    /// Begins a session; with a journey, or a plain chat.
    pub(crate) async fn start(&mut self, journey: &str) -> anyhow::Result<Place> {
        let request = app::StartSessionRequest { request_id: fresh(), journey: journey.into(), ..Default::default() };
        let answer = self.0.start_session(request).await?.into_inner();
        let session = answer.view.and_then(|v| v.session).context("no view")?.session_id;
        Ok(Place { session, leg: answer.leg_id })
    }

    /// Fills three of the form's four fields: about 2 KB of context.
    pub(crate) async fn fill(&mut self, place: &Place) -> anyhow::Result<()> {
        let values = vec![value("name", "Grace Hopper"), value("story", "x".repeat(1200)), value("day", "2026-01-31")];
        let input = types::StepInput { kind: Some(types::step_input::Kind::FillAll(types::FillAll { values })) };
        let request =
            app::StepRequest { request_id: fresh(), session_id: place.session.clone(), leg_id: place.leg.clone(), input: Some(input) };
        self.0.step(request).await?;
        Ok(())
    }

    /// Suspends.
    pub(crate) async fn suspend(&mut self, place: &Place) -> anyhow::Result<()> {
        let request = app::SuspendSessionRequest {
            request_id: fresh(),
            session_id: place.session.clone(),
            leg_id: place.leg.clone(),
            handle_kinds: Vec::new(),
        };
        self.0.suspend_session(request).await?;
        Ok(())
    }

    /// Resumes, signed in; the place has a new leg afterwards.
    pub(crate) async fn resume(&mut self, session: &str) -> anyhow::Result<Place> {
        let by = Some(app::resume_session_request::By::SessionId(session.to_owned()));
        let request = app::ResumeSessionRequest { request_id: fresh(), by, ..Default::default() };
        let answer = self.0.resume_session(request).await?.into_inner();
        Ok(Place { session: session.to_owned(), leg: answer.leg_id })
    }

    /// Asks for a person.
    pub(crate) async fn ask_for_person(&mut self, place: &Place) -> anyhow::Result<()> {
        let request = app::AskForPersonRequest { request_id: fresh(), session_id: place.session.clone(), leg_id: place.leg.clone() };
        self.0.ask_for_person(request).await?;
        Ok(())
    }

    /// Says something; returns its number.
    pub(crate) async fn say(&mut self, place: &Place, text: &str) -> anyhow::Result<u64> {
        let body = types::MessageBody { kind: Some(types::message_body::Kind::Text(types::TextBody { text: text.to_owned() })) };
        let request =
            app::SendMessageRequest { request_id: fresh(), session_id: place.session.clone(), leg_id: place.leg.clone(), body: Some(body) };
        Ok(self.0.send_message(request).await?.into_inner().sequence)
    }
}
