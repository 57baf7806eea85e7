//! The JSON form of every frame that a desk is told. A change here is a change of the protocol.

use super::{Welcoming, ack, directory, entry, error, messages, passed, snapshot, welcome};
use segue_adapter_kit::ws::{Fault, Settings};
use segue_adapter_kit::{Colleague, DeskDirectory, DeskEntry, DirectoryQueue, Ephemeral, QueueFigures};
use segue_proto::desk::v1::{ServerFrame, server_frame::Frame};
use segue_session::store::{Seq, Version};
use segue_session::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const AT: Time = Time(1_700_000_000_123);

fn session() -> SessionId {
    SessionId(Uuid::from_u128(1))
}

fn leg() -> LegId {
    LegId(Uuid::from_u128(2))
}

fn interaction() -> InteractionId {
    InteractionId(3)
}

fn request() -> RequestId {
    RequestId(Uuid::from_u128(4))
}

fn ada() -> AgentName {
    AgentName::new("ada")
}

fn attributes(name: &str) -> BTreeMap<String, Private<serde_json::Value>> {
    BTreeMap::from([(name.to_owned(), Private::new(json!("gold")))])
}

fn trail() -> TrailStep {
    let (journey, step) = (JourneyName::new("fault"), StepId::new("details"));
    TrailStep { journey, step, at: AT, channel: Some(Channel::App), errors: 2, repeats: 1 }
}

fn answer(field: &str, source: Source) -> PopAnswer {
    let (asked, answer) = ("Since when?".to_owned(), "yesterday".to_owned().into());
    PopAnswer { field: FieldId::new(field), asked, answer, sensitivity: Sensitivity::Personal, level: AssuranceLevel::High, source, at: AT }
}

fn enrichment() -> PopEnrichment {
    PopEnrichment { standing: EnrichmentStanding::Ready, data: Some(Private::new(json!({ "orders": [7] }))), at: AT }
}

fn note() -> Note {
    Note { by: ada(), at: AT, text: "kind".to_owned().into() }
}

fn persona() -> Option<PersonaId> {
    Some(PersonaId::new("holder"))
}

fn customer() -> PopCustomer {
    let candidate = Candidate { customer: CustomerId::new("ben"), persona: persona(), label: "Ben".to_owned().into(), score: 40 };
    PopCustomer {
        customer: Some(CustomerId::new("ana")),
        persona: persona(),
        candidates: vec![candidate],
        language: Language::new("fr"),
        attributes: attributes("tier"),
        claimed: attributes("page"),
    }
}

/// A pop with something in every part.
fn pop() -> ScreenPop {
    let proof = Proof { method: "sign_in".into(), level: AssuranceLevel::High, issuer: "acme".into(), at: AT, until: Time(AT.0 + 1000) };
    let sources = [
        ("since", Source::Leg(leg(), Channel::App)),
        ("name", Source::Claim),
        ("line", Source::Lookup),
        ("again", Source::Agent(ada())),
        ("rank", Source::Journey),
    ];
    let consent =
        Consent { purpose: "recording".into(), channel: Some(Channel::Voice), persona: persona(), given: true, at: AT, evidence: leg() };
    ScreenPop {
        session: session(),
        version: Version(9),
        at: AT,
        channel: Channel::Chat,
        legs: vec![PopLeg { channel: Channel::Chat, address: Some("+33140000000".to_owned().into()), since: AT, live: true }],
        queue: PopQueue {
            name: QueueName::new("faults"),
            since: AT,
            priority: Priority(2),
            priority_why: "gold".into(),
            callback: Some("+33140000001".to_owned().into()),
            told: None,
        },
        why: PopWhy {
            line: "most fit of 3".into(),
            offer: OfferId(7),
            eligible: 3,
            excluded: BTreeMap::from([("skill".to_owned(), 2)]),
            levels: BTreeMap::from([("faults".to_owned(), 8)]),
            preferred: true,
            runner_up: Some(AgentName::new("bob")),
        },
        customer: customer(),
        assurance: PopAssurance {
            level: AssuranceLevel::High,
            proofs: vec![PopProof { proof, channel: Some(Channel::App), here: true }],
            skip: vec!["date of birth".into()],
        },
        stopped: Some(PopStopped {
            journey: JourneyName::new("fault"),
            step: "Details".into(),
            field: Some("Which light is on?".into()),
            at: AT,
            channel: Some(Channel::App),
            cause: Some(SuspendCause::Dropped),
        }),
        answers: sources.into_iter().map(|(field, source)| answer(field, source)).collect(),
        failed: vec![trail()],
        trail: vec![trail()],
        history: vec![PopHistory {
            session: session(),
            interaction: interaction(),
            channel: Channel::Voice,
            queue: QueueName::new("sales"),
            at: AT,
            outcome: "handled".into(),
        }],
        notes: vec![note()],
        consent: vec![consent],
        transfers: vec![PopTransfer { from: AgentName::new("bob"), at: AT, note: Some("yours".to_owned().into()) }],
        links: vec![PopLink { label: "CRM".into(), url: "https://crm.example/ana".to_owned().into() }],
        actions: vec!["accept".into()],
        enrichment: BTreeMap::from([("crm".to_owned(), enrichment())]),
    }
}

