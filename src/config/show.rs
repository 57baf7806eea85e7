//! The configuration as merged, defaults included, secrets masked, each value with its origin.

use super::raw::Raw;
use super::shape::Shape;
use super::source::Sources;
use super::tree::Node;
use segue_session::Private;
use serde_json::Value as Json;

/// The configuration as merged.
#[derive(Clone, Debug)]
pub struct Shown {
    masked: Json,
    rows: Vec<Row>,
}

/// One value.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its key, dotted.
    pub(super) key: String,
    /// What it says, masked where it is a secret.
    pub(super) value: String,
    /// What it says.
    pub(super) plain: Private<String>,
    /// Where it was written.
    origin: String,
}

impl Shown {
    pub(crate) fn new(raw: &Raw, tree: &Node, shape: &Shape, sources: &Sources) -> Self {
        let mut masked = serde_json::to_value(raw).unwrap_or_default();
        let mut walk = Walk { tree, shape, sources, rows: Vec::new() };
        walk.member(&mut masked, &mut Vec::new());
        Self { masked, rows: walk.rows }
    }

    /// As TOML.
    #[must_use]
    pub fn toml(&self) -> String {
        toml::to_string_pretty(&self.masked).unwrap_or_default()
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(&self.masked).unwrap_or_default()
    }

    /// One line for each value, with where it was written.
    #[must_use]
    pub fn origins(&self) -> String {
        let wide = self.rows.iter().map(|row| row.key.chars().count() + row.value.chars().count()).max().unwrap_or(0).min(70);
        let line = |Row { key, value, origin, .. }: &Row| {
            let used = key.chars().count() + value.chars().count();
            format!("{key} = {value}{}  # {origin}\n", " ".repeat(wide.saturating_sub(used)))
        };
        self.rows.iter().map(line).collect()
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// The JSON schema of the configuration's file.
#[must_use]
pub fn schema() -> String {
    serde_json::to_string_pretty(Shape::of_config().schema()).unwrap_or_default()
}

struct Walk<'w> {
    tree: &'w Node,
    shape: &'w Shape,
    sources: &'w Sources,
    rows: Vec<Row>,
}

impl Walk<'_> {
    fn member(&mut self, value: &mut Json, path: &mut Vec<String>) {
        let mut secret = None;
        if self.shape.is_private(path) && !value.is_null() {
            secret = Some(std::mem::replace(value, Json::from("********")).to_string());
        }
        match value {
            Json::Object(members) => {
                members.retain(|_, member| !member.is_null());
                for (key, member) in members.iter_mut() {
                    path.push(key.clone());
                    self.member(member, path);
                    path.pop();
                }
            }
            Json::Array(items) if items.iter().any(Json::is_object) => {
                for (number, item) in items.iter_mut().enumerate() {
                    path.push(number.to_string());
                    self.member(item, path);
                    path.pop();
                }
            }
            Json::Null => {}
            leaf => {
                let place = self.tree.find(path.iter().map(String::as_str)).map(|node| self.sources.place(&node.origin));
                let origin = place.map_or_else(
                    || "default".to_owned(),
                    |place| place.line.map_or_else(|| place.name.clone(), |line| format!("{}:{line}", place.name)),
                );
                let value = leaf.to_string();
                let plain = Private::new(secret.unwrap_or_else(|| value.clone()));
                self.rows.push(Row { key: path.join("."), value, plain, origin });
            }
        }
    }
}
