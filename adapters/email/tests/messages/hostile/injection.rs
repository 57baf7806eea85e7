//! Fields and names that try to be more than they are, and threads that are not theirs.

use super::{Case, case, mail, wire};

pub(super) fn all() -> Vec<Case> {
    let named = |name: &str, media_type: &str, body: &str| {
        mail(&format!("Content-Type: {media_type}\nContent-Disposition: attachment; filename=\"{name}\"\n"), body)
    };
    vec![
        case("line break in a word", "brings a field in an encoded word", {
            wire("From: ana@customer.example\nSubject: =?utf-8?q?x=0D=0ABcc:_victim@example.org?=\n\nx")
        }),
        case("line break in a name", "brings a field in a name", {
            wire("From: =?utf-8?b?QW5hDQpCY2M6IHZpY3RpbUBleGFtcGxlLm9yZw==?= <ana@customer.example>\n\nx")
        }),
        case("address in a name", "shows another's address as a name", wire("From: \"boss@acme.example\" <ana@customer.example>\n\nx")),
        case("two addresses", "has an address in an address", wire("From: <<ana@customer.example>help@acme.example>\n\nx")),
        case("quoted local", "quotes what no address has", wire("From: \"a b\\\"<x>\"@customer.example\n\nx")),
        case("a group", "is to a group", wire("From: ana@customer.example\nTo: all: a@b.example, c@d.example;, help@acme.example\n\nx")),
        case("no address", "is from nobody", wire("From: Ana\nSubject: x\n\nx")),
        case("sender alone", "says its sender and not its author", wire("Sender: ana@customer.example\n\nx")),
        case("answers elsewhere", "wants answers elsewhere", mail("Reply-To: Bob <bob@elsewhere.example>, ana@customer.example\n", "x")),
        case("answers to us", "wants answers sent to ourselves", mail("Reply-To: help@acme.example\n", "x")),
        case("a path", "names a file by a path", named("../../etc/passwd", "text/plain", "x")),
        case("a path of Windows", "names a file by another path", named("C:\\\\Windows\\\\system32\\\\a.dll", "text/plain", "x")),
        case("a hidden file", "names a file that is not shown", named(".bashrc", "text/plain", "x")),
        case("a tag as a name", "names a file by a tag", named("<img src=x onerror=alert(1)>.txt", "text/plain", "x")),
        case("no name", "names no file", mail("Content-Type: application/pdf\nContent-Disposition: attachment\n", "%PDF-1.7\n")),
        case("pieces of a name", "names a file in pieces", {
            mail("Content-Disposition: attachment; filename*0*=utf-8''r%C3%A9; filename*1*=sum%C3%A9; filename*2=.pdf\n", "%PDF-1.7\n")
        }),
        case("a program as a picture", "is a program and says it is a picture", {
            mail(
                "Content-Type: image/png\nContent-Disposition: attachment; filename=cat.png\nContent-Transfer-Encoding: base64\n",
                "TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            )
        }),
        case("a page as a picture", "is a page and says it is a picture", named("cat.png", "image/png", "<html><script>1</script>")),
        case("a page as a text", "is a page and says it is a text", named("notes.txt", "text/plain", "  <!DOCTYPE html><p>")),
        case("not a picture", "says it is a picture, and is nothing known", named("cat.png", "image/png", "meow")),
        case("a type with a break", "breaks the line in a type", mail("Content-Type: text/plain\n\t; name=\"a\n b.txt\"\n", "x")),
        case("forged threads", "follows messages that it knows of", {
            mail("In-Reply-To: <one@acme.example>\nReferences: <zero@acme.example> <one@acme.example>\n <two@elsewhere.example>\n", "x")
        }),
        case("broken ids", "follows what are no messages", mail("References: <a b@c> <> <unended one@c\n", "x")),
        case(
            "delivered twice",
            "notes more than one delivery",
            mail("Delivered-To: help+abc@acme.example\nX-Original-To: a@b.example\n", "x"),
        ),
    ]
}
