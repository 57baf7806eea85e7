//! The business that the daemon under test serves: two tenants, a form, a line, agents. Graces are short.

use super::Kept;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

/// The tenant that the tests are about.
pub(crate) const OURS: &str = "ours";
/// The tenant next door, which must never see anything of ours.
pub(crate) const FOREIGN: &str = "foreign";
/// The widget key of [`OURS`].
pub(crate) const WIDGET: &str = "widget-of-ours";
/// The fields of the form in which a session of the journey `form` stands still: all optional, any order.
pub(crate) const FIELDS: [&str; 6] = ["colour", "animal", "river", "fruit", "city", "tree"];

/// What can be chosen about the business.
#[derive(Clone, Debug)]
pub(crate) struct Business {
    /// Agents, named `agent0` …
    pub(crate) agents: usize,
    /// Units each may hold; a talk in app or chat takes 30.
    pub(crate) capacity: u32,
    /// Which log lines are written.
    pub(crate) log: &'static str,
    /// How long a lost leg may stay away.
    pub(crate) grace: &'static str,
    /// How long an offer stands.
    pub(crate) offer_for: &'static str,
    /// Commands of a socket in a second, codes in a minute: out of the way where a test asks much.
    pub(crate) code_tries: u32,
}

impl Default for Business {
    fn default() -> Self {
        Self { agents: 3, capacity: 90, log: "warn", grace: "20s", offer_for: "5s", code_tries: 1_000_000 }
    }
}

/// The secret that a tenant's tokens are signed with.
pub(crate) fn secret(tenant: &str) -> String {
    format!("only for tests: the tokens of the tenant {tenant}")
}

/// The issuer of a tenant's tokens.
pub(crate) fn issuer(tenant: &str) -> String {
    format!("https://id.{tenant}.example")
}

impl Business {
    /// Writes the configuration into a folder.
    pub(crate) fn write(&self, home: &Path, address: SocketAddr, kept: &Kept) {
        std::fs::create_dir_all(home.join("journeys")).unwrap();
        std::fs::write(home.join("journeys/form.yaml"), form()).unwrap();
        std::fs::write(home.join("journeys/story.yaml"), STORY).unwrap();
        std::fs::write(home.join("segue.toml"), self.config(home, address, kept)).unwrap();
    }

    fn config(&self, home: &Path, address: SocketAddr, kept: &Kept) -> String {
        let store = kept.section(home);
        let Self { log, code_tries, .. } = self;
        let mut text = format!(
            r#"secret = "only for tests: what handles and look-ups derive from"
[listen]
public = "{address}"
origins = ["https://shop.example"]
reflection = true
{store}[limits]
code_tries = {code_tries}
code_tries_tenant = {code_tries}
commands = 20000
[telemetry]
log = "{log}"
format = "json"
"#
        );
        for tenant in [OURS, FOREIGN] {
            text += &self.tenant(home, tenant);
        }
        text
    }

    fn tenant(&self, home: &Path, tenant: &str) -> String {
        let Self { agents, capacity, grace, offer_for, .. } = self;
        let (issuer, secret, journeys) = (issuer(tenant), secret(tenant), home.join("journeys"));
        let mut text = format!(
            r#"[tenants.{tenant}]
language = "en"
journeys = "{journeys}"
start = "form"
widgets = ["widget-of-{tenant}"]
hosts = ["files.example"]
[[tenants.{tenant}.issuers]]
issuer = "{issuer}"
audience = "segue"
algorithm = "HS256"
secret = "{secret}"
roles = ["app", "agent", "supervisor", "admin", "service"]
attributes = ["name", "phone", "email"]
[tenants.{tenant}.sessions]
grace = "{grace}"
[tenants.{tenant}.routing]
decline_reasons = ["busy"]
misses = 1000
cool_off = "1s"
lost_for = "20s"
[tenants.{tenant}.queues.main]
offer_for = "{offer_for}"
wrap_up_for = "60s"
codes = ["done", "other"]
code_required = true
depth = 100000
"#,
            journeys = journeys.display()
        );
        for n in 0..*agents {
            writeln!(text, "[tenants.{tenant}.agents.agent{n}]\nqueues = [\"main\"]\ncapacity = {capacity}").unwrap();
        }
        text
    }
}

/// A journey that stays at its form, so that what was answered can be read off its prompt.
fn form() -> String {
    let field = |id: &&str| format!("        - {{ id: {id}, kind: text, optional: true, ask: {{ en: \"Which {id}?\" }} }}\n");
    let fields: String = FIELDS.iter().map(field).collect();
    format!(
        "journey: form\ntitle: {{ en: \"A form\" }}\nlanguages: [en]\nstart: details\nsteps:\n  details:\n    form:\n      title: {{ en: \"Details\" }}\n      \
         fields:\n{fields}        - {{ id: last, kind: yes-no, ask: {{ en: \"Is that all?\" }} }}\n      next: person\n  person:\n    \
         route: {{ queue: main, needs: \"\" }}\n"
    )
}

/// A menu, a form with personal fields, then a person.
const STORY: &str = r#"journey: story
title: { en: "A story" }
languages: [en]
start: what
steps:
  what:
    menu:
      ask: { en: "What is it about?" }
      choices:
        - { id: fault, key: 1, label: { en: "A fault" }, next: details }
        - { id: person, key: 0, label: { en: "A person" }, next: person }
  details:
    form:
      title: { en: "Details" }
      fields:
        - { id: name, kind: text, ask: { en: "Your name?" }, sensitivity: personal }
        - { id: story, kind: text, ask: { en: "What happened?" } }
        - { id: reach, kind: phone, ask: { en: "Where can we reach you?" } }
        - { id: mail, kind: email, ask: { en: "Your address?" } }
        - { id: pin, kind: secret, ask: { en: "Your secret?" } }
      next: person
  person:
    route: { queue: main, needs: "" }
"#;
