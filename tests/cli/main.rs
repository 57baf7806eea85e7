//! The command line as it is typed: what the real binary prints, and how it ends.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the binary in a folder, without colours and without this process's environment.
fn segue(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
    command.args(args).current_dir(folder).env_clear().env("NO_COLOR", "1").env("HOME", folder);
    command.output().unwrap()
}

/// Exit code, then both outputs, as one text.
fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("exit {}\n--- out\n{}--- err\n{}", output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes the configuration, which has secrets in it, for its owner alone.
fn configure(folder: &Path, text: &str) {
    let file = folder.join("segue.toml");
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
}

const SMALL: &str = r#"
secret = "0123456789abcdefghijklmnopqrstuvwxyz"
[listen]
public = "127.0.0.1:0"
[store]
kind = "memory"
[tenants.acme]
widgets = ["site"]
[[tenants.acme.issuers]]
issuer = "https://id.acme"
audience = "segue"
algorithm = "HS256"
secret = "a shared key of forty bytes, for the tests"
roles = ["app", "admin"]
[tenants.acme.queues.general]
"#;

#[test]
fn help_names_verbs_exit_codes_and_variables() {
    insta::assert_snapshot!(told(&segue(folder().path(), &["--help"])));
}

#[test]
fn what_is_no_verb_ends_with_two() {
    insta::assert_snapshot!(told(&segue(folder().path(), &["serv"])));
}

#[test]
fn config_init_check_and_show_agree() {
    let folder = folder();
    assert!(segue(folder.path(), &["config", "init", "segue.toml"]).status.success());
    insta::assert_snapshot!(told(&segue(folder.path(), &["config", "check"])), @"
    exit 0
    --- out
    segue.toml: nothing is wrong
    --- err
    ");
    let again = segue(folder.path(), &["config", "init", "segue.toml"]);
    assert_eq!(again.status.code(), Some(1), "a file that is there is left alone");
    let shown = segue(folder.path(), &["config", "show"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("secret = \"********\""), "{shown}");
    let shown: toml::Table = shown.parse().unwrap();
    assert_eq!(shown["limits"]["ws_frame"].as_str(), Some("64KB"));
}

#[test]
fn config_check_tells_every_fault() {
    let folder = folder();
    configure(folder.path(), &SMALL.replace("[store]", "[stor]").replace("HS256", "HS265"));
    insta::assert_snapshot!("check", told(&segue(folder.path(), &["config", "check"])));
    insta::assert_snapshot!("check_json", told(&segue(folder.path(), &["config", "check", "--json"])));
}

#[test]
fn config_check_warns_and_passes() {
    let folder = folder();
    configure(folder.path(), SMALL);
    insta::assert_snapshot!(told(&segue(folder.path(), &["config", "check"])));
}

#[test]
fn config_schema_is_a_schema() {
    let output = segue(folder().path(), &["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["properties"]["secret"]["x-private"], true);
}

#[test]
fn token_mint_makes_what_the_config_admits() {
    let folder = folder();
    configure(folder.path(), SMALL);
    let mint = |more: &[&str]| segue(folder.path(), &[&["token", "mint", "--subject", "nora"], more].concat());
    let output = mint(&["--role", "app", "--claim", "tier=gold", "--claim", "amr=[\"pwd\"]", "--json"]);
    let minted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(minted["token"].as_str().unwrap().split('.').count(), 3);
    let claims = &minted["claims"];
    assert_eq!((&claims["sub"], &claims["tier"], &claims["amr"][0]), (&"nora".into(), &"gold".into(), &"pwd".into()));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3600);
    for (typed, seconds) in [("90", 90), ("5m", 300), ("1h 30m", 5400)] {
        let output = mint(&["--role", "app", "--for", typed, "--json"]);
        let minted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(minted["claims"]["exp"].as_u64().unwrap() - minted["claims"]["iat"].as_u64().unwrap(), seconds);
    }
    insta::assert_snapshot!("mint_without_issuer", told(&mint(&["--role", "agent"])));
    insta::assert_snapshot!("mint_for_nobody", told(&mint(&["--role", "app", "--tenant", "acne"])));
}

#[test]
fn token_mint_refuses_what_no_door_would_admit() {
    let folder = folder();
    std::fs::write(folder.path().join("segue.toml"), format!("{SMALL}[tenants.acme.agents.ada]\n").replace("\"admin\"", "\"agent\""))
        .unwrap();
    let mut said = String::new();
    for words in [
        &["--role", "app", "--subject", ""][..],
        &["--role", "app", "--subject", "two words"],
        &["--role", "agent", "--subject", "bob"],
        &["--role", "king", "--subject", "nora"],
        &["--role", "app", "--subject", "nora", "--for", "0"],
        &["--role", "app", "--subject", "nora", "--for", "-5"],
        &["--role", "app", "--subject", "nora", "--for", "99999999999"],
        &["--role", "app", "--subject", "nora", "--for", "a while"],
        &["--role", "app", "--subject", "nora", "--claim", "tier"],
        &["--role", "app", "--subject", "nora", "--claim", "sub=omar"],
    ] {
        let output = segue(folder.path(), &[&["token", "mint"], words].concat());
        said += &format!("{words:?}\n{}\n", told(&output));
    }
    insta::assert_snapshot!(said);
    assert!(segue(folder.path(), &["token", "mint", "--role", "agent", "--subject", "ada"]).status.success());
}

#[test]
fn causes_are_told_once() {
    let folder = folder();
    configure(folder.path(), SMALL);
    let init = told(&segue(folder.path(), &["config", "init", "segue.toml"]));
    assert_eq!(init.matches("File exists").count(), 1, "{init}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let text = SMALL.replace("127.0.0.1:0", &taken.local_addr().unwrap().to_string());
    configure(folder.path(), &text);
    let serve = told(&segue(folder.path(), &["serve"]));
    assert!(serve.starts_with("exit 1"), "{serve}");
    assert_eq!(serve.matches("Address already in use").count(), 1, "{serve}");
}

#[test]
fn completions_are_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = segue(folder().path(), &["completions", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && script.contains("segue") && script.contains("interactions"), "{shell}");
    }
}

#[test]
fn a_daemon_that_is_not_there_ends_with_three() {
    let folder = folder();
    // Port 9 is "discard": nothing serves it.
    let output = segue(folder.path(), &["sessions", "list", "--url", "http://127.0.0.1:9", "--token", "x"]);
    insta::assert_snapshot!(told(&output));
    let output = segue(folder.path(), &["sessions", "list"]);
    assert_eq!(output.status.code(), Some(2), "a token is missing: {}", told(&output));
}

#[test]
fn secrets_that_others_may_read_are_told() {
    let folder = folder();
    configure(folder.path(), SMALL);
    std::fs::set_permissions(folder.path().join("segue.toml"), Permissions::from_mode(0o640)).unwrap();
    let output = told(&segue(folder.path(), &["config", "check"]));
    assert!(output.contains("others on this machine may read") && output.contains("`chmod 600 "), "{output}");
    assert_eq!(output.matches("may read").count(), 1, "once for each file: {output}");
    // What is not the store's own, but lies beside it.
    configure(folder.path(), &SMALL.replace("\"memory\"", "\"embedded\""));
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let output = told(&segue(folder.path(), &["doctor"]));
    assert!(output.contains("data is not there yet"), "{output}");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "looking makes nothing");
    drop(segue_session::store::Embedded::open(&data).unwrap());
    std::fs::write(data.join("copy.redb"), "").unwrap();
    let output = told(&segue(folder.path(), &["doctor"]));
    assert!(output.contains("may read") && output.contains("copy.redb") && output.contains("`chmod -R go= "), "{output}");
}

#[test]
fn doctor_says_how_it_is() {
    let folder = folder();
    configure(folder.path(), SMALL);
    let output = segue(folder.path(), &["doctor", "--json"]);
    let findings: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let checks: Vec<_> = findings.iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    assert_eq!(checks.iter().filter(|check| **check == "port").count(), 1);
    for check in ["configuration", "file limit", "clock", "store"] {
        assert!(checks.contains(&check), "{checks:?}");
    }
    assert!(output.status.success(), "{}", told(&output));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let text = SMALL.replace("127.0.0.1:0", &taken.local_addr().unwrap().to_string());
    configure(folder.path(), &text);
    let output = segue(folder.path(), &["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("fail  port"), "{}", told(&output));
}

#[test]
fn what_is_no_audit_log_is_not_read_to_its_end() {
    for (file, says) in [("/dev/zero", "is no file"), ("/tmp", "is no file")] {
        let output = segue(folder().path(), &["audit", "verify", file]);
        assert!(output.status.code() == Some(1) && told(&output).contains(says), "{}", told(&output));
    }
    let folder = folder();
    std::fs::write(folder.path().join("long"), vec![b'x'; 1 << 20]).unwrap();
    let told = told(&segue(folder.path(), &["audit", "verify", "long"]));
    assert!(told.contains("line 1 does not hold"), "{told}");
}

#[test]
fn journeys_that_are_no_text_are_named_with_the_mend() {
    let folder = folder();
    configure(folder.path(), &SMALL.replace("[tenants.acme]", "[tenants.acme]\njourneys = \"journeys\""));
    std::fs::create_dir_all(folder.path().join("journeys/folder.yaml")).unwrap();
    std::fs::write(folder.path().join("journeys/latin.yaml"), b"name: caf\xe9\n").unwrap();
    let told = told(&segue(folder.path(), &["config", "check"]));
    assert!(told.contains("folder.yaml is a folder") && told.contains("latin.yaml is no text in UTF-8"), "{told}");
    assert!(told.contains("save it as UTF-8") && told.contains("move the folder away"), "{told}");
}
