//! A house with one tenant, customers and desks that write down what they see.

use crate::audit::Audit;
use crate::config::plan::Plan;
use crate::config::{Files, Mode, Wanted, load};
use crate::engine::{Clock, Meters};
use crate::house::Switchboard;
use segue_adapter_kit::{Accepted, Connection, DeskEntry, DeskStart, Desks, House, Order, Resume, Target};
use segue_session::store::{Embedded, Seq, Store};
use segue_session::{
    AgentName, Arriving, Channel, Claim, Command, CustomerClaims, DeskCommand, DeskEvent, InteractionId, LegId, MessageBody, OfferId,
    Party, Phase, Principal, Private, Proof, Refusal, RequestId, SessionId, Standing, Time,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

pub(in crate::house) const CONFIG: &str = r#"
secret = "0123456789abcdefghijklmnopqrstuvwxyz"
[listen]
public = "127.0.0.1:0"
[tenants.acme]
widgets = ["acme-site"]
[[tenants.acme.issuers]]
issuer = "https://id.acme"
audience = "segue"
algorithm = "RS256"
jwks = "https://id.acme/keys"
roles = ["app", "agent", "supervisor"]
[tenants.acme.sessions]
grace = "1s"
[tenants.acme.routing]
decline_reasons = ["not my skill"]
[tenants.acme.queues.faults]
codes = ["solved"]
code_required = true
offer_for = "5s"
[tenants.acme.agents.ada]
title = "Ada"
skills = { internet = 8 }
queues = ["faults"]
[tenants.acme.agents.bo]
title = "Bo"
skills = { internet = 3 }
queues = ["faults"]
[tenants.acme.presences.break]
channels = []
"#;

/// The plan of the stories.
pub(in crate::house) fn plan() -> Arc<Plan> {
    plan_of(CONFIG, &[])
}

/// The plan of a configuration, with other files beside it.
pub(in crate::house) fn plan_of(text: &str, beside: &[(&str, &str)]) -> Arc<Plan> {
    let file = PathBuf::from("segue.toml");
    let beside = beside.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned()));
    let held = beside.chain([(file.clone(), text.to_owned())]).collect();
    let wanted = Wanted { file, files: Files::Held(held), variables: Vec::new(), mode: Mode::Serve };
    Arc::new(load(&wanted).map_err(|faults| faults.lines()).unwrap().plan)
}

pub(in crate::house) fn memory() -> Arc<dyn Store> {
    Arc::new(Embedded::memory().unwrap())
}

/// Opens the house on a store.
pub(in crate::house) async fn open(store: &Arc<dyn Store>) -> Arc<Switchboard> {
    open_as(store, plan(), Meters::default()).await
}

/// Opens a house of this plan on a store.
pub(in crate::house) async fn open_as(store: &Arc<dyn Store>, plan: Arc<Plan>, meters: Meters) -> Arc<Switchboard> {
    Switchboard::open(Arc::clone(store), plan, meters, Clock::system(), Audit::off()).await.unwrap()
}

pub(in crate::house) fn fresh() -> Uuid {
    Uuid::now_v7()
}

pub(in crate::house) fn request() -> RequestId {
    RequestId(fresh())
}

fn principal(subject: &str, party: Party) -> Principal {
    Principal { tenant: "acme".into(), subject: Private::new(subject.to_owned()), party, expires: Time(u64::MAX) }
}

/// A customer who is signed in.
pub(in crate::house) fn customer(name: &str) -> Principal {
    let proof = Proof {
        method: "sign_in".into(),
        level: segue_session::AssuranceLevel::Substantial,
        issuer: "https://id.acme".into(),
        at: Time(0),
        until: Time(u64::MAX),
    };
    let claims = CustomerClaims { customer: Some(name.into()), proofs: vec![proof], ..CustomerClaims::default() };
    principal(name, Party::Customer(claims))
}

/// A visitor who has not signed in.
pub(in crate::house) fn visitor(subject: &str) -> Principal {
    principal(subject, Party::Customer(CustomerClaims { device: Some("browser".into()), ..CustomerClaims::default() }))
}

pub(in crate::house) fn agent(name: &str) -> Principal {
    principal(name, Party::Agent(name.into()))
}

