//! The adapters' exam, sat by the chat alone before a house in memory. The daemon's own tests hold it for all channels.

mod ground;

use segue_adapter_chat::testing::ChatUnderTest;
use segue_adapter_kit::conformance::{ChannelUnderTest, Fault, Ground, JOURNEY, Record, matrix, promises};
use segue_adapter_kit::testing::{ToyHouse, eventually};
use segue_adapter_kit::ws::Settings;
use segue_session::{AgentName, Command, LegStanding, SessionId, Standing, SuspendCause};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

struct Toy {
    house: Arc<ToyHouse>,
    channels: Vec<Box<dyn ChannelUnderTest>>,
    customers: AtomicU32,
}

async fn toy() -> Toy {
    let ground = ground::ground_with(Settings::default(), &[JOURNEY]).await;
    let chat = ChatUnderTest { address: ground.address, mint: Box::new(|customer| format!("customer:{customer}")) };
    Toy { house: ground.house, channels: vec![Box::new(chat)], customers: AtomicU32::new(0) }
}

impl Toy {
    fn session(&self, id: &str) -> Result<SessionId, Fault> {
        id.parse().map_err(|_| Fault(format!("`{id}` is no session")))
    }
}

#[async_trait::async_trait]
impl Ground for Toy {
    fn channels(&self) -> &[Box<dyn ChannelUnderTest>] {
        &self.channels
    }
    fn fresh_customer(&self) -> String {
        format!("customer-{}", self.customers.fetch_add(1, Ordering::Relaxed))
    }
    fn patience(&self) -> Duration {
        Duration::from_secs(10)
    }
    async fn assign(&self, session: &str) -> Result<(), Fault> {
        self.house.assign(self.session(session)?, "ada");
        Ok(())
    }
    async fn park(&self, session: &str) -> Result<(), Fault> {
        let note = Command::Note(AgentName::new("ada"), "parked".to_owned().into());
        let session = self.session(session)?;
        for command in [note, Command::Suspend(SuspendCause::Parked, None, Vec::new())] {
            self.house.by_itself(session, command).map_err(|refusal| Fault(refusal.message))?;
        }
        Ok(())
    }
    async fn pass_grace(&self) -> Result<(), Fault> {
        // A leg is lost when the house has heard of it.
        let live = |session: segue_session::Session| session.legs.iter().any(|leg| leg.standing == LegStanding::Live);
        eventually("all who vanished are lost", || !self.house.sessions().into_iter().any(live)).await;
        self.house.pass_time(self.house.settings().grace.0 + 1);
        Ok(())
    }
    async fn pass_idle(&self) -> Result<(), Fault> {
        self.house.pass_time(self.house.settings().idle.0 + 1);
        Ok(())
    }
    async fn kill(&self) -> Result<(), Fault> {
        self.house.lose_node();
        Ok(())
    }
    async fn record(&self, session: &str) -> Result<Record, Fault> {
        let session = self.house.session(self.session(session)?).ok_or_else(|| Fault::new("there is no such session"))?;
        let suspended = match &session.standing {
            Standing::Suspended(suspension) => Some(suspension.cause),
            _ => None,
        };
        Ok(Record { suspended, asked_twice: session.asked_twice })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_matrix_holds_for_the_chat() {
    let toy = toy().await;
    let matrix = matrix(&toy, &SuspendCause::ALL).await;
    assert_eq!(matrix.faults(), Vec::<String>::new());
    insta::assert_snapshot!(matrix.markdown());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_promises_hold_for_the_chat() {
    let toy = toy().await;
    for promise in promises(&toy, toy.channels[0].as_ref()).await {
        assert_eq!(promise.fault, None, "{}: {}", promise.number, promise.what);
    }
}

/// An exam that cannot fail examines nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_matrix_sees_a_house_that_forgets() {
    let toy = toy().await;
    toy.house.forgets(true);
    assert!(!matrix(&toy, &SuspendCause::ALL).await.faults().is_empty());
}
