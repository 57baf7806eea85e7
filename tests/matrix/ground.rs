//! The exam's ground: a real daemon process, the real wires, an agent at a real desk.

use crate::agent::Agent;
use crate::exam;
use crate::product::{Daemon, Kept, token};
use segue_adapter_app::testing::AppUnderTest;
use segue_adapter_chat::testing::ChatUnderTest;
use segue_adapter_kit::conformance::{ChannelUnderTest, Fault, Ground, Record};
use segue_proto::admin::v1::ExportSessionsRequest;
use segue_proto::admin::v1::admin_service_client::AdminServiceClient;
use segue_session::{Standing, SuspendCause};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tonic::Request;
use tonic::transport::{Channel, Endpoint};

/// A ground of its own for whoever wants one.
pub(crate) struct Real {
    daemon: Mutex<Daemon>,
    address: SocketAddr,
    agent: Agent,
    /// The line to the administration, which is asked one thing at a time; a new one after each crash.
    office: Mutex<AdminServiceClient<Channel>>,
    channels: Vec<Box<dyn ChannelUnderTest>>,
    customers: AtomicU32,
}

impl Real {
    /// One on this store, whose sessions are idle after so long.
    pub(crate) async fn with_idle(kept: &Kept, idle: &str) -> Self {
        let daemon = Daemon::of(|home, address| exam::write(home, address, kept, idle)).await;
        let address = daemon.at.0;
        let mint = || Box::new(|customer: &str| token("app", customer));
        Self {
            daemon: Mutex::new(daemon),
            address,
            agent: Agent::at(address),
            office: Mutex::new(office(address)),
            channels: vec![Box::new(AppUnderTest { address, mint: mint() }), Box::new(ChatUnderTest { address, mint: mint() })],
            customers: AtomicU32::new(0),
        }
    }
}

fn office(address: SocketAddr) -> AdminServiceClient<Channel> {
    AdminServiceClient::new(Endpoint::from_shared(format!("http://{address}")).unwrap().connect_lazy())
}

#[async_trait::async_trait]
impl Ground for Real {
    fn channels(&self) -> &[Box<dyn ChannelUnderTest>] {
        &self.channels
    }
    fn fresh_customer(&self) -> String {
        format!("customer-{}", self.customers.fetch_add(1, Ordering::Relaxed))
    }
    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }
    async fn assign(&self, session: &str) -> Result<(), Fault> {
        self.agent.takes(session).await
    }
    async fn park(&self, session: &str) -> Result<(), Fault> {
        self.agent.parks(session).await
    }
    async fn pass_grace(&self) -> Result<(), Fault> {
        Ok(())
    }
    async fn pass_idle(&self) -> Result<(), Fault> {
        Ok(())
    }
    async fn kill(&self) -> Result<(), Fault> {
        let mut daemon = self.daemon.lock().await;
        daemon.kill().await;
        daemon.start_again().await;
        *self.office.lock().await = office(self.address);
        Ok(())
    }
    async fn record(&self, session: &str) -> Result<Record, Fault> {
        let mut request =
            Request::new(ExportSessionsRequest { session_id: session.to_owned(), customer: String::new(), page_token: String::new() });
        let bearer = format!("Bearer {}", token("admin", "office")).parse().map_err(|_| Fault::new("the token is no header value"))?;
        request.metadata_mut().insert("authorization", bearer);
        let mut office = self.office.lock().await;
        let export = office.export_sessions(request).await.map_err(|status| Fault(status.to_string()))?.into_inner().json;
        read(&export).ok_or_else(|| Fault(format!("the record does not read: {export}")))
    }
}

fn read(export: &str) -> Option<Record> {
    let whole: Value = serde_json::from_str(export).ok()?;
    let session = &whole[0]["session"];
    let suspended: Option<SuspendCause> = match serde_json::from_value(session["standing"].clone()).ok()? {
        Standing::Suspended(suspension) => Some(suspension.cause),
        _ => None,
    };
    let asked_twice = session["asked_twice"].as_u64().and_then(|times| u32::try_from(times).ok())?;
    Some(Record { suspended, asked_twice })
}
