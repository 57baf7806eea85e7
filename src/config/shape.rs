//! Holds a tree against the schema of the raw types: unknown keys, missing ones, wrong kinds, all at once.

use super::fault::{Fault, Weight};
use super::source::Origin;
use super::tree::{Node, Table, Value};
use super::units::{Lasting, Size};
use serde_json::Value as Json;

/// The schema of the configuration's file.
pub(crate) struct Shape {
    root: Json,
}

impl Shape {
    /// The shape of [`super::raw::Raw`].
    pub(crate) fn of_config() -> Self {
        Self { root: schemars::schema_for!(super::raw::Raw).to_value() }
    }

    /// The schema itself (JSON Schema 2020-12).
    pub(crate) const fn schema(&self) -> &Json {
        &self.root
    }

    /// A member's schema without its wrappings: references followed, "or nothing" taken off.
    pub(crate) fn plain<'s>(&'s self, schema: &'s Json) -> &'s Json {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            return self.plain(&self.root["$defs"][name]);
        }
        let options = schema["anyOf"].as_array().map(|options| options.iter().find(|option| option["type"] != "null"));
        options.flatten().map_or(schema, |option| self.plain(option))
    }

    /// The schema of a table's member, where it may have one of that name.
    pub(crate) fn member<'s>(&'s self, schema: &'s Json, key: &str) -> Option<&'s Json> {
        let schema = self.plain(schema);
        let named = schema["properties"].get(key);
        let any = || Some(&schema["additionalProperties"]).filter(|any| any.is_object());
        let item = || Some(&schema["items"]).filter(|_| schema["items"].is_object());
        named.or_else(any).or_else(item)
    }

    /// Whether the value at a path is a secret.
    pub(crate) fn is_private(&self, path: &[String]) -> bool {
        let found = path.iter().try_fold(&self.root, |schema, key| self.member(schema, key));
        found.is_some_and(|schema| schema["x-private"] == true)
    }

    /// Everything in the tree that does not fit the schema. Answers where the misfits are.
    pub(crate) fn check(&self, tree: &Node, faults: &mut Vec<Fault>) -> Vec<Vec<String>> {
        let mut found = Found { faults, misfits: Vec::new() };
        self.check_node(tree, &self.root, &mut Vec::new(), &mut found);
        found.misfits
    }

    fn check_node(&self, node: &Node, schema: &Json, path: &mut Vec<String>, found: &mut Found<'_>) {
        let schema = self.plain(schema);
        if let Some(words) = words(schema) {
            if node.text().is_none_or(|text| !words.contains(&text)) {
                let mend = node.text().and_then(|text| nearest(text, &words)).map(|near| format!("did you mean \"{near}\"?"));
                let what = format!("must be one of {}", words.join(", "));
                found.add(&node.origin, path, what, mend);
            }
            return;
        }
        match (kind(schema), &node.value) {
            (Some("object"), Value::Table(table)) => self.check_table(node, table, schema, path, found),
            (Some("array"), Value::List(list)) => {
                for (number, item) in list.iter().enumerate() {
                    path.push(number.to_string());
                    self.check_node(item, &schema["items"], path, found);
                    path.pop();
                }
            }
            (Some("string"), Value::Text(text)) => {
                if let Some(what) = misspelt(text, schema) {
                    found.add(&node.origin, path, what, None);
                }
            }
            (Some("integer"), Value::Whole(number)) => {
                let (least, most) = range(schema);
                if *number < least || *number > most {
                    let mend = format!("a whole number, {least} to {most}; take the key out for the default");
                    found.add(&node.origin, path, format!("{number} is not between {least} and {most}"), Some(mend));
                }
            }
            (Some("boolean"), Value::YesNo(_)) => {}
            (wanted, value) => {
                let wanted = wanted.map_or("something else", spoken);
                let quoted = matches!((value, &node.origin), (Value::Text(_), Origin::File(..))) && wanted != "text";
                let mend = quoted.then(|| "take the quotation marks off".to_owned()).or_else(|| example(schema));
                found.add(&node.origin, path, format!("must be {wanted}, not {}", value.kind()), mend);
            }
        }
    }

    fn check_table(&self, node: &Node, table: &Table, schema: &Json, path: &mut Vec<String>, found: &mut Found<'_>) {
        for (key, (place, member)) in table {
            path.push(key.clone());
            match self.member(schema, key) {
                Some(schema) => self.check_node(member, schema, path, found),
                None => found.add(place, path, "no such key".to_owned(), Some(known_here(key, schema))),
            }
            path.pop();
        }
        let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        for key in required.iter().filter_map(Json::as_str).filter(|key| !table.contains_key(*key)) {
            let about = schema["properties"][key]["description"].as_str().unwrap_or_default();
            found.add(&node.origin, path, format!("`{key}` is missing"), Some(format!("add `{key} = …`: {about}")));
        }
    }
}

