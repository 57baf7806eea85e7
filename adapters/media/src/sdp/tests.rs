use super::*;
use proptest::prelude::*;

fn ours(codecs: &[Codec]) -> Negotiation {
    Negotiation::new(
        Terms { address: "192.0.2.1:30000".parse().expect("an address"), codecs: codecs.to_vec(), security: Security::Plain },
        42,
    )
}

fn theirs(parts: &str) -> String {
    format!("v=0\r\no=them 1 1 IN IP4 198.51.100.7\r\ns=call\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n{parts}")
}

#[test]
fn an_offer_reads_as_it_is_meant() {
    let offer = ours(&Codec::ALL).offer(Direction::BOTH);
    assert_eq!(
        offer,
        "v=0\r\no=- 42 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0 8 9 13 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:9 G722/8000\r\na=rtpmap:13 CN/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\na=rtcp-mux\r\n"
    );
}

#[test]
fn two_of_us_agree() {
    let (mut a, mut b) = (ours(&[Codec::G722, Codec::Pcma]), ours(&[Codec::Pcma, Codec::G722]));
    let offer = a.offer(Direction::BOTH);
    let (answer, at_b) = b.answer(offer.as_bytes(), Direction::BOTH).expect("they have G.722");
    let at_a = a.accept(answer.as_bytes()).expect("an answer");
    assert_eq!((at_a.codec, at_b.codec), (Codec::G722, Codec::G722), "the first of the side that offers");
    assert_eq!(at_a.remote, at_b.remote);
    assert!(at_a.mux && at_b.mux && at_a.remote_rtcp == at_a.remote);
    assert_eq!((at_a.events, at_a.hears_events.clone()), (Some((101, 8000)), vec![(101, 8000)]));
    assert_eq!(a.accept(answer.as_bytes()).as_ref(), Ok(&at_a), "once more, as after a ring with sound");
    assert_eq!(b.accept(answer.as_bytes()), Err(Refusal::NoAnswer), "nothing was offered");
}

#[test]
fn numbers_are_theirs_and_other_parts_are_off() {
    let offer = theirs(
        "m=video 9 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\nm=audio 4000 RTP/AVP 111 97 110 126 13\r\na=rtpmap:111 opus/48000/2\r\n\
         a=rtpmap:97 pcma/8000\r\na=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\na=rtcp:4009\r\n",
    );
    let mut us = ours(&Codec::ALL);
    let (answer, agreed) = us.answer(offer.as_bytes(), Direction::BOTH).expect("A-law is common");
    assert_eq!((agreed.codec, agreed.payload_type, agreed.comfort), (Codec::Pcma, 97, Some(13)));
    assert_eq!(agreed.events, Some((126, 8000)), "the clock of the sound, not of another codec");
    assert_eq!(agreed.remote_rtcp, Some("198.51.100.7:4009".parse().expect("an address")));
    assert!(answer.contains("m=video 0 RTP/AVP 96\r\nm=audio 30000 RTP/AVP 97 13 126\r\n"), "{answer}");
    assert!(answer.contains("a=rtcp:30001\r\n") && !answer.contains("mux"), "{answer}");
    // Our own next offer has the same parts in the same places, and their number for events.
    let again = us.offer(Direction::SEND);
    assert!(again.contains("o=- 42 2 ") && again.contains("m=video 0 RTP/AVP 96\r\nm=audio 30000 RTP/AVP 0 8 9 13 126\r\n"), "{again}");
}

#[test]
fn profile_numbers_need_no_map() {
    let (_, agreed) = ours(&[Codec::Pcma]).answer(theirs("m=audio 4000 RTP/AVP 0 8\r\n").as_bytes(), Direction::BOTH).expect("common");
    assert_eq!((agreed.codec, agreed.payload_type, agreed.events), (Codec::Pcma, 8, None));
    assert_eq!(agreed.remote_rtcp, Some("198.51.100.7:4001".parse().expect("an address")));
}

