//! One leg and one telephone: prompts, digits, sources, silence, ports.
#![expect(clippy::unwrap_used, reason = "tests")]

mod ground;

use ground::Ground;
use segue_adapter_media::testing::{Network, Phone, Weather};
use segue_adapter_media::{By, Clip, Codec, Digit, Direction, Error, Event, Failure, Header, Leg, PlayEnd, Program, Refusal};
use std::time::Duration;
use tokio::net::UdpSocket;

const SECOND: Duration = Duration::from_secs(1);

fn music() -> Program {
    Program::music(Clip::tone(&[300, 350], 14, SECOND))
}

/// Every packet has a number of its own, and nothing is left out.
fn continuous(packets: &[Header]) {
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1), "{pair:?}");
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
        let moved = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert!(moved < 80_000, "{pair:?}");
    }
}

#[tokio::test]
async fn a_caller_hears_music_in_every_codec() {
    let ground = Ground::new(8, 1);
    for codec in Codec::ALL {
        let (mut leg, phone) = ground.talk(codec, 1000).await;
        assert_eq!(leg.codec(), Some(codec));
        leg.play(music()).unwrap();
        phone.hears(&[300, 350]).await;
    }
}

#[tokio::test]
async fn prompts_follow_each_other_and_end_once() {
    let mut ground = Ground::new(4, 1);
    let (mut leg, phone) = ground.talk(Codec::Pcma, 1000).await;
    let long = Clip::tone(&[440], 12, 60 * SECOND);
    let first = leg.play(Program::prompt(vec![long])).unwrap();
    phone.hears(&[440]).await;
    let second = leg.play(Program::prompt(vec![Clip::tone(&[620], 12, SECOND / 5), Clip::tone(&[300], 12, SECOND / 5)])).unwrap();
    assert_eq!(ground.next(&leg).await, Event::Played { play: first, end: PlayEnd::Stopped });
    phone.hears(&[620]).await;
    phone.hears(&[300]).await;
    assert_eq!(ground.next(&leg).await, Event::Played { play: second, end: PlayEnd::Finished });
    phone.hears(&[]).await;
    let third = leg.play(music()).unwrap();
    phone.hears(&[300, 350]).await;
    leg.stop().unwrap();
    assert_eq!(ground.next(&leg).await, Event::Played { play: third, end: PlayEnd::Stopped });
    continuous(&phone.packets());
}

#[tokio::test]
async fn a_key_interrupts_what_may_be_interrupted() {
    let mut ground = Ground::new(4, 1);
    let (mut leg, phone) = ground.talk(Codec::Pcmu, 1000).await;
    let pressed = |face, by| Event::Pressed { digit: Digit::new(face).unwrap(), by };
    leg.play(music()).unwrap();
    phone.press("1");
    assert_eq!(ground.next(&leg).await, pressed('1', By::Event));
    let prompt = leg.play(Program::prompt(vec![Clip::tone(&[440], 12, 60 * SECOND)])).unwrap();
    assert!(matches!(ground.next(&leg).await, Event::Played { end: PlayEnd::Stopped, .. }));
    phone.hears(&[440]).await;
    phone.press("23");
    assert_eq!(ground.next(&leg).await, pressed('2', By::Event));
    assert_eq!(ground.next(&leg).await, Event::Played { play: prompt, end: PlayEnd::BargedIn });
    // The third came by signalling first: told once.
    leg.pressed(Digit::new('3').unwrap()).unwrap();
    assert!(matches!(ground.next(&leg).await, Event::Pressed { digit, .. } if digit.face() == '3'));
    ground.nothing(&leg).await;
}

