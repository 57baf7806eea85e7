//! The `House` port: customers' commands, messages, views, matters and doorbells.

use crate::engine::journal::fingerprint;
use crate::house::Switchboard;
use crate::house::order::{Read, seen_through};
use crate::house::resolve::Resolved;
use crate::house::tenant::Tenant;
use segue_adapter_kit::{Accepted, Ephemeral, House, Order, Page, Said, Target, Watch};
use segue_session::codec::Coded;
use segue_session::store::{KeyKind, MessageAppend, Mutation, Request, Seq};
use segue_session::{
    Actor, Channel, Command, LegId, LegStanding, Matter, Message, MessageBody, Party, Principal, Reason, Refusal, RequestId, SessionId,
    Speaker, Standing, Time, View, access, limits, matter,
};
use std::cmp::Reverse;
use std::sync::Arc;
use uuid::Uuid;

/// The most messages in one answer.
pub(super) const MESSAGES: usize = 200;
/// The most messages in one transcript; the house's own notices may follow them.
pub(super) const TRANSCRIPT: u64 = 10_000;
/// The most rows in one answer.
const ROWS: usize = 100;
/// The most of a customer's sessions that are looked through for their matters.
pub(super) const LOOKED_THROUGH: usize = 500;

#[async_trait::async_trait]
impl House for Switchboard {
    async fn order(&self, who: &Principal, order: Order) -> Result<Accepted, Refusal> {
        let tenant = self.tenant(who)?;
        let _turn = self.admission.admit(super::admission::class(&order.command))?;
        let Order { request, target, command } = order;
        if let (Command::Start { .. }, Target::Session(session)) = (&command, &target) {
            tenant.may_begin(who, *session).await?;
        }
        let resumes = matches!(command, Command::Resume { .. });
        let applied = match tenant.resolve(who, target, command).await {
            Ok(Resolved { session, command, attempt }) => {
                let applied = tenant.apply(Actor::Principal(who), session, Some(request), command).await;
                // Whoever lost a race had a handle that leads there: that was no guess.
                let right = |refusal: &Refusal| refusal.reason == Reason::AlreadyResumed || refusal.passes();
                if let Some(attempt) = attempt
                    && applied.as_ref().err().is_none_or(right)
                {
                    attempt.take_back();
                }
                if resumes && let Err(refusal) = &applied {
                    tenant.count_resume(refusal);
                }
                applied
            }
            Err(refusal) => Err(refusal),
        };
        if let Err(Refusal { reason: Reason::HandleInvalid | Reason::TooManyAttempts, .. }) = &applied {
            tenant.audit.often(who, "handle", None, &applied);
        }
        Ok(tenant.accepted(who, applied?).await)
    }

    async fn say(&self, who: &Principal, session: SessionId, leg: LegId, request: RequestId, body: MessageBody) -> Result<Said, Refusal> {
        let tenant = self.tenant(who)?;
        let _turn = self.admission.admit(super::admission::Class::Live)?;
        let read = tenant.seen(who, session).await?;
        let channel = read.session.leg(leg).map_or(Channel::Chat, |leg| leg.channel);
        let (seq, repeat) = tenant.say(may_speak(&read, leg), session, request, Speaker::Customer(leg, channel), body).await?;
        Ok(Said { seq, durability: tenant.store.durability(), repeat })
    }

    async fn view(&self, who: &Principal, session: SessionId, leg: Option<LegId>) -> Result<View, Refusal> {
        let tenant = self.tenant(who)?;
        let read = tenant.seen(who, session).await?;
        leg.map_or(Ok(()), |leg| access::shows(&read.session, leg))?;
        Ok(tenant.view_of(who, &read).await)
    }