fn known_here(key: &str, schema: &Json) -> String {
    let known: Vec<_> = schema["properties"].as_object().map(|known| known.keys().map(String::as_str).collect()).unwrap_or_default();
    match nearest(key, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}

struct Found<'f> {
    faults: &'f mut Vec<Fault>,
    misfits: Vec<Vec<String>>,
}

impl Found<'_> {
    fn add(&mut self, origin: &Origin, path: &[String], what: String, mend: Option<String>) {
        self.misfits.push(path.to_vec());
        self.faults.push(Fault { weight: Weight::Error, origin: origin.clone(), key: path.join("."), what, mend });
    }
}

/// The words of a closed list.
fn words(schema: &Json) -> Option<Vec<&str>> {
    if let Some(list) = schema["enum"].as_array() {
        return Some(list.iter().filter_map(Json::as_str).collect());
    }
    schema["oneOf"]
        .as_array()
        .map(|list| list.iter().flat_map(|option| option["const"].as_str().into_iter().chain(several(option))).collect())
}

fn several(option: &Json) -> impl Iterator<Item = &str> {
    option["enum"].as_array().into_iter().flatten().filter_map(Json::as_str)
}

/// The schema's type, "or null" taken off.
pub(crate) fn kind(schema: &Json) -> Option<&str> {
    let several = || schema["type"].as_array()?.iter().filter_map(Json::as_str).find(|kind| *kind != "null");
    schema["type"].as_str().or_else(several)
}

fn spoken(kind: &str) -> &'static str {
    match kind {
        "object" => "a table",
        "array" => "a list",
        "string" => "text",
        "integer" => "a whole number",
        "boolean" => "true or false",
        _ => "something else",
    }
}

fn range(schema: &Json) -> (i64, i64) {
    let (least, most) = match schema["format"].as_str() {
        Some("uint8") => (0, i64::from(u8::MAX)),
        Some("uint32") => (0, i64::from(u32::MAX)),
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    (schema["minimum"].as_i64().unwrap_or(least), schema["maximum"].as_i64().unwrap_or(most))
}

fn misspelt(text: &str, schema: &Json) -> Option<String> {
    let fault = match schema["format"].as_str() {
        Some("lasting") => Lasting::try_from(text.to_owned()).err(),
        Some("size") => Size::try_from(text.to_owned()).err(),
        _ => None,
    };
    fault.map(str::to_owned)
}

/// How a text of this form is written.
fn example(schema: &Json) -> Option<String> {
    match schema["format"].as_str() {
        Some("uint8" | "uint32" | "int32") => {
            let (least, most) = range(schema);
            Some(format!("a whole number, {least} to {most}, without quotation marks or a fraction"))
        }
        Some("lasting") => Some("like \"20s\", with quotation marks".to_owned()),
        Some("size") => Some("like \"64KB\", with quotation marks".to_owned()),
        _ => None,
    }
}

/// The word most like this one, where one is like it at all.
pub(crate) fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    let close = |known: &&str| strsim::jaro_winkler(word, known);
    let best = known.iter().copied().max_by(|a, b| close(a).total_cmp(&close(b)))?;
    (close(&best) > 0.8).then_some(best)
}
