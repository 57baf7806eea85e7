//! The parts of a message: header blocks and boundaries (RFC 5322, section 2; RFC 2046, section 5.1), in one pass over its lines.
//!
//! A line is compared with the boundaries that are open, at most [`Limits::depth`] of them, and never read again: the work is
//! linear, however the boundaries are laid. A boundary of an outer part ends the inner ones, whether they were closed or not.
//!
//! A message in a message (`message/rfc822`) is not opened: it is an attachment.

use super::field::{Field, Fields};
use super::limits::{Limit, Limits, Overrun, within};
use super::{Flaw, transfer};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A part: one that holds others, or a leaf with its body.
pub(super) struct Part<'a> {
    pub(super) fields: Fields<'a>,
    /// The part that holds it, by its place in the list.
    pub(super) parent: Option<usize>,
    pub(super) body: Body<'a>,
}

pub(super) enum Body<'a> {
    /// It holds others; how they belong together (`mixed`, `alternative`, …).
    Parts(String),
    /// As it came, still encoded.
    Leaf(&'a [u8]),
}

impl<'a> Part<'a> {
    /// The body of a leaf, decoded; nothing for one that holds others.
    pub(super) fn bytes(&self, flaws: &mut BTreeSet<Flaw>) -> Cow<'a, [u8]> {
        match self.body {
            Body::Leaf(body) => transfer::decode(&self.fields, body, flaws),
            Body::Parts(_) => Cow::Borrowed(&[]),
        }
    }

    /// Enough of a leaf's body that it decodes to `most` bytes, where there are as many; `cut` where there is more.
    pub(super) fn first_bytes(&self, most: usize, cut: Flaw, flaws: &mut BTreeSet<Flaw>) -> Cow<'a, [u8]> {
        let Body::Leaf(body) = self.body else { return Cow::Borrowed(&[]) };
        // No byte takes more than four: `=3D` and its share of a line break.
        let enough = body.len().min(most.saturating_mul(4).saturating_add(4));
        if enough < body.len() {
            flaws.insert(cut);
        }
        transfer::decode(&self.fields, body.get(..enough).unwrap_or(body), flaws)
    }
}

/// All parts, in the order they come; the first is the message itself.
pub(super) fn parts<'a>(raw: &'a [u8], limits: &Limits, flaws: &mut BTreeSet<Flaw>) -> Result<Vec<Part<'a>>, Overrun> {
    within(Limit::Bytes, raw.len(), limits.bytes)?;
    let mut walk = Walk::new(raw, limits, flaws);
    walk.all()?;
    Ok(walk.parts)
}

/// Fields of a block that stands by itself, and what follows it.
pub(super) fn block<'a>(raw: &'a [u8], limits: &Limits) -> Result<(Fields<'a>, &'a [u8]), Overrun> {
    let mut flaws = BTreeSet::new();
    let mut walk = Walk::new(raw, limits, &mut flaws);
    let (fields, _) = walk.header()?;
    Ok((fields, walk.lines.0))
}

/// A multipart that is not closed yet.
struct Open {
    part: usize,
    boundary: Vec<u8>,
}

/// A boundary line.
enum Met {
    /// The next part begins.
    Next,
    /// The multipart ends.
    Close,
}

struct Walk<'a, 'l> {
    lines: Lines<'a>,
    limits: &'l Limits,
    flaws: &'l mut BTreeSet<Flaw>,
    parts: Vec<Part<'a>>,
    open: Vec<Open>,
    header_bytes: usize,
    /// Finds the lines that begin with two dashes.
    dashes: Finder<'static>,
}

impl<'a, 'l> Walk<'a, 'l> {
    fn new(raw: &'a [u8], limits: &'l Limits, flaws: &'l mut BTreeSet<Flaw>) -> Self {
        let dashes = Finder::new(b"\n--");
        Self { lines: Lines(raw), limits, flaws, parts: Vec::new(), open: Vec::new(), header_bytes: 0, dashes }
    }

    fn all(&mut self) -> Result<(), Overrun> {
        loop {
            // Asked first: a boundary in the header may close the part that holds this one.
            let parent = self.open.last().map(|open| open.part);
            let (fields, ended) = self.header()?;
            within(Limit::Parts, self.parts.len().saturating_add(1), self.limits.parts)?;
            let place = self.parts.len();
            let boundary = multipart(&fields);
            let body = boundary.as_ref().map_or(Body::Leaf(&[]), |(kind, _)| Body::Parts(kind.clone()));
            self.parts.push(Part { fields, parent, body });
            let mut met = match (boundary, ended) {
                (Some((_, boundary)), None) => {
                    self.open.push(Open { part: place, boundary });
                    within(Limit::Depth, self.open.len(), self.limits.depth)?;
                    self.body().1
                }
                (None, None) => {
                    let (body, met) = self.body();
                    if let Some(part) = self.parts.last_mut() {
                        part.body = Body::Leaf(body);
                    }
                    met
                }
                (_, ended) => ended,
            };
            while let Some(Met::Close) = met {
                met = if self.open.is_empty() { None } else { self.body().1 };
            }
            if met.is_none() {
                break;
            }
        }
        if !self.open.is_empty() {
            self.flaws.insert(Flaw::Unclosed);
        }
        let holders: BTreeSet<_> = self.parts.iter().filter_map(|part| part.parent).collect();
        if self.parts.iter().enumerate().any(|(place, part)| matches!(part.body, Body::Parts(_)) && !holders.contains(&place)) {
            self.flaws.insert(Flaw::NoParts);
        }
        Ok(())
    }

