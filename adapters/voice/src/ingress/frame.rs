//! Cuts a stream into messages (RFC 3261, section 18.3) and keep-alives (RFC 5626, section 4.4.1).

use super::fault::Fault;
use super::head::{self, Head};
use super::{Framing, MAX_HEAD, MAX_MESSAGE, Refused, judge, rules};
use crate::message::Message;
use bytes::{Buf, Bytes, BytesMut};
use std::net::SocketAddr;

/// What a stream holds next.
#[derive(Debug, PartialEq)]
pub enum Frame {
    /// Two empty lines: the peer wants one back.
    Ping,
    /// A message that keeps the rules.
    Message(Message),
    /// One that does not; the stream goes on behind it.
    Refused(Refused),
    /// Where the next message begins can no longer be known: answer, and close.
    Lost(Refused),
}

/// The octets of a stream that are not yet frames.
#[derive(Debug, Default)]
pub struct Framer {
    buffer: BytesMut,
    /// How far no head's end was found: never searched twice.
    searched: usize,
}

impl Framer {
    /// Takes octets as they come.
    pub fn push(&mut self, octets: &[u8]) {
        self.buffer.extend_from_slice(octets);
    }

    /// Whether a frame was begun that is not there yet: its sender may be held to a deadline.
    #[must_use]
    pub fn is_midway(&self) -> bool {
        self.buffer.first().is_some_and(|octet| *octet != b'\r')
    }

    /// The next frame, if it is there.
    pub fn next(&mut self, source: SocketAddr) -> Option<Frame> {
        while self.buffer.starts_with(b"\r\n") {
            if self.buffer.starts_with(b"\r\n\r\n") {
                self.buffer.advance(4);
                return Some(Frame::Ping);
            }
            // Half a ping, or the answer to ours: told apart by what follows.
            match self.buffer.get(2..) {
                Some([] | [b'\r']) | None => return None,
                Some(_) => self.buffer.advance(2),
            }
        }
        let Some(end) = head::end(&self.buffer, self.searched) else {
            self.searched = self.buffer.len();
            return (self.buffer.len() > MAX_HEAD).then(|| self.lost(Fault::TooLong, source));
        };
        let length = match rules::length(&Head::read(&self.buffer[..end]).fields) {
            Ok(length) => length.unwrap_or(0),
            Err(fault) => return Some(self.lost(fault, source)),
        };
        if end > MAX_HEAD || end.saturating_add(length) > MAX_MESSAGE {
            return Some(self.lost(Fault::TooLong, source));
        }
        if self.buffer.len() < end + length {
            return None;
        }
        self.searched = 0;
        let bytes = self.buffer.split_to(end + length).freeze();
        Some(match judge(&bytes, Framing::Stream, source) {
            Ok(message) => Frame::Message(message),
            Err(refused) if refused.fault == Fault::Missing(crate::message::Name::ContentLength) => Frame::Lost(refused),
            Err(refused) => Frame::Refused(refused),
        })
    }

    /// Gives up: what is there is refused for this reason.
    pub fn lost(&mut self, fault: Fault, source: SocketAddr) -> Frame {
        self.searched = 0;
        let bytes: Bytes = self.buffer.split().freeze();
        let answer = judge(&bytes, Framing::Stream, source).err().and_then(|refused| refused.answer);
        let answer = answer.map(|mut answer| {
            answer.code = fault.code();
            answer.reason = fault.to_string();
            answer
        });
        Frame::Lost(Refused { fault, answer })
    }
}