#[test]
fn hold_both_ways() {
    let both = Direction::BOTH;
    let answered = |attribute: &str, wish| {
        let offer = theirs(&format!("m=audio 4000 RTP/AVP 0\r\n{attribute}"));
        ours(&Codec::ALL).answer(offer.as_bytes(), wish).expect("common").1.direction
    };
    assert_eq!(answered("", both), both);
    assert_eq!(answered("a=sendonly\r\n", both), Direction::RECEIVE);
    assert_eq!(answered("a=recvonly\r\n", both), Direction::SEND);
    assert_eq!(answered("a=inactive\r\n", both), Direction::NONE);
    assert_eq!(answered("a=sendonly\r\n", Direction::SEND), Direction::NONE, "both hold");
    assert_eq!(answered("c=IN IP4 0.0.0.0\r\n", both), Direction::RECEIVE, "the hold of old");
    let mut us = ours(&Codec::ALL);
    us.offer(Direction::SEND);
    let agreed = us.accept(theirs("m=audio 4000 RTP/AVP 0\r\na=recvonly\r\n").as_bytes()).expect("an answer");
    assert_eq!(agreed.direction, Direction::SEND);
}

#[test]
fn the_version_counts_what_changed() {
    let mut us = ours(&Codec::ALL);
    let version = |text: String| text.lines().nth(1).and_then(|o| o.split(' ').nth(2)).map(str::to_owned).expect("an origin");
    assert_eq!(version(us.offer(Direction::BOTH)), "1");
    assert_eq!(version(us.offer(Direction::BOTH)), "1", "a refresh");
    assert_eq!(version(us.offer(Direction::SEND)), "2");
}

#[test]
fn what_cannot_be_answered_is_refused_in_words() {
    let refused = |offer: &str| ours(&Codec::ALL).answer(offer.as_bytes(), Direction::BOTH).expect_err("refused");
    assert!(matches!(refused("hello"), Refusal::Unreadable(_)));
    assert_eq!(refused(&theirs("m=audio 4000 RTP/AVP 3 111\r\na=rtpmap:111 opus/48000/2\r\n")), Refusal::NoCodec);
    assert_eq!(refused(&theirs("m=audio 0 RTP/AVP 0\r\n")), Refusal::NoAudio);
    assert_eq!(refused(&theirs("m=video 4000 RTP/AVP 0\r\n")), Refusal::NoAudio);
    assert_eq!(refused(&theirs("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 host.example\r\n")), Refusal::NoAddress);
    assert_eq!(refused(&theirs("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 224.2.1.1/127\r\n")), Refusal::NoAddress);
    assert_eq!(refused(&theirs(&"m=audio 4000 RTP/AVP 0\r\n".repeat(17))), Refusal::TooLarge);
    assert_eq!(refused(&theirs(&"a=x\r\n".repeat(4000))), Refusal::TooLarge);
    let mut us = ours(&Codec::ALL);
    us.offer(Direction::BOTH);
    let two = theirs("m=audio 4000 RTP/AVP 0\r\nm=video 4000 RTP/AVP 0\r\n");
    assert_eq!(us.accept(two.as_bytes()), Err(Refusal::NoAnswer), "one part was offered");
}

fn secured(security: Security) -> Negotiation {
    let address = "192.0.2.1:30000".parse().expect("an address");
    Negotiation::new(Terms { address, codecs: Codec::ALL.to_vec(), security }, 42)
}

#[test]
fn two_who_are_sealed_have_each_others_keys() {
    let (mut a, mut b) = (secured(Security::Sealed), secured(Security::Either));
    let offer = a.offer(Direction::BOTH);
    assert!(offer.contains("m=audio 30000 RTP/SAVP 0 "), "{offer}");
    let (answer, at_b) = b.answer(offer.as_bytes(), Direction::BOTH).expect("they are open to it");
    let at_a = a.accept(answer.as_bytes()).expect("an answer");
    let ((a_sends, a_hears), (b_sends, b_hears)) = (at_a.keys.expect("sealed"), at_b.keys.expect("sealed"));
    assert!(a_sends == b_hears && b_sends == a_hears && a_sends != b_sends);
    // Neither goes back to the open, and the keys stay: packets are counted on.
    let plain = theirs("m=audio 4000 RTP/AVP 0\r\n");
    assert_eq!(b.answer(plain.as_bytes(), Direction::BOTH).expect_err("a step down"), Refusal::Security);
    let again = b.offer(Direction::SEND);
    assert!(again.contains("RTP/SAVP"), "{again}");
    let (_, held) = a.answer(again.as_bytes(), Direction::BOTH).expect("a hold");
    assert_eq!(held.keys, Some((a_sends, a_hears)));
}

