//! What each effect of the router means by names: for the case, for desks, for the session and its customer.

use crate::outbound::{Case, Cases, Chart, DeskNews, Directory, Face, READY, Told, Wrapping};
use crate::{Command, DeskAgent, DeskEvent, InteractionId, Phase, QueueName, Reason, SessionId, Time};
use segue_router::{AgentId, Arrival, Change, Decision, Effect, Outcome, QueueId};

/// What the translation of one step's effects looks at.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// Names and numbers.
    pub directory: &'a Directory,
    /// What the names mean.
    pub chart: &'a Chart,
    /// Whether the step came of the customer's going, not of an agent's doing.
    pub customer_left: bool,
}

impl Cases {
    /// Takes in an interaction that the router has just taken in; its effects do the rest.
    pub fn arrive(&mut self, session: SessionId, arrival: &Arrival, queue: QueueName, callback: bool) {
        self.cases.entry(arrival.interaction).or_insert_with(|| Case {
            session,
            queue,
            channel: arrival.channel,
            since: arrival.since,
            priority: arrival.priority,
            callback,
            invited: false,
            offer: None,
            assigned: None,
            wrapping: std::collections::BTreeMap::new(),
            holder: None,
            ended: None,
            unheard: false,
        });
        let ids = self.sessions.entry(session).or_default();
        if !ids.contains(&arrival.interaction) {
            ids.push(arrival.interaction);
        }
    }

    /// Takes in one effect and says what is to be told of it.
    pub fn apply(&mut self, now: Time, names: &Names<'_>, effect: &Effect, told: &mut Told) {
        match effect {
            Effect::Wait { interaction, queue, since, priority } => {
                let queue = names.directory.queue_name(*queue).cloned();
                self.change(*interaction, told, |case, told| {
                    case.queue = queue.unwrap_or_else(|| case.queue.clone());
                    (case.since, case.priority) = (*since, *priority);
                    (case.offer, case.assigned) = (None, None);
                    part(case, *interaction, told);
                });
            }
            Effect::Offer(decision) => self.offer(names, decision, told),
            Effect::Withdraw { offer, interaction, agent, why } => {
                self.change(*interaction, told, |case, told| {
                    case.offer = None;
                    // An assignment is taken back under the offer that it came of.
                    if case.assigned.take_if(|(holder, decision)| holder == agent && decision.offer == *offer).is_some() {
                        part(case, *interaction, told);
                    }
                    let event = DeskEvent::Withdrawn { offer: *offer, interaction: *interaction, why: *why };
                    tell(names, told, *agent, event);
                });
                self.recount(*agent, *interaction);
            }
            Effect::Assign { offer, interaction, agent, since } => {
                self.change(*interaction, told, |case, told| {
                    case.since = *since;
                    case.assigned = case.offer.take().map(|decision| (*agent, decision));
                    case.holder = Some(*agent);
                    let Some(name) = names.directory.agent_name(*agent).cloned() else { return };
                    told.desk.push((name.clone(), DeskNews::Assigned(case.session, *interaction, *offer)));
                    told.contents.push((case.session, Command::Routed(*interaction, Phase::Assigned(name))));
                });
                self.recount(*agent, *interaction);
            }
            Effect::BeginWrapUp { interaction, agent, until } => self.begin_wrap_up(now, names, (*interaction, *agent), *until, told),
            Effect::EndWrapUp { interaction, agent, code } => {
                self.change(*interaction, told, |case, told| {
                    case.wrapping.remove(agent);
                    let code = code.and_then(|code| names.directory.code_name(code)).map(str::to_owned);
                    tell(names, told, *agent, DeskEvent::WrapUpEnded { interaction: *interaction, code });
                });
                self.recount(*agent, *interaction);
            }
            Effect::Ended { interaction, outcome, since, priority } => {
                self.end(names, *interaction, *outcome, *since, told);
                if let Some(case) = self.cases.get_mut(interaction) {
                    case.priority = *priority;
                }
            }
            Effect::Invite { interaction } => {
                if let Some(case) = self.cases.get_mut(interaction) {
                    case.invited = true;
                    told.contents.push((case.session, Command::Invited(*interaction)));
                }
            }
            Effect::Agent(change) => self.face_of(now, names, change, told),
        }
    }

    fn offer(&mut self, names: &Names<'_>, decision: &Decision, told: &mut Told) {
        let interaction = decision.interaction;
        self.change(interaction, told, |case, told| {
            part(case, interaction, told);
            case.offer = Some(decision.clone());
            case.since = decision.since;
            if let Some(queue) = names.directory.queue_name(decision.queue) {
                case.queue.clone_from(queue);
            }
            told.decisions.push((case.session, decision.clone()));
            if let Some(name) = names.directory.agent_name(decision.agent) {
                told.desk.push((name.clone(), DeskNews::Offered(case.session, Box::new(decision.clone()))));
            }
        });
        self.recount(decision.agent, interaction);
    }

