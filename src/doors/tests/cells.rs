//! The table of permissions, cell by cell: every call of the ports as every role, against a house that notes who came through.

use super::super::{Action, Guarded, permits};
use crate::engine::Meters;
use segue_adapter_kit::{
    Accepted, Colleague, Connection, DeskDirectory, DeskStart, Desks, Ephemeral, House, Order, Page, Resume, Said, Target, Wake, Watch,
};
use segue_session::journey::Input;
use segue_session::store::Seq;
use segue_session::{
    AgentName, Arriving, Channel, Claim, Command, CustomerClaims, DeskAck, DeskCommand, FieldId, HandleKind, InteractionId, JourneyName,
    LegId, Matter, Message, MessageBody, Party, Phase, Principal, Private, QueueName, Reason, Refusal, RequestId, Role, SessionId,
    SuspendCause, TenantId, Time, View,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

const ROLES: [Role; 5] = [Role::App, Role::Agent, Role::Supervisor, Role::Admin, Role::Service];

/// Counts who came through, and refuses everybody, in its own words.
#[derive(Default)]
struct Inside(AtomicUsize);

impl Inside {
    fn came<T>(&self) -> Result<T, Refusal> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(Refusal::new(Reason::NotFound, "inside"))
    }
}

#[async_trait::async_trait]
impl House for Inside {
    async fn order(&self, _: &Principal, _: Order) -> Result<Accepted, Refusal> {
        self.came()
    }
    async fn say(&self, _: &Principal, _: SessionId, _: LegId, _: RequestId, _: MessageBody) -> Result<Said, Refusal> {
        self.came()
    }
    async fn view(&self, _: &Principal, _: SessionId, _: Option<LegId>) -> Result<View, Refusal> {
        self.came()
    }
    async fn messages(&self, _: &Principal, _: SessionId, _: Seq, _: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        self.came()
    }
    async fn matters(&self, _: &Principal, _: usize, _: Option<&str>) -> Result<Page<Matter>, Refusal> {
        self.came()
    }
    fn watch(&self, _: &Principal, _: SessionId) -> Watch {
        self.0.fetch_add(1, Ordering::Relaxed);
        Watch { wake: watch::channel(Wake::default()).1, ephemeral: broadcast::channel(1).1 }
    }
    async fn pass(&self, _: &Principal, _: SessionId, _: Ephemeral) -> Result<(), Refusal> {
        self.came()
    }
}

#[async_trait::async_trait]
impl Desks for Inside {
    async fn hello(&self, _: &Principal, _: Option<Resume>) -> Result<Connection, Refusal> {
        self.came()
    }
    async fn command(&self, _: &Principal, _: RequestId, _: DeskCommand) -> Result<DeskAck, Refusal> {
        self.came()
    }
    async fn since(&self, _: &Principal, _: Seq) -> Result<DeskStart, Refusal> {
        self.came()
    }
    async fn messages(&self, _: &Principal, _: SessionId, _: Seq, _: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        self.came()
    }
    async fn pass(&self, _: &Principal, _: SessionId, _: Ephemeral) -> Result<(), Refusal> {
        self.came()
    }
    async fn directory(&self, _: &Principal) -> Result<DeskDirectory, Refusal> {
        self.came()
    }
    async fn colleagues(&self, _: &Principal) -> Result<Vec<Colleague>, Refusal> {
        self.came()
    }
    async fn shown(&self, _: &Principal, _: Seq) -> Result<(), Refusal> {
        self.came()
    }
}

fn somebody(role: Role) -> Principal {
    let party = match role {
        Role::App => Party::Customer(CustomerClaims::default()),
        Role::Agent => Party::Agent(AgentName::new("ada")),
        Role::Supervisor => Party::Supervisor(AgentName::new("sam")),
        Role::Admin => Party::Admin,
        Role::Service => Party::Service,
    };
    Principal { tenant: TenantId::new("acme"), subject: Private::new("somebody".into()), party, expires: Time(u64::MAX) }
}

