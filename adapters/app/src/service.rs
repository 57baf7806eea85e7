//! Calls in, answers out: each is admitted, translated, done within its deadline, and answered.

use crate::admit::{self, Caller};
use crate::legs::Legs;
use crate::screen::app_view;
use crate::stream::{Opened, Told};
use crate::talk::{self, Talk};
use crate::{Settings, translate};
use segue_adapter_kit::{Accepted, Doors, Draining, House, Meter, Order};
use segue_proto::app::v1::app_service_server::{AppService, AppServiceServer};
use segue_proto::app::v1::{self as app, AppView};
use segue_proto::convert::{check, message, session, word};
use segue_proto::error;
use segue_session::{Reason, Refusal};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status, Streaming};

/// The app's service over the kit's ports.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What all calls share.
pub(crate) struct Shared {
    pub(crate) doors: Arc<dyn Doors>,
    pub(crate) house: Arc<dyn House>,
    pub(crate) draining: Draining,
    pub(crate) meter: Arc<dyn Meter>,
    pub(crate) settings: Settings,
    pub(crate) legs: Arc<Legs>,
    pub(crate) streams: Arc<Semaphore>,
}

impl App {
    /// The service; [`App::server`] makes it ready to be mounted.
    #[must_use]
    pub fn new(doors: Arc<dyn Doors>, house: Arc<dyn House>, draining: Draining, meter: Arc<dyn Meter>, settings: Settings) -> Self {
        let streams = Arc::new(Semaphore::new(settings.streams.min(Semaphore::MAX_PERMITS)));
        Self(Arc::new(Shared { doors, house, draining, meter, settings, legs: Arc::default(), streams }))
    }

    /// The service as tonic mounts it, with the limit of messages on it.
    #[must_use]
    pub fn server(self) -> AppServiceServer<Self> {
        let most = self.0.settings.message;
        AppServiceServer::new(self).max_decoding_message_size(most)
    }

    /// One call: admitted, then done in time.
    async fn call<Q, A, F>(&self, request: Request<Q>, work: impl FnOnce(Arc<Shared>, Caller, Q) -> F + Send) -> Result<Response<A>, Status>
    where
        Q: Send,
        F: Future<Output = Result<A, Refusal>> + Send,
    {
        let shared = &self.0;
        let from = admit::peer(&request);
        let (metadata, _, wire) = request.into_parts();
        let done = admit::in_time(&shared.settings, &metadata, async {
            let caller = admit::admit(&*shared.doors, &metadata, from).await?;
            work(Arc::clone(shared), caller, wire).await
        });
        done.await.map(Response::new).map_err(|refusal| refused(&refusal))
    }

    /// A call that is one order, answered with how the session stands now.
    async fn order<Q: Send, A>(
        &self,
        request: Request<Q>,
        translate: impl FnOnce(Q) -> Result<Order, Refusal> + Send,
        answer: impl FnOnce(Option<AppView>, i32) -> A + Send,
    ) -> Result<Response<A>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let accepted = shared.house.order(&caller.who, translate(wire)?).await?;
            Ok(answer(shown(&accepted), durability(&accepted)))
        })
        .await
    }

    /// A call that brings a leg.
    async fn come<Q: Send, A>(
        &self,
        request: Request<Q>,
        translate: impl FnOnce(&Caller, Q) -> Result<translate::Coming, Refusal> + Send,
        answer: impl FnOnce(Option<AppView>, String, i32) -> A + Send,
    ) -> Result<Response<A>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let coming = translate(&caller, wire)?;
            let accepted = shared.house.order(&caller.who, coming.order).await?;
            Ok(answer(shown(&accepted), coming.leg.to_string(), durability(&accepted)))
        })
        .await
    }

    /// A call that opens a stream.
    async fn open<T: Send + 'static>(
        &self,
        request: Request<app::WatchSessionRequest>,
        wrap: fn(app::SessionEvent) -> T,
    ) -> Result<Response<Told<T>>, Status> {
        let lasts = admit::asked(request.metadata());
        self.call(request, |shared, caller, wire| async move {
            let watching = translate::watch(&wire)?;
            Ok(Opened::new(&shared, &caller, wrap, lasts)?.begin(watching, std::future::pending()))
        })
        .await
    }
}

