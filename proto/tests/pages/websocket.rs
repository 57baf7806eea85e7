//! The page of the WebSocket protocols: its frames are frames, and every frame there is stands on it.

use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::path::Path;

/// The blocks of the page that are marked as JSON of this kind, each read as a frame of which every field is known.
fn frames<F: Serialize + DeserializeOwned>(kind: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol/websocket.md");
    let page = std::fs::read_to_string(path).unwrap();
    let mark = format!("```json {kind}\n");
    let blocks = page.split(mark.as_str()).skip(1).map(|rest| rest.split_once("```").unwrap().0);
    blocks
        .map(|text| {
            let frame: F = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let written: Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_value(&frame).unwrap(), written, "every field is known");
            written
        })
        .collect()
}

/// What can be chosen in a message.
fn choices(message: &MessageDescriptor) -> Vec<FieldDescriptor> {
    message.oneofs().filter(|one| !one.is_synthetic()).flat_map(|one| one.fields().collect::<Vec<_>>()).collect()
}

/// The frames of this kind, and the choices within each, that no block of the page shows.
fn missing<F: Serialize + DeserializeOwned>(protocol: &str, side: &str, kind: &str) -> Vec<String> {
    let pool = DescriptorPool::decode(segue_proto::DESCRIPTORS).unwrap();
    let frame = pool.get_message_by_name(&format!("{protocol}.{side}")).unwrap();
    let shown = frames::<F>(kind);
    let mut wanted = Vec::new();
    for variant in choices(&frame) {
        wanted.push(vec![variant.json_name().to_owned()]);
        let within = variant.kind().as_message().map(choices).unwrap_or_default();
        wanted.extend(within.iter().map(|choice| vec![variant.json_name().to_owned(), choice.json_name().to_owned()]));
    }
    let is_shown = |path: &Vec<String>| shown.iter().any(|frame| path.iter().try_fold(frame, |at, name| at.get(name)).is_some());
    wanted.into_iter().filter(|path| !is_shown(path)).map(|path| format!("{kind}: {}", path.join("."))).collect()
}

/// Every frame that the page lacks, of both protocols.
pub(crate) fn lacks() -> Vec<String> {
    use segue_proto::{chat, desk};
    [
        missing::<chat::v1::ClientFrame>("segue.chat.v1", "ClientFrame", "chat client"),
        missing::<chat::v1::ServerFrame>("segue.chat.v1", "ServerFrame", "chat server"),
        missing::<desk::v1::ClientFrame>("segue.desk.v1", "ClientFrame", "desk client"),
        missing::<desk::v1::ServerFrame>("segue.desk.v1", "ServerFrame", "desk server"),
    ]
    .concat()
}
