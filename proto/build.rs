//! Generates the wire from every file under `segue/`: messages, services, protobuf JSON, and the descriptor set.
//!
//! A new file, or a new package, needs no edit here. Pure Rust throughout: no `protoc` is looked for.

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use prost::Message as _;
use prost_types::DescriptorProto;
use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};
use tonic_prost_build::FileDescriptorSet;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=segue");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut files = Vec::new();
    collect(Path::new("segue"), &mut files)?;
    files.sort();

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_source_info(true).include_imports(true).open_files(&files)?;
    let bytes = compiler.encode_file_descriptor_set();
    let set = FileDescriptorSet::decode(bytes.as_slice())?;
    fs::write(out.join("descriptors.bin"), &bytes)?;

    tonic_prost_build::configure()
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_well_known_types(true)
        .include_file("modules.rs")
        .skip_debug(["."])
        .emit_rerun_if_changed(false)
        .compile_fds(set.clone())?;

    pbjson_build::Builder::new().register_descriptors(&bytes)?.ignore_unknown_fields().build(&[".segue"])?;
    complete(&out, &set)
}

/// Every `.proto` below `folder`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ext| ext == "proto") {
            files.push(path);
        }
    }
    Ok(())
}

/// Moves each package's JSON half behind its binary half, so that one module holds both, and adds the hidden `Debug`s.
fn complete(out: &Path, set: &FileDescriptorSet) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(out)? {
        let json = entry?.path();
        let Some(stem) = json.to_str().and_then(|path| path.strip_suffix(".serde.rs")) else { continue };
        let package = Path::new(stem).file_name().and_then(|name| name.to_str()).unwrap_or_default().replace("r#", "");
        let binary = format!("{stem}.rs");
        fs::write(&binary, fs::read_to_string(&binary)? + &fs::read_to_string(&json)? + &debugs(set, &package))?;
        fs::remove_file(&json)?;
    }
    Ok(())
}

/// `Debug` for every message of a package that tells its name alone: messages carry what customers say, and a log, a
/// panic or a trace must not show it.
fn debugs(set: &FileDescriptorSet, package: &str) -> String {
    let mut names = Vec::new();
    for file in set.file.iter().filter(|file| file.package() == package) {
        for message in &file.message_type {
            name_types(message, "", &mut names);
        }
    }
    names
        .iter()
        .map(|name| {
            format!(
                "impl ::core::fmt::Debug for {name} {{\n    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{\n        \
                 f.write_str(\"{name}(private)\")\n    }}\n}}\n"
            )
        })
        .collect()
}

/// The Rust paths of a message, its choices and what is nested in it.
fn name_types(message: &DescriptorProto, within: &str, names: &mut Vec<String>) {
    if message.options.as_ref().is_some_and(|options| options.map_entry()) {
        return;
    }
    names.push(format!("{within}{}", message.name().to_upper_camel_case()));
    let inside = format!("{within}{}::", message.name().to_snake_case());
    for (index, choice) in (0..).zip(&message.oneof_decl) {
        // An `optional` field is a choice of one in the descriptor, and none in Rust.
        if message.field.iter().any(|field| field.oneof_index == Some(index) && !field.proto3_optional()) {
            names.push(format!("{inside}{}", choice.name().to_upper_camel_case()));
        }
    }
    for nested in &message.nested_type {
        name_types(nested, &inside, names);
    }
}
