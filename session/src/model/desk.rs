//! What goes to and comes from an agent's desk. Entries are stored in the agent's outbox; the desk adapter translates them.

use crate::store::Seq;
use crate::{AgentName, InteractionId, Message, Note, PopEnrichment, Private, QueueName, RequestId, ScreenPop, SessionId, Time};
use segue_router::{Channel, OfferId, Outcome, Priority, Readiness, Units, WithdrawReason};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One entry of an agent's outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskEvent {
    /// An interaction is put to the agent, with everything they need to see.
    Offered(Box<DeskOffer>),
    /// An offer no longer stands.
    Withdrawn {
        /// Which.
        offer: OfferId,
        /// Of what.
        interaction: InteractionId,
        /// Why.
        why: WithdrawReason,
    },
    /// The agent has it. Later messages of the session come as copies of the transcript after `after`.
    Assigned {
        /// By which offer.
        offer: OfferId,
        /// What.
        interaction: InteractionId,
        /// Of which session.
        session: SessionId,
        /// The transcript up to here is to be asked for; everything after comes by itself.
        after: Seq,
    },
    /// The session of an assignment changed (answers, position, legs): the new pop.
    Updated(Box<ScreenPop>),
    /// A late part from another system.
    Enriched {
        /// Of which session.
        session: SessionId,
        /// From which connector.
        connector: String,
        /// The part.
        part: PopEnrichment,
    },
    /// The customer left: suspended, or for good. The assignment goes to wrap-up.
    CustomerLeft {
        /// What.
        interaction: InteractionId,
        /// How it ended.
        outcome: Outcome,
    },
    /// Wrap-up runs until then.
    WrapUpBegan {
        /// What.
        interaction: InteractionId,
        /// Until when.
        until: Time,
        /// Whether a code must be given.
        code_required: bool,
    },
    /// Wrap-up is over.
    WrapUpEnded {
        /// What.
        interaction: InteractionId,
        /// With which code.
        code: Option<String>,
    },
    /// The agent's own presence, readiness and load.
    Agent(DeskAgent),
    /// A note was added to a session of theirs.
    Noted {
        /// Which session.
        session: SessionId,
        /// The note.
        note: Note,
    },
}

impl DeskEvent {
    /// The sessions of which it tells anything, its own before those it quotes.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionId> {
        let of_pop = |pop: &ScreenPop| {
            let mut sessions = vec![pop.session];
            for former in &pop.history {
                if !sessions.contains(&former.session) {
                    sessions.push(former.session);
                }
            }
            sessions
        };
        match self {
            Self::Offered(offer) => of_pop(&offer.pop),
            Self::Updated(pop) => of_pop(pop),
            Self::Assigned { session, .. } | Self::Enriched { session, .. } | Self::Noted { session, .. } => vec![*session],
            Self::Withdrawn { .. } | Self::CustomerLeft { .. } | Self::WrapUpBegan { .. } | Self::WrapUpEnded { .. } | Self::Agent(_) => {
                Vec::new()
            }
        }
    }
}

/// An offer on the desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeskOffer {
    /// Which.
    pub offer: OfferId,
    /// Of what.
    pub interaction: InteractionId,
    /// Until when, by the server's clock.
    pub deadline: Time,
    /// What is known.
    pub pop: ScreenPop,
}

/// An agent, as their own desk and the supervisors see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskAgent {
    /// Who.
    pub agent: AgentName,
    /// What the router says.
    pub readiness: Readiness,
    /// What they chose, by the config's name.
    pub presence: String,
    /// On which channels offers may come.
    pub channels: BTreeSet<Channel>,
    /// What they take when the present work ends.
    pub next: Option<String>,
    /// Units held.
    pub load: Units,
    /// Units they may hold.
    pub capacity: Units,
    /// Since when this readiness and presence.
    pub since: Time,
}

/// The whole desk at one place of the outbox: what a desk gets that cannot be brought up to date by entries alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeskSnapshot {
    /// Entries after this follow.
    pub seq: Seq,
    /// The agent.
    pub agent: DeskAgent,
    /// Offers that stand.
    pub offers: Vec<DeskOffer>,
    /// Assignments and wrap-ups.
    pub assignments: Vec<DeskAssignment>,
}

/// An assignment on the desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeskAssignment {
    /// What.
    pub interaction: InteractionId,
    /// What is known.
    pub pop: ScreenPop,
    /// The end of the transcript, oldest first, with numbers.
    pub messages: Vec<(Seq, Message)>,
    /// When wrap-up ends by itself, where it has begun.
    pub wrap_up_until: Option<Time>,
    /// Whether a code must be given.
    pub code_required: bool,
}

/// What an agent (or a supervisor) may ask of the house. Each comes with a request id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskCommand {
    /// Take this presence.
    Present(String),
    /// Take this presence when the work ends; `None` takes it back.
    PresentNext(Option<String>),
    /// Leave.
    SignOut,
    /// Take an offer.
    Accept(OfferId),
    /// Do not take an offer, for this reason (by the config's name).
    Decline(OfferId, Option<String>),
    /// The talk is over.
    Finish(InteractionId),
    /// Wrap-up is over.
    WrapUp(InteractionId, Option<String>, Option<Private<String>>),
    /// More time to wrap up.
    Extend(InteractionId),
    /// Give it to a queue, with a hand-over note.
    TransferToQueue(InteractionId, QueueName, Option<Private<String>>),
    /// Give it to an agent, with a hand-over note.
    TransferToAgent(InteractionId, AgentName, Option<Private<String>>),
    /// Say something in a session of theirs.
    Say(SessionId, crate::MessageBody),
    /// Add a note to a session of theirs.
    Note(SessionId, Private<String>),
    /// Suspend a session of theirs for the customer, who gets a way back; wrap-up begins.
    Park(SessionId, Option<Private<String>>),
    /// Choose which of the candidates it is, or undo that.
    Identify(SessionId, Option<crate::CustomerId>),
    /// Fill in or correct an answer for the customer.
    Fill(SessionId, crate::FieldId, Private<String>),
    /// Put a journey's step in front of the customer (push a form to the app).
    Push(SessionId, crate::JourneyName),
    /// A supervisor: change the rank of something waiting, with a reason for the audit log.
    Prioritise(InteractionId, Priority, String),
    /// A supervisor: put an interaction back to its place in line, with a reason.
    Requeue(InteractionId, String),
    /// A supervisor: change another agent's presence, with a reason.
    Force(AgentName, String, String),
}

/// What a command led to, beside the entries it put into outboxes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeskAck {
    /// Which command.
    pub request: Option<RequestId>,
    /// For `Say`: the message's number.
    pub message: Option<Seq>,
    /// For `Park`: what to tell the customer.
    pub handles: Vec<crate::GivenHandle>,
    /// The outbox's place after which the command's effects are seen.
    pub seq: Seq,
}
