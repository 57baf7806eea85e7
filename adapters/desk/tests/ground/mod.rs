//! A desk adapter on the loopback before desks in memory.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each suite uses its part; tests")]

use segue_adapter_desk::{PATH, Ports, SUBPROTOCOL, routes};
use segue_adapter_kit::testing::{Client, ToyDesks, ToyDoors, serve};
use segue_adapter_kit::ws::Settings;
use segue_adapter_kit::{DeskEntry, Drain, NoMeter};
use segue_session::store::{Seq, Version};
use segue_session::{
    AssuranceLevel, Channel, DeskEvent, DeskOffer, InteractionId, Language, LegId, Message, MessageBody, OfferId, PopAssurance,
    PopCustomer, PopQueue, PopWhy, Priority, QueueName, RequestId, ScreenPop, SessionId, Speaker, Time,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use uuid::Uuid;

pub struct Ground {
    pub address: SocketAddr,
    pub desks: Arc<ToyDesks>,
    pub doors: Arc<ToyDoors>,
    pub drain: Drain,
}

pub async fn ground(settings: Settings) -> Ground {
    let (drain, draining) = Drain::new();
    let (desks, doors) = (Arc::new(ToyDesks::default()), Arc::new(ToyDoors::default()));
    let ports = Ports { doors: doors.clone(), desks: desks.clone(), draining, settings, meter: Arc::new(NoMeter) };
    let address = serve(routes(ports)).await;
    Ground { address, desks, doors, drain }
}

impl Ground {
    pub async fn client(&self) -> Client {
        Client::open(self.address, PATH, SUBPROTOCOL).await
    }

    /// A desk that is welcome.
    pub async fn hello(&self, hello: Value) -> (Client, Value) {
        let mut client = self.client().await;
        client.send(json!({ "hello": hello })).await;
        let welcome = client.until("welcome").await;
        (client, welcome)
    }

    /// Ada's desk, up to date.
    pub async fn ada(&self) -> Client {
        let (mut client, _) = self.hello(json!({ "protocol": 1, "token": "agent:ada" })).await;
        client.until("snapshot").await;
        client
    }
}

pub fn id(n: u128) -> String {
    Uuid::from_u128(n).to_string()
}

pub fn session(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(n))
}

pub async fn ack(client: &mut Client, n: u128, mut frame: Value) -> Value {
    frame["id"] = id(n).into();
    client.send(frame).await;
    client.until_that("ack", |ack| ack["id"] == id(n)).await
}

pub async fn error(client: &mut Client, n: u128, mut frame: Value) -> Value {
    frame["id"] = id(n).into();
    client.send(frame).await;
    client.until_that("error", |error| error["id"] == id(n)).await["refusal"].clone()
}

/// What the customer says, as it comes to a desk.
pub fn said(n: u64, text: &str) -> DeskEntry {
    let from = Speaker::Customer(LegId(Uuid::from_u128(5)), Channel::Chat);
    let body = MessageBody::Text(text.to_owned().into());
    let message = Message { id: RequestId(Uuid::from_u128(n.into())), from, at: Time(1), body };
    DeskEntry::Message(session(1), Seq(n), message)
}

pub fn offer(n: u64) -> DeskEvent {
    DeskEvent::Offered(Box::new(DeskOffer {
        offer: OfferId(n),
        interaction: InteractionId(n.into()),
        deadline: Time(1_700_000_020_000),
        pop: pop(),
    }))
}

/// The least that a pop can hold.
pub fn pop() -> ScreenPop {
    ScreenPop {
        session: session(1),
        version: Version(3),
        at: Time(1_700_000_000_000),
        channel: Channel::Chat,
        legs: Vec::new(),
        queue: PopQueue {
            name: QueueName::new("faults"),
            since: Time(1_700_000_000_000),
            priority: Priority(0),
            priority_why: String::new(),
            callback: None,
            told: None,
        },
        why: PopWhy {
            line: "longest idle".into(),
            offer: OfferId(1),
            eligible: 1,
            excluded: BTreeMap::new(),
            levels: BTreeMap::new(),
            preferred: false,
            runner_up: None,
        },
        customer: PopCustomer {
            customer: None,
            persona: None,
            candidates: Vec::new(),
            language: Language::new("en"),
            attributes: BTreeMap::new(),
            claimed: BTreeMap::new(),
        },
        assurance: PopAssurance { level: AssuranceLevel::None, proofs: Vec::new(), skip: Vec::new() },
        stopped: None,
        answers: Vec::new(),
        failed: Vec::new(),
        trail: Vec::new(),
        history: Vec::new(),
        notes: Vec::new(),
        consent: Vec::new(),
        transfers: Vec::new(),
        links: Vec::new(),
        actions: Vec::new(),
        enrichment: BTreeMap::new(),
    }
}

/// The numbers of the entries among frames.
pub fn sequences(frames: &[Value]) -> Vec<u64> {
    let entries = frames.iter().filter_map(|frame| frame.get("entry"));
    entries.map(|entry| entry["sequence"].as_str().unwrap().parse().unwrap()).collect()
}