    async fn messages(&self, who: &Principal, session: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        let tenant = self.tenant(who)?;
        let read = tenant.seen(who, session).await?;
        let hearing = access::hearing(who, &read.session, &tenant.keys, tenant.clock.now());
        let (mut heard, mut after, limit) = (Vec::new(), after, limit.clamp(1, MESSAGES));
        loop {
            // What is not for them is passed over, so that an answer without messages is the end.
            let page = tenant.transcript(session, after, limit).await?;
            let whole = page.len() < limit;
            after = page.last().map_or(after, |(seq, _)| *seq);
            heard.extend(page.into_iter().filter(|(_, message)| hearing.has(message.at)));
            if whole || heard.len() >= limit {
                heard.truncate(limit);
                return Ok(heard);
            }
        }
    }

    async fn matters(&self, who: &Principal, page_size: usize, page: Option<&str>) -> Result<Page<Matter>, Refusal> {
        let tenant = self.tenant(who)?;
        let _turn = self.admission.admit(super::admission::Class::Look)?;
        let Party::Customer(claims) = &who.party else {
            return Err(Refusal::new(Reason::PermissionDenied, "only customers have matters"));
        };
        let Some(customer) = &claims.customer else {
            return Err(Refusal::new(Reason::Unauthenticated, "sign in to see your matters"));
        };
        let after = page.map(place_of).transpose()?;
        let key = tenant.keys.lookup(KeyKind::Customer, customer.as_str());
        let found = tenant.found(&key, LOOKED_THROUGH).await?;
        if found.len() == LOOKED_THROUGH {
            tenant.meters.limit("matters");
        }
        let settings = tenant.settings.load();
        let language = claims.language.as_ref().unwrap_or(&settings.language);
        let size = page_size.clamp(1, ROWS);
        let mut rows = Vec::new();
        for stored in tenant.store.sessions(&tenant.id, &found).await.map_err(|error| tenant.failed(&error))?.into_iter().flatten() {
            let read = tenant.decode(stored)?;
            if access::may_see(who, &read.session, &tenant.keys) && matter::is_open(&read.session) {
                rows.push(matter::of(&read.session, &tenant.library, language));
            }
        }
        // The index knows when they began, not when they were last touched: that order is made here.
        rows.retain(|row| after.is_none_or(|after| place_in_list(row) > after));
        rows.sort_by_key(place_in_list);
        let more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| more).map(|row| format!("{}.{}", row.updated.0, row.session));
        Ok(Page { rows, next })
    }

    fn watch(&self, who: &Principal, session: SessionId) -> Watch {
        match self.tenant(who) {
            Ok(tenant) => tenant.bells.watch(session),
            // A bell that never rings: there is nothing here for them.
            Err(_) => super::bells::Bells::default().watch(session),
        }
    }

    async fn pass(&self, who: &Principal, session: SessionId, what: Ephemeral) -> Result<(), Refusal> {
        let tenant = self.tenant(who)?;
        let read = tenant.seen(who, session).await?;
        tenant.bells.pass(session, what.clone());
        if let Some(agent) = read.line.as_ref().and_then(super::desks::agent_of) {
            tenant.desks.pass(agent, session, what);
        }
        Ok(())
    }
}

impl Tenant {
    /// A session that this somebody may see; to others it is not there.
    pub(super) async fn seen(&self, who: &Principal, session: SessionId) -> Result<Read, Refusal> {
        let read = self.read(session).await?.filter(|read| access::may_see(who, &read.session, &self.keys));
        let read = read.ok_or_else(|| Refusal::new(Reason::NotFound, "there is no such session"))?;
        if matches!(who.party, Party::Customer(_)) {
            self.bells.heard(session, self.clock.now());
        }
        Ok(read)
    }

    /// Says something for somebody who may, or may not: what they had said before under this request id keeps its place,
    /// whatever has become of the session since. The message's place, and whether it had been said before.
    pub(super) async fn say(
        self: &Arc<Self>,
        may: Result<(), Refusal>,
        session: SessionId,
        request: RequestId,
        from: Speaker,
        body: MessageBody,
    ) -> Result<(Seq, bool), Refusal> {
        let Err(refusal) = may else { return self.append(session, request, from, body).await };
        let first = self.first_time(session, request, print_of(session, &from, &body)).await?;
        first.and_then(|committed| Some((committed.messages.first().copied()?, true))).ok_or_else(|| {
            if refusal.reason == Reason::LimitExceeded {
                self.meters.limit("transcript_messages");
            }
            refusal
        })
    }

