//! Frames from protobuf JSON; and of a text that is none, in plain words, what is the matter with it.
//!
//! Invariants: a frame that can be read costs one pass, and only another is held against the files under `segue/`. A
//! refusal names the field by its path, what came, and what may come; of what came it repeats no more than a word.

use super::check::invalid;
use crate::DESCRIPTORS;
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use segue_session::{Reason, Refusal};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::LazyLock;

/// As many characters as a right id has, and the most of a word that is repeated.
const WORD: usize = 36;

/// Reads a frame: the message of this full name. Fields that are not known here are passed over, so that newer clients may
/// talk to older houses.
///
/// # Errors
/// `InvalidArgument` where the text is not the protobuf JSON of such a message; it names the field.
pub fn read<F: DeserializeOwned>(name: &str, text: &str) -> Result<F, Refusal> {
    serde_json::from_str(text).map_err(|error| {
        let at = |error: &serde_json::Error| format!("line {}, column {}", error.line(), error.column());
        let refused = |why: String| Refusal::new(Reason::InvalidArgument, why);
        match serde_json::from_str(text) {
            Err(error) if with_whole_characters(text).is_some() => {
                refused(format!("the text holds half a surrogate pair, which is no character, before {}", at(&error)))
            }
            Err(error) => refused(format!("the text is no JSON that can be read, from {} on", at(&error))),
            Ok(whole) => SCHEMA
                .message("frame", "", &format!(".{name}"), &whole)
                .unwrap_or_else(|| refused(format!("the frame cannot be read from {} on; a field may be there twice", at(&error)))),
        }
    })
}

/// The id of a text that may be no frame, so that a refusal can name what it is about; empty where it has none.
#[must_use]
pub fn id_of(text: &str) -> String {
    let json: Value = serde_json::from_str(text).ok().or_else(|| with_whole_characters(text)).unwrap_or_default();
    json.get("id").and_then(Value::as_str).map(shortened).unwrap_or_default()
}

/// A text whose only fault is that halves of surrogate pairs stand alone in it (JSON can write them, RFC 8259, 8.2, but they
/// are no characters), with a replacement character for each.
fn with_whole_characters(text: &str) -> Option<Value> {
    let half = |escape: &str| escape.strip_prefix("\\u").and_then(|hex| u16::from_str_radix(hex.get(..4)?, 16).ok());
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        whole.push_str(plain);
        let alone = half(escape).is_some_and(|unit| (0xD800..0xE000).contains(&unit));
        let pair = alone && half(escape).is_some_and(|unit| unit < 0xDC00) && {
            escape.get(6..).and_then(half).is_some_and(|unit| (0xDC00..0xE000).contains(&unit))
        };
        // An escape is two bytes at least, and six where it is written in digits.
        let length = if pair {
            12
        } else if alone {
            6
        } else {
            2
        };
        let (escape, after) = escape.split_at_checked(length)?;
        whole.push_str(if alone && !pair { "\\uFFFD" } else { escape });
        rest = after;
    }
    whole.push_str(rest);
    serde_json::from_str(&whole).ok()
}

/// At most as much of an id as a right one has, for the answer.
#[must_use]
pub fn shortened(id: &str) -> String {
    id.chars().take(WORD).collect()
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::of_the_files);

/// What the files say of messages and words, by full name with a leading dot.
#[derive(Default)]
struct Schema {
    messages: BTreeMap<String, DescriptorProto>,
    words: BTreeMap<String, BTreeMap<String, i32>>,
}

impl Schema {
    fn of_the_files() -> Self {
        let mut schema = Self::default();
        // They are built in, and a test reads them: where they could not be read, frames are refused in fewer words.
        for file in FileDescriptorSet::decode(DESCRIPTORS).unwrap_or_default().file {
            let package = file.package().to_owned();
            if !package.starts_with("segue.") {
                continue;
            }
            for one in file.enum_type {
                let words = one.value.iter().map(|word| (word.name().to_owned(), word.number())).collect();
                schema.words.insert(format!(".{package}.{}", one.name()), words);
            }
            schema.messages.extend(file.message_type.into_iter().map(|one| (format!(".{package}.{}", one.name()), one)));
        }
        schema
    }

