//! From bytes to the view of a message.

use super::field::Fields;
use super::limits::{Limits, Overrun};
use super::{Address, Mail, Nature, Sign, body, nature, report, tree};
use std::collections::BTreeSet;

/// What is our own: mail from it is no customer's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ours {
    /// The mailboxes that we read and send from.
    pub mailboxes: Vec<Address>,
}

impl Ours {
    /// Whether an address is a mailbox of ours, with or without a subaddress.
    #[must_use]
    pub fn holds(&self, address: &Address) -> bool {
        self.mailboxes.iter().any(|one| one.same(address) || one.same(&address.detail().0))
    }
}

/// Reads a message.
///
/// # Errors
/// Where it is over a limit. Nothing else is an error: what is damaged is read as far as it goes, with its flaws.
pub fn read(raw: &[u8], ours: &Ours, limits: &Limits) -> Result<Mail, Overrun> {
    let mut flaws = BTreeSet::new();
    let parts = tree::parts(raw, limits, &mut flaws)?;
    let contents = body::read(&parts, limits, &mut flaws)?;
    let none = Fields::default();
    let fields = parts.first().map_or(&none, |message| &message.fields);
    let from = fields.mailboxes("from").into_iter().chain(fields.mailboxes("sender")).next();
    let mut reply_to = fields.mailboxes("reply-to");
    reply_to.retain(|one| from.as_ref().is_none_or(|from| !from.address.same(&one.address)));
    let from_ourselves = from.as_ref().is_some_and(|from| ours.holds(&from.address));
    let automatic = nature::automatic(fields, from.as_ref().map(|from| from.address.local()));
    let report = report::read(&parts, limits);
    let is_report = fields.content("content-type").is_some_and(|content| content.kind == "multipart/report");
    let nature = match (report, automatic) {
        _ if from_ourselves => Nature::Loop(Sign::FromOurselves),
        _ if nature::gone_round(fields) => Nature::Loop(Sign::Hops),
        (Some(report), _) => Nature::Report(report),
        (None, _) if is_report => Nature::Automatic(Sign::Report),
        (None, Some(sign)) => Nature::Automatic(sign),
        (None, None) => Nature::Personal,
    };
    let no_answer = match &nature {
        Nature::Loop(sign) | Nature::Automatic(sign) => Some(*sign),
        Nature::Report(_) => Some(Sign::Report),
        Nature::Personal if nature::suppressed(fields) => Some(Sign::Suppressed),
        Nature::Personal => None,
    };
    let newest_first = fields.ids("in-reply-to").into_iter().chain(fields.ids("references").into_iter().rev());
    let mut references: Vec<String> = Vec::new();
    for id in newest_first.take(Limits::REFERENCES) {
        if !references.contains(&id) {
            references.push(id);
        }
    }
    let delivered = ["delivered-to", "x-original-to", "envelope-to"].iter().flat_map(|name| fields.mailboxes(name));
    Ok(Mail {
        id: fields.ids("message-id").into_iter().next(),
        from,
        reply_to,
        to: fields.mailboxes("to"),
        cc: fields.mailboxes("cc"),
        delivered: delivered.collect(),
        subject: fields.text("subject").unwrap_or_default().into(),
        date: fields.time("date"),
        text: contents.text.into(),
        html: contents.html.map(Into::into),
        attachments: contents.attachments,
        nature,
        no_answer,
        references,
        flaws,
    })
}
