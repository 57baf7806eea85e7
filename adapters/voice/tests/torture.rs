//! The torture messages of RFC 4475 and RFC 5118, each with the answer it gets over UDP and over TCP.
//!
//! Whoever stands behind the stack here answers whatever comes in with 200, so that a 200 says: it came in.

#![expect(clippy::unwrap_used, reason = "tests")]

use bytes::Bytes;
use segue_adapter_kit::NoMeter;
use segue_adapter_voice::ingress::{Framing, judge};
use segue_adapter_voice::stack::{Settings, Stack};
use segue_adapter_voice::transport::Transport;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// What a message leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leads {
    /// It comes in.
    In,
    /// It comes in, and another behind it.
    Two,
    /// A refusal with this code.
    To(u16),
    /// The same; the stream is closed then, for where the next message begins is not known.
    Closes(u16),
    /// Nothing: it is an answer, which keeps the rules.
    Read,
    /// Nothing: it is an answer, and dropped.
    Dropped,
    /// Nothing yet: the stream ends before the message does.
    Waits,
}

use Leads::{Closes, Dropped, In, Read, To, Two, Waits};

/// Message, section, over UDP, over TCP.
const TABLE: &[(&str, &str, Leads, Leads)] = &[
    ("rfc4475/wsinv", "3.1.1.1", In, In),
    ("rfc4475/intmeth", "3.1.1.2", To(501), To(501)),
    ("rfc4475/esc01", "3.1.1.3", In, In),
    ("rfc4475/escnull", "3.1.1.4", In, In),
    ("rfc4475/esc02", "3.1.1.5", To(501), To(501)),
    ("rfc4475/lwsdisp", "3.1.1.6", In, In),
    ("rfc4475/longreq", "3.1.1.7", In, In),
    // In a datagram what follows the body is nothing; on a stream it is the next message.
    ("rfc4475/dblreq", "3.1.1.8", In, Two),
    ("rfc4475/semiuri", "3.1.1.9", In, In),
    ("rfc4475/transports", "3.1.1.10", In, In),
    ("rfc4475/mpart01", "3.1.1.11", In, In),
    ("rfc4475/unreason", "3.1.1.12", Read, Read),
    ("rfc4475/noreason", "3.1.1.13", Read, Read),
    ("rfc4475/badinv01", "3.1.2.1", To(400), To(400)),
    ("rfc4475/clerr", "3.1.2.2", To(400), Waits),
    ("rfc4475/ncl", "3.1.2.3", To(400), Closes(400)),
    ("rfc4475/scalar02", "3.1.2.4", To(400), To(400)),
    ("rfc4475/scalarlg", "3.1.2.5", Dropped, Dropped),
    ("rfc4475/quotbal", "3.1.2.6", To(400), To(400)),
    ("rfc4475/ltgtruri", "3.1.2.7", To(400), To(400)),
    ("rfc4475/lwsruri", "3.1.2.8", To(400), To(400)),
    ("rfc4475/lwsstart", "3.1.2.9", To(400), To(400)),
    ("rfc4475/trws", "3.1.2.10", To(400), To(400)),
    ("rfc4475/escruri", "3.1.2.11", To(400), To(400)),
    // The date is nothing that we use.
    ("rfc4475/baddate", "3.1.2.12", In, In),
    ("rfc4475/regbadct", "3.1.2.13", To(400), To(400)),
    ("rfc4475/badaspec", "3.1.2.14", To(400), To(400)),
    // The archive's octets lack the empty line: on a stream, the end is still to come.
    ("rfc4475/baddn", "3.1.2.15", To(400), Waits),
    ("rfc4475/baddn-terminated", "3.1.2.15", To(400), To(400)),
    ("rfc4475/badvers", "3.1.2.16", To(505), To(505)),
    ("rfc4475/mismatch01", "3.1.2.17", To(400), To(400)),
    ("rfc4475/mismatch02", "3.1.2.18", To(501), To(501)),
    ("rfc4475/bigcode", "3.1.2.19", Dropped, Dropped),
    // A branch without a name: refused without memory, not taken for another's.
    ("rfc4475/badbranch", "3.2.1", To(400), To(400)),
    ("rfc4475/insuf", "3.3.1", To(400), To(400)),
    ("rfc4475/unkscm", "3.3.2", To(416), To(416)),
    ("rfc4475/novelsc", "3.3.3", To(416), To(416)),
    ("rfc4475/unksm2", "3.3.4", To(400), To(400)),
    ("rfc4475/bext01", "3.3.5", To(420), To(420)),
    ("rfc4475/invut", "3.3.6", To(415), To(415)),
    ("rfc4475/regaut01", "3.3.7", In, In),
    ("rfc4475/multi01", "3.3.8", To(400), To(400)),
    ("rfc4475/mcl01", "3.3.9", To(400), Closes(400)),
    // An answer that came past somebody else.
    ("rfc4475/bcast", "3.3.10", Dropped, Dropped),
    // Zero hops left is no fault of a message that has arrived.
    ("rfc4475/zeromf", "3.3.11", In, In),
    ("rfc4475/cparam01", "3.3.12", In, In),
    ("rfc4475/cparam02", "3.3.13", In, In),
    ("rfc4475/regescrt", "3.3.14", In, In),
    ("rfc4475/sdp01", "3.3.15", To(406), To(406)),
    // As RFC 2543 had it: without a length, a datagram's body is the rest of it; a stream cannot be cut.
    ("rfc4475/inv2543", "3.4.1", In, Closes(400)),
    ("rfc5118/ipv6-good", "4.1", In, In),
    ("rfc5118/ipv6-bad", "4.2", To(400), To(400)),
    ("rfc5118/port-ambiguous", "4.3", In, In),
    ("rfc5118/port-unambiguous", "4.4", In, In),
    ("rfc5118/via-received-param-no-delim", "4.5", In, In),
    ("rfc5118/via-received-param-with-delim", "4.5", In, In),
    ("rfc5118/ipv6-in-sdp", "4.6", In, In),
    ("rfc5118/mult-ip-in-header", "4.7", In, In),
    ("rfc5118/mult-ip-in-sdp", "4.8", In, In),
    ("rfc5118/ipv4-mapped-ipv6", "4.9", In, In),
    ("rfc5118/ipv6-bug-abnf-3-colons", "4.10", In, In),
    ("rfc5118/ipv6-correct-abnf-2-colons", "4.10", In, In),
];

