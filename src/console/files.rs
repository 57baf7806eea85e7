//! The built files, as they lie in the binary. `build.rs` lists them; there are none where the console was not built.

/// A file with its packed forms.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its path from the root of the console, `desk/index.html`.
    pub path: &'static str,
    /// What its content is known by.
    pub etag: &'static str,
    /// As it is.
    pub plain: &'static [u8],
    /// Packed with Brotli (RFC 7932), where that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// Packed with gzip (RFC 1952), where that is smaller.
    pub gzip: Option<&'static [u8]>,
}

/// All of them, in the order of their paths.
pub const FILES: &[File] = &include!(concat!(env!("OUT_DIR"), "/console.rs"));

impl File {
    /// Whether its name changes with its content.
    pub(super) fn is_hashed(&self) -> bool {
        self.path.starts_with("assets/")
    }

    /// The folder it lies in, `desk`; empty for a file at the root.
    pub(super) fn folder(&self) -> &'static str {
        self.path.split_once('/').map_or("", |(folder, _)| folder)
    }

    /// Its media type (RFC 6838).
    pub(super) fn media_type(&self) -> &'static str {
        match self.path.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "webp" => "image/webp",
            "json" => "application/json",
            _ => "application/octet-stream",
        }
    }
}