fn offer() -> DeskOffer {
    DeskOffer { offer: OfferId(7), interaction: interaction(), deadline: Time(AT.0 + 20_000), pop: pop() }
}

fn agent() -> DeskAgent {
    DeskAgent {
        agent: ada(),
        readiness: Readiness::Busy,
        presence: "ready".into(),
        channels: BTreeSet::from([Channel::Chat, Channel::App]),
        next: Some("away".into()),
        load: Units(30),
        capacity: Units(100),
        since: AT,
    }
}

fn message(from: Speaker, body: MessageBody) -> Message {
    Message { id: request(), from, at: AT, body }
}

fn text() -> MessageBody {
    MessageBody::Text("hello".to_owned().into())
}

fn handle() -> GivenHandle {
    GivenHandle { kind: HandleKind::Code, value: "402713".to_owned().into(), url: None, until: AT }
}

const fn figures() -> QueueFigures {
    let expected_wait = Some(ExpectedWait { p50: Span::seconds(240), p90: Span::seconds(420) });
    QueueFigures { waiting: 0, since: None, on_duty: 3, idle: 1, expected_wait }
}

fn choices() -> DeskDirectory {
    let queue = DirectoryQueue {
        queue: QueueName::new("faults"),
        title: "Faults".into(),
        codes: vec!["solved".into()],
        code_required: true,
        figures: Some(figures()),
    };
    DeskDirectory {
        presences: vec![("ready".into(), BTreeSet::from([Channel::Chat])), ("away".into(), BTreeSet::new())],
        decline_reasons: vec!["busy".into()],
        queues: vec![queue],
        journeys: vec![JourneyName::new("survey")],
    }
}

/// Every kind of entry.
fn entries() -> Vec<DeskEntry> {
    let file = MessageBody::File {
        url: "https://files.example/1".to_owned().into(),
        name: "bill.pdf".to_owned().into(),
        media_type: "application/pdf".into(),
        size: 1234,
    };
    let notice = MessageBody::Notice { key: "resumed".into(), args: BTreeMap::from([("channel".to_owned(), "chat".to_owned())]) };
    let quick = MessageBody::QuickReplies { text: "Which?".to_owned().into(), replies: vec!["this".into(), "that".into()] };
    let said = [
        message(Speaker::Customer(leg(), Channel::Chat), text()),
        message(Speaker::Customer(leg(), Channel::App), file),
        message(Speaker::Agent(ada()), quick),
        message(Speaker::House, notice),
    ];
    let events = [
        DeskEvent::Offered(Box::new(offer())),
        DeskEvent::Withdrawn { offer: OfferId(7), interaction: interaction(), why: WithdrawReason::CustomerLeft },
        DeskEvent::Assigned { offer: OfferId(7), interaction: interaction(), session: session(), after: Seq(5) },
        DeskEvent::Updated(Box::new(pop())),
        DeskEvent::Enriched { session: session(), connector: "crm".into(), part: enrichment() },
        DeskEvent::CustomerLeft { interaction: interaction(), outcome: Outcome::Suspended },
        DeskEvent::WrapUpBegan { interaction: interaction(), until: AT, code_required: true },
        DeskEvent::WrapUpEnded { interaction: interaction(), code: Some("solved".into()) },
        DeskEvent::Agent(agent()),
        DeskEvent::Noted { session: session(), note: note() },
    ];
    let said = said.into_iter().map(|message| DeskEntry::Message(session(), Seq(6), message));
    events.into_iter().map(|event| DeskEntry::Event(Box::new(event))).chain(said).collect()
}

