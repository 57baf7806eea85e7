//! One table, permission by role. What it does not grant is refused.

use segue_session::{Command, DeskCommand, Role};

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident: $app:ident $agent:ident $supervisor:ident $admin:ident $service:ident,)*) => {
        /// Something that somebody may or may not do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$doc])* $action),* }

        impl Action {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$action),*];

            /// For app, agent, supervisor, admin, service, in this order.
            const fn row(self) -> [bool; 5] {
                match self { $(Self::$action => [granted::$app, granted::$agent, granted::$supervisor, granted::$admin, granted::$service]),* }
            }
        }
    };
}

/// How the table is written: `o` grants, `x` refuses.
#[expect(non_upper_case_globals, reason = "the table reads as a picture")]
mod granted {
    pub(super) const o: bool = true;
    pub(super) const x: bool = false;
}

actions! {
    //                  app agent supervisor admin service
    /// Begin a session.
    StartSession:        o x x x x,
    /// Come back into a suspended session, or join a live one.
    EnterSession:        o x x x x,
    /// Go on in a session: steps, answers, consent, a proof of who it is.
    UseSession:          o x x x x,
    /// Leave a session or a line, suspend, ask for a way back.
    LeaveSession:        o x x x x,
    /// Ask for a person.
    AskForPerson:        o x x x x,
    /// See a session of one's own: its place, its messages, its changes.
    SeeOwnSession:       o x x x x,
    /// See the list of one's own matters.
    SeeOwnMatters:       o x x x x,
    /// Put a named document into a session.
    PutDocument:         o x x o o,
    /// Forget everything about a person.
    EraseSession:        x x x o o,
    /// Open a desk, and be told what happens there.
    OpenDesk:            x o o x x,
    /// Choose one's own presence, or sign out.
    ChoosePresence:      x o o x x,
    /// Take or decline an offer.
    AnswerOffer:         x o o x x,
    /// Speak, note, fill in, push, identify, in a session that one has.
    ServeCustomer:       x o o x x,
    /// Read along in a session that another agent has.
    Observe:             x x o x x,
    /// Put in a word in a session that another agent has: a message, a note. All else is left to who has it.
    Intervene:           x x o x x,
    /// End the talk, wrap it up, park it, give it to a queue or a colleague.
    HandOver:            x o o x x,
    /// Change the order of a line, or put an interaction back into it.
    OrderLine:           x x o x x,
    /// Change another agent's presence.
    ForcePresence:       x x o x x,
    /// See any session of the tenant, without its values.
    ListSessions:        x x o o o,
    /// See a session whole, or take it out as a file.
    ExportSession:       x x x o o,
    /// See the lines, and why an interaction goes where it goes.
    SeeRouting:          x x o o o,
    /// Compare the routing in force with the configuration, and put that in force.
    ReloadRouting:       x x x o o,
    /// Get a one-use ticket for a socket.
    TakeTicket:          o o o o o,
    /// What only the daemon itself does: timers, results of look-ups, the router's word.
    BeTheHouse:          x x x x x,
}

/// Whether this role may do this.
#[must_use]
pub const fn permits(role: Role, action: Action) -> bool {
    let [app, agent, supervisor, admin, service] = action.row();
    match role {
        Role::App => app,
        Role::Agent => agent,
        Role::Supervisor => supervisor,
        Role::Admin => admin,
        Role::Service => service,
    }
}

/// The roles that may do this, in their order.
#[must_use]
pub fn roles_of(action: Action) -> Vec<Role> {
    [Role::App, Role::Agent, Role::Supervisor, Role::Admin, Role::Service].into_iter().filter(|role| permits(*role, action)).collect()
}

impl Action {
    /// What a session's command amounts to.
    #[must_use]
    pub const fn of_command(command: &Command) -> Self {
        match command {
            Command::Start { .. } => Self::StartSession,
            Command::Resume { .. } | Command::Attach { .. } | Command::Move { .. } => Self::EnterSession,
            Command::Step(..) | Command::Prove(..) | Command::Consent(..) => Self::UseSession,
            Command::Lose(_)
            | Command::End(_)
            | Command::LeaveLine(_)
            | Command::Suspend(..)
            | Command::GiveHandle(..)
            | Command::Close(_) => Self::LeaveSession,
            Command::AskForPerson(..) => Self::AskForPerson,
            Command::Document(..) => Self::PutDocument,
            Command::Erase => Self::EraseSession,
            // An agent's word on a session goes through the desk, which knows the assignment.
            Command::HandOver(..)
            | Command::Recognise(_)
            | Command::Identify(..)
            | Command::Fill(..)
            | Command::Push(..)
            | Command::Note(..)
            | Command::LookedUp(_)
            | Command::Routed(..)
            | Command::Invited(_)
            | Command::LoseFormer
            | Command::Timer => Self::BeTheHouse,
        }
    }

    /// What a desk's command amounts to.
    #[must_use]
    pub const fn of_desk(command: &DeskCommand) -> Self {
        match command {
            DeskCommand::Present(_) | DeskCommand::PresentNext(_) | DeskCommand::SignOut => Self::ChoosePresence,
            DeskCommand::Accept(_) | DeskCommand::Decline(..) => Self::AnswerOffer,
            DeskCommand::Finish(_)
            | DeskCommand::WrapUp(..)
            | DeskCommand::Extend(_)
            | DeskCommand::TransferToQueue(..)
            | DeskCommand::TransferToAgent(..)
            | DeskCommand::Park(..) => Self::HandOver,
            DeskCommand::Say(..) | DeskCommand::Note(..) | DeskCommand::Identify(..) | DeskCommand::Fill(..) | DeskCommand::Push(..) => {
                Self::ServeCustomer
            }
            DeskCommand::Prioritise(..) | DeskCommand::Requeue(..) => Self::OrderLine,
            DeskCommand::Force(..) => Self::ForcePresence,
        }
    }
}