fn commands() -> Vec<Command> {
    let (leg, interaction) = (LegId(Uuid::nil()), InteractionId(0));
    let arriving = || Arriving { leg, channel: Channel::App, address: None, language: None };
    let (agent, text) = (|| AgentName::new("ada"), || Private::new(String::new()));
    vec![
        Command::Start { session: SessionId(Uuid::nil()), leg: arriving(), journey: None, claimed: Default::default() },
        Command::Resume { leg: arriving(), by: Claim::SignedIn },
        Command::Attach { leg: arriving(), by: Claim::SignedIn },
        Command::Move { leg: arriving(), by: Claim::SignedIn },
        Command::Lose(leg),
        Command::End(leg),
        Command::Step(leg, Input::Continue),
        Command::AskForPerson(leg, None),
        Command::LeaveLine(leg),
        Command::Suspend(SuspendCause::Asked, None, Vec::new()),
        Command::GiveHandle(HandleKind::Link, Vec::new()),
        Command::LookedUp(segue_session::LookupDone { id: RequestId(Uuid::nil()), result: Err("timeout".into()) }),
        Command::Close(String::new()),
        Command::Prove(leg, CustomerClaims::default()),
        Command::Recognise(Vec::new()),
        Command::Identify(agent(), None),
        Command::Fill(agent(), FieldId::new("f"), text()),
        Command::Push(agent(), JourneyName::new("j")),
        Command::Note(agent(), text()),
        Command::HandOver(agent(), String::new(), None),
        Command::Consent(leg, String::new(), true),
        Command::Document(String::new(), None),
        Command::Routed(interaction, Phase::Waiting),
        Command::Invited(interaction),
        Command::LoseFormer,
        Command::Timer,
        Command::Erase,
    ]
}

fn desk_commands() -> Vec<DeskCommand> {
    let (offer, interaction, session) = (segue_router::OfferId(0), InteractionId(0), SessionId(Uuid::nil()));
    let (agent, text) = (|| AgentName::new("bo"), || Private::new(String::new()));
    vec![
        DeskCommand::Present(String::new()),
        DeskCommand::PresentNext(None),
        DeskCommand::SignOut,
        DeskCommand::Accept(offer),
        DeskCommand::Decline(offer, None),
        DeskCommand::Finish(interaction),
        DeskCommand::WrapUp(interaction, None, None),
        DeskCommand::Extend(interaction),
        DeskCommand::TransferToQueue(interaction, QueueName::new("q"), None),
        DeskCommand::TransferToAgent(interaction, agent(), None),
        DeskCommand::Say(session, MessageBody::Text(text())),
        DeskCommand::Note(session, text()),
        DeskCommand::Park(session, None),
        DeskCommand::Identify(session, None),
        DeskCommand::Fill(session, FieldId::new("f"), text()),
        DeskCommand::Push(session, JourneyName::new("j")),
        DeskCommand::Prioritise(interaction, segue_router::Priority(1), String::new()),
        DeskCommand::Requeue(interaction, String::new()),
        DeskCommand::Force(agent(), String::new(), String::new()),
    ]
}

/// What a call through the guard came to: whether it got in.
fn got_in<T>(result: Result<T, Refusal>) -> bool {
    match result.err().expect("the house inside refuses everybody").reason {
        Reason::NotFound => true,
        Reason::PermissionDenied => false,
        other => panic!("{other:?}"),
    }
}