    /// What does not fit about a message. `called` is what it is called where it has no path.
    fn message(&self, called: &str, path: &str, name: &str, value: &Value) -> Option<Refusal> {
        let Value::Object(entries) = value else {
            let must = (name != ".google.protobuf.Value").then_some("an object")?;
            return Some(unfit(if path.is_empty() { called } else { path }, value, must));
        };
        let known = self.messages.get(name)?;
        let given: Vec<(&FieldDescriptorProto, &Value)> = known
            .field
            .iter()
            .filter_map(|field| Some((field, entries.get(field.json_name()).or_else(|| entries.get(field.name()))?)))
            .collect();
        self.one_of_each(path, known, &given).or_else(|| {
            given.into_iter().find_map(|(field, value)| {
                let path = if path.is_empty() { field.name().to_owned() } else { format!("{path}.{}", field.name()) };
                self.field(&path, field, value)
            })
        })
    }

    /// Of what can be chosen, more than one was.
    fn one_of_each(&self, path: &str, known: &DescriptorProto, given: &[(&FieldDescriptorProto, &Value)]) -> Option<Refusal> {
        (0..).zip(&known.oneof_decl).find_map(|(index, choice)| {
            let mut chosen = given.iter().filter(|(field, value)| field.oneof_index == Some(index) && !value.is_null());
            let (first, second) = (chosen.next()?.0.name(), chosen.next()?.0.name());
            let field = if path.is_empty() { choice.name().to_owned() } else { format!("{path}.{}", choice.name()) };
            Some(invalid(&field, format_args!("must be one thing, and is both `{first}` and `{second}`")))
        })
    }

    fn field(&self, path: &str, field: &FieldDescriptorProto, value: &Value) -> Option<Refusal> {
        if field.label() != Label::Repeated {
            let may_be_absent = field.oneof_index.is_some() || field.r#type() == Type::Message;
            return if value.is_null() && may_be_absent { None } else { self.single(path, field, value) };
        }
        match value {
            Value::Array(list) => (0..).zip(list).find_map(|(i, one): (usize, _)| self.single(&format!("{path}[{i}]"), field, one)),
            // A map, which is no message of the files' own.
            Value::Object(_) if field.r#type() == Type::Message && !self.messages.contains_key(field.type_name()) => None,
            _ => Some(unfit(path, value, "a list")),
        }
    }

    fn single(&self, path: &str, field: &FieldDescriptorProto, value: &Value) -> Option<Refusal> {
        match field.r#type() {
            Type::Message => self.message(path, path, field.type_name(), value),
            Type::Enum => self.word(path, field.type_name(), value),
            Type::String => (!value.is_string()).then(|| unfit(path, value, "a text")),
            Type::Bool => (!value.is_boolean()).then(|| unfit(path, value, "true or false")),
            Type::Int32 => whole(path, value, i32::MIN, i32::MAX),
            Type::Uint32 => whole(path, value, u32::MIN, u32::MAX),
            Type::Uint64 => whole(path, value, u64::MIN, u64::MAX),
            _ => None,
        }
    }

    fn word(&self, path: &str, name: &str, value: &Value) -> Option<Refusal> {
        let words = self.words.get(name)?;
        let known = match value {
            Value::String(word) => words.contains_key(word),
            Value::Number(number) => words.values().any(|known| number.as_i64() == Some((*known).into())),
            _ => false,
        };
        if known {
            return None;
        }
        let mut all: Vec<(&String, &i32)> = words.iter().filter(|(_, number)| **number != 0).collect();
        all.sort_by_key(|(_, number)| **number);
        let all: Vec<&str> = all.into_iter().map(|(word, _)| word.as_str()).collect();
        Some(unfit(path, value, &format!("one of {}", all.join(", "))))
    }
}

/// A whole number within these bounds, as a number or as text.
fn whole<N: FromStr + Display>(path: &str, value: &Value, least: N, most: N) -> Option<Refusal> {
    let fits = match value {
        Value::String(text) => text.parse::<N>().is_ok(),
        Value::Number(number) => number.to_string().parse::<N>().is_ok(),
        _ => false,
    };
    (!fits).then(|| unfit(path, value, &format!("a whole number from {least} to {most}")))
}

fn unfit(path: &str, value: &Value, must: &str) -> Refusal {
    let is = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(is) => is.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(word) if is_word(word) => format!("`{word}`"),
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    invalid(path, format_args!("must be {must}, and is {is}"))
}

