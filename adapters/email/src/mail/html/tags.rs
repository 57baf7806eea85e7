//! Tags and text of a page, in one pass (after the WHATWG's HTML, section 13.2.5).
//!
//! Comments, declarations and the contents of scripts and styles are left out here already.

use mail_parser::decoders::html::add_html_token;

/// A piece of a page.
pub(super) enum Piece<'a> {
    /// Text, its character references as they came.
    Text(&'a str),
    /// A tag that begins something, its name in small letters.
    Begin(String, Attributes<'a>),
    /// A tag that ends something.
    End(String),
}

/// The attributes of a tag, as they came.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a>(&'a str);

impl<'a> Attributes<'a> {
    /// The first of each, with its value; `None` from the seventeenth on.
    pub(super) fn iter(self) -> impl Iterator<Item = (String, &'a str)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let name_end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/' | '>')).unwrap_or(rest.len());
            let (name, after) = rest.split_at(name_end);
            let after_blanks = after.trim_start_matches(|c: char| c.is_ascii_whitespace());
            let value;
            (value, rest) = match after_blanks.strip_prefix('=') {
                Some(given) => quoted(given.trim_start_matches(|c: char| c.is_ascii_whitespace())),
                None => ("", after),
            };
            (!name.is_empty()).then(|| (name.to_ascii_lowercase(), value))
        })
        .take(16)
    }
}

/// A value at the beginning of `text`, and what follows it.
fn quoted(text: &str) -> (&str, &str) {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inside = text.get(1..).unwrap_or_default();
            inside.split_once(quote).unwrap_or((inside, ""))
        }
        _ => text.split_at(text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len())),
    }
}

/// The pieces of a page. What follows a tag or a comment that does not end is left out.
pub(super) struct Pieces<'a>(pub(super) &'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let text_end = tag_start(self.0);
            if text_end > 0 {
                let (text, rest) = self.0.split_at(text_end);
                self.0 = rest;
                return Some(Piece::Text(text));
            }
            let inside = self.0.strip_prefix('<')?;
            if let Some(comment) = inside.strip_prefix("!--") {
                let empty = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->"));
                self.0 = empty.unwrap_or_else(|| comment.split_once("-->").map_or("", |(_, rest)| rest));
                continue;
            }
            if inside.starts_with(['!', '?']) {
                self.0 = inside.split_once('>').map_or("", |(_, rest)| rest);
                continue;
            }
            return Some(self.tag(inside));
        }
    }
}

impl<'a> Pieces<'a> {
    /// A tag, after its `<`.
    fn tag(&mut self, inside: &'a str) -> Piece<'a> {
        let (ends, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
        let name_end = inside.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(inside.len());
        let (name, after) = inside.split_at(name_end);
        let length = tag_length(after);
        let (attributes, rest) = after.split_at(length);
        self.0 = rest.strip_prefix('>').unwrap_or_default();
        let name = name.to_ascii_lowercase();
        if ends {
            return Piece::End(name);
        }
        if matches!(name.as_str(), "script" | "style" | "title" | "template" | "textarea" | "noscript" | "iframe" | "xmp" | "noembed") {
            self.0 = after_end_of(self.0, &name);
        }
        Piece::Begin(name, Attributes(attributes))
    }
}

/// Where the next tag, comment or declaration begins.
fn tag_start(text: &str) -> usize {
    let begins = |after: Option<u8>| after.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'));
    let bytes = text.as_bytes();
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'<').map(|(at, _)| at);
    starts.into_iter().find(|at| begins(bytes.get(at + 1).copied())).unwrap_or(text.len())
}

/// How long a tag's attributes are: up to the `>` that stands in no value.
fn tag_length(text: &str) -> usize {
    let mut quote = None;
    let mut after_equals = false;
    for (at, byte) in text.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'>' => return at,
            None if after_equals && matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None => {}
        }
        after_equals = byte == b'=' || after_equals && byte.is_ascii_whitespace();
    }
    text.len()
}

/// What follows the tag that ends `name`; nothing where there is none.
fn after_end_of<'a>(text: &'a str, name: &str) -> &'a str {
    let is_end = |at: usize| text.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    let found = text.match_indices("</").map(|(at, _)| at).find(|at| is_end(*at));
    let rest = found.and_then(|at| text.get(at..)).unwrap_or_default();
    rest.split_once('>').map_or("", |(_, rest)| rest)
}

/// Text or a value with its character references read.
pub(super) fn characters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // No reference is longer than `&CounterClockwiseContourIntegral;`.
        let end = after.bytes().take(32).position(|byte| byte == b';');
        match end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?))) {
            Some((name, beyond)) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#') => {
                add_html_token(&mut out, format!("&{name};").as_bytes(), false);
                rest = beyond;
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}
