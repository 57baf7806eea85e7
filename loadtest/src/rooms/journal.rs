//! `journal`: sessions, engine and store in this process, no sockets: interactions from arrival to the end, all durable, 64
//! at once. The floor is raw redb with as many writes of as many bytes.

use super::counting::Counting;
use crate::daemon::{Setup, write_config};
use crate::report::Report;
use crate::{Options, floor, say};
use anyhow::Context as _;
use segue::audit::Audit;
use segue::config::{Wanted, load};
use segue::engine::{Clock, Meters};
use segue::house::Switchboard;
use segue_adapter_kit::{DeskEntry, DeskStart, Desks, House, Order, Target};
use segue_session::store::{Embedded, Seq, Store};
use segue_session::{
    AgentName, Arriving, Channel, Command, CustomerClaims, CustomerId, DeskCommand, DeskEvent, JourneyName, LegId, Party, Principal,
    Private, RequestId, SessionId, TenantId, Time,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

/// Interactions at once: as many agents as customers.
const AT_ONCE: usize = 64;

/// Measures it.
pub(crate) async fn measure(options: &Options) -> anyhow::Result<Report> {
    let home = tempfile::tempdir()?;
    let setup = Setup { agents: AT_ONCE, capacity: 30, ..Setup::default() };
    let config = write_config(&setup, ([127, 0, 0, 1], 7700).into(), home.path())?;
    let plan = load(&Wanted::file(&config)).map_err(|faults| anyhow::anyhow!(faults.lines()))?.plan;
    let store = Arc::new(Counting::new(Embedded::open(&home.path().join("data"))?));
    let counted: Arc<dyn Store> = Arc::<Counting>::clone(&store);
    let house = Switchboard::open(counted, Arc::new(plan), Meters::default(), Clock::system(), Audit::off()).await?;
    let before = store.counted();
    let (begin, until) = (Instant::now(), Instant::now() + options.span());
    let lanes: Vec<_> = (0..AT_ONCE).map(|lane| tokio::spawn(run(Arc::clone(&house), lane, until))).collect();
    let mut done = 0_u64;
    for lane in lanes {
        done += lane.await??;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let after = store.counted();
    house.shutdown().await;
    let (writes, bytes) = (after.0 - before.0, after.1 - before.1);
    let each = usize::try_from(bytes / writes.max(1))?;
    say(&format!("{done} interactions, {writes} mutations of {each} bytes on average"));
    let folder = tempfile::tempdir()?;
    let floor = floor::disk::rate(folder.path(), each, AT_ONCE as u64, options.span() / 3).await?;
    report(done, writes, seconds, floor)
}

fn report(done: u64, writes: u64, seconds: f64, floor: f64) -> anyhow::Result<Report> {
    #[expect(clippy::cast_precision_loss, reason = "counts within a minute")]
    let (rate, interactions) = (writes as f64 / seconds, done as f64 / seconds);
    let ratio = rate / floor;
    let mut detail = serde_json::Map::new();
    detail.insert("interactions_per_second".into(), interactions.into());
    detail.insert("mutations".into(), writes.into());
    Ok(Report {
        bar: "journal",
        value: rate,
        unit: "durable mutations per second",
        floor: Some(floor),
        ratio: Some(ratio),
        goal: ">= 60 % of raw redb with the same writes",
        holds: ratio >= 0.6,
        detail,
    })
}

fn principal(party: Party, name: &str) -> Principal {
    Principal { tenant: TenantId::from("load"), subject: Private::new(name.to_owned()), party, expires: Time(u64::MAX) }
}

fn request() -> RequestId {
    RequestId(Uuid::new_v4())
}

/// One customer and one agent, over and over; returns how many interactions they finished.
async fn run(house: Arc<Switchboard>, lane: usize, until: Instant) -> anyhow::Result<u64> {
    let name = format!("customer{lane}");
    let claims = CustomerClaims { customer: Some(CustomerId::new(&name)), ..CustomerClaims::default() };
    let customer = principal(Party::Customer(claims), &name);
    let agent = format!("agent{lane}");
    let agent = principal(Party::Agent(AgentName::new(&agent)), &agent);
    let connection = house.hello(&agent, None).await?;
    let mut seen = match &connection.start {
        DeskStart::Snapshot(snapshot) => snapshot.seq,
        DeskStart::Entries(entries) => entries.last().map_or(Seq(0), |(seq, _)| *seq),
    };
    let mut wake = connection.wake.clone();
    house.command(&agent, request(), DeskCommand::Present("ready".into())).await?;
    let mut done = 0;
    while Instant::now() < until {
        let session = ask(&house, &customer).await?;
        // Whoever's interaction it is: all lanes are alike, and every agent has room for one.
        loop {
            if let Some((offer, interaction)) = next_offer(&house, &agent, &mut seen, &mut wake).await? {
                house.command(&agent, request(), DeskCommand::Accept(offer)).await?;
                house.command(&agent, request(), DeskCommand::Finish(interaction)).await?;
                house.command(&agent, request(), DeskCommand::WrapUp(interaction, None, None)).await?;
                break;
            }
        }
        house.order(&customer, order(session, Command::Close("done".into()))).await?;
        done += 1;
    }
    house.command(&agent, request(), DeskCommand::Present("away".into())).await?;
    Ok(done)
}

fn order(session: SessionId, command: Command) -> Order {
    Order { request: request(), target: Target::Session(session), command }
}

async fn ask(house: &Switchboard, customer: &Principal) -> anyhow::Result<SessionId> {
    let (session, leg) = (SessionId(Uuid::now_v7()), LegId(Uuid::new_v4()));
    let arriving = Arriving { leg, channel: Channel::App, address: None, language: None };
    let start = Command::Start { session, leg: arriving, journey: Some(JourneyName::new("form")), claimed: BTreeMap::new() };
    house.order(customer, order(session, start)).await?;
    house.order(customer, order(session, Command::AskForPerson(leg, None))).await?;
    Ok(session)
}

async fn next_offer(
    house: &Switchboard,
    agent: &Principal,
    seen: &mut Seq,
    wake: &mut tokio::sync::watch::Receiver<Seq>,
) -> anyhow::Result<Option<(segue_router::OfferId, segue_session::InteractionId)>> {
    let DeskStart::Entries(entries) = house.since(agent, *seen).await? else { anyhow::bail!("a desk that fell behind") };
    let mut offer = None;
    for (seq, entry) in entries {
        *seen = seq;
        if let DeskEntry::Event(event) = entry
            && let DeskEvent::Offered(put) = *event
        {
            offer = Some((put.offer, put.interaction));
        }
    }
    if offer.is_none() {
        let changed = tokio::time::timeout(crate::desk::PATIENCE, wake.changed()).await;
        changed.context("no offer came")??;
    }
    Ok(offer)
}
