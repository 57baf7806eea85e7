//! Looks at everything from outside after a restart, as customers and agents would.

use crate::check::{self, Found, FoundDesk};
use crate::customer::Person;
use crate::history::{Deed, History, is_over, is_suspended, stopped_by_wish, waits_since};
use crate::product::At;
use crate::seat::Seat;
use segue_proto::client::Customer;
use segue_proto::types::v1::{SessionView, message_body, prompt};
use std::collections::{BTreeMap, BTreeSet};

/// How many sessions of each customer are looked at: the newest; at the end all.
const NEWEST: usize = 2;

/// What does not fit the history.
pub(crate) async fn look(at: At, history: &History, customers: &[Person], agents: &[Seat], all: bool) -> Vec<String> {
    let deeds = history.deeds();
    let mut wrong: Vec<String> = customers.iter().flat_map(|person| person.otherwise.clone()).collect();
    for person in customers {
        let mut app = at.app(&person.name).await.expect("the daemon serves");
        let listed = matters(&mut app).await;
        let own = sessions_of(&person.name, &deeds);
        let newest = if all { own.len() } else { NEWEST.min(own.len()) };
        for id in own.into_iter().rev().take(newest) {
            let found = session(&mut app, &id, listed.contains(&id)).await;
            wrong.extend(check::session(&id, &deeds, found.as_ref()));
        }
    }
    let mut desks = Vec::new();
    for seat in agents {
        desks.push(desk(at, seat).await);
    }
    wrong.extend(check::desks(&deeds, &desks));
    wrong
}

/// The sessions that a customer did anything in, oldest first: whether the house lists them or not, for it may have lost them.
pub(crate) fn sessions_of(name: &str, deeds: &[Deed]) -> Vec<String> {
    let mut own: Vec<String> = Vec::new();
    for deed in deeds {
        if deed.by == name && !deed.session.is_empty() && !own.contains(&deed.session) {
            own.push(deed.session.clone());
        }
    }
    own
}

async fn matters(app: &mut Customer) -> BTreeSet<String> {
    let (mut found, mut page_token) = (BTreeSet::new(), String::new());
    loop {
        let request = segue_proto::app::v1::ListMattersRequest { page_size: 100, page_token };
        let page = app.calls.list_matters(request).await.expect("matters are listed").into_inner();
        found.extend(page.matters.into_iter().map(|matter| matter.session_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return found;
        }
    }
}

async fn session(app: &mut Customer, id: &str, listed: bool) -> Option<Found> {
    let view = app.look(id).await.ok()?;
    let mut messages = Vec::new();
    loop {
        let after = messages.last().map_or(0, |(number, _)| *number);
        let page = app.messages(id, after).await.expect("messages are listed");
        if page.is_empty() {
            break;
        }
        messages.extend(page.into_iter().map(|message| {
            let words = match message.body.and_then(|body| body.kind) {
                Some(message_body::Kind::Text(text)) => Some(text.text),
                _ => None,
            };
            (message.sequence, words)
        }));
    }
    Some(Found {
        version: view.version,
        standing: standing(&view),
        answers: answers(&view),
        messages,
        closed: is_over(&view),
        suspended: is_suspended(&view),
        by_wish: stopped_by_wish(&view),
        since: waits_since(&view),
        listed,
    })
}

/// How it stands, in words: the wire's own types show nothing of what they hold.
fn standing(view: &SessionView) -> String {
    use segue_proto::types::v1::{phase::Kind as Phase, standing::Kind as Standing};
    let standing = match view.standing.as_ref().and_then(|standing| standing.kind.as_ref()) {
        Some(Standing::Active(_)) => "active",
        Some(Standing::Suspended(suspension)) => suspension.cause().as_str_name(),
        Some(Standing::Closed(closure)) => closure.outcome.as_str(),
        Some(Standing::Expired(_)) => "expired",
        None => "nowhere",
    };
    let phase = match view.line.as_ref().and_then(|line| line.phase.as_ref()).and_then(|phase| phase.kind.as_ref()) {
        Some(Phase::Waiting(_)) => "waiting",
        Some(Phase::Offered(_)) => "offered",
        Some(Phase::Assigned(_)) => "assigned",
        Some(Phase::WrappingUp(_)) => "wrapping up",
        Some(Phase::Suspended(_)) => "its place kept",
        Some(Phase::Ended(_)) => "ended",
        Some(Phase::Refused(_)) => "refused",
        None => "in no line",
    };
    format!("{standing}, {phase}")
}

fn answers(view: &SessionView) -> BTreeMap<String, String> {
    let Some(prompt::Kind::Form(form)) = view.prompt.as_ref().and_then(|prompt| prompt.kind.as_ref()) else { return BTreeMap::new() };
    form.fields.iter().filter_map(|field| Some((field.field_id.clone(), field.value.clone()?))).collect()
}

async fn desk(at: At, seat: &Seat) -> FoundDesk {
    let desk = at.desk(&seat.name, None).await.expect("the desk opens");
    let screen = desk.vanish();
    FoundDesk {
        agent: seat.name.clone(),
        offered: screen.offers.into_values().map(|offer| offer.interaction_id).collect(),
        held: screen.held.into_iter().map(|(id, held)| (id, held.wrapping_up)).collect(),
        seen: seat.seen.clone(),
    }
}
