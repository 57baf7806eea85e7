//! Several legs: who hears whom, at each step of hold, transfer and conference.
#![expect(clippy::unwrap_used, reason = "tests")]

mod ground;

use ground::Ground;
use segue_adapter_media::testing::{Network, Phone, Weather};
use segue_adapter_media::{Bridge, Clip, Codec, Direction, Error, Event, Opening, Program, Role, Security};
use std::time::Duration;

fn music() -> Program {
    Program::music(Clip::tone(&[300, 350], 14, Duration::from_secs(1)))
}

#[tokio::test]
async fn two_hear_each_other_whatever_they_speak() {
    let ground = Ground::new(20, 1);
    for (one, other) in [
        (Codec::Pcmu, Codec::Pcmu),
        (Codec::Pcmu, Codec::Pcma),
        (Codec::Pcma, Codec::G722),
        (Codec::G722, Codec::Pcmu),
        (Codec::G722, Codec::G722),
    ] {
        let (mut customer, caller) = ground.talk(one, 1000).await;
        let (mut agent, phone) = ground.talk(other, 440).await;
        let mut bridge = Bridge::new(&customer).unwrap();
        bridge.seat(&mut customer, Role::Party).await.unwrap();
        bridge.seat(&mut agent, Role::Party).await.unwrap();
        tokio::join!(caller.hears(&[440]), phone.hears(&[1000]));
        drop(bridge);
        tokio::join!(caller.hears(&[]), phone.hears(&[]));
    }
}

#[tokio::test]
async fn hold_and_transfer_with_music() {
    let ground = Ground::new(8, 2);
    let (mut customer, caller) = ground.talk(Codec::Pcma, 1000).await;
    let (mut first, ada) = ground.talk(Codec::Pcma, 440).await;
    let (mut second, ben) = ground.talk(Codec::Pcmu, 620).await;
    customer.play(music()).unwrap();
    caller.hears(&[300, 350]).await;
    let mut talk = Bridge::new(&customer).unwrap();
    talk.seat(&mut customer, Role::Party).await.unwrap();
    talk.seat(&mut first, Role::Party).await.unwrap();
    customer.stop().unwrap();
    tokio::join!(caller.hears(&[440]), ada.hears(&[1000]), ben.hears(&[]));

    // Ada puts the customer on hold and asks Ben.
    talk.hold(customer.key(), true).unwrap();
    customer.play(music()).unwrap();
    let mut consultation = Bridge::new(&first).unwrap();
    consultation.seat(&mut first, Role::Party).await.unwrap();
    consultation.seat(&mut second, Role::Party).await.unwrap();
    tokio::join!(caller.hears(&[300, 350]), ada.hears(&[620]), ben.hears(&[440]));

    // All three.
    talk.seat(&mut first, Role::Party).await.unwrap();
    talk.seat(&mut second, Role::Party).await.unwrap();
    talk.hold(customer.key(), false).unwrap();
    customer.stop().unwrap();
    tokio::join!(caller.hears(&[440, 620]), ada.hears(&[620, 1000]), ben.hears(&[440, 1000]));

    // Ada leaves them.
    drop(first);
    tokio::join!(caller.hears(&[620]), ben.hears(&[1000]));
    drop((customer, second));
    ground.until("nothing is left", |figures| figures.legs == 0 && figures.ports == 0).await;
    let numbers = caller.packets();
    assert!(numbers.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)), "no gap of our making");
    assert!(numbers.iter().filter(|header| header.marker).count() < 16);
}

#[tokio::test]
async fn a_supervisor_listens_whispers_and_barges_in() {
    let ground = Ground::new(8, 1);
    let (mut customer, caller) = ground.talk(Codec::Pcmu, 1000).await;
    let (mut agent, ada) = ground.talk(Codec::G722, 440).await;
    let (mut supervisor, eve) = ground.talk(Codec::Pcma, 1500).await;
    let mut bridge = Bridge::new(&customer).unwrap();
    bridge.seat(&mut customer, Role::Party).await.unwrap();
    bridge.seat(&mut agent, Role::Party).await.unwrap();
    bridge.seat(&mut supervisor, Role::Monitor).await.unwrap();
    tokio::join!(caller.hears(&[440]), ada.hears(&[1000]), eve.hears(&[440, 1000]));
    bridge.seat(&mut supervisor, Role::Whisper(agent.key())).await.unwrap();
    tokio::join!(caller.hears(&[440]), ada.hears(&[1000, 1500]), eve.hears(&[440, 1000]));
    bridge.seat(&mut supervisor, Role::Party).await.unwrap();
    tokio::join!(caller.hears(&[440, 1500]), ada.hears(&[1000, 1500]), eve.hears(&[440, 1000]));
    bridge.mute(agent.key(), true).unwrap();
    tokio::join!(caller.hears(&[1500]), ada.hears(&[1000, 1500]), eve.hears(&[1000]));
    bridge.unseat(supervisor.key()).unwrap();
    bridge.mute(agent.key(), false).unwrap();
    tokio::join!(caller.hears(&[440]), ada.hears(&[1000]), eve.hears(&[]));
}

