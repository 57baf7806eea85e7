//! Web chat as a customer's browser drives it, for the adapters' exam.

use crate::{PATH, SUBPROTOCOL};
use segue_adapter_kit::conformance::{ChannelUnderTest, CustomerLeg, Fault, Seen, SeenLine, Way, WayBack};
use segue_adapter_kit::testing::Client;
use segue_session::{AssuranceLevel, Channel, SuspendCause};
use serde_json::{Value, json};
use std::net::SocketAddr;
use uuid::Uuid;

/// Makes a token for a customer.
pub type Mint = Box<dyn Fn(&str) -> String + Send + Sync>;

/// Web chat, at an address, for customers whose tokens `mint` makes.
pub struct ChatUnderTest {
    /// Where the daemon serves it.
    pub address: SocketAddr,
    /// Makes a token for a customer.
    pub mint: Mint,
}

#[async_trait::async_trait]
impl ChannelUnderTest for ChatUnderTest {
    fn channel(&self) -> Channel {
        Channel::Chat
    }
    fn ways(&self) -> Vec<Way> {
        Way::ALL.to_vec()
    }
    fn can_leave(&self, _: SuspendCause) -> Result<(), &'static str> {
        Ok(())
    }
    async fn connect(&self, customer: &str) -> Result<Box<dyn CustomerLeg>, Fault> {
        let mut client = Client::open(self.address, PATH, SUBPROTOCOL).await;
        let device = Uuid::new_v4().to_string();
        client.send(json!({ "hello": { "protocol": 1, "token": (self.mint)(customer), "device": device } })).await;
        let mut page = Page { client, seen: Seen::default(), version: 0 };
        page.until(|frame| frame.get("welcome").cloned()).await?;
        Ok(Box::new(page))
    }
}

/// A page: what it was shown, kept as a browser keeps it.
struct Page {
    client: Client,
    seen: Seen,
    version: u64,
}

impl Page {
    /// Reads on until a frame gives something; what comes on the way is shown.
    async fn until<T>(&mut self, pick: impl Fn(&Value) -> Option<T>) -> Result<T, Fault> {
        loop {
            let frame = self.client.next().await.map_err(|code| Fault(format!("closed with {code}")))?;
            self.show(&frame);
            if let Some(found) = pick(&frame) {
                return Ok(found);
            }
        }
    }

    /// Sends a command; its `ack`, or its refusal as a fault.
    async fn ask(&mut self, mut frame: Value) -> Result<Value, Fault> {
        let id = Uuid::new_v4().to_string();
        frame["id"] = id.clone().into();
        self.client.send(frame).await;
        self.until(|frame| {
            let answer = |kind: &str| frame.get(kind).filter(|answer| answer["id"] == id.as_str()).cloned();
            answer("ack").map(Ok).or_else(|| answer("error").map(|error| Err(Fault(error["refusal"].to_string()))))
        })
        .await?
    }

    /// Sends a command that changes the session, and reads on until that is shown.
    async fn does(&mut self, frame: Value) -> Result<Seen, Fault> {
        let before = self.version;
        self.ask(frame).await?;
        while self.version == before {
            self.until(|frame| frame.get("view").cloned()).await?;
        }
        Ok(self.seen.clone())
    }

    fn show(&mut self, frame: &Value) {
        if let Some(view) = frame.get("view") {
            self.version = number(&view["session"]["version"]);
            view_of(&mut self.seen, &view["session"]);
        } else if let Some(line) = frame.get("line") {
            self.seen.line = line.get("line").map(line_of);
        } else if let Some(message) = frame.get("message")
            && let Some(text) = message["body"]["text"]["text"].as_str()
        {
            self.seen.said.push((number(&message["sequence"]), text.to_owned()));
        }
    }
}

