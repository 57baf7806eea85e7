//! The protocol's page: its frames of the desk are frames.

#![expect(clippy::unwrap_used, reason = "tests")]

use segue_adapter_desk::{PATH, SUBPROTOCOL, parse_client_frame};
use segue_adapter_kit::testing::examples;
use segue_proto::desk::v1::ServerFrame;
use serde_json::Value;
use std::path::PathBuf;

fn read(name: &str) -> String {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol").join(name)).unwrap()
}

#[test]
fn frames_of_the_page_are_frames() {
    let page = read("websocket.md");
    let clients = examples(&page, "desk client");
    for text in &clients {
        let frame = parse_client_frame(text).unwrap_or_else(|refusal| panic!("{}: {text}", refusal.message));
        assert_eq!(serde_json::to_value(&frame).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "every field is known");
    }
    let servers = examples(&page, "desk server");
    for text in &servers {
        let frame: ServerFrame = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(serde_json::to_value(&frame).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "every field is known");
    }
    assert!(clients.len() > 5 && servers.len() > 3);
}

#[test]
fn the_documents_name_where_it_is_served() {
    for name in ["websocket.md", "desk.asyncapi.yaml"] {
        let text = read(name);
        assert!(text.contains(PATH) && text.contains(SUBPROTOCOL), "{name}");
    }
}
