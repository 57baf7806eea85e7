use super::*;
use crate::ingress::{Framing, judge};
use crate::message::Message;

fn message(text: &str) -> Message {
    let octets = Bytes::copy_from_slice(text.as_bytes());
    judge(&octets, Framing::Datagram, "192.0.2.7:5060".parse().unwrap()).unwrap_or_else(|refused| panic!("{:?}: {text}", refused.fault))
}

fn request(method: &str, number: u32, to: &str, more: &str) -> Request {
    let text = format!(
        "{method} sip:us@h SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK{number}\r\nFrom: \"A\" <sip:a@h>;tag=theirs\r\n\
         To: <sip:us@h>{to}\r\nCall-ID: one\r\nCSeq: {number} {method}\r\n{more}\r\n"
    );
    let Message::Request(request) = message(&text) else { panic!("no request") };
    request
}

fn invited() -> (Dialog, Request) {
    let routes = "Record-Route: <sip:p2;lr>, <sip:p1;lr>\r\nContact: <sip:a@192.0.2.7:5070>\r\n";
    let invite = request("INVITE", 5, "", routes);
    (Dialog::invited(&invite, "ours", "sip:us@192.0.2.1").unwrap(), invite)
}

fn calling() -> Dialog {
    Dialog::calling(Calling {
        uri: "sip:ada@phone".to_owned(),
        from: "<sip:caller@us>".to_owned(),
        contact: "sip:us@192.0.2.1".to_owned(),
        call: "two".to_owned(),
        tag: "ours".to_owned(),
        routes: vec!["<sip:out;lr>".to_owned()],
    })
}

fn answered(invite: &Request, code: u16, tag: &str, more: &str) -> Response {
    let mut answer = invite.answer(code).tagged(tag);
    for line in more.lines() {
        let (name, value) = line.split_once(": ").unwrap();
        answer.fields.push(Name::from(name), value);
    }
    answer
}

#[test]
fn who_is_invited_answers_and_asks_along_the_way_it_came() {
    let (mut dialog, invite) = invited();
    let answer = dialog.answer(&invite, 200);
    assert_eq!(answer.fields.first(&Name::To), Some("<sip:us@h>;tag=ours"));
    assert_eq!(answer.fields.first(&Name::RecordRoute), Some("<sip:p2;lr>, <sip:p1;lr>"));
    assert_eq!(answer.fields.first(&Name::Contact), Some("<sip:us@192.0.2.1>"));

    let bye = dialog.request(Method::Bye);
    assert_eq!((bye.uri.as_str(), dialog.next_hop()), ("sip:a@192.0.2.7:5070", "sip:p2;lr"));
    assert_eq!(bye.fields.all(&Name::Route).collect::<Vec<_>>(), ["<sip:p2;lr>", "<sip:p1;lr>"]);
    assert_eq!(bye.fields.first(&Name::From), Some("<sip:us@h>;tag=ours"));
    assert_eq!(bye.fields.first(&Name::To), Some("\"A\" <sip:a@h>;tag=theirs"));
    assert_eq!((bye.fields.first(&Name::CSeq), bye.fields.first(&Name::Contact)), (Some("1 BYE"), None));
}

#[test]
fn a_request_is_known_by_its_dialog() {
    let (dialog, invite) = invited();
    assert_eq!(DialogKey::of(&invite), None);
    assert_eq!(DialogKey::of(&request("BYE", 6, ";tag=ours", "")), dialog.key());
    assert_ne!(DialogKey::of(&request("BYE", 6, ";tag=other", "")), dialog.key());
}

#[test]
fn requests_are_taken_in_their_order() {
    let (mut dialog, _) = invited();
    assert_eq!(dialog.take(&request("INFO", 7, ";tag=ours", "")), Ok(()));
    assert_eq!(dialog.take(&request("INFO", 7, ";tag=ours", "")).map_err(Unserved::code), Err(500));
    assert_eq!(dialog.take(&request("BYE", 6, ";tag=ours", "")).map_err(Unserved::code), Err(500));
    assert_eq!(dialog.take(&request("ACK", 5, ";tag=ours", "")), Ok(()));
    assert_eq!(dialog.take(&request("BYE", 8, ";tag=ours", "")), Ok(()));
}

#[test]
fn what_refreshes_the_target_moves_it_and_nothing_else_does() {
    let (mut dialog, _) = invited();
    let target = |dialog: &mut Dialog| dialog.request(Method::Info).uri;
    dialog.take(&request("INFO", 6, ";tag=ours", "Contact: <sip:a@elsewhere>\r\n")).unwrap();
    assert_eq!(target(&mut dialog), "sip:a@192.0.2.7:5070");
    dialog.take(&request("UPDATE", 7, ";tag=ours", "Contact: <sips:a@elsewhere>\r\nRecord-Route: <sip:evil;lr>\r\n")).unwrap();
    assert_eq!(target(&mut dialog), "sips:a@elsewhere");
    assert_eq!(dialog.next_hop(), "sip:p2;lr");
}

#[test]
fn each_phone_that_rings_founds_a_dialog_of_its_own() {
    let mut half = calling();
    let invite = half.invite();
    assert_eq!((invite.fields.first(&Name::To), half.key(), half.next_hop()), (Some("<sip:ada@phone>"), None, "sip:out;lr"));
    assert_eq!(half.settled_by(&invite.answer(100)), None);

    let way = "Record-Route: <sip:near;lr>\nRecord-Route: <sip:far;lr>\nContact: <sip:ada@desk>";
    let one = half.settled_by(&answered(&invite, 180, "one", way)).unwrap();
    let two = half.settled_by(&answered(&invite, 180, "two", "Contact: <sip:ada@home>")).unwrap();
    assert_ne!(one.key(), two.key());

    // The way is the 2xx's, whatever was said while it rang.
    assert_eq!(one.clone().request(Method::Prack).fields.all(&Name::Route).count(), 2);
    let way = "Record-Route: <sip:near;lr>\nRecord-Route: <sip:far;lr>\nRecord-Route: <sip:farther;lr>\nContact: <sip:ada@desk:5080>";
    let taken = one.settled_by(&answered(&invite, 200, "one", way)).unwrap();
    assert_eq!(one.settled_by(&answered(&invite, 200, "two", "")), None);
    let ack = taken.ack(half.number());
    assert_eq!((ack.uri.as_str(), ack.fields.first(&Name::CSeq)), ("sip:ada@desk:5080", Some("1 ACK")));
    assert_eq!(ack.fields.all(&Name::Route).collect::<Vec<_>>(), ["<sip:farther;lr>", "<sip:far;lr>", "<sip:near;lr>"]);
    assert_eq!(ack.fields.first(&Name::To), Some("<sip:ada@phone>;tag=one"));
}

#[test]
fn nothing_of_a_dialog_is_shown() {
    assert!(!format!("{:?}", invited().0).contains("sip:"));
}