    /// Appends a message; the store numbers it, and copies it to the outboxes of the session's agents.
    async fn append(
        self: &Arc<Self>,
        session: SessionId,
        request: RequestId,
        from: Speaker,
        body: MessageBody,
    ) -> Result<(Seq, bool), Refusal> {
        check_body(self, &body)?;
        let print = print_of(session, &from, &body);
        let message = Message { id: request, from, at: self.clock.now(), body };
        let body = message.encode().map_err(|_| Refusal::new(Reason::InvalidArgument, "the message cannot be written"))?;
        let mutation = Mutation {
            // Drawn for this attempt: tells it from what was said before, where the store does not answer at once.
            request: Some(Request { id: request, fingerprint: print, result: Uuid::now_v7().into_bytes().to_vec(), of: None }),
            at: self.clock.now(),
            messages: vec![MessageAppend { session, body }],
            ..Mutation::default()
        };
        let tenant = Arc::clone(self);
        seen_through(async move {
            let committed = tenant.commit(mutation).await.map_err(|error| tenant.failed(&error))?;
            tenant.heard(&committed, 0);
            let seq = committed.messages.first().copied().unwrap_or_default();
            tenant.bells.message(session, seq);
            Ok((seq, committed.repeat))
        })
        .await?
    }

    /// Messages after a place, oldest first.
    pub(super) async fn transcript(&self, session: SessionId, after: Seq, limit: usize) -> Result<Vec<(Seq, Message)>, Refusal> {
        let entries = self.store.messages(&self.id, session, after, limit.clamp(1, MESSAGES)).await;
        let entries = entries.map_err(|error| self.failed(&error))?;
        entries
            .into_iter()
            .map(|entry| {
                let message = Message::decode(&entry.body).map_err(|_| Refusal::new(Reason::Internal, "a message cannot be read"))?;
                Ok((entry.seq, message))
            })
            .collect()
    }
}

/// The last change goes first; the id makes it one order.
const fn place_in_list(row: &Matter) -> (Reverse<Time>, SessionId) {
    (Reverse(row.updated), row.session)
}

/// The row that a page token names: the last of the page before.
fn place_of(token: &str) -> Result<(Reverse<Time>, SessionId), Refusal> {
    let named = token.split_once('.').and_then(|(at, session)| Some((Reverse(Time(at.parse().ok()?)), session.parse().ok()?)));
    named.ok_or_else(|| Refusal::new(Reason::InvalidArgument, "page_token is not a token of this service").about("field", "page_token"))
}

/// What tells a repeat from something else that is said. The leg is no part of it: a customer whose page was lost in between
/// repeats on another one.
fn print_of(session: SessionId, from: &Speaker, body: &MessageBody) -> u64 {
    let agent = match from {
        Speaker::Agent(agent) => Some(agent),
        Speaker::Customer(..) | Speaker::House => None,
    };
    fingerprint(&(session, agent, body))
}

fn may_speak(read: &Read, leg: LegId) -> Result<(), Refusal> {
    takes_messages(read)?;
    if let Standing::Suspended(_) = &read.session.standing {
        return Err(Refusal::new(Reason::SessionSuspended, "the session is suspended; resume it first"));
    }
    if read.session.talk_is_over(read.line.as_ref()) {
        return Err(Refusal::new(Reason::WrongMoment, "the talk is over and nobody would read this; ask for a person again"));
    }
    match read.session.leg(leg) {
        Some(leg) if !matches!(leg.standing, LegStanding::Ended { .. }) => Ok(()),
        Some(_) => Err(Refusal::new(Reason::WrongMoment, "the leg is over; attach again")),
        None => Err(Refusal::new(Reason::NotFound, "there is no such leg")),
    }
}

