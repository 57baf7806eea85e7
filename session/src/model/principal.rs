//! Who is asking: what a verified token says, and nothing else.

use crate::{AgentName, CustomerId, Language, PersonaId, Private, Proof, TenantId, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Somebody whose token was verified. The tenant comes from nowhere else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Principal {
    /// Whose house they are in.
    pub tenant: TenantId,
    /// Their name at the issuer. A visitor's is drawn at random at each admission: it tells visitors apart.
    pub subject: Private<String>,
    /// What they are.
    pub party: Party,
    /// When the token ends; sockets end with it unless refreshed.
    pub expires: Time,
}

/// What somebody is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A customer: signed in, or not known yet.
    Customer(CustomerClaims),
    /// An agent.
    Agent(AgentName),
    /// A supervisor.
    Supervisor(AgentName),
    /// An administrator.
    Admin,
    /// Another system of the tenant's.
    Service,
}

/// Roles, for the permission table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A customer's app or page.
    App,
    /// An agent's desk.
    Agent,
    /// A supervisor's.
    Supervisor,
    /// An administrator's.
    Admin,
    /// Another system's.
    Service,
}

/// Who asks, for as long as they may repeat what they asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asker<'p> {
    /// A customer who is signed in, by subject, on whatever device.
    Customer(&'p str),
    /// A visitor, by device: their subject is another each time they come in.
    Device(&'p str),
    /// A visitor whose device says nothing, by the subject of this admission.
    Visitor(&'p str),
    /// Somebody of the house or of the tenant's systems, by role and subject.
    Staff(Role, &'p str),
}

impl Principal {
    /// Who asks.
    #[must_use]
    pub fn asker(&self) -> Asker<'_> {
        let subject = self.subject.reveal().as_str();
        match &self.party {
            Party::Customer(claims) if claims.customer.is_some() => Asker::Customer(subject),
            Party::Customer(claims) => claims.device.as_deref().map_or(Asker::Visitor(subject), Asker::Device),
            Party::Agent(_) | Party::Supervisor(_) | Party::Admin | Party::Service => Asker::Staff(self.role(), subject),
        }
    }

    /// The role.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self.party {
            Party::Customer(_) => Role::App,
            Party::Agent(_) => Role::Agent,
            Party::Supervisor(_) => Role::Supervisor,
            Party::Admin => Role::Admin,
            Party::Service => Role::Service,
        }
    }
}

/// What the issuer says of a customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomerClaims {
    /// Who; `None` for a visitor who has not signed in.
    pub customer: Option<CustomerId>,
    /// In which role; the only one where there is one.
    pub persona: Option<PersonaId>,
    /// The device or browser, so that a token of one is not used by another.
    pub device: Option<String>,
    /// How they proved it.
    pub proofs: Vec<Proof>,
    /// Which language they prefer.
    pub language: Option<Language>,
    /// Signed attributes: name, phone, e-mail, tier …; the journey's `customer` namespace.
    pub attributes: BTreeMap<String, Private<serde_json::Value>>,
}
