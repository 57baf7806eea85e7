//! Recordings: who is on which side, when, and what is left after a crash.
#![expect(clippy::unwrap_used, reason = "tests")]

mod ground;

use ground::Ground;
use segue_adapter_media::{Bridge, Clip, Codec, Program, RecordError, Role, goertzel};
use std::path::Path;
use std::time::Duration;

/// Left and right of a file.
fn sides(path: &Path) -> (Vec<i16>, Vec<i16>) {
    let mut file = hound::WavReader::open(path).unwrap();
    assert_eq!((file.spec().channels, file.spec().sample_rate, file.spec().bits_per_sample), (2, 8000, 16));
    let samples: Vec<i16> = file.samples().map(Result::unwrap).collect();
    samples.chunks(2).map(|both| (both[0], both[1])).unzip()
}

/// In how many of the windows of 100 ms a frequency is.
fn windows(samples: &[i16], hertz: f64) -> usize {
    samples.chunks_exact(800).filter(|window| goertzel(window, hertz, 8000) > 2500.0).count()
}

#[tokio::test]
async fn each_side_has_its_channel_by_the_walls_clock() {
    let ground = Ground::new(8, 1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.wav");
    let (mut customer, caller) = ground.talk(Codec::Pcmu, 1000).await;
    let (mut agent, ada) = ground.talk(Codec::G722, 440).await;
    let recording = customer.record(&path).unwrap();
    customer.play(Program::music(Clip::tone(&[300, 350], 14, Duration::from_secs(1)))).unwrap();
    caller.gets(50).await;
    let mut bridge = Bridge::new(&customer).unwrap();
    bridge.seat(&mut customer, Role::Party).await.unwrap();
    bridge.seat(&mut agent, Role::Party).await.unwrap();
    customer.stop().unwrap();
    tokio::join!(caller.hears(&[440]), ada.hears(&[1000]));
    caller.gets(caller.packets().len() + 50).await;
    // A secret: nothing of it is written, and the clock goes on.
    recording.pause();
    caller.gets(caller.packets().len() + 50).await;
    recording.resume();
    caller.gets(caller.packets().len() + 50).await;
    let recorded = recording.finish().await.unwrap();
    assert_eq!((&recorded.path, recorded.lost), (&path, 0));
    let (left, right) = sides(&path);
    let tenths = left.len() / 800;
    assert_eq!(recorded.duration.as_millis() as usize, left.len() / 8);
    assert!((38..80).contains(&tenths), "{tenths} tenths of a second");
    let (says, music, hears) = (windows(&left, 1000.0), windows(&right, 300.0), windows(&right, 440.0));
    assert!((5..15).contains(&(tenths - says)), "all but a second of pause: {says} of {tenths}");
    assert!((8..14).contains(&music) && (15..tenths - music).contains(&hears), "{music}, then {hears} of {tenths}");
    assert_eq!(windows(&left, 440.0) + windows(&right, 1000.0), 0, "nobody is on the other's side");
}

#[tokio::test]
async fn a_crash_leaves_what_can_be_played() {
    let ground = Ground::new(8, 1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.wav");
    let (customer, caller) = ground.talk(Codec::Pcma, 1000).await;
    let recording = customer.record(&path).unwrap();
    caller.gets(150).await;
    // What the disk has now is what a crash would leave.
    let left_behind = folder.path().join("left-behind.wav");
    std::fs::copy(folder.path().join("talk.wav.part"), &left_behind).unwrap();
    let (left, _) = sides(&left_behind);
    assert!(left.len() > 8000, "a second at least of three: {}", left.len());
    assert!(windows(&left, 1000.0) + 2 >= left.len() / 800);
    assert!(!path.exists());
    // A leg that ends completes its recording.
    drop(customer);
    let recorded = recording.finish().await.unwrap();
    assert!(recorded.duration >= Duration::from_secs(2) && path.exists());
}

#[tokio::test]
async fn what_cannot_be_written_is_told() {
    let ground = Ground::new(8, 1);
    let (leg, _phone) = ground.talk(Codec::Pcma, 1000).await;
    let recording = leg.record(Path::new("/nowhere/talk.wav")).unwrap();
    assert!(matches!(recording.finish().await, Err(RecordError::Write(_))));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.wav");
    let first = leg.record(&path).unwrap();
    first.finish().await.unwrap();
    std::fs::write(folder.path().join("talk.wav.part"), b"another's").unwrap();
    assert!(matches!(leg.record(&path).unwrap().finish().await, Err(RecordError::Write(_))), "it is another's");
}