/// Tries every call of both ports as this role.
async fn tried(role: Role) -> Vec<(String, Action, bool)> {
    let inside = Arc::new(Inside::default());
    let guarded = Guarded::new(Arc::clone(&inside), Duration::from_secs(5), Meters::default());
    let who = somebody(role);
    let (session, leg, request, seq) = (SessionId(Uuid::nil()), LegId(Uuid::nil()), RequestId(Uuid::nil()), Seq(0));
    let typing = || Ephemeral::Typing { agent: None, on: true };
    let mut cells = Vec::new();
    let mut tell = |call: &str, action, came| cells.push((call.to_owned(), action, came));
    for command in commands() {
        let name = format!("{command:?}");
        let name = name.split(['(', ' ', '{']).next().unwrap().to_owned();
        let order = Order { request, target: Target::Session(session), command };
        let action = Action::of_command(&order.command);
        tell(&format!("order {name}"), action, got_in(guarded.order(&who, order).await));
    }
    for command in desk_commands() {
        let name = format!("{command:?}");
        let name = name.split(['(', ' ', '{']).next().unwrap().to_owned();
        let action = Action::of_desk(&command);
        tell(&format!("desk {name}"), action, got_in(guarded.command(&who, request, command).await));
    }
    let body = MessageBody::Text(Private::new(String::new()));
    tell("say", Action::UseSession, got_in(guarded.say(&who, session, leg, request, body).await));
    tell("view", Action::SeeOwnSession, got_in(guarded.view(&who, session, Some(leg)).await));
    tell("messages", Action::SeeOwnSession, got_in(House::messages(&guarded, &who, session, seq, 1).await));
    tell("matters", Action::SeeOwnMatters, got_in(guarded.matters(&who, 1, None).await));
    tell("pass", Action::UseSession, got_in(House::pass(&guarded, &who, session, typing()).await));
    let before = inside.0.load(Ordering::Relaxed);
    drop(guarded.watch(&who, session));
    tell("watch", Action::SeeOwnSession, inside.0.load(Ordering::Relaxed) > before);
    tell("desk hello", Action::OpenDesk, got_in(guarded.hello(&who, None).await));
    tell("desk since", Action::OpenDesk, got_in(guarded.since(&who, seq).await));
    tell("desk messages", Action::ServeCustomer, got_in(Desks::messages(&guarded, &who, session, seq, 1).await));
    tell("desk pass", Action::ServeCustomer, got_in(Desks::pass(&guarded, &who, session, typing()).await));
    tell("desk directory", Action::OpenDesk, got_in(guarded.directory(&who).await));
    tell("desk colleagues", Action::OpenDesk, got_in(guarded.colleagues(&who).await));
    tell("desk shown", Action::OpenDesk, got_in(guarded.shown(&who, seq).await));
    let came = cells.iter().filter(|(_, _, came)| *came).count();
    assert_eq!(inside.0.load(Ordering::Relaxed), came, "a refusal reached the house");
    cells
}

#[tokio::test]
async fn every_cell_is_as_the_table_says() {
    let mut picture = String::from("                           app  agent  supervisor  admin  service\n");
    let mut columns = Vec::new();
    for role in ROLES {
        let cells = tried(role).await;
        for (call, action, came) in &cells {
            assert_eq!(*came, permits(role, *action), "{call} as {role:?}");
        }
        columns.push(cells);
    }
    let mark = |role: usize, call: usize| if columns[role][call].2 { "o" } else { "." };
    for (call, (name, _, _)) in columns[0].iter().enumerate() {
        let [app, agent, supervisor, admin, service] = [0, 1, 2, 3, 4].map(|role| mark(role, call));
        picture += &format!("{name:<26} {app:<4} {agent:<6} {supervisor:<11} {admin:<6} {service}\n");
    }
    insta::assert_snapshot!(picture);
}

#[tokio::test]
async fn every_action_of_the_ports_is_tried() {
    let tried: std::collections::BTreeSet<_> = tried(Role::App).await.into_iter().map(|(_, action, _)| action).collect();
    // These are asked for elsewhere, each with a test of its own: at the administration's service, at the tickets' page, and
    // in the house, which knows whose session it is.
    let elsewhere = [
        Action::ListSessions,
        Action::ExportSession,
        Action::SeeRouting,
        Action::ReloadRouting,
        Action::TakeTicket,
        Action::Observe,
        Action::Intervene,
    ];
    let untried: Vec<_> = Action::ALL.iter().filter(|action| !tried.contains(action) && !elsewhere.contains(action)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn what_only_the_house_does_nobody_may() {
    assert!(ROLES.into_iter().all(|role| !permits(role, Action::BeTheHouse)));
}
