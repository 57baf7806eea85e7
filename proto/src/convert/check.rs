//! What every field from outside is held to: one place for limits, one wording for refusals.
//!
//! `field` is the path within the request, as an app's developer reads it: `body.text.text`, `fill_all.values[3].field_id`.

use segue_session::{Language, Private, Reason, Refusal};
use std::str::FromStr;
use uuid::Uuid;

/// The most bytes of a text, a typed input or a field's value.
pub const TEXT: usize = 16 * 1024;
/// The most values of one form sent at once.
pub const FORM_VALUES: usize = 64;
/// The most bytes of a file's URL.
pub const URL: usize = 2 * 1024;
/// The most bytes of a file's name, or of a quick reply.
pub const LABEL: usize = 256;
/// The most bytes of a media type, a purpose, a document's name or an outcome.
pub const WORD: usize = 128;
/// The most quick replies of one message.
pub const QUICK_REPLIES: usize = 20;
/// The most bytes of a link's token, a page token or a resume token.
pub const TOKEN: usize = 1024;
/// The most bytes of a JSON web token.
pub const CREDENTIAL: usize = 8 * 1024;
/// The most bytes of a telephone number as typed.
pub const PHONE: usize = 32;
/// The most bytes of a language tag.
pub const LANGUAGE: usize = 35;
/// Fewest and most digits of a code.
pub const CODE: std::ops::RangeInclusive<usize> = 6..=8;
/// The most claimed values.
pub const CLAIMED_VALUES: usize = 64;
/// The most bytes of all claimed values as JSON.
pub const CLAIMED: usize = 16 * 1024;
/// The most bytes of a document as JSON.
pub const DOCUMENT: usize = 64 * 1024;
/// How deep JSON may be nested.
pub const JSON_DEPTH: usize = 16;

/// A refusal that names the field: `{field} {why}`.
pub fn invalid(field: &str, why: impl std::fmt::Display) -> Refusal {
    Refusal::new(Reason::InvalidArgument, format!("{field} {why}")).about("field", field)
}

/// A field that must be there.
///
/// # Errors
/// `InvalidArgument` where it is not.
pub fn required<T>(field: &str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or_else(|| invalid(field, "is missing"))
}

/// An id: a UUID in its usual form of 36 characters, not the nil one.
///
/// # Errors
/// `InvalidArgument` for anything else.
pub fn id<T: FromStr>(field: &str, text: &str) -> Result<T, Refusal> {
    let bad = || invalid(field, "must be a UUID, such as 0190f7c4-9d2e-7abc-8def-0123456789ab");
    let fits = text.len() == 36 && Uuid::parse_str(text).is_ok_and(|id| !id.is_nil());
    if fits { text.parse().map_err(|_| bad()) } else { Err(bad()) }
}

/// A name that the tenant's config or a journey knows things by, through the type's own `parse`.
///
/// # Errors
/// `InvalidArgument` where it is empty, over 128 bytes, or holds blanks or control characters.
pub fn name<T>(field: &str, text: &str, parse: fn(&str) -> Option<T>) -> Result<T, Refusal> {
    parse(text).ok_or_else(|| invalid(field, format_args!("must be 1 to {} bytes without blanks", segue_session::NAME_LIMIT)))
}

/// A text of at most `most` bytes, possibly empty.
///
/// # Errors
/// `InvalidArgument` where it is longer.
pub fn text(field: &str, text: String, most: usize) -> Result<Private<String>, Refusal> {
    if text.len() <= most { Ok(text.into()) } else { Err(invalid(field, format_args!("must be at most {most} bytes"))) }
}

/// A text of 1 to `most` bytes.
///
/// # Errors
/// `InvalidArgument` where it is empty or longer.
pub fn filled(field: &str, value: String, most: usize) -> Result<Private<String>, Refusal> {
    if value.is_empty() { Err(invalid(field, "must not be empty")) } else { text(field, value, most) }
}

