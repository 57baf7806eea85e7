use super::*;
use crate::message::Method;
use proptest::prelude::*;

const WELL: &str = "INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP pc;branch=z9hG4bK1;rport\r\nMax-Forwards: 70\r\nFrom: <sip:a@h>;tag=1\r\n\
                    To: <sip:b@h>\r\nCall-ID: one@h\r\nCSeq: 1 INVITE\r\nContact: <sip:a@pc>\r\nContent-Length: 0\r\n\r\n";

fn source() -> SocketAddr {
    "192.0.2.7:40000".parse().unwrap()
}

fn judged(text: &str) -> Result<Message, Refused> {
    judge(&Bytes::copy_from_slice(text.as_bytes()), Framing::Datagram, source())
}

#[track_caller]
fn refused(text: &str, fault: Fault, code: u16) {
    let refused = judged(text).unwrap_err();
    assert_eq!((refused.fault, refused.answer.map(|answer| answer.code)), (fault, Some(code)), "{text}");
}

#[test]
fn what_keeps_the_rules_comes_in_with_its_body() {
    let text = WELL.replace("Content-Length: 0", "Content-Type: application/sdp\r\nl: 3") + "v=0 and what follows";
    let Ok(Message::Request(request)) = judged(&text) else { panic!("refused") };
    assert_eq!((request.method, request.uri.as_str(), &request.body[..]), (Method::Invite, "sip:b@h", &b"v=0"[..]));
}

#[test]
fn a_refusal_says_why_and_finds_its_way_back() {
    let refused = judged(&WELL.replace("To: <sip:b@h>", "To: <sip:b@h>\r\nTo: <sip:c@h>")).unwrap_err();
    let answer = refused.answer.unwrap();
    assert_eq!((answer.code, answer.reason.as_str()), (400, "To Twice"));
    assert_eq!(answer.fields.first(&Name::Via), Some("SIP/2.0/UDP pc;branch=z9hG4bK1;rport=40000;received=192.0.2.7"));
    assert!(answer.fields.first(&Name::To).unwrap().starts_with("<sip:b@h>;tag="));
    assert_eq!(answer.fields.first(&Name::CSeq), Some("1 INVITE"));
}

#[test]
fn each_rule_has_its_answer() {
    for name in ["From", "To", "Call-ID", "CSeq"] {
        let without: String = WELL.split_inclusive("\r\n").filter(|line| !line.starts_with(&format!("{name}:"))).collect();
        refused(&without, Fault::Missing(Name::from(name)), 400);
    }
    refused(&WELL.replace("SIP/2.0\r\nVia", "SIP/3.0\r\nVia"), Fault::Version, 505);
    refused(&WELL.replace("1 INVITE", "1 BYE"), Fault::OtherMethod, 400);
    refused(&WELL.replace("1 INVITE", "2147483648 INVITE"), Fault::Value(Name::CSeq), 400);
    refused(&WELL.replace("Max-Forwards: 70", "Max-Forwards: 256"), Fault::Value(Name::MaxForwards), 400);
    refused(&WELL.replace("INVITE sip:b@h", "INVITE http://h"), Fault::Scheme, 416);
    refused(&WELL.replace("INVITE sip:b@h", &format!("INVITE sip:{}@h", "b".repeat(2048))), Fault::Uri, 400);
    refused(&WELL.replace("Content-Length: 0", "Content-Length: 1"), Fault::Short, 400);
    refused(&WELL.replace("Content-Length: 0", "Require: tea"), Fault::Extension(vec!["tea".to_owned()]), 420);
    refused(&WELL.replace("Content-Length: 0", "Content-Type: text/plain\r\n\r\nhello"), Fault::Media, 415);
    refused(&WELL.replace("Content-Length: 0", "Accept: text/plain"), Fault::Accept, 406);
    refused(&WELL.replace("Contact: ", "Subject: a\0b\r\nContact: "), Fault::NotText, 400);
    refused(&WELL.replace("Contact: ", "Subject: a\nb\r\nContact: "), Fault::NotText, 400);
    refused(&WELL.replace("Contact: ", "no field\r\nContact: "), Fault::NoField, 400);
    refused(&WELL.replace("Contact: ", &"X: y\r\n".repeat(MAX_FIELDS)).replace("<sip:a@pc>", "X: y"), Fault::TooManyFields, 400);
    refused(&(WELL.to_owned() + &"x".repeat(MAX_DATAGRAM)), Fault::TooLong, 513);
    refused(WELL.trim_end(), Fault::Unfinished, 400);
}