/// Whether the session still takes messages: it is not over, and its transcript is not full.
pub(super) fn takes_messages(read: &Read) -> Result<(), Refusal> {
    match &read.session.standing {
        Standing::Active | Standing::Suspended(_) => {}
        Standing::Closed { .. } => return Err(Refusal::new(Reason::SessionClosed, "the session is closed")),
        Standing::Expired { .. } => return Err(Refusal::new(Reason::SessionExpired, "the session's time is over")),
    }
    if read.stored.last_message.0 < TRANSCRIPT {
        return Ok(());
    }
    let full = Refusal::new(Reason::LimitExceeded, format!("a transcript is limited to {TRANSCRIPT} messages"));
    Err(full.about("limit", "transcript_messages").about("most", TRANSCRIPT.to_string()))
}

/// Whether a message may go into a transcript.
fn check_body(tenant: &Tenant, body: &MessageBody) -> Result<(), Refusal> {
    match body {
        MessageBody::Text(text) => limits::check_text(text.reveal()),
        MessageBody::QuickReplies { text, replies } => {
            limits::check_text(text.reveal())?;
            limits::within("text_bytes", replies.iter().map(String::len).sum(), limits::TEXT_BYTES)
        }
        MessageBody::File { url, name, media_type, .. } => {
            limits::within("word_bytes", name.reveal().len().max(media_type.len()), limits::WORD_BYTES)?;
            if crate::connect::is_allowed(url.reveal(), &tenant.hosts) {
                return Ok(());
            }
            Err(Refusal::new(Reason::InvalidArgument, "files come by https from the tenant's own hosts").about("field", "url"))
        }
        MessageBody::Notice { .. } => Err(Refusal::new(Reason::InvalidArgument, "notices are the house's own")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::tests::harness::{Caller, memory, open};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn matters_go_by_their_last_change_over_all_pages() {
        let house = open(&memory()).await;
        let mut begun = Vec::new();
        for _ in 0..5 {
            begun.push(Caller::start(&house, "cy").await);
        }
        let clock = &house.tenant(&begun[0].who).unwrap().clock;
        let mut order: Vec<SessionId> = Vec::new();
        // The third, then the first, and so on: neither the order of their beginnings nor that of their ids.
        for n in [2, 0, 4, 1, 3] {
            let before = clock.now();
            while clock.now() == before {
                tokio::task::yield_now().await;
            }
            begun[n].order(Command::Consent(begun[n].leg, "recording".into(), true)).await.unwrap();
            order.insert(0, begun[n].session);
        }
        let (mut told, mut page) = (Vec::new(), None);
        loop {
            let matters = house.matters(&begun[0].who, 2, page.as_deref()).await.unwrap();
            told.extend(matters.rows.iter().map(|row| row.session));
            match matters.next {
                Some(next) => page = Some(next),
                None => break,
            }
        }
        assert_eq!(told, order);
        for token in ["", "7", "7.x", &begun[0].session.to_string()] {
            assert_eq!(house.matters(&begun[0].who, 2, Some(token)).await.unwrap_err().reason, Reason::InvalidArgument, "{token}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_transcript_is_full_at_its_limit() {
        let house = open(&memory()).await;
        let cy = Caller::start(&house, "cy").await;
        let tenant = house.tenant(&cy.who).unwrap();
        let mut read = tenant.read(cy.session).await.unwrap().unwrap();
        read.stored.last_message = Seq(TRANSCRIPT - 1);
        assert_eq!(may_speak(&read, cy.leg), Ok(()));
        read.stored.last_message = Seq(TRANSCRIPT);
        let full = may_speak(&read, cy.leg).unwrap_err();
        assert_eq!(full.reason, Reason::LimitExceeded);
        assert_eq!(takes_messages(&read).unwrap_err().reason, Reason::LimitExceeded, "for those at desks, too");
    }
}
