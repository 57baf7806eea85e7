//! The service on loopback over a house in memory, and a client.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod house;

use house::Fake;
use segue_adapter_app::{App, Settings};
use segue_adapter_kit::{Doors, Drain, Meter};
use segue_proto::app::v1::app_service_client::AppServiceClient;
use segue_proto::app::v1::{self as app, SessionEvent, StartSessionRequest, WatchSessionRequest, WatchSessionResponse};
use segue_session::{AgentName, CustomerClaims, CustomerId, LegId, Party, Principal, Private, Reason, Refusal, SessionId, TenantId, Time};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};

/// Tokens are names: `ana` and `bob` are customers, `soon` is one whose token ends at once, `ada` is an agent.
struct Names;

#[async_trait::async_trait]
impl Doors for Names {
    async fn admit(&self, credential: &Private<String>) -> Result<Principal, Refusal> {
        let name = credential.reveal().as_str();
        let customer = || CustomerClaims { customer: Some(CustomerId::new(name)), ..CustomerClaims::default() };
        let (tenant, party, lasts) = match name {
            "ana" | "bob" => ("acme", Party::Customer(customer()), 3_600_000),
            "soon" => ("acme", Party::Customer(customer()), 200),
            "eve" => ("other", Party::Customer(customer()), 3_600_000),
            "ada" => ("acme", Party::Agent(AgentName::new("ada")), 3_600_000),
            _ => return Err(Refusal::new(Reason::Unauthenticated, "this token does not hold")),
        };
        let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        Ok(Principal { tenant: TenantId::new(tenant), subject: name.to_owned().into(), party, expires: Time(now + lasts) })
    }

    async fn admit_visitor(&self, _: &str) -> Result<Principal, Refusal> {
        Err(Refusal::new(Reason::Unauthenticated, "no visitors here"))
    }

    fn origin_allowed(&self, _: Option<&str>) -> bool {
        true
    }
}

/// What was counted.
#[derive(Default)]
pub(crate) struct Counts(pub(crate) Mutex<Vec<String>>, pub(crate) tokio::sync::Notify);

impl Counts {
    fn add(&self, what: String) {
        self.0.lock().unwrap().push(what);
        self.1.notify_waiters();
    }

    /// Waits until this was counted.
    pub(crate) async fn counted(&self, what: &str) {
        let wait = async {
            loop {
                let told = self.1.notified();
                tokio::pin!(told);
                told.as_mut().enable();
                if self.0.lock().unwrap().iter().any(|one| one == what) {
                    return;
                }
                told.await;
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(10), wait).await.is_ok(), "never counted {what}");
    }
}

impl Meter for Counts {
    fn socket_opened(&self, adapter: &'static str) {
        self.add(format!("{adapter} opened"));
    }
    fn socket_closed(&self, adapter: &'static str, code: &'static str, _: Duration) {
        self.add(format!("{adapter} closed {code}"));
    }
    fn limit_reached(&self, adapter: &'static str, limit: &'static str) {
        self.add(format!("{adapter} limit {limit}"));
    }
}

/// A running service.
pub(crate) struct Running {
    /// Its house.
    pub(crate) house: Arc<Fake>,
    /// Its meter.
    pub(crate) counts: Arc<Counts>,
    /// Says stop.
    pub(crate) drain: Drain,
    /// A client.
    pub(crate) client: AppServiceClient<Channel>,
}

/// Starts it.
pub(crate) async fn start(settings: Settings) -> Running {
    let (house, counts) = (Arc::new(Fake::default()), Arc::new(Counts::default()));
    let (drain, draining) = Drain::new();
    let service = App::new(Arc::new(Names), house.clone(), draining, counts.clone(), settings).server();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(tonic::transport::Server::builder().add_service(service).serve_with_incoming(TcpListenerStream::new(listener)));
    let client = AppServiceClient::connect(format!("http://{address}")).await.unwrap();
    Running { house, counts, drain, client }
}

/// A request with a token.
pub(crate) fn by<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

/// A request id.
pub(crate) fn id(n: u128) -> String {
    uuid::Uuid::from_u128(n).to_string()
}

/// A session that has begun, and its leg.
pub(crate) struct Begun {
    /// Its id on the wire.
    pub(crate) session_id: String,
    /// Its leg on the wire.
    pub(crate) leg_id: String,
    /// Its id.
    pub(crate) session: SessionId,
    /// Its leg.
    pub(crate) leg: LegId,
}

impl Running {
    /// Ana begins a session.
    pub(crate) async fn begin(&mut self) -> Begun {
        let request = StartSessionRequest { request_id: id(1), journey: "fault".into(), ..StartSessionRequest::default() };
        let begun = self.client.start_session(by("ana", request)).await.unwrap().into_inner();
        let session_id = begun.view.unwrap().session.unwrap().session_id;
        Begun { session: session_id.parse().unwrap(), leg: begun.leg_id.parse().unwrap(), session_id, leg_id: begun.leg_id }
    }

    /// Ana watches it.
    pub(crate) async fn watch(&mut self, begun: &Begun, resume_token: &str) -> Watched {
        self.watch_as("ana", begun, resume_token).await
    }

    /// Somebody watches it.
    pub(crate) async fn watch_as(&mut self, token: &str, begun: &Begun, resume_token: &str) -> Watched {
        let request = WatchSessionRequest {
            session_id: begun.session_id.clone(),
            leg_id: begun.leg_id.clone(),
            resume_token: resume_token.into(),
            after_message: 0,
        };
        Watched(self.client.watch_session(by(token, request)).await.unwrap().into_inner())
    }
}

/// A stream of events.
pub(crate) struct Watched(pub(crate) Streaming<WatchSessionResponse>);

impl Watched {
    /// The next event, which must come.
    pub(crate) async fn next(&mut self) -> SessionEvent {
        self.end_or_next().await.unwrap().expect("an event")
    }

    /// What the stream ends with.
    pub(crate) async fn end(&mut self) -> Result<(), Status> {
        while self.end_or_next().await?.is_some() {}
        Ok(())
    }

    async fn end_or_next(&mut self) -> Result<Option<SessionEvent>, Status> {
        let message = tokio::time::timeout(Duration::from_secs(10), self.0.message()).await.expect("something in time")?;
        Ok(message.map(|response| response.event.unwrap()))
    }
}

/// What an event is, in a word or two.
pub(crate) fn told(event: &SessionEvent) -> String {
    use app::session_event::Kind;
    match event.kind.as_ref().unwrap() {
        Kind::Snapshot(one) => format!("snapshot continued={} after={}", one.continued, one.messages_after),
        Kind::View(one) => format!("view {}", one.view.as_ref().unwrap().session.as_ref().unwrap().version),
        Kind::Line(one) => format!("line ahead={:?}", one.line.as_ref().and_then(|line| line.ahead)),
        Kind::Message(one) => format!("message {}", one.sequence),
        Kind::Typing(one) => format!("typing {} {}", one.agent, one.on),
        Kind::Delivered(one) => format!("delivered {} {}", one.agent, one.up_to),
        Kind::Read(one) => format!("read {} {}", one.agent, one.up_to),
        Kind::Heartbeat(_) => "heartbeat".into(),
        Kind::Moving(_) => "moving".into(),
    }
}
