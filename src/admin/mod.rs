//! `segue.admin.v1.AdminService`: what operators look at and do, behind the table of permissions.
//!
//! What is *not* here: how it is looked up (`house::admin`), and what erasing leaves behind (the session core).

mod translate;

use crate::audit::Audit;
use crate::doors::{Action, Gate, allow};
use crate::house::Switchboard;
use crate::reload::Reloads;
use crate::server::bearer;
use segue_adapter_kit::{House, Order, Page, Target};
use segue_proto::admin::v1::{self as wire, admin_service_server};
use segue_proto::convert::check;
use segue_proto::error::status;
use segue_session::{AgentName, Command, CustomerId, InteractionId, Principal, QueueName, Reason, Refusal, SessionId};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// Reads of operators at once: they look at much, and must not stand in the way of customers.
const READS: usize = 8;
/// Rows of a page where none are asked for, and the most.
const ROWS: (usize, usize) = (50, 500);

/// The service.
#[derive(Clone)]
pub struct AdminService {
    ports: Ports,
    audit: Audit,
    room: Arc<Semaphore>,
}

/// What the service stands on.
#[derive(Clone)]
pub struct Ports {
    /// Who may ask.
    pub gate: Arc<Gate>,
    /// What is looked at.
    pub switchboard: Arc<Switchboard>,
    /// What is changed, guarded.
    pub house: Arc<dyn House>,
    /// What reads the configuration again.
    pub reloads: Arc<Reloads>,
}

impl AdminService {
    /// Over the switchboard's reads; what changes something goes through the guarded house.
    pub fn new(ports: Ports, audit: Audit) -> Self {
        Self { ports, audit, room: Arc::new(Semaphore::new(READS)) }
    }

    /// Admits a call and reads, if there is room and the table grants it. Whatever comes of it is written down as `what`.
    async fn read<Q: About, A>(
        &self,
        request: Request<Q>,
        (action, what): (Action, &'static str),
        work: impl AsyncFnOnce(&Switchboard, &Principal, Q) -> Result<A, Refusal>,
    ) -> Result<Response<A>, Status> {
        let (metadata, _, asked) = request.into_parts();
        let missing = || Refusal::new(Reason::Unauthenticated, "send metadata `authorization: Bearer TOKEN`");
        let token = bearer(&metadata.into_headers()).ok_or_else(|| status(&missing()))?;
        let who = self.ports.gate.by_token(&token).await.map_err(|refusal| status(&refusal))?;
        let of = asked.about(&self.ports.switchboard, &who);
        let room =
            || self.room.try_acquire().map_err(|_| Refusal::new(Reason::Overloaded, "too much is looked at just now").retry_after(1_000));
        let done = async {
            allow(&who, action)?;
            let (_place, _turn) = (room()?, self.ports.switchboard.report()?);
            work(&self.ports.switchboard, &who, asked).await
        };
        let done = done.await;
        self.audit.deed(&who, what, of, &done);
        done.map(Response::new).map_err(|refusal| status(&refusal))
    }
}

#[tonic::async_trait]
impl admin_service_server::AdminService for AdminService {
    async fn list_sessions(&self, request: Request<wire::ListSessionsRequest>) -> Result<Response<wire::ListSessionsResponse>, Status> {
        let list = async |house: &Switchboard, who: &Principal, asked: wire::ListSessionsRequest| {
            let (size, page) = paging(asked.page_size, asked.page_token)?;
            let customer = (!asked.customer.is_empty()).then(|| CustomerId::new(&asked.customer));
            let page = house.sessions(&who.tenant, customer.as_ref(), size, page.as_deref()).await?;
            let sessions = page.rows.iter().map(translate::session_row).collect();
            Ok(wire::ListSessionsResponse { sessions, next_page_token: page.next.unwrap_or_default() })
        };
        self.read(request, (Action::ListSessions, "sessions.list"), list).await
    }

    async fn get_session(&self, request: Request<wire::GetSessionRequest>) -> Result<Response<wire::GetSessionResponse>, Status> {
        let get = async |house: &Switchboard, who: &Principal, asked: wire::GetSessionRequest| {
            let story = house.story(&who.tenant, check::id("session_id", &asked.session_id)?).await?;
            Ok(wire::GetSessionResponse { session: Some(translate::sheet(&story)) })
        };
        self.read(request, (Action::ListSessions, "sessions.show"), get).await
    }

    async fn export_sessions(
        &self,
        request: Request<wire::ExportSessionsRequest>,
    ) -> Result<Response<wire::ExportSessionsResponse>, Status> {
        let export = async |house: &Switchboard, who: &Principal, asked: wire::ExportSessionsRequest| {
            let token = (!asked.page_token.is_empty()).then_some(asked.page_token.as_str());
            let page = match whose(&asked.session_id, &asked.customer)? {
                Whose::Session(session) => Page { rows: vec![house.session(&who.tenant, session).await?], next: None },
                Whose::Customer(customer) => house.export(&who.tenant, &customer, token).await?,
            };
            Ok(wire::ExportSessionsResponse { json: translate::json(&page.rows)?, next_page_token: page.next.unwrap_or_default() })
        };
        self.read(request, (Action::ExportSession, "sessions.export"), export).await
    }

