//! More of something than is good: each costs what its bytes cost, or is refused by a limit with a name.

use super::{Case, case, mail};

pub(super) fn all() -> Vec<Case> {
    vec![
        case("too large", "is larger than is read", vec![b'a'; 25 * 1024 * 1024 + 1]),
        case("large", "is as large as can be, on one line", {
            let mut raw = mail("", "");
            raw.resize(25 * 1024 * 1024, b'a');
            raw
        }),
        case("large lines", "is as large as can be, in empty lines", {
            let mut raw = mail("", "");
            raw.resize(25 * 1024 * 1024, b'\n');
            raw
        }),
        case("dashes", "each line might be a boundary", multipart(&"--boundar\n".repeat(500_000))),
        case("parts", "has more parts than are read", multipart(&"--boundary\n\nx\n".repeat(1001))),
        case("attachments", "has more attachments than are read", multipart(&"--boundary\nContent-Type: a/b\n\nx\n".repeat(101))),
        case("depth", "lies deeper than is read", nested(40)),
        case("deep", "lies as deep as is read", nested(32)),
        case("missing boundaries", "announces a part in each part, none of which comes", {
            let part = "--boundary\nContent-Type: multipart/mixed; boundary=never\n\n";
            multipart(&part.repeat(900))
        }),
        case("headers", "has more fields than are read", mail(&"X-A: b\n".repeat(1001), "x")),
        case("header bytes", "has larger fields than are read", mail(&format!("X-A: {}\n", "b".repeat(4000)).repeat(100), "x")),
        case("long field", "has one field longer than is read", mail(&format!("X-A: {}\n", "b".repeat(20_000)), "x")),
        case("folds", "folds one field a thousand times", mail(&format!("X-A: b\n{}", " c\n".repeat(1000)), "x")),
        case("encoded words", "begins many words that do not end", words(&"=?utf-8?q?a ".repeat(1300))),
        case("empty encoded words", "begins words that hardly begin", words(&"=?".repeat(8000))),
        case("addresses", "is to more mailboxes than are read", mail(&format!("Cc: {}x@x.example\n", "a@b.example, ".repeat(900)), "x")),
        case("comments", "nests comments in an address", mail(&format!("Cc: {}a@b.example\n", "(".repeat(16_000)), "x")),
        case("parameters", "names more parameters than are read", {
            let parameters: String = (0..1200).map(|n| format!("; a*{n}=x")).collect();
            mail(&format!("Content-Type: text/plain{parameters}\n"), "x")
        }),
        case("references", "follows more messages than are read", mail(&format!("References: {}\n", "<a@b> ".repeat(2000)), "x")),
        case("base64", "is all base64", mail("Content-Transfer-Encoding: base64\n", &format!("{}\n", "eHh4".repeat(19)).repeat(20_000))),
        case("quoted", "is all quoted-printable", mail("Content-Transfer-Encoding: quoted-printable\n", &"=".repeat(1_000_000))),
        case("messages in messages", "packs a message into a message, many times", {
            let head = "Content-Type: message/rfc822\n\n";
            mail(head, &head.repeat(5000))
        }),
        case("quotes in quotes", "quotes a quote of a quote", mail("", &format!("Yes.\n\n{} no\n", ">".repeat(500_000)))),
        case("copies", "each line begins a copy", mail("", &"From: a\n".repeat(100_000))),
    ]
}

fn multipart(body: &str) -> Vec<u8> {
    mail("Content-Type: multipart/mixed; boundary=boundary\n", body)
}

fn words(subject: &str) -> Vec<u8> {
    super::wire(&format!("From: ana@customer.example\nSubject: {subject}\n\nx"))
}

fn nested(depth: usize) -> Vec<u8> {
    let part = |n: usize| format!("Content-Type: multipart/mixed; boundary=b{n}-\n\n--b{n}-\n");
    let inner: String = (1..depth).map(part).collect();
    mail("Content-Type: multipart/mixed; boundary=b0-\n", &format!("--b0-\n{inner}\ndeep inside\n"))
}
