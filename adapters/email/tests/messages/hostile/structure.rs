//! Parts that are laid so that two readers see two messages.

use super::{Case, case, mail, wire};

pub(super) fn all() -> Vec<Case> {
    let mixed = |body: &str| mail("Content-Type: multipart/mixed; boundary=one\n", body);
    vec![
        case("nothing", "is empty", ""),
        case("a line break", "is next to empty", "\n"),
        case("a zero", "is one zero byte", "\0"),
        case("no header", "begins with its text", "Hello.\nFrom: me\n"),
        case("two froms", "is from two", wire("From: a@one.example, b@two.example\nFrom: c@three.example\nSubject: x\n\nx")),
        case("two subjects", "has two subjects", wire("Subject: one\nSubject: two\n\nx")),
        case("two types", "is of two types", mail("Content-Type: text/plain\nContent-Type: text/html\n", "<b>x</b>")),
        case("two boundaries", "has two boundaries", {
            mail("Content-Type: multipart/mixed; boundary=one; boundary=two\n", "--one\n\nfirst\n--two\n\nsecond\n--two--\n--one--\n")
        }),
        case("bare breaks", "breaks lines by CR alone", b"From: a@b.example\rSubject: x\r\rHello".as_slice()),
        case("mixed breaks", "breaks lines in both ways", b"From: a@b.example\nSubject: x\r\n\nHello\r\nyou\nthere".as_slice()),
        case("prefix", "has one boundary that begins as another", {
            mixed(
                "--one\nContent-Type: multipart/alternative; boundary=one-two\n\n--one-two\n\nplain\n--one-two\n\
                 Content-Type: text/html\n\n<p>page</p>\n--one-two--\n--one\nContent-Disposition: attachment; filename=a.txt\n\nx\n--one--\n",
            )
        }),
        case("same boundary", "has one boundary for two", {
            mixed("--one\nContent-Type: multipart/mixed; boundary=one\n\n--one\n\ninner\n--one--\n--one\n\nouter\n--one--\n")
        }),
        case("outer first", "ends the outer part in the inner", {
            mixed("--one\nContent-Type: multipart/mixed; boundary=two\n\n--two\n\ninner\n--one--\n--two\n\nnever\n--two--\n")
        }),
        case("never ends", "has no last boundary", mixed("--one\n\nfirst\n--one\n\nsecond\n")),
        case("empty boundary", "has an empty boundary", mail("Content-Type: multipart/mixed; boundary=\"\"\n", "--\n\nx\n----\n")),
        case("after the end", "hides a part after the end", mixed("--one\n\nfirst\n--one--\n--one\n\nsecond\n--one--\n")),
        case("boundary as a field", "has a boundary in a header", mixed("--one\nX-A: b\n--one\n\nsecond\n--one--\n")),
        case("html first", "has its alternatives the wrong way round", {
            mail(
                "Content-Type: multipart/alternative; boundary=one\n",
                "--one\nContent-Type: text/html\n\n<p>page</p>\n--one\n\nplain\n--one--\n",
            )
        }),
        case("blank alternative", "has an alternative that says nothing", {
            mail(
                "Content-Type: multipart/alternative; boundary=one\n",
                "--one\n\n  \n--one\nContent-Type: text/html\n\n<p>page</p>\n--one--\n",
            )
        }),
        case("a footer", "has a page, and a plain footer that a list added", {
            mixed("--one\nContent-Type: text/html\n\n<p>page</p>\n--one\n\nfooter\n--one--\n")
        }),
        case("a picture in a page", "has a page with what belongs to it", {
            mail(
                "Content-Type: multipart/related; boundary=one\n",
                "--one\nContent-Type: text/html\n\n<p>see <img src=\"cid:a@b\" alt=\"it\"></p>\n--one\nContent-Type: image/png\n\
                 Content-ID: <a@b>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgoAAAANSUhEUg==\n--one--\n",
            )
        }),
        case("digest", "is a digest, whose parts are messages", {
            mail("Content-Type: multipart/digest; boundary=one\n", "--one\n\nSubject: inner\n\ninside\n--one--\n")
        }),
        case("a signed one", "is signed", {
            mail(
                "Content-Type: multipart/signed; boundary=one; protocol=\"application/pgp-signature\"\n",
                "--one\n\nsigned text\n--one\nContent-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP\n--one--\n",
            )
        }),
        case("unknown encoding", "is encoded in no known way", mail("Content-Transfer-Encoding: x-rot13\n", "Uryyb")),
        case("damaged base64", "is damaged base64", mail("Content-Transfer-Encoding: base64\n", "aGVs*bG8gd29y\n~~\nbGQ=\n")),
        case("bad dates", "was written on no day", mail("Date: Fri, 99 Foo 20001 99:99:99 +9999\n", "x")),
        case("an early date", "was written before time began", mail("Date: Mon, 1 Jan 1900 00:00:00 +0000\n", "x")),
    ]
}
