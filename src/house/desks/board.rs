//! How queues and agents stand: one picture for everybody who asks, taken of the loop at most once a second.
//!
//! Only while somebody asks. Whoever is told of a picture that is older than the last stir hears a stir once a new one may be
//! taken, so that nobody stays with the old one.

use crate::engine::Machine;
use crate::house::tenant::Tenant;
use segue_adapter_kit::{Colleague, DeskDirectory, DirectoryQueue, QueueFigures};
use segue_router::{Channel, QueueView, Readiness};
use segue_session::outbound::{ChartAgent, READY};
use segue_session::{AgentName, QueueName, Refusal, wait};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// Between two pictures, however many ask.
const PACE: Duration = Duration::from_secs(1);

/// The newest picture.
#[derive(Default)]
pub(in crate::house) struct Board(Mutex<Option<Shown>>);

struct Shown {
    at: Instant,
    /// The stir that it is not older than.
    stir: u64,
    /// Whether who was shown it late will hear a stir.
    promised: bool,
    picture: Arc<Picture>,
}

/// How queues and agents stand.
#[derive(Debug)]
struct Picture {
    presences: Vec<(String, BTreeSet<Channel>)>,
    queues: BTreeMap<QueueName, QueueFigures>,
    /// Everybody, those who are signed out last.
    agents: Vec<Colleague>,
}

impl Tenant {
    /// Queues, presences, journeys and reasons, with figures at most a second old.
    pub(super) async fn directory(self: &Arc<Self>) -> Result<DeskDirectory, Refusal> {
        let picture = self.picture().await?;
        let routing = self.routing.load();
        let queues = routing.queues.iter().map(|(name, queue)| DirectoryQueue {
            queue: name.clone(),
            title: queue.title.clone(),
            codes: queue.codes.clone(),
            code_required: queue.code_required,
            figures: picture.queues.get(name).copied(),
        });
        Ok(DeskDirectory {
            presences: picture.presences.clone(),
            decline_reasons: routing.decline_reasons.clone(),
            queues: queues.collect(),
            journeys: self.journeys.clone(),
        })
    }

    /// Everybody but me.
    pub(super) async fn colleagues(self: &Arc<Self>, me: &AgentName) -> Result<Vec<Colleague>, Refusal> {
        let picture = self.picture().await?;
        Ok(picture.agents.iter().filter(|colleague| colleague.agent != *me).cloned().collect())
    }

    async fn picture(self: &Arc<Self>) -> Result<Arc<Picture>, Refusal> {
        // Held while one looks: the others are told of what that one sees.
        let mut board = self.board.0.lock().await;
        let stir = *self.stir.borrow();
        if let Some(shown) = board.as_mut().filter(|shown| shown.at.elapsed() < PACE) {
            if shown.stir != stir && !std::mem::replace(&mut shown.promised, true) {
                let (tenant, due) = (Arc::downgrade(self), shown.at + PACE);
                tokio::spawn(async move {
                    sleep_until(due).await;
                    if let Some(tenant) = tenant.upgrade() {
                        tenant.stir.send_modify(|stir| *stir += 1);
                    }
                });
            }
            return Ok(Arc::clone(&shown.picture));
        }
        let picture = Arc::new(self.engine().glance(picture).await?);
        *board = Some(Shown { at: Instant::now(), stir, promised: false, picture: Arc::clone(&picture) });
        Ok(picture)
    }
}

fn picture(machine: &Machine) -> Picture {
    let chart = machine.chart();
    let view = |queue| machine.directory().queue(queue).and_then(|id| machine.router().queue(id)).map(figures);
    let queues = chart.queues.keys().filter_map(|queue| Some((queue.clone(), view(queue)?)));
    let mut agents: Vec<Colleague> = chart.agents.iter().map(|(name, agent)| colleague(machine, name, agent)).collect();
    agents.sort_by_cached_key(|colleague| (colleague.readiness == Readiness::SignedOut, colleague.agent.clone()));
    Picture { presences: chart.presences.clone().into_iter().collect(), queues: queues.collect(), agents }
}

fn colleague(machine: &Machine, name: &AgentName, agent: &ChartAgent) -> Colleague {
    let change = machine.directory().agent(name).and_then(|id| machine.router().agent(id));
    let change = change.filter(|change| change.readiness != Readiness::SignedOut);
    let presence = |number| machine.directory().presence_name(number).unwrap_or(READY).to_owned();
    Colleague {
        agent: name.clone(),
        title: agent.title.clone(),
        readiness: change.as_ref().map_or(Readiness::SignedOut, |change| change.readiness),
        presence: change.map(|change| presence(change.presence.reason)),
    }
}

fn figures(view: QueueView) -> QueueFigures {
    let QueueView { waiting, oldest, on_duty, idle, expected_wait, .. } = view;
    QueueFigures { waiting, since: oldest, on_duty, idle, expected_wait: expected_wait.map(wait::told) }
}

#[cfg(test)]
mod tests {
    use crate::house::tests::harness::{Desk, memory, open, supervisor};
    use segue_adapter_kit::Desks as _;
    use segue_router::Readiness;
    use std::sync::Arc;
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_who_ask_cost_the_loop_one_look_and_nobody_stays_with_an_old_picture() {
        let house = open(&memory()).await;
        let mut sue = Desk::hello(&house, supervisor("sue"), None).await;
        let tenant = house.tenant(&sue.who).unwrap();
        let first = tenant.picture().await.unwrap();
        let _ada = Desk::ready(&house, "ada").await;
        let again = tenant.picture().await.unwrap();
        assert!(Arc::ptr_eq(&first, &again), "within a second nobody looks again");
        let stir = sue.connection.stir.as_mut().unwrap();
        let told = async {
            while house.colleagues(&sue.who).await.unwrap()[0].readiness != Readiness::Idle {
                stir.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(5), told).await.expect("a stir tells that there is a new one");
    }
}
