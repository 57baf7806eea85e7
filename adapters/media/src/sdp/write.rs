//! A description, written.

use super::crypto::Crypto;
use super::{Direction, Part};
use crate::codec::{CLOCK, COMFORT, Codec};
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

/// Our audio part.
pub(super) struct Audio<'a> {
    pub(super) address: SocketAddr,
    /// Numbers with what they are.
    pub(super) codecs: &'a [(u8, Codec)],
    pub(super) events: Option<(u8, u32)>,
    pub(super) comfort: bool,
    pub(super) direction: Direction,
    pub(super) mux: bool,
    pub(super) proto: &'static str,
    pub(super) crypto: Option<&'a Crypto>,
}

/// The lines before the parts.
pub(super) fn head(id: u64, version: u64, address: IpAddr) -> String {
    let family = if address.is_ipv4() { "IP4" } else { "IP6" };
    format!("v=0\r\no=- {id} {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n")
}

/// The parts.
pub(super) fn body(parts: &[Part], audio: &Audio<'_>) -> String {
    let mut out = String::new();
    for part in parts {
        // Writing to a string cannot fail.
        let _ = match part {
            Part::Audio => audio.write(&mut out),
            Part::Off { media, proto, format } => write!(out, "m={media} 0 {proto} {format}\r\n"),
        };
    }
    out
}

impl Audio<'_> {
    fn write(&self, out: &mut String) -> std::fmt::Result {
        let port = self.address.port();
        write!(out, "m=audio {port} {}", self.proto)?;
        let comfort = self.comfort.then_some(COMFORT);
        let numbers = self.codecs.iter().map(|(number, _)| *number).chain(comfort).chain(self.events.map(|(number, _)| number));
        for number in numbers {
            write!(out, " {number}")?;
        }
        write!(out, "\r\n")?;
        for (number, codec) in self.codecs {
            write!(out, "a=rtpmap:{number} {codec}/{CLOCK}\r\n")?;
        }
        if let Some(number) = comfort {
            write!(out, "a=rtpmap:{number} CN/{CLOCK}\r\n")?;
        }
        if let Some((number, clock)) = self.events {
            write!(out, "a=rtpmap:{number} telephone-event/{clock}\r\na=fmtp:{number} 0-15\r\n")?;
        }
        if let Some(crypto) = self.crypto {
            write!(out, "a=crypto:{crypto}\r\n")?;
        }
        let Self { direction, .. } = self;
        write!(out, "a=ptime:20\r\na={direction}\r\n")?;
        match self.mux {
            true => write!(out, "a=rtcp-mux\r\n"),
            false => write!(out, "a=rtcp:{}\r\n", port.saturating_add(1)),
        }
    }
}
