//! What sessions ask of the router, by numbers.

use crate::needs::Needs;
use crate::outbound::{Chart, Directory};
use crate::{QueueName, Reason, Refusal, RouteRequest};
use segue_router::{AgentId, Arrival, Event, Requirement, SkillId};

/// A skill nobody has: what a name that is not in the config asks for.
const NOBODY: SkillId = SkillId(0);

/// The router's event for a request; `None` where the request is not for the router ([`RouteRequest::Refresh`]).
///
/// # Errors
///
/// `NotFound` for a queue that is not in the config, `InvalidArgument` for a requirement that cannot be read.
pub fn route_event(directory: &Directory, chart: &Chart, request: &RouteRequest) -> Result<Option<Event>, Refusal> {
    match request {
        RouteRequest::Arrive { .. } => arrival(directory, chart, request).map(Some),
        RouteRequest::Suspend(_, interaction) => Ok(Some(Event::Suspend(*interaction))),
        RouteRequest::Leave(_, interaction) => Ok(Some(Event::Abandon(*interaction))),
        RouteRequest::Refresh(_) => Ok(None),
    }
}

fn arrival(directory: &Directory, chart: &Chart, request: &RouteRequest) -> Result<Event, Refusal> {
    let RouteRequest::Arrive { interaction, queue, channel, needs, priority, since, preferred, excluded, continues, kept, .. } = request
    else {
        return Err(Refusal::new(Reason::Internal, "only an arrival arrives"));
    };
    let number = directory.queue(queue).ok_or_else(|| unknown_queue(queue))?;
    Ok(Event::Arrive(Box::new(Arrival {
        interaction: *interaction,
        queue: number,
        channel: *channel,
        needs: asked(directory, chart, queue, needs)?,
        priority: *priority,
        since: *since,
        preferred: preferred.as_ref().and_then(|name| directory.agent(name)),
        excluded: excluded.iter().filter_map(|name| directory.agent(name)).collect(),
        continues: *continues,
        kept: *kept,
    })))
}

/// What somebody who comes to a queue asks for, with what the queue asks of everybody.
pub(super) fn asked(directory: &Directory, chart: &Chart, queue: &QueueName, needs: &str) -> Result<Requirement, Refusal> {
    let of_queue = chart.queues.get(queue).map(|queue| queue.needs.as_str()).unwrap_or_default();
    let mut parts = Vec::new();
    for text in [of_queue, needs] {
        if !text.trim().is_empty() {
            parts.push(requirement(directory, text)?);
        }
    }
    match (parts.pop(), parts.pop()) {
        (Some(only), None) => Ok(only),
        (Some(second), Some(first)) => Ok(Requirement::All(vec![first, second])),
        (None, _) => Ok(Requirement::default()),
    }
}

fn requirement(directory: &Directory, text: &str) -> Result<Requirement, Refusal> {
    let needs = Needs::parse(text)
        .map_err(|fault| Refusal::new(Reason::InvalidArgument, "the requirement cannot be read").about("needs", fault.to_string()))?;
    Ok(needs.to_requirement(&mut |name| directory.skill(name).unwrap_or(NOBODY)))
}

pub(super) fn unknown_queue(queue: &QueueName) -> Refusal {
    Refusal::new(Reason::NotFound, "there is no such queue").about("queue", queue.as_str())
}

/// What the outside is told when the router refuses.
#[must_use]
pub fn refusal(directory: &Directory, why: &segue_router::Refusal) -> Refusal {
    use segue_router::Refusal as R;
    let name = |id: &AgentId| directory.agent_name(*id).map(|name| name.as_str().to_owned()).unwrap_or_default();
    match why {
        R::UnknownAgent(_) => Refusal::new(Reason::NotFound, "there is no such agent"),
        R::UnknownQueue(_) => Refusal::new(Reason::NotFound, "there is no such queue"),
        R::UnknownInteraction(_) => Refusal::new(Reason::NotFound, "the interaction is over, or never was"),
        R::AlreadyHeld(_) => Refusal::new(Reason::WrongMoment, "the interaction has arrived already"),
        R::ChannelNotRouted(channel) => {
            Refusal::new(Reason::InvalidArgument, "this channel is not routed").about("channel", channel_name(*channel))
        }
        R::QueueFull(queue) => Refusal::new(Reason::QueueFull, "the queue is full")
            .about("queue", directory.queue_name(*queue).map(|name| name.as_str().to_owned()).unwrap_or_default()),
        R::QueueClosed(queue) => Refusal::new(Reason::QueueClosed, "the queue takes nobody at this hour")
            .about("queue", directory.queue_name(*queue).map(|name| name.as_str().to_owned()).unwrap_or_default()),
        R::TooLarge(_) => Refusal::new(Reason::LimitExceeded, "no agent could ever hold so much").about("limit", "capacity"),
        R::OfferEnded(_) => Refusal::new(Reason::OfferEnded, "the offer has ended"),
        R::NotYours(agent) => Refusal::new(Reason::PermissionDenied, "it is another agent's").about("agent", name(agent)),
        R::WrongMoment(_) => Refusal::new(Reason::WrongMoment, "the interaction is not where this can be done"),
        R::StillAssigned(interaction) => {
            Refusal::new(Reason::WrongMoment, "an interaction is still with the agent: finish, transfer or requeue it first")
                .about("interaction", interaction.to_string())
        }
        R::SignedOut(agent) => Refusal::new(Reason::SignedOut, "the agent is not signed in").about("agent", name(agent)),
        R::CodeRequired(_) => Refusal::new(Reason::CodeRequired, "this queue wants a wrap-up code"),
        R::NoMoreExtensions(_) => {
            Refusal::new(Reason::LimitExceeded, "the wrap-up was extended as often as it may be").about("limit", "wrap_up_extensions")
        }
        R::TooComplex(_) => Refusal::new(Reason::LimitExceeded, "the requirement is too complex").about("limit", "requirement"),
        R::TooManyExcluded(_) => Refusal::new(Reason::LimitExceeded, "too many agents are excluded").about("limit", "excluded"),
        R::ExcludedByName(agent) => {
            Refusal::new(Reason::InvalidArgument, "the agent is excluded from this interaction").about("agent", name(agent))
        }
        R::BadPlan(why) => Refusal::new(Reason::Internal, "the config contradicts itself").about("plan", why.clone()),
    }
}

/// A channel's wire name.
#[must_use]
pub const fn channel_name(channel: segue_router::Channel) -> &'static str {
    match channel {
        segue_router::Channel::Voice => "voice",
        segue_router::Channel::Chat => "chat",
        segue_router::Channel::App => "app",
        segue_router::Channel::Email => "email",
    }
}
