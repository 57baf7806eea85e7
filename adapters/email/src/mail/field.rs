//! Fields of a header, and what stands in them.
//!
//! `mail-parser` reads words, addresses, dates and parameters. It looks for the end of a broken encoded word up to the end of
//! its field, and compares parameters with each other: so the length of a field, its words and its parameters are counted first.

use super::limits::Limits;
use super::{Mailbox, charset};
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;
use segue_session::Time;

/// One field: its name, and its value with its folds.
pub(super) struct Field<'a> {
    name: &'a [u8],
    /// From its name to the end of the message.
    from: &'a [u8],
    /// How much of that is the field.
    length: usize,
}

impl<'a> Field<'a> {
    /// The first line of `from`, `length` bytes long, where it can be a field: a name without blanks, and a colon. Blanks before
    /// the colon are obsolete, and read.
    pub(super) fn read(from: &'a [u8], length: usize) -> Option<Self> {
        let colon = from.get(..length)?.iter().position(|byte| *byte == b':')?;
        let name = from.get(..colon)?.trim_ascii_end();
        let fits = !name.is_empty() && name.iter().all(|byte| *byte > b' ' && *byte != 0x7f);
        fits.then_some(Self { name, from, length })
    }

    /// A further line belongs to it.
    pub(super) fn fold(&mut self, length: usize) {
        self.length = self.length.saturating_add(length);
    }

    fn value(&self) -> &'a [u8] {
        let whole = self.from.get(..self.length.min(Limits::FIELD)).unwrap_or_default();
        whole.iter().position(|byte| *byte == b':').and_then(|colon| whole.get(colon + 1..)).unwrap_or_default()
    }

    fn has_too_many_words(&self) -> bool {
        self.value().windows(2).filter(|two| two == b"=?").count() > Limits::ENCODED_WORDS
    }

    /// Whether it says a type or a disposition with more parameters than are read.
    fn has_too_many_parameters(&self) -> bool {
        let content = self.name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
        content && self.value().iter().filter(|byte| **byte == b';').count() > Limits::PARAMETERS
    }

    /// Whether less is read of it than there is.
    pub(super) fn is_long(&self) -> bool {
        self.length > Limits::FIELD || self.has_too_many_words() || self.has_too_many_parameters()
    }

    /// Its value on one line, which ends in a line break, as `mail-parser` wants it. Characters that are neither ASCII nor UTF-8
    /// are guessed, for old programs send them as they are.
    fn line(&self) -> String {
        let mut line: String = charset::guess(self.value()).chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')).collect();
        if self.has_too_many_words() {
            line = line.replace("=?", "= ?");
        }
        line.push('\n');
        line
    }
}

/// A header's fields, in order.
#[derive(Default)]
pub(super) struct Fields<'a>(Vec<Field<'a>>);

impl<'a> Fields<'a> {
    pub(super) fn new(fields: Vec<Field<'a>>) -> Self {
        Self(fields)
    }

    /// The fields of this name (in small letters).
    fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f Field<'a>> {
        self.0.iter().filter(move |field| field.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    pub(super) fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// The first of this name as it came, on one line and without blanks around it.
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        self.all(name).next().map(|field| field.line().trim().to_owned())
    }

    /// The first word of the first of this name, in small letters: up to a blank, a comment or a parameter.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        let raw = self.raw(name)?;
        let word = raw.split(|c: char| c.is_whitespace() || matches!(c, ';' | '(')).next().unwrap_or_default();
        Some(word.to_ascii_lowercase())
    }

    /// The first of this name as text, its encoded words decoded.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let line = self.all(name).next()?.line();
        let text = MessageStream::new(line.as_bytes()).parse_unstructured().into_text()?;
        Some(one_line(&text))
    }

    /// The mailboxes of all fields of this name: those that can be written to.
    pub(super) fn mailboxes(&self, name: &str) -> Vec<Mailbox> {
        let read = |field: &Field<'_>| match MessageStream::new(field.line().as_bytes()).parse_address() {
            HeaderValue::Address(addresses) => addresses.iter().filter_map(Mailbox::read).collect(),
            _ => Vec::<Mailbox>::new(),
        };
        self.all(name).flat_map(read).collect()
    }

    /// The ids in angle brackets (RFC 5322, 3.6.4) of the first field of this name.
    pub(super) fn ids(&self, name: &str) -> Vec<String> {
        let raw = self.raw(name).unwrap_or_default();
        let id = |piece: &str| {
            let id = piece.split_once('>')?.0.trim();
            (!id.is_empty() && id.len() <= 900 && id.bytes().all(|byte| byte.is_ascii_graphic())).then(|| id.to_owned())
        };
        raw.split('<').skip(1).filter_map(id).collect()
    }

    /// When the first of this name says it was.
    pub(super) fn time(&self, name: &str) -> Option<Time> {
        let line = self.all(name).next()?.line();
        let date = MessageStream::new(line.as_bytes()).parse_date().into_datetime().filter(mail_parser::DateTime::is_valid)?;
        u64::try_from(date.to_timestamp()).ok().map(|seconds| Time(seconds.saturating_mul(1000)))
    }

    /// The first of this name as a media type or a disposition.
    pub(super) fn content(&self, name: &str) -> Option<Content> {
        let field = self.all(name).next()?;
        let mut line = field.line();
        if field.has_too_many_parameters() {
            line = format!("{}\n", line.split(';').next().unwrap_or_default());
        }
        let read = MessageStream::new(line.as_bytes()).parse_content_type().into_content_type()?;
        let kind = match read.subtype() {
            Some(subtype) => format!("{}/{subtype}", read.ctype()),
            None => read.ctype().to_owned(),
        };
        let attributes = read.attributes().unwrap_or_default();
        let parameters = attributes.iter().map(|one| (one.name.to_ascii_lowercase(), one.value.clone().into_owned())).collect();
        Some(Content { kind: kind.to_ascii_lowercase(), parameters })
    }
}

/// A media type or disposition, in small letters, with its parameters (RFC 2045, section 5; RFC 2183; RFC 2231).
pub(super) struct Content {
    pub(super) kind: String,
    parameters: Vec<(String, String)>,
}

impl Content {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

/// Without anything that would make two lines of it, or hide in it.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