    /// What stands before the next boundary, without the line break before it, which belongs to the boundary.
    fn body(&mut self) -> (&'a [u8], Option<Met>) {
        let from = std::mem::take(&mut self.lines.0);
        let mut at = 0;
        while !self.open.is_empty() {
            let rest = from.get(at..).unwrap_or_default();
            if rest.starts_with(b"--") {
                let mut lines = Lines(rest);
                if let Some(met) = lines.next().and_then(|line| self.met(line)) {
                    self.lines = lines;
                    let before = from.get(..at).unwrap_or_default();
                    let body = before.strip_suffix(b"\n").unwrap_or(before);
                    return (body.strip_suffix(b"\r").unwrap_or(body), Some(met));
                }
            }
            // No other line can be a boundary.
            let Some(found) = self.dashes.find(rest) else { break };
            at = at.saturating_add(found).saturating_add(1);
        }
        (from, None)
    }

    /// Whether a line is a boundary, of which of the open parts: the longest that fits, for one may be another's beginning.
    /// Closes those inside it.
    fn met(&mut self, line: &[u8]) -> Option<Met> {
        let line = line.strip_prefix(b"--")?;
        let fits = |open: &Open| {
            let rest = line.strip_prefix(open.boundary.as_slice())?;
            match rest {
                [] | [b' ' | b'\t', ..] => Some(Met::Next),
                [b'-', b'-', ..] => Some(Met::Close),
                _ => None,
            }
        };
        let found = self.open.iter().enumerate().filter_map(|(place, open)| Some((open.boundary.len(), place, fits(open)?)));
        let (_, place, met) = found.max_by_key(|(length, place, _)| (*length, *place))?;
        self.open.truncate(place.saturating_add(1));
        if let Met::Close = met {
            self.open.pop();
        }
        Some(met)
    }

    /// The fields up to the empty line, or to what cannot be a header any more. Tells the boundary that cut it short.
    fn header(&mut self) -> Result<(Fields<'a>, Option<Met>), Overrun> {
        let mut fields: Vec<Field<'a>> = Vec::new();
        // An empty line with a blank in it: a folded line where a field follows, else a damaged end of the header.
        let mut blank = false;
        let mut met = None;
        loop {
            let before = self.lines.0;
            let Some(line) = self.lines.next() else { break };
            if line.is_empty() {
                break;
            }
            met = self.met(line);
            if met.is_some() {
                break;
            }
            let length = before.len() - self.lines.0.len();
            if let (true, Some(last)) = (line.starts_with(b" ") || line.starts_with(b"\t"), fields.last_mut()) {
                last.fold(length);
                blank = line.trim_ascii().is_empty();
            } else if let Some(field) = Field::read(before, length) {
                fields.push(field);
                within(Limit::Headers, fields.len(), self.limits.headers)?;
                blank = false;
            } else if fields.is_empty() || blank {
                self.lines.0 = before;
                self.flaws.insert(Flaw::DamagedSeparator);
                break;
            } else {
                self.flaws.insert(Flaw::BrokenHeader);
            }
            self.header_bytes = self.header_bytes.saturating_add(length);
            within(Limit::HeaderBytes, self.header_bytes, self.limits.header_bytes)?;
        }
        if fields.iter().any(Field::is_long) {
            self.flaws.insert(Flaw::LongField);
        }
        Ok((Fields::new(fields), met))
    }
}

/// How the parts belong together, and their boundary, where this is a multipart that says so.
fn multipart(fields: &Fields<'_>) -> Option<(String, Vec<u8>)> {
    let content = fields.content("content-type")?;
    let kind = content.kind.strip_prefix("multipart/")?.to_owned();
    let boundary = content.parameter("boundary").filter(|one| !one.is_empty())?;
    Some((kind, boundary.as_bytes().to_vec()))
}

/// What is left of the text, line by line, each without the LF or CRLF that it ends in.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let length = memchr::memchr(b'\n', self.0).map_or(self.0.len(), |at| at + 1);
        let (line, rest) = self.0.split_at(length);
        self.0 = rest;
        let breaks = line.iter().rev().take(2).take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        line.get(..line.len() - breaks)
    }
}
