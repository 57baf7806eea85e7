//! What may be wrong with a message, and the answer to each.

use crate::message::{Name, reason};
use std::fmt;

/// Why a message does not come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not end where its head should end.
    Unfinished,
    /// It is longer than [`super::MAX_DATAGRAM`], or its head longer than [`super::MAX_HEAD`].
    TooLong,
    /// There are more than [`super::MAX_FIELDS`] header fields.
    TooManyFields,
    /// Its head is no UTF-8, or holds a control character that is not escaped.
    NotText,
    /// A line of the head is no header field.
    NoField,
    /// The first line is neither a request's nor an answer's.
    StartLine,
    /// It is of another version than SIP/2.0.
    Version,
    /// A method that is not registered.
    Method,
    /// A field that must be there is not.
    Missing(Name),
    /// A field that may be there once is there again.
    Twice(Name),
    /// A field's value is against its grammar.
    Value(Name),
    /// The request's URI is against its grammar, or carries header fields.
    Uri,
    /// The request's URI is of a scheme that is not ours.
    Scheme,
    /// The number's method is not the request's.
    OtherMethod,
    /// The body is shorter than it says.
    Short,
    /// Extensions are required that we do not have.
    Extension(Vec<String>),
    /// The body is of a kind that we do not read.
    Media,
    /// No body of a kind that we write would be taken.
    Accept,
    /// An answer that took a way which is not ours: more than one `Via`.
    Astray,
}

impl Fault {
    /// The answer's code.
    #[must_use]
    pub fn code(&self) -> u16 {
        match self {
            Self::Version => 505,
            Self::Method => 501,
            Self::Scheme => 416,
            Self::Extension(_) => 420,
            Self::Media => 415,
            Self::Accept => 406,
            Self::TooLong => 513,
            Self::Unfinished
            | Self::TooManyFields
            | Self::NotText
            | Self::NoField
            | Self::StartLine
            | Self::Missing(_)
            | Self::Twice(_)
            | Self::Value(_)
            | Self::Uri
            | Self::OtherMethod
            | Self::Short
            | Self::Astray => 400,
        }
    }

    /// A name that may be a metric's label.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::TooLong => "message_size",
            Self::TooManyFields => "fields",
            Self::NotText => "not_text",
            Self::NoField => "no_field",
            Self::StartLine => "start_line",
            Self::Version => "version",
            Self::Method => "method",
            Self::Missing(_) => "missing",
            Self::Twice(_) => "twice",
            Self::Value(_) => "value",
            Self::Uri => "uri",
            Self::Scheme => "scheme",
            Self::OtherMethod => "other_method",
            Self::Short => "short",
            Self::Extension(_) => "extension",
            Self::Media => "media",
            Self::Accept => "accept",
            Self::Astray => "astray",
        }
    }
}

/// The reason phrase: the code's words where they say enough, else what is wrong. Never a value.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "{name} Missing"),
            Self::Twice(name) => write!(f, "{name} Twice"),
            Self::Value(name) => write!(f, "Bad {name}"),
            Self::Uri => f.write_str("Bad Request-URI"),
            Self::OtherMethod => f.write_str("CSeq Of Another Method"),
            Self::Short => f.write_str("Content-Length Past The End"),
            Self::Unfinished => f.write_str("Head Without An End"),
            Self::NotText => f.write_str("Head Is No UTF-8"),
            Self::TooManyFields => f.write_str("Too Many Header Fields"),
            Self::StartLine => f.write_str("Bad Start Line"),
            Self::NoField => f.write_str("Bad Header Field"),
            _ => f.write_str(reason(self.code())),
        }
    }
}