/// A word for machines: 1 to [`WORD`] bytes of printable text.
///
/// # Errors
/// `InvalidArgument` for anything else.
pub fn word(field: &str, value: String) -> Result<String, Refusal> {
    if value.chars().any(char::is_control) {
        return Err(invalid(field, "must not hold control characters"));
    }
    filled(field, value, WORD).map(Private::into_inner)
}

/// A count between 1 and `most`.
///
/// # Errors
/// `InvalidArgument` outside of that.
pub fn count(field: &str, count: usize, most: usize) -> Result<(), Refusal> {
    if (1..=most).contains(&count) { Ok(()) } else { Err(invalid(field, format_args!("must hold 1 to {most} entries"))) }
}

/// A language tag (BCP 47 in form); `None` where it is empty.
///
/// # Errors
/// `InvalidArgument` where it is no tag.
pub fn language(field: &str, tag: &str) -> Result<Option<Language>, Refusal> {
    let fits = tag.len() <= LANGUAGE && tag.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    match tag {
        "" => Ok(None),
        _ if fits => Ok(Some(Language::new(tag))),
        _ => Err(invalid(field, "must be a language tag such as `en` or `pt-BR`")),
    }
}

/// An `https` URL of at most [`URL`] bytes. Whether its host is allowed is for the house to say.
///
/// # Errors
/// `InvalidArgument` for anything else.
pub fn https(field: &str, url: String) -> Result<Private<String>, Refusal> {
    let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || host.contains('@') || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(invalid(field, "must be an https URL"));
    }
    text(field, url, URL)
}

/// A code: 6 to 8 digits; blanks and hyphens between them are let go.
///
/// # Errors
/// `InvalidArgument` for anything else.
pub fn code(field: &str, code: &str) -> Result<Private<String>, Refusal> {
    let digits: String = code.chars().take(2 * PHONE).filter(|c| !matches!(c, ' ' | '-')).collect();
    let fits = CODE.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && code.len() <= PHONE;
    if fits { Ok(digits.into()) } else { Err(invalid(field, "must be 6 to 8 digits")) }
}

/// A telephone number as typed; the house says whether it is one.
///
/// # Errors
/// `InvalidArgument` where it is empty, too long, or holds anything but digits, blanks and `+-./()`.
pub fn phone(field: &str, number: String) -> Result<Private<String>, Refusal> {
    if !number.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c)) || !number.contains(|c: char| c.is_ascii_digit()) {
        return Err(invalid(field, "must be a telephone number"));
    }
    filled(field, number, PHONE)
}