#[tokio::test]
async fn a_prompt_goes_before_the_talk() {
    let mut ground = Ground::new(8, 1);
    let (mut customer, caller) = ground.talk(Codec::Pcmu, 1000).await;
    let (mut agent, ada) = ground.talk(Codec::Pcmu, 440).await;
    let mut bridge = Bridge::new(&customer).unwrap();
    bridge.seat(&mut customer, Role::Party).await.unwrap();
    bridge.seat(&mut agent, Role::Party).await.unwrap();
    tokio::join!(caller.hears(&[440]), ada.hears(&[1000]));
    agent.play(Program::prompt(vec![Clip::tone(&[2100], 14, Duration::from_millis(600))])).unwrap();
    tokio::join!(caller.hears(&[440]), ada.hears(&[2100]));
    assert!(matches!(ground.next(&agent).await, Event::Played { .. }));
    ada.hears(&[1000]).await;
    // Keys pass from one to the other, once each.
    caller.press("42#");
    ada.is_pressed("42#").await;
    tokio::join!(caller.hears(&[440]), ada.hears(&[1000]));
}

#[tokio::test]
async fn a_table_has_so_many_seats() {
    let ground = Ground::new(20, 1);
    let mut legs: Vec<_> = (0..17).map(|_| ground.media.open(ground.opening(&Codec::ALL)).unwrap()).collect();
    let mut bridge = Bridge::new(&legs[0]).unwrap();
    let mut last = legs.pop().unwrap();
    for leg in &mut legs {
        bridge.seat(leg, Role::Party).await.unwrap();
    }
    assert!(matches!(bridge.seat(&mut last, Role::Party).await, Err(Error::NoSeat)));
    assert_eq!(bridge.seats().len(), 16);
}

#[tokio::test]
async fn bad_weather_is_passed_on_as_it_is() {
    let ground = Ground::new(8, 1);
    let caller = Phone::new(Codec::Pcmu, 1000).await;
    let mut customer = ground.media.open(ground.opening(&Codec::ALL)).unwrap();
    let weather = Weather { lost: 50, twice: 50, late: 50, by: Duration::from_millis(50), delay: Duration::ZERO };
    let network = Network::new(11, weather, caller.address(), customer.local()).await;
    customer.answer(caller.description_at(network.end_of_b()).as_bytes(), Direction::BOTH).unwrap();
    caller.calls(network.end_of_a());
    let (mut agent, ada) = ground.talk(Codec::Pcma, 440).await;
    let mut bridge = Bridge::new(&customer).unwrap();
    bridge.seat(&mut customer, Role::Party).await.unwrap();
    bridge.seat(&mut agent, Role::Party).await.unwrap();
    ada.gets(300).await;
    let packets: Vec<_> = ada.packets().iter().map(|header| header.sequence).collect();
    let mut numbers = packets.clone();
    numbers.sort_unstable_by_key(|number| number.wrapping_sub(packets[0]).cast_signed());
    assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]), "none twice");
    let span = usize::from(numbers[numbers.len() - 1].wrapping_sub(numbers[0])) + 1;
    let lost = span - numbers.len();
    assert!(lost > 2 && lost < span / 5, "{lost} of {span} are missing, as they were");
    assert!(packets.windows(2).any(|pair| pair[1].wrapping_sub(pair[0]).cast_signed() < 0), "the order is theirs");
}

#[tokio::test]
async fn what_is_sealed_is_heard_by_its_side_alone() {
    let mut ground = Ground::new(8, 1);
    let opening = || Opening { security: Security::Sealed, ..ground.opening(&Codec::ALL) };
    let (mut near, mut far) = (ground.media.open(opening()).unwrap(), ground.media.open(opening()).unwrap());
    let offer = near.offer(Direction::BOTH);
    let (answer, agreed) = far.answer(offer.as_bytes(), Direction::BOTH).unwrap();
    near.accept(answer.as_bytes()).unwrap();
    assert!(agreed.keys.is_some());
    // A telephone behind each of the two: in the clear, sealed between them.
    let (mut customer, caller) = ground.talk(Codec::Pcmu, 1000).await;
    let (mut agent, ada) = ground.talk(Codec::Pcma, 440).await;
    let (mut here, mut there) = (Bridge::new(&near).unwrap(), Bridge::new(&far).unwrap());
    here.seat(&mut customer, Role::Party).await.unwrap();
    here.seat(&mut near, Role::Party).await.unwrap();
    there.seat(&mut far, Role::Party).await.unwrap();
    there.seat(&mut agent, Role::Party).await.unwrap();
    tokio::join!(caller.hears(&[440]), ada.hears(&[1000]));
    caller.press("7*");
    ada.is_pressed("7*").await;
    // Whoever has not the key is not heard, even from where it may come.
    let before = far.quality().await.unwrap();
    near.answer(caller.description().as_bytes(), Direction::BOTH).unwrap_err();
    assert_eq!(before.unreadable, 0);
    tokio::join!(caller.hears(&[440]), ada.hears(&[1000]));
    assert!(matches!(ground.next(&far).await, Event::Pressed { .. }));
}
