//! Generates the wire from every file under `segue/`: messages, services, protobuf JSON, and the descriptor set.
//!
//! A new file, or a new package, needs no edit here. Pure Rust throughout: no `protoc` is looked for.

use prost::Message as _;
use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=segue");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut files = Vec::new();
    collect(Path::new("segue"), &mut files)?;
    files.sort();

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_source_info(true).include_imports(true).open_files(&files)?;
    let bytes = compiler.encode_file_descriptor_set();
    fs::write(out.join("descriptors.bin"), &bytes)?;

    tonic_prost_build::configure()
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_well_known_types(true)
        .include_file("modules.rs")
        .emit_rerun_if_changed(false)
        .compile_fds(tonic_prost_build::FileDescriptorSet::decode(bytes.as_slice())?)?;

    pbjson_build::Builder::new().register_descriptors(&bytes)?.ignore_unknown_fields().build(&[".segue"])?;
    join_json(&out)
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

/// Moves each package's JSON half behind its binary half, so that one module holds both.
fn join_json(out: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(out)? {
        let json = entry?.path();
        let Some(package) = json.to_str().and_then(|path| path.strip_suffix(".serde.rs")) else { continue };
        let binary = format!("{package}.rs");
        fs::write(&binary, fs::read_to_string(&binary)? + &fs::read_to_string(&json)?)?;
        fs::remove_file(&json)?;
    }
    Ok(())
}