    fn begin_wrap_up(
        &mut self,
        now: Time,
        names: &Names<'_>,
        (interaction, agent): (InteractionId, AgentId),
        until: Time,
        told: &mut Told,
    ) {
        self.change(interaction, told, |case, told| {
            let running = case.wrapping.remove(&agent);
            let assigned = case.assigned.take_if(|(holder, _)| *holder == agent).map(|(_, decision)| decision);
            let begun = assigned.map(|decision| Wrapping { since: now, until, decision });
            let Some(wrapping) = begun.or(running) else { return };
            let code_required = code_required(names, wrapping.decision.queue);
            case.wrapping.insert(agent, Wrapping { until, ..wrapping });
            tell(names, told, agent, DeskEvent::WrapUpBegan { interaction, until, code_required });
        });
        self.recount(agent, interaction);
    }

    fn end(&mut self, names: &Names<'_>, interaction: InteractionId, outcome: Outcome, since: Time, told: &mut Told) {
        let mut holder = None;
        self.change(interaction, told, |case, told| {
            case.ended = Some(outcome);
            case.since = since;
            case.offer = None;
            if outcome == Outcome::Overflowed {
                told.contents.push((case.session, Command::Routed(interaction, Phase::Refused(Reason::WaitOver.name()))));
            }
            holder = case.holder;
            let Some(agent) = holder else { return };
            if names.customer_left {
                tell(names, told, agent, DeskEvent::CustomerLeft { interaction, outcome });
            }
            if outcome == Outcome::Handled
                && let Some(name) = names.directory.agent_name(agent).cloned()
            {
                case.unheard = true;
                told.contents.push((case.session, Command::Routed(interaction, Phase::WrappingUp(name))));
            }
        });
        if let Some(agent) = holder {
            self.recount(agent, interaction);
        }
    }

    fn face_of(&mut self, now: Time, names: &Names<'_>, change: &Change, told: &mut Told) {
        let before = self.faces.get(&change.agent);
        let same =
            before.is_some_and(|face| face.change.readiness == change.readiness && face.change.presence.reason == change.presence.reason);
        let since = before.filter(|_| same).map_or(now, |face| face.since);
        let face = Face { change: change.clone(), since };
        if let Some(agent) = desk_agent(names, &face) {
            told.desk.push((agent.agent.clone(), DeskNews::Ready(Box::new(DeskEvent::Agent(agent)))));
        }
        self.faces.insert(change.agent, face);
    }

    fn change(&mut self, id: InteractionId, told: &mut Told, with: impl FnOnce(&mut Case, &mut Told)) {
        let Some(case) = self.cases.get_mut(&id) else { return };
        told.lines.insert(case.session);
        with(case, told);
    }

    /// Works out anew whether the agent holds the interaction.
    fn recount(&mut self, agent: AgentId, id: InteractionId) {
        let holds = self.cases.get(&id).is_some_and(|case| {
            case.offer.as_ref().is_some_and(|offer| offer.agent == agent) || case.agents().any(|holder| holder == agent)
        });
        let held = self.held.entry(agent).or_default();
        if holds {
            held.insert(id);
        } else {
            held.remove(&id);
        }
    }
}

/// Whoever had it has it no more, and it goes on without them: the customer is to hear so.
fn part(case: &mut Case, interaction: InteractionId, told: &mut Told) {
    if case.holder.take().is_some() {
        told.contents.push((case.session, Command::Routed(interaction, Phase::Waiting)));
    }
}

fn tell(names: &Names<'_>, told: &mut Told, agent: AgentId, event: DeskEvent) {
    if let Some(name) = names.directory.agent_name(agent) {
        told.desk.push((name.clone(), DeskNews::Ready(Box::new(event))));
    }
}

/// Whether wrap-up of work from this queue ends only with a code.
#[must_use]
pub fn code_required(names: &Names<'_>, queue: QueueId) -> bool {
    let queue = names.directory.queue_name(queue).and_then(|name| names.chart.queues.get(name));
    queue.is_some_and(|queue| queue.code_required)
}

/// An agent by names, as their desk sees them.
#[must_use]
pub fn desk_agent(names: &Names<'_>, face: &Face) -> Option<DeskAgent> {
    let change = &face.change;
    let presence = |number| names.directory.presence_name(number).unwrap_or(READY).to_owned();
    Some(DeskAgent {
        agent: names.directory.agent_name(change.agent)?.clone(),
        readiness: change.readiness,
        presence: presence(change.presence.reason),
        channels: change.presence.channels.clone(),
        next: change.next.as_ref().map(|next| presence(next.reason)),
        load: change.load,
        capacity: change.capacity,
        since: face.since,
    })
}
