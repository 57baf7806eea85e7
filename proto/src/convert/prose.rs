//! What people write to each other, so that it shows as they wrote it and changes nothing around it.
//!
//! A text may hold marks of direction, which some scripts need; each is closed where its paragraph ends, and none closes what
//! the text did not open: so it can turn nothing that stands beside it on a screen (UAX #9, UTR #36). A name, of a file or of an
//! answer to pick, may hold none, nor may a line of the audit log: there they serve to feign another ending. Neither may hold control characters.
//!
//! What is *not* here: limits, and what a text means.

use super::check::{self, LABEL, invalid};
use segue_session::{Private, Refusal};

/// POP DIRECTIONAL FORMATTING: closes an embedding or an override.
const PDF: char = '\u{202C}';
/// POP DIRECTIONAL ISOLATE: closes an isolate, and what was opened within.
const PDI: char = '\u{2069}';

/// A text of 1 to `most` bytes. Line breaks are told as `\n`.
///
/// # Errors
/// `InvalidArgument` where it is empty, longer, or holds control characters other than line breaks and tabs.
pub fn text(field: &str, value: String, most: usize) -> Result<Private<String>, Refusal> {
    let value = if value.contains('\r') { value.replace("\r\n", "\n") } else { value };
    if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(invalid(field, "must not hold control characters but line breaks and tabs"));
    }
    let value = if value.contains(directs) { value.split('\n').map(isolated).collect::<Vec<_>>().join("\n") } else { value };
    check::filled(field, value, most)
}

/// A name of 1 to [`LABEL`] bytes.
///
/// # Errors
/// `InvalidArgument` where it is empty, longer, or holds control characters or marks of direction.
pub fn name(field: &str, value: String) -> Result<Private<String>, Refusal> {
    if value.contains(|c: char| c.is_control() || directs(c)) {
        return Err(invalid(field, "must not hold control characters or marks of direction"));
    }
    check::filled(field, value, LABEL)
}

/// Whether a character turns the direction of those after it (UAX #9, 2.1 to 2.5).
const fn directs(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A paragraph that closes what it opens, and nothing else.
fn isolated(paragraph: &str) -> String {
    let (mut whole, mut open) = (String::with_capacity(paragraph.len()), Vec::new());
    for c in paragraph.chars() {
        match c {
            '\u{202A}' | '\u{202B}' | '\u{202D}' | '\u{202E}' => open.push(PDF),
            '\u{2066}'..='\u{2068}' => open.push(PDI),
            PDF if open.last() != Some(&PDF) => continue,
            PDF => drop(open.pop()),
            PDI => match open.iter().rposition(|&closes| closes == PDI) {
                Some(at) => open.truncate(at),
                None => continue,
            },
            _ => {}
        }
        whole.push(c);
    }
    whole.extend(open.into_iter().rev());
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(typed: &str) -> String {
        text("f", typed.to_owned(), 1024).unwrap().into_inner()
    }

    #[test]
    fn control_characters_are_refused_by_field() {
        for bad in ["a\0b", "\u{1b}[31mred", "a\rb", "\u{9b}2J", "a\u{7f}"] {
            let refusal = text("body.text.text", bad.to_owned(), 1024).unwrap_err();
            assert_eq!(refusal.message, "body.text.text must not hold control characters but line breaks and tabs", "{bad:?}");
            assert!(name("f", bad.to_owned()).is_err(), "{bad:?}");
        }
        assert_eq!(shown("a\tb\r\nc\n"), "a\tb\nc\n");
    }

    #[test]
    fn a_text_turns_nothing_beside_it() {
        for (typed, whole) in [
            ("שלום and مرحبا", "שלום and مرحبا"),
            ("\u{202E}evil", "\u{202E}evil\u{202C}"),
            ("\u{2067}a\u{202B}b", "\u{2067}a\u{202B}b\u{202C}\u{2069}"),
            ("a\u{2069}\u{202C}b", "ab"),
            ("\u{2067}a\u{202C}\u{2069}b\u{2069}", "\u{2067}a\u{2069}b"),
            ("\u{202E}one\ntwo", "\u{202E}one\u{202C}\ntwo"),
        ] {
            assert_eq!(shown(typed), whole, "{typed:?}");
        }
    }

    #[test]
    fn a_name_has_no_marks_of_direction() {
        assert!(name("f", "תמונה.pdf".to_owned()).is_ok());
        assert!(name("f", "invoice\u{202E}fdp.exe".to_owned()).is_err());
        assert!(name("f", "x".repeat(LABEL + 1)).is_err() && name("f", String::new()).is_err());
    }

    proptest! {
        #[test]
        fn what_was_isolated_stays_as_it_is(typed in "[ab\\n\u{202A}-\u{202E}\u{2066}-\u{2069}]{1,30}") {
            if let Ok(once) = text("f", typed, 4096) {
                let once = once.into_inner();
                prop_assert_eq!(shown(&once), once);
            }
        }
    }
}
