//! A house in memory that applies commands with the real session core.

use super::{TENANT, held};
use crate::now;
use crate::{Accepted, Ephemeral, House, Order, Page, Said, Target, Wake, Watch};
use segue_session::handle::Token;
use segue_session::journey::{Library, compile};
use segue_session::store::{Durability, Seq, Version};
use segue_session::{
    Actor, AgentName, Changed, Claim, Command, HandleKind, Keys, Language, LegId, Line, Matter, Message, MessageBody, Moment, Party, Phase,
    Principal, QueueName, Reason, Refusal, RequestId, RouteRequest, Session, SessionId, Settings, Speaker, SuspendCause, TenantId, Time,
    View, access, apply, matter, view,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

/// A house in memory: one tenant, no routing; tests put agents into sessions by [`ToyHouse::assign`].
pub struct ToyHouse {
    tenant: TenantId,
    keys: Keys,
    settings: Settings,
    library: Library,
    kept: Mutex<Kept>,
    down: AtomicBool,
    /// How far the house's clock is ahead of the wall's, in milliseconds.
    ahead: AtomicU64,
    forgets: AtomicBool,
}

#[derive(Default)]
struct Kept {
    rooms: BTreeMap<SessionId, Room>,
    answered: HashMap<RequestId, (String, Accepted)>,
    said: HashMap<RequestId, Seq>,
    orders: Vec<Command>,
}

struct Room {
    session: Session,
    version: Version,
    routing: Version,
    line: Option<Line>,
    messages: Vec<Message>,
    handles: Vec<[u8; 16]>,
    wake: watch::Sender<Wake>,
    ephemeral: broadcast::Sender<Ephemeral>,
}

impl Room {
    fn new(session: Session) -> Self {
        let (wake, _) = watch::channel(Wake::default());
        let (ephemeral, _) = broadcast::channel(16);
        let (line, messages, handles) = (None, Vec::new(), Vec::new());
        Self { session, version: Version(0), routing: Version(0), line, messages, handles, wake, ephemeral }
    }
    fn last(&self) -> Seq {
        Seq(self.messages.len() as u64)
    }
    fn ring(&self) {
        self.wake.send_replace(Wake { version: self.version, routing: self.routing.0, message: self.last() });
    }
    fn view(&self, library: &Library, now: Time) -> View {
        let (version, routing_version, last_message) = (self.version, self.routing, self.last());
        let read = view::Read { version, routing_version, last_message, line: self.line.as_ref() };
        view::of(&self.session, read, library, now)
    }
}

impl ToyHouse {
    /// A house with these journeys.
    ///
    /// # Panics
    /// A journey does not compile.
    #[must_use]
    #[expect(clippy::panic, reason = "a test's own journey")]
    pub fn new(journeys: &[&str]) -> Self {
        let tenant = TenantId::new(TENANT);
        let journeys = journeys.iter().map(|text| match compile("toy.yaml", text) {
            Ok((journey, _)) => journey,
            Err(faults) => panic!("{faults:?}"),
        });
        Self {
            keys: Keys::derive(&[7; 32], &tenant),
            settings: Settings { queue: Some(QueueName::new("faults")), ..Settings::usual(Language::new("en")) },
            library: Library::new(journeys),
            kept: Mutex::default(),
            down: AtomicBool::new(false),
            ahead: AtomicU64::new(0),
            forgets: AtomicBool::new(false),
            tenant,
        }
    }

    /// The store is out of reach, or back.
    pub fn down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
        if !down {
            held(&self.kept).rooms.values().for_each(Room::ring);
        }
    }

    /// The session's line is with an agent now.
    pub fn assign(&self, session: SessionId, agent: &str) {
        self.routed(session, Phase::Assigned(AgentName::new(agent)));
    }

    /// An agent says something.
    pub fn agent_says(&self, session: SessionId, agent: &str, text: &str) {
        let body = MessageBody::Text(text.to_owned().into());
        let message = Message { id: RequestId(Uuid::new_v4()), from: Speaker::Agent(AgentName::new(agent)), at: now(), body };
        if let Some(room) = held(&self.kept).rooms.get_mut(&session) {
            room.messages.push(message);
            room.ring();
        }
    }

    /// Something that is not kept comes from an agent.
    pub fn agent_passes(&self, session: SessionId, what: Ephemeral) {
        if let Some(room) = held(&self.kept).rooms.get(&session) {
            let _ = room.ephemeral.send(what);
        }
    }

    /// What passes by in a session.
    #[must_use]
    pub fn passing(&self, session: SessionId) -> Option<broadcast::Receiver<Ephemeral>> {
        held(&self.kept).rooms.get(&session).map(|room| room.ephemeral.subscribe())
    }

    /// A session as it is.
    #[must_use]
    pub fn session(&self, session: SessionId) -> Option<Session> {
        held(&self.kept).rooms.get(&session).map(|room| room.session.clone())
    }

    /// All sessions as they are.
    #[must_use]
    pub fn sessions(&self) -> Vec<Session> {
        held(&self.kept).rooms.values().map(|room| room.session.clone()).collect()
    }

    /// From now on answers are forgotten with each suspension: a planted fault, to show that an exam sees it.
    pub fn forgets(&self, forgets: bool) {
        self.forgets.store(forgets, Ordering::SeqCst);
    }

    /// Every command that was given, in order, refused ones included.
    #[must_use]
    pub fn orders(&self) -> Vec<Command> {
        held(&self.kept).orders.clone()
    }

    /// Lets the daemon itself give a command.
    ///
    /// # Errors
    /// As [`House::order`].
    pub fn by_itself(&self, session: SessionId, command: Command) -> Result<Accepted, Refusal> {
        self.apply(Actor::House, session, command)
    }

    /// How the house's sessions go.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Lets time pass, and deals with what is due then.
    pub fn pass_time(&self, ms: u64) {
        self.ahead.fetch_add(ms, Ordering::SeqCst);
        let all: Vec<_> = held(&self.kept).rooms.keys().copied().collect();
        for session in all {
            let _ = self.by_itself(session, Command::Timer);
        }
    }

    /// Suspends every session that is live, as when the node that held its legs has died.
    pub fn lose_node(&self) {
        let all: Vec<_> = held(&self.kept).rooms.keys().copied().collect();
        for session in all {
            let _ = self.by_itself(session, Command::Suspend(SuspendCause::NodeLost, None, Vec::new()));
        }
    }

    fn now(&self) -> Time {
        Time(now().0.saturating_add(self.ahead.load(Ordering::SeqCst)))
    }

    fn routed(&self, session: SessionId, phase: Phase) {
        let mut kept = held(&self.kept);
        let Some(room) = kept.rooms.get_mut(&session) else { return };
        if let Some(line) = &mut room.line {
            line.phase = phase;
            room.routing.0 += 1;
            room.ring();
        }
    }

    fn breathes(&self) -> Result<(), Refusal> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Refusal::new(Reason::Unavailable, "the store cannot be reached"));
        }
        Ok(())
    }

    /// Where an order goes, with the claim that its target is worth.
    fn find(&self, target: &Target, command: Command) -> Result<(SessionId, Command), Refusal> {
        let invalid = || Refusal::new(Reason::HandleInvalid, "the handle was used, is too old, or never was one");
        let (hash, kind) = match target {
            Target::Session(id) => return Ok((*id, command)),
            Target::Link(token) => {
                let token = Token::parse(&self.keys, token.reveal(), self.now()).ok_or_else(invalid)?;
                (token.hash(&self.keys), token.kind)
            }
            Target::Code { code, .. } => (self.keys.code(code.reveal()), HandleKind::Code),
        };
        let kept = held(&self.kept);
        let (id, _) = kept.rooms.iter().find(|(_, room)| room.handles.contains(&hash)).ok_or_else(invalid)?;
        let by = Claim::Handle(hash, kind);
        Ok((
            *id,
            match command {
                Command::Resume { leg, .. } => Command::Resume { leg, by },
                Command::Attach { leg, .. } => Command::Attach { leg, by },
                Command::Move { leg, .. } => Command::Move { leg, by },
                other => other,
            },
        ))
    }

    fn apply(&self, who: Actor<'_>, id: SessionId, command: Command) -> Result<Accepted, Refusal> {
        let mut kept = held(&self.kept);
        kept.orders.push(command.clone());
        let mut ids = Uuid::new_v4;
        let mut moment = Moment {
            now: self.now(),
            tenant: &self.tenant,
            life: 1,
            heard: true,
            who,
            settings: &self.settings,
            keys: &self.keys,
            library: &self.library,
            ids: &mut ids,
        };
        let room = kept.rooms.get(&id);
        let line = room.and_then(|room| room.line.clone());
        let changed = apply(&mut moment, room.map(|room| room.session.clone()), line.as_ref(), command)?;
        Ok(self.store(&mut kept, id, changed))
    }

    fn store(&self, kept: &mut Kept, id: SessionId, changed: Changed) -> Accepted {
        let Some(session) = changed.session else {
            kept.rooms.remove(&id);
            return Accepted { view: None, durability: Durability::Memory, handles: Vec::new(), repeat: false };
        };
        let room = kept.rooms.entry(id).or_insert_with(|| Room::new(session.clone()));
        room.session = session;
        if self.forgets.load(Ordering::SeqCst) && !room.session.is_active() {
            room.session.answers.clear();
        }
        room.handles = changed.handle_keys.iter().map(|key| key.hash).collect();
        room.messages.extend(changed.messages);
        for request in changed.route {
            route(room, request);
        }
        if changed.dirty {
            room.version.0 += 1;
        }
        room.ring();
        Accepted {
            view: Some(room.view(&self.library, self.now())),
            durability: Durability::Memory,
            handles: changed.handles,
            repeat: false,
        }
    }

    fn room<T>(&self, who: &Principal, id: SessionId, look: impl FnOnce(&Room) -> T) -> Result<T, Refusal> {
        self.breathes()?;
        let nothing = || Refusal::new(Reason::NotFound, "there is no such session");
        let kept = held(&self.kept);
        let room = kept.rooms.get(&id).filter(|room| access::may_see(who, &room.session, &self.keys)).ok_or_else(nothing)?;
        Ok(look(room))
    }
}

