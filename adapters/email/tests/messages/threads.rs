//! Which session a message belongs to: a token of ours and nothing else leads there.

use crate::view::ours;
use segue_adapter_email::mail::{Address, Limits, read};
use segue_adapter_email::thread::{Place, message_id, place, reply_address};
use segue_session::handle::Token;
use segue_session::{HandleKind, Keys, Private, SessionId, TenantId, Time};
use uuid::Uuid;

const NOW: Time = Time(1_800_000_000_000);
const SESSION: SessionId = SessionId(Uuid::from_u128(42));

fn keys(tenant: &str) -> Keys {
    Keys::derive(b"an example of a secret, 32 bytes", &TenantId::new(tenant))
}

fn token(tenant: &str, kind: HandleKind) -> Private<String> {
    let keys = keys(tenant);
    Token::new(&keys, Uuid::from_u128(7), kind, SESSION, Time(NOW.0 + 60_000), &[]).text(&keys)
}

fn ours_is(address: &str) -> Address {
    Address::parse(address).unwrap()
}

fn placed_at(fields: &str, now: Time) -> Place {
    let raw = format!("From: ana@customer.example\n{fields}\n\nHello").replace('\n', "\r\n");
    place(&read(raw.as_bytes(), &ours(), &Limits::default()).unwrap(), &ours(), &keys("acme"), now)
}

fn placed(fields: &str) -> Place {
    placed_at(fields, NOW)
}

#[test]
fn a_token_leads_to_its_session_by_each_way_it_can_come_back() {
    let token = token("acme", HandleKind::Reply);
    let here = Place::Session { session: SESSION, token: token.clone() };
    let address = reply_address(&ours_is("help@acme.example"), &token).unwrap();
    let id = message_id(&token, Uuid::from_u128(9), "acme.example");
    for name in ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"] {
        assert_eq!(placed(&format!("{name}: Help <{}>", address.reveal())), here, "{name}");
    }
    assert_eq!(placed(&format!("In-Reply-To: <{id}>")), here);
    assert_eq!(placed(&format!("References: <first@elsewhere.example>\n <{id}>\n <last@customer.example>")), here);
    let elsewhere = token_of("acme", SessionId(Uuid::from_u128(43)));
    let other = message_id(&elsewhere, Uuid::from_u128(9), "acme.example");
    assert_eq!(placed(&format!("To: {}\nIn-Reply-To: <{other}>", address.reveal())), here, "the address goes before the ids");
}

fn token_of(tenant: &str, session: SessionId) -> Private<String> {
    let keys = keys(tenant);
    Token::new(&keys, Uuid::from_u128(8), HandleKind::Reply, session, Time(NOW.0 + 60_000), &[]).text(&keys)
}

#[test]
fn what_is_forged_over_or_anothers_leads_nowhere() {
    let good = token("acme", HandleKind::Reply);
    let id = |token: &str| format!("{token}.{}@acme.example", Uuid::from_u128(9).simple());
    let follows = |id: &str| Place::Follows(vec![id.to_owned()]);
    let other_tenant = id(token("other", HandleKind::Reply).reveal());
    assert_eq!(placed(&format!("In-Reply-To: <{other_tenant}>")), follows(&other_tenant), "another tenant's");
    let link = id(token("acme", HandleKind::SipReference).reveal());
    assert_eq!(placed(&format!("In-Reply-To: <{link}>")), follows(&link), "a handle of another kind");
    let mut changed = good.reveal().clone().into_bytes();
    changed[20] ^= 1;
    let changed = id(&String::from_utf8(changed).unwrap());
    assert_eq!(placed(&format!("In-Reply-To: <{changed}>")), follows(&changed), "a changed one");
    let right = id(good.reveal());
    assert_eq!(placed_at(&format!("In-Reply-To: <{right}>"), Time(NOW.0 + 60_000)), follows(&right), "one that is over");
    let address = format!("nobody+{}@acme.example", good.reveal());
    assert_eq!(placed(&format!("To: {address}")), Place::New, "to no mailbox of ours");
    assert_eq!(placed(&format!("Subject: {}", good.reveal())), Place::New, "a subject leads nowhere");
    assert_eq!(placed("Subject: Re: Your matter"), Place::New);
    assert_eq!(placed("References: <one@acme.example> <two@acme.example>"), {
        Place::Follows(vec!["two@acme.example".to_owned(), "one@acme.example".to_owned()])
    });
}

#[test]
fn a_guess_has_few_tries() {
    let good = message_id(&token("acme", HandleKind::Reply), Uuid::from_u128(9), "acme.example");
    let guesses: String = (0..8).map(|n| format!("<{n:048}.{n:032}@acme.example> ")).collect();
    // The newest is looked at first.
    assert!(matches!(placed(&format!("References: {guesses}<{good}>")), Place::Session { .. }));
    assert!(matches!(placed(&format!("References: <{good}> {guesses}")), Place::Follows(_)));
}

#[test]
fn the_token_fits_an_address_with_a_name_of_fifteen() {
    let token = token("acme", HandleKind::Reply);
    let fits = reply_address(&ours_is("customer-caring@acme.example"), &token).unwrap();
    assert_eq!(fits.local().len(), 64);
    assert_eq!(reply_address(&ours_is("customer-service@acme.example"), &token), None);
}
