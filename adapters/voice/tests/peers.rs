//! Calls with SIPp, which is nobody's idea of ours: it calls, and is called, over datagrams and over streams.

#![expect(clippy::unwrap_used, reason = "tests")]

use segue_adapter_kit::NoMeter;
use segue_adapter_voice::dialog::{Calling, Dialog};
use segue_adapter_voice::message::{Method, Name};
use segue_adapter_voice::stack::{AskedNews, Hop, Settings, Stack};
use segue_adapter_voice::transport::Transport;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);
const CALLS: usize = 50;

fn any() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

async fn stack() -> Arc<Stack> {
    let settings = Settings { udp: vec![any()], tcp: vec![any()], ..Settings::default() };
    Arc::new(Stack::listen(settings, Arc::new(NoMeter)).await.unwrap())
}

fn at(stack: &Stack, transport: Transport) -> SocketAddr {
    stack.addresses().iter().find(|(of, _)| *of == transport).unwrap().1
}

/// SIPp with one of its own scenarios, in a folder of its own, which it may fill with logs.
fn sipp(folder: &tempfile::TempDir, transport: Transport, more: &[&str]) -> Child {
    let over = if transport == Transport::Udp { "u1" } else { "t1" };
    let mut command = Command::new("sipp");
    command.args(["-i", "127.0.0.1", "-nostdin", "-t", over]).args(more).current_dir(folder.path());
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("sipp, which scripts/tools.sh installs: {error}"))
}

#[tokio::test]
async fn it_calls_us() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let stack = stack().await;
        let taking = Arc::clone(&stack);
        let taken = tokio::spawn(async move {
            let mut ended = BTreeSet::new();
            while ended.len() < CALLS {
                let mut asked = taking.next().await.unwrap();
                let contact = format!("sip:us@{}", at(&taking, transport));
                match asked.request.method {
                    Method::Invite => {
                        let dialog = Dialog::invited(&asked.request, &asked.tag, &contact).unwrap();
                        asked.answer(dialog.answer(&asked.request, 180)).await.unwrap();
                        asked.answer(dialog.answer(&asked.request, 200)).await.unwrap();
                        tokio::spawn(async move { assert!(matches!(asked.next().await, Some(AskedNews::Acked(_)))) });
                    }
                    Method::Bye => {
                        ended.insert(asked.request.fields.first(&Name::CallId).unwrap().to_owned());
                        asked.answer(asked.reply(200)).await.unwrap();
                    }
                    method => panic!("{method} from SIPp"),
                }
            }
            taking
        });
        let folder = tempfile::tempdir().unwrap();
        let (calls, target) = (CALLS.to_string(), at(&stack, transport).to_string());
        let mut sipp = sipp(&folder, transport, &["-sn", "uac", "-m", &calls, "-r", "50", "-d", "10", &target]);
        let status = timeout(PATIENCE, sipp.wait()).await.unwrap().unwrap();
        assert!(status.success(), "over {transport}: {status}");
        timeout(PATIENCE, taken).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn we_call_it() {
    let stack = stack().await;
    for transport in [Transport::Udp, Transport::Tcp] {
        // A port that was free a moment ago; SIPp takes no other way to find one and say which.
        let port = std::net::TcpListener::bind(any()).unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let _sipp = sipp(&folder, transport, &["-sn", "uas", "-p", &port.to_string()]);
        let peer = SocketAddr::from(([127, 0, 0, 1], port));
        for call in 0..CALLS {
            let call = format!("{transport}-{call}");
            let hop = Hop::Address { transport, peer, name: None };
            let begun = std::time::Instant::now();
            // It takes a while to be there. Datagrams are repeated until then; a connection that is refused is no answer.
            while !talk(&stack, calling(&stack, transport, peer, &call), hop.clone(), &call).await {
                assert!(begun.elapsed() < PATIENCE, "{call}: SIPp is not there");
                tokio::task::yield_now().await;
            }
        }
    }
}

fn calling(stack: &Stack, transport: Transport, peer: SocketAddr, call: &str) -> Dialog {
    Dialog::calling(Calling {
        uri: format!("sip:service@{peer}"),
        from: "<sip:segue@127.0.0.1>".to_owned(),
        contact: format!("sip:segue@{}", at(stack, transport)),
        call: call.to_owned(),
        tag: "ours".to_owned(),
        routes: Vec::new(),
    })
}

/// Calls, talks for no time, hangs up. `false` where nobody answers.
async fn talk(stack: &Stack, mut half: Dialog, hop: Hop, call: &str) -> bool {
    let mut asking = stack.ask(half.invite(), hop.clone()).await.unwrap();
    let taken = loop {
        let Some(answer) = timeout(PATIENCE, asking.next()).await.unwrap() else { return false };
        if answer.is_final() {
            break answer;
        }
        assert_eq!(answer.code, 180, "{call}");
    };
    assert_eq!(taken.code, 200, "{call}");
    let mut dialog = half.settled_by(&taken).unwrap();
    asking.acknowledge(dialog.ack(half.number()), Some(hop.clone()));
    let mut bye = stack.ask(dialog.request(Method::Bye), hop).await.unwrap();
    assert_eq!(timeout(PATIENCE, bye.next()).await.unwrap().unwrap().code, 200, "{call}");
    true
}
