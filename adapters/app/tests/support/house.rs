//! A house in memory: small, but honest about what the service relies on. Repeats are known, exactly one resume wins, legs
//! are live, lost or ended, every change rings.

use segue_adapter_kit::{Accepted, Ephemeral, House, Order, Page, Said, Target, Wake, Watch};
use segue_session::journey::{Choice, Prompt};
use segue_session::store::{Durability, Seq, Version};
use segue_session::{
    AgentName, Arriving, AssuranceLevel, Channel, ChoiceId, Command, GivenHandle, HandleKind, InteractionId, Language, LegId, Line, Matter,
    Message, MessageBody, Phase, Principal, QueueName, Reason, Refusal, RequestId, SessionId, Speaker, Standing, StepId, SuspendCause,
    Suspension, Time, View,
};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// The link that leads into every session here.
pub(crate) const LINK: &str = "good-link";
/// The code that does.
pub(crate) const CODE: &str = "123456";

struct Kept {
    owner: String,
    view: View,
    legs: BTreeMap<LegId, (Channel, bool)>,
    messages: Vec<Message>,
    wake: watch::Sender<Wake>,
    ephemeral: broadcast::Sender<Ephemeral>,
}

#[derive(Default)]
struct Inner {
    sessions: BTreeMap<SessionId, Kept>,
    answered: BTreeMap<RequestId, (String, Accepted)>,
    refuse: Option<Refusal>,
    hang: bool,
}

/// The house.
pub(crate) struct Fake {
    inner: Mutex<Inner>,
    log: watch::Sender<Vec<String>>,
}

impl Default for Fake {
    fn default() -> Self {
        Self { inner: Mutex::default(), log: watch::Sender::new(Vec::new()) }
    }
}

impl Fake {
    /// Refuses whatever comes next with this.
    pub(crate) fn refuse_next(&self, refusal: Refusal) {
        self.inner.lock().unwrap().refuse = Some(refusal);
    }

    /// Never answers again.
    pub(crate) fn hang(&self) {
        self.inner.lock().unwrap().hang = true;
    }

    /// Everything that was ordered, oldest first.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    /// Waits until the log holds `n` lines that begin so.
    pub(crate) async fn heard(&self, begins: &str, n: usize) {
        let mut log = self.log.subscribe();
        let count = |log: &Vec<String>| log.iter().filter(|line| line.starts_with(begins)).count() >= n;
        let waited = tokio::time::timeout(Duration::from_secs(10), log.wait_for(count)).await;
        assert!(waited.is_ok(), "never heard {begins} {n} times: {:?}", self.log());
    }

    /// An agent says something.
    pub(crate) fn agent_says(&self, session: SessionId, text: &str) {
        self.change(session, |kept| {
            let id = RequestId(uuid::Uuid::from_u128(1000 + kept.messages.len() as u128));
            let body = MessageBody::Text(text.to_owned().into());
            kept.messages.push(Message { id, from: Speaker::Agent(AgentName::new("ada")), at: Time(5), body });
        });
    }

    /// The customer moves up in line.
    pub(crate) fn ahead(&self, session: SessionId, ahead: u32) {
        self.change(session, |kept| {
            kept.view.routing_version.0 += 1;
            kept.view.line.as_mut().unwrap().ahead = Some(ahead);
        });
    }

    /// The leg is told lost by somebody else.
    pub(crate) fn lose(&self, session: SessionId, leg: LegId) {
        self.change(session, |kept| {
            kept.view.version.0 += 1;
            kept.legs.get_mut(&leg).unwrap().1 = false;
        });
    }

    /// The store forgets the transcript, as one kept in memory does.
    pub(crate) fn forget_messages(&self, session: SessionId) {
        self.change(session, |kept| kept.messages.clear());
    }

    /// Passes something on that is not kept.
    pub(crate) fn tell(&self, session: SessionId, what: Ephemeral) {
        self.inner.lock().unwrap().sessions[&session].ephemeral.send(what).unwrap();
    }

    fn change(&self, session: SessionId, how: impl FnOnce(&mut Kept)) {
        let mut inner = self.inner.lock().unwrap();
        let kept = inner.sessions.get_mut(&session).unwrap();
        how(kept);
        kept.settle();
    }

    fn note(&self, line: String) {
        self.log.send_modify(|log| log.push(line));
    }

    async fn gate(&self) -> Result<(), Refusal> {
        let (refuse, hang) = {
            let mut inner = self.inner.lock().unwrap();
            (inner.refuse.take(), inner.hang)
        };
        if hang {
            std::future::pending::<()>().await;
        }
        refuse.map_or(Ok(()), Err)
    }
}