fn route(room: &mut Room, request: RouteRequest) {
    room.routing.0 += 1;
    match request {
        RouteRequest::Arrive { interaction, queue, channel, since, callback, .. } => {
            room.line =
                Some(Line { interaction, phase: Phase::Waiting, queue, channel, since, ahead: Some(0), expected_wait: None, callback });
        }
        RouteRequest::Suspend(..) => {
            if let Some(line) = &mut room.line {
                line.phase = Phase::Suspended;
            }
        }
        RouteRequest::Leave(..) => room.line = None,
        RouteRequest::Refresh(_) => {}
    }
}

#[async_trait::async_trait]
impl House for ToyHouse {
    async fn order(&self, who: &Principal, order: Order) -> Result<Accepted, Refusal> {
        self.breathes()?;
        let print = format!("{:?} {}", order.target, serde_json::to_string(&order.command).unwrap_or_default());
        if let Some((was, answer)) = held(&self.kept).answered.get(&order.request) {
            if *was != print {
                return Err(Refusal::new(Reason::RequestIdReused, "the request came before with other content"));
            }
            return Ok(Accepted { repeat: true, ..answer.clone() });
        }
        let (session, command) = self.find(&order.target, order.command)?;
        let accepted = self.apply(Actor::Principal(who), session, command)?;
        held(&self.kept).answered.insert(order.request, (print, accepted.clone()));
        Ok(accepted)
    }

