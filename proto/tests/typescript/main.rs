//! The console's types of the wire are what the `.proto` files say now, comments included.
//!
//! `UPDATE=1 cargo nextest run -p segue-proto` writes them anew.

#![expect(clippy::unwrap_used, reason = "tests")]

use prost_reflect::{DescriptorPool, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "// Made from the files under proto/segue by a test; do not edit. Protobuf JSON leaves out what has its default.\n";

/// One module: the types of a package, and of the others the names it uses.
fn module(pool: &DescriptorPool, package: &str) -> String {
    let mut others = BTreeSet::new();
    let mut body = String::new();
    for file in pool.files().filter(|file| file.package_name() == package) {
        for words in file.enums() {
            write_enum(&mut body, &words);
        }
        for message in file.messages().filter(|message| !message.is_map_entry()) {
            write_message(&mut body, &message, package, &mut others);
        }
    }
    let mut text = HEAD.to_owned();
    if !others.is_empty() {
        let names: Vec<_> = others.into_iter().collect();
        write!(text, "\nimport type {{\n  {},\n}} from \"./type\";\n", names.join(",\n  ")).unwrap();
    }
    text + &body
}

fn write_enum(into: &mut String, words: &EnumDescriptor) {
    let file = words.parent_file();
    write!(into, "\n{}export type {} =", doc(&file, words.path(), ""), words.name()).unwrap();
    for value in words.values() {
        write!(into, "\n  | \"{}\"", value.name()).unwrap();
    }
    into.push_str(";\n");
}

fn write_message(into: &mut String, message: &MessageDescriptor, package: &str, others: &mut BTreeSet<String>) {
    let file = message.parent_file();
    let head = doc(&file, message.path(), "");
    if message.fields().next().is_none() {
        write!(into, "\n{head}export type {} = Record<string, never>;\n", message.name()).unwrap();
        return;
    }
    write!(into, "\n{head}export interface {} {{\n", message.name()).unwrap();
    for field in message.fields() {
        let shape = shape(&field, package, others);
        writeln!(into, "{}  {}?: {shape};", doc(&file, field.path(), "  "), field.json_name()).unwrap();
    }
    into.push_str("}\n");
}

fn shape(field: &FieldDescriptor, package: &str, others: &mut BTreeSet<String>) -> String {
    if field.is_map() {
        let Kind::Message(entry) = field.kind() else { return "unknown".into() };
        return format!("Record<string, {}>", one(&entry.map_entry_value_field().kind(), package, others));
    }
    let one = one(&field.kind(), package, others);
    if field.is_list() { format!("{one}[]") } else { one }
}

fn one(kind: &Kind, package: &str, others: &mut BTreeSet<String>) -> String {
    match kind {
        // 64-bit numbers are text in protobuf JSON, for JavaScript's numbers end at 2^53.
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64 | Kind::String | Kind::Bytes => "string".into(),
        Kind::Double | Kind::Float | Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Uint32 | Kind::Fixed32 => "number".into(),
        Kind::Bool => "boolean".into(),
        Kind::Enum(words) => named(words.package_name(), words.name(), package, others),
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" | "google.protobuf.Duration" => "string".into(),
            "google.protobuf.Struct" => "Record<string, unknown>".into(),
            "google.protobuf.Value" => "unknown".into(),
            _ => named(message.package_name(), message.name(), package, others),
        },
    }
}

fn named(home: &str, name: &str, package: &str, others: &mut BTreeSet<String>) -> String {
    if home != package {
        assert_eq!(home, "segue.type.v1", "{name} lies where no module looks");
        others.insert(name.to_owned());
    }
    name.to_owned()
}

/// What stands above the thing at this path.
fn doc(file: &FileDescriptor, path: &[i32], indent: &str) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let found = info.and_then(|info| info.location.iter().find(|at| at.path == path));
    let words = found.and_then(|at| at.leading_comments.as_deref()).unwrap_or_default();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { String::new() } else { format!("{indent}/** {words} */\n") }
}

#[test]
fn the_consoles_types_are_what_the_files_say() {
    let pool = DescriptorPool::decode(segue_proto::DESCRIPTORS).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../console/src/lib/wire");
    for (name, package) in [("type", "segue.type.v1"), ("chat", "segue.chat.v1"), ("desk", "segue.desk.v1")] {
        let path = folder.join(name).with_extension("ts");
        let text = module(&pool, package);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == text, "wire/{name}.ts is not what the files say; `UPDATE=1 cargo nextest run -p segue-proto` writes it anew");
    }
}
