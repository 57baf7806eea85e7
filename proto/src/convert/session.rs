//! Sessions as their customers see them. They only go out: nobody tells the house how a session stands.

use super::{prompt::prompt, timestamp, word};
use crate::types::v1 as wire;
use segue_session::{
    Channel, ExpectedWait, GivenHandle, InteractionId, Language, Line, Matter, Phase, Span, Standing, Suspension, View, interaction_uuid,
    wait,
};

/// A session for the wire, for a leg on this channel.
#[must_use]
pub fn view(core: &View, channel: Channel) -> wire::SessionView {
    wire::SessionView {
        session_id: core.session.to_string(),
        version: core.version.0,
        routing_version: core.routing_version.0,
        standing: Some(standing(&core.standing)),
        language: core.language.to_string(),
        prompt: core.prompt.as_ref().map(|one| prompt(one, channel)),
        line: core.line.as_ref().map(|one| line(one, &core.language)),
        last_message: core.last_message.0,
        assurance_level: word::level(core.level).into(),
        channels: word::channels(&core.channels),
    }
}

/// How a session stands, for the wire.
#[must_use]
pub fn standing(core: &Standing) -> wire::Standing {
    use wire::standing::Kind;
    let kind = match core {
        Standing::Active => Kind::Active(wire::Active {}),
        Standing::Suspended(one) => Kind::Suspended(suspension(one)),
        Standing::Closed { at, outcome } => Kind::Closed(wire::Closure { time: Some(timestamp(*at)), outcome: outcome.clone() }),
        Standing::Expired { at } => Kind::Expired(wire::Expiry { time: Some(timestamp(*at)) }),
    };
    wire::Standing { kind: Some(kind) }
}

fn suspension(core: &Suspension) -> wire::Suspension {
    wire::Suspension {
        cause: word::cause(core.cause).into(),
        time: Some(timestamp(core.at)),
        channel: core.channel.map(|one| word::channel(one).into()).unwrap_or_default(),
        step: core.step.as_ref().map(ToString::to_string).unwrap_or_default(),
        resumable_until: Some(timestamp(core.until)),
        interaction_id: core.interaction.map(interaction_id).unwrap_or_default(),
    }
}

/// How a session stands with the agents, for the wire; `language` is the session's.
#[must_use]
pub fn line(core: &Line, language: &Language) -> wire::Line {
    let waits = core.phase == Phase::Waiting;
    wire::Line {
        interaction_id: interaction_id(core.interaction),
        phase: Some(phase(&core.phase)),
        queue: core.queue.to_string(),
        channel: word::channel(core.channel).into(),
        since: Some(timestamp(core.since)),
        ahead: core.ahead,
        callback: core.callback,
        expected_wait: core.expected_wait.map(expected_wait),
        expected_wait_in_words: if waits { wait::in_words(core.expected_wait, language) } else { String::new() },
    }
}

/// How long a wait may be expected to last, for the wire.
#[must_use]
pub fn expected_wait(core: ExpectedWait) -> wire::ExpectedWait {
    let seconds = |span: Span| u32::try_from(span.0.div_ceil(1000)).unwrap_or(u32::MAX);
    wire::ExpectedWait { p50_seconds: seconds(core.p50), p90_seconds: seconds(core.p90) }
}

/// Where an interaction is, for the wire.
#[must_use]
pub fn phase(core: &Phase) -> wire::Phase {
    use wire::phase::Kind;
    let with = |agent: &segue_session::AgentName| wire::WithAgent { agent: agent.to_string() };
    let kind = match core {
        Phase::Waiting => Kind::Waiting(wire::Waiting {}),
        Phase::Offered(agent) => Kind::Offered(with(agent)),
        Phase::Assigned(agent) => Kind::Assigned(with(agent)),
        Phase::WrappingUp(agent) => Kind::WrappingUp(with(agent)),
        Phase::Suspended => Kind::Suspended(wire::PlaceKept {}),
        Phase::Ended => Kind::Ended(wire::Over {}),
        Phase::Refused(reason) => Kind::Refused(wire::LineRefusal { reason: reason.clone() }),
    };
    wire::Phase { kind: Some(kind) }
}

/// One line of "my matters", for the wire.
#[must_use]
pub fn matter(core: &Matter) -> wire::Matter {
    wire::Matter {
        session_id: core.session.to_string(),
        title: core.title.clone(),
        at_step: core.at_step.clone().unwrap_or_default(),
        standing: Some(standing(&core.standing)),
        update_time: Some(timestamp(core.updated)),
        channels: word::channels(&core.channels),
    }
}

/// A handle for its customer.
#[must_use]
pub fn handle(core: &GivenHandle) -> wire::Handle {
    wire::Handle {
        kind: word::handle_kind(core.kind).into(),
        value: core.value.reveal().clone(),
        expire_time: Some(timestamp(core.until)),
        url: core.url.as_ref().map(|url| url.reveal().clone()).unwrap_or_default(),
    }
}

/// An interaction's id as the wire writes it: a UUID.
#[must_use]
pub fn interaction_id(id: InteractionId) -> String {
    interaction_uuid(id).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_yaml_snapshot;
    use segue_session::store::{Seq, Version};
    use segue_session::{AgentName, AssuranceLevel, Language, QueueName, SessionId, StepId, SuspendCause, Time};

    fn core() -> View {
        View {
            session: SessionId(uuid::Uuid::from_u128(7)),
            version: Version(3),
            routing_version: Version(2),
            standing: Standing::Suspended(Suspension {
                cause: SuspendCause::Dropped,
                at: Time(1_700_000_000_000),
                channel: Some(Channel::App),
                step: Some(StepId::new("details")),
                until: Time(1_700_600_000_000),
                interaction: Some(InteractionId(9)),
            }),
            language: Language::new("en"),
            prompt: Some(segue_session::journey::Prompt::Busy { step: StepId::new("check"), text: "Testing your line…".into() }),
            line: Some(Line {
                interaction: InteractionId(9),
                phase: Phase::Assigned(AgentName::new("ada")),
                queue: QueueName::new("faults"),
                channel: Channel::App,
                since: Time(1_700_000_000_001),
                ahead: Some(0),
                expected_wait: None,
                callback: false,
            }),
            last_message: Seq(5),
            level: AssuranceLevel::Substantial,
            channels: vec![Channel::Chat],
        }
    }

    #[test]
    fn a_view_on_the_wire() {
        assert_yaml_snapshot!(view(&core(), Channel::App));
    }

    #[test]
    fn every_standing_and_phase_has_its_own_kind() {
        let standings = [
            Standing::Active,
            core().standing,
            Standing::Closed { at: Time(1), outcome: "solved".into() },
            Standing::Expired { at: Time(1) },
        ];
        assert_yaml_snapshot!("standings", standings.iter().map(standing).collect::<Vec<_>>());
        let ada = || AgentName::new("ada");
        let phases = [
            Phase::Waiting,
            Phase::Offered(ada()),
            Phase::Assigned(ada()),
            Phase::WrappingUp(ada()),
            Phase::Suspended,
            Phase::Ended,
            Phase::Refused("queue_full".into()),
        ];
        assert_yaml_snapshot!("phases", phases.iter().map(phase).collect::<Vec<_>>());
    }
}
