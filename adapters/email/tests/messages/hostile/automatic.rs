//! Mail that no person wrote, or that goes round: none of it may be answered automatically (RFC 3834).

use super::{Case, case, mail, wire};

pub(super) fn all() -> Vec<Case> {
    let from = |from: &str| wire(&format!("From: {from}\nTo: help@acme.example\nSubject: x\n\nx"));
    vec![
        case("a person", "is from a person, and says that it is no answer of a program's", mail("Auto-Submitted: no\n", "x")),
        case("an absence note", "answers because its reader is away", mail("Auto-Submitted: auto-replied (vacation)\n", "I am away.")),
        case("a generated one", "was made by a program", mail("Auto-Submitted: AUTO-GENERATED; owner-email=a@b\n", "x")),
        case("an unknown kind", "is automatic in a way that nobody knows", mail("Auto-Submitted: x-new\n", "x")),
        case("an empty path", "wants no answer of any kind", mail("Return-Path: <>\n", "x")),
        case("an empty path with blanks", "wants no answer of any kind", mail("Return-Path: < >\n", "x")),
        case("a path", "came by a path like any other", mail("Return-Path: <ana@customer.example>\n", "x")),
        case(
            "an old absence note",
            "answers as programs did before there was a rule",
            mail("X-Autoreply: yes\nPrecedence: auto_reply\n", "x"),
        ),
        case("bulk", "is one of many", mail("Precedence: bulk\n", "x")),
        case("junk", "says itself that it is junk", mail("Precedence: Junk\n", "x")),
        case("a list", "came by a list", mail("List-Id: <friends.example>\nList-Post: <mailto:f@friends.example>\n", "x")),
        case("a newsletter", "can be unsubscribed", mail("List-Unsubscribe: <https://news.example/u>\n", "x")),
        case("no reply", "is from where nobody reads", from("No-Reply <no-reply@shop.example>")),
        case("do not reply", "is from where nobody reads", from("do_not_reply@shop.example")),
        case("a mailer", "is from a server", from("MAILER-DAEMON@mx.example")),
        case("a list's owner", "is from a list's owner", from("owner-friends@lists.example")),
        case("a bot's name in a person's", "is from a person with a name like that", from("Nora Noreply <nora@customer.example>")),
        case(
            "suppressed",
            "is from a person whose server wants no automatic answer",
            mail("X-Auto-Response-Suppress: DR, OOF, AutoReply\n", "x"),
        ),
        case("ourselves", "is from a mailbox of ours", from("Help <help@acme.example>")),
        case("ourselves by another way", "is from a mailbox of ours with more to it", from("HILFE+x@ACME.example")),
        case("round and round", "has passed sixty servers", mail(&"Received: from a.example by b.example\n".repeat(60), "x")),
        case("a few servers", "has passed ten servers", mail(&"Received: from a.example by b.example\n".repeat(10), "x")),
    ]
}