pub(in crate::house) fn supervisor(name: &str) -> Principal {
    principal(name, Party::Supervisor(name.into()))
}

pub(in crate::house) fn admin() -> Principal {
    principal("root", Party::Admin)
}

/// A customer on one leg of one session.
pub(in crate::house) struct Caller {
    pub(in crate::house) house: Arc<Switchboard>,
    pub(in crate::house) who: Principal,
    pub(in crate::house) session: SessionId,
    pub(in crate::house) leg: LegId,
}

impl Caller {
    /// Begins a session without a journey.
    pub(in crate::house) async fn start(house: &Arc<Switchboard>, name: &str) -> Self {
        Self::start_on(house, customer(name), Channel::Chat).await
    }

    /// The same, for whoever it is, on this channel.
    pub(in crate::house) async fn start_on(house: &Arc<Switchboard>, who: Principal, channel: Channel) -> Self {
        let caller = Self { house: Arc::clone(house), who, session: SessionId(fresh()), leg: LegId(fresh()) };
        let command = Command::Start { session: caller.session, leg: caller.arriving(channel), journey: None, claimed: BTreeMap::new() };
        caller.order(command).await.unwrap();
        caller
    }

    pub(in crate::house) fn arriving(&self, channel: Channel) -> Arriving {
        Arriving { leg: self.leg, channel, address: None, language: None }
    }

    /// What a leg whose connection is another one says.
    pub(in crate::house) fn back(&self) -> Command {
        Command::Resume { leg: self.arriving(Channel::Chat), by: Claim::SameLeg }
    }

    pub(in crate::house) async fn order(&self, command: Command) -> Result<Accepted, Refusal> {
        self.order_as(request(), command).await
    }

    pub(in crate::house) async fn order_as(&self, request: RequestId, command: Command) -> Result<Accepted, Refusal> {
        self.house.order(&self.who, Order { request, target: Target::Session(self.session), command }).await
    }

    /// Asks for a person; the interaction.
    pub(in crate::house) async fn ask(&self) -> InteractionId {
        let accepted = self.order(Command::AskForPerson(self.leg, None)).await.unwrap();
        accepted.view.unwrap().line.unwrap().interaction
    }

    /// Comes back on a new leg of this channel.
    pub(in crate::house) async fn resume(&mut self, channel: Channel) -> Result<Accepted, Refusal> {
        self.leg = LegId(fresh());
        self.order(Command::Resume { leg: self.arriving(channel), by: Claim::SignedIn }).await
    }

    pub(in crate::house) async fn say(&self, text: &str) -> Seq {
        let body = MessageBody::Text(Private::new(text.to_owned()));
        self.house.say(&self.who, self.session, self.leg, request(), body).await.unwrap().seq
    }

    /// Where it stands in line.
    pub(in crate::house) async fn phase(&self) -> Phase {
        self.house.view(&self.who, self.session, None).await.unwrap().line.unwrap().phase
    }

    /// Waits until so many are ahead in line.
    pub(in crate::house) async fn until_ahead(&self, ahead: u32) {
        let mut watch = self.house.watch(&self.who, self.session);
        let place = || async { self.house.view(&self.who, self.session, None).await.unwrap().line.unwrap().ahead };
        let settled = async {
            while place().await != Some(ahead) {
                watch.wake.changed().await.unwrap();
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(5), settled).await.is_ok(), "never {ahead} ahead: {:?}", place().await);
    }

    /// Whether somebody is here, as the customer sees it.
    pub(super) async fn is_active(&self) -> bool {
        matches!(self.house.view(&self.who, self.session, None).await.unwrap().standing, Standing::Active)
    }

    /// Waits until nobody is here.
    pub(super) async fn until_left(&self) {
        let mut watch = self.house.watch(&self.who, self.session);
        let settled = async {
            while self.is_active().await {
                watch.wake.changed().await.unwrap();
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(5), settled).await.is_ok(), "somebody stays here");
    }