const PATIENCE: Duration = Duration::from_secs(20);

fn octets(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(format!("{name}.dat"))).unwrap()
}

/// A stack that takes what comes in, and where it listens.
async fn taker() -> (Arc<Stack>, SocketAddr, SocketAddr) {
    let any = "127.0.0.1:0".parse().unwrap();
    let stack = Stack::listen(Settings { udp: vec![any], tcp: vec![any], ..Settings::default() }, Arc::new(NoMeter)).await.unwrap();
    let at = |transport| stack.addresses().iter().find(|(of, _)| *of == transport).unwrap().1;
    let (udp, tcp) = (at(Transport::Udp), at(Transport::Tcp));
    let stack = Arc::new(stack);
    let taking = Arc::clone(&stack);
    tokio::spawn(async move {
        while let Some(mut asked) = taking.next().await {
            let _ = asked.answer(asked.reply(200)).await;
        }
    });
    (stack, udp, tcp)
}

/// A request whose answer says that everything before it was dealt with.
fn probe(transport: Transport, number: usize) -> String {
    format!(
        "OPTIONS sip:probe@h SIP/2.0\r\nVia: SIP/2.0/{transport} pc;branch=z9hG4bKprobe{number}\r\nMax-Forwards: 70\r\nFrom: <sip:a@h>;tag=1\r\n\
         To: <sip:probe@h>\r\nCall-ID: probe{number}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
}

/// The codes of the final answers in these octets; the probe's is 0.
fn codes(answers: &str) -> Vec<u16> {
    let answers = answers.split("SIP/2.0 ").skip(1);
    // A Via in an answer holds "SIP/2.0/UDP", without the blank.
    let code = |answer: &str| answer.split(' ').next().unwrap().parse().unwrap();
    answers.map(|answer| if answer.contains("sip:probe@h") { 0 } else { code(answer) }).filter(|code| *code == 0 || *code >= 200).collect()
}

#[tokio::test]
async fn over_datagrams() {
    for (number, (name, section, leads, _)) in TABLE.iter().enumerate() {
        // Some of the messages share a branch: to one stack they would be one.
        let (_stack, at, _) = taker().await;
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.send_to(&octets(name), at).await.unwrap();
        let mut answers = Vec::new();
        let mut buffer = vec![0; 65_535];
        // Datagrams to one socket keep their order on the loopback, and so do the answers.
        let expected = match leads {
            To(code) => Some(*code),
            In => Some(200),
            _ => {
                socket.send_to(probe(Transport::Udp, number).as_bytes(), at).await.unwrap();
                None
            }
        };
        while answers.is_empty() {
            let length =
                timeout(PATIENCE, socket.recv(&mut buffer)).await.unwrap_or_else(|_| panic!("{name} ({section}): no answer")).unwrap();
            answers = codes(&String::from_utf8_lossy(&buffer[..length]));
        }
        assert_eq!(answers, [expected.unwrap_or_default()], "{name} ({section})");
    }
}

#[tokio::test]
async fn over_streams() {
    for (number, (name, section, _, leads)) in TABLE.iter().enumerate() {
        let (_stack, _, at) = taker().await;
        let mut stream = TcpStream::connect(at).await.unwrap();
        stream.write_all(&octets(name)).await.unwrap();
        let (expected, probed): (&[u16], bool) = match leads {
            In => (&[200], false),
            Two => (&[200, 200], false),
            To(code) | Closes(code) => (&[*code], false),
            Read | Dropped => (&[0], true),
            Waits => (&[], true),
        };
        if probed && *leads != Waits {
            stream.write_all(probe(Transport::Tcp, number).as_bytes()).await.unwrap();
        }
        if *leads == Waits {
            stream.shutdown().await.unwrap();
        }
        let mut answers = Vec::with_capacity(65_536);
        let ended = loop {
            if codes(&String::from_utf8_lossy(&answers)).len() == expected.len() && !matches!(leads, Closes(_) | Waits) {
                break false;
            }
            let read = timeout(PATIENCE, stream.read_buf(&mut answers)).await;
            if read.unwrap_or_else(|_| panic!("{name} ({section}): {}", String::from_utf8_lossy(&answers))).unwrap() == 0 {
                break true;
            }
        };
        assert_eq!(codes(&String::from_utf8_lossy(&answers)), expected, "{name} ({section})");
        assert_eq!(ended, matches!(leads, Closes(_) | Waits), "{name} ({section})");
    }
}

#[test]
fn answers_are_read_or_dropped() {
    let source = "192.0.2.1:5060".parse().unwrap();
    for (name, section, leads, _) in TABLE {
        let judged = judge(&Bytes::from(octets(name)), Framing::Datagram, source);
        match leads {
            In | Read => assert!(judged.is_ok(), "{name} ({section}): {judged:?}"),
            Dropped => assert_eq!(judged.unwrap_err().answer, None, "{name} ({section})"),
            _ => assert!(judged.unwrap_err().answer.is_some(), "{name} ({section})"),
        }
    }
}

#[test]
fn the_table_has_every_message() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for set in ["rfc4475", "rfc5118"] {
        for entry in std::fs::read_dir(data.join(set)).unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            let Some(name) = file.strip_suffix(".dat") else { continue };
            assert!(TABLE.iter().any(|(of, ..)| *of == format!("{set}/{name}")), "{file}");
        }
    }
}
