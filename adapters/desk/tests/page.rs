//! The protocol's documents name where the desk is served.

#![expect(clippy::unwrap_used, reason = "tests")]

use segue_adapter_desk::{PATH, SUBPROTOCOL};
use std::path::PathBuf;

fn read(name: &str) -> String {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol").join(name)).unwrap()
}

#[test]
fn the_documents_name_where_it_is_served() {
    for name in ["websocket.md", "desk.asyncapi.yaml"] {
        let text = read(name);
        assert!(text.contains(PATH) && text.contains(SUBPROTOCOL), "{name}");
    }
}