/// A word as enumerations have them, which nobody is called.
fn is_word(text: &str) -> bool {
    (1..=WORD).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chat, desk};

    fn refused(text: &str) -> String {
        let refusal = read::<chat::v1::ClientFrame>("segue.chat.v1.ClientFrame", text).unwrap_err();
        assert_eq!(refusal.reason, Reason::InvalidArgument);
        for jargon in ["variant", "invalid type", "map", "struct", "expected", "sequence", "serde"] {
            assert!(!refusal.message.contains(jargon), "{}", refusal.message);
        }
        refusal.message
    }

    #[test]
    fn a_refusal_names_the_field_what_came_and_what_may_come() {
        let told = [
            "no",
            "{\"id\":",
            "[]",
            "7",
            r#"{"id": 7}"#,
            r#"{"id": {}}"#,
            r#"{"hello": 3}"#,
            r#"{"hello": {"protocol": "one"}}"#,
            r#"{"hello": {"protocol": -1}}"#,
            r#"{"hello": {"protocol": 1, "token": ["nora@example.com"]}}"#,
            r#"{"hello": {"protocol": 1, "token": "a", "widget": "b"}}"#,
            r#"{"hello": {"resume": {"last_message": "four"}}}"#,
            r#"{"start": {"claimed": "much"}}"#,
            r#"{"start": {}, "suspend": {}}"#,
            r#"{"suspend": {"handleKinds": "HANDLE_KIND_LINK"}}"#,
            r#"{"suspend": {"handleKinds": ["HANDLE_KIND_LINK", "LINK"]}}"#,
            r#"{"suspend": {"handleKinds": [99]}}"#,
            r#"{"suspend": {"handleKinds": ["nora@example.com"]}}"#,
            r#"{"createHandle": {"kind": null}}"#,
            r#"{"step": {"fillAll": {"values": {"since": "today"}}}}"#,
            r#"{"step": {"fillAll": {"values": [{"fieldId": "since", "value": 4}]}}}"#,
            r#"{"typing": {"on": "yes"}}"#,
            r#"{"listMatters": {"pageSize": 3000000000}}"#,
            r#"{"id": "a", "id": "b"}"#,
        ]
        .map(|text| format!("{text}\n  {}", refused(text)))
        .join("\n");
        insta::assert_snapshot!(told);
    }

    #[test]
    fn every_field_of_every_frame_that_does_not_fit_is_named() {
        for (package, name) in [("chat", "segue.chat.v1.ClientFrame"), ("desk", "segue.desk.v1.ClientFrame")] {
            let frame = &SCHEMA.messages[&format!(".{name}")];
            for variant in frame.field.iter().filter(|field| field.r#type() == Type::Message) {
                for field in &SCHEMA.messages[variant.type_name()].field {
                    let text = format!(r#"{{"{}": {{"{}": [[]]}}}}"#, variant.json_name(), field.json_name());
                    let refusal = match package {
                        "chat" => read::<chat::v1::ClientFrame>(name, &text).err(),
                        _ => read::<desk::v1::ClientFrame>(name, &text).err(),
                    };
                    let refusal = refusal.unwrap_or_else(|| panic!("{text} was read"));
                    let path = format!("{}.{}", variant.name(), field.name());
                    assert!(refusal.about.iter().any(|(_, at)| at.starts_with(&path)), "{text}: {}", refusal.message);
                }
            }
        }
    }

    #[test]
    fn half_a_character_is_named_and_takes_no_id_away() {
        for text in [r#"{"id": "a", "say": {"body": {"text": {"text": "\uD83D"}}}}"#, r#"{"say": "\uDE00\uD83D\\", "id": "a"}"#] {
            assert_eq!(id_of(text), "a", "{text}");
            assert!(refused(text).contains("half a surrogate pair"), "{}", refused(text));
        }
        assert_eq!(id_of(r#"{"id": "\uD83D\uDE00", "say": "\uD83D"}"#), "\u{1F600}");
        for text in [r#"{"id": "a", "say": "\"#, r#"{"id": "a", "say": "\u"#, r#"{"id": "a", "say": "\uD83D\u12é"}"#] {
            assert_eq!(id_of(text), "", "{text}");
        }
    }

    #[test]
    fn a_text_without_an_id_has_none() {
        assert_eq!(id_of(r#"{"id": "a", "typing": 3}"#), "a");
        for text in ["", "{", "[]", r#"{"id": 3}"#] {
            assert_eq!(id_of(text), "");
        }
        assert_eq!(id_of(&format!(r#"{{"id": "{}"}}"#, "é".repeat(99))).chars().count(), WORD);
    }
}
