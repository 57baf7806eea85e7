//! What is done with bytes from outside: read, and where they make sense, held to what reading promises. The fuzzer runs these,
//! and so does the test of the seeds.
#![allow(dead_code, reason = "each fuzzer takes one of them")]

use bytes::Bytes;
use segue_adapter_app::translate;
use segue_adapter_email::mail::{Limits, Ours};
use segue_adapter_media::{Codec, Digit, Direction, Header, Negotiation, Security, Terms};
use segue_adapter_voice::ingress::{Frame, Framer, Framing, MAX_FIELDS, judge};
use segue_router::{Router, Snapshot};
use segue_session::codec::Coded;
use segue_session::handle::{Token, parse_code};
use segue_session::needs::Needs;
use segue_session::{CustomerClaims, Keys, Line, Message, Party, Principal, Private, Refusal, Session, TenantId, Time, journey};
use serde::de::DeserializeOwned;
use std::net::SocketAddr;

/// A target with its name, which is its seeds' folder.
pub(crate) type Named = (&'static str, fn(&[u8]));

/// All of them.
pub(crate) const ALL: &[Named] = &[
    ("journey", journey),
    ("needs", needs),
    ("chat_frame", chat_frame),
    ("desk_frame", desk_frame),
    ("sip", sip),
    ("app_call", app_call),
    ("handle", handle),
    ("mail", mail),
    ("stored", stored),
    ("snapshot", snapshot),
    ("sdp", sdp),
    ("dtmf", dtmf),
    ("rtp", rtp),
];

/// A journey's file: a journey, always the same one; or faults, each at a place that the file has.
pub(crate) fn journey(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let lines = text.lines().count() + 1;
    match (journey::compile("fuzz.yaml", text), journey::compile("fuzz.yaml", text)) {
        (Ok((one, _)), Ok((two, _))) => assert_eq!(one.version(), two.version()),
        (Err(one), Err(two)) => {
            assert!(!one.is_empty(), "refused without a fault");
            assert_eq!(one.len(), two.len());
            assert!(one.iter().all(|fault| fault.line as usize <= lines), "a fault past the end: {one:?}");
        }
        (one, two) => panic!("once {:?}, once {:?}", one.err(), two.err()),
    }
}

/// A requirement: what it is written as reads as the same.
pub(crate) fn needs(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(needs) = Needs::parse(text) {
        let written = needs.to_string();
        assert_eq!(Needs::parse(&written).as_ref(), Ok(&needs), "{text:?} became {written:?}");
    }
}

/// A page's frame: what it is written as reads as the same.
pub(crate) fn chat_frame(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(frame) = segue_adapter_chat::parse_client_frame(text)
        && let Ok(written) = serde_json::to_string(&frame)
    {
        assert!(segue_adapter_chat::parse_client_frame(&written).is_ok_and(|again| again == frame), "{text:?} became {written:?}");
    }
}

/// A desk's frame.
pub(crate) fn desk_frame(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(frame) = segue_adapter_desk::parse_client_frame(text)
        && let Ok(written) = serde_json::to_string(&frame)
    {
        assert!(segue_adapter_desk::parse_client_frame(&written).is_ok_and(|again| again == frame), "{text:?} became {written:?}");
    }
}

/// A SIP message: judged the same twice; one that comes in is written as one that comes in and reads as the same. As a stream it
/// is cut the same in one piece and in two.
pub(crate) fn sip(bytes: &[u8]) {
    let source = SocketAddr::from(([192, 0, 2, 1], 5060));
    let judged = judge(&Bytes::copy_from_slice(bytes), Framing::Datagram, source);
    assert_eq!(judged, judge(&Bytes::copy_from_slice(bytes), Framing::Datagram, source));
    // What we write has a length, even where there is no room for another field.
    if let Ok(message) = judged
        && message.fields().len() < MAX_FIELDS
    {
        let written = message.to_bytes();
        assert!(judge(&written, Framing::Stream, source).is_ok_and(|again| again.to_bytes() == written), "{written:?}");
    }
    let frames = |pieces: [&[u8]; 2]| {
        let (mut framer, mut count) = (Framer::default(), 0);
        for piece in pieces {
            framer.push(piece);
            while let Some(frame) = framer.next(source) {
                count += 1;
                if matches!(frame, Frame::Lost(_)) {
                    return count;
                }
            }
        }
        count
    };
    let (one, two) = bytes.split_at(bytes.len() / 2);
    assert_eq!(frames([bytes, &[]]), frames([one, two]));
}

/// An app's call, a line with its method and its request as JSON: it is an order, or the field at fault is named.
pub(crate) fn app_call(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        is_order(text);
    }
}

