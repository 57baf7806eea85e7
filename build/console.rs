//! Takes what `npm run build` made of the console into the daemon, where it was made; without it the daemon builds all the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// A file and its packed forms.
#[derive(Default)]
struct Forms {
    plain: Option<PathBuf>,
    brotli: Option<PathBuf>,
    gzip: Option<PathBuf>,
}

pub(crate) fn take_in() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let built = root.join("console/dist");
    println!("cargo::rerun-if-changed={}", built.display());
    let mut forms = BTreeMap::new();
    collect(&built.join("pages"), "", &mut forms)?;
    let mut list = "[\n".to_owned();
    for (path, forms) in &forms {
        let Some(plain) = &forms.plain else { continue };
        let mut hasher = DefaultHasher::new();
        fs::read(plain)?.hash(&mut hasher);
        let packed = |form: &Option<PathBuf>| form.as_deref().map_or("None".to_owned(), |form| format!("Some({})", bytes(form)));
        let (brotli, gzip) = (packed(&forms.brotli), packed(&forms.gzip));
        let etag = format!("{:016x}", hasher.finish());
        let _ = writeln!(list, "File {{ path: {path:?}, etag: {etag:?}, plain: {}, brotli: {brotli}, gzip: {gzip} }},", bytes(plain));
    }
    list.push(']');
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("console.rs"), list)
}

fn bytes(path: &Path) -> String {
    format!("include_bytes!({:?})", path.display().to_string())
}

/// All files below a folder, by their path from it; none where there is no such folder.
fn collect(folder: &Path, at: &str, into: &mut BTreeMap<String, Forms>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = format!("{at}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), into)?;
        } else if let Some(name) = name.strip_suffix(".br") {
            into.entry(name.to_owned()).or_default().brotli = Some(path);
        } else if let Some(name) = name.strip_suffix(".gz") {
            into.entry(name.to_owned()).or_default().gzip = Some(path);
        } else {
            into.entry(name).or_default().plain = Some(path);
        }
    }
    Ok(())
}
