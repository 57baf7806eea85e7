//! What a message says, out of all its parts (RFC 2046, section 5.1): its text, its HTML, and what came with it.
//!
//! Of alternatives (`multipart/alternative`) one is taken as text, the plain one where it says anything; what stands beside
//! each other is read one after the other.

use super::limits::{Limit, Limits, Overrun, within};
use super::tree::{Body, Part};
use super::{Attachment, Flaw, attachment, charset, html};
use std::collections::{BTreeMap, BTreeSet};

/// What was found.
pub(super) struct Contents {
    pub(super) text: String,
    pub(super) html: Option<String>,
    pub(super) attachments: Vec<Attachment>,
}

/// One piece of what is said, in the forms it has.
#[derive(Default)]
struct Said {
    plain: Vec<String>,
    html: Vec<String>,
}

/// Reads all parts.
pub(super) fn read(parts: &[Part<'_>], limits: &Limits, flaws: &mut BTreeSet<Flaw>) -> Result<Contents, Overrun> {
    let mut said: BTreeMap<usize, Said> = BTreeMap::new();
    let mut attachments = Vec::new();
    let (mut text_left, mut html_left) = (limits.text_bytes, limits.html_bytes);
    for (place, part) in parts.iter().enumerate() {
        let Body::Leaf(body) = part.body else { continue };
        let media_type = media_type(parts, part);
        match words(part, &media_type) {
            Some(_) if body.is_empty() => {}
            Some(Form::Plain) => {
                let text = text(part, &mut text_left, Flaw::TextCut, flaws);
                said.entry(piece(parts, place)).or_default().plain.push(text);
            }
            Some(Form::Html) => {
                let page = text(part, &mut html_left, Flaw::HtmlTooLarge, flaws);
                said.entry(piece(parts, place)).or_default().html.push(page);
            }
            None => {
                within(Limit::Attachments, attachments.len().saturating_add(1), limits.attachments)?;
                attachments.push(Attachment::read(part, &media_type, attachments.len().saturating_add(1), flaws));
            }
        }
    }
    let pieces: Vec<Said> = said.into_values().collect();
    Ok(Contents { text: all_text(&pieces, limits, flaws), html: all_html(&pieces, limits, flaws), attachments })
}

enum Form {
    Plain,
    Html,
}

/// How a part is part of what is said; `None` for what came with it.
fn words(part: &Part<'_>, media_type: &str) -> Option<Form> {
    let disposition = part.fields.content("content-disposition").map(|one| one.kind);
    if disposition.is_some_and(|one| one != "inline") || attachment::given_name(part).is_some() {
        return None;
    }
    match media_type {
        "text/plain" => Some(Form::Plain),
        "text/html" => Some(Form::Html),
        _ => None,
    }
}

/// The type of a part; what stands in its place where it says none (RFC 2045, section 5.2; RFC 2046, section 5.1.5).
pub(super) fn media_type(parts: &[Part<'_>], part: &Part<'_>) -> String {
    let holder = part.parent.and_then(|place| parts.get(place));
    let in_digest = holder.is_some_and(|holder| matches!(&holder.body, Body::Parts(kind) if kind == "digest"));
    let default = if in_digest { "message/rfc822" } else { "text/plain" };
    let said = part.fields.content("content-type").map(|content| content.kind);
    // A multipart without a boundary, or with no type at all, is read as the text it looks like.
    let said = said.filter(|kind| kind.contains('/') && !kind.starts_with("multipart/"));
    said.unwrap_or_else(|| default.to_owned())
}

/// The outermost alternative that a part belongs to, or itself: what has the same number says the same.
fn piece(parts: &[Part<'_>], place: usize) -> usize {
    let above = std::iter::successors(Some(place), |place| parts.get(*place).and_then(|part| part.parent));
    let alternative = |place: &usize| parts.get(*place).is_some_and(|p| matches!(&p.body, Body::Parts(kind) if kind == "alternative"));
    above.filter(alternative).last().unwrap_or(place)
}

/// The text of a part, of which `left` bytes are read and taken off.
fn text(part: &Part<'_>, left: &mut usize, cut: Flaw, flaws: &mut BTreeSet<Flaw>) -> String {
    let bytes = part.first_bytes(*left, cut, flaws);
    let kept = bytes.get(..charset::boundary(&bytes, *left)).unwrap_or(&bytes);
    if kept.len() < bytes.len() {
        flaws.insert(cut);
    }
    *left = left.saturating_sub(kept.len());
    let content = part.fields.content("content-type");
    let text = charset::decode(kept, content.as_ref().and_then(|one| one.parameter("charset")), flaws);
    clean(&text)
}

/// With `\n` for each line break, and without control characters.
pub(super) fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn all_text(pieces: &[Said], limits: &Limits, flaws: &mut BTreeSet<Flaw>) -> String {
    let mut all = String::new();
    for piece in pieces {
        let plain = piece.plain.iter().map(|text| text.trim_matches('\n').trim_end()).filter(|text| !text.trim().is_empty());
        let mut found: Vec<String> = plain.map(str::to_owned).collect();
        if found.is_empty() {
            found = piece.html.iter().map(|page| clean(&html::plain(page))).filter(|text| !text.is_empty()).collect();
        }
        for text in found {
            all.push_str(if all.is_empty() { "" } else { "\n\n" });
            all.push_str(&text);
        }
    }
    // The text of a page with its links, and of some character sets, is longer than it came.
    if all.len() > limits.text_bytes {
        flaws.insert(Flaw::TextCut);
        all.truncate(all.floor_char_boundary(limits.text_bytes));
    }
    all
}

/// The HTML of each piece that has it, and the text of the others; `None` where none has it, or it is too much.
fn all_html(pieces: &[Said], limits: &Limits, flaws: &mut BTreeSet<Flaw>) -> Option<String> {
    let mut page = String::new();
    pieces.iter().find(|piece| !piece.html.is_empty())?;
    for piece in pieces {
        if piece.html.is_empty() {
            page.extend(piece.plain.iter().map(|text| format!("<pre>{}</pre>\n", escaped(text))));
        }
        page.extend(piece.html.iter().map(String::as_str));
    }
    let shown = if flaws.contains(&Flaw::HtmlTooLarge) { None } else { html::safe(&page, limits.html_pieces) };
    if shown.is_none() {
        flaws.insert(Flaw::HtmlTooLarge);
    }
    shown.filter(|page| !page.is_empty())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
