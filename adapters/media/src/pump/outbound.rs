//! What goes: one stream, whoever speaks on it.

use super::inbound::Heard;
use super::playout::Frame;
use crate::clip::Clip;
use crate::codec::{Codec, Decoder, Encoder, FRAME, Resampler, UNITS};
use crate::dtmf::{Dialling, Step, rescale};
use crate::rtp::{HEADER, Header, Reception, Reports, Sender};
use crate::sdp::Agreed;
use std::sync::Arc;
use std::time::Instant;

/// The sending side of a line: writes packets, and knows nothing of sockets.
pub(super) struct Outbound {
    pub(super) sender: Sender,
    pub(super) dialling: Dialling,
    /// Writes what is mixed or spoken; its codec is what is sent.
    encoder: Option<(Codec, Encoder)>,
    /// Reads another leg's codec and writes this one's.
    transcoder: Option<Transcoder>,
    packet: Vec<u8>,
}

struct Transcoder {
    /// Whose packets, in what, to what: the memories of codecs belong to one stream.
    of: (u64, Codec, Codec),
    decoder: Decoder,
    resampler: Option<Resampler>,
    encoder: Encoder,
    samples: Vec<i16>,
    resampled: Vec<i16>,
}

impl Outbound {
    pub(super) fn new(now: Instant) -> Self {
        let sender = Sender::new(now, rand::random(), rand::random(), rand::random());
        Self { sender, dialling: Dialling::default(), encoder: None, transcoder: None, packet: Vec::with_capacity(HEADER + 2 * FRAME) }
    }

    /// A frame of a clip.
    pub(super) fn clip(&mut self, now: Instant, agreed: &Agreed, clip: &Arc<Clip>, frame: usize) -> &[u8] {
        let header = self.sender.ours(now, agreed.payload_type, UNITS);
        self.write(header, clip.payload(agreed.codec, frame))
    }

    /// A frame of samples.
    pub(super) fn frame(&mut self, now: Instant, agreed: &Agreed, frame: &Frame) -> &[u8] {
        let header = self.sender.ours(now, agreed.payload_type, UNITS);
        let encoder = self.encoder.take_if(|(codec, _)| *codec == agreed.codec);
        let (codec, mut encoder) = encoder.unwrap_or_else(|| (agreed.codec, Encoder::new(agreed.codec)));
        self.packet.clear();
        self.packet.extend(header.to_bytes());
        encoder.encode(frame.at(codec), &mut self.packet);
        self.encoder = Some((codec, encoder));
        self.counted()
    }

    /// The next 20 ms of dialling, where they have events. `None` in a pause.
    pub(super) fn dial(&mut self, now: Instant, number: u8, clock: u32) -> Option<&[u8]> {
        let sender = &mut self.sender;
        let Step::Event { payload, began, first, took } = self.dialling.step(|| sender.digit_begins(now), clock) else {
            return None;
        };
        let header = self.sender.digit(number, began, first);
        self.sender.digit_took(u32::from(took));
        Some(self.write(header, &payload))
    }

    /// A report of what was sent and heard.
    pub(super) fn report(&mut self, now: Instant, reports: &Reports, reception: &mut Reception, bye: bool) -> &[u8] {
        reports.write(now, &self.sender, reception, bye, &mut self.packet);
        &self.packet
    }

    /// Another leg's packet, passed on: as it is where both sides speak the same, else written anew. `None` where this side has no use
    /// for it.
    pub(super) fn pass(&mut self, now: Instant, agreed: &Agreed, leg: u64, heard: Heard<'_>) -> Option<&[u8]> {
        match heard {
            Heard::Nothing => None,
            Heard::Sound(from, codec, payload) => {
                let units = u32::try_from(payload.len()).ok()?;
                let header = self.sender.relayed(now, leg, from, agreed.payload_type, units)?;
                if codec == agreed.codec {
                    return Some(self.write(header, payload));
                }
                self.packet.clear();
                self.packet.extend(header.to_bytes());
                self.transcode((leg, codec, agreed.codec), payload);
                Some(self.counted())
            }
            Heard::Comfort(from, payload) => {
                let Some(number) = agreed.comfort else {
                    self.sender.kept_back(leg, from);
                    return None;
                };
                let header = self.sender.relayed(now, leg, from, number, 0)?;
                Some(self.write(header, payload))
            }
            Heard::Digit(from, clock, mut payload) => {
                let Some((number, ours)) = agreed.events else {
                    self.sender.kept_back(leg, from);
                    return None;
                };
                let header = self.sender.relayed(now, leg, from, number, 0)?;
                rescale(&mut payload, clock, ours);
                Some(self.write(header, &payload))
            }
        }
    }

    fn transcode(&mut self, of: (u64, Codec, Codec), payload: &[u8]) {
        let (_, from, to) = of;
        let body = self.packet.len();
        if let (Some(law), Some(_)) = (from.law(), to.law()) {
            self.packet.extend(payload);
            crate::codec::g711::translate(law, self.packet.get_mut(body..).unwrap_or_default());
            return;
        }
        let mut transcoder = self.transcoder.take_if(|t| t.of == of).unwrap_or_else(|| Transcoder::new(of));
        transcoder.run(payload, &mut self.packet);
        self.transcoder = Some(transcoder);
    }

    fn write(&mut self, header: Header, payload: &[u8]) -> &[u8] {
        self.packet.clear();
        self.packet.extend(header.to_bytes());
        self.packet.extend(payload);
        self.counted()
    }

    fn counted(&mut self) -> &[u8] {
        self.sender.count(self.packet.len().saturating_sub(HEADER));
        &self.packet
    }
}

impl Transcoder {
    fn new(of: (u64, Codec, Codec)) -> Self {
        let (_, from, to) = of;
        let resampler = Resampler::new(from.rate(), to.rate());
        Self { of, decoder: Decoder::new(from), resampler, encoder: Encoder::new(to), samples: Vec::new(), resampled: Vec::new() }
    }

    fn run(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        self.samples.clear();
        self.resampled.clear();
        self.decoder.decode(payload, &mut self.samples);
        if let Some(resampler) = &mut self.resampler {
            resampler.convert(&self.samples, &mut self.resampled);
        }
        self.encoder.encode(&self.resampled, out);
    }
}
