//! Bytes to characters (RFC 2045, section 5.2; the WHATWG's names and tables).

use super::Flaw;
use mail_parser::decoders::charsets::map::charset_decoder;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The text in the character set it says it is in. What says nothing, or ASCII, is often UTF-8 or Windows-1252, and is guessed.
pub(super) fn decode<'a>(bytes: &'a [u8], named: Option<&str>, flaws: &mut BTreeSet<Flaw>) -> Cow<'a, str> {
    let named = named.map(|name| name.trim().to_ascii_lowercase()).unwrap_or_default();
    match named.as_str() {
        "" | "us-ascii" | "ascii" => guess(bytes),
        "utf-8" | "utf8" => {
            if std::str::from_utf8(bytes).is_err() {
                flaws.insert(Flaw::BadCharset);
            }
            String::from_utf8_lossy(bytes)
        }
        name => match charset_decoder(name.as_bytes()) {
            Some(decoder) => Cow::Owned(decoder(bytes)),
            None => {
                flaws.insert(Flaw::BadCharset);
                guess(bytes)
            }
        },
    }
}

/// UTF-8 where it is, else Windows-1252, in which every byte is a character.
pub(super) fn guess(bytes: &[u8]) -> Cow<'_, str> {
    match (std::str::from_utf8(bytes), charset_decoder(b"windows-1252")) {
        (Ok(text), _) => Cow::Borrowed(text),
        (Err(_), Some(decoder)) => Cow::Owned(decoder(bytes)),
        (Err(_), None) => String::from_utf8_lossy(bytes),
    }
}

/// Where the first `most` bytes end, whole characters where they are UTF-8.
pub(super) fn boundary(bytes: &[u8], most: usize) -> usize {
    let goes_on = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    if bytes.len() <= most { bytes.len() } else { (most.saturating_sub(3)..=most).rev().find(|at| !goes_on(at)).unwrap_or(most) }
}
