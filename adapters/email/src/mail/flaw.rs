//! What was not as it should be in a message that was read all the same.

/// A flaw. None is a reason to lose a message; each is shown to whoever looks for why it looks odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// A line of a header is no field, and was left out.
    BrokenHeader,
    /// The header ends without an empty line.
    DamagedSeparator,
    /// A field is longer than is read, or has more encoded words or parameters than are read.
    LongField,
    /// A multipart has no parts.
    NoParts,
    /// A multipart does not end, or ends before it began.
    Unclosed,
    /// What was encoded for the way is damaged.
    BadEncoding,
    /// The character set is unknown, or is not what was written.
    BadCharset,
    /// There is more text than is read.
    TextCut,
    /// There is more HTML than is shown.
    HtmlTooLarge,
    /// An attachment is not of the type that it says it is.
    Disguised,
}
