//! One message as it came, and the one typed view that the rest of the house has of it.
//!
//! Structure (RFC 5322, RFC 2045 to 2047, RFC 2231) is read by rules of our own, in one pass, so that the limits hold before
//! anything is decoded; what stands in a field, and character sets, are read by `mail-parser`.
//!
//! What is *not* here: which session it belongs to, and signatures of domains (DKIM): a sender's address is a claim.

mod address;
mod attachment;
mod body;
mod charset;
mod field;
mod flaw;
mod html;
mod limits;
mod nature;
mod quote;
mod read;
mod report;
mod transfer;
mod tree;

pub use address::{Address, Mailbox, NotAnAddress};
pub use attachment::Attachment;
pub(crate) use field::one_line;
pub use flaw::Flaw;
pub use limits::{Limit, Limits, Overrun};
pub use nature::{Nature, Sign};
pub use quote::fresh;
pub use read::{Ours, read};
pub use report::{Action, Recipient, Report};

use segue_session::{Private, Time};
use std::collections::BTreeSet;

/// A message, as the house sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// Its id (RFC 5322, 3.6.4) without the angle brackets, as its sender chose it.
    pub id: Option<String>,
    /// Who it says it is from: the first of `From`, or else `Sender`. A claim.
    pub from: Option<Mailbox>,
    /// Where answers are wanted, where that is not `from`.
    pub reply_to: Vec<Mailbox>,
    /// Whom it is to.
    pub to: Vec<Mailbox>,
    /// Who has a copy.
    pub cc: Vec<Mailbox>,
    /// Where it was delivered, as the servers on its way noted (`Delivered-To`, `X-Original-To`, `Envelope-To`).
    pub delivered: Vec<Mailbox>,
    /// Its subject on one line; empty where there is none.
    pub subject: Private<String>,
    /// When it says it was written.
    pub date: Option<Time>,
    /// All that it says, as text: each alternative's plain form, or else its HTML's. Lines end in `\n`.
    pub text: Private<String>,
    /// Its HTML by allow-list, without scripts, styles, images or anything that is fetched; `None` where it has none.
    pub html: Option<Private<String>>,
    /// Everything that is not its text, in order.
    pub attachments: Vec<Attachment>,
    /// What kind of mail it is.
    pub nature: Nature,
    /// Why it must not be answered automatically, where that is so (RFC 3834, section 2).
    pub no_answer: Option<Sign>,
    /// The ids it says it answers or follows (`In-Reply-To`, then `References` from the newest): at most
    /// [`Limits::REFERENCES`].
    pub references: Vec<String>,
    /// What was not as it should be.
    pub flaws: BTreeSet<Flaw>,
}
