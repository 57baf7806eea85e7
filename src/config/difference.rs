//! What two configurations differ in, and when what they say counts.
//!
//! Told key by key; a queue, an agent or another named thing that is new or gone is told as one. Secrets are compared and
//! never shown.
//!
//! What is *not* here: what a difference means for whoever waits or works just now; the engine says that.

use super::show::{Row, Shown};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// When what a key says counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// From the next reload on.
    Reload,
    /// From the next start on.
    Restart,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which key, dotted; a table where the whole of it is new or gone.
    pub key: String,
    /// What it said, masked where it is a secret; absent where it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it says, masked where it is a secret; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// When that counts.
    pub takes: Reach,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (None, None) | (Some(_), None) => write!(f, "- {}", self.key)?,
            (None, Some(after)) if after == WHOLE => write!(f, "+ {}", self.key)?,
            (None, Some(after)) => write!(f, "+ {} = {after}", self.key)?,
            (Some(before), Some(after)) if before == after => write!(f, "~ {}: another value", self.key)?,
            (Some(before), Some(after)) => write!(f, "~ {}: {before} -> {after}", self.key)?,
        }
        match self.takes {
            Reach::Reload => Ok(()),
            Reach::Restart => f.write_str("  (wants a restart)"),
        }
    }
}

/// What stands for a table that is new or gone as a whole.
const WHOLE: &str = "{}";

/// Every key with what it says. Follows a daemon: what a reload took is put in, what wants a restart stays as it was.
#[derive(Clone, Debug, Default)]
pub struct Keys(BTreeMap<String, Row>);

impl Keys {
    /// Of a configuration that was read.
    #[must_use]
    pub fn of(shown: &Shown) -> Self {
        Self(shown.rows().iter().map(|row| (row.key.clone(), row.clone())).collect())
    }

    /// What is otherwise in `after`, in the order of keys.
    #[must_use]
    pub fn difference(&self, after: &Self) -> Vec<Change> {
        let tables = |keys: &Self| keys.0.keys().filter_map(|key| table(key)).map(str::to_owned).collect::<BTreeSet<_>>();
        let (had, has) = (tables(self), tables(after));
        let tenants = |tables: &BTreeSet<String>| tables.iter().filter(|key| is_tenant(key)).cloned().collect::<BTreeSet<_>>();
        let lone = |key: &str| {
            let whole = tenant(key).filter(|tenant| had.contains(*tenant) != has.contains(*tenant));
            whole.or_else(|| table(key).filter(|table| had.contains(*table) != has.contains(*table))).map(str::to_owned)
        };
        let both = tenants(&had).intersection(&tenants(&has)).cloned().collect::<BTreeSet<_>>();
        let reach = |key: &str| if tenant(key).is_none_or(|tenant| both.contains(tenant)) { reach(key) } else { Reach::Restart };
        let mut changes = BTreeMap::new();
        for key in self.0.keys().chain(after.0.keys()) {
            let (before, now) = (self.0.get(key), after.0.get(key));
            if before.map(|row| row.plain.reveal()) == now.map(|row| row.plain.reveal()) {
                continue;
            }
            let takes = reach(key);
            let (key, before, after) = match lone(key) {
                Some(table) => {
                    let whole = |there: bool| there.then(|| WHOLE.to_owned());
                    let (before, after) = (whole(had.contains(&table)), whole(has.contains(&table)));
                    (table, before, after)
                }
                None => (key.clone(), before.map(|row| row.value.clone()), now.map(|row| row.value.clone())),
            };
            changes.insert(key.clone(), Change { key, before, after, takes });
        }
        changes.into_values().collect()
    }

    /// Takes over what `after` says of the keys that a reload takes, where `taken` says that it took them.
    pub fn adopt(&mut self, after: &Self, taken: impl Fn(&str) -> bool) {
        let adopted = |key: &str| reach(key) == Reach::Reload && taken(key);
        self.0.retain(|key, _| !adopted(key) || after.0.contains_key(key));
        self.0.extend(after.0.iter().filter(|(key, _)| adopted(key)).map(|(key, row)| (key.clone(), row.clone())));
    }
}

/// Whether routing hangs on this key, rather than who may come in.
#[must_use]
pub fn is_routing(key: &str) -> bool {
    let parts: Vec<&str> = key.split('.').collect();
    matches!(parts[..], ["tenants", _, "queues" | "agents" | "hours" | "presences" | "routing" | "person_queue", ..])
}

/// Whether a key, or a table, is this tenant's.
#[must_use]
pub fn is_of(key: &str, tenant: &str) -> bool {
    tenant_name(key) == Some(tenant)
}

fn tenant_name(key: &str) -> Option<&str> {
    let mut parts = key.split('.');
    parts.next().filter(|first| *first == "tenants").and_then(|_| parts.next())
}

