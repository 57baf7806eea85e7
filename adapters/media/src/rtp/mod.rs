//! RTP and RTCP (RFC 3550): headers, the clock that we send by, what we know of the other side, and how good it sounds.
//!
//! Everything here is bytes and numbers: time is told, nothing waits, nothing panics whatever comes.
//!
//! What is *not* here: sockets ([`crate::pump`]), what the payload means ([`crate::codec`], [`crate::dtmf`]).

mod quality;
mod receive;
mod rtcp;
mod send;

pub use quality::{Quality, mos};
pub(crate) use receive::Reception;
pub(crate) use rtcp::{Reports, Rtcp};
pub(crate) use send::Sender;

/// Bytes of the fixed header.
pub(crate) const HEADER: usize = 12;
/// The largest datagram that is read; a longer one is cut, and then refused.
pub(crate) const DATAGRAM: usize = 2_048;

/// The fixed header of RFC 3550, 5.1, less what a sender of one source never sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// What the payload is, 0 to 127, by the numbers of this leg.
    pub payload_type: u8,
    /// The first packet of a talk.
    pub marker: bool,
    /// Counts packets, and wraps.
    pub sequence: u16,
    /// When the first sample was taken, in clock units, from a random start, and wraps.
    pub timestamp: u32,
    /// Who sends: a random number.
    pub ssrc: u32,
}

impl Header {
    /// Reads a packet: its header, and its payload without extension and padding. `None` where it is no RTP of version 2, or where its
    /// lengths do not fit.
    #[must_use]
    pub fn parse(packet: &[u8]) -> Option<(Self, &[u8])> {
        let (fixed, mut rest) = packet.split_first_chunk::<HEADER>()?;
        let [first, second, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *fixed;
        if first >> 6 != 2 {
            return None;
        }
        rest = rest.get(usize::from(first & 0x0F) * 4..)?;
        if first & 0x10 != 0 {
            let ([_, _, high, low], after) = rest.split_first_chunk::<4>()?;
            rest = after.get(usize::from(u16::from_be_bytes([*high, *low])) * 4..)?;
        }
        if first & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            rest = rest.get(..rest.len().checked_sub(padding.max(1))?)?;
        }
        let header = Self {
            payload_type: second & 0x7F,
            marker: second & 0x80 != 0,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
        };
        Some((header, rest))
    }

    /// As it goes on the wire, before the payload.
    #[must_use]
    pub fn to_bytes(self) -> [u8; HEADER] {
        let [s0, s1] = self.sequence.to_be_bytes();
        let [t0, t1, t2, t3] = self.timestamp.to_be_bytes();
        let [i0, i1, i2, i3] = self.ssrc.to_be_bytes();
        [0x80, self.payload_type & 0x7F | u8::from(self.marker) << 7, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3]
    }
}

/// Whether a packet that came to a shared port is RTCP (RFC 5761, 4: payload types 64 to 95 are kept free for it).
pub(crate) fn is_rtcp(packet: &[u8]) -> bool {
    packet.get(1).is_some_and(|second| (192..=223).contains(second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_header_reads_as_it_was_written(payload_type in 0..128_u8, marker: bool, sequence: u16, timestamp: u32, ssrc: u32, payload: Vec<u8>) {
            let header = Header { payload_type, marker, sequence, timestamp, ssrc };
            let packet = [&header.to_bytes()[..], &payload].concat();
            prop_assert_eq!(Header::parse(&packet), Some((header, &payload[..])));
        }

        #[test]
        fn any_bytes_are_read_or_refused(packet: Vec<u8>) {
            if let Some((_, payload)) = Header::parse(&packet) {
                prop_assert!(payload.len() + HEADER <= packet.len());
            }
        }
    }

    #[test]
    fn sources_extension_and_padding_are_no_payload() {
        let mut packet = vec![0xB1, 0x80, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4];
        packet.extend([5; 4]); // one contributing source
        packet.extend([0xBE, 0xDE, 0, 1, 6, 6, 6, 6]); // one word of extension
        packet.extend([7, 7, 0, 2]); // two bytes of payload, two of padding
        let (header, payload) = Header::parse(&packet).expect("it is RTP");
        assert!(header.marker && header.sequence == 7 && header.timestamp == 9);
        assert_eq!(payload, [7, 7]);
        for broken in [&packet[..11], &packet[..18], &[0x40; 12][..], &[0xA0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9][..]] {
            assert_eq!(Header::parse(broken), None);
        }
    }
}
