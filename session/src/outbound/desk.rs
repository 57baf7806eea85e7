//! What desks ask of the router, by numbers.

use super::ask::{asked, unknown_queue};
use crate::outbound::{Cases, Chart, Directory};
use crate::{AgentName, DeskCommand, Reason, Refusal};
use segue_router::{AgentId, Event, InteractionId, Presence};

/// The router's event for a desk's command; `None` where the command is not for the router but for a session.
///
/// Whether this role may give the command at all is asked before; whose offer or interaction it is, the router knows.
///
/// # Errors
///
/// `NotFound` for a name that is not in the config, `InvalidArgument` for a wrap-up code that is not of the queue.
pub fn desk_event(
    directory: &Directory,
    chart: &Chart,
    cases: &Cases,
    by: &AgentName,
    command: &DeskCommand,
) -> Result<Option<Event>, Refusal> {
    let watches = || Refusal::new(Reason::PermissionDenied, "this desk watches only: no agent of this name is configured");
    let own = || directory.agent(by).ok_or_else(watches);
    Ok(Some(match command {
        DeskCommand::Present(name) => Event::Present(own()?, presence(directory, chart, name)?),
        DeskCommand::PresentNext(name) => {
            Event::PresentNext(own()?, name.as_deref().map(|name| presence(directory, chart, name)).transpose()?)
        }
        DeskCommand::SignOut => Event::SignOut(own()?),
        DeskCommand::Accept(offer) => Event::Accept(own()?, *offer),
        DeskCommand::Decline(offer, reason) => Event::Decline(own()?, *offer, decline_reason(directory, reason.as_deref())?),
        DeskCommand::Finish(interaction) => Event::Finish(own()?, *interaction),
        DeskCommand::WrapUp(interaction, code, _) => {
            let code = code.as_deref().map(|code| wrap_up_code(directory, chart, cases, *interaction, code)).transpose()?;
            Event::WrapUp(own()?, *interaction, code)
        }
        DeskCommand::Extend(interaction) => Event::Extend(own()?, *interaction),
        DeskCommand::TransferToQueue(interaction, queue, _) => {
            let number = directory.queue(queue).filter(|_| chart.queues.contains_key(queue)).ok_or_else(|| unknown_queue(queue))?;
            Event::TransferToQueue(own()?, *interaction, number, asked(directory, chart, queue, "")?)
        }
        DeskCommand::TransferToAgent(interaction, to, _) => Event::TransferToAgent(own()?, *interaction, agent(directory, to)?),
        DeskCommand::Prioritise(interaction, priority, _) => Event::Prioritise(*interaction, *priority),
        DeskCommand::Requeue(interaction, _) => Event::Requeue(*interaction),
        DeskCommand::Force(other, name, _) => Event::Present(agent(directory, other)?, presence(directory, chart, name)?),
        DeskCommand::Say(..)
        | DeskCommand::Note(..)
        | DeskCommand::Park(..)
        | DeskCommand::Identify(..)
        | DeskCommand::Fill(..)
        | DeskCommand::Push(..) => return Ok(None),
    }))
}

fn agent(directory: &Directory, name: &AgentName) -> Result<AgentId, Refusal> {
    directory.agent(name).ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such agent").about("agent", name.as_str()))
}

/// The presence of this name under the config in force.
///
/// # Errors
///
/// `NotFound` where the config has no such presence.
pub fn presence(directory: &Directory, chart: &Chart, name: &str) -> Result<Presence, Refusal> {
    let found = chart.presences.get(name).zip(directory.presence(name));
    let (channels, reason) = found.ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such presence").about("presence", name))?;
    Ok(Presence { channels: channels.clone(), reason })
}

fn decline_reason(directory: &Directory, name: Option<&str>) -> Result<u16, Refusal> {
    let Some(name) = name else { return Ok(0) };
    directory.reason(name).ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such reason").about("reason", name))
}

fn wrap_up_code(directory: &Directory, chart: &Chart, cases: &Cases, interaction: InteractionId, code: &str) -> Result<u32, Refusal> {
    let over = || Refusal::new(Reason::NotFound, "the interaction is over, or never was");
    let queue = chart.queues.get(&cases.get(interaction).ok_or_else(over)?.queue);
    let known = queue.is_some_and(|queue| queue.codes.contains(code)).then(|| directory.code(code)).flatten();
    known.ok_or_else(|| Refusal::new(Reason::InvalidArgument, "the queue has no such wrap-up code").about("code", code))
}