/// When what a key of a tenant that is there says counts.
fn reach(key: &str) -> Reach {
    let parts: Vec<&str> = key.split('.').collect();
    match parts[..] {
        ["tenants", _, "issuers", ..] | ["tenants", _, "connectors", _, "authorization" | "authorization_file"] => Reach::Reload,
        _ if is_routing(key) => Reach::Reload,
        _ => Reach::Restart,
    }
}

/// The tenant that a key is of, as a table.
fn tenant(key: &str) -> Option<&str> {
    tenant_name(key).and_then(|_| first(key, 2))
}

fn is_tenant(table: &str) -> bool {
    table.starts_with("tenants.") && table.matches('.').count() == 1
}

/// The named thing that a key is of: a queue, an agent, hours, a presence; else the tenant.
fn table(key: &str) -> Option<&str> {
    let named = matches!(key.split('.').nth(2), Some("queues" | "agents" | "hours" | "presences"));
    if named { first(key, 4) } else { tenant(key) }
}

/// The first parts of a key, where it has so many.
fn first(key: &str, parts: usize) -> Option<&str> {
    let ends = key.match_indices('.').map(|(at, _)| at).chain([key.len()]);
    ends.take(parts).nth(parts - 1).and_then(|end| key.get(..end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Files, Mode, Wanted, load};
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    const BEFORE: &str = r#"
secret = "0123456789abcdefghijklmnopqrstuvwxyz"
[listen]
public = "127.0.0.1:7700"
[tenants.acme]
[[tenants.acme.issuers]]
issuer = "https://id.acme"
audience = "segue"
algorithm = "HS256"
secret = "0123456789abcdefghijklmnopqrstuvwxyz"
roles = ["app"]
[tenants.acme.queues.faults]
depth = 3
[tenants.acme.queues.orders]
[tenants.acme.agents.ada]
skills = { internet = 8 }
queues = ["faults"]
"#;

    fn keys(text: &str) -> Keys {
        let file = PathBuf::from("segue.toml");
        let held = BTreeMap::from([(file.clone(), text.to_owned())]);
        let wanted = Wanted { file, files: Files::Held(held), variables: Vec::new(), mode: Mode::Demo };
        Keys::of(&load(&wanted).map_err(|faults| faults.lines()).unwrap().shown)
    }

    fn told(before: &Keys, after: &Keys) -> String {
        before.difference(after).iter().map(|change| format!("{change}\n")).collect()
    }

    #[test]
    fn what_differs_is_told_by_key_and_a_named_thing_as_a_whole() {
        let after = BEFORE
            .replace("depth = 3", "depth = 5")
            .replace(":7700", ":7800")
            .replace("internet = 8", "internet = 9, billing = 2")
            .replace(
                "secret = \"0123456789abcdefghijklmnopqrstuvwxyz\"\nroles",
                "secret = \"another of 32 bytes or more, for sure\"\nroles",
            )
            .replace("queues.orders", "queues.billing");
        insta::assert_snapshot!(told(&keys(BEFORE), &keys(&after)), @r#"
        ~ listen.public: "127.0.0.1:7700" -> "127.0.0.1:7800"  (wants a restart)
        + tenants.acme.agents.ada.skills.billing = 2
        ~ tenants.acme.agents.ada.skills.internet: 8 -> 9
        ~ tenants.acme.issuers.0.secret: another value
        + tenants.acme.queues.billing
        ~ tenants.acme.queues.faults.depth: 3 -> 5
        - tenants.acme.queues.orders
        "#);
        assert_eq!(told(&keys(BEFORE), &keys(BEFORE)), "");
    }

    #[test]
    fn a_tenant_that_comes_or_goes_is_told_as_a_whole_and_wants_a_restart() {
        let more = format!("{BEFORE}\n[tenants.other]\n[tenants.other.queues.all]\n[tenants.other.agents.bo]\nqueues = [\"all\"]\n");
        assert_eq!(told(&keys(BEFORE), &keys(&more)), "+ tenants.other  (wants a restart)\n");
        assert_eq!(told(&keys(&more), &keys(BEFORE)), "- tenants.other  (wants a restart)\n");
    }

    #[test]
    fn what_a_reload_took_is_no_difference_any_more() {
        let after = keys(&BEFORE.replace("depth = 3", "depth = 5").replace(":7700", ":7800").replace("queues.orders", "queues.billing"));
        let mut running = keys(BEFORE);
        running.adopt(&after, |_| true);
        assert_eq!(told(&running, &after), "~ listen.public: \"127.0.0.1:7700\" -> \"127.0.0.1:7800\"  (wants a restart)\n");
        let mut refused = keys(BEFORE);
        refused.adopt(&after, |key| !is_routing(key));
        assert_eq!(told(&refused, &after), told(&keys(BEFORE), &after));
    }
}
