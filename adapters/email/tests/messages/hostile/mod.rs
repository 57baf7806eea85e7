//! Messages that try to do harm, or that must not be taken for what they look like. Each says what it tries; what is seen of it is
//! in the snapshot.

mod automatic;
mod bombs;
mod charsets;
mod html;
mod injection;
mod reports;
mod structure;

/// A message with what it tries.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) tries: &'static str,
    pub(crate) raw: Vec<u8>,
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    let sets = [bombs::all(), structure::all(), charsets::all(), injection::all(), html::all(), automatic::all(), reports::all()];
    sets.into_iter().flatten().collect()
}

/// A message written with `\n`, as it stands on the wire.
pub(crate) fn wire(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn case(name: &'static str, tries: &'static str, raw: impl Into<Vec<u8>>) -> Case {
    Case { name, tries, raw: raw.into() }
}

/// A message of a customer's with these fields and this body.
fn mail(fields: &str, body: &str) -> Vec<u8> {
    wire(&format!("From: Ana <ana@customer.example>\nTo: help@acme.example\nSubject: Hello\n{fields}\n{body}"))
}
