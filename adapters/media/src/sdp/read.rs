//! A description, read: its first part that is sound over RTP, and the shape of the rest.

use super::crypto::Crypto;
use super::{Direction, LIMIT, PARTS, Part, Refusal, Security};
use crate::codec::{CLOCK, COMFORT, Codec};
use sdp_types::{Connection, Media, Session};
use std::net::{IpAddr, SocketAddr};

/// The most formats of a part that are looked at.
const FORMATS: usize = 64;

/// What the other side says.
pub(super) struct Description {
    pub(super) audio: Audio,
    pub(super) parts: Vec<Part>,
}

/// Their audio part.
pub(super) struct Audio {
    /// Where they receive; `None` while they want nothing.
    pub(super) remote: Option<SocketAddr>,
    rtcp: Option<SocketAddr>,
    pub(super) mux: bool,
    /// Their numbers, in their order of preference.
    pub(super) codecs: Vec<(u8, Codec)>,
    /// Their numbers for events, each with its clock.
    pub(super) events: Vec<(u8, u32)>,
    pub(super) comfort: bool,
    pub(super) direction: Direction,
    pub(super) proto: &'static str,
    /// Their first keys that we can use.
    pub(super) crypto: Option<Crypto>,
}

impl Audio {
    /// Where they receive RTCP: beside RTP, where they said, or one port above (RFC 3605).
    pub(super) fn rtcp(&self, mux: bool) -> Option<SocketAddr> {
        let remote = self.remote?;
        if mux {
            return Some(remote);
        }
        self.rtcp.or_else(|| remote.port().checked_add(1).map(|port| SocketAddr::new(remote.ip(), port)))
    }
}

impl Description {
    pub(super) fn read(bytes: &[u8], security: Security) -> Result<Self, Refusal> {
        if bytes.len() > LIMIT {
            return Err(Refusal::TooLarge);
        }
        let session = Session::parse(bytes).map_err(|fault| Refusal::Unreadable(fault.to_string()))?;
        if session.medias.len() > PARTS {
            return Err(Refusal::TooLarge);
        }
        let fits = |media: &Media| proto(media).is_some_and(|proto| fits(proto, security));
        let other = || if session.medias.iter().any(|media| proto(media).is_some()) { Refusal::Security } else { Refusal::NoAudio };
        let at = session.medias.iter().position(fits).ok_or_else(other)?;
        let media = session.medias.get(at).ok_or(Refusal::NoAudio)?;
        let audio = Audio::read(&session, media)?;
        let off = |m: &Media| Part::Off { media: m.media.clone(), proto: m.proto.clone(), format: m.fmt.clone() };
        let parts = session.medias.iter().enumerate().map(|(n, m)| if n == at { Part::Audio } else { off(m) }).collect();
        Ok(Self { audio, parts })
    }

    pub(super) fn place(&self) -> Option<usize> {
        self.parts.iter().position(|part| *part == Part::Audio)
    }
}

/// How sound is carried: with or without protection, with or without feedback (which we read over).
const PROTOS: [&str; 4] = ["RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF"];

/// How a part is carried, where it is sound over RTP that is not switched off.
fn proto(media: &Media) -> Option<&'static str> {
    let sound = media.media == "audio" && media.port != 0;
    PROTOS.into_iter().find(|proto| sound && *proto == media.proto)
}

/// Whether that is protected.
pub(super) fn is_sealed(proto: &str) -> bool {
    proto.starts_with("RTP/S")
}

fn fits(proto: &str, security: Security) -> bool {
    match security {
        Security::Plain => !is_sealed(proto),
        Security::Either => true,
        Security::Sealed => is_sealed(proto),
    }
}

impl Audio {
    fn read(session: &Session, media: &Media) -> Result<Self, Refusal> {
        let connection = media.connections.first().or(session.connection.as_ref()).ok_or(Refusal::NoAddress)?;
        let host = host(connection)?;
        let attribute = |name: &str| media.attributes.iter().find(|a| a.attribute == name);
        let directed = media.attributes.iter().chain(&session.attributes).find_map(|a| Direction::parse(&a.attribute));
        let mut direction = directed.unwrap_or(Direction::BOTH);
        // The hold of old: an address of nought (RFC 3264, 8.4).
        direction.receive &= !host.is_unspecified();
        let remote = (!host.is_unspecified()).then(|| SocketAddr::new(host, media.port));
        let proto = proto(media).ok_or(Refusal::NoAudio)?;
        let keys = media.attributes.iter().filter(|a| a.attribute == "crypto").filter_map(|a| Crypto::parse(a.value.as_deref()?));
        let crypto = keys.take(1).find(|_| is_sealed(proto));
        if is_sealed(proto) && crypto.is_none() {
            return Err(Refusal::Security);
        }
        let mut audio = Self {
            remote,
            rtcp: attribute("rtcp").and_then(|a| rtcp(a.value.as_deref()?, host)),
            mux: attribute("rtcp-mux").is_some(),
            codecs: Vec::new(),
            events: Vec::new(),
            comfort: false,
            direction,
            proto,
            crypto,
        };
        for number in media.fmt.split_ascii_whitespace().take(FORMATS).filter_map(|n| n.parse::<u8>().ok()).filter(|n| *n < 128) {
            audio.format(number, &mapped(media, number));
        }
        Ok(audio)
    }

    fn format(&mut self, number: u8, (name, clock): &(String, u32)) {
        if let Some(codec) = Codec::ALL.into_iter().find(|c| name.eq_ignore_ascii_case(c.name()) && *clock == CLOCK) {
            self.codecs.push((number, codec));
        } else if name.eq_ignore_ascii_case("telephone-event") && (CLOCK..=48_000).contains(clock) {
            self.events.push((number, *clock));
        } else if name.eq_ignore_ascii_case("CN") && number == COMFORT {
            self.comfort = true;
        }
    }
}

/// What a number is: its `rtpmap`, or what the profile says of it (RFC 3551, table 4).
fn mapped(media: &Media, number: u8) -> (String, u32) {
    let maps = media.attributes.iter().filter(|a| a.attribute == "rtpmap").filter_map(|a| a.value.as_deref());
    let of_number = |map: &str| {
        let (n, what) = map.split_once(' ')?;
        (n.parse() == Ok(number)).then(|| {
            let mut fields = what.trim().split('/');
            let name = fields.next().unwrap_or_default().to_owned();
            (name, fields.next().and_then(|clock| clock.parse().ok()).unwrap_or_default())
        })
    };
    maps.into_iter().find_map(of_number).unwrap_or_else(|| {
        let fixed = Codec::ALL.into_iter().find(|codec| codec.payload_type() == number).map(Codec::name);
        let fixed = fixed.or((number == COMFORT).then_some("CN"));
        (fixed.unwrap_or_default().to_owned(), CLOCK)
    })
}

/// The one host of a connection.
fn host(connection: &Connection) -> Result<IpAddr, Refusal> {
    let address = connection.try_address().map_err(|_| Refusal::NoAddress)?;
    let one = !address.ip.is_multicast() && address.count.is_none_or(|count| count == 1);
    one.then_some(address.ip).ok_or(Refusal::NoAddress)
}

/// `a=rtcp:PORT`, with an address where it is another one.
fn rtcp(value: &str, host: IpAddr) -> Option<SocketAddr> {
    let mut fields = value.split_ascii_whitespace();
    let port = fields.next()?.parse().ok().filter(|port| *port != 0)?;
    let address = fields.nth(2).map_or(Some(host), |address| address.parse().ok())?;
    Some(SocketAddr::new(address, port))
}