/// A page's size as AIP-158 has it: 0 for `usual`, too much is cut to `most`, negative is refused.
///
/// # Errors
/// `InvalidArgument` where it is negative.
pub fn page_size(field: &str, size: i32, usual: usize, most: usize) -> Result<usize, Refusal> {
    match usize::try_from(size) {
        Ok(0) => Ok(usual),
        Ok(size) => Ok(size.min(most)),
        Err(_) => Err(invalid(field, "must not be negative")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_session::{JourneyName, SessionId};

    fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
        let refusal = result.unwrap_err();
        assert_eq!(refusal.reason, Reason::InvalidArgument);
        assert_eq!(refusal.about, [("field".to_owned(), "f".to_owned())]);
        refusal.message
    }

    #[test]
    fn texts_at_and_past_their_limits() {
        for most in [TEXT, URL, LABEL, WORD, TOKEN, CREDENTIAL] {
            assert!(text("f", "x".repeat(most), most).is_ok());
            assert_eq!(refused(text("f", "x".repeat(most + 1), most)), format!("f must be at most {most} bytes"));
        }
        assert!(text("f", String::new(), TEXT).is_ok());
        assert_eq!(refused(filled("f", String::new(), TEXT)), "f must not be empty");
    }

    #[test]
    fn limits_count_bytes_not_characters() {
        assert!(text("f", "é".repeat(8), 16).is_ok());
        refused(text("f", "é".repeat(9), 16));
    }

    #[test]
    fn ids_are_uuids_of_one_form() {
        assert!(id::<SessionId>("f", "0190f7c4-9d2e-7abc-8def-0123456789ab").is_ok());
        let simple = "0190f7c49d2e7abc8def0123456789ab";
        for bad in ["", "x", simple, "{0190f7c4-9d2e-7abc-8def-0123456789ab}", "00000000-0000-0000-0000-000000000000"] {
            assert!(refused(id::<SessionId>("f", bad)).starts_with("f must be a UUID"), "{bad}");
        }
    }

    #[test]
    fn names_at_and_past_their_limit() {
        assert!(name("f", &"n".repeat(128), JourneyName::parse).is_ok());
        for bad in ["", "a b", "a\u{7}", &"n".repeat(129)] {
            refused(name("f", bad, JourneyName::parse));
        }
    }

    #[test]
    fn words_hold_no_control_characters() {
        assert_eq!(word("f", "marketing".into()).unwrap(), "marketing");
        assert!(word("f", "w".repeat(WORD)).is_ok());
        refused(word("f", "w".repeat(WORD + 1)));
        refused(word("f", String::new()));
        refused(word("f", "a\nb".into()));
    }

    #[test]
    fn counts_at_and_past_their_limits() {
        for most in [FORM_VALUES, QUICK_REPLIES] {
            assert!(count("f", 1, most).is_ok() && count("f", most, most).is_ok());
            refused(count("f", 0, most));
            refused(count("f", most + 1, most));
        }
    }

    #[test]
    fn languages_are_tags() {
        assert_eq!(language("f", "").unwrap(), None);
        assert_eq!(language("f", "pt-BR").unwrap(), Some(Language::new("pt-BR")));
        assert!(language("f", &"a".repeat(LANGUAGE)).is_ok());
        for bad in ["e n", "-", "en-", "en_US", &"a".repeat(LANGUAGE + 1)] {
            refused(language("f", bad));
        }
    }

    #[test]
    fn urls_are_https_and_name_a_host() {
        assert!(https("f", "https://files.example/a.pdf".into()).is_ok());
        assert!(https("f", format!("https://h/{}", "a".repeat(URL - 10))).is_ok());
        refused(https("f", format!("https://h/{}", "a".repeat(URL - 9))));
        for bad in ["", "http://h/a", "https://", "https:///a", "https://you@h/a", "https://h/a b", "javascript:alert(1)"] {
            assert_eq!(refused(https("f", bad.into())), "f must be an https URL", "{bad}");
        }
    }

    #[test]
    fn codes_are_six_to_eight_digits() {
        assert_eq!(code("f", "123 456").unwrap().reveal(), "123456");
        assert_eq!(code("f", "1234-5678").unwrap().reveal(), "12345678");
        for bad in ["", "12345", "123456789", "12345x", "١٢٣٤٥٦", &format!("123456{}", " ".repeat(40))] {
            refused(code("f", bad));
        }
    }

    #[test]
    fn telephone_numbers_look_like_it() {
        assert!(phone("f", "+33 1 23 45 67 89".into()).is_ok());
        assert!(phone("f", "1".repeat(PHONE)).is_ok());
        for bad in ["", "call me", "+", &"1".repeat(PHONE + 1)] {
            refused(phone("f", bad.into()));
        }
    }

    #[test]
    fn page_sizes_follow_aip_158() {
        assert_eq!(page_size("f", 0, 20, 100).unwrap(), 20);
        assert_eq!(page_size("f", 100, 20, 100).unwrap(), 100);
        assert_eq!(page_size("f", i32::MAX, 20, 100).unwrap(), 100);
        refused(page_size("f", -1, 20, 100));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(refused(required::<()>("f", None)), "f is missing");
    }
}