    /// Waits until the line is as wanted.
    pub(in crate::house) async fn until(&self, what: &str, wanted: impl Fn(&Phase) -> bool) {
        let mut watch = self.house.watch(&self.who, self.session);
        let settled = async {
            while !wanted(&self.phase().await) {
                watch.wake.changed().await.unwrap();
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(5), settled).await.is_ok(), "never {what}: {:?}", self.phase().await);
    }
}

/// A desk that keeps what it was told.
pub(in crate::house) struct Desk {
    house: Arc<Switchboard>,
    pub(in crate::house) who: Principal,
    pub(in crate::house) connection: Connection,
    pub(in crate::house) seen: Seq,
    pub(in crate::house) entries: Vec<(Seq, DeskEntry)>,
}

impl Desk {
    /// Says hello and chooses `ready`.
    pub(in crate::house) async fn ready(house: &Arc<Switchboard>, name: &str) -> Self {
        let mut desk = Self::hello(house, agent(name), None).await;
        desk.ask(DeskCommand::Present("ready".into())).await.unwrap();
        desk
    }

    pub(in crate::house) async fn hello(house: &Arc<Switchboard>, who: Principal, resume: Option<Resume>) -> Self {
        let connection = house.hello(&who, resume.clone()).await.unwrap();
        let mut desk = Self { house: Arc::clone(house), who, seen: Seq(0), entries: Vec::new(), connection };
        match desk.connection.start.clone() {
            DeskStart::Snapshot(snapshot) => desk.seen = snapshot.seq,
            DeskStart::Entries(entries) => {
                desk.seen = resume.map(|resume| resume.seq).unwrap_or_default();
                desk.take(entries);
            }
        }
        desk
    }

    pub(in crate::house) async fn ask(&mut self, command: DeskCommand) -> Result<segue_session::DeskAck, Refusal> {
        self.house.command(&self.who, request(), command).await
    }

    fn take(&mut self, entries: Vec<(Seq, DeskEntry)>) {
        for (seq, entry) in entries {
            assert_eq!(seq, Seq(self.seen.0 + 1), "nothing missing, nothing twice");
            self.seen = seq;
            self.entries.push((seq, entry));
        }
    }

    async fn fetch(&mut self) {
        match self.house.since(&self.who, self.seen).await.unwrap() {
            DeskStart::Entries(entries) => self.take(entries),
            DeskStart::Snapshot(snapshot) => panic!("a snapshot at {:?} was not wanted", snapshot.seq),
        }
    }

    /// Waits until an entry is as wanted, from those not yet looked at.
    pub(in crate::house) async fn until<T>(&mut self, what: &str, wanted: impl Fn(&DeskEntry) -> Option<T>) -> T {
        let found = async {
            loop {
                self.fetch().await;
                if let Some(at) = self.entries.iter().position(|(_, entry)| wanted(entry).is_some()) {
                    let (_, entry) = self.entries.remove(at);
                    return wanted(&entry).unwrap();
                }
                if self.connection.wake.borrow_and_update().0 <= self.seen.0 {
                    self.connection.wake.changed().await.unwrap();
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(5), found).await.unwrap_or_else(|_| panic!("never {what}"))
    }

    /// Waits for an offer.
    pub(in crate::house) async fn offer(&mut self) -> segue_session::DeskOffer {
        self.until("an offer", |entry| match entry {
            DeskEntry::Event(event) => match event.as_ref() {
                DeskEvent::Offered(offer) => Some(offer.as_ref().clone()),
                _ => None,
            },
            DeskEntry::Message(..) => None,
        })
        .await
    }

    /// Waits for a message's text.
    pub(in crate::house) async fn message(&mut self) -> (SessionId, Seq, String) {
        self.until("a message", |entry| match entry {
            DeskEntry::Message(session, seq, message) => match &message.body {
                MessageBody::Text(text) => Some((*session, *seq, text.reveal().clone())),
                _ => None,
            },
            DeskEntry::Event(_) => None,
        })
        .await
    }

    pub(in crate::house) async fn accept(&mut self, offer: OfferId) {
        self.ask(DeskCommand::Accept(offer)).await.unwrap();
    }

    pub(in crate::house) fn name(&self) -> AgentName {
        match &self.who.party {
            Party::Agent(name) | Party::Supervisor(name) => name.clone(),
            other => panic!("{other:?} has no desk"),
        }
    }
}
