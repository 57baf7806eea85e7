//! Pages of the reference that are made from the code: they must be what the code says now.
//!
//! `UPDATE=1 cargo nextest run -p segue-proto` writes them anew.

#![expect(clippy::unwrap_used, reason = "tests")]

mod errors;
mod grpc;
mod websocket;

use std::path::Path;

/// Compares a page with what the code says, or writes it.
fn hold(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/reference/{name} is not what the code says; `UPDATE=1 cargo nextest run -p segue-proto` writes it anew");
}

#[test]
fn the_page_of_errors_is_the_table() {
    hold("errors.md", &errors::page());
}

#[test]
fn the_page_of_grpc_is_the_descriptors() {
    hold("grpc.md", &grpc::page());
}

#[test]
fn the_page_of_the_sockets_shows_every_frame() {
    let lacks = websocket::lacks();
    assert!(lacks.is_empty(), "docs/protocol/websocket.md shows no example of: {lacks:#?}");
}

#[test]
fn everything_in_the_files_has_a_comment() {
    let bare = grpc::bare();
    assert!(bare.is_empty(), "without a comment: {bare:?}");
}