#[tokio::test]
async fn digits_in_the_sound_are_heard_where_there_are_no_events() {
    let mut ground = Ground::new(4, 1);
    for codec in [Codec::Pcmu, Codec::G722] {
        let phone = Phone::new(codec, 0).await;
        let number = codec.payload_type();
        let port = phone.address().port();
        let offer = format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP {number}\r\n");
        let mut leg = ground.media.open(ground.opening(&Codec::ALL)).unwrap();
        let (_, agreed) = leg.answer(offer.as_bytes(), Direction::BOTH).unwrap();
        assert_eq!(agreed.events, None);
        // Another leg dials towards this one, by tones: it has no events either.
        let mut far = ground.media.open(ground.opening(&[codec])).unwrap();
        let at = |leg: &Leg| {
            let (host, own) = (leg.local().ip(), leg.local().port());
            offer.replace("IN IP4 127.0.0.1", &format!("IN IP4 {host}")).replace(&format!("audio {port}"), &format!("audio {own}"))
        };
        far.answer(at(&leg).as_bytes(), Direction::BOTH).unwrap();
        leg.answer(at(&far).as_bytes(), Direction::BOTH).unwrap();
        far.dial(&"19*#".chars().filter_map(Digit::new).collect::<Vec<_>>()).unwrap();
        let mut heard = String::new();
        while heard.len() < 4 {
            if let Event::Pressed { digit, by: By::Tone } = ground.next(&leg).await {
                heard.push(digit.face());
            }
        }
        assert_eq!(heard, "19*#", "{codec}");
    }
}

#[tokio::test]
async fn what_we_dial_is_dialled_once_and_sound_goes_on() {
    let mut ground = Ground::new(4, 1);
    let (mut leg, phone) = ground.talk(Codec::Pcmu, 1000).await;
    leg.play(music()).unwrap();
    phone.hears(&[300, 350]).await;
    leg.dial(&"0049*5#".chars().filter_map(Digit::new).collect::<Vec<_>>()).unwrap();
    phone.is_pressed("0049*5#").await;
    assert_eq!(ground.next(&leg).await, Event::Dialled);
    phone.hears(&[300, 350]).await;
    continuous(&phone.packets());
    let many = vec![Digit::new('1').unwrap(); 65];
    assert!(matches!(leg.dial(&many), Err(Error::TooMany)));
}

#[tokio::test]
async fn strangers_are_not_heard() {
    let mut ground = Ground::new(4, 1);
    let (mut leg, phone) = ground.talk(Codec::Pcmu, 1000).await;
    leg.play(music()).unwrap();
    phone.hears(&[300, 350]).await;
    ground.until("the caller is heard", |figures| figures.received > 0).await;
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut packet = Header { payload_type: 0, ssrc: 1, ..Header::default() }.to_bytes().to_vec();
    packet.resize(172, 0);
    for _ in 0..10 {
        stranger.send_to(&packet, leg.local()).await.unwrap();
    }
    ground.until("ten are counted", |figures| figures.strangers == 10).await;
    assert_eq!(leg.quality().await.unwrap().strangers, 10);
    phone.hears(&[300, 350]).await;
    let mut buffer = [0; 4];
    assert!(stranger.try_recv(&mut buffer).is_err(), "a stranger gets nothing");
    ground.nothing(&leg).await;
}

#[tokio::test]
async fn silence_is_told_once_and_its_end() {
    let mut ground = Ground::new(4, 1);
    let phone = Phone::new(Codec::Pcmu, 1000).await;
    let mut opening = ground.opening(&Codec::ALL);
    opening.quiet_after = SECOND / 4;
    let mut leg = ground.media.open(opening).unwrap();
    leg.answer(phone.description().as_bytes(), Direction::BOTH).unwrap();
    assert_eq!(ground.next(&leg).await, Event::Quiet, "nobody calls");
    phone.calls(leg.local());
    phone.gets(1).await;
    ground.until("they are heard", |figures| figures.received > 0).await;
    phone.speaks(false);
    assert_eq!(ground.next(&leg).await, Event::Back);
    assert_eq!(ground.next(&leg).await, Event::Quiet);
    phone.speaks(true);
    assert_eq!(ground.next(&leg).await, Event::Back);
    // On hold nothing is expected.
    phone.speaks(false);
    leg.answer(phone.description().replace("a=rtcp-mux", "a=inactive").as_bytes(), Direction::BOTH).unwrap();
    ground.nothing(&leg).await;
}

