use super::*;
use crate::ingress::{Framing, judge};
use crate::transport::Transport;
use proptest::prelude::*;
use rand::SeedableRng;

/// Transactions in told time, and what they said last.
struct World {
    now: Instant,
    transactions: Transactions,
    out: Vec<Happening>,
    flow: Flow,
}

impl World {
    fn over(transport: Transport) -> Self {
        let flow = Flow { transport, socket: 0, peer: "192.0.2.7:5060".parse().unwrap() };
        let transactions = Transactions::new(Limits { transactions: 3 }, StdRng::seed_from_u64(1));
        Self { now: Instant::now(), transactions, out: Vec::new(), flow }
    }

    fn message(text: &str) -> Message {
        judge(&Bytes::copy_from_slice(text.as_bytes()), Framing::Stream, "192.0.2.7:5060".parse().unwrap()).unwrap()
    }

    fn comes(&mut self, text: &str) -> Vec<Happening> {
        self.transactions.received(self.now, Self::message(text), self.flow, &mut self.out);
        std::mem::take(&mut self.out)
    }

    /// What the time that passes brings: when, in milliseconds, and what.
    fn passes(&mut self, time: Duration) -> Vec<(u128, Happening)> {
        let (begin, end) = (self.now, self.now + time);
        let mut happened = Vec::new();
        while let Some(due) = self.transactions.deadline().filter(|due| *due <= end) {
            self.now = due;
            self.transactions.tick(due, &mut self.out);
            happened.extend(self.out.drain(..).map(|what| ((due - begin).as_millis(), what)));
        }
        self.now = end;
        happened
    }

    fn answers(&mut self, id: ServerId, code: u16) -> Vec<Happening> {
        let answer = self.transactions.answer_to(id, code).unwrap();
        self.transactions.respond(self.now, id, answer, &mut self.out).unwrap();
        std::mem::take(&mut self.out)
    }

    fn asks(&mut self, method: &str) -> (ClientId, String) {
        let Message::Request(mut request) = Self::message(&asking(method, "x", "")) else { panic!("no request") };
        let branch = self.transactions.branch();
        request.fields.set(crate::message::Name::Via, format!("SIP/2.0/UDP us;branch={branch}"));
        let id = self.transactions.request(self.now, &branch, request, self.flow, &mut self.out).unwrap();
        self.out.clear();
        (id, branch)
    }
}

fn asking(method: &str, branch: &str, to: &str) -> String {
    let number = if method == "BYE" { 2 } else { 1 };
    format!(
        "{method} sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\nFrom: <sip:a@h>;tag=1\r\n\
         To: <sip:b@h>{to}\r\nCall-ID: one\r\nCSeq: {number} {method}\r\nContent-Length: 0\r\n\r\n"
    )
}

fn answering(code: u16, branch: &str, method: &str, tag: &str) -> String {
    format!(
        "SIP/2.0 {code} So\r\nVia: SIP/2.0/UDP us;branch={branch}\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag={tag}\r\n\
         Call-ID: one\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
    )
}

fn asked(happened: &[Happening]) -> Option<ServerId> {
    happened.iter().find_map(|what| if let Happening::Asked { id, .. } = what { Some(*id) } else { None })
}

/// The first lines of what is sent, and the rest by name.
fn told(happened: &[Happening]) -> Vec<String> {
    let line = |octets: &Bytes| String::from_utf8_lossy(octets).split("\r\n").next().unwrap_or_default().to_owned();
    happened
        .iter()
        .map(|what| match what {
            Happening::Send(_, octets) => line(octets),
            Happening::Asked { request, .. } => format!("asked {}", request.method),
            Happening::Answered(_, response) => format!("answered {}", response.code),
            Happening::Acked(..) => "acked".to_owned(),
            Happening::Cancelled(_) => "cancelled".to_owned(),
            Happening::Unacknowledged(_) => "unacknowledged".to_owned(),
            Happening::Unanswered(_) => "unanswered".to_owned(),
            Happening::Forgotten(_) => "forgotten".to_owned(),
        })
        .collect()
}

fn told_at(happened: Vec<(u128, Happening)>) -> Vec<(u128, String)> {
    happened.into_iter().map(|(at, what)| (at, told(&[what]).remove(0))).collect()
}

