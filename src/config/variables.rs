//! Overrides by environment: `SEGUE__LISTEN__PUBLIC=0.0.0.0:443` is `listen.public`.
//!
//! Secrets need no rule of their own here: `SEGUE__SECRET_FILE` is the key `secret_file`.

use super::fault::{Fault, Weight};
use super::shape::{Shape, kind};
use super::source::Origin;
use super::tree::{Node, Value};
use serde_json::Value as Json;

const PREFIX: &str = "SEGUE__";

/// Puts the variables that begin with `SEGUE__` over the tree.
pub(crate) fn overlay(tree: &mut Node, shape: &Shape, variables: &[(String, String)], faults: &mut Vec<Fault>) {
    for (name, value) in variables {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        let origin = Origin::Variable(name.clone());
        match place(tree, shape, path) {
            Ok((path, schema)) => tree.set(&path, Node { value: read(value, schema, &origin), origin }),
            Err(part) => faults.push(Fault {
                weight: Weight::Error,
                origin,
                key: String::new(),
                what: format!("no key `{part}` here"),
                mend: Some("`segue config schema` lists the keys; levels are joined by two underscores".into()),
            }),
        }
    }
}

/// The keys that a variable's name stands for. Names of tenants, queues … are found whatever their case and dashes.
fn place<'s>(tree: &Node, shape: &'s Shape, name: &str) -> Result<(Vec<String>, &'s Json), String> {
    let mut schema = shape.schema();
    let mut path: Vec<String> = Vec::new();
    for part in name.split("__") {
        let lower = part.to_lowercase();
        let plain = shape.plain(schema);
        let key = if plain["properties"].get(&lower).is_some() { lower } else { written(tree, &path, &lower).unwrap_or(lower) };
        schema = shape.member(schema, &key).ok_or_else(|| key.clone())?;
        path.push(key);
    }
    Ok((path, shape.plain(schema)))
}

fn written(tree: &Node, path: &[String], lower: &str) -> Option<String> {
    let Value::Table(table) = &tree.find(path.iter().map(String::as_str))?.value else { return None };
    table.keys().find(|key| key.to_lowercase().replace(['-', '.'], "_") == lower).cloned()
}

/// A value that does not fit stays text, and the shape reports it.
fn read(value: &str, schema: &Json, origin: &Origin) -> Value {
    let text = || Value::Text(value.to_owned());
    match kind(schema) {
        Some("integer") => value.trim().parse().map_or_else(|_| text(), Value::Whole),
        Some("boolean") => value.trim().parse().map_or_else(|_| text(), Value::YesNo),
        Some("array") => {
            let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::List(items.map(|item| Node { origin: origin.clone(), value: Value::Text(item.to_owned()) }).collect())
        }
        _ => text(),
    }
}
