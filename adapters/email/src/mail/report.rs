//! What became of a mail of ours: delivery status notifications (RFC 3464) in reports (RFC 6522).

use super::body::{self, clean};
use super::field::{Fields, one_line};
use super::limits::Limits;
use super::tree::{self, Part};
use super::{Address, Flaw};
use segue_session::Private;
use std::collections::BTreeSet;

/// What a report of a delivery tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The id of the mail that it is about, where it brings that mail or its header.
    pub about: Option<String>,
    /// Whom it tells of; at most [`Limits::RECIPIENTS`].
    pub recipients: Vec<Recipient>,
}

/// What became of it for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Whom it was sent to.
    pub address: Option<Address>,
    /// What was done.
    pub action: Action,
    /// The enhanced code (RFC 3463), such as `5.1.1`; empty where it is none.
    pub code: String,
    /// What the other server said, on one line.
    pub said: Private<String>,
}

/// What a server did with a mail (RFC 3464, section 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It could not be delivered, and never will be.
    Failed,
    /// It is not delivered yet, and is tried again.
    Delayed,
    /// It is in the mailbox.
    Delivered,
    /// It went to a system that tells nothing of what becomes of it.
    Relayed,
    /// It went to several mailboxes in its place.
    Expanded,
}

impl Action {
    fn read(word: &str) -> Option<Self> {
        match word {
            "failed" => Some(Self::Failed),
            "delayed" => Some(Self::Delayed),
            "delivered" => Some(Self::Delivered),
            "relayed" => Some(Self::Relayed),
            "expanded" => Some(Self::Expanded),
            _ => None,
        }
    }
}

/// The report in a message, where it is one about a delivery that names a recipient.
pub(super) fn read(parts: &[Part<'_>], limits: &Limits) -> Option<Report> {
    let content = parts.first()?.fields.content("content-type").filter(|content| content.kind == "multipart/report")?;
    content.parameter("report-type").filter(|kind| kind.eq_ignore_ascii_case("delivery-status"))?;
    let of = |kinds: &[&str]| {
        let part = parts.iter().find(|part| kinds.contains(&body::media_type(parts, part).as_str()))?;
        Some(part.bytes(&mut BTreeSet::<Flaw>::new()).into_owned())
    };
    let told = of(&["message/delivery-status", "message/global-delivery-status"])?;
    let returned = of(&["message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"]).unwrap_or_default();
    let about = tree::block(&returned, limits).ok().and_then(|(fields, _)| fields.ids("message-id").into_iter().next());
    let mut recipients = Vec::new();
    let mut rest = told.as_slice();
    // The first block is about the mail; each one that follows is about one recipient.
    while !rest.is_empty() && recipients.len() < Limits::RECIPIENTS {
        let (fields, after) = tree::block(rest, limits).ok()?;
        recipients.extend(recipient(&fields));
        // A block that cannot be read ends what can be.
        rest = if after.len() < rest.len() { after } else { &[] };
    }
    (!recipients.is_empty()).then_some(Report { about, recipients })
}

fn recipient(fields: &Fields<'_>) -> Option<Recipient> {
    let action = Action::read(fields.word("action")?.as_str())?;
    let address = fields.raw("original-recipient").or_else(|| fields.raw("final-recipient"));
    // `rfc822; ana@example.org`
    let address = address.and_then(|text| Address::parse(text.rsplit(';').next()?.trim().trim_matches(['<', '>'])).ok());
    let code = fields.word("status").filter(|code| is_code(code)).unwrap_or_default();
    let said = one_line(&clean(&fields.raw("diagnostic-code").unwrap_or_default()));
    Some(Recipient { address, action, code, said: said.chars().take(500).collect::<String>().into() })
}

/// Three numbers: class, subject, detail (RFC 3463, section 2).
fn is_code(text: &str) -> bool {
    let numbers: Vec<_> = text.split('.').collect();
    let number = |text: &&str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(number) && matches!(numbers.first(), Some(&("2" | "4" | "5")))
}
