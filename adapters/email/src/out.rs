//! Mails of ours: what is in them, and the bytes that they are.
//!
//! A field cannot be more than it is: addresses are [`Address`]es, names and subjects are brought onto one line, ids are read
//! before they are named again; `mail-builder` encodes and folds them. Nothing here takes a header as text.
//!
//! What is *not* here: the words ([`words`](crate::words)), whether to answer at all ([`manners`](crate::manners)), and sending.

use crate::mail::{Address, Mail, Mailbox, one_line};
use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address as Addressed;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use segue_session::{Language, Private, Time};
use uuid::Uuid;

/// A mail to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Its id without the angle brackets; see [`message_id`](crate::thread::message_id).
    pub id: String,
    /// Tells its parts apart; never used for another mail.
    pub unique: Uuid,
    /// From which mailbox of ours.
    pub from: Mailbox,
    /// Where answers go, where that is not `from`; see [`reply_address`](crate::thread::reply_address).
    pub reply_to: Option<Address>,
    /// To whom.
    pub to: Vec<Mailbox>,
    /// Who else gets it.
    pub cc: Vec<Mailbox>,
    /// Its subject.
    pub subject: Private<String>,
    /// When it is written.
    pub date: Time,
    /// In which language.
    pub language: Language,
    /// What it says; lines end in `\n`.
    pub text: Private<String>,
    /// What comes with it.
    pub attachments: Vec<Enclosed>,
    /// The ids that it follows, the oldest first; the last is the one that it answers.
    pub follows: Vec<String>,
    /// No person wrote it (RFC 3834, section 5).
    pub automatic: bool,
}

/// Something that goes with a mail.
#[derive(Clone, Debug, PartialEq)]
pub struct Enclosed {
    /// Its name.
    pub name: Private<String>,
    /// Its media type.
    pub media_type: String,
    /// What is in it.
    pub bytes: Private<Vec<u8>>,
}

/// Ids that one mail follows: the first, which the others hang on, and the newest (RFC 5322, 3.6.4 sets no bound).
const FOLLOWS: usize = 20;

impl Outgoing {
    /// As it goes over the wire: lines of at most 998 bytes, which end in CRLF (RFC 5322, section 2.1.1).
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut mail = MessageBuilder::new()
            .from(addressed(&self.from.name, &self.from.address))
            .to(list(&self.to))
            .subject(one_line(self.subject.reveal()))
            .date(Date::new(i64::try_from(self.date.0 / 1000).unwrap_or(i64::MAX)))
            .message_id(MessageId::new(self.id.as_str()))
            .header("Content-Language", raw(one_line(self.language.as_str())));
        if !self.cc.is_empty() {
            mail = mail.cc(list(&self.cc));
        }
        if let Some(address) = &self.reply_to {
            mail = mail.reply_to(addressed(&self.from.name, address));
        }
        if let Some(answered) = self.follows.last() {
            mail = mail.in_reply_to(MessageId::new(answered.as_str())).references(MessageId::new_list(self.references()));
        }
        if self.automatic {
            // The second is for servers that know the first only from lists.
            mail = mail.header("Auto-Submitted", raw("auto-replied")).header("X-Auto-Response-Suppress", raw("All"));
        }
        let mut bytes = Vec::new();
        mail.body(self.body()).serialize(&mut bytes);
        bytes
    }

    fn references(&self) -> impl Iterator<Item = &str> {
        let (first, rest) = self.follows.split_first().map_or((None, [].as_slice()), |(first, rest)| (Some(first), rest));
        let newest = rest.get(rest.len().saturating_sub(FOLLOWS - 1)..).unwrap_or_default();
        first.into_iter().chain(newest).map(String::as_str)
    }

    fn body(&self) -> MimePart<'_> {
        let text = MimePart::new("text/plain", self.text.reveal().replace('\n', "\r\n"));
        if self.attachments.is_empty() {
            return text;
        }
        let enclosed = |one: &Enclosed| {
            let media_type = if is_media_type(&one.media_type) { one.media_type.clone() } else { "application/octet-stream".to_owned() };
            MimePart::new(ContentType::new(media_type), one.bytes.reveal().clone()).attachment(one_line(one.name.reveal()))
        };
        let parts = std::iter::once(text).chain(self.attachments.iter().map(enclosed)).collect::<Vec<_>>();
        let mixed = ContentType::new("multipart/mixed").attribute("boundary", format!("=_{}", self.unique.simple()));
        MimePart::new(mixed, parts)
    }
}

/// The subject of an answer: one `Re:`, whatever stood before it.
#[must_use]
pub fn answers_subject(subject: &Private<String>) -> Private<String> {
    let plain = mail_parser::parsers::fields::thread::thread_name(subject.reveal());
    Private::new(format!("Re: {plain}").trim_end().to_owned())
}

/// Who gets the answer to a mail: whom it wants answers sent to, or else who it is from. Never a mailbox of ours.
#[must_use]
pub fn answered<'m>(mail: &'m Mail, ours: &crate::mail::Ours) -> Option<&'m Mailbox> {
    mail.reply_to.iter().chain(&mail.from).find(|mailbox| !ours.holds(&mailbox.address))
}

fn addressed<'x>(name: &Private<String>, address: &'x Address) -> Addressed<'x> {
    let name = one_line(name.reveal());
    Addressed::new_address((!name.is_empty()).then_some(name), address.reveal())
}

fn list(mailboxes: &[Mailbox]) -> Addressed<'_> {
    Addressed::new_list(mailboxes.iter().map(|one| addressed(&one.name, &one.address)).collect())
}

fn raw<'x>(text: impl Into<String>) -> HeaderType<'x> {
    Raw::new(text.into()).into()
}

/// Two tokens with a slash between (RFC 2045, section 5.1).
fn is_media_type(text: &str) -> bool {
    let token = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    text.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}
