//! The AsyncAPI documents of the WebSocket protocols are what the `.proto` files say now, comments included.
//!
//! `UPDATE=1 cargo nextest run -p segue-proto` writes them anew.

#![expect(clippy::unwrap_used, reason = "tests")]

mod comments;
mod document;
mod schema;

use document::{Protocol, document};
use std::path::Path;

const CHAT: Protocol = Protocol {
    package: "segue.chat.v1",
    title: "Segue web chat",
    address: "/v1/chat",
    subprotocol: "segue.chat.v1.json",
    what: "Self-service and talk for a customer's browser. One protobuf JSON frame in each text message; the first is `hello`. \
           The connection is the channel; a lost one is continued by `hello.resume`.",
};

const DESK: Protocol = Protocol {
    package: "segue.desk.v1",
    title: "Segue desk",
    address: "/v1/desk",
    subprotocol: "segue.desk.v1.json",
    what: "Offers, screen pops, talk and presence for an agent's desk. One protobuf JSON frame in each text message; the first is \
           `hello`. Entries carry a `sequence`; a lost desk is continued by `hello.resume`.",
};

/// Compares a document with what the files say, or writes it.
fn hold(name: &str, protocol: &Protocol) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol").join(name);
    let head = "# Made from the files under proto/segue by a test; do not edit.\n";
    let text = format!("{head}{}", serde_saphyr::to_string(&document(protocol)).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "docs/protocol/{name} is not what the files say; `UPDATE=1 cargo nextest run -p segue-proto` writes it anew");
}

#[test]
fn the_chat_is_what_its_files_say() {
    hold("chat.asyncapi.yaml", &CHAT);
}

#[test]
fn the_desk_is_what_its_files_say() {
    hold("desk.asyncapi.yaml", &DESK);
}

/// Every `$ref` leads somewhere, and every schema is led to.
#[test]
fn references_lead_somewhere() {
    for protocol in [&CHAT, &DESK] {
        let document = document(protocol);
        let mut wanted = Vec::new();
        references(&document, &mut wanted);
        assert!(!wanted.is_empty());
        for reference in &wanted {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            let reference = format!("#/components/schemas/{name}");
            assert!(wanted.contains(&reference), "nothing leads to {name}");
        }
    }
}

fn references(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, inner) in map {
                match inner.as_str().filter(|_| key == "$ref") {
                    Some(reference) => found.push(reference.to_owned()),
                    None => references(inner, found),
                }
            }
        }
        serde_json::Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}
