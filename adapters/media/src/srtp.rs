//! Sound that nobody on the way can read or change: SRTP and SRTCP (RFC 3711), by keys that came in the descriptions (RFC 4568).
//!
//! The only file that knows the crate beneath. One of theirs is heard at a time: a packet of another source is tried with a state of its
//! own, which takes the place of the old one only when the packet is authentic. So forged sources cost a key derivation each, and no
//! memory. Replays are refused within a window of 64.

use crate::rtp::Header;
use crate::sdp::{Keys, Suite};
use bytes::BytesMut;
use rtc_srtp::context::Context;
use rtc_srtp::crypto::{RTCCryptoProvider, default_provider};
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;
use std::sync::{Arc, LazyLock};

/// How far back a packet may come and still be known for new.
const WINDOW: usize = 64;

#[expect(clippy::expect_used, reason = "the crate is built with ring")]
static CRYPTO: LazyLock<Arc<dyn RTCCryptoProvider>> = LazyLock::new(|| default_provider().expect("ring is built in"));

/// Protects what goes.
pub(crate) struct Seal {
    keys: Keys,
    context: Context,
}

/// Opens what comes.
pub(crate) struct Opener {
    keys: Keys,
    /// Whom it hears, and whose reports it reads.
    sound: Option<(u32, Context)>,
    reports: Option<(u32, Context)>,
}

/// A context for one way.
#[expect(clippy::expect_used, reason = "key and salt are as long as the suite says, by their type")]
fn context(keys: &Keys, replays: bool) -> Context {
    let profile = match keys.suite() {
        Suite::AesCm128HmacSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
        Suite::AesCm128HmacSha1_32 => ProtectionProfile::Aes128CmHmacSha1_32,
    };
    let (key, salt) = keys.reveal();
    let (sound, reports) = replays.then(|| (srtp_replay_protection(WINDOW), srtcp_replay_protection(WINDOW))).unzip();
    Context::new(key, salt, profile, sound, reports, CRYPTO.crypto()).expect("the key fits its suite")
}

/// Opens a packet of a source, by what is known of that source, or by a fresh state.
fn open(
    slot: &mut Option<(u32, Context)>,
    keys: &Keys,
    ssrc: u32,
    packet: &mut [u8],
    decrypt: impl Fn(&mut Context, &[u8]) -> Option<BytesMut>,
) -> Option<usize> {
    let open = match slot {
        Some((source, context)) if *source == ssrc => decrypt(context, packet)?,
        _ => {
            let mut fresh = context(keys, true);
            let open = decrypt(&mut fresh, packet)?;
            *slot = Some((ssrc, fresh));
            open
        }
    };
    packet.get_mut(..open.len())?.copy_from_slice(&open);
    Some(open.len())
}

impl Seal {
    pub(crate) fn new(keys: Keys) -> Self {
        Self { context: context(&keys, false), keys }
    }

    /// Whether it is the one for these keys: then it goes on, because its counts must.
    pub(crate) fn is_for(&self, keys: &Keys) -> bool {
        self.keys == *keys
    }

    /// A packet as it goes, or nothing where the key has been used for as long as it may be.
    pub(crate) fn rtp(&mut self, packet: &[u8]) -> Option<BytesMut> {
        self.context.encrypt_rtp(packet).ok()
    }

    /// A report as it goes.
    pub(crate) fn rtcp(&mut self, packet: &[u8]) -> Option<BytesMut> {
        self.context.encrypt_rtcp(packet).ok()
    }
}

impl Opener {
    pub(crate) fn new(keys: Keys) -> Self {
        Self { keys, sound: None, reports: None }
    }

    /// Whether it is the one for these keys.
    pub(crate) fn is_for(&self, keys: &Keys) -> bool {
        self.keys == *keys
    }

    /// Opens a packet in its place: how long it is now. `None` for what is forged, repeated, or no packet.
    pub(crate) fn rtp(&mut self, packet: &mut [u8]) -> Option<usize> {
        let ssrc = Header::parse(packet)?.0.ssrc;
        open(&mut self.sound, &self.keys, ssrc, packet, |context, packet| context.decrypt_rtp(packet).ok())
    }

    /// Opens a report in its place.
    pub(crate) fn rtcp(&mut self, packet: &mut [u8]) -> Option<usize> {
        let ssrc = u32::from_be_bytes(*packet.get(4..)?.first_chunk()?);
        open(&mut self.reports, &self.keys, ssrc, packet, |context, packet| context.decrypt_rtcp(packet).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::random(Suite::AesCm128HmacSha1_80)
    }

    fn packet(sequence: u16, ssrc: u32) -> Vec<u8> {
        let header = Header { payload_type: 0, marker: false, sequence, timestamp: 160, ssrc };
        [&header.to_bytes()[..], &[7; 160]].concat()
    }

    #[test]
    fn what_is_sealed_opens_once_and_only_whole() {
        let keys = keys();
        let (mut seal, mut opener) = (Seal::new(keys.clone()), Opener::new(keys.clone()));
        assert!(seal.is_for(&keys) && !seal.is_for(&Keys::random(Suite::AesCm128HmacSha1_80)));
        for sequence in [65_534, 65_535, 0, 1] {
            let sealed = seal.rtp(&packet(sequence, 9)).expect("a new number").to_vec();
            assert_eq!(sealed.len(), 12 + 160 + 10);
            let mut forged = sealed.clone();
            forged[100] ^= 1;
            assert_eq!(opener.rtp(&mut forged), None);
            let mut came = sealed.clone();
            assert_eq!(opener.rtp(&mut came), Some(172));
            assert_eq!(came[..172], packet(sequence, 9));
            assert_eq!(opener.rtp(&mut sealed.clone()), None, "a replay");
        }
        let other = Seal::new(Keys::random(Suite::AesCm128HmacSha1_80)).rtp(&packet(2, 9)).expect("new").to_vec();
        assert_eq!(opener.rtp(&mut other.clone()), None, "another's key");
    }

    #[test]
    fn forged_sources_do_not_silence_the_true_one() {
        let keys = keys();
        let (mut seal, mut opener) = (Seal::new(keys.clone()), Opener::new(keys));
        let mut first = seal.rtp(&packet(1, 9)).expect("new").to_vec();
        assert!(opener.rtp(&mut first).is_some());
        for ssrc in 100..200 {
            assert_eq!(opener.rtp(&mut [packet(1, ssrc), vec![0; 10]].concat()), None);
        }
        let mut second = seal.rtp(&packet(2, 9)).expect("new").to_vec();
        assert!(opener.rtp(&mut second).is_some());
    }

    #[test]
    fn reports_are_sealed_too() {
        let keys = Keys::random(Suite::AesCm128HmacSha1_32);
        let (mut seal, mut opener) = (Seal::new(keys.clone()), Opener::new(keys));
        let report = [&[0x80, 201, 0, 1][..], &9_u32.to_be_bytes()].concat();
        let sealed = seal.rtcp(&report).expect("new").to_vec();
        let mut came = sealed.clone();
        let length = opener.rtcp(&mut came).expect("authentic");
        assert_eq!(came[..length], report);
        assert_eq!(opener.rtcp(&mut sealed.clone()), None, "a replay");
        assert_eq!((opener.rtcp(&mut [0; 3]), opener.rtp(&mut [0x80; 12])), (None, None));
    }
}
