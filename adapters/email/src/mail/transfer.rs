//! What was encoded for the way, decoded (RFC 2045, section 6). Damage costs the damaged characters, never the rest.

use super::Flaw;
use super::field::Fields;
use mail_parser::decoders::base64::base64_decode;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A body as it was before it was encoded. Never longer than it came.
pub(super) fn decode<'a>(fields: &Fields<'_>, body: &'a [u8], flaws: &mut BTreeSet<Flaw>) -> Cow<'a, [u8]> {
    match fields.word("content-transfer-encoding").as_deref() {
        Some("base64") => base64(body, flaws).into(),
        Some("quoted-printable") => quoted_printable(body, flaws).into(),
        Some("" | "7bit" | "8bit" | "binary") | None => body.into(),
        Some(_) => {
            flaws.insert(Flaw::BadEncoding);
            body.into()
        }
    }
}

fn base64(body: &[u8], flaws: &mut BTreeSet<Flaw>) -> Vec<u8> {
    let of_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') || byte.is_ascii_whitespace();
    if let Some(decoded) = base64_decode(body) {
        return decoded;
    }
    // Characters outside the alphabet are left out (RFC 2045, section 6.8).
    flaws.insert(Flaw::BadEncoding);
    let kept: Vec<u8> = body.iter().filter(|byte| of_alphabet(byte) && **byte != b'\x0c').copied().collect();
    base64_decode(&kept).unwrap_or_default()
}

fn quoted_printable(body: &[u8], flaws: &mut BTreeSet<Flaw>) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            match (byte, after) {
                (b'=', []) => {}
                (b'=', [high, low, beyond @ ..]) if let (Some(high), Some(low)) = (digit(*high), digit(*low)) => {
                    out.push(high << 4 | low);
                    rest = beyond;
                }
                _ => {
                    if byte == b'=' {
                        flaws.insert(Flaw::BadEncoding);
                    }
                    out.push(byte);
                }
            }
        }
        // Blanks at the end of a line were added on the way; a line that ends in `=` goes on in the next.
        if !text.ends_with(b"=") && line.ends_with(b"\n") {
            out.extend_from_slice(if line.ends_with(b"\r\n") { b"\r\n" } else { b"\n" });
        }
    }
    out
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_is_read_as_written() {
        for (body, expected, damaged) in [
            ("a=3Db", "a=b", false),
            ("soft =\r\nbreak", "soft break", false),
            ("blanks \t\r\nend", "blanks\r\nend", false),
            ("=E2=82=AC", "€", false),
            ("small =c3=a4", "small ä", false),
            ("=ZZ =4", "=ZZ =4", true),
            ("last=", "last", false),
            ("two\n\nlines\n", "two\n\nlines\n", false),
        ] {
            let mut flaws = BTreeSet::new();
            assert_eq!(String::from_utf8(quoted_printable(body.as_bytes(), &mut flaws)).unwrap(), expected, "{body:?}");
            assert_eq!(flaws.contains(&Flaw::BadEncoding), damaged, "{body:?}");
        }
    }

    #[test]
    fn damaged_base64_costs_what_is_damaged() {
        for (body, expected, damaged) in [
            ("aGVsbG8=", "hello", false),
            ("aGVs\r\nbG8=\r\n", "hello", false),
            ("aGVsbG8", "hello", false),
            ("aG*VsbG8=", "hello", true),
            ("aGVsbG8=\r\n-- \r\n", "hello", true),
            ("aGVsbG8=IQ==", "hello!", false),
        ] {
            let mut flaws = BTreeSet::new();
            assert_eq!(String::from_utf8(base64(body.as_bytes(), &mut flaws)).unwrap(), expected, "{body:?}");
            assert_eq!(flaws.contains(&Flaw::BadEncoding), damaged, "{body:?}");
        }
    }
}
