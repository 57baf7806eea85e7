//! What two sides agree on for their sound: offer and answer (RFC 3264) of the audio part of a description (RFC 8866).
//!
//! - One audio stream is agreed on; every other part of an offer is refused in its place (RFC 3264, 6: as many parts as were offered).
//! - An answer names one codec, the first of theirs that we have, so that nobody changes it in the middle of a word. Ours are offered in the
//!   order of [`Terms::codecs`].
//! - Numbers of payload types are kept per side: each is sent what it asked for.
//! - An exchange that fails changes nothing: what was agreed before stays in force.
//!
//! What is *not* here: SIP, ICE, and the names of hosts (an address is an address).

mod crypto;
mod direction;
mod read;
mod write;

pub use crypto::{Keys, Suite};
pub use direction::Direction;

use crate::codec::Codec;
use crypto::Crypto;
use read::Description;
use std::net::SocketAddr;

/// The longest description that is read, in bytes.
pub const LIMIT: usize = 16 * 1024;
/// The most parts (`m=`) that a description may have.
const PARTS: usize = 16;
/// The number under which we offer digits as events.
const EVENTS: u8 = 101;
/// The tag of the keys that we offer.
const TAG: u32 = 1;

/// Why a description is not accepted. The call is refused with 488 (SIP), or goes on as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no session description.
    #[error("it does not read as a session description: {0}")]
    Unreadable(String),
    /// It is longer, or has more parts, than is read.
    #[error("it is over the limit of {LIMIT} bytes and {PARTS} parts")]
    TooLarge,
    /// No part is sound over RTP that was not switched off.
    #[error("it has no audio part that could be used")]
    NoAudio,
    /// No codec in common.
    #[error("it has no codec that we have")]
    NoCodec,
    /// Where to send is not an address of one host.
    #[error("its address is not that of one host")]
    NoAddress,
    /// It is protected where it must not be, or not where it must, or by what we have not.
    #[error("its protection is not what is asked for here")]
    Security,
    /// It is no answer to what was offered.
    #[error("it does not answer what was offered")]
    NoAnswer,
}

/// Whether sound is protected on its way (SRTP, by keys in the description). It is worth as much as the signalling is secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// Never.
    #[default]
    Plain,
    /// Where they offer it. We do not; and what was protected once is not agreed to unprotected.
    Either,
    /// Always.
    Sealed,
}

/// What we have to offer.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Where we receive; what the other side is to send to, so the public address where there is a translation.
    pub address: SocketAddr,
    /// In order of preference.
    pub codecs: Vec<Codec>,
    /// Whether it is protected.
    pub security: Security,
}

/// What was agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Where they receive; `None` while they want nothing (port or address nought).
    pub remote: Option<SocketAddr>,
    /// Where they receive RTCP.
    pub remote_rtcp: Option<SocketAddr>,
    /// Whether RTCP shares the port of RTP (RFC 5761).
    pub mux: bool,
    /// What we send, and under which number.
    pub codec: Codec,
    /// The number of that codec in their description.
    pub payload_type: u8,
    /// What they may send, by the numbers of our description.
    pub hears: Vec<(u8, Codec)>,
    /// How digits are sent as events: their number, and the pace of its clock.
    pub events: Option<(u8, u32)>,
    /// How digits come as events: our numbers, each with the pace of its clock.
    pub hears_events: Vec<(u8, u32)>,
    /// The number of comfort noise, where both sides have it.
    pub comfort: Option<u8>,
    /// Which way the sound goes, seen from here.
    pub direction: Direction,
    /// Ours and theirs, where it is protected.
    pub keys: Option<(Keys, Keys)>,
}

/// One side of the exchange, for the life of a leg. A [`crate::Leg`] has its own.
#[derive(Clone, Debug)]
pub struct Negotiation {
    terms: Terms,
    /// Names the description for good, and counts its changes (RFC 8866, 5.2).
    id: u64,
    version: u64,
    /// The description as last sent, without its version.
    said: String,
    /// All parts in their order; those that are not our audio are switched off.
    parts: Vec<Part>,
    /// Our number for events, and its clock: theirs, once they have named one.
    events: (u8, u32),
    /// What we offered last, unless they offered since. It may be answered again: first by a ring with sound, then by who picks up.
    offered: Option<Direction>,
    /// How the audio part is carried, as it was last said.
    proto: &'static str,
    /// Ours, for the life of the leg: its packets are counted on.
    keys: Option<Keys>,
}

/// A part of the description.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Audio,
    /// One that is off, as it was offered.
    Off {
        media: String,
        proto: String,
        format: String,
    },
}

impl Negotiation {
    /// Before anything is said. `id` is random, below 2^62.
    #[must_use]
    pub fn new(terms: Terms, id: u64) -> Self {
        let parts = vec![Part::Audio];
        let proto = if terms.security == Security::Sealed { "RTP/SAVP" } else { "RTP/AVP" };
        Self { terms, id, version: 0, said: String::new(), parts, events: (EVENTS, crate::codec::CLOCK), offered: None, proto, keys: None }
    }

    /// The codecs that we have from now on, in the order of preference.
    pub fn prefer(&mut self, codecs: Vec<Codec>) {
        self.terms.codecs = codecs;
    }

