//! The stack on real sockets: two of them talk, over each transport; what a peer does wrong costs it, and nobody else.

#![expect(clippy::unwrap_used, reason = "tests")]

use bytes::Bytes;
use segue_adapter_kit::NoMeter;
use segue_adapter_voice::message::{Fields, Method, Name, Request};
use segue_adapter_voice::stack::{Asked, AskedNews, Hop, Settings, Stack};
use segue_adapter_voice::transport::{GateSettings, Transport};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};

const PATIENCE: Duration = Duration::from_secs(20);

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.unwrap()
}

fn any() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// A certificate for the loopback, and who trusts it.
fn trust() -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let signed = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let key = PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()).into();
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let server = server.with_no_client_auth().with_single_cert(vec![signed.cert.der().clone()], key).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(signed.cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    (Arc::new(server), Arc::new(client.with_root_certificates(roots).with_no_client_auth()))
}

async fn stack() -> Stack {
    let (server, client) = trust();
    let settings =
        Settings { udp: vec![any()], tcp: vec![any()], tls: Some((any(), server)), tls_out: Some(client), ..Settings::default() };
    Stack::listen(settings, Arc::new(NoMeter)).await.unwrap()
}

fn at(stack: &Stack, transport: Transport) -> SocketAddr {
    stack.addresses().iter().find(|(of, _)| *of == transport).unwrap().1
}

fn hop(stack: &Stack, transport: Transport) -> Hop {
    Hop::Address { transport, peer: at(stack, transport), name: None }
}

fn request(method: Method, call: &str, to: &str) -> Request {
    let fields = Fields::default()
        .with(Name::MaxForwards, "70")
        .with(Name::From, "<sip:caller@127.0.0.1>;tag=ours")
        .with(Name::To, format!("<sip:callee@127.0.0.1>{to}"))
        .with(Name::CallId, call)
        .with(Name::CSeq, format!("1 {method}"));
    Request { method, uri: "sip:callee@127.0.0.1".to_owned(), fields, body: Bytes::new() }
}

async fn asked(stack: &Stack) -> Asked {
    soon(stack.next()).await.unwrap()
}

#[tokio::test]
async fn a_call_is_made_taken_and_acknowledged_over_each_transport() {
    // Both trust the one certificate, for both are the same machine.
    let (server, client) = trust();
    let settings = || Settings {
        udp: vec![any()],
        tcp: vec![any()],
        tls: Some((any(), Arc::clone(&server))),
        tls_out: Some(Arc::clone(&client)),
        ..Settings::default()
    };
    let caller = Stack::listen(settings(), Arc::new(NoMeter)).await.unwrap();
    let callee = Stack::listen(settings(), Arc::new(NoMeter)).await.unwrap();
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let mut asking = soon(caller.ask(request(Method::Invite, transport.as_str(), ""), hop(&callee, transport))).await.unwrap();
        let mut asked = asked(&callee).await;
        assert_eq!((asked.request.method, asked.flow.transport), (Method::Invite, transport));
        asked.answer(asked.reply(180)).await.unwrap();
        assert_eq!(soon(asking.next()).await.unwrap().code, 180);
        asked.answer(asked.reply(200)).await.unwrap();
        let taken = soon(asking.next()).await.unwrap();
        assert_eq!(taken.code, 200);
        let tag = format!(";tag={}", asked.tag);
        assert!(taken.fields.first(&Name::To).unwrap().ends_with(&tag));
        asking.acknowledge(request(Method::Ack, transport.as_str(), &tag), None);
        assert!(matches!(soon(asked.next()).await, Some(AskedNews::Acked(_))));
        assert!(asked.answer(asked.reply(486)).await.is_err(), "answered for good twice");
    }
}

#[tokio::test]
async fn who_lets_go_of_a_handle_lets_go_of_the_call() {
    let (caller, callee) = (stack().await, stack().await);
    let mut asking = caller.ask(request(Method::Invite, "dropped", ""), hop(&callee, Transport::Udp)).await.unwrap();
    drop(asked(&callee).await);
    assert_eq!(soon(asking.next()).await.unwrap().code, 500);

    let mut asking = caller.ask(request(Method::Invite, "cancelled", ""), hop(&callee, Transport::Udp)).await.unwrap();
    let mut asked = asked(&callee).await;
    asked.answer(asked.reply(180)).await.unwrap();
    assert_eq!(soon(asking.next()).await.unwrap().code, 180);
    drop(asking);
    assert_eq!(soon(asked.next()).await, Some(AskedNews::Cancelled));
    asked.answer(asked.reply(487)).await.unwrap();
}

#[tokio::test]
async fn a_stream_that_nobody_takes_is_no_answer() {
    let caller = stack().await;
    let closed = {
        let listener = std::net::TcpListener::bind(any()).unwrap();
        listener.local_addr().unwrap()
    };
    let hop = Hop::Address { transport: Transport::Tcp, peer: closed, name: None };
    let mut asking = caller.ask(request(Method::Options, "nobody", ""), hop).await.unwrap();
    assert_eq!(soon(asking.next()).await, None);
    assert_eq!(caller.transactions().await, 0);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_no_answer() {
    let (caller, callee) = (stack().await, stack().await);
    let mut asking = caller.ask(request(Method::Options, "untrusted", ""), hop(&callee, Transport::Tls)).await.unwrap();
    assert_eq!(soon(asking.next()).await, None);
}

#[tokio::test]
async fn a_source_that_floods_is_not_heard_and_trusted_peers_are() {
    let gate = |trusted| GateSettings { messages_per_source: 2, trusted, ..GateSettings::default() };
    for (trusted, heard) in [(vec![], 4), (vec!["127.0.0.1".parse().unwrap()], 20)] {
        let callee =
            Stack::listen(Settings { udp: vec![any()], gate: gate(trusted), ..Settings::default() }, Arc::new(NoMeter)).await.unwrap();
        let socket = UdpSocket::bind(any()).await.unwrap();
        for n in 0..20 {
            let text = format!(
                "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP pc;branch=z9hG4bK{n}\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n\
                 Call-ID: flood\r\nCSeq: {n} OPTIONS\r\n\r\n"
            );
            socket.send_to(text.as_bytes(), at(&callee, Transport::Udp)).await.unwrap();
        }
        for _ in 0..heard {
            let mut asked = asked(&callee).await;
            asked.answer(asked.reply(200)).await.unwrap();
        }
        // No more than was heard, were the bucket not to fill again meanwhile.
        assert!(callee.transactions().await <= heard + 2);
    }
}

#[tokio::test]
async fn a_stack_that_is_behind_refuses_new_calls_and_says_when_to_come_again() {
    let gate = GateSettings { behind: Duration::ZERO, ..GateSettings::default() };
    let callee = Stack::listen(Settings { udp: vec![any()], gate, ..Settings::default() }, Arc::new(NoMeter)).await.unwrap();
    let caller = stack().await;
    let mut asking = caller.ask(request(Method::Invite, "late", ""), hop(&callee, Transport::Udp)).await.unwrap();
    let refused = soon(asking.next()).await.unwrap();
    assert_eq!((refused.code, refused.fields.first(&Name::RetryAfter)), (503, Some("5")));
    // What belongs to a call that is there is served all the same.
    let mut asking = caller.ask(request(Method::Bye, "there", ";tag=theirs"), hop(&callee, Transport::Udp)).await.unwrap();
    let mut asked = asked(&callee).await;
    asked.answer(asked.reply(481)).await.unwrap();
    assert_eq!(soon(asking.next()).await.unwrap().code, 481);
}
