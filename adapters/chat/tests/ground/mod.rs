//! A chat adapter on the loopback before a house in memory.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each suite uses its part; tests")]

use segue_adapter_chat::{PATH, Ports, SUBPROTOCOL, routes};
use segue_adapter_kit::testing::{Client, ToyDoors, ToyHouse, serve};
use segue_adapter_kit::ws::Settings;
use segue_adapter_kit::{Drain, NoMeter};
use segue_session::SessionId;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;

/// A form of three fields, then a person.
pub const FAULT: &str = "
journey: fault
title: { en: A fault }
start: what
steps:
  what:
    menu:
      ask: { en: \"What is not working?\" }
      choices:
        - { id: internet, key: 1, label: { en: Internet }, next: details }
        - { id: phone, key: 2, label: { en: Phone }, next: details }
  details:
    form:
      title: { en: Details }
      fields:
        - { id: light, kind: choice, of: [green, red], ask: { en: \"Which light is on?\" } }
        - { id: since, kind: text, ask: { en: \"Since when?\" } }
      next: person
  person:
    route: { queue: faults }
";

pub struct Ground {
    pub address: SocketAddr,
    pub house: Arc<ToyHouse>,
    pub doors: Arc<ToyDoors>,
    pub drain: Drain,
}

pub async fn ground(settings: Settings) -> Ground {
    ground_with(settings, &[FAULT]).await
}

pub async fn ground_with(settings: Settings, journeys: &[&str]) -> Ground {
    let (drain, draining) = Drain::new();
    let (house, doors) = (Arc::new(ToyHouse::new(journeys)), Arc::new(ToyDoors::default()));
    let ports = Ports { doors: doors.clone(), house: house.clone(), draining, settings, meter: Arc::new(NoMeter) };
    let address = serve(routes(ports)).await;
    Ground { address, house, doors, drain }
}

impl Ground {
    pub async fn client(&self) -> Client {
        Client::open(self.address, PATH, SUBPROTOCOL).await
    }

    /// A page that is welcome.
    pub async fn hello(&self, hello: Value) -> (Client, Value) {
        let mut client = self.client().await;
        client.send(json!({ "hello": hello })).await;
        let welcome = client.until("welcome").await;
        (client, welcome)
    }

    /// A signed-in customer in the fault journey.
    pub async fn started(&self) -> (Client, Place) {
        let (mut client, _) = self.hello(json!({ "protocol": 1, "token": "customer:ana", "device": "browser" })).await;
        let place = start(&mut client, 1).await;
        (client, place)
    }
}

/// Where a page is.
#[derive(Clone, Debug)]
pub struct Place {
    pub session: SessionId,
    pub leg: String,
}

impl Place {
    pub fn of(attached: &Value) -> Self {
        let text = |key: &str| attached[key].as_str().unwrap().to_owned();
        Self { session: text("sessionId").parse().unwrap(), leg: text("legId") }
    }
    /// The `resume` of a hello.
    pub fn resume(&self, last_message: u64) -> Value {
        json!({ "sessionId": self.session.to_string(), "legId": self.leg, "lastMessage": last_message.to_string() })
    }
}

pub fn id(n: u128) -> String {
    uuid::Uuid::from_u128(n).to_string()
}

pub async fn start(client: &mut Client, n: u128) -> Place {
    client.send(json!({ "id": id(n), "start": { "journey": "fault" } })).await;
    Place::of(&client.until("ack").await["attached"])
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

/// The texts of the messages among frames, with their numbers.
pub fn messages(frames: &[Value]) -> Vec<(u64, String)> {
    let said = frames.iter().filter_map(|frame| frame.get("message"));
    said.map(|m| {
        let seq = m["sequence"].as_str().unwrap().parse().unwrap();
        let text = m["body"]["text"]["text"].as_str().map(str::to_owned);
        (seq, text.unwrap_or_else(|| format!("({})", m["body"]["notice"]["key"].as_str().unwrap_or("?"))))
    })
    .collect()
}
