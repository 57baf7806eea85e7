//! The page of gRPC: every service, message and enumeration that gRPC carries, from the comments in the files.

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, ServiceDescriptorProto,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Field numbers of `google.protobuf.FileDescriptorProto` and what is in it, as source paths use them.
mod path {
    pub(crate) const MESSAGE: i32 = 4;
    pub(crate) const ENUM: i32 = 5;
    pub(crate) const SERVICE: i32 = 6;
    pub(crate) const PART: i32 = 2;
    pub(crate) const NESTED: i32 = 3;
    pub(crate) const CHOICE: i32 = 8;
}

/// One file with its comments.
struct File {
    proto: FileDescriptorProto,
    comments: BTreeMap<Vec<i32>, String>,
}

impl File {
    fn comment(&self, path: &[i32]) -> String {
        self.comments.get(path).cloned().unwrap_or_default()
    }

    /// As one line, for a table.
    fn cell(&self, path: &[i32]) -> String {
        self.comment(path).replace('\n', " ").replace('|', "\\|")
    }
}

fn files() -> Vec<File> {
    let set = FileDescriptorSet::decode(segue_proto::DESCRIPTORS).unwrap();
    let ours = set.file.into_iter().filter(|file| file.package().starts_with("segue."));
    ours.map(|mut proto| {
        let locations = proto.source_code_info.take().unwrap_or_default().location;
        let clean = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned();
        let comments = locations.into_iter().filter_map(|at| at.leading_comments.as_deref().map(|text| (at.path.clone(), clean(text))));
        File { comments: comments.collect(), proto }
    })
    .collect()
}

/// The page.
pub(crate) fn page() -> String {
    let files = files();
    let mut page = String::from(
        "# gRPC\n\n\
         <!-- Made from the comments under proto/segue by a test; do not edit. -->\n\n\
         The files are under `proto/segue`; the server tells them by reflection too. Every name below is what a generated client has.\n\
         Errors: [errors](errors.md).\n",
    );
    for file in &files {
        for (service, index) in file.proto.service.iter().zip(0..) {
            write_service(&mut page, file, service, index);
        }
    }
    let wanted = carried(&files);
    let mut packages: Vec<_> = files.iter().map(|file| file.proto.package()).collect();
    packages.dedup();
    for package in packages.into_iter().collect::<BTreeSet<_>>() {
        let mut part = String::new();
        for file in files.iter().filter(|file| file.proto.package() == package) {
            for (message, index) in file.proto.message_type.iter().zip(0..) {
                if wanted.contains(&format!(".{package}.{}", message.name())) {
                    write_message(&mut part, file, message, index);
                }
            }
            for (one, index) in file.proto.enum_type.iter().zip(0..) {
                if wanted.contains(&format!(".{package}.{}", one.name())) {
                    write_enum(&mut part, file, one, index);
                }
            }
        }
        if !part.is_empty() {
            let _ = write!(page, "\n## Types of `{package}`\n{part}");
        }
    }
    page
}

fn write_service(page: &mut String, file: &File, service: &ServiceDescriptorProto, index: i32) {
    let at = [path::SERVICE, index];
    let _ = writeln!(page, "\n## `{}.{}`\n\n{}\n", file.proto.package(), service.name(), file.comment(&at));
    let _ = writeln!(page, "| call | request | response | what it does |\n|---|---|---|---|");
    for (method, index) in service.method.iter().zip(0..) {
        let stream = |streams: bool| if streams { "stream of " } else { "" };
        let _ = writeln!(
            page,
            "| `{}` | {}{} | {}{} | {} |",
            method.name(),
            stream(method.client_streaming()),
            link(method.input_type()),
            stream(method.server_streaming()),
            link(method.output_type()),
            file.cell(&[at.as_slice(), &[path::PART, index]].concat())
        );
    }
}

fn write_message(page: &mut String, file: &File, message: &DescriptorProto, index: i32) {
    let at = [path::MESSAGE, index];
    let _ = writeln!(page, "\n### `{}`\n\n{}", message.name(), file.comment(&at));
    if message.field.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n| field | type | what it is |\n|---|---|---|");
    for (field, index) in message.field.iter().zip(0..) {
        let choice = field.oneof_index.filter(|_| !field.proto3_optional()).and_then(|i| message.oneof_decl.get(usize::try_from(i).ok()?));
        let one_of = choice.map(|choice| format!("one of `{}`: ", choice.name())).unwrap_or_default();
        let what = file.cell(&[at.as_slice(), &[path::PART, index]].concat());
        let _ = writeln!(page, "| `{}` | {} | {one_of}{what} |", field.name(), type_of(message, field));
    }
}