#[test]
fn what_is_no_request_or_has_no_way_back_is_never_answered() {
    let ack = WELL.replace("INVITE", "ACK").replace("Max-Forwards: 70", "Max-Forwards: x");
    let answer = WELL.replace("INVITE sip:b@h SIP/2.0", "SIP/2.0 99 Odd");
    let lost = WELL.replace("Via:", "Away:");
    for text in [ack, answer, lost, "hello".to_owned(), String::new()] {
        assert_eq!(judged(&text).unwrap_err().answer, None, "{text}");
    }
}

#[test]
fn half_a_ping_is_waited_for() {
    let mut framer = Framer::default();
    framer.push(b"\r\n");
    assert_eq!((framer.next(source()), framer.is_midway()), (None, false));
    framer.push(b"\r\n");
    assert_eq!(framer.next(source()), Some(Frame::Ping));
    framer.push(b"\r\nINV");
    assert_eq!((framer.next(source()), framer.is_midway()), (None, true));
}

#[test]
fn a_stream_without_lengths_is_lost() {
    for (line, name) in [("X: y", "Content-Length Missing"), ("l: 0\r\nl: 0", "Content-Length Twice"), ("l: -1", "Bad Content-Length")] {
        let mut framer = Framer::default();
        framer.push(WELL.replace("Content-Length: 0", line).as_bytes());
        let Some(Frame::Lost(refused)) = framer.next(source()) else { panic!("goes on") };
        assert_eq!(refused.answer.map(|answer| (answer.code, answer.reason)), Some((400, name.to_owned())));
    }
}

/// Messages near the rules: each line may be missing, doubled, or bent.
fn near() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "\r\n",
        " ",
        "\t",
        ",",
        ";",
        "=",
        "<",
        ">",
        "\"",
        "\\",
        ":",
        "@",
        "[",
        "]",
        "/",
        "SIP/2.0",
        "tag",
        "%4",
        "\0",
        "é",
        "0",
        "2147483648",
    ]);
    (prop::collection::vec((0..WELL.len(), bits, any::<bool>()), 0..6)).prop_map(|bent| {
        let mut text = WELL.to_owned();
        for (at, bit, replace) in bent {
            let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let end = (at + usize::from(replace)).min(text.len());
            if text.is_char_boundary(end) {
                text.replace_range(at..end, bit);
            }
        }
        text
    })
}

proptest! {
    #[test]
    fn whatever_comes_is_judged_the_same_twice(octets in prop::collection::vec(any::<u8>(), 0..2000)) {
        let octets = Bytes::from(octets);
        prop_assert_eq!(judge(&octets, Framing::Datagram, source()), judge(&octets, Framing::Datagram, source()));
    }

    #[test]
    fn what_came_in_is_written_as_what_comes_in(text in near()) {
        if let Ok(message) = judged(&text) {
            let again = judge(&message.to_bytes(), Framing::Stream, source());
            let again = again.map_err(|refused| TestCaseError::fail(format!("{:?} for {text:?}", refused.fault)))?;
            prop_assert_eq!(again.to_bytes(), message.to_bytes());
        }
    }

    #[test]
    fn a_stream_is_cut_the_same_wherever_it_arrives(text in near(), cuts in prop::collection::vec(1usize..400, 0..8)) {
        let stream = format!("{text}{WELL}\r\n\r\n{WELL}");
        let frames = |pieces: Vec<&[u8]>| {
            let (mut framer, mut frames) = (Framer::default(), Vec::new());
            for piece in pieces {
                framer.push(piece);
                while let Some(frame) = framer.next(source()) {
                    let lost = matches!(frame, Frame::Lost(_));
                    frames.push(frame);
                    if lost {
                        return frames;
                    }
                }
            }
            frames
        };
        let (mut pieces, mut rest) = (Vec::new(), stream.as_bytes());
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        let (whole, cut) = (frames(vec![stream.as_bytes()]), frames(pieces));
        // The reason of a stream that is lost may be seen before the rest has come.
        let forms = |frames: &[Frame]| frames.iter().map(std::mem::discriminant).collect::<Vec<_>>();
        prop_assert_eq!(forms(&whole), forms(&cut));
    }
}
