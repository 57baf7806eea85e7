use super::source::Files;
use super::*;
use std::path::{Path, PathBuf};

/// Loads a configuration held in memory; the first file is the main one.
fn load_held(mode: Mode, texts: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Loaded, Faults> {
    let held = texts.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load(&Wanted { file: PathBuf::from(texts[0].0), files: Files::Held(held), variables, mode })
}

fn lines(texts: &[(&str, &str)]) -> String {
    match load_held(Mode::Serve, texts, &[]) {
        Ok(loaded) => format!("starts\n{}", loaded.warnings.lines()),
        Err(faults) => format!("does not start\n{}", faults.lines()),
    }
}

/// A small configuration without faults.
const SOUND: &str = r#"
secret = "0123456789abcdefghijklmnopqrstuvwxyz"
[listen]
public = "127.0.0.1:0"
[tenants.acme]
widgets = ["acme-site"]
[[tenants.acme.issuers]]
issuer = "https://id.acme"
audience = "segue"
algorithm = "RS256"
jwks = "https://id.acme/keys"
roles = ["app", "agent"]
[tenants.acme.queues.general]
[tenants.acme.agents.ada]
queues = ["general"]
"#;

#[test]
fn a_sound_file_has_no_faults() {
    assert_eq!(lines(&[("segue.toml", SOUND)]), "starts\n");
}

#[test]
fn what_init_writes_checks_clean() {
    let text = init().unwrap();
    let loaded = load_held(Mode::Serve, &[("segue.toml", &text)], &[]).map_err(|faults| faults.lines()).unwrap();
    insta::assert_snapshot!(loaded.warnings.lines(), @"");
}

#[test]
fn what_init_writes_names_every_key() {
    fn keys(schema: &serde_json::Value, into: &mut Vec<String>) {
        if let Some(properties) = schema["properties"].as_object() {
            into.extend(properties.keys().cloned());
        }
        for definition in schema["$defs"].as_object().into_iter().flatten() {
            keys(definition.1, into);
        }
    }
    let mut known = Vec::new();
    keys(shape::Shape::of_config().schema(), &mut known);
    let text = init().unwrap();
    let missing: Vec<_> = known.into_iter().filter(|key| !text.contains(key.as_str())).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn all_faults_come_at_once_with_their_place_and_mend() {
    let text = r#"
secret = "short"
drain_four = "25s"
[listen]
public = "everywhere"
origins = ["*", "www.example.com"]
trusted_proxies = ["10.0.0.1/8", "0.0.0.0/0"]
proxy_header = "via"
[store]
kind = "reddis"
[limits]
header_time = "5 parsecs"
ws_frame = 65536
sockets = 0
connections = -1
commands = "many"
http2_streams = 1.5
session_bytes = "2MB"
[tenants.acme]
language = "english language"
start = "nowhere"
region = "Europe"
time_zone = "Zurich"
resume_link = "https://evil.example.com/#{handle}"
hosts = ["crm.example.com"]
[[tenants.acme.issuers]]
issuer = "https://id.acme"
audience = "segue"
algorithm = "none"
[[tenants.acme.connectors]]
name = "crm"
url = "https://evil.example.com/{customr}"
[tenants.acme.sessions]
sliding = "40d"
code_digits = 4
[tenants.acme.queues.faults]
code_required = true
offer_for = "0s"
[tenants.acme.queues.billing]
share = 2
[tenants.acme.routing]
ageing = "5m"
[tenants.acme.agents.ada]
skills = { internet = 11 }
queues = ["fault", "billing"]
caps = { fax = 1 }
capacity = 5
"#;
    insta::assert_snapshot!(lines(&[("segue.toml", text)]));
}

#[test]
fn faults_of_timelines_and_hours() {
    let text = format!(
        r#"{SOUND}
[tenants.acme.hours.office]
zone = "Zurich"
week = {{ mon = ["08:00-12:00", "11:00-14:00"], someday = ["8-12"] }}
holidays = {{ christmas = [] }}
[tenants.acme.queues.late]
hours = "ofice"
longest_wait = "10m"
answer_within = "0s"
late = {{ queue = "nowhere" }}
full = {{ queue = "general" }}
[tenants.acme.queues.never]
late = {{ then = "end" }}
[[tenants.acme.queues.late.steps]]
after = "2m"
add = "lang.en >="
queues = ["genral"]
lower = {{ "lang.en" = 0 }}
[[tenants.acme.queues.late.steps]]
after = "1m"
expected_wait = "1m"
service_level = 80
overflow = "general"
[[tenants.acme.queues.late.steps]]
after = "3m"
[[tenants.acme.queues.late.steps]]
after = "4m"
service_level = 101
raise = 1
"#
    )
    .replace("[tenants.acme.queues.general]", "[tenants.acme.queues.general]\nclosed = { queue = \"late\" }");
    insta::assert_snapshot!(lines(&[("segue.toml", &text)]));
}

#[test]
fn a_timeline_with_hours_and_overflows_is_sound() {
    let text = format!(
        r#"{SOUND}
[tenants.acme.hours.office]
week = {{ mon = ["08:00-12:00", "13:00-24:00"] }}
holidays = {{ "2026-12-25" = [], "2026-12-24" = ["08:00-12:00"] }}
[tenants.acme.queues.sales]
hours = "office"
longest_wait = "10m"
late = {{ then = "suspend", say = "We keep your place." }}
closed = {{ queue = "general", then = "end", say = "We open on Monday." }}
[[tenants.acme.queues.sales.steps]]
after = "20m"
offer_callback = true
"#
    )
    .replace("queues = [\"general\"]", "queues = [\"general\", \"sales\"]");
    let loaded = load_held(Mode::Serve, &[("segue.toml", &text)], &[]).map_err(|faults| faults.lines()).unwrap();
    assert_eq!(loaded.warnings.lines(), "");
    let plan = &loaded.plan.tenants.values().next().unwrap().routing.queues["sales"];
    let steps: Vec<_> = plan.steps.iter().map(|step| (step.after.as_secs(), step.invites, step.overflow.clone())).collect();
    assert_eq!(steps, [(600, false, Some(plan::Way::Out)), (1200, true, None)], "the longest wait stands in its place");
}

#[test]
fn broken_toml_is_reported_with_its_places() {
    insta::assert_snapshot!(lines(&[("segue.toml", "secret = \nnode = \"a\" \"b\"\n[listen\npublic = 1\n")]));
}

#[test]
fn issuers_are_held_to_one_algorithm_and_one_tenant() {
    let text = r#"
secret = "0123456789abcdefghijklmnopqrstuvwxyz"
listen.public = "0.0.0.0:443"
listen.origins = ["*"]
[tenants.a]
widgets = ["site"]
[[tenants.a.issuers]]
issuer = "https://id"
audience = "segue"
algorithm = "HS256"
jwks = "https://id/keys"
secret = "changeme-changeme-changeme-0123456789"
roles = ["root"]
[[tenants.a.issuers]]
issuer = "https://id2"
audience = ""
algorithm = "ES256"
key = "private.pem"
[tenants.b]
widgets = ["site"]
[[tenants.b.issuers]]
issuer = "https://id"
audience = "segue"
algorithm = "RS256"
jwks = "http://id.example.com/keys"
roles = ["app"]
"#;
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    insta::assert_snapshot!(lines(&[("etc/segue.toml", text), ("etc/private.pem", key)]));
}

#[test]
fn the_environment_wins_and_says_where_it_stood() {
    let variables = [
        ("SEGUE__LISTEN__PUBLIC", "127.0.0.1:9"),
        ("SEGUE__TENANTS__ACME__TITLE", "Acme"),
        ("SEGUE__LISTEN__ORIGINS", "https://a.example, https://b.example"),
        ("SEGUE__LIMITS__SOCKETS", "7"),
        ("SEGUE__SECRET_FILE", "/run/secret"),
        ("PATH", "/bin"),
    ];
    let without = SOUND.replace("secret = \"0123456789abcdefghijklmnopqrstuvwxyz\"", "");
    let texts = [("segue.toml", without.as_str()), ("/run/secret", "abcdefghijklmnopqrstuvwxyz0123456789\n")];
    let loaded = load_held(Mode::Serve, &texts, &variables).map_err(|faults| faults.lines()).unwrap();
    assert_eq!(loaded.plan.listen.public.port(), 9);
    assert_eq!(loaded.plan.limits.sockets, 7);
    assert_eq!(loaded.plan.listen.origins, ["https://a.example", "https://b.example"]);
    assert_eq!(loaded.plan.secret.reveal(), b"abcdefghijklmnopqrstuvwxyz0123456789");
    let shown: String = loaded.shown.origins().lines().filter(|line| line.contains('$')).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!(shown);
}

#[test]
fn a_variable_that_is_no_key_is_a_fault() {
    let faults = load_held(Mode::Serve, &[("segue.toml", SOUND)], &[("SEGUE__LISTEN__PUBLICK", "x"), ("SEGUE__LIMITS__SOCKETS", "many")]);
    insta::assert_snapshot!(faults.unwrap_err().lines());
}

#[test]
fn secrets_are_masked_and_origins_told() {
    let loaded = load_held(Mode::Serve, &[("segue.toml", SOUND)], &[]).unwrap();
    for text in [loaded.shown.toml(), loaded.shown.json(), loaded.shown.origins(), format!("{:?}", loaded.plan)] {
        assert!(!text.contains("0123456789abcdef"), "{text}");
    }
    let shown: String = loaded.shown.origins().lines().filter(|line| line.contains("segue.toml")).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!(shown);
}

#[test]
fn tenants_come_from_files_of_their_own() {
    let main = "secret = \"0123456789abcdefghijklmnopqrstuvwxyz\"\ntenants_dir = \"tenants\"\n[tenants.one]\ninclude = \"one/more.toml\"\ntitle = \"One\"\n";
    let texts = [
        ("etc/segue.toml", main),
        ("etc/one/more.toml", "title = \"ignored\"\nlanguage = \"fr\"\n"),
        ("etc/tenants/two.toml", "title = \"Two\"\nstrat = \"x\"\n"),
    ];
    insta::assert_snapshot!(lines(&texts));
    let mended = texts.map(|(path, text)| (path, text.replace("strat = \"x\"\n", "")));
    let mended: Vec<_> = mended.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let loaded = load_held(Mode::Serve, &mended, &[]).map_err(|faults| faults.lines()).unwrap();
    let tenants: Vec<_> = loaded.plan.tenants.values().map(|tenant| (tenant.title.as_str(), tenant.language.as_str())).collect();
    assert_eq!(tenants, [("One", "fr"), ("Two", "en")]);
}

#[test]
fn a_file_that_is_not_there_is_one_fault() {
    let wanted = Wanted { variables: Vec::new(), ..Wanted::file(Path::new("/nowhere/segue.toml")) };
    insta::assert_snapshot!(load(&wanted).unwrap_err().lines());
}

#[test]
fn a_variable_chooses_the_store_over_what_the_file_says_of_another() {
    let text = format!("{SOUND}[store]\nkind = \"embedded\"\ndir = \"data\"\n");
    let loaded = load_held(Mode::Serve, &[("segue.toml", &text)], &[("SEGUE__STORE__KIND", "memory")]).unwrap();
    assert!(matches!(loaded.plan.store, plan::StorePlan::Memory));
    let both = [("SEGUE__STORE__KIND", "memory"), ("SEGUE__STORE__DIR", "data")];
    let faults = load_held(Mode::Serve, &[("segue.toml", &text)], &both).unwrap_err();
    assert!(faults.lines().contains("belongs to the kind \"embedded\""), "{}", faults.lines());
}
