//! The protocol's page: it names where the chat is served, and its table of close codes is the code's.
//!
//! `UPDATE=1 cargo nextest run -p segue-adapter-chat` writes the table anew.

#![expect(clippy::unwrap_used, reason = "tests")]

use segue_adapter_chat::{PATH, SUBPROTOCOL};
use segue_adapter_kit::ws::CloseCode;
use std::fmt::Write as _;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol").join(name)
}

fn page() -> String {
    std::fs::read_to_string(path("websocket.md")).unwrap()
}

#[test]
fn the_documents_name_where_it_is_served() {
    for name in ["websocket.md", "chat.asyncapi.yaml"] {
        let text = std::fs::read_to_string(path(name)).unwrap();
        assert!(text.contains(PATH) && text.contains(SUBPROTOCOL), "{name}");
    }
}

#[test]
fn the_table_of_close_codes_is_the_codes() {
    let mut table = String::from("\n| code | name | what it means, and what to do | come back |\n|---|---|---|---|\n");
    for code in CloseCode::ALL {
        let back = if code.come_back() { "yes" } else { "no" };
        let _ = writeln!(table, "| {} | `{}` | {} | {back} |", code.number(), code.name(), code.meaning());
    }
    let page = page();
    let (head, rest) = page.split_once("by a test -->\n").unwrap();
    let (kept, tail) = rest.split_once("<!-- /codes -->").unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path("websocket.md"), format!("{head}by a test -->\n{table}\n<!-- /codes -->{tail}")).unwrap();
    } else {
        assert_eq!(kept.trim(), table.trim(), "`UPDATE=1 cargo nextest run -p segue-adapter-chat` writes it anew");
    }
}