fn tag_in(happened: &[Happening]) -> String {
    let Some(Happening::Send(_, octets)) = happened.first() else { panic!("nothing sent") };
    let text = String::from_utf8_lossy(octets).into_owned();
    text.split("To: <sip:b@h>").nth(1).unwrap().split("\r\n").next().unwrap().to_owned()
}

#[test]
fn a_repeated_call_gets_the_last_answer_and_begins_nothing() {
    let mut world = World::over(Transport::Udp);
    let first = world.comes(&asking("INVITE", "a", ""));
    assert_eq!(told(&first), ["SIP/2.0 100 Trying", "asked INVITE"]);
    assert_eq!(told(&world.comes(&asking("INVITE", "a", ""))), ["SIP/2.0 100 Trying"]);
    let id = asked(&first).unwrap();
    let ringing = world.answers(id, 180);
    assert_eq!(told(&ringing), ["SIP/2.0 180 Ringing"]);
    let again = world.comes(&asking("INVITE", "a", ""));
    assert_eq!(tag_in(&again), tag_in(&ringing));
}

#[test]
fn a_refusal_is_repeated_until_it_is_acknowledged() {
    let mut world = World::over(Transport::Udp);
    let id = asked(&world.comes(&asking("INVITE", "a", ""))).unwrap();
    let busy = world.answers(id, 486);
    let at: Vec<u128> = told_at(world.passes(Duration::from_secs(12))).into_iter().map(|(at, _)| at).collect();
    assert_eq!(at, [500, 1500, 3500, 7500, 11_500]);
    assert_eq!(world.comes(&asking("ACK", "a", &tag_in(&busy))), []);
    assert_eq!(world.passes(T4), []);
    assert!(world.transactions.is_empty());
}

#[test]
fn a_call_that_is_taken_is_acknowledged_by_dialog_once() {
    let mut world = World::over(Transport::Tcp);
    let id = asked(&world.comes(&asking("INVITE", "a", ""))).unwrap();
    let tag = tag_in(&world.answers(id, 200));
    assert_eq!(told_at(world.passes(T1)), [(500, "SIP/2.0 200 OK".to_owned())]);
    let another = asking("ACK", "b", ";tag=other");
    assert_eq!(world.comes(&another), []);
    assert_eq!(told(&world.comes(&asking("ACK", "b", &tag))), ["acked"]);
    assert_eq!(world.comes(&asking("ACK", "c", &tag)), []);
    assert_eq!(world.passes(PATIENCE), []);
    assert!(world.transactions.is_empty());
}

#[test]
fn a_call_that_nobody_acknowledges_is_told() {
    let mut world = World::over(Transport::Udp);
    let id = asked(&world.comes(&asking("INVITE", "a", ""))).unwrap();
    world.answers(id, 200);
    let happened = told_at(world.passes(PATIENCE));
    assert_eq!(happened.last().unwrap(), &(32_000, "unacknowledged".to_owned()));
    assert!(world.transactions.is_empty());
}

#[test]
fn a_cancel_counts_until_the_call_is_answered() {
    let mut world = World::over(Transport::Udp);
    assert_eq!(told(&world.comes(&asking("CANCEL", "z", ""))), ["SIP/2.0 481 Call/Transaction Does Not Exist"]);
    let id = asked(&world.comes(&asking("INVITE", "a", ""))).unwrap();
    let happened = world.comes(&asking("CANCEL", "a", ""));
    assert_eq!(told(&happened), ["SIP/2.0 200 OK", "cancelled"]);
    assert_eq!(told(&world.comes(&asking("CANCEL", "a", ""))), ["SIP/2.0 200 OK"]);
    // The answer to both has one tag (RFC 3261, section 9.2).
    assert_eq!(tag_in(&world.answers(id, 487)), tag_in(&happened));

    let mut late = World::over(Transport::Udp);
    let id = asked(&late.comes(&asking("INVITE", "a", ""))).unwrap();
    late.answers(id, 200);
    assert_eq!(told(&late.comes(&asking("CANCEL", "a", ""))), ["SIP/2.0 200 OK"]);
}