impl Kept {
    fn new(owner: &str, session: SessionId) -> Self {
        let choice = |id: &str, label: &str| Choice {
            id: ChoiceId::new(id),
            key: None,
            label: label.into(),
            short: None,
            spoken: None,
            synonyms: Vec::new(),
        };
        let prompt = Prompt::Menu {
            step: StepId::new("what"),
            ask: "What is not working?".into(),
            choices: vec![choice("internet", "Internet"), choice("phone", "Phone")],
            misfit: None,
        };
        let view = View {
            session,
            version: Version(0),
            routing_version: Version(1),
            standing: Standing::Active,
            language: Language::new("en"),
            prompt: Some(prompt),
            line: None,
            last_message: Seq(0),
            level: AssuranceLevel::Substantial,
            channels: Vec::new(),
        };
        Self {
            owner: owner.into(),
            view,
            legs: BTreeMap::new(),
            messages: Vec::new(),
            wake: watch::Sender::new(Wake::default()),
            ephemeral: broadcast::Sender::new(16),
        }
    }

    /// Brings what is derived up to date, and rings.
    fn settle(&mut self) {
        self.view.last_message = Seq(self.messages.len() as u64);
        self.view.channels = self.legs.values().filter(|(_, live)| *live).map(|(channel, _)| *channel).collect();
        let wake = Wake { version: self.view.version, routing: self.view.routing_version.0, message: self.view.last_message };
        self.wake.send_replace(wake);
    }

    fn enter(&mut self, leg: &Arriving) {
        self.legs.insert(leg.leg, (leg.channel, true));
    }

    fn suspend(&mut self, cause: SuspendCause) {
        self.legs.clear();
        self.view.standing = Standing::Suspended(Suspension {
            cause,
            at: Time(3),
            channel: Some(Channel::App),
            step: Some(StepId::new("what")),
            until: Time(9),
            interaction: None,
        });
    }

    fn obey(&mut self, command: &Command) -> Result<Vec<GivenHandle>, Refusal> {
        let mut handles = Vec::new();
        match command {
            Command::Start { leg, .. } | Command::Attach { leg, .. } => self.enter(leg),
            Command::Move { leg, .. } => {
                self.legs.clear();
                self.enter(leg);
            }
            Command::Resume { leg, .. } => {
                if self.view.standing == Standing::Active && !self.legs.contains_key(&leg.leg) {
                    return Err(Refusal::new(Reason::AlreadyResumed, "the session is live already").about("channel", "app"));
                }
                let back = self.legs.get(&leg.leg).is_some_and(|(_, live)| *live);
                self.view.standing = Standing::Active;
                self.enter(leg);
                if back {
                    return Ok(handles);
                }
            }
            Command::Lose(leg) => {
                self.legs.get_mut(leg).ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such leg"))?.1 = false;
            }
            Command::End(leg) => {
                self.legs.remove(leg);
                if self.legs.is_empty() {
                    self.suspend(SuspendCause::Asked);
                }
            }
            Command::Suspend(cause, _, ways) => {
                self.suspend(*cause);
                handles.extend(ways.iter().map(|kind| given(*kind)));
            }
            Command::GiveHandle(kind, _) => handles.push(given(*kind)),
            Command::AskForPerson(_, callback) => {
                self.view.routing_version.0 += 1;
                self.view.line = Some(Line {
                    interaction: InteractionId(1),
                    phase: Phase::Waiting,
                    queue: QueueName::new("faults"),
                    channel: Channel::App,
                    since: Time(2),
                    ahead: Some(2),
                    expected_wait: None,
                    callback: callback.is_some(),
                });
            }
            Command::LeaveLine(_) => self.view.line = None,
            Command::Close(outcome) => self.view.standing = Standing::Closed { at: Time(4), outcome: outcome.clone() },
            Command::Step(..) | Command::Prove(..) | Command::Consent(..) | Command::Document(..) => {}
            other => panic!("an app never orders {other:?}"),
        }
        self.view.version.0 += 1;
        Ok(handles)
    }
}

fn given(kind: HandleKind) -> GivenHandle {
    GivenHandle { kind, value: format!("{kind:?}").into(), url: None, until: Time(7) }
}

fn nothing_here() -> Refusal {
    Refusal::new(Reason::NotFound, "there is no such session")
}

impl Inner {
    fn find(&mut self, who: &Principal, session: SessionId) -> Result<&mut Kept, Refusal> {
        self.sessions.get_mut(&session).filter(|kept| kept.owner == *who.subject.reveal()).ok_or_else(nothing_here)
    }

