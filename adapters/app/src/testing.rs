//! The app as a customer's phone drives it, for the adapters' exam: calls for what it does, a stream for its life and for what
//! it is told.

use segue_adapter_kit::conformance::{ChannelUnderTest, CustomerLeg, Fault, Seen, SeenLine, Way, WayBack};
use segue_proto::app::v1::resume_session_request::By;
use segue_proto::app::v1::{self as app, session_event};
use segue_proto::client::{Customer, Error, Place};
use segue_proto::types::v1 as types;
use segue_session::{AssuranceLevel, Channel, SuspendCause};
use std::net::SocketAddr;
use tonic::Streaming;

/// Makes a token for a customer.
pub type Mint = Box<dyn Fn(&str) -> String + Send + Sync>;

/// The app, at an address, for customers whose tokens `mint` makes.
pub struct AppUnderTest {
    /// Where the daemon serves it.
    pub address: SocketAddr,
    /// Makes a token for a customer.
    pub mint: Mint,
}

#[async_trait::async_trait]
impl ChannelUnderTest for AppUnderTest {
    fn channel(&self) -> Channel {
        Channel::App
    }
    fn ways(&self) -> Vec<Way> {
        Way::ALL.to_vec()
    }
    fn can_leave(&self, _: SuspendCause) -> Result<(), &'static str> {
        Ok(())
    }
    async fn connect(&self, customer: &str) -> Result<Box<dyn CustomerLeg>, Fault> {
        let calls = Customer::connect(&format!("http://{}", self.address), &(self.mint)(customer)).await.map_err(fault)?;
        Ok(Box::new(Phone { calls, leg: None, said: Vec::new() }))
    }
}

/// A phone: its connection, its leg once it has one, and the talk as shown.
struct Phone {
    calls: Customer,
    leg: Option<Leg>,
    said: Vec<(u64, String)>,
}

/// A leg: where it is, and the stream that keeps it alive.
struct Leg {
    place: Place,
    stream: Streaming<app::WatchSessionResponse>,
    /// The last message that the stream has brought, or has said it begins behind.
    told: u64,
}

/// Refusals keep their reason's wire name.
fn fault(error: Error) -> Fault {
    Fault(error.to_string())
}

impl Phone {
    /// Goes live at a place that a call has led to.
    async fn live(&mut self, place: Place) -> Result<Seen, Fault> {
        let stream = self.calls.watch(&place).await.map_err(fault)?;
        let mut leg = Leg { place, stream, told: 0 };
        // The snapshot comes first: the leg is known to be here.
        let first = leg.next().await?;
        if !matches!(first.kind, Some(session_event::Kind::Snapshot(_))) {
            return Err(Fault(format!("the stream began with {first:?}")));
        }
        self.leg = Some(leg);
        self.shown()
    }

    /// What the phone shows after a call's answer.
    fn shown(&mut self) -> Result<Seen, Fault> {
        let view = self.leg()?.place.seen();
        Ok(Seen { said: self.said.clone(), ..seen(&view) })
    }

    fn leg(&mut self) -> Result<&mut Leg, Fault> {
        self.leg.as_mut().ok_or_else(|| Fault::new("the app is in no session"))
    }

    /// Reads the stream up to this message.
    async fn catch_up(&mut self, last: u64) -> Result<(), Fault> {
        let Self { leg, said, .. } = self;
        let leg = leg.as_mut().ok_or_else(|| Fault::new("the app is in no session"))?;
        while leg.told < last {
            if let Some(session_event::Kind::Message(message)) = leg.next().await?.kind {
                leg.told = message.sequence;
                if let Some(types::message_body::Kind::Text(text)) = message.body.and_then(|body| body.kind) {
                    said.push((message.sequence, text.text));
                }
            }
        }
        Ok(())
    }
}

impl Leg {
    async fn next(&mut self) -> Result<app::SessionEvent, Fault> {
        let told = self.stream.message().await.map_err(|status| fault(status.into()))?;
        told.and_then(|told| told.event).ok_or_else(|| Fault::new("the stream has ended"))
    }
}

/// A view, as the exam looks at it.
fn seen(view: &types::SessionView) -> Seen {
    use types::{prompt, standing};
    let standing = view.standing.as_ref().and_then(|standing| standing.kind.as_ref());
    let form = match view.prompt.as_ref().and_then(|prompt| prompt.kind.as_ref()) {
        Some(prompt::Kind::Form(form)) => Some(form),
        _ => None,
    };
    let fields = form.into_iter().flat_map(|form| &form.fields);
    Seen {
        session: view.session_id.clone(),
        active: matches!(standing, Some(standing::Kind::Active(_))),
        suspended: match standing {
            Some(standing::Kind::Suspended(suspension)) => cause(suspension.cause()),
            _ => None,
        },
        step: view.prompt.as_ref().map(|prompt| prompt.step.clone()),
        filled: fields.filter_map(|field| Some((field.field_id.clone(), field.value.clone()?))).collect(),
        asked: form.map(|form| form.current_field.clone()).filter(|field| !field.is_empty()),
        line: view.line.as_ref().map(line),
        level: level(view.assurance_level()),
        said: Vec::new(),
    }
}

