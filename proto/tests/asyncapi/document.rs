//! One AsyncAPI document: the socket is the channel, each kind of frame is a message.

use super::comments::comment;
use super::schema::Schemas;
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

/// A WebSocket protocol.
pub(crate) struct Protocol {
    /// Its protobuf package.
    pub(crate) package: &'static str,
    /// Its title.
    pub(crate) title: &'static str,
    /// Where it is served.
    pub(crate) address: &'static str,
    /// Its subprotocol.
    pub(crate) subprotocol: &'static str,
    /// What it is for.
    pub(crate) what: &'static str,
}

/// The document.
pub(crate) fn document(protocol: &Protocol) -> Value {
    let pool = DescriptorPool::decode(segue_proto::DESCRIPTORS).unwrap();
    let frame = |name: &str| pool.get_message_by_name(&format!("{}.{name}", protocol.package)).unwrap();
    let (mut schemas, mut messages) = (Schemas::default(), Map::new());
    let from_client = frames(&frame("ClientFrame"), "client", &mut schemas, &mut messages);
    let from_server = frames(&frame("ServerFrame"), "server", &mut schemas, &mut messages);
    let named = |names: &[String]| -> Value {
        names.iter().map(|name| json!({ "$ref": format!("#/channels/socket/messages/{name}") })).collect::<Vec<_>>().into()
    };
    let in_channel: Map<_, _> =
        messages.keys().map(|name| (name.clone(), json!({ "$ref": format!("#/components/messages/{name}") }))).collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": protocol.title,
            "version": "1.0.0",
            "description": protocol.what,
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": { "public": { "host": "segue.example", "protocol": "wss" } },
        "channels": {
            "socket": {
                "address": protocol.address,
                "description": protocol.what,
                "bindings": { "ws": {
                    "bindingVersion": "0.1.0",
                    "method": "GET",
                    "headers": { "type": "object", "properties": {
                        "Sec-WebSocket-Protocol": { "type": "string", "enum": [protocol.subprotocol] },
                        "Origin": { "type": "string", "description": "A page's origin must be on the allow-list." },
                    } },
                } },
                "messages": in_channel,
            },
        },
        "operations": {
            "fromClient": { "action": "receive", "channel": { "$ref": "#/channels/socket" }, "messages": named(&from_client) },
            "toClient": { "action": "send", "channel": { "$ref": "#/channels/socket" }, "messages": named(&from_server) },
        },
        "components": { "messages": messages, "schemas": schemas.0 },
    })
}

/// Each kind of frame as a message; their names, in the file's order.
fn frames(frame: &MessageDescriptor, side: &str, schemas: &mut Schemas, messages: &mut Map<String, Value>) -> Vec<String> {
    let id = frame.get_field_by_name("id");
    let kinds = frame.fields().filter(|field| field.containing_oneof().is_some());
    kinds
        .map(|field| {
            let name = format!("{side}.{}", field.json_name());
            messages.insert(name.clone(), message(&field, id.as_ref(), schemas));
            name
        })
        .collect()
}

fn message(field: &FieldDescriptor, id: Option<&FieldDescriptor>, schemas: &mut Schemas) -> Value {
    let Kind::Message(content) = field.kind() else { panic!("{} is no message", field.full_name()) };
    let mut properties = Map::new();
    if let Some(id) = id {
        let description = comment(&id.parent_message().parent_file(), id.path());
        properties.insert("id".into(), json!({ "type": "string", "format": "uuid", "description": description }));
    }
    properties.insert(field.json_name().to_owned(), schemas.message(&content));
    json!({
        "name": field.json_name(),
        "title": content.name(),
        "summary": comment(&field.parent_message().parent_file(), field.path()),
        "payload": { "type": "object", "required": [field.json_name()], "properties": properties },
    })
}