/// Whether a call is an order.
pub(crate) fn is_order(text: &str) -> bool {
    fn form<W: DeserializeOwned, T>(text: &str, translate: impl FnOnce(W) -> Result<T, Refusal>) -> bool {
        let Ok(wire) = serde_json::from_str(text) else { return false };
        let translated = translate(wire);
        let named = |refusal: &Refusal| refusal.about.iter().any(|(key, _)| key == "field");
        assert!(translated.as_ref().err().is_none_or(named), "no field is named: {:?}", translated.err());
        translated.is_ok()
    }
    let Some((method, text)) = text.split_once('\n') else { return false };
    let claims = CustomerClaims::default();
    let (tenant, subject, expires) = (TenantId::new("fuzz"), Private::new("ada".to_owned()), Time(0));
    let who = Principal { tenant, subject, party: Party::Customer(claims.clone()), expires };
    match method {
        "StartSession" => form(text, |wire| translate::start(&who, &claims, wire)),
        "ResumeSession" => form(text, |wire| translate::resume(&who, "192.0.2.7", wire)),
        "Step" => form(text, translate::step),
        "SuspendSession" => form(text, |wire| translate::suspend(&wire)),
        "CreateHandle" => form(text, |wire| translate::create_handle(&wire)),
        "SendMessage" => form(text, translate::send_message),
        "SetDocument" => form(text, translate::set_document),
        "ListMatters" => form(text, translate::list_matters),
        "WatchSession" => form(text, |wire| translate::watch(&wire)),
        _ => false,
    }
}

/// A link's token or a code: nobody but us makes a token, and a code is its digits.
pub(crate) fn handle(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let keys = Keys::derive(b"an example of a secret, 32 bytes", &TenantId::new("fuzz"));
    assert!(Token::parse(&keys, text, Time(0)).is_none(), "a forged token: {text:?}");
    if let Some(code) = parse_code(text) {
        assert_eq!(parse_code(&code).as_ref(), Some(&code));
    }
}

/// A message: read within its limits, always the same, and nothing in what is shown that it must not hold.
pub(crate) fn mail(bytes: &[u8]) {
    let (ours, limits) = (Ours::default(), Limits::default());
    let read = segue_adapter_email::mail::read(bytes, &ours, &limits);
    assert_eq!(read, segue_adapter_email::mail::read(bytes, &ours, &limits));
    let Ok(mail) = read else { return };
    let (text, subject) = (mail.text.reveal(), mail.subject.reveal());
    assert!(text.len() <= limits.text_bytes, "{} bytes of text", text.len());
    assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "control characters: {text:?}");
    assert!(!subject.contains(char::is_control), "control characters: {subject:?}");
    assert!(text.contains(segue_adapter_email::mail::fresh(text)), "new words that were not there");
    assert!(mail.attachments.len() <= limits.attachments);
    if let Some(html) = &mail.html {
        for banned in ["<script", "<img", "<style", "<svg", "<iframe", "<form", "<object", " on", " style=", " src="] {
            // Text is shown with its `<` escaped, so that a tag is one.
            let tags = html.reveal().split('<').skip(1).map(|tag| format!("<{}", tag.split('>').next().unwrap_or_default()));
            for tag in tags {
                assert!(tag.contains("href=") || !tag.contains(banned), "{banned} in {tag}");
            }
        }
        assert!(!html.reveal().contains("href=\"javascript:"), "a link that runs");
    }
}

/// What a store holds: what is read is written as something that reads as the same.
pub(crate) fn stored(bytes: &[u8]) {
    fn one<T: Coded + PartialEq>(bytes: &[u8]) {
        let Ok(value) = T::decode(bytes) else { return };
        let Ok(written) = value.encode() else { return };
        assert!(T::decode(&written).is_ok_and(|again| again == value), "{} changes when written", T::WHAT);
    }
    one::<Session>(bytes);
    one::<Line>(bytes);
    one::<Message>(bytes);
}

/// A router's snapshot, as stored: restored to the same, or refused in words.
pub(crate) fn snapshot(bytes: &[u8]) {
    let Ok(snapshot) = rmp_serde::from_slice::<Snapshot>(bytes) else { return };
    if let Ok(router) = Router::restore(snapshot.clone()) {
        assert_eq!(router.snapshot(), snapshot);
    }
}

/// A description: what we answer is answered by us in turn, with the same codec and the sound the other way round; or refused in words.
pub(crate) fn sdp(bytes: &[u8]) {
    let address = SocketAddr::from(([192, 0, 2, 1], 30_000));
    let side = || Negotiation::new(Terms { address, codecs: Codec::ALL.to_vec(), security: Security::Either }, 1);
    let (mut us, mut them) = (side(), side());
    match us.answer(bytes, Direction::BOTH) {
        Ok((answer, agreed)) if agreed.direction.send => {
            let (_, back) = them.answer(answer.as_bytes(), Direction::BOTH).unwrap_or_else(|refused| panic!("{refused} of {answer}"));
            assert_eq!((back.codec, back.payload_type), (agreed.codec, agreed.payload_type), "{answer}");
        }
        Ok(_) => {}
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
    us.offer(Direction::BOTH);
    if us.accept(bytes).is_ok() {
        assert!(us.accept(bytes).is_ok(), "the same answer, refused the second time");
    }
}

/// The body of a SIP INFO, after a line with its type: a digit that reads as itself.
pub(crate) fn dtmf(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (kind, body) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(digit) = Digit::from_info(kind, body) {
        assert_eq!(Digit::new(digit.face()), Some(digit));
        assert_eq!(Digit::from_code(digit.code()), Some(digit));
    }
}

/// A packet: its head is written as it was read.
pub(crate) fn rtp(bytes: &[u8]) {
    if let Some((header, payload)) = Header::parse(bytes) {
        let again = [&header.to_bytes()[..], payload].concat();
        assert_eq!(Header::parse(&again), Some((header, payload)));
    }
}