/// Protobuf JSON writes 64-bit numbers as strings, and leaves out zero.
fn number(json: &Value) -> u64 {
    json.as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn text(json: &Value) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn view_of(seen: &mut Seen, session: &Value) {
    let (form, standing) = (&session["prompt"]["form"], &session["standing"]);
    seen.session = text(&session["sessionId"]);
    seen.active = standing.get("active").is_some();
    seen.suspended = standing.get("suspended").and_then(|one| cause_of(one["cause"].as_str().unwrap_or_default()));
    seen.step = session["prompt"]["step"].as_str().map(str::to_owned);
    let fields = form["fields"].as_array().into_iter().flatten();
    seen.filled = fields.filter_map(|field| Some((text(&field["fieldId"]), field["value"].as_str()?.to_owned()))).collect();
    seen.asked = form["currentField"].as_str().map(str::to_owned);
    seen.line = session.get("line").map(line_of);
    seen.level = level_of(session["assuranceLevel"].as_str().unwrap_or_default());
}

fn line_of(line: &Value) -> SeenLine {
    let phase = line["phase"].as_object().and_then(|phase| phase.keys().next().cloned()).unwrap_or_default();
    let phase = if phase == "wrappingUp" { "wrapping_up".to_owned() } else { phase };
    SeenLine { queue: text(&line["queue"]), since: text(&line["since"]), phase }
}

fn cause_of(name: &str) -> Option<SuspendCause> {
    let names = ["ASKED", "DROPPED", "IDLE", "PARKED", "STEP", "NODE_LOST"];
    let name = name.strip_prefix("SUSPEND_CAUSE_")?;
    SuspendCause::ALL.into_iter().zip(names).find(|(_, n)| *n == name).map(|(cause, _)| cause)
}

fn level_of(name: &str) -> AssuranceLevel {
    match name {
        "ASSURANCE_LEVEL_CLAIMED" => AssuranceLevel::Claimed,
        "ASSURANCE_LEVEL_LOW" => AssuranceLevel::Low,
        "ASSURANCE_LEVEL_SUBSTANTIAL" => AssuranceLevel::Substantial,
        "ASSURANCE_LEVEL_HIGH" => AssuranceLevel::High,
        _ => AssuranceLevel::None,
    }
}

#[async_trait::async_trait]
impl CustomerLeg for Page {
    async fn start(&mut self, journey: &str) -> Result<Seen, Fault> {
        self.does(json!({ "start": { "journey": journey } })).await
    }

    async fn come_back(&mut self, by: &WayBack) -> Result<Seen, Fault> {
        let by = match by {
            WayBack::SignedIn(session) => json!({ "sessionId": session }),
            WayBack::Link(token) => json!({ "linkToken": token }),
            WayBack::Code(code) => json!({ "code": code }),
        };
        self.does(json!({ "resume": by })).await
    }

    async fn choose(&mut self, choice: &str) -> Result<Seen, Fault> {
        self.does(json!({ "step": { "choose": choice } })).await
    }

    async fn fill(&mut self, field: &str, value: &str) -> Result<Seen, Fault> {
        self.does(json!({ "step": { "fill": { "fieldId": field, "value": value } } })).await
    }

    async fn say(&mut self, text: &str) -> Result<(), Fault> {
        let said = self.ask(json!({ "say": { "body": { "text": { "text": text } } } })).await?;
        let place = number(&said["said"]["sequence"]);
        while !self.seen.said.iter().any(|(seq, _)| *seq == place) {
            self.until(|frame| frame.get("message").cloned()).await?;
        }
        Ok(())
    }

    async fn see(&mut self) -> Result<Seen, Fault> {
        // Whatever was on its way when this was asked comes before its answer.
        self.client.send(json!({ "ping": {} })).await;
        self.until(|frame| frame.get("pong").cloned()).await?;
        Ok(self.seen.clone())
    }

    async fn way_back(&mut self, way: Way) -> Result<WayBack, Fault> {
        let kind = if way == Way::Link { "HANDLE_KIND_LINK" } else { "HANDLE_KIND_CODE" };
        let given = self.ask(json!({ "createHandle": { "kind": kind } })).await?;
        let value = text(&given["handles"]["handles"][0]["value"]);
        // The view that this leads to comes behind the answer, and must not be taken for the next command's.
        self.see().await?;
        Ok(if way == Way::Link { WayBack::Link(value) } else { WayBack::Code(value) })
    }

    async fn suspend(&mut self) -> Result<(), Fault> {
        self.ask(json!({ "suspend": {} })).await.map(drop)
    }

    async fn vanish(self: Box<Self>) {
        self.client.vanish();
    }
}
