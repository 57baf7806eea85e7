//! Characters: names that are none, bytes that do not fit, and marks that make one thing look like another.

use super::{Case, case, mail, wire};

pub(super) fn all() -> Vec<Case> {
    let raw = |charset: &str, bytes: &[u8]| {
        let mut raw = mail(&format!("Content-Type: text/plain; charset={charset}\n"), "");
        raw.extend_from_slice(bytes);
        raw
    };
    let subject = |subject: &str| wire(&format!("From: ana@customer.example\nSubject: {subject}\n\nx"));
    vec![
        case("latin-1", "is Latin-1, as it says", raw("iso-8859-1", b"gr\xfc\xdfe")),
        case("windows as ascii", "is Windows-1252 and says ASCII", raw("us-ascii", b"gr\xfc\xdfe \x80")),
        case("utf-8 as ascii", "is UTF-8 and says ASCII", raw("us-ascii", "grüße €".as_bytes())),
        case("latin-1 as utf-8", "is Latin-1 and says UTF-8", raw("utf-8", b"gr\xfc\xdfe")),
        case("overlong", "hides a slash in overlong UTF-8", raw("utf-8", b"..\xc0\xaf..\xc0\xaf")),
        case("surrogates", "has half a character in UTF-8", raw("utf-8", b"a\xed\xa0\x80b")),
        case("utf-7", "hides a tag in UTF-7", {
            let mut raw = mail("Content-Type: text/html; charset=utf-7\n", "");
            raw.extend_from_slice(b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-x");
            raw
        }),
        case("iso-2022-jp", "is Japanese by escapes", raw("iso-2022-jp", b"\x1b$B$3$s$K$A$O\x1b(B")),
        case("shift-jis", "ends in half a character", raw("shift_jis", b"\x82\xb1\x82")),
        case("koi8-r", "is Russian", raw("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4")),
        case("utf-16", "is UTF-16 of an odd length", raw("utf-16le", b"h\0i\0!")),
        case("no such", "is in no character set that is known", raw("x-klingon", b"nuqneH")),
        case("a long name", "has a name of a character set that is long", raw(&"a".repeat(5000), b"x")),
        case("zeros", "has control characters in it", raw("utf-8", b"a\0b\x07c\x1b[31md\x7fe")),
        case("encoded subject", "has words of three kinds", subject("=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?iso-8859-1?b?/A==?= plain")),
        case("split word", "splits a character over two words", subject("=?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?=")),
        case("broken word", "has words that do not end", subject("=?utf-8?q?abc =?utf-8?b?!!!?= =?x?y?z?=")),
        case("raw subject", "has bytes in a subject that are not encoded", {
            b"From: ana@customer.example\r\nSubject: Gr\xfc\xdfe\r\n\r\nx".as_slice()
        }),
        case("turned name", "turns a name round to look like another", {
            wire("From: =?utf-8?q?=E2=80=AEelpmaxe=2Emca_pleH?= <ana@customer.example>\nSubject: x\n\nx")
        }),
        case("turned file", "turns the end of a file's name round", {
            mail(
                "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"=?utf-8?q?cv=E2=80=AEfdp=2Eexe?=\"\n",
                "MZ",
            )
        }),
    ]
}