#[test]
fn a_call_of_ours_is_repeated_then_given_up() {
    let mut world = World::over(Transport::Udp);
    world.asks("INVITE");
    let happened = told_at(world.passes(PATIENCE));
    let at: Vec<u128> = happened.iter().map(|(at, _)| *at).collect();
    assert_eq!(at, [500, 1500, 3500, 7500, 15_500, 31_500, 32_000, 32_000]);
    assert_eq!(happened[6].1, "unanswered");
    assert!(world.transactions.is_empty());
}

#[test]
fn a_refusal_of_a_call_of_ours_is_acknowledged_each_time() {
    let mut world = World::over(Transport::Udp);
    let (_, branch) = world.asks("INVITE");
    let busy = answering(486, &branch, "INVITE", "t");
    let happened = world.comes(&busy);
    assert_eq!(told(&happened), ["ACK sip:b@h SIP/2.0", "answered 486"]);
    let Happening::Send(_, ack) = &happened[0] else { panic!("no ACK") };
    let ack = String::from_utf8_lossy(ack).into_owned();
    assert!(ack.contains(&branch) && ack.contains("To: <sip:b@h>;tag=t\r\n") && ack.contains("CSeq: 1 ACK"), "{ack}");
    assert_eq!(told(&world.comes(&busy)), ["ACK sip:b@h SIP/2.0"]);
    assert_eq!(told_at(world.passes(PATIENCE)), [(32_000, "forgotten".to_owned())]);
}

#[test]
fn a_call_of_ours_that_is_taken_twice_is_told_twice() {
    let mut world = World::over(Transport::Udp);
    let (id, branch) = world.asks("INVITE");
    assert_eq!(told(&world.comes(&answering(200, &branch, "INVITE", "one"))), ["answered 200"]);
    let Message::Request(ack) = World::message(&asking("ACK", "k", ";tag=one")) else { panic!("no request") };
    world.transactions.acknowledge(id, &ack, world.flow, &mut world.out);
    world.out.clear();
    assert_eq!(told(&world.comes(&answering(200, &branch, "INVITE", "one"))), ["ACK sip:b@h SIP/2.0"]);
    assert_eq!(told(&world.comes(&answering(200, &branch, "INVITE", "two"))), ["answered 200"]);
}

#[test]
fn letting_go_waits_for_a_first_answer() {
    let mut world = World::over(Transport::Udp);
    let (id, branch) = world.asks("INVITE");
    world.transactions.cancel(world.now, id, &mut world.out);
    assert_eq!(world.out, []);
    assert_eq!(told(&world.comes(&answering(180, &branch, "INVITE", "t"))), ["CANCEL sip:b@h SIP/2.0", "answered 180"]);
    assert_eq!(world.comes(&answering(200, &branch, "CANCEL", "t")), []);
    assert_eq!(told(&world.comes(&answering(487, &branch, "INVITE", "t"))), ["ACK sip:b@h SIP/2.0", "answered 487"]);
    world.passes(PATIENCE);
    assert!(world.transactions.is_empty());
}

#[test]
fn a_call_of_ours_that_rings_for_ever_is_let_go() {
    let mut world = World::over(Transport::Udp);
    let (_, branch) = world.asks("INVITE");
    world.comes(&answering(180, &branch, "INVITE", "t"));
    let happened = told_at(world.passes(LONGEST_RING));
    assert_eq!(happened, [(180_000, "CANCEL sip:b@h SIP/2.0".to_owned())]);
    let happened = told_at(world.passes(PATIENCE));
    assert!(happened.iter().any(|(_, what)| what == "unanswered"), "{happened:?}");
    assert!(world.transactions.is_empty());
}

#[test]
fn streams_repeat_nothing_and_forget_at_once() {
    let mut world = World::over(Transport::Tls);
    let (_, branch) = world.asks("BYE");
    assert_eq!(world.passes(T2), []);
    assert_eq!(told(&world.comes(&answering(200, &branch, "BYE", "t"))), ["answered 200", "forgotten"]);
    let id = asked(&world.comes(&asking("BYE", "a", ""))).unwrap();
    world.answers(id, 200);
    assert!(world.transactions.is_empty());

    world.asks("BYE");
    world.transactions.unreachable(world.flow, &mut world.out);
    assert_eq!(told(&world.out), ["unanswered", "forgotten"]);
}

