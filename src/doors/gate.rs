//! The doors as the adapters know them.

use super::Action;
use super::guard::allow;
use super::keys;
use super::link::Links;
use super::ticket::{Ticket, Tickets};
use super::token::{self, Issuers};
use crate::audit::Audit;
use crate::config::plan::Plan;
use crate::engine::Clock;
use arc_swap::ArcSwap;
use segue_adapter_kit::Doors;
use segue_session::{CustomerClaims, Party, Principal, Private, Reason, Refusal, TenantId, Time};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// How long a visitor's socket may live, in milliseconds.
const VISIT_MS: u64 = 24 * 3_600_000;

/// Admits by token, ticket or widget key.
pub struct Gate {
    issuers: ArcSwap<Issuers>,
    tickets: Tickets,
    links: Links,
    widgets: BTreeMap<String, TenantId>,
    agents: BTreeMap<TenantId, std::collections::BTreeSet<segue_session::AgentName>>,
    origins: Vec<String>,
    clock: Clock,
    audit: Audit,
}

impl Gate {
    /// The doors of all tenants of a plan.
    ///
    /// # Errors
    /// An issuer's key cannot be used.
    pub fn new(plan: &Plan, clock: Clock) -> Result<Self, token::Error> {
        let widgets = plan.tenants.values().flat_map(|t| t.widgets.iter().map(|key| (key.clone(), t.id.clone()))).collect();
        let agents = plan.tenants.values().map(|t| (t.id.clone(), t.routing.agents.keys().cloned().collect())).collect();
        Ok(Self {
            issuers: ArcSwap::from_pointee(Issuers::new(plan, clock.clone(), None)?),
            tickets: Tickets::new(clock.clone()),
            links: Links::default(),
            widgets,
            agents,
            origins: plan.listen.origins.clone(),
            clock,
            audit: Audit::off(),
        })
    }

    /// The same doors; whom they turn away is written down there.
    #[must_use]
    pub fn audited(self, audit: Audit) -> Self {
        Self { audit, ..self }
    }

    /// Fetches issuers' keys, now and again, for as long as it is polled.
    pub async fn keep_keys(&self) {
        loop {
            // One after another: there are few issuers, and none waits for another's answer when its token comes.
            for set in self.issuers.load_full().key_sets() {
                set.refresh(keys::REST).await;
            }
            tokio::time::sleep(keys::EVERY).await;
        }
    }

    /// Takes issuers, their keys and secrets from a plan that was read anew; sets of keys are fetched at once. What a token may
    /// do, and who is here, stays as it is.
    ///
    /// # Errors
    /// An issuer's key cannot be used; the former ones stay.
    pub async fn renew(&self, plan: &Plan) -> Result<(), token::Error> {
        let issuers = Issuers::new(plan, self.clock.clone(), Some(&self.issuers.load()))?;
        for set in issuers.key_sets() {
            set.refresh(std::time::Duration::ZERO).await;
        }
        self.issuers.store(Arc::new(issuers));
        Ok(())
    }

    /// A one-use ticket for whoever holds this token.
    ///
    /// # Errors
    /// The token does not hold, or too many tickets are unused.
    pub async fn ticket(&self, token: &Private<String>) -> Result<Ticket, Refusal> {
        let who = self.by_token(token).await?;
        allow(&who, Action::TakeTicket)?;
        self.tickets.give(who)
    }

    /// The key of a one-use link that signs in whoever holds this token.
    ///
    /// # Errors
    /// The token does not hold, or too many links are unused.
    pub async fn link(&self, token: &Private<String>) -> Result<Private<String>, Refusal> {
        let who = self.by_token(token).await?;
        allow(&who, Action::TakeTicket)?;
        self.links.give(token.clone(), who.expires, self.clock.now())
    }

    /// The token behind a link's key, and whose it is. The link opens no second time.
    ///
    /// # Errors
    /// The link was used, is too old, or never was one; or its token does not hold any more.
    pub async fn redeem(&self, key: &Private<String>) -> Result<(Private<String>, Principal), Refusal> {
        let token = self.links.take(key.reveal(), self.clock.now()).inspect_err(|refusal| self.audit.turned_away(refusal))?;
        let who = self.by_token(&token).await?;
        self.audit.deed(&who, "login", None, &Ok::<_, Refusal>(()));
        Ok((token, who))
    }

    /// Verifies a token; a ticket is none.
    ///
    /// # Errors
    /// It does not hold.
    pub async fn by_token(&self, token: &Private<String>) -> Result<Principal, Refusal> {
        self.verify(token).await.inspect_err(|refusal| self.audit.turned_away(refusal))
    }

    async fn verify(&self, token: &Private<String>) -> Result<Principal, Refusal> {
        let who = self.issuers.load_full().admit(token).await?;
        if let Party::Agent(agent) = &who.party
            && !self.agents.get(&who.tenant).is_some_and(|agents| agents.contains(agent))
        {
            return Err(Refusal::new(Reason::PermissionDenied, "there is no such agent here"));
        }
        Ok(who)
    }
}

#[async_trait::async_trait]
impl Doors for Gate {
    async fn admit(&self, credential: &Private<String>) -> Result<Principal, Refusal> {
        match self.tickets.take(credential.reveal()) {
            Some(taken) => taken.inspect_err(|refusal| self.audit.turned_away(refusal)),
            None => self.by_token(credential).await,
        }
    }

    async fn admit_visitor(&self, widget: &str) -> Result<Principal, Refusal> {
        let tenant = self.widgets.get(widget).ok_or_else(|| Refusal::new(Reason::Unauthenticated, "nobody knows this widget"))?;
        Ok(Principal {
            tenant: tenant.clone(),
            subject: Private::new(format!("visitor:{}", Uuid::now_v7())),
            party: Party::Customer(CustomerClaims::default()),
            expires: Time(self.clock.now().0.saturating_add(VISIT_MS)),
        })
    }

    fn origin_allowed(&self, origin: Option<&str>) -> bool {
        // Only browsers send an origin, and only they can be misused by a page: who sends none is an app or a program.
        let Some(origin) = origin else { return true };
        self.origins.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("widgets", &self.widgets.len()).field("origins", &self.origins).finish_non_exhaustive()
    }
}

/// Keeps the keys of a gate fetched for as long as the handle is held.
pub fn keep_keys(gate: &Arc<Gate>) -> tokio::task::JoinHandle<()> {
    let gate = Arc::clone(gate);
    tokio::spawn(async move { gate.keep_keys().await })
}
