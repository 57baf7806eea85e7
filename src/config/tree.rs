//! The configuration as a tree in which every value knows where it was written.

use super::fault::{Fault, Weight};
use super::source::{Origin, SourceId};
use serde_json::json;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub origin: Origin,
    pub value: Value,
}

/// What can be written.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Whole(i64),
    Decimal(f64),
    YesNo(bool),
    Moment,
    List(Vec<Node>),
    Table(Table),
}

/// A table: each key with its own place.
pub(crate) type Table = BTreeMap<String, (Origin, Node)>;

impl Value {
    /// What to call it in a message.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Whole(_) => "a whole number",
            Self::Decimal(_) => "a decimal number",
            Self::YesNo(_) => "true or false",
            Self::Moment => "a date or time",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// Reads a file's text. What cannot be read is left out, with a fault.
    pub(crate) fn parse(source: SourceId, text: &str, faults: &mut Vec<Fault>) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        faults.extend(errors.into_iter().map(|error| Fault {
            weight: Weight::Error,
            origin: Origin::File(source, error.span().unwrap_or(0..0)),
            key: String::new(),
            what: error.message().to_owned(),
            mend: Some("see https://toml.io for how TOML is written".into()),
        }));
        let root = Origin::File(source, 0..0);
        Self { origin: root, value: Value::Table(table_of(source, table.into_inner())) }
    }

    /// An empty table that nobody wrote.
    pub(crate) const fn empty() -> Self {
        Self { origin: Origin::Default, value: Value::Table(BTreeMap::new()) }
    }

    /// Adds what stands in `other` and not here.
    pub(crate) fn fill_from(&mut self, other: Self) {
        let (Value::Table(ours), Value::Table(theirs)) = (&mut self.value, other.value) else { return };
        for (key, (place, node)) in theirs {
            match ours.get_mut(&key) {
                Some((_, present)) => present.fill_from(node),
                None => drop(ours.insert(key, (place, node))),
            }
        }
    }

    /// Puts a value at a path, making tables on the way.
    pub(crate) fn set(&mut self, path: &[String], node: Self) {
        let Some((key, rest)) = path.split_first() else {
            *self = node;
            return;
        };
        if !matches!(self.value, Value::Table(_)) {
            *self = Self { origin: node.origin.clone(), value: Value::Table(BTreeMap::new()) };
        }
        if let Value::Table(table) = &mut self.value {
            let fresh = Self { origin: node.origin.clone(), value: Value::Table(BTreeMap::new()) };
            table.entry(key.clone()).or_insert_with(|| (node.origin.clone(), fresh)).1.set(rest, node);
        }
    }

    /// Takes the value at a path out. A list that holds a misfit goes as a whole, so that numbers in paths stay true.
    pub(crate) fn remove(&mut self, path: &[String]) {
        let Some((key, rest)) = path.split_first() else { return };
        let Value::Table(table) = &mut self.value else { return };
        let ends = rest.is_empty() || table.get(key).is_some_and(|(_, node)| matches!(node.value, Value::List(_)));
        if ends {
            table.remove(key);
        } else if let Some((_, node)) = table.get_mut(key) {
            node.remove(rest);
        }
    }

    /// A member of a table, or of a list by its number.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(table) => table.get(key).map(|(_, node)| node),
            Value::List(list) => list.get(key.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// The value at a path.
    pub(crate) fn find<'k>(&self, path: impl IntoIterator<Item = &'k str>) -> Option<&Self> {
        path.into_iter().try_fold(self, |node, key| node.get(key))
    }

    /// The place of the value at a path; of what holds it, where it is not there.
    pub(crate) fn origin<'k>(&self, path: impl IntoIterator<Item = &'k str>) -> Origin {
        let mut node = self;
        for key in path {
            match node.get(key) {
                Some(next) => node = next,
                None => break,
            }
        }
        node.origin.clone()
    }

    /// The text, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// Without places, for serde.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Text(text) => json!(text),
            Value::Whole(number) => json!(number),
            Value::Decimal(number) => json!(number),
            Value::YesNo(yes) => json!(yes),
            Value::Moment => serde_json::Value::Null,
            Value::List(list) => list.iter().map(Self::to_json).collect(),
            Value::Table(table) => table.iter().map(|(key, (_, node))| (key.clone(), node.to_json())).collect(),
        }
    }
}

fn table_of(source: SourceId, table: DeTable<'_>) -> Table {
    let member = |(key, value): (Spanned<std::borrow::Cow<'_, str>>, Spanned<DeValue<'_>>)| {
        let place = Origin::File(source, key.span());
        (key.into_inner().into_owned(), (place, node_of(source, value)))
    };
    table.into_iter().map(member).collect()
}

fn node_of(source: SourceId, value: Spanned<DeValue<'_>>) -> Node {
    let origin = Origin::File(source, value.span());
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        // A number beyond 64 bits fits no key: it is reported as a decimal where a whole one is wanted.
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Decimal(f64::INFINITY), Value::Whole)
        }
        DeValue::Float(number) => Value::Decimal(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(yes) => Value::YesNo(yes),
        DeValue::Datetime(_) => Value::Moment,
        DeValue::Array(list) => Value::List(list.into_iter().map(|item| node_of(source, item)).collect()),
        DeValue::Table(table) => Value::Table(table_of(source, table)),
    };
    Node { origin, value }
}