fn line(line: &types::Line) -> SeenLine {
    use types::phase::Kind;
    let phase = match line.phase.as_ref().and_then(|phase| phase.kind.as_ref()) {
        Some(Kind::Waiting(_)) => "waiting",
        Some(Kind::Offered(_)) => "offered",
        Some(Kind::Assigned(_)) => "assigned",
        Some(Kind::WrappingUp(_)) => "wrapping_up",
        Some(Kind::Suspended(_)) => "suspended",
        Some(Kind::Ended(_)) => "ended",
        Some(Kind::Refused(_)) => "refused",
        None => "",
    };
    // As protobuf JSON writes a time, so that it reads the same on every channel.
    let since = serde_json::to_value(line.since).unwrap_or_default();
    SeenLine { queue: line.queue.clone(), since: since.as_str().unwrap_or_default().to_owned(), phase: phase.to_owned() }
}

const fn cause(cause: types::SuspendCause) -> Option<SuspendCause> {
    Some(match cause {
        types::SuspendCause::Asked => SuspendCause::Asked,
        types::SuspendCause::Dropped => SuspendCause::Dropped,
        types::SuspendCause::Idle => SuspendCause::Idle,
        types::SuspendCause::Parked => SuspendCause::Parked,
        types::SuspendCause::Step => SuspendCause::Step,
        types::SuspendCause::NodeLost => SuspendCause::NodeLost,
        types::SuspendCause::Unspecified => return None,
    })
}

const fn level(level: types::AssuranceLevel) -> AssuranceLevel {
    match level {
        types::AssuranceLevel::Claimed => AssuranceLevel::Claimed,
        types::AssuranceLevel::Low => AssuranceLevel::Low,
        types::AssuranceLevel::Substantial => AssuranceLevel::Substantial,
        types::AssuranceLevel::High => AssuranceLevel::High,
        types::AssuranceLevel::None | types::AssuranceLevel::Unspecified => AssuranceLevel::None,
    }
}

#[async_trait::async_trait]
impl CustomerLeg for Phone {
    async fn start(&mut self, journey: &str) -> Result<Seen, Fault> {
        let place = self.calls.start(journey).await.map_err(fault)?;
        self.live(place).await
    }

    async fn come_back(&mut self, by: &WayBack) -> Result<Seen, Fault> {
        let by = match by {
            WayBack::SignedIn(session) => By::SessionId(session.clone()),
            WayBack::Link(token) => By::LinkToken(token.clone()),
            WayBack::Code(code) => By::Code(code.clone()),
        };
        let place = self.calls.resume_by(by).await.map_err(fault)?;
        self.live(place).await
    }

    async fn choose(&mut self, choice: &str) -> Result<Seen, Fault> {
        let mut calls = self.calls.clone();
        calls.choose(&mut self.leg()?.place, choice).await.map_err(fault)?;
        self.shown()
    }

    async fn fill(&mut self, field: &str, value: &str) -> Result<Seen, Fault> {
        let mut calls = self.calls.clone();
        calls.fill(&mut self.leg()?.place, field, value).await.map_err(fault)?;
        self.shown()
    }

    async fn say(&mut self, text: &str) -> Result<(), Fault> {
        let mut calls = self.calls.clone();
        let place = calls.say(&self.leg()?.place, text).await.map_err(fault)?;
        self.catch_up(place).await
    }

    async fn see(&mut self) -> Result<Seen, Fault> {
        let mut calls = self.calls.clone();
        let view = calls.look(&self.leg()?.place.session).await.map_err(fault)?;
        self.catch_up(view.last_message).await?;
        self.leg()?.place.view.session = Some(view);
        self.shown()
    }

    async fn way_back(&mut self, way: Way) -> Result<WayBack, Fault> {
        let kind = if way == Way::Link { types::HandleKind::Link } else { types::HandleKind::Code };
        let mut calls = self.calls.clone();
        let given = calls.handle(&self.leg()?.place, kind).await.map_err(fault)?;
        Ok(if way == Way::Link { WayBack::Link(given.value) } else { WayBack::Code(given.value) })
    }

    async fn suspend(&mut self) -> Result<(), Fault> {
        let mut calls = self.calls.clone();
        calls.suspend(&mut self.leg()?.place).await.map(drop).map_err(fault)
    }

    async fn vanish(self: Box<Self>) {
        // The stream and the connection with it: no call says farewell.
        drop(self);
    }
}
