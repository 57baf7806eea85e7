//! All that is held about one customer: listed, handed over, forgotten, page by page, however much it is.
//!
//! What is *not* here: who may; that is asked before.

use crate::engine::journal::{decode, encode, fingerprint};
use crate::house::Switchboard;
use crate::house::admin::{SessionDetail, bad_page};
use crate::house::tenant::Tenant;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use segue_adapter_kit::Page;
use segue_session::store::{Found, KeyKind, Mutation, Request};
use segue_session::{Actor, Command, CustomerId, Principal, Reason, Refusal, RequestId, SessionId, TenantId, Time};
use std::sync::Arc;

/// Sessions of one customer looked up at once.
const PAGE: usize = 100;
/// A page of an export ends with the session that makes it reach so many bytes of JSON.
const EXPORT_BYTES: usize = 1 << 20;
/// Sessions erased at once, so that the store writes them together.
const AT_ONCE: usize = 16;

impl Switchboard {
    /// Everything held about a customer, a page at a time: sessions in full, those that began last first.
    ///
    /// # Errors
    /// `InvalidArgument` for a page token that is not ours; as [`Self::session`].
    pub async fn export(&self, tenant: &TenantId, customer: &CustomerId, page: Option<&str>) -> Result<Page<SessionDetail>, Refusal> {
        let after = page.map(found_at).transpose()?;
        let found = self.tenant_of(tenant)?.of_customer(customer, after, PAGE).await?;
        let (mut rows, mut bytes, mut last) = (Vec::new(), 0, None);
        for place in &found {
            match self.session(tenant, place.session).await {
                Ok(detail) => {
                    bytes += serde_json::to_vec(&detail).map_or(0, |json| json.len());
                    rows.push(detail);
                }
                // Forgotten since it was found: there is nothing to hand over.
                Err(refusal) if refusal.reason == Reason::NotFound => {}
                Err(refusal) => return Err(refusal),
            }
            last = Some(*place);
            if bytes >= EXPORT_BYTES {
                break;
            }
        }
        let more = found.len() == PAGE || last != found.last().copied();
        Ok(Page { rows, next: last.filter(|_| more).map(token) })
    }

    /// Forgets everything about a customer; how many sessions that were. A repeat that was answered before is answered the
    /// same; one that was not finishes what was begun, and counts that.
    ///
    /// # Errors
    /// `RequestIdReused`; when the store fails in between: repeat it.
    pub async fn erase(&self, who: &Principal, request: RequestId, customer: &CustomerId) -> Result<u32, Refusal> {
        let tenant = self.tenant_of(&who.tenant)?;
        let print = fingerprint(&("erase", who.asker(), customer));
        if let Some(first) = tenant.first_time(SessionId(request.0), request, print).await? {
            return Ok(decode(&first.result).unwrap_or_default());
        }
        let (mut erased, mut after) = (0_u32, None);
        loop {
            let found = tenant.of_customer(customer, after, PAGE).await?;
            after = found.last().copied();
            let whole = found.len() < PAGE;
            let erasures = found.into_iter().map(|place| tenant.erase(place.session));
            let done: Vec<bool> = stream::iter(erasures).buffer_unordered(AT_ONCE).try_collect().await?;
            erased += done.into_iter().map(u32::from).sum::<u32>();
            if whole {
                break;
            }
        }
        let answer = Request { id: request, fingerprint: print, result: encode(&erased), of: None };
        let kept = tenant.commit(Mutation { request: Some(answer), at: tenant.clock.now(), ..Mutation::default() }).await;
        let kept = kept.map_err(|error| tenant.failed(&error))?;
        Ok(decode(&kept.result).unwrap_or(erased))
    }
}

impl Tenant {
    /// Sessions of a customer, those that began last first, after a place among them.
    pub(super) async fn of_customer(&self, customer: &CustomerId, after: Option<Found>, limit: usize) -> Result<Vec<Found>, Refusal> {
        let key = self.keys.lookup(KeyKind::Customer, customer.as_str());
        self.store.find(&self.id, &key, after, limit).await.map_err(|error| self.failed(&error))
    }

    /// Forgets a session; `false` where others did meanwhile.
    async fn erase(self: &Arc<Self>, session: SessionId) -> Result<bool, Refusal> {
        let request = RequestId(uuid::Uuid::now_v7());
        match self.apply(Actor::House, session, Some(request), Command::Erase).await {
            Ok(_) => Ok(true),
            Err(_) if self.read(session).await?.is_none() => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }
}

/// A page's token: the place of its last row.
pub(super) fn token(place: Found) -> String {
    format!("{}.{}", place.born.0, place.session)
}

/// The place that a token names.
pub(super) fn found_at(token: &str) -> Result<Found, Refusal> {
    let named = token.split_once('.').and_then(|(born, session)| Some((born.parse().ok()?, session.parse().ok()?)));
    named.map(|(born, session)| Found { born: Time(born), session }).ok_or_else(bad_page)
}