    /// Offers what we have.
    pub fn offer(&mut self, direction: Direction) -> String {
        self.offered = Some(direction);
        if read::is_sealed(self.proto) && self.keys.is_none() {
            self.keys = Some(Keys::random(Suite::AesCm128HmacSha1_80));
        }
        let crypto = self.keys.clone().map(|keys| Crypto { tag: TAG, keys });
        let codecs: Vec<_> = self.terms.codecs.iter().map(|codec| (codec.payload_type(), *codec)).collect();
        let audio = write::Audio {
            address: self.terms.address,
            codecs: &codecs,
            events: Some(self.events),
            comfort: true,
            direction,
            mux: true,
            proto: self.proto,
            crypto: crypto.as_ref(),
        };
        let said = write::body(&self.parts, &audio);
        self.say(said)
    }

    /// Answers an offer; `wish` is what we would have of both ways.
    ///
    /// # Errors
    /// Where it is not acceptable: nothing changed.
    pub fn answer(&mut self, offer: &[u8], wish: Direction) -> Result<(String, Agreed), Refusal> {
        let theirs = Description::read(offer, self.terms.security)?;
        let audio = &theirs.audio;
        let chosen = audio.codecs.iter().find(|(_, codec)| self.terms.codecs.contains(codec));
        let &(payload_type, codec) = chosen.ok_or(Refusal::NoCodec)?;
        let events = audio.events.iter().find(|(_, clock)| *clock == crate::codec::CLOCK).or(audio.events.first()).copied();
        let direction = wish.answers(audio.direction);
        let keys = audio.crypto.as_ref().map(|theirs| (self.keys_for(theirs.keys.suite()), theirs.keys.clone()));
        let crypto = audio.crypto.as_ref().zip(keys.as_ref()).map(|(theirs, (ours, _))| Crypto { tag: theirs.tag, keys: ours.clone() });
        let ours = write::Audio {
            address: self.terms.address,
            codecs: &[(payload_type, codec)],
            events,
            comfort: audio.comfort,
            direction,
            mux: audio.mux,
            proto: audio.proto,
            crypto: crypto.as_ref(),
        };
        let said = write::body(&theirs.parts, &ours);
        let agreed = Agreed {
            remote: audio.remote,
            remote_rtcp: audio.rtcp(audio.mux),
            mux: audio.mux,
            codec,
            payload_type,
            hears: vec![(payload_type, codec)],
            events,
            hears_events: events.into_iter().collect(),
            comfort: audio.comfort.then_some(crate::codec::COMFORT),
            direction,
            keys,
        };
        // Nothing below this line can fail.
        self.events = events.unwrap_or(self.events);
        self.proto = audio.proto;
        self.seal(&agreed);
        self.parts = theirs.parts;
        self.offered = None;
        Ok((self.say(said), agreed))
    }

    /// Takes an answer to our last offer.
    ///
    /// # Errors
    /// Where it is none: nothing changed.
    pub fn accept(&mut self, answer: &[u8]) -> Result<Agreed, Refusal> {
        let offered = self.offered.ok_or(Refusal::NoAnswer)?;
        let theirs = Description::read(answer, self.terms.security)?;
        if theirs.parts.len() != self.parts.len() || theirs.place() != self.place() {
            return Err(Refusal::NoAnswer);
        }
        let audio = &theirs.audio;
        let keys = self.keys.clone().filter(|_| read::is_sealed(self.proto)).zip(audio.crypto.as_ref());
        let keys = keys.filter(|(ours, theirs)| theirs.tag == TAG && theirs.keys.suite() == ours.suite());
        if keys.is_some() != read::is_sealed(self.proto) || keys.is_some() != read::is_sealed(audio.proto) {
            return Err(Refusal::Security);
        }
        let chosen = audio.codecs.iter().find(|(_, codec)| self.terms.codecs.contains(codec));
        let &(payload_type, codec) = chosen.ok_or(Refusal::NoCodec)?;
        let events = audio.events.iter().find(|(_, clock)| *clock == self.events.1).copied();
        let agreed = Agreed {
            remote: audio.remote,
            remote_rtcp: audio.rtcp(audio.mux),
            mux: audio.mux,
            codec,
            payload_type,
            hears: self.terms.codecs.iter().map(|codec| (codec.payload_type(), *codec)).collect(),
            events,
            hears_events: events.iter().map(|_| self.events).collect(),
            comfort: audio.comfort.then_some(crate::codec::COMFORT),
            direction: offered.answers(audio.direction),
            keys: keys.map(|(ours, theirs)| (ours, theirs.keys.clone())),
        };
        self.seal(&agreed);
        Ok(agreed)
    }

    /// Our keys for a suite: those that we have, or new ones.
    fn keys_for(&self, suite: Suite) -> Keys {
        self.keys.clone().filter(|keys| keys.suite() == suite).unwrap_or_else(|| Keys::random(suite))
    }

    /// What was protected once stays so.
    fn seal(&mut self, agreed: &Agreed) {
        if let Some((ours, _)) = &agreed.keys {
            self.keys = Some(ours.clone());
            self.terms.security = Security::Sealed;
        }
    }

    fn place(&self) -> Option<usize> {
        self.parts.iter().position(|part| *part == Part::Audio)
    }

    /// Puts the head before the parts; the version counts what changed.
    fn say(&mut self, said: String) -> String {
        if said != self.said {
            self.version += 1;
            self.said = said;
        }
        write::head(self.id, self.version, self.terms.address.ip()) + &self.said
    }
}

#[cfg(test)]
mod tests;
