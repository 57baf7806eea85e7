//! JSON Schemas of messages in their protobuf JSON form.

use super::comments::comment;
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Schemas by name, filled as they are led to.
#[derive(Default)]
pub(crate) struct Schemas(pub(crate) BTreeMap<String, Value>);

impl Schemas {
    /// A reference to a message's schema.
    pub(crate) fn message(&mut self, message: &MessageDescriptor) -> Value {
        if let Some(known) = well_known(message.full_name()) {
            return known;
        }
        let name = name(message.package_name(), message.name());
        if !self.0.contains_key(&name) {
            // Taken first, so that what leads back to itself ends.
            self.0.insert(name.clone(), Value::Null);
            let schema = self.object(message);
            self.0.insert(name.clone(), schema);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    fn object(&mut self, message: &MessageDescriptor) -> Value {
        let mut properties = Map::new();
        for field in message.fields() {
            properties.insert(field.json_name().to_owned(), self.property(&field));
        }
        let description = comment(&message.parent_file(), message.path());
        match properties.is_empty() {
            true => json!({ "type": "object", "description": description }),
            false => json!({ "type": "object", "description": description, "properties": properties }),
        }
    }

    /// A field's schema with its comment. A reference stands in `allOf`, so that the comment may stand beside it.
    fn property(&mut self, field: &FieldDescriptor) -> Value {
        let mut schema = self.shape(field);
        let mut description = comment(&field.parent_message().parent_file(), field.path());
        let real = field.containing_oneof().filter(|choice| choice.fields().len() > 1 || !field.field_descriptor_proto().proto3_optional());
        if let Some(choice) = real {
            description = format!("One of `{}`. {description}", choice.name());
        }
        if schema.get("$ref").is_some() {
            schema = json!({ "allOf": [schema] });
        }
        schema["description"] = description.into();
        schema
    }

    fn shape(&mut self, field: &FieldDescriptor) -> Value {
        if field.is_map() {
            let Kind::Message(entry) = field.kind() else { return json!({}) };
            let value = self.one(&entry.map_entry_value_field());
            return json!({ "type": "object", "additionalProperties": value });
        }
        let one = self.one(field);
        if field.is_list() { json!({ "type": "array", "items": one }) } else { one }
    }

    fn one(&mut self, field: &FieldDescriptor) -> Value {
        match field.kind() {
            Kind::Double | Kind::Float => json!({ "type": "number" }),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({ "type": "integer", "format": "int32" }),
            Kind::Uint32 | Kind::Fixed32 => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            // Protobuf JSON writes 64-bit numbers as text, for JavaScript's numbers end at 2^53.
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => json!({ "type": "string", "pattern": "^-?[0-9]+$" }),
            Kind::Uint64 | Kind::Fixed64 => json!({ "type": "string", "pattern": "^[0-9]+$" }),
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::String => json!({ "type": "string" }),
            Kind::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
            Kind::Enum(words) => self.words(&words),
            Kind::Message(message) => self.message(&message),
        }
    }

    fn words(&mut self, words: &EnumDescriptor) -> Value {
        let name = name(words.package_name(), words.name());
        if !self.0.contains_key(&name) {
            let file = words.parent_file();
            let said = |path: &[i32]| comment(&file, path);
            let values: Vec<_> = words.values().map(|value| value.name().to_owned()).collect();
            let meanings: Vec<_> = words.values().map(|value| format!("- `{}`: {}", value.name(), said(value.path()))).collect();
            let description = format!("{}\n\n{}", said(words.path()), meanings.join("\n"));
            self.0.insert(name.clone(), json!({ "type": "string", "description": description, "enum": values }));
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }
}

/// `desk.v1.Offer` for `segue.desk.v1.Offer`: dots may stand in a component's name.
fn name(package: &str, name: &str) -> String {
    format!("{}.{name}", package.trim_start_matches("segue."))
}

/// Google's own types that have a JSON form of their own.
fn well_known(name: &str) -> Option<Value> {
    match name {
        "google.protobuf.Timestamp" => Some(json!({ "type": "string", "format": "date-time" })),
        "google.protobuf.Duration" => Some(json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?s$" })),
        "google.protobuf.Struct" => Some(json!({ "type": "object" })),
        "google.protobuf.Value" => Some(json!({})),
        "google.protobuf.ListValue" => Some(json!({ "type": "array" })),
        _ => None,
    }
}