#[test]
fn protection_is_what_was_asked_for() {
    let (plain, sealed) = (theirs("m=audio 4000 RTP/AVP 0\r\n"), theirs("m=audio 4000 RTP/SAVP 0\r\n"));
    let key = "a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
    let keyed = sealed.clone() + "a=crypto:2 SOMETHING_NEW inline:x\r\n" + key;
    let answer = |security, offer: &str| secured(security).answer(offer.as_bytes(), Direction::BOTH).map(|(text, _)| text);
    assert_eq!(answer(Security::Plain, &keyed), Err(Refusal::Security));
    assert_eq!(answer(Security::Sealed, &plain), Err(Refusal::Security));
    assert_eq!(answer(Security::Either, &sealed), Err(Refusal::Security), "no keys");
    let text = answer(Security::Either, &keyed).expect("one of the two is known");
    assert!(text.contains("RTP/SAVP 0\r\n") && text.contains("a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:"), "{text}");
    // Of two parts the one that fits is taken.
    let both = plain.clone() + keyed.split("t=0 0\r\n").nth(1).expect("parts");
    let text = answer(Security::Sealed, &both).expect("the second");
    assert!(text.contains("m=audio 0 RTP/AVP 0\r\nm=audio 30000 RTP/SAVP 0\r\n"), "{text}");
    let mut us = secured(Security::Sealed);
    us.offer(Direction::BOTH);
    assert_eq!(us.accept(keyed.as_bytes()), Err(Refusal::Security), "not the tag that was offered");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = ours(&Codec::ALL).answer(&bytes, Direction::BOTH);
    }

    #[test]
    fn lines_in_any_disorder_are_read_or_refused(lines in prop::collection::vec(line(), 0..24)) {
        let text = lines.concat();
        let mut us = ours(&Codec::ALL);
        if let Ok((answer, agreed)) = us.answer(text.as_bytes(), Direction::BOTH) {
            // What we answer reads, with as many parts as were offered.
            let offered = text.matches("m=").count();
            prop_assert!(Description::read(answer.as_bytes(), Security::Plain).is_ok_and(|read| read.parts.len() == offered), "{}", answer);
            prop_assert!(agreed.payload_type < 128);
        }
    }
}

/// Lines that a description is made of, good and bad.
fn line() -> impl Strategy<Value = String> {
    let attribute = prop_oneof![
        (any::<u8>(), "(PCMU|pcma|G722|CN|telephone-event|opus|x)", any::<u32>())
            .prop_map(|(n, name, clock)| format!("a=rtpmap:{n} {name}/{clock}")),
        (0..=8_u8, "(PCMU|PCMA)").prop_map(|(n, name)| format!("a=rtpmap:{n} {name}/8000")),
        "a=(sendonly|recvonly|inactive|sendrecv|rtcp-mux|rtcp:[0-9]{0,6}( IN IP4 [0-9.]{0,9})?|ptime:[0-9]{0,3}|crypto:.{0,20})",
    ];
    let line = prop_oneof![
        Just("v=0".to_owned()),
        "o=- [0-9]{1,4} [0-9]{1,4} IN IP4 [0-9.]{3,9}",
        Just("s=-".to_owned()),
        "c=IN IP[46] ([0-9.]{3,9}|10\\.0\\.0\\.[0-9]|::[0-9]?|[0-9.]{1,9}/[0-9]{0,3})",
        Just("t=0 0".to_owned()),
        "m=audio [0-9]{1,5} RTP/AVPF?( [0-9]{1,3}){0,5}",
        "m=(audio|video|image) [0-9]{1,5}(/[0-9])? (RTP/AVP|RTP/SAVP|udptl) [0-9a-z]{1,4}",
        attribute.clone(),
        attribute,
    ];
    (line, "(\r\n|\n)").prop_map(|(line, end)| line + &end)
}
