//! Tokens that say what they are: `customer:ana`, `agent:ada`, `supervisor:eve`, `admin:root`; anything else is refused.

use super::{TENANT, held};
use crate::Doors;
use crate::now;
use segue_session::{
    AgentName, AssuranceLevel, CustomerClaims, CustomerId, Party, Principal, Private, Proof, Reason, Refusal, TenantId, Time,
};
use std::sync::Mutex;
use std::time::Duration;

/// The widget key that is known.
const WIDGET: &str = "widget";
/// The origin that is not allowed; all others are.
const EVIL: &str = "https://evil.example";

/// Doors that open for tokens which say what they are.
#[derive(Debug)]
pub struct ToyDoors {
    lasts: Mutex<Duration>,
    visitors: Mutex<u64>,
}

impl Default for ToyDoors {
    fn default() -> Self {
        Self { lasts: Mutex::new(Duration::from_secs(3600)), visitors: Mutex::new(0) }
    }
}

impl ToyDoors {
    /// Tokens that are admitted from now on last so long.
    pub fn last(&self, time: Duration) {
        *held(&self.lasts) = time;
    }

    fn principal(&self, subject: &str, party: Party) -> Principal {
        let lasts = u64::try_from(held(&self.lasts).as_millis()).unwrap_or(u64::MAX);
        let expires = Time(now().0.saturating_add(lasts));
        Principal { tenant: TenantId::new(TENANT), subject: subject.to_owned().into(), party, expires }
    }
}

/// What the toy issuer says of a customer. `ana@phone` names a device.
fn claims(name: &str) -> CustomerClaims {
    let (name, device) = name.split_once('@').map_or((name, None), |(name, device)| (name, Some(device.to_owned())));
    let (at, until) = (now(), Time(u64::MAX));
    let proof = Proof { method: "sign_in".into(), level: AssuranceLevel::Substantial, issuer: "toy".into(), at, until };
    CustomerClaims { customer: Some(CustomerId::new(name)), device, proofs: vec![proof], ..CustomerClaims::default() }
}

#[async_trait::async_trait]
impl Doors for ToyDoors {
    async fn admit(&self, credential: &Private<String>) -> Result<Principal, Refusal> {
        let refused = || Refusal::new(Reason::Unauthenticated, "the token does not hold");
        let (role, name) = credential.reveal().split_once(':').ok_or_else(refused)?;
        let party = match role {
            "customer" => Party::Customer(claims(name)),
            "agent" => Party::Agent(AgentName::new(name)),
            "supervisor" => Party::Supervisor(AgentName::new(name)),
            "admin" => Party::Admin,
            _ => return Err(refused()),
        };
        Ok(self.principal(name, party))
    }

    async fn admit_visitor(&self, widget: &str) -> Result<Principal, Refusal> {
        if widget != WIDGET {
            return Err(Refusal::new(Reason::Unauthenticated, "there is no such widget"));
        }
        let mut visitors = held(&self.visitors);
        *visitors += 1;
        Ok(self.principal(&format!("visitor {visitors}"), Party::Customer(CustomerClaims::default())))
    }

    fn origin_allowed(&self, origin: Option<&str>) -> bool {
        origin != Some(EVIL)
    }
}
