//! How the view of a message is written down.

use segue_adapter_email::mail::{Action, Address, Attachment, Limits, Mail, Mailbox, Nature, Ours, Overrun, fresh, read};
use std::fmt::Write as _;

/// The mailboxes of the tests.
pub(crate) fn ours() -> Ours {
    Ours { mailboxes: ["help@acme.example", "hilfe@acme.example"].map(|one| Address::parse(one).unwrap()).to_vec() }
}

/// Reads a message and writes down what was seen.
pub(crate) fn seen(raw: &[u8]) -> String {
    written(&read(raw, &ours(), &Limits::default()))
}

/// What was seen of a message, line by line; what is long is measured.
pub(crate) fn written(read: &Result<Mail, Overrun>) -> String {
    let mail = match read {
        Ok(mail) => mail,
        Err(over) => return format!("not read: {over}\n"),
    };
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "{name:<11} {}", shortened(value));
        }
    };
    line("from", &mail.from.iter().map(mailbox).collect::<String>());
    line("reply to", &mailboxes(&mail.reply_to));
    line("to", &mailboxes(&mail.to));
    line("cc", &mailboxes(&mail.cc));
    line("delivered", &mailboxes(&mail.delivered));
    line("subject", mail.subject.reveal());
    line("date", &mail.date.map(|date| date.0.to_string()).unwrap_or_default());
    line("id", mail.id.as_deref().unwrap_or_default());
    line("follows", &mail.references.join(" "));
    line("nature", &nature(&mail.nature));
    line("no answer", &mail.no_answer.map(|sign| format!("{sign:?}")).unwrap_or_default());
    line("flaws", &mail.flaws.iter().map(|flaw| format!("{flaw:?}")).collect::<Vec<_>>().join(" "));
    for one in &mail.attachments {
        line("attachment", &attachment(one));
    }
    let text = mail.text.reveal();
    line("text", &text.lines().collect::<Vec<_>>().join("\n            "));
    if fresh(text) != text {
        line("new in it", &fresh(text).lines().collect::<Vec<_>>().join("\n            "));
    }
    line("html", &mail.html.iter().map(|html| html.reveal().lines().collect::<Vec<_>>().join("\n            ")).collect::<String>());
    out
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 1500 {
        return text.escape_debug().to_string().replace("\\n", "\n").replace("\\\"", "\"").replace("\\'", "'");
    }
    format!("{}… ({} bytes)", text.chars().take(60).collect::<String>().escape_debug(), text.len())
}

fn mailbox(one: &Mailbox) -> String {
    format!("{} <{}>", one.name.reveal(), one.address.reveal()).trim().to_owned()
}

fn mailboxes(all: &[Mailbox]) -> String {
    all.iter().map(mailbox).collect::<Vec<_>>().join(", ")
}

fn attachment(one: &Attachment) -> String {
    let disguised = if one.disguised { ", disguised" } else { "" };
    let id = one.content_id.as_ref().map(|id| format!(", id {id}")).unwrap_or_default();
    format!("{} ({}, {} bytes{disguised}{id})", one.name.reveal(), one.media_type, one.bytes.reveal().len())
}

fn nature(nature: &Nature) -> String {
    let Nature::Report(report) = nature else { return format!("{nature:?}") };
    let recipient = |one: &segue_adapter_email::mail::Recipient| {
        let address = one.address.as_ref().map_or("somebody", Address::reveal);
        let action = match one.action {
            Action::Failed => "failed",
            Action::Delayed => "delayed",
            Action::Delivered => "delivered",
            Action::Relayed => "relayed",
            Action::Expanded => "expanded",
        };
        format!("{action} {address} {} ({})", one.code, one.said.reveal())
    };
    let recipients: Vec<_> = report.recipients.iter().map(recipient).collect();
    format!("report about {}: {}", report.about.as_deref().unwrap_or("an unknown mail"), recipients.join("; "))
}
