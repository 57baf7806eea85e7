//! The file as others find it.

use super::*;
use segue_session::{AgentName, CustomerClaims, Private, Reason, Time};
use std::path::Path;

fn at(path: &Path) -> Audit {
    let (audit, write) = stopped(path);
    std::thread::spawn(write);
    audit
}

/// One whose thread is not started yet.
fn stopped(path: &Path) -> (Audit, impl FnOnce() + Send + use<>) {
    let (lines, inbox) = mpsc::sync_channel(QUEUE);
    let writer = Writer::open(path).unwrap();
    let waiting = Arc::<Waiting>::default();
    let (node, told) = (Arc::from("one"), Arc::clone(&waiting));
    let audit = Audit { node: Arc::clone(&node), lines: Some(lines), waiting, meters: Meters::default() };
    (audit, move || writer.run(&inbox, &told, &node))
}

fn who(party: Party) -> Principal {
    Principal { tenant: "acme".into(), subject: Private::new("root@acme".to_owned()), party, expires: Time(u64::MAX) }
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn refused() -> Refusal {
    Refusal::new(Reason::PermissionDenied, "no")
}

/// Three lines of a daemon that ended in order.
async fn three(path: &Path) {
    let audit = at(path);
    audit.deed(&who(Party::Admin), "session.export", Some("a session".into()), &Ok(()));
    audit.deed::<()>(&who(Party::Agent(AgentName::new("ada"))), "session.observe", None, &Err(refused()));
    audit.close().await;
}

#[tokio::test]
async fn lines_say_who_did_what_and_hang_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/audit.log");
    three(&path).await;
    let written = lines(&path);
    let told: Vec<_> = written.iter().map(|line| (&line["who"], &line["what"], &line["result"])).collect();
    let null = serde_json::Value::Null;
    assert_eq!(told[0], (&"root@acme".into(), &"session.export".into(), &"OK".into()));
    assert_eq!(told[1], (&"ada".into(), &"session.observe".into(), &"PERMISSION_DENIED".into()));
    assert_eq!(told[2], (&null, &"daemon.stop".into(), &"OK".into()));
    assert_eq!(written[0]["previous"], chain::BEGINNING);
    assert_eq!(written[1]["previous"], written[0]["hash"]);
    let whole = verify(std::slice::from_ref(&path)).unwrap();
    let Verdict::Whole { lines: 3, head, .. } = &whole else { panic!("{whole:?}") };
    assert_eq!(written[2]["hash"], head.as_str());
}

#[tokio::test]
async fn the_next_life_goes_on_with_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    three(&path).await;
    // A crash within a line.
    std::fs::OpenOptions::new().append(true).open(&path).and_then(|mut file| io::Write::write_all(&mut file, b"{\"n\":4")).unwrap();
    assert!(matches!(verify(std::slice::from_ref(&path)).unwrap(), Verdict::Broken { line: 4, .. }));
    // The former thread lets go of the file once its last sender is gone.
    let begun = std::time::Instant::now();
    while matches!(Writer::open(&path), Err(Error::Held(_))) && begun.elapsed() < std::time::Duration::from_secs(20) {
        tokio::task::yield_now().await;
    }
    three(&path).await;
    assert!(matches!(verify(std::slice::from_ref(&path)).unwrap(), Verdict::Whole { lines: 6, .. }));
}

#[tokio::test]
async fn a_line_that_was_touched_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    three(&path).await;
    let text = std::fs::read_to_string(&path).unwrap();
    let broken = |touched: String| {
        std::fs::write(&path, touched).unwrap();
        match verify(std::slice::from_ref(&path)).unwrap() {
            Verdict::Broken { line, .. } => line,
            Verdict::Whole { .. } => 0,
        }
    };
    assert_eq!(broken(text.replace("PERMISSION_DENIED", "OK")), 2, "a word changed");
    assert_eq!(broken(text.lines().skip(1).map(|line| format!("{line}\n")).collect()), 0, "it may lie in a file of before");
    let Verdict::Whole { after: Some(after), .. } = verify(std::slice::from_ref(&path)).unwrap() else { panic!("the first is gone") };
    assert_eq!(after.lines, 1, "and that is told");
    assert_eq!(broken(text.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, line)| format!("{line}\n")).collect()), 2);
    assert_eq!(broken(text.trim_end().to_owned()), 3, "the last has no end");
    assert_eq!(broken(text.clone()), 0);
    std::fs::write(&path, text.replace("daemon.stop", "daemon.stay")).unwrap();
    assert!(matches!(Writer::open(&path), Err(Error::Broken { .. })), "nothing is written after a line that does not hold");
}