fn write_enum(page: &mut String, file: &File, one: &EnumDescriptorProto, index: i32) {
    let at = [path::ENUM, index];
    let _ = writeln!(page, "\n### `{}`\n\n{}\n\n| value | number | what it means |\n|---|---|---|", one.name(), file.comment(&at));
    for (value, index) in one.value.iter().zip(0..) {
        let what = file.cell(&[at.as_slice(), &[path::PART, index]].concat());
        let _ = writeln!(page, "| `{}` | {} | {what} |", value.name(), value.number());
    }
}

fn type_of(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let entry = message.nested_type.iter().find(|one| {
        one.options.as_ref().is_some_and(|options| options.map_entry()) && field.type_name().ends_with(&format!(".{}", one.name()))
    });
    if let Some([key, value]) = entry.map(|entry| entry.field.as_slice()) {
        return format!("map of {} to {}", plain(key), plain(value));
    }
    match field.label() {
        Label::Repeated => format!("list of {}", plain(field)),
        _ if field.proto3_optional() => format!("{}, optional", plain(field)),
        _ => plain(field),
    }
}

fn plain(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => link(field.type_name()),
        other => other.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    }
}

/// A type's name, led to its place on the page where it is ours.
fn link(full: &str) -> String {
    let name = full.rsplit('.').next().unwrap_or_default();
    if full.starts_with(".segue.") { format!("[{name}](#{})", name.to_lowercase()) } else { format!("`{}`", full.trim_start_matches('.')) }
}

/// The types that calls carry, with all that is in them: the WebSocket packages have a page of their own.
fn carried(files: &[File]) -> BTreeSet<String> {
    let methods = files.iter().flat_map(|file| &file.proto.service).flat_map(|service| &service.method);
    let mut ahead: Vec<String> = methods.flat_map(|method| [method.input_type().to_owned(), method.output_type().to_owned()]).collect();
    let mut carried = BTreeSet::new();
    while let Some(name) = ahead.pop() {
        if carried.insert(name.clone()) {
            let message = files
                .iter()
                .find_map(|file| file.proto.message_type.iter().find(|one| name == format!(".{}.{}", file.proto.package(), one.name())));
            let fields = message.into_iter().flat_map(|one| one.field.iter().chain(one.nested_type.iter().flat_map(|inner| &inner.field)));
            ahead.extend(fields.map(|field| field.type_name().to_owned()).filter(|name| !name.is_empty()));
        }
    }
    carried
}

/// Everything in our files that has no comment.
pub(crate) fn bare() -> Vec<String> {
    let mut bare = Vec::new();
    for file in &files() {
        let mut look = |path: &[i32], name: String| {
            if file.comment(path).is_empty() {
                bare.push(format!("{}: {name}", file.proto.name()));
            }
        };
        for (service, i) in file.proto.service.iter().zip(0..) {
            look(&[path::SERVICE, i], service.name().to_owned());
            for (method, j) in service.method.iter().zip(0..) {
                look(&[path::SERVICE, i, path::PART, j], format!("{}.{}", service.name(), method.name()));
            }
        }
        for (one, i) in file.proto.enum_type.iter().zip(0..) {
            look(&[path::ENUM, i], one.name().to_owned());
            for (value, j) in one.value.iter().zip(0..) {
                look(&[path::ENUM, i, path::PART, j], value.name().to_owned());
            }
        }
        for (message, i) in file.proto.message_type.iter().zip(0..) {
            bare_message(&[path::MESSAGE, i], message, &mut look);
        }
    }
    bare
}

fn bare_message(at: &[i32], message: &DescriptorProto, look: &mut impl FnMut(&[i32], String)) {
    look(at, message.name().to_owned());
    for (field, i) in message.field.iter().zip(0..) {
        look(&[at, &[path::PART, i]].concat(), format!("{}.{}", message.name(), field.name()));
    }
    for (choice, i) in message.oneof_decl.iter().zip(0..) {
        // What stands for an `optional` field is not in the file.
        if !choice.name().starts_with('_') {
            look(&[at, &[path::CHOICE, i]].concat(), format!("{}.{}", message.name(), choice.name()));
        }
    }
    for (nested, i) in message.nested_type.iter().zip(0..) {
        if !nested.options.as_ref().is_some_and(|options| options.map_entry()) {
            bare_message(&[at, &[path::NESTED, i]].concat(), nested, look);
        }
    }
}
