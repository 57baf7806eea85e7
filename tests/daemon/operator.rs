//! An operator's command line against a running daemon: what it prints for people, over TLS too, and what it says when
//! something is not as it should be.

use super::{card, plan, start, tls};
use segue::config::{self, Wanted};
use segue_proto::client::Customer;
use segue_session::store::testing::RedisServer;
use std::path::Path;
use std::process::Output;

/// Runs the program with a token and without this process's environment.
pub(super) async fn segue(url: &str, token: &str, words: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_segue"));
    command.args(words).env_clear().env("NO_COLOR", "1").env("SEGUE_URL", url).env("SEGUE_TOKEN", token);
    command.output().await.unwrap()
}

/// What it printed; fails where it failed.
pub(super) fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", told(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Exit code and standard error, in one line each.
pub(super) fn told(output: &Output) -> String {
    let words: Vec<_> = std::str::from_utf8(&output.stderr).unwrap().split_whitespace().collect();
    format!("{}: {}", output.status.code().unwrap(), words.join(" "))
}

/// Times, ids and numbers out of it, so that what stays can be held against a text.
pub(super) fn plain(text: &str) -> String {
    let blot = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if bare.len() == 36 && bare.bytes().filter(|b| *b == b'-').count() == 4 {
            return word.replace(bare, "ID");
        }
        let time = bare.len() >= 9 && bare.bytes().all(|b| b.is_ascii_digit() || b"-:Z".contains(&b));
        if time { word.replace(bare, "T") } else { word.to_owned() }
    };
    let line = |line: &str| line.split_whitespace().map(blot).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_session_is_shown_on_one_sheet_without_what_was_said() {
    let plan = plan();
    let running = start(plan.clone()).await;
    let tokens = card(&plan, running.public);
    let url = format!("http://{}", running.public);
    let mut nora = Customer::connect(&url, &tokens.customer).await.unwrap();
    let mut session = nora.start("fault").await.unwrap();
    nora.choose(&mut session, "internet").await.unwrap();
    let sheet = printed(&segue(&url, &tokens.admin, &["sessions", "show", &session.session]).await);
    insta::assert_snapshot!(plain(&sheet));
    let bare = session.session.replace('-', "");
    assert_eq!(printed(&segue(&url, &tokens.admin, &["sessions", "show", &bare]).await), sheet, "hyphens do not count");
    let json = printed(&segue(&url, &tokens.admin, &["sessions", "show", &bare, "--json"]).await);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["sessionId"], &json["standing"]), (&session.session.as_str().into(), &serde_json::json!({ "active": {} })));

    nora.ask_for_person(&mut session).await.unwrap();
    // An address is the same with a slash behind it.
    let list = printed(&segue(&format!("{url}/"), &tokens.admin, &["interactions", "list", "--json"]).await);
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let interaction = list[0]["interactionId"].as_str().unwrap();
    for id in [interaction.to_owned(), interaction.replace('-', "")] {
        let told = printed(&segue(&url, &tokens.admin, &["interactions", "explain", &id]).await);
        assert!(told.contains("waits in faults"), "{told}");
    }
    running.stop().await;
}

#[tokio::test]
async fn what_goes_wrong_is_said_with_the_mend() {
    let plan = plan();
    let running = start(plan.clone()).await;
    let tokens = card(&plan, running.public);
    let url = format!("http://{}", running.public);
    let nobody = "00000000-0000-7000-8000-000000000000";
    let (admin, app) = (tokens.admin.as_str(), tokens.customer.as_str());
    let mut said = Vec::new();
    for (url, token, words) in [
        (url.as_str(), "nonsense", vec!["sessions", "list"]),
        (&url, app, vec!["sessions", "list"]),
        (&url, admin, vec!["sessions", "show", nobody]),
        (&url, admin, vec!["interactions", "explain", nobody]),
        (&url, admin, vec!["interactions", "explain", "nobody"]),
        (&url, admin, vec!["sessions", "erase", nobody]),
        (&url, admin, vec!["sessions", "list", "--wait", "0"]),
        (&url, admin, vec!["sessions", "list", "--ca", "there-is-none.pem"]),
        ("ftp://127.0.0.1", admin, vec!["sessions", "list"]),
        ("nowhere", admin, vec!["sessions", "list"]),
        ("https://127.0.0.1:9", admin, vec!["sessions", "list", "--ca", "there-is-none.pem"]),
        (&url.replace("http", "https"), admin, vec!["sessions", "list"]),
    ] {
        let answer = told(&segue(url, token, &words).await);
        said.push(format!("{} | {}", words.join(" "), answer.replace(&running.public.to_string(), "DAEMON")));
    }
    insta::assert_snapshot!(said.join("\n"));
    running.stop().await;
}

