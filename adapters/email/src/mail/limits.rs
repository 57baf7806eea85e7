//! How much of a message is read. Reaching a limit has a name.

/// The limits of one message. The default is the design's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole message.
    pub bytes: usize,
    /// Parts, those that only hold others included.
    pub parts: usize,
    /// How deep parts may lie in parts.
    pub depth: usize,
    /// Fields in one header.
    pub headers: usize,
    /// Bytes of all headers together, those of parts included.
    pub header_bytes: usize,
    /// Attachments.
    pub attachments: usize,
    /// Bytes of its text, after decoding; what is over is left out, with [`Flaw::TextCut`](super::Flaw::TextCut).
    pub text_bytes: usize,
    /// Bytes of its HTML, after decoding; over it the text alone is shown, with
    /// [`Flaw::HtmlTooLarge`](super::Flaw::HtmlTooLarge).
    pub html_bytes: usize,
    /// Tags and escaped characters of its HTML; as above. It bounds what the tree of a hostile page may cost, which is not
    /// linear.
    pub html_pieces: usize,
}

impl Limits {
    /// Bytes of one field that are read: what is over is left out, with [`Flaw::LongField`](super::Flaw::LongField).
    pub const FIELD: usize = 16 * 1024;
    /// Encoded words (RFC 2047) in one field: with more of them it is shown as it came, for each one that is broken is looked
    /// for to the end of its field.
    pub const ENCODED_WORDS: usize = 128;
    /// Parameters of one field (RFC 2231), for each is compared with those before it: with more of them it has none.
    pub const PARAMETERS: usize = 64;
    /// Ids of messages that one says it follows.
    pub const REFERENCES: usize = 32;
    /// Recipients that one report of a delivery tells of.
    pub const RECIPIENTS: usize = 100;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 25 * 1024 * 1024,
            parts: 1000,
            depth: 32,
            headers: 1000,
            header_bytes: 256 * 1024,
            attachments: 100,
            text_bytes: 1024 * 1024,
            html_bytes: 1024 * 1024,
            html_pieces: 10_000,
        }
    }
}

/// A limit that a message went over, so that it is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// [`Limits::bytes`].
    Bytes,
    /// [`Limits::parts`].
    Parts,
    /// [`Limits::depth`].
    Depth,
    /// [`Limits::headers`].
    Headers,
    /// [`Limits::header_bytes`].
    HeaderBytes,
    /// [`Limits::attachments`].
    Attachments,
}

impl Limit {
    /// Its name, for metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "email_bytes",
            Self::Parts => "email_parts",
            Self::Depth => "email_depth",
            Self::Headers => "email_headers",
            Self::HeaderBytes => "email_header_bytes",
            Self::Attachments => "email_attachments",
        }
    }
}

/// A message is over a limit. Its original is kept; what it says is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is limited to {most}", limit.name())]
pub struct Overrun {
    /// Which limit.
    pub limit: Limit,
    /// Its value.
    pub most: usize,
}

/// Holds a count to its limit.
pub(super) fn within(limit: Limit, count: usize, most: usize) -> Result<(), Overrun> {
    if count > most { Err(Overrun { limit, most }) } else { Ok(()) }
}
