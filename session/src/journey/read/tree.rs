//! The YAML of a definition as a tree that knows where everything stands.
//!
//! A typed reading would stop at the first fault; a tree lets the reader go on and tell all of them at once. Anchors, aliases and
//! merge keys are refused: no definition needs them, and bombs are made of them.

use crate::journey::Fault;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;
use std::fmt;

/// The most bytes a definition may have.
pub(crate) const SIZE_LIMIT: usize = 256 * 1024;
/// The deepest nesting a definition may have.
const DEPTH_LIMIT: usize = 24;
/// The most nodes a definition may have.
const NODE_LIMIT: usize = 60_000;

/// Where something stands: line and column, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: Place,
    pub(crate) is: Is,
}

/// What a value is. Scalars keep their text: whoever reads one knows what it should be.
#[derive(Clone, Debug)]
pub(crate) enum Is {
    Nothing,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map with its place.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) at: Place,
    pub(crate) name: String,
}

impl Is {
    /// What it is, for people.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Scalar(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// Reads the tree of a text.
pub(crate) fn parse(path: &str, text: &str) -> Result<Node, Fault> {
    let fault = |at: Place, what: String, mend: Option<&str>| Fault {
        path: path.to_owned(),
        line: at.line,
        column: at.column,
        what,
        mend: mend.map(str::to_owned),
    };
    if text.len() > SIZE_LIMIT {
        let what = format!("the definition has {} bytes; at most {SIZE_LIMIT} are read", text.len());
        return Err(fault(Place::default(), what, Some("split it into journeys that call one another")));
    }
    let options = serde_saphyr::options! {
        with_snippet: false,
        strict_booleans: true,
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough,
        merge_keys: serde_saphyr::MergeKeyPolicy::AsOrdinary,
        budget: serde_saphyr::budget! {
            max_aliases: 0,
            max_anchors: 0,
            max_depth: DEPTH_LIMIT,
            max_nodes: NODE_LIMIT,
            max_documents: 1,
        },
    };
    let read: Result<Spanned<Raw>, _> = serde_saphyr::from_str_with_options(text, options);
    match read {
        Ok(root) => Ok(node(root)),
        Err(error) => {
            let at = error.location().map_or(Place::default(), |l| place(&l));
            let (what, mend) = in_words(&error.to_string());
            Err(fault(at, what, mend))
        }
    }
}

/// The library's message without its own place, and limits in our words.
fn in_words(message: &str) -> (String, Option<&'static str>) {
    let line = message.lines().next().unwrap_or_default();
    let line = line.split(" at line ").next().unwrap_or(line);
    match line.strip_prefix("budget breached: ").map(|b| b.split(' ').next().unwrap_or(b)) {
        Some("Anchors" | "Aliases") => ("anchors and aliases are not read in a journey".into(), Some("write the value out")),
        Some("Documents") => ("a file holds one journey".into(), Some("put the next one into a file of its own")),
        Some("Depth") => (format!("the definition is nested deeper than {DEPTH_LIMIT}"), None),
        Some("Nodes") => {
            (format!("the definition has more than {NODE_LIMIT} values"), Some("split it into journeys that call one another"))
        }
        _ if line.contains("tab") => (line.to_owned(), Some("indent by blanks, not by tabs")),
        _ => (line.to_owned(), None),
    }
}

fn place(location: &serde_saphyr::Location) -> Place {
    let short = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    Place { line: short(location.line()), column: short(location.column()) }
}

fn node(raw: Spanned<Raw>) -> Node {
    let is = match raw.value {
        Raw::Nothing => Is::Nothing,
        Raw::Scalar(text) => Is::Scalar(text),
        Raw::List(items) => Is::List(items.into_iter().map(node).collect()),
        Raw::Map(entries) => Is::Map(
            entries.into_iter().map(|(key, value)| (Key { at: place(&key.referenced), name: text_of(key.value) }, node(value))).collect(),
        ),
    };
    Node { at: place(&raw.referenced), is }
}

fn text_of(raw: Raw) -> String {
    match raw {
        Raw::Scalar(text) => text,
        Raw::Nothing => String::from("null"),
        Raw::List(_) | Raw::Map(_) => String::from("?"),
    }
}

enum Raw {
    Nothing,
    Scalar(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<Self>, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a list or a map")
    }
    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Nothing)
    }
    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Nothing)
    }
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Raw, D::Error> {
        Raw::deserialize(from)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }
    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }
    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Scalar(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(node: &Node, out: &mut String, depth: usize) {
        use fmt::Write;
        let pad = "  ".repeat(depth);
        match &node.is {
            Is::Nothing => writeln!(out, "{pad}{}:{} nothing", node.at.line, node.at.column).unwrap(),
            Is::Scalar(text) => writeln!(out, "{pad}{}:{} {text:?}", node.at.line, node.at.column).unwrap(),
            Is::List(items) => items.iter().for_each(|i| show(i, out, depth + 1)),
            Is::Map(entries) => {
                for (key, value) in entries {
                    writeln!(out, "{pad}{}:{} {}:", key.at.line, key.at.column, key.name).unwrap();
                    show(value, out, depth + 1);
                }
            }
        }
    }

    #[test]
    fn everything_knows_its_place() {
        let text = "a: 1\nno: yes\nlist:\n  - { x: true, 'y': \"007\" }\n  - ~\n  - 1.5\nlong: |\n  two\n  lines\n0: zero\n";
        let mut out = String::new();
        show(&parse("x", text).unwrap(), &mut out, 0);
        insta::assert_snapshot!(out);
    }

    #[test]
    fn what_no_definition_needs_is_refused() {
        let cases = [
            "a: &x 1\nb: *x\n".to_owned(),
            "a: [\n".to_owned(),
            "a: 1\n---\nb: 2\n".to_owned(),
            "[".repeat(200),
            format!("{}1", "a: {".repeat(40)),
            "x".repeat(SIZE_LIMIT + 1),
        ];
        let told: Vec<String> = cases.iter().map(|c| parse("x", c).unwrap_err().to_string()).collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