    async fn erase_sessions(&self, request: Request<wire::EraseSessionsRequest>) -> Result<Response<wire::EraseSessionsResponse>, Status> {
        let erase = async |house: &Switchboard, who: &Principal, asked: wire::EraseSessionsRequest| {
            let request = check::id("request_id", &asked.request_id)?;
            let erased = match whose(&asked.session_id, &asked.customer)? {
                Whose::Session(session) => {
                    let order = Order { request, target: Target::Session(session), command: Command::Erase };
                    self.ports.house.order(who, order).await.map(|_| 1)?
                }
                Whose::Customer(customer) => house.erase(who, request, &customer).await?,
            };
            Ok(wire::EraseSessionsResponse { sessions: erased })
        };
        self.read(request, (Action::EraseSession, "sessions.erase"), erase).await
    }

    async fn list_interactions(
        &self,
        request: Request<wire::ListInteractionsRequest>,
    ) -> Result<Response<wire::ListInteractionsResponse>, Status> {
        let list = async |house: &Switchboard, who: &Principal, asked: wire::ListInteractionsRequest| {
            let queue = (!asked.queue.is_empty()).then(|| QueueName::new(&asked.queue));
            let (size, page) = paging(asked.page_size, asked.page_token)?;
            let page = house.interactions(&who.tenant, queue.as_ref(), size, page.as_deref()).await?;
            let interactions = page.rows.iter().map(translate::interaction_row).collect();
            Ok(wire::ListInteractionsResponse { interactions, next_page_token: page.next.unwrap_or_default() })
        };
        self.read(request, (Action::SeeRouting, "interactions.list"), list).await
    }

    async fn explain_interaction(
        &self,
        request: Request<wire::ExplainInteractionRequest>,
    ) -> Result<Response<wire::ExplainInteractionResponse>, Status> {
        let explain = async |house: &Switchboard, who: &Principal, asked: wire::ExplainInteractionRequest| {
            let interaction: Uuid = check::id("interaction_id", &asked.interaction_id)?;
            let agent = (!asked.agent.is_empty()).then(|| AgentName::new(&asked.agent));
            let told = house.explain(&who.tenant, InteractionId(interaction.as_u128()), agent.as_ref()).await?;
            Ok(translate::explanation(&told))
        };
        self.read(request, (Action::SeeRouting, "interactions.explain"), explain).await
    }

    async fn reload_routing(&self, request: Request<wire::ReloadRoutingRequest>) -> Result<Response<wire::ReloadRoutingResponse>, Status> {
        let what = if request.get_ref().dry_run { "routing.compare" } else { "routing.reload" };
        let reload = async |_: &Switchboard, who: &Principal, asked: wire::ReloadRoutingRequest| {
            Ok(translate::reloaded(self.ports.reloads.routing(&who.tenant, asked.dry_run).await?))
        };
        self.read(request, (Action::ReloadRouting, what), reload).await
    }
}

/// How many rows, from where (AIP-158).
fn paging(size: i32, token: String) -> Result<(usize, Option<String>), Refusal> {
    let size = check::page_size("page_size", size, ROWS.0, ROWS.1)?;
    let token = check::text("page_token", token, check::TOKEN)?.into_inner();
    Ok((size, Some(token).filter(|token| !token.is_empty())))
}

/// Whose sessions are meant.
enum Whose {
    Session(SessionId),
    Customer(CustomerId),
}

fn whose(session: &str, customer: &str) -> Result<Whose, Refusal> {
    match (session, customer) {
        (session, "") => Ok(Whose::Session(check::id("session_id", session)?)),
        ("", customer) => Ok(Whose::Customer(CustomerId::new(customer))),
        _ => Err(Refusal::new(Reason::InvalidArgument, "either `session_id` or `customer`, not both").about("field", "customer")),
    }
}

/// What a call is about, as the audit log names it.
trait About {
    fn about(&self, house: &Switchboard, who: &Principal) -> Option<String>;
}

impl About for wire::ListSessionsRequest {
    fn about(&self, house: &Switchboard, who: &Principal) -> Option<String> {
        name(house, who, "", &self.customer)
    }
}

impl About for wire::GetSessionRequest {
    fn about(&self, house: &Switchboard, who: &Principal) -> Option<String> {
        name(house, who, &self.session_id, "")
    }
}

impl About for wire::ExportSessionsRequest {
    fn about(&self, house: &Switchboard, who: &Principal) -> Option<String> {
        name(house, who, &self.session_id, &self.customer)
    }
}

impl About for wire::EraseSessionsRequest {
    fn about(&self, house: &Switchboard, who: &Principal) -> Option<String> {
        name(house, who, &self.session_id, &self.customer)
    }
}

impl About for wire::ListInteractionsRequest {
    fn about(&self, _: &Switchboard, _: &Principal) -> Option<String> {
        None
    }
}

impl About for wire::ReloadRoutingRequest {
    fn about(&self, _: &Switchboard, _: &Principal) -> Option<String> {
        None
    }
}

impl About for wire::ExplainInteractionRequest {
    fn about(&self, house: &Switchboard, who: &Principal) -> Option<String> {
        name(house, who, &self.interaction_id, "")
    }
}

/// An id where it is one, else what stands for the customer: nothing else that was typed goes into the log.
fn name(house: &Switchboard, who: &Principal, id: &str, customer: &str) -> Option<String> {
    match (id.parse::<Uuid>(), customer) {
        (Ok(id), _) => Some(id.to_string()),
        (Err(_), "") => None,
        (Err(_), customer) => house.pseudonym(&who.tenant, &CustomerId::new(customer)),
    }
}