#[tokio::test]
async fn who_knocks_often_is_written_once_with_how_often() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let audit = at(&path);
    let visitor = who(Party::Customer(CustomerClaims::default()));
    for _ in 0..100 {
        audit.often::<()>(&visitor, "handle", None, &Err(refused()));
    }
    audit.turned_away(&refused());
    audit.close().await;
    let written = lines(&path);
    let told: Vec<_> = written.iter().map(|line| (line["what"].as_str().unwrap(), line["times"].as_u64())).collect();
    assert_eq!(told.iter().filter(|told| **told == ("handle", None)).count(), 1);
    assert_eq!(told.iter().filter(|told| **told == ("handle", Some(99))).count(), 1);
    assert_eq!(told.iter().filter(|(what, _)| *what == "door").count(), 1);
    assert!(written.iter().all(|line| line["who"].is_null()), "a customer is named by no line");
}

#[tokio::test]
async fn a_crowd_at_the_door_pushes_out_no_deed_and_what_is_lost_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let (audit, write) = stopped(&path);
    for _ in 0..QUEUE {
        audit.turned_away(&refused());
    }
    audit.deed(&who(Party::Admin), "session.erase", Some("a session".into()), &Ok(()));
    std::thread::spawn(write);
    audit.close().await;
    let written = lines(&path);
    assert!(written.iter().any(|line| line["what"] == "session.erase"));
    let lost: Vec<_> = written.iter().filter(|line| line["what"] == "audit.lost").map(|line| line["times"].as_u64()).collect();
    assert_eq!(lost, [Some((QUEUE - NOISE) as u64)]);
    assert!(matches!(verify(std::slice::from_ref(&path)).unwrap(), Verdict::Whole { .. }));
}

#[tokio::test]
async fn ever_new_names_at_the_door_fill_no_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let audit = at(&path);
    for name in 0..900 {
        audit.often::<()>(&who(Party::Admin), "handle", Some(format!("made up {name}")), &Err(refused()));
    }
    audit.close().await;
    assert!(lines(&path).len() < 300, "{}", lines(&path).len());
}

#[tokio::test]
async fn one_process_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let _first = Writer::open(&path).unwrap();
    let second = Writer::open(&path).unwrap_err();
    assert!(second.to_string().contains("give this one a file of its own"), "{second}");
}

#[tokio::test]
async fn a_file_that_is_moved_away_is_followed_by_one_that_goes_on_with_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let (path, old) = (folder.path().join("audit.log"), folder.path().join("audit.log.1"));
    let audit = at(&path);
    audit.daemon("daemon.start", None);
    audit.follow();
    audit.daemon("daemon.reload", None);
    while lines(&path).len() < 2 {
        tokio::task::yield_now().await;
    }
    std::fs::rename(&path, &old).unwrap();
    audit.follow();
    audit.daemon("daemon.reload", None);
    audit.close().await;
    assert_eq!((lines(&old).len(), lines(&path).len()), (2, 2), "no line is left where nobody looks");
    let Verdict::Whole { lines: 4, after: None, .. } = verify(&[old.clone(), path.clone()]).unwrap() else {
        panic!("two files, one chain")
    };
    let Verdict::Whole { lines: 2, after: Some(after), .. } = verify(std::slice::from_ref(&path)).unwrap() else {
        panic!("its beginning is not told")
    };
    let Verdict::Whole { head, .. } = verify(std::slice::from_ref(&old)).unwrap() else { panic!("the old one holds") };
    assert_eq!(after, Earlier { lines: 2, head });
    let Verdict::Broken { file, line: 1, .. } = verify(&[path.clone(), old.clone()]).unwrap() else { panic!("the wrong way round") };
    assert_eq!(file, old);
}