    fn order(&mut self, who: &Principal, order: &Order) -> Result<Accepted, Refusal> {
        let what = format!("{:?} {:?}", order.target, order.command);
        if let Some((before, accepted)) = self.answered.get(&order.request) {
            return if *before == what {
                Ok(Accepted { repeat: true, ..accepted.clone() })
            } else {
                Err(Refusal::new(Reason::RequestIdReused, "this request id came with other content"))
            };
        }
        let session = match &order.target {
            Target::Session(id) => *id,
            Target::Link(token) if token.reveal() == LINK => *self.sessions.keys().next().ok_or_else(nothing_here)?,
            Target::Code { code, .. } if code.reveal() == CODE => *self.sessions.keys().next().ok_or_else(nothing_here)?,
            Target::Link(_) | Target::Code { .. } => return Err(Refusal::new(Reason::HandleInvalid, "this handle leads nowhere")),
        };
        if matches!(order.command, Command::Start { .. }) {
            self.sessions.insert(session, Kept::new(who.subject.reveal(), session));
        }
        let kept = self.find(who, session)?;
        let handles = kept.obey(&order.command)?;
        kept.settle();
        let accepted = Accepted { view: Some(kept.view.clone()), durability: Durability::Disk, handles, repeat: false };
        self.answered.insert(order.request, (what, accepted.clone()));
        Ok(accepted)
    }
}

#[async_trait::async_trait]
impl House for Fake {
    async fn order(&self, who: &Principal, order: Order) -> Result<Accepted, Refusal> {
        self.gate().await?;
        let result = self.inner.lock().unwrap().order(who, &order);
        let answer = result.as_ref().map_or_else(|refusal| refusal.reason.name(), |_| "ok".to_owned());
        self.note(format!("{:?} → {answer}", order.command));
        result
    }

    async fn say(&self, who: &Principal, session: SessionId, leg: LegId, request: RequestId, body: MessageBody) -> Result<Said, Refusal> {
        self.gate().await?;
        let mut inner = self.inner.lock().unwrap();
        let kept = inner.find(who, session)?;
        if let Some(at) = kept.messages.iter().position(|message| message.id == request) {
            return Ok(Said { seq: Seq(at as u64 + 1), durability: Durability::Disk, repeat: true });
        }
        kept.messages.push(Message { id: request, from: Speaker::Customer(leg, Channel::App), at: Time(6), body });
        kept.settle();
        Ok(Said { seq: Seq(kept.messages.len() as u64), durability: Durability::Disk, repeat: false })
    }

    async fn view(&self, who: &Principal, session: SessionId, _: Option<LegId>) -> Result<View, Refusal> {
        self.gate().await?;
        self.inner.lock().unwrap().find(who, session).map(|kept| kept.view.clone())
    }

    async fn messages(&self, who: &Principal, session: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        let mut inner = self.inner.lock().unwrap();
        let kept = inner.find(who, session)?;
        let numbered = (1..).map(Seq).zip(kept.messages.iter().cloned());
        Ok(numbered.skip_while(|(seq, _)| *seq <= after).take(limit).collect())
    }

    async fn matters(&self, who: &Principal, page_size: usize, page: Option<&str>) -> Result<Page<Matter>, Refusal> {
        let inner = self.inner.lock().unwrap();
        let from: usize = page.map_or(0, |page| page.parse().unwrap());
        let theirs: Vec<_> = inner.sessions.values().filter(|kept| kept.owner == *who.subject.reveal()).collect();
        let rows = theirs.iter().skip(from).take(page_size).map(|kept| Matter {
            session: kept.view.session,
            title: "A fault".into(),
            at_step: Some("What is not working?".into()),
            standing: kept.view.standing.clone(),
            updated: Time(8),
            channels: kept.view.channels.clone(),
        });
        let rows: Vec<_> = rows.collect();
        let next = (from + rows.len() < theirs.len()).then(|| (from + rows.len()).to_string());
        Ok(Page { rows, next })
    }

    fn watch(&self, _: &Principal, session: SessionId) -> Watch {
        let inner = self.inner.lock().unwrap();
        let kept = &inner.sessions[&session];
        Watch { wake: kept.wake.subscribe(), ephemeral: kept.ephemeral.subscribe() }
    }

    async fn pass(&self, _: &Principal, _: SessionId, what: Ephemeral) -> Result<(), Refusal> {
        self.note(format!("pass {what:?}"));
        Ok(())
    }
}