fn held(name: &str, frames: Vec<Frame>) {
    let frames: Vec<_> = frames.into_iter().map(|frame| ServerFrame { frame: Some(frame) }).collect();
    insta::assert_json_snapshot!(name, frames);
    for frame in frames {
        let text = serde_json::to_string(&frame).unwrap();
        assert_eq!(serde_json::from_str::<ServerFrame>(&text).unwrap(), frame, "there and back");
    }
}

#[test]
fn the_first_frames() {
    let desk = DeskSnapshot {
        seq: Seq(41),
        agent: agent(),
        offers: vec![offer()],
        assignments: vec![DeskAssignment {
            interaction: interaction(),
            pop: pop(),
            messages: vec![(Seq(5), message(Speaker::Customer(leg(), Channel::Chat), text()))],
            wrap_up_until: Some(AT),
            code_required: true,
        }],
    };
    let welcome = welcome(&Welcoming {
        now: AT,
        expires: Time(AT.0 + 3_600_000),
        epoch: 3,
        continued: true,
        agent: "ada".into(),
        supervisor: true,
        directory: &choices(),
        settings: &Settings::default(),
    });
    held("first", vec![welcome, snapshot(&desk)]);
}

#[test]
fn every_entry() {
    held("entries", entries().iter().zip(42..).map(|(one, seq)| entry(Seq(seq), one)).collect());
}

#[test]
fn every_answer() {
    let done = |message, handles| DeskAck { request: Some(request()), message, handles, seq: Seq(43) };
    let refusal = Refusal::new(Reason::OfferEnded, "the offer has ended").about("offer", "7").retry_after(500);
    let said = (Seq(5), message(Speaker::Customer(leg(), Channel::Chat), text()));
    held(
        "answers",
        vec![
            ack(request(), &done(None, Vec::new())),
            ack(request(), &done(Some(Seq(6)), Vec::new())),
            ack(request(), &done(None, vec![handle()])),
            messages(request(), &[said]),
            error(&Fault { id: request().to_string(), refusal }),
        ],
    );
    let colleague =
        Colleague { agent: AgentName::new("bob"), title: "Bob".into(), readiness: Readiness::Unresponsive, presence: Some("ready".into()) };
    insta::assert_json_snapshot!("directory", directory(&choices(), &[colleague]));
}

#[test]
fn everything_that_passes() {
    let all = [
        Ephemeral::Typing { agent: None, on: true },
        Ephemeral::Typing { agent: Some(ada()), on: false },
        Ephemeral::Delivered { agent: None, up_to: Seq(5) },
        Ephemeral::Read { agent: None, up_to: Seq(5) },
    ];
    held("passed", all.iter().map(|one| passed(session(), one)).collect());
}

/// The leg's id is the customer's way back in.
#[test]
fn no_desk_is_told_a_leg() {
    for one in entries() {
        let text = serde_json::to_string(&ServerFrame { frame: Some(entry(Seq(1), &one)) }).unwrap();
        assert!(!text.contains(&leg().to_string()), "{text}");
    }
}
