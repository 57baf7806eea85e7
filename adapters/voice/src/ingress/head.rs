//! Cuts a message's head into its lines: the start line, and header fields, unfolded (RFC 3261, section 7.3.1).
//!
//! What can be read is read even where something is wrong, for the refusal has to find its way back. Linear in the head.

use super::fault::Fault;
use super::{MAX_FIELDS, MAX_HEAD};
use crate::message::scan::is_token;
use crate::message::{Fields, Name};

/// What ends a head.
const END: &[u8] = b"\r\n\r\n";

/// A head, as far as it can be read.
pub(crate) struct Head<'a> {
    /// The first line.
    pub(crate) start: &'a str,
    /// The fields that are well-formed.
    pub(crate) fields: Fields,
    /// The first thing that is wrong.
    pub(crate) fault: Option<Fault>,
    /// What follows.
    pub(crate) rest: &'a [u8],
}

/// Where the head ends, with its empty line, searching from `from`.
pub(crate) fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let begin = from.saturating_sub(END.len() - 1);
    let at = bytes.get(begin..)?.windows(END.len()).position(|window| window == END)?;
    Some(begin + at + END.len())
}

impl<'a> Head<'a> {
    /// Reads the head of a message.
    pub(crate) fn read(bytes: &'a [u8]) -> Self {
        let (head, rest, finished) = match end(bytes, 0) {
            Some(end) => (&bytes[..end - END.len()], &bytes[end..], true),
            None => (bytes, &bytes[bytes.len()..], false),
        };
        let mut read = Head { start: "", fields: Fields::default(), fault: None, rest };
        if head.len() > MAX_HEAD {
            read.note(Fault::TooLong);
        }
        let mut lines = Lines(Some(&head[..head.len().min(MAX_HEAD)]));
        read.start = lines.next().and_then(|line| read.text(line)).unwrap_or_default();
        let mut pending: Option<String> = None;
        for line in lines {
            let Some(text) = read.text(line) else { continue };
            match (&mut pending, text.strip_prefix([' ', '\t'])) {
                (Some(field), Some(more)) => {
                    field.push(' ');
                    field.push_str(more.trim_matches([' ', '\t']));
                }
                (None, Some(_)) => read.note(Fault::NoField),
                (_, None) => {
                    if let Some(field) = pending.replace(text.to_owned()) {
                        read.field(&field);
                    }
                }
            }
        }
        if let Some(field) = pending {
            read.field(&field);
        }
        if !finished {
            read.note(Fault::Unfinished);
        }
        read
    }

    /// The line as text; a line that is none is noted and left out.
    fn text(&mut self, line: &'a [u8]) -> Option<&'a str> {
        let text = str::from_utf8(line).ok().filter(|text| well_spoken(text));
        if text.is_none() {
            self.note(Fault::NotText);
        }
        text
    }

    fn field(&mut self, line: &str) {
        let name = line.split_once(':').map(|(name, value)| (name.trim_end_matches([' ', '\t']), value));
        match name.filter(|(name, _)| !name.is_empty() && name.chars().all(is_token)) {
            _ if self.fields.len() >= MAX_FIELDS => self.note(Fault::TooManyFields),
            Some((name, value)) => self.fields.push(Name::from(name), value.trim_matches([' ', '\t'])),
            None => self.note(Fault::NoField),
        }
    }

    fn note(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }
}

/// No control characters but tabs, and those behind a backslash, where a quoted string may hold them.
fn well_spoken(text: &str) -> bool {
    let mut escaped = false;
    text.chars().all(|c| {
        let well = !c.is_ascii_control() || c == '\t' || escaped;
        escaped = c == '\\' && !escaped;
        well
    })
}

/// Lines that end with CR LF; a bare one of them is part of its line, and makes it no text.
struct Lines<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0?;
        let end = rest.windows(2).position(|two| two == b"\r\n");
        self.0 = end.map(|end| &rest[end + 2..]);
        Some(end.map_or(rest, |end| &rest[..end]))
    }
}
