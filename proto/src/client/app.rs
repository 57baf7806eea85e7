//! The customer's app over gRPC.

use super::{Error, fresh, text};
use crate::app::v1::app_service_client::AppServiceClient;
use crate::app::v1::{self as app, resume_session_request::By};
use crate::types::v1::{self as types, step_input::Kind};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::{Interceptor, interceptor::InterceptedService};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status, Streaming};

/// Puts `authorization: Bearer …` on each call.
#[derive(Clone, Debug)]
pub struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// The app of one customer; clones share the connection.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The generated client, for calls that have no word of their own here.
    pub calls: AppServiceClient<InterceptedService<Channel, Bearer>>,
}

/// A session from the app's side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Which session.
    pub session: String,
    /// As which leg.
    pub leg: String,
    /// How it stood at the last answer.
    pub view: app::AppView,
    /// Ways back that the last answer gave.
    pub handles: Vec<types::Handle>,
}

impl Place {
    /// The session as last seen.
    #[must_use]
    pub fn seen(&self) -> types::SessionView {
        self.view.session.clone().unwrap_or_default()
    }
    fn take(&mut self, view: Option<app::AppView>) -> Result<(), Error> {
        self.view = view.ok_or(Error::Lacking("view"))?;
        Ok(())
    }
}

fn placed(view: Option<app::AppView>, leg: String) -> Result<Place, Error> {
    let view = view.ok_or(Error::Lacking("view"))?;
    let session = view.session.as_ref().ok_or(Error::Lacking("session"))?.session_id.clone();
    Ok(Place { session, leg, view, handles: Vec::new() })
}