#[tokio::test]
async fn hold_stops_what_goes_and_a_refusal_changes_nothing() {
    let ground = Ground::new(4, 1);
    let (mut leg, phone) = ground.talk(Codec::Pcmu, 1000).await;
    leg.play(music()).unwrap();
    phone.hears(&[300, 350]).await;
    let refused = leg.answer(b"v=0\r\nm=audio 0 RTP/AVP 0\r\n", Direction::BOTH);
    assert!(matches!(refused, Err(Failure::Refused(Refusal::NoAudio))));
    phone.gets(phone.packets().len() + 10).await;
    let (answer, agreed) = leg.answer(phone.description().replace("a=rtcp-mux", "a=sendonly").as_bytes(), Direction::BOTH).unwrap();
    assert!(answer.contains("a=recvonly") && !agreed.direction.send);
    // Their own hold: they hear nothing of ours until they take it back.
    leg.quality().await.unwrap();
    let sent = leg.quality().await.unwrap().sent;
    ground.until("they still are heard", |figures| figures.received > 20).await;
    assert_eq!(leg.quality().await.unwrap().sent, sent);
    leg.answer(phone.description().as_bytes(), Direction::BOTH).unwrap();
    phone.hears(&[300, 350]).await;
    continuous(&phone.packets());
}

#[tokio::test]
async fn a_bad_network_shows_in_the_figures() {
    let ground = Ground::new(4, 1);
    let phone = Phone::new(Codec::Pcmu, 1000).await;
    let mut leg = ground.media.open(ground.opening(&Codec::ALL)).unwrap();
    let weather = Weather { lost: 100, late: 100, by: Duration::from_millis(30), delay: Duration::from_millis(20), twice: 0 };
    let network = Network::new(7, weather, phone.address(), leg.local()).await;
    leg.answer(phone.description_at(network.end_of_b()).as_bytes(), Direction::BOTH).unwrap();
    phone.calls(network.end_of_a());
    leg.play(music()).unwrap();
    let told = async {
        loop {
            phone.gets(phone.packets().len() + 1).await;
            let quality = leg.quality().await.unwrap();
            if quality.round_trip.is_some() && quality.received > 200 {
                return quality;
            }
        }
    };
    let quality = tokio::time::timeout(3 * ground::PATIENCE, told).await.unwrap();
    let share = quality.lost as f64 / (quality.lost + quality.received) as f64;
    assert!((0.03..0.2).contains(&share), "{quality:?}");
    assert!(quality.jitter > Duration::from_millis(1), "{quality:?}");
    assert!(quality.round_trip.unwrap() >= Duration::from_millis(35), "{quality:?}");
    assert!((1.5..4.2).contains(&quality.mos.unwrap()), "{quality:?}");
}

#[tokio::test]
async fn many_legs_come_and_go_and_leave_nothing() {
    let ground = Ground::new(40, 2);
    for round in 0..10 {
        let mut legs = Vec::new();
        for n in 0..40 {
            let mut leg = ground.media.open(ground.opening(&Codec::ALL)).unwrap();
            if n % 3 != 0 {
                leg.answer(b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0 101\r\n", Direction::BOTH).unwrap();
            }
            if n % 2 == 0 {
                leg.play(music()).unwrap();
            }
            legs.push(leg);
        }
        assert_eq!(ground.media.figures().ports, 40, "round {round}");
        assert!(matches!(ground.media.open(ground.opening(&Codec::ALL)), Err(Error::NoPorts)));
        drop(legs);
        ground.until("all came back", |figures| figures.ports == 0 && figures.legs == 0).await;
    }
    assert_eq!((ground.media.figures().all_ports, ground.media.figures().untold), (40, 0));
}

#[tokio::test]
async fn the_end_of_all_is_told_to_the_other_side() {
    let listener = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let ground = Ground::new(2, 1);
    let mut leg = ground.media.open(ground.opening(&Codec::ALL)).unwrap();
    let offer = format!("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio {port} RTP/AVP 0\r\na=rtcp-mux\r\n");
    leg.answer(offer.as_bytes(), Direction::BOTH).unwrap();
    let mut packet = [0; 256];
    let got = async |packet: &mut [u8]| tokio::time::timeout(ground::PATIENCE, listener.recv(packet)).await.unwrap().unwrap();
    got(&mut packet).await;
    // The leg and the media of the host go at once.
    drop((leg, ground));
    let last = loop {
        let length = got(&mut packet).await;
        if (192..=223).contains(&packet[1]) {
            break packet[..length].to_vec();
        }
    };
    // A report, a name, and a farewell (RFC 3550, 6.6).
    assert_eq!((last[1], last[last.len() - 8], last[last.len() - 7]), (200, 0x81, 203));
}