/// A refusal as a status; a fault of ours is logged here, once.
pub(crate) fn refused(refusal: &Refusal) -> Status {
    if refusal.reason == Reason::Internal {
        tracing::error!(%refusal, "answering an app");
    }
    error::status(refusal)
}

fn shown(accepted: &Accepted) -> Option<AppView> {
    accepted.view.as_ref().map(app_view)
}

fn durability(accepted: &Accepted) -> i32 {
    word::durability(accepted.durability).into()
}

#[tonic::async_trait]
impl AppService for App {
    type WatchSessionStream = Told<app::WatchSessionResponse>;
    type ChatStream = Told<app::ChatResponse>;

    async fn start_session(&self, request: Request<app::StartSessionRequest>) -> Result<Response<app::StartSessionResponse>, Status> {
        let translate = |caller: &Caller, wire| translate::start(&caller.who, caller.claims()?, wire);
        self.come(request, translate, |view, leg_id, durability| app::StartSessionResponse { view, leg_id, durability }).await
    }

    async fn get_session(&self, request: Request<app::GetSessionRequest>) -> Result<Response<app::GetSessionResponse>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let view = shared.house.view(&caller.who, translate::get(&wire)?, None).await?;
            Ok(app::GetSessionResponse { view: Some(app_view(&view)) })
        })
        .await
    }

    async fn step(&self, request: Request<app::StepRequest>) -> Result<Response<app::StepResponse>, Status> {
        self.order(request, translate::step, |view, durability| app::StepResponse { view, durability }).await
    }

    async fn suspend_session(&self, request: Request<app::SuspendSessionRequest>) -> Result<Response<app::SuspendSessionResponse>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let accepted = shared.house.order(&caller.who, translate::suspend(&wire)?).await?;
            let handles = accepted.handles.iter().map(session::handle).collect();
            Ok(app::SuspendSessionResponse { view: shown(&accepted), durability: durability(&accepted), handles })
        })
        .await
    }

    async fn resume_session(&self, request: Request<app::ResumeSessionRequest>) -> Result<Response<app::ResumeSessionResponse>, Status> {
        let translate = |caller: &Caller, wire| translate::resume(&caller.who, &caller.from, wire);
        self.come(request, translate, |view, leg_id, durability| app::ResumeSessionResponse { view, leg_id, durability }).await
    }

    async fn attach_session(&self, request: Request<app::AttachSessionRequest>) -> Result<Response<app::AttachSessionResponse>, Status> {
        let translate = |caller: &Caller, wire| translate::attach(&caller.who, &caller.from, wire);
        self.come(request, translate, |view, leg_id, durability| app::AttachSessionResponse { view, leg_id, durability }).await
    }

    async fn end_leg(&self, request: Request<app::EndLegRequest>) -> Result<Response<app::EndLegResponse>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let translate::Coming { order, leg } = translate::end_leg(&wire)?;
            let accepted = shared.legs.end(leg, shared.house.order(&caller.who, order)).await?;
            Ok(app::EndLegResponse { view: shown(&accepted), durability: durability(&accepted) })
        })
        .await
    }

    async fn ask_for_person(&self, request: Request<app::AskForPersonRequest>) -> Result<Response<app::AskForPersonResponse>, Status> {
        let translate = |wire| translate::ask_for_person(&wire);
        self.order(request, translate, |view, durability| app::AskForPersonResponse { view, durability }).await
    }

    async fn request_callback(
        &self,
        request: Request<app::RequestCallbackRequest>,
    ) -> Result<Response<app::RequestCallbackResponse>, Status> {
        self.order(request, translate::request_callback, |view, durability| app::RequestCallbackResponse { view, durability }).await
    }

    async fn leave_line(&self, request: Request<app::LeaveLineRequest>) -> Result<Response<app::LeaveLineResponse>, Status> {
        let translate = |wire| translate::leave_line(&wire);
        self.order(request, translate, |view, durability| app::LeaveLineResponse { view, durability }).await
    }

    async fn close_session(&self, request: Request<app::CloseSessionRequest>) -> Result<Response<app::CloseSessionResponse>, Status> {
        self.order(request, translate::close, |view, durability| app::CloseSessionResponse { view, durability }).await
    }

    async fn create_handle(&self, request: Request<app::CreateHandleRequest>) -> Result<Response<app::CreateHandleResponse>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let accepted = shared.house.order(&caller.who, translate::create_handle(&wire)?).await?;
            Ok(app::CreateHandleResponse { handle: accepted.handles.first().map(session::handle), durability: durability(&accepted) })
        })
        .await
    }

    async fn list_matters(&self, request: Request<app::ListMattersRequest>) -> Result<Response<app::ListMattersResponse>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let (size, page) = translate::list_matters(wire)?;
            let page = shared.house.matters(&caller.who, size, page.as_deref()).await?;
            Ok(app::ListMattersResponse {
                matters: page.rows.iter().map(session::matter).collect(),
                next_page_token: page.next.unwrap_or_default(),
            })
        })
        .await
    }

    async fn send_message(&self, request: Request<app::SendMessageRequest>) -> Result<Response<app::SendMessageResponse>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let said = translate::send_message(wire)?;
            let said = shared.house.say(&caller.who, said.session, said.leg, said.request, said.body).await?;
            Ok(app::SendMessageResponse { sequence: said.seq.0, durability: word::durability(said.durability).into() })
        })
        .await
    }

    async fn list_messages(&self, request: Request<app::ListMessagesRequest>) -> Result<Response<app::ListMessagesResponse>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let (session, leg, after, size) = translate::list_messages(&wire)?;
            let rows = shared.house.messages(&caller.who, session, after, size).await?;
            // A full page may have another behind it; an empty last page is no harm.
            let next = rows.last().filter(|_| rows.len() == size).map(|(seq, _)| seq.0.to_string());
            Ok(app::ListMessagesResponse {
                messages: rows.iter().map(|(seq, one)| message::message(*seq, one, leg)).collect(),
                next_page_token: next.unwrap_or_default(),
            })
        })
        .await
    }

    async fn prove(&self, request: Request<app::ProveRequest>) -> Result<Response<app::ProveResponse>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let (token, order) = translate::prove(wire)?;
            let proven = shared.doors.admit(&token).await?;
            if proven.tenant != caller.who.tenant {
                return Err(check::invalid("token", "is of another tenant"));
            }
            let accepted = shared.house.order(&caller.who, order(admit::claims(&proven)?.clone())).await?;
            Ok(app::ProveResponse { view: shown(&accepted), durability: durability(&accepted) })
        })
        .await
    }

    async fn set_consent(&self, request: Request<app::SetConsentRequest>) -> Result<Response<app::SetConsentResponse>, Status> {
        self.order(request, translate::set_consent, |view, durability| app::SetConsentResponse { view, durability }).await
    }

    async fn set_document(&self, request: Request<app::SetDocumentRequest>) -> Result<Response<app::SetDocumentResponse>, Status> {
        self.order(request, translate::set_document, |view, durability| app::SetDocumentResponse { view, durability }).await
    }

    async fn share_activity(&self, request: Request<app::ShareActivityRequest>) -> Result<Response<app::ShareActivityResponse>, Status> {
        self.call(request, |shared, caller, wire| async move {
            let (session, what) = translate::share_activity(wire)?;
            shared.house.pass(&caller.who, session, what).await?;
            Ok(app::ShareActivityResponse {})
        })
        .await
    }

    async fn watch_session(&self, request: Request<app::WatchSessionRequest>) -> Result<Response<Self::WatchSessionStream>, Status> {
        self.open(request, |event| app::WatchSessionResponse { event: Some(event) }).await
    }

    async fn chat(&self, request: Request<Streaming<app::ChatRequest>>) -> Result<Response<Self::ChatStream>, Status> {
        let lasts = admit::asked(request.metadata());
        self.call(request, |shared, caller, mut inbound| async move {
            let watching = talk::opening(&shared, &mut inbound).await?;
            let wrap = |event| app::ChatResponse { kind: Some(app::chat_response::Kind::Event(event)) };
            let opened = Opened::new(&shared, &caller, wrap, lasts)?;
            let talk = Talk { shared, caller, watching, tx: opened.stream.tx.clone() };
            Ok(opened.begin(watching, talk.run(inbound)))
        })
        .await
    }
}