impl Customer {
    /// Connects to `http://…` with a token.
    ///
    /// # Errors
    /// The address does not answer, or the token is no header value.
    pub async fn connect(address: &str, token: &str) -> Result<Self, Error> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Connect { address: address.to_owned(), source };
        let mut bearer: MetadataValue<Ascii> =
            format!("Bearer {token}").parse().map_err(|_| failed("the token is no header value".into()))?;
        bearer.set_sensitive(true);
        let endpoint = Endpoint::from_shared(address.to_owned()).map_err(|e| failed(e.into()))?.tcp_nodelay(true);
        let channel = endpoint.connect().await.map_err(|e| failed(e.into()))?;
        Ok(Self { calls: AppServiceClient::with_interceptor(channel, Bearer(bearer)) })
    }

    /// Begins a session; through a journey, or the tenant's own start where it is empty.
    ///
    /// # Errors
    /// As the call's.
    pub async fn start(&mut self, journey: &str) -> Result<Place, Error> {
        let request = app::StartSessionRequest { request_id: fresh(), journey: journey.into(), ..Default::default() };
        let answer = self.calls.start_session(request).await?.into_inner();
        placed(answer.view, answer.leg_id)
    }

    /// Looks how a session stands.
    ///
    /// # Errors
    /// As the call's.
    pub async fn look(&mut self, session: &str) -> Result<types::SessionView, Error> {
        let answer = self.calls.get_session(app::GetSessionRequest { session_id: session.into() }).await?.into_inner();
        answer.view.and_then(|v| v.session).ok_or(Error::Lacking("view"))
    }

    /// Takes a choice.
    ///
    /// # Errors
    /// As the call's.
    pub async fn choose(&mut self, place: &mut Place, choice: &str) -> Result<(), Error> {
        self.step(place, Kind::Choose(choice.into())).await
    }

    /// Fills a field.
    ///
    /// # Errors
    /// As the call's.
    pub async fn fill(&mut self, place: &mut Place, field: &str, value: &str) -> Result<(), Error> {
        self.step(place, Kind::Fill(types::FieldValue { field_id: field.into(), value: value.into() })).await
    }

    /// Fills several fields at once.
    ///
    /// # Errors
    /// As the call's.
    pub async fn fill_all(&mut self, place: &mut Place, fields: &[(&str, &str)]) -> Result<(), Error> {
        let value = |(field, value): &(&str, &str)| types::FieldValue { field_id: (*field).into(), value: (*value).into() };
        self.step(place, Kind::FillAll(types::FillAll { values: fields.iter().map(value).collect() })).await
    }

    /// Does something at the present step.
    ///
    /// # Errors
    /// As the call's.
    pub async fn step(&mut self, place: &mut Place, kind: Kind) -> Result<(), Error> {
        let request = app::StepRequest {
            request_id: fresh(),
            session_id: place.session.clone(),
            leg_id: place.leg.clone(),
            input: Some(types::StepInput { kind: Some(kind) }),
        };
        let answer = self.calls.step(request).await?.into_inner();
        place.take(answer.view)
    }

    /// Stops here; asks for a link and a code.
    ///
    /// # Errors
    /// As the call's.
    pub async fn suspend(&mut self, place: &mut Place) -> Result<types::Durability, Error> {
        let request = app::SuspendSessionRequest {
            request_id: fresh(),
            session_id: place.session.clone(),
            leg_id: place.leg.clone(),
            handle_kinds: vec![types::HandleKind::Link.into(), types::HandleKind::Code.into()],
        };
        let answer = self.calls.suspend_session(request).await?.into_inner();
        place.handles = answer.handles;
        place.take(answer.view)?;
        types::Durability::try_from(answer.durability).map_err(|_| Error::Lacking("durability"))
    }

    /// Asks for a way back without stopping.
    ///
    /// # Errors
    /// As the call's.
    pub async fn handle(&mut self, place: &Place, kind: types::HandleKind) -> Result<types::Handle, Error> {
        let request =
            app::CreateHandleRequest { request_id: fresh(), session_id: place.session.clone(), kind: kind.into(), channels: Vec::new() };
        let answer = self.calls.create_handle(request).await?.into_inner();
        answer.handle.ok_or(Error::Lacking("handle"))
    }

    /// Comes back, signed in.
    ///
    /// # Errors
    /// As the call's.
    pub async fn resume(&mut self, session: &str) -> Result<Place, Error> {
        self.resume_by(By::SessionId(session.into())).await
    }

    /// Comes back by any right.
    ///
    /// # Errors
    /// As the call's.
    pub async fn resume_by(&mut self, by: By) -> Result<Place, Error> {
        let request = app::ResumeSessionRequest { request_id: fresh(), by: Some(by), language: String::new() };
        let answer = self.calls.resume_session(request).await?.into_inner();
        placed(answer.view, answer.leg_id)
    }

    /// Joins a live session, signed in.
    ///
    /// # Errors
    /// As the call's.
    pub async fn attach(&mut self, session: &str) -> Result<Place, Error> {
        let by = Some(app::attach_session_request::By::SessionId(session.into()));
        let request = app::AttachSessionRequest { request_id: fresh(), by, language: String::new(), move_here: false };
        let answer = self.calls.attach_session(request).await?.into_inner();
        placed(answer.view, answer.leg_id)
    }

    /// Asks for a person.
    ///
    /// # Errors
    /// As the call's.
    pub async fn ask_for_person(&mut self, place: &mut Place) -> Result<(), Error> {
        let request = app::AskForPersonRequest { request_id: fresh(), session_id: place.session.clone(), leg_id: place.leg.clone() };
        let answer = self.calls.ask_for_person(request).await?.into_inner();
        place.take(answer.view)
    }

    /// Says something; returns its number.
    ///
    /// # Errors
    /// As the call's.
    pub async fn say(&mut self, place: &Place, words: &str) -> Result<u64, Error> {
        let request = app::SendMessageRequest {
            request_id: fresh(),
            session_id: place.session.clone(),
            leg_id: place.leg.clone(),
            body: Some(text(words)),
        };
        Ok(self.calls.send_message(request).await?.into_inner().sequence)
    }

    /// The open matters, newest first.
    ///
    /// # Errors
    /// As the call's.
    pub async fn matters(&mut self) -> Result<Vec<types::Matter>, Error> {
        Ok(self.calls.list_matters(app::ListMattersRequest::default()).await?.into_inner().matters)
    }

    /// Messages after a number.
    ///
    /// # Errors
    /// As the call's.
    pub async fn messages(&mut self, session: &str, after: u64) -> Result<Vec<types::Message>, Error> {
        let request = app::ListMessagesRequest { session_id: session.into(), after, page_size: 200, ..Default::default() };
        Ok(self.calls.list_messages(request).await?.into_inner().messages)
    }

    /// Follows the session: the leg's sign of life. Dropping the stream is how the app vanishes.
    ///
    /// # Errors
    /// As the call's.
    pub async fn watch(&mut self, place: &Place) -> Result<Streaming<app::WatchSessionResponse>, Error> {
        let request = app::WatchSessionRequest { session_id: place.session.clone(), leg_id: place.leg.clone(), ..Default::default() };
        Ok(self.calls.watch_session(request).await?.into_inner())
    }
}
