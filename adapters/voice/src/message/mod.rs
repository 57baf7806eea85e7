//! SIP messages as values (RFC 3261, section 7): what the wire's octets become once they were judged, and what becomes octets.
//!
//! Invariants: a field's value never holds a line end; `Content-Length` is written from the body, whatever the fields say; no
//! `Debug` shows a value, for values are numbers and names.
//!
//! What is *not* here: whether a message may come in (`ingress`), and what becomes of it (`transaction`).

mod address;
mod field;
pub(crate) mod scan;
mod uri;
mod via;

pub use address::Address;
pub use field::{Field, Fields, Name};
pub use scan::Params;
pub use uri::{Host, MAX_URI, Scheme, Unread, Uri, ipv6};
pub use via::{COOKIE, Via};

use bytes::{BufMut, Bytes, BytesMut};
use std::fmt;

/// The methods that are registered (RFC 3261, 3262, 3311, 3428, 3515, 3903, 6086, 6665). Others are answered with 501.
macro_rules! methods {
    ($($variant:ident = $text:literal,)*) => {
        /// What a request asks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the RFCs' own words")]
        pub enum Method { $($variant,)* }

        impl Method {
            /// Reads a method; methods are told apart by case.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }

            /// As it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

methods! {
    Invite = "INVITE", Ack = "ACK", Bye = "BYE", Cancel = "CANCEL", Options = "OPTIONS", Register = "REGISTER", Prack = "PRACK",
    Update = "UPDATE", Info = "INFO", Refer = "REFER", Notify = "NOTIFY", Subscribe = "SUBSCRIBE", Message = "MESSAGE",
    Publish = "PUBLISH",
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// Of whom.
    pub uri: String,
    /// The header.
    pub fields: Fields,
    /// The body.
    pub body: Bytes,
}

/// An answer to a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// 100 to 699.
    pub code: u16,
    /// The code in words.
    pub reason: String,
    /// The header.
    pub fields: Fields,
    /// The body.
    pub body: Bytes,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Somebody asks.
    Request(Request),
    /// Somebody answers.
    Response(Response),
}

impl Message {
    /// Its octets on the wire.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Self::Request(request) => request.to_bytes(),
            Self::Response(response) => response.to_bytes(),
        }
    }

    /// Its header.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        match self {
            Self::Request(request) => &request.fields,
            Self::Response(response) => &response.fields,
        }
    }
}

impl Request {
    /// Its octets on the wire.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        write(format_args!("{} {} SIP/2.0", self.method, self.uri), &self.fields, &self.body)
    }

    /// The answer to it with this code: its own way back, its own parties, its own number (RFC 3261, section 8.2.6).
    #[must_use]
    pub fn answer(&self, code: u16) -> Response {
        let mut fields = Fields::default();
        let kept = |name: &Name| matches!(name, Name::Via | Name::From | Name::To | Name::CallId | Name::CSeq);
        for field in self.fields.iter().filter(|field| kept(&field.name)) {
            fields.push(field.name.clone(), field.value.clone());
        }
        Response { code, reason: reason(code).to_owned(), fields, body: Bytes::new() }
    }
}

impl Response {
    /// Its octets on the wire.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        write(format_args!("SIP/2.0 {} {}", self.code, self.reason), &self.fields, &self.body)
    }

    /// The same with one more field, for a chain.
    #[must_use]
    pub fn with(mut self, name: Name, value: impl Into<String>) -> Self {
        self.fields.push(name, value);
        self
    }

    /// The same with this tag on `To`, unless there is one.
    #[must_use]
    pub fn tagged(mut self, tag: &str) -> Self {
        if let Some(to) = self.fields.first(&Name::To)
            && Address::parse(to).is_some_and(|to| to.tag().is_none())
        {
            let to = format!("{to};tag={tag}");
            self.fields.set(Name::To, to);
        }
        self
    }

    /// Whether it ends the request.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.code >= 200
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).field("fields", &self.fields).field("body", &self.body.len()).finish()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("code", &self.code).field("fields", &self.fields).field("body", &self.body.len()).finish()
    }
}

/// A number and a method, as `CSeq` holds them. The number is below 2^31.
#[must_use]
pub fn cseq(value: &str) -> Option<(u32, &str)> {
    let (number, method) = value.split_once([' ', '\t'])?;
    let number = number.parse::<u32>().ok().filter(|n| *n < 1 << 31 && value.starts_with(|c: char| c.is_ascii_digit()))?;
    Some((number, method.trim_start_matches([' ', '\t'])))
}

/// The words of a code (RFC 3261, section 21; RFC 4028, 6665).
#[must_use]
pub fn reason(code: u16) -> &'static str {
    match code {
        100 => "Trying",
        180 => "Ringing",
        183 => "Session Progress",
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        422 => "Session Interval Too Small",
        423 => "Interval Too Brief",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        489 => "Bad Event",
        491 => "Request Pending",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "Version Not Supported",
        513 => "Message Too Large",
        603 => "Decline",
        _ => "",
    }
}

fn write(start: fmt::Arguments<'_>, fields: &Fields, body: &[u8]) -> Bytes {
    let size = fields.iter().map(|field| field.name.as_str().len() + field.value.len() + 4).sum::<usize>();
    let mut out = BytesMut::with_capacity(size + body.len() + 128);
    out.put_slice(start.to_string().as_bytes());
    out.put_slice(b"\r\n");
    for field in fields.iter().filter(|field| field.name != Name::ContentLength) {
        out.put_slice(field.name.as_str().as_bytes());
        out.put_slice(b": ");
        out.put_slice(field.value.as_bytes());
        out.put_slice(b"\r\n");
    }
    out.put_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    out.put_slice(body);
    out.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Request {
        let fields = Fields::default()
            .with(Name::Via, "SIP/2.0/UDP pc;branch=z9hG4bK1")
            .with(Name::To, "<sip:b@h>")
            .with(Name::Other("Subject".into()), "secret\r\nEvil: yes");
        Request { method: Method::Options, uri: "sip:b@h".to_owned(), fields, body: Bytes::from_static(b"hi") }
    }

    #[test]
    fn the_length_is_the_bodys_and_no_value_becomes_a_field() {
        let mut request = options();
        request.fields.push(Name::ContentLength, "77");
        let text = String::from_utf8(request.to_bytes().to_vec()).unwrap();
        assert!(text.ends_with("Subject: secretEvil: yes\r\nContent-Length: 2\r\n\r\nhi"), "{text}");
    }

    #[test]
    fn an_answer_goes_back_the_way_with_a_tag_of_ours() {
        let answer = options().answer(404).tagged("mine").tagged("other");
        assert_eq!((answer.reason.as_str(), answer.fields.len()), ("Not Found", 2));
        assert_eq!(answer.fields.first(&Name::To), Some("<sip:b@h>;tag=mine"));
    }

    #[test]
    fn nothing_of_a_message_is_shown_but_its_form() {
        let shown = format!("{:?}", options());
        assert!(shown.contains("Subject") && !shown.contains("secret") && !shown.contains("sip:"), "{shown}");
    }

    #[test]
    fn a_number_has_31_bits() {
        assert_eq!(cseq("0009   INVITE"), Some((9, "INVITE")));
        assert_eq!(cseq("2147483647 BYE"), Some((2_147_483_647, "BYE")));
        for value in ["2147483648 BYE", "36893488147419103232 REGISTER", "+1 BYE", "-1 BYE", "1", ""] {
            assert_eq!(cseq(value), None, "{value}");
        }
    }
}