    async fn say(&self, who: &Principal, session: SessionId, leg: LegId, request: RequestId, body: MessageBody) -> Result<Said, Refusal> {
        let channel = self.room(who, session, |room| room.session.legs.iter().find(|l| l.id == leg).map(|l| l.channel))?;
        let channel = channel.ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such leg"))?;
        let mut kept = held(&self.kept);
        if let Some(seq) = kept.said.get(&request) {
            return Ok(Said { seq: *seq, durability: Durability::Memory, repeat: true });
        }
        let Some(room) = kept.rooms.get_mut(&session) else {
            return Err(Refusal::new(Reason::NotFound, "there is no such session"));
        };
        room.messages.push(Message { id: request, from: Speaker::Customer(leg, channel), at: now(), body });
        let seq = room.last();
        room.ring();
        kept.said.insert(request, seq);
        Ok(Said { seq, durability: Durability::Memory, repeat: false })
    }

    async fn view(&self, who: &Principal, session: SessionId, leg: Option<LegId>) -> Result<View, Refusal> {
        self.room(who, session, |room| {
            leg.map_or(Ok(()), |leg| access::shows(&room.session, leg))?;
            Ok(room.view(&self.library, self.now()))
        })?
    }

    async fn messages(&self, who: &Principal, session: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        self.room(who, session, |room| {
            let numbered = room.messages.iter().zip(1..).map(|(message, n)| (Seq(n), message.clone()));
            numbered.filter(|(seq, _)| *seq > after).take(limit).collect()
        })
    }

    async fn matters(&self, who: &Principal, page_size: usize, _: Option<&str>) -> Result<Page<Matter>, Refusal> {
        self.breathes()?;
        let Party::Customer(claims) = &who.party else {
            return Err(Refusal::new(Reason::PermissionDenied, "only customers have matters"));
        };
        if claims.customer.is_none() {
            return Err(Refusal::new(Reason::PermissionDenied, "sign in first"));
        }
        let kept = held(&self.kept);
        let theirs = kept.rooms.values().filter(|room| access::may_see(who, &room.session, &self.keys) && matter::is_open(&room.session));
        let rows = theirs.map(|room| matter::of(&room.session, &self.library, &room.session.language)).take(page_size).collect();
        Ok(Page { rows, next: None })
    }

    fn watch(&self, _: &Principal, session: SessionId) -> Watch {
        let kept = held(&self.kept);
        match kept.rooms.get(&session) {
            Some(room) => Watch { wake: room.wake.subscribe(), ephemeral: room.ephemeral.subscribe() },
            None => Watch { wake: watch::channel(Wake::default()).1, ephemeral: broadcast::channel(1).1 },
        }
    }

    async fn pass(&self, who: &Principal, session: SessionId, what: Ephemeral) -> Result<(), Refusal> {
        self.room(who, session, |room| {
            let _ = room.ephemeral.send(what);
        })
    }
}