#[test]
fn there_are_as_many_as_there_may_be() {
    let mut world = World::over(Transport::Udp);
    for branch in ["a", "b", "c"] {
        assert!(asked(&world.comes(&asking("INVITE", branch, ""))).is_some());
        world.asks("BYE");
    }
    let refused = world.comes(&asking("INVITE", "d", ""));
    assert_eq!(told(&refused), ["SIP/2.0 503 Service Unavailable"]);
    assert_eq!(tag_in(&refused), tag_in(&world.comes(&asking("INVITE", "d", ""))));
    let Message::Request(request) = World::message(&asking("BYE", "x", "")) else { panic!("no request") };
    let refused = world.transactions.request(world.now, "x", request, world.flow, &mut world.out);
    assert_eq!(refused, Err(Error::Full));
}

/// One thing that may happen from outside.
#[derive(Clone, Debug)]
enum Outside {
    Request(&'static str, &'static str),
    Answer(u16),
    Ours(&'static str),
    Response(u16),
    Cancel,
    Time(u64),
    Gone,
}

fn outside() -> impl Strategy<Value = Outside> {
    let method = prop::sample::select(vec!["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS"]);
    let branch = prop::sample::select(vec!["a", "b"]);
    let code = prop::sample::select(vec![100u16, 180, 200, 302, 486, 503]);
    prop_oneof![
        (method, branch).prop_map(|(method, branch)| Outside::Request(method, branch)),
        code.clone().prop_map(Outside::Answer),
        prop::sample::select(vec!["INVITE", "BYE"]).prop_map(Outside::Ours),
        code.prop_map(Outside::Response),
        Just(Outside::Cancel),
        (0u64..40_000).prop_map(Outside::Time),
        Just(Outside::Gone),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_every_transaction_ends(reliable in any::<bool>(), steps in prop::collection::vec(outside(), 0..60)) {
        let mut world = World::over(if reliable { Transport::Tcp } else { Transport::Udp });
        let (mut servers, mut ours, mut named) = (Vec::new(), Vec::new(), std::collections::BTreeSet::new());
        for step in steps {
            let happened = match step {
                Outside::Request(method, branch) => world.comes(&asking(method, branch, "")),
                Outside::Answer(code) => match servers.last().map(|id| (*id, world.transactions.answer_to(*id, code))) {
                    Some((id, Ok(answer))) => {
                        world.transactions.respond(world.now, id, answer, &mut world.out).unwrap();
                        std::mem::take(&mut world.out)
                    }
                    _ => Vec::new(),
                },
                Outside::Ours(method) => {
                    if world.transactions.clients.len() < 3 {
                        let (id, branch) = world.asks(method);
                        ours.push((id, branch, method));
                    }
                    Vec::new()
                }
                Outside::Response(code) => match ours.last().cloned() {
                    Some((_, branch, method)) => world.comes(&answering(code, &branch, method, "t")),
                    None => Vec::new(),
                },
                Outside::Cancel => {
                    if let Some((id, ..)) = ours.last() {
                        world.transactions.cancel(world.now, *id, &mut world.out);
                    }
                    std::mem::take(&mut world.out)
                }
                Outside::Time(time) => world.passes(Duration::from_millis(time)).into_iter().map(|(_, what)| what).collect(),
                Outside::Gone => {
                    world.transactions.unreachable(world.flow, &mut world.out);
                    std::mem::take(&mut world.out)
                }
            };
            for what in &happened {
                if let Happening::Asked { id, .. } = what {
                    prop_assert!(named.insert(*id), "{id:?} was asked twice");
                    servers.push(*id);
                }
            }
            let orphans = world.transactions.servers.values().filter(|server| !server.is_bounded()).count();
            let calls = servers.iter().filter(|id| world.transactions.answer_to(**id, 500).is_ok()).count();
            prop_assert!(orphans <= calls, "a transaction has neither a deadline nor a call of ours");
        }
        for id in servers {
            if let Ok(answer) = world.transactions.answer_to(id, 500) {
                world.transactions.respond(world.now, id, answer, &mut world.out).unwrap();
            }
        }
        world.passes(LONGEST_RING + PATIENCE + PATIENCE);
        prop_assert!(world.transactions.is_empty());
        prop_assert!(world.transactions.server_keys.is_empty() && world.transactions.acks.is_empty() && world.transactions.client_keys.is_empty());
        prop_assert_eq!(world.transactions.deadline(), None);
    }
}