#[tokio::test]
async fn the_command_line_speaks_tls() {
    let folder = tempfile::tempdir().unwrap();
    let plan = tls::with_tls(folder.path());
    tls::renew(folder.path());
    let running = start(plan.clone()).await;
    let tokens = card(&plan, running.public);
    let url = format!("https://localhost:{}", running.public.port());
    let trusted = folder.path().join("cert.pem");
    let list = ["sessions", "list", "--ca", trusted.to_str().unwrap()];
    let none = segue(&url, &tokens.admin, &list).await;
    assert_eq!((printed(&none).as_str(), told(&none).as_str()), ("", "0: no sessions"));
    let stranger = told(&segue(&url, &tokens.admin, &["sessions", "list"]).await);
    assert!(stranger.starts_with("3: ") && stranger.contains("--ca FILE"), "{stranger}");
    let plain = told(&segue(&url.replace("https", "http"), &tokens.admin, &list[..2]).await);
    assert!(plain.starts_with("3: ") && plain.contains("wants https://"), "{plain}");
    let wrong = Path::new("Cargo.toml").canonicalize().unwrap();
    let unusable = told(&segue(&url, &tokens.admin, &["sessions", "list", "--ca", wrong.to_str().unwrap()]).await);
    assert!(unusable.starts_with("2: ") || unusable.starts_with("3: "), "{unusable}");
    running.stop().await;
}

/// What `doctor` says of a configuration: exit code, then the findings that are not well.
async fn doctor(folder: &Path, store: &str) -> (i32, Vec<(String, String, String)>) {
    let config = format!(
        "secret = \"0123456789abcdefghijklmnopqrstuvwxyz\"\nnode = \"one\"\n[listen]\npublic = \"127.0.0.1:0\"\n[store]\n{store}\n\
         [tenants.acme]\nwidgets = [\"site\"]\n[tenants.acme.queues.general]\n[limits]\nconnections = 4000000000\n"
    );
    std::fs::write(folder.join("segue.toml"), config).unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_segue"));
    let output = command.args(["doctor", "--json"]).current_dir(folder).env_clear().output().await.unwrap();
    let findings: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let ill = findings.iter().filter(|finding| finding["health"] != "ok");
    let ill = ill.map(|finding| (text(&finding["check"]), text(&finding["found"]), text(&finding["mend"]))).collect();
    (output.status.code().unwrap(), ill)
}

#[tokio::test]
async fn doctor_finds_what_is_wrong_and_says_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let finding = |(code, ill): (i32, Vec<(String, String, String)>), check: &str| {
        let found = ill.iter().find(|(found, ..)| found == check).unwrap_or_else(|| panic!("no {check} in {ill:?}")).clone();
        assert!(ill.iter().all(|(_, _, mend)| !mend.is_empty()), "each with a mend: {ill:?}");
        (code, found.1, found.2)
    };
    let (code, found, mend) = finding(doctor(folder.path(), "kind = \"embedded\"\ndir = \"file/data\"").await, "store");
    assert!(code == 1 && found.contains("cannot be made") && mend.contains("store.dir"), "{found}: {mend}");
    let (code, found, mend) = finding(doctor(folder.path(), "kind = \"memory\"").await, "file limit");
    assert!(code == 0 && found.contains("4000000000 connections") && mend.contains("LimitNOFILE"), "{found}: {mend}");
    let redis = RedisServer::start(&[("maxmemory-policy", "allkeys-lru"), ("appendonly", "no")]).await;
    let store = format!("kind = \"redis\"\nurl = \"{}\"", redis.url());
    let (code, found, _) = finding(doctor(folder.path(), &store).await, "redis");
    assert!(code == 1 && found.contains("set noeviction") && found.contains("set appendonly yes"), "{found}");
    let (code, _, mend) = finding(doctor(folder.path(), "kind = \"redis\"\nurl = \"redis://127.0.0.1:9/\"").await, "redis");
    assert!(code == 1 && mend.contains("store.url"), "{mend}");
}

#[tokio::test]
async fn doctor_knows_the_daemon_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let text = |public: &str| {
        format!(
            "secret = \"0123456789abcdefghijklmnopqrstuvwxyz\"\n[listen]\npublic = \"{public}\"\n[store]\ndir = \"{}\"\n\
             [tenants.acme]\nwidgets = [\"site\"]\n[tenants.acme.queues.general]\n",
            folder.path().join("data").display()
        )
    };
    let file = folder.path().join("segue.toml");
    std::fs::write(&file, text("127.0.0.1:0")).unwrap();
    let running = start(config::load(&Wanted { variables: Vec::new(), ..Wanted::file(&file) }).unwrap().plan).await;
    std::fs::write(&file, text(&running.public.to_string())).unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_segue"));
    let told = printed(&command.arg("doctor").current_dir(folder.path()).env_clear().output().await.unwrap());
    assert!(told.contains("a segue answers there") && told.contains("segue.redb is with the segue that runs"), "{told}");
    running.stop().await;
}
