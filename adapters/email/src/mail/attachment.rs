//! Attachments: what they are by what is in them, not by what they say they are.

use super::address::plain_name;
use super::field::one_line;
use super::tree::Part;
use super::{Flaw, charset};
use segue_session::Private;
use std::collections::BTreeSet;
use std::fmt;

/// Something that came with a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without a path and in one line; one of our own where it has none.
    pub name: Private<String>,
    /// Its media type by its content; where that tells nothing, as it says, unless its content would have told that.
    pub media_type: String,
    /// It is of another type than it says it is.
    pub disguised: bool,
    /// How the HTML names it (`Content-ID`), where it belongs to it.
    pub content_id: Option<String>,
    /// What is in it.
    pub bytes: Private<Vec<u8>>,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { media_type, disguised, bytes, .. } = self;
        write!(f, "Attachment({media_type}, {} bytes, disguised: {disguised})", bytes.reveal().len())
    }
}

/// What nothing more is known of.
const UNKNOWN: &str = "application/octet-stream";

impl Attachment {
    pub(super) fn read(part: &Part<'_>, media_type: &str, place: usize, flaws: &mut BTreeSet<Flaw>) -> Self {
        let bytes = part.bytes(flaws).into_owned();
        let found = by_content(&bytes);
        let says = part.fields.has("content-type");
        let disguised = says && found.is_some_and(|found| !agrees(found, media_type));
        if disguised {
            flaws.insert(Flaw::Disguised);
        }
        let media_type = match found {
            // A kind of archive or of XML that the content alone does not tell apart keeps the name it has.
            Some(found) if disguised || !says || !is_container(found) => found,
            Some(_) => media_type,
            None if told_by_content(media_type) => UNKNOWN,
            None => media_type,
        };
        let content_id = part.fields.ids("content-id").into_iter().next();
        Self { name: name(part, media_type, place).into(), media_type: media_type.to_owned(), disguised, content_id, bytes: bytes.into() }
    }
}

/// How a part is called in its own header: the disposition's name, or the older parameter of its type.
pub(super) fn given_name(part: &Part<'_>) -> Option<String> {
    let of = |field: &str, parameter: &str| part.fields.content(field).and_then(|c| c.parameter(parameter).map(str::to_owned));
    of("content-disposition", "filename").or_else(|| of("content-type", "name"))
}

fn name(part: &Part<'_>, media_type: &str, place: usize) -> String {
    let given = one_line(&given_name(part).unwrap_or_default());
    // The last piece of a path, of any system.
    let last = given.rsplit(['/', '\\', ':']).next().unwrap_or_default();
    let plain = plain_name(last.trim().trim_start_matches('.'));
    let plain: String = plain.chars().filter(|c| !matches!(c, '<' | '>' | '"' | '|' | '?' | '*')).collect();
    if !plain.is_empty() {
        return plain;
    }
    let ending = match media_type {
        "message/rfc822" => ".eml",
        "text/plain" => ".txt",
        "text/calendar" => ".ics",
        "application/pdf" => ".pdf",
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        _ => "",
    };
    format!("attachment-{place}{ending}")
}

fn by_content(bytes: &[u8]) -> Option<&'static str> {
    // A line of dashes and `BEGIN` is a certificate to `infer`, and a signature or a letter as well.
    let found = infer::get(bytes).map(|kind| kind.mime_type()).filter(|found| *found != "application/x-x509-ca-cert");
    // What a browser would run, whatever it is called (WHATWG MIME Sniffing, section 7.1).
    found.or_else(|| {
        let start = charset::guess(bytes.get(..512.min(bytes.len())).unwrap_or_default()).trim_start().to_ascii_lowercase();
        let html = ["<!doctype html", "<html", "<head", "<script", "<iframe", "<svg", "<body"];
        html.iter().any(|tag| start.starts_with(tag)).then_some("text/html")
    })
}

/// Whether what was found is what it says it is.
fn agrees(found: &str, said: &str) -> bool {
    let base = |name: &str| name.trim_start_matches("application/").trim_start_matches("x-").to_owned();
    let same_image = found.starts_with("image/") && said.starts_with("image/");
    let media = ["audio/", "video/"];
    let same_media = media.iter().any(|m| found.starts_with(m)) && media.iter().any(|m| said.starts_with(m));
    let page = found == "text/html" && matches!(said, "application/xhtml+xml" | "image/svg+xml" | "text/xml" | "application/xml");
    let office = is_container(found) && ["zip", "officedocument", "opendocument", "msword", "vnd.ms-"].iter().any(|one| said.contains(one));
    found == said || base(found) == base(said) || said == UNKNOWN || same_image || same_media || page || office
}

/// Kinds of file that others are made of.
fn is_container(found: &str) -> bool {
    matches!(found, "application/zip" | "application/x-ole-storage" | "text/xml")
}

/// Kinds that always show in their content, so that one that does not is not of the kind.
fn told_by_content(said: &str) -> bool {
    let kinds = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "application/zip"];
    kinds.contains(&said)
}
