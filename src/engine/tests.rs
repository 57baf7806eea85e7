//! The machine's stories in prose, and what must hold at every point where a process can end.

use crate::config::plan::Routing;
use crate::config::{Files, Mode, Wanted, load};
use crate::engine::input::Input;
use crate::engine::journal::{Hash, Record, decode, encode};
use crate::engine::machine::{Machine, Picture, Taken, ended};
use crate::engine::recover::{Error, recover};
use segue_router::{Effect, Priority, Time};
use segue_session::outbound::DeskNews;
use segue_session::store::{Embedded, JournalAppend, Mutation, Seq, Store};
use segue_session::{
    AgentName, Channel, Command, DeskCommand, DeskEvent, InteractionId, OfferId, Phase, RequestId, RouteRequest, SessionId, TenantId,
    WithdrawReason,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;

const CONFIG: &str = r#"
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
roles = ["app", "agent"]
[tenants.acme.routing]
decline_reasons = ["not my skill"]
[tenants.acme.queues.faults]
codes = ["solved"]
code_required = true
depth = 3
[tenants.acme.agents.ada]
skills = { internet = 8 }
queues = ["faults"]
caps = { chat = 1 }
[tenants.acme.agents.bo]
skills = { internet = 3 }
queues = ["faults"]
caps = { chat = 1 }
"#;

fn routing() -> Routing {
    routing_of(CONFIG)
}

fn routing_of(text: &str) -> Routing {
    let file = PathBuf::from("segue.toml");
    let held = BTreeMap::from([(file.clone(), text.to_owned())]);
    let wanted = Wanted { file, files: Files::Held(held), variables: Vec::new(), mode: Mode::Serve };
    let plan = load(&wanted).map_err(|faults| faults.lines()).unwrap().plan;
    plan.tenants.into_values().next().unwrap().routing
}

/// A machine, its journal, and a transcript of what went in and what came out.
struct Play {
    machine: Machine,
    journal: Vec<Vec<u8>>,
    transcript: String,
    /// Pictures taken, each with the length of the journal it covers.
    pictures: Vec<(usize, Vec<u8>)>,
    now: Time,
    requests: u128,
}

impl Play {
    fn begin() -> Self {
        let mut play = Self {
            machine: Machine::default(),
            journal: Vec::new(),
            transcript: String::new(),
            pictures: Vec::new(),
            now: Time(1_000_000),
            requests: 0,
        };
        let taken = play.machine.configure(play.now, &routing());
        play.keep(&taken);
        play
    }

    fn keep(&mut self, taken: &Taken) {
        self.journal.extend(taken.records.iter().map(|(_, record)| encode(record)));
        self.machine.forget(ended(&taken.effects));
        self.pictures.push((self.journal.len(), encode(&self.machine.picture())));
    }

    fn give(&mut self, what: &str, input: &Input) {
        let taken = self.machine.take(self.now, input);
        let mut led_to: Vec<String> = taken.effects.iter().map(|effect| self.words(effect)).collect();
        led_to.extend(taken.answer.as_ref().map(|why| format!("refused: {}", why.reason.name())));
        led_to.extend(taken.turned_away.iter().map(|(_, line)| format!("turned away: {:?}", line.phase)));
        let seconds = (self.now.0 - 1_000_000) / 1000;
        writeln!(self.transcript, "{seconds:>3}s {what:<28} | {}", led_to.join("; ")).unwrap();
        self.keep(&taken);
    }

    fn words(&self, effect: &Effect) -> String {
        let agent = |id| self.machine.directory().agent_name(id).map(ToString::to_string).unwrap_or_default();
        match effect {
            Effect::Wait { interaction, .. } => format!("#{} waits", interaction.0),
            Effect::Offer(decision) => format!("{} of #{} to {}", decision.offer, decision.interaction.0, agent(decision.agent)),
            Effect::Withdraw { offer, agent: from, why, .. } => format!("{offer} back from {}: {why:?}", agent(*from)),
            Effect::Assign { interaction, agent: to, .. } => format!("#{} is with {}", interaction.0, agent(*to)),
            Effect::BeginWrapUp { interaction, agent: by, .. } => format!("{} wraps up #{}", agent(*by), interaction.0),
            Effect::EndWrapUp { interaction, agent: by, .. } => format!("{} is done with #{}", agent(*by), interaction.0),
            Effect::Ended { interaction, outcome, .. } => format!("#{} ended: {outcome:?}", interaction.0),
            Effect::Invite { interaction } => format!("#{} is offered a call back", interaction.0),
            Effect::Agent(change) => format!("{} {:?}", agent(change.agent), change.readiness),
        }
    }

    fn arrives(&mut self, number: u128, needs: &str) {
        let request = RouteRequest::Arrive {
            session: SessionId(Uuid::from_u128(number)),
            interaction: InteractionId(number),
            queue: "faults".into(),
            channel: Channel::Chat,
            needs: needs.to_owned(),
            priority: Priority(0),
            since: self.now,
            preferred: None,
            excluded: BTreeSet::new(),
            callback: false,
            continues: None,
            kept: false,
        };
        self.give(&format!("#{number} arrives: {needs}"), &Input::Route(Seq(1), request));
    }

    fn reconfigured(&mut self, what: &str, text: &str) {
        self.give(what, &Input::Configure(Arc::new(routing_of(text))));
    }

    fn asks(&mut self, by: &str, command: DeskCommand) {
        self.requests += 1;
        let what = format!("{by}: {}", short(&command));
        let request = RequestId(Uuid::from_u128(self.requests));
        self.give(&what, &Input::Desk { by: AgentName::from(by), request, command });
    }
}

fn short(command: &DeskCommand) -> String {
    let text = format!("{command:?}");
    text.split(['(', ' ']).next().unwrap_or_default().to_owned()
}

fn a_morning() -> Play {
    let mut play = Play::begin();
    for agent in ["ada", "bo"] {
        play.give(&format!("{agent} says hello"), &Input::SignIn(agent.into()));
        play.asks(agent, DeskCommand::Present("ready".into()));
    }
    play.arrives(1, "internet >= 5");
    play.now = Time(play.now.0 + 3000);
    play.asks("ada", DeskCommand::Accept(OfferId(1)));
    play.arrives(2, "");
    play.arrives(3, "internet >= 5");
    play.asks("bo", DeskCommand::Decline(OfferId(2), Some("not my skill".into())));
    play.asks("bo", DeskCommand::Accept(OfferId(2)));
    play.arrives(4, "internet >= 99 and");
    play.asks("ada", DeskCommand::Finish(InteractionId(1)));
    play.asks("ada", DeskCommand::WrapUp(InteractionId(1), None, None));
    play.asks("ada", DeskCommand::WrapUp(InteractionId(1), Some("solved".into()), None));
    play.give("ada's socket is gone", &Input::Lose("ada".into()));
    play.now = play.machine.deadline().unwrap();
    play.give("tick", &Input::Tick);
    let left = RouteRequest::Suspend(SessionId(Uuid::from_u128(3)), InteractionId(3));
    play.give("#3 is suspended", &Input::Route(Seq(2), left));
    play.asks("bo", DeskCommand::SignOut);
    play
}

#[test]
fn a_talk_whose_desk_is_lost_for_good_goes_to_a_colleague() {
    let mut play = Play::begin();
    play.give("ada says hello", &Input::SignIn("ada".into()));
    play.asks("ada", DeskCommand::Present("ready".into()));
    play.arrives(1, "");
    play.asks("ada", DeskCommand::Accept(OfferId(1)));
    play.asks("ada", DeskCommand::SignOut);
    assert!(play.transcript.ends_with("refused: WRONG_MOMENT\n"), "{}", play.transcript);
    play.give("bo says hello", &Input::SignIn("bo".into()));
    play.asks("bo", DeskCommand::Present("ready".into()));
    play.give("ada's socket is gone", &Input::Lose("ada".into()));
    play.now = play.machine.deadline().unwrap();
    let session = SessionId(Uuid::from_u128(1));
    assert_eq!(play.machine.line(session).unwrap().phase, Phase::Assigned("ada".into()));
    let taken = play.machine.take(play.now, &Input::Tick);
    assert_eq!(play.machine.line(session).unwrap().phase, Phase::Offered("bo".into()));
    let withdrawn = |news: &DeskNews| match news {
        DeskNews::Ready(event) => matches!(event.as_ref(), DeskEvent::Withdrawn { why: WithdrawReason::AgentLeft, .. }),
        _ => false,
    };
    assert!(taken.told.desk.iter().any(|(agent, news)| agent.as_str() == "ada" && withdrawn(news)));
    let contents: Vec<_> = taken.told.contents.iter().map(|(_, heard)| heard.clone()).collect();
    let id = play.machine.line(session).unwrap().interaction;
    assert_eq!(contents, [Command::Routed(id, Phase::Waiting)], "the customer hears once that ada has left");
    assert!(play.machine.listeners(session).is_empty(), "ada hears nothing more of it");
    play.asks("bo", DeskCommand::Accept(OfferId(2)));
    assert_eq!(play.machine.line(session).unwrap().phase, Phase::Assigned("bo".into()));
}

/// A morning on which the config changes: a deeper queue, a new one, and Bo learns what #2 asks for.
fn a_changed_morning() -> Play {
    let mut play = Play::begin();
    for agent in ["ada", "bo"] {
        play.give(&format!("{agent} says hello"), &Input::SignIn(agent.into()));
        play.asks(agent, DeskCommand::Present("ready".into()));
    }
    play.arrives(1, "");
    play.asks("ada", DeskCommand::Accept(OfferId(1)));
    play.arrives(2, "internet >= 5");
    play.now = Time(play.now.0 + 1000);
    let learned = CONFIG.replace("internet = 3", "internet = 6").replace("depth = 3", "depth = 9");
    play.reconfigured("bo learns", &format!("{learned}\n[tenants.acme.queues.orders]\n"));
    play.now = Time(play.now.0 + 1000);
    play.reconfigured("faults is gone", &CONFIG.replace("faults", "orders"));
    play.asks("bo", DeskCommand::Accept(OfferId(2)));
    play.reconfigured("ada is gone", &CONFIG.replace("agents.ada", "agents.cy"));
    play.asks("ada", DeskCommand::Finish(InteractionId(1)));
    play.asks("ada", DeskCommand::WrapUp(InteractionId(1), Some("solved".into()), None));
    play
}

#[test]
fn a_changed_morning_reads_so() {
    insta::assert_snapshot!(a_changed_morning().transcript);
}

#[test]
fn a_config_is_looked_at_before_it_is_in_force_and_a_refused_one_leaves_nothing() {
    let mut play = Play::begin();
    play.give("ada says hello", &Input::SignIn("ada".into()));
    play.asks("ada", DeskCommand::Present("ready".into()));
    play.arrives(1, "internet >= 9");
    let before = (encode(&play.machine.picture()), play.journal.len());
    let learned =
        routing_of(&CONFIG.replace("internet = 8", "internet = 9").replace("depth = 3", "depth = 4").replace("agents.bo", "agents.cy"));
    let impact = play.machine.impact(play.now, &learned).unwrap();
    assert_eq!((impact.version, impact.changes, impact.waiting, impact.withdrawn, impact.offered), (2, true, 1, 0, 1));
    assert_eq!((impact.queues.changed, impact.agents.changed), (vec!["faults".to_owned()], vec!["ada".to_owned()]));
    assert_eq!((impact.agents.added, impact.agents.removed), (vec!["cy".to_owned()], vec!["bo".to_owned()]));
    let dropped = routing_of(&CONFIG.replace("faults", "orders"));
    let why = play.machine.impact(play.now, &dropped).unwrap_err();
    assert!(why.message.contains("\"faults\"") && why.message.contains("1 interaction is in it"), "{why}");
    let taken = play.machine.take(play.now, &Input::Configure(Arc::new(dropped)));
    assert_eq!((taken.answer, taken.records.len()), (Some(why), 0));
    assert_eq!((encode(&play.machine.picture()), play.journal.len()), before);
    assert!(!play.machine.impact(play.now, &routing()).unwrap().changes);
    let taken = play.machine.take(play.now, &Input::Configure(Arc::new(learned)));
    let decided = taken.effects.iter().find_map(|effect| if let Effect::Offer(decision) = effect { Some(decision.plan.0) } else { None });
    assert_eq!(decided, Some(2), "the decision names the config that it was taken under");
}

#[test]
fn a_morning_reads_so() {
    insta::assert_snapshot!(a_morning().transcript);
}

#[test]
fn a_snapshot_and_the_rest_of_the_journal_are_the_whole_at_every_point() {
    for play in [a_morning(), a_changed_morning()] {
        let whole = encode(&play.machine.picture());
        for (covers, picture) in &play.pictures {
            let mut again = Machine::from_picture(decode(picture).unwrap()).unwrap();
            for record in play.journal.iter().skip(*covers) {
                again.replay(&decode::<Record>(record).unwrap()).unwrap();
            }
            assert_eq!(encode(&again.picture()), whole, "from entry {covers}");
        }
    }
}

#[test]
fn a_journal_that_was_tampered_with_is_found_out() {
    let play = a_morning();
    let mut machine = Machine::default();
    let records = play.journal.iter().map(|record| decode::<Record>(record).unwrap());
    let mut tampered = records.map(|record| match record {
        Record::Step(mut step) if matches!(step.event, segue_router::Event::Decline(..)) => {
            step.at = Time(step.at.0 + 1);
            Record::Step(step)
        }
        other => other,
    });
    let found = tampered.find_map(|record| machine.replay(&record).err()).unwrap();
    assert!(found.starts_with("Decline"), "{found}");
}

#[tokio::test]
async fn another_builds_decisions_are_warned_of_and_our_own_not_forgiven() {
    let play = a_morning();
    let (covers, picture) = &play.pictures[0];
    for (build, forgiven) in [("0.0.0", true), (super::machine::BUILD, false)] {
        let (store, domain): (Arc<dyn Store>, _) = (Arc::new(Embedded::memory().unwrap()), TenantId::from("acme"));
        let fence = store.acquire(&domain, "node", 1, Time(0), 1000).await.unwrap();
        let append = |body: &Vec<u8>| JournalAppend { session: None, body: body.clone() };
        let mut picture: Picture = decode(picture).unwrap();
        picture.build = build.to_owned();
        let before = play.journal.iter().take(*covers).map(append).collect();
        let begun = Mutation { fence, journal: before, snapshot: Some(encode(&picture)), ..Mutation::default() };
        store.commit(&domain, begun).await.unwrap();
        let otherwise = |body: &Vec<u8>| match decode::<Record>(body).unwrap() {
            Record::Step(mut step) if matches!(step.event, segue_router::Event::Decline(..)) => {
                step.hash = Hash::default();
                append(&encode(&Record::Step(step)))
            }
            _ => append(body),
        };
        let after = play.journal.iter().skip(*covers).map(otherwise).collect();
        store.commit(&domain, Mutation { journal: after, ..Mutation::default() }).await.unwrap();
        match recover(&store, &domain).await {
            Ok(recovered) => assert_eq!((recovered.foreign, recovered.differs, forgiven), (true, true, true)),
            Err(why) => assert!(matches!(why, Error::Differs { .. }) && !forgiven, "{build}: {why}"),
        }
    }
}

#[test]
fn queues_keep_their_hours_and_a_replay_asks_no_clock() {
    let text = CONFIG.replace("depth = 3", "depth = 3\nhours = \"office\"").replace(
        "[tenants.acme.agents.ada]",
        "[tenants.acme.hours.office]\nzone = \"Europe/Zurich\"\nweek = { tue = [\"08:00-12:00\"] }\n[tenants.acme.agents.ada]",
    );
    let at = |text: &str| Time(u64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_millisecond()).unwrap());
    let mut play = Play { now: at("2026-12-22T06:00:00Z"), ..Play::begin() };
    let taken = play.machine.configure(play.now, &routing_of(&text));
    play.keep(&taken);
    let closed = |play: &Play| play.machine.router().closed(segue_router::QueueId(1)).count();
    assert_eq!((closed(&play), play.machine.deadline()), (1, Some(at("2026-12-22T07:00:00Z"))));
    play.now = at("2026-12-22T07:00:00Z");
    let taken = play.machine.take(play.now, &Input::Tick);
    play.keep(&taken);
    assert_eq!((closed(&play), play.machine.deadline()), (0, Some(at("2026-12-22T11:00:00Z"))));
    play.now = at("2026-12-22T11:00:00Z");
    let taken = play.machine.take(play.now, &Input::Tick);
    play.keep(&taken);
    assert_eq!(closed(&play), 1, "lunch, and nobody is back before next Tuesday");
    let mut again = Machine::default();
    for entry in &play.journal {
        again.replay(&decode(entry).unwrap()).unwrap();
    }
    assert_eq!((again.chain(), again.deadline()), (play.machine.chain(), None));
    again.take(play.now, &Input::Tick);
    assert_eq!(again.router().closed(segue_router::QueueId(1)).count(), 1, "who was told of no hours opens nothing");
    // Without hours it is open.
    let taken = play.machine.configure(play.now, &routing());
    play.keep(&taken);
    assert_eq!(closed(&play), 0);
}
