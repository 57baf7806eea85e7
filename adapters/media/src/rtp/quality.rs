//! How good a leg sounds: what was counted, and what a listener would say (ITU-T G.107, the E-model).

use crate::codec::Codec;
use std::time::Duration;

/// The figures of one leg since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// Packets that came from the other side.
    pub received: u64,
    /// Packets of theirs that did not come.
    pub lost: u64,
    /// How unsteady they come: the mean deviation of RFC 3550.
    pub jitter: Duration,
    /// To the other side and back, where it reports (RTCP).
    pub round_trip: Option<Duration>,
    /// Packets that we sent.
    pub sent: u64,
    /// The share of ours that the other side did not get, by its own report: 0 to 1, over its last interval.
    pub lost_there: Option<f32>,
    /// Packets from somebody else than the other side: dropped.
    pub strangers: u64,
    /// Packets from the other side that could not be read: dropped.
    pub unreadable: u64,
    /// What a listener here would say, 1 (bad) to 4.5 (excellent). Nothing before the first packet.
    pub mos: Option<f32>,
}

/// The mean opinion score of a listener, 1 to 4.5, by the E-model with its default values (G.107, 7): `loss` is a share (0 to 1), `delay` the
/// whole way from mouth to ear.
///
/// Loss counts by G.113 appendix I: G.711 with concealment bears it (Bpl 25.1), G.722 is taken for a codec with an impairment of its own
/// (Ie 13, Bpl 4.3), on the scale of the narrow band.
#[must_use]
pub fn mos(codec: Codec, loss: f32, delay: Duration) -> f32 {
    let (own, robustness) = match codec {
        Codec::Pcmu | Codec::Pcma => (0.0, 25.1),
        Codec::G722 => (13.0, 4.3),
    };
    let percent = loss.clamp(0.0, 1.0) * 100.0;
    let impairment = own + (95.0 - own) * percent / (percent + robustness);
    let ms = delay.as_secs_f32() * 1000.0;
    let delayed = 0.024 * ms + if ms > 177.3 { 0.11 * (ms - 177.3) } else { 0.0 };
    let rating = 93.2 - delayed - impairment;
    if rating <= 0.0 {
        return 1.0;
    }
    let rating = rating.min(100.0);
    (1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points_of_the_model() {
        let ms = Duration::from_millis;
        // R = 93.2: the best that G.711 can be (G.107, table of defaults: 4.41).
        assert!((mos(Codec::Pcmu, 0.0, ms(0)) - 4.41).abs() < 0.01);
        // At 150 ms nobody minds; at 400 many do.
        assert!((mos(Codec::Pcma, 0.0, ms(150)) - 4.33).abs() < 0.02);
        assert!((3.0..3.4).contains(&mos(Codec::Pcma, 0.0, ms(400))));
        assert!(mos(Codec::Pcmu, 0.05, ms(50)) >= 3.2);
        assert_eq!(mos(Codec::Pcmu, 1.0, ms(2000)), 1.0);
    }

    #[test]
    fn worse_is_never_better() {
        for codec in Codec::ALL {
            for step in 0..100_u16 {
                let (a, b) = (f32::from(step) / 100.0, f32::from(step + 1) / 100.0);
                assert!(mos(codec, a, Duration::ZERO) >= mos(codec, b, Duration::ZERO));
                let (a, b) = (Duration::from_millis(u64::from(step) * 10), Duration::from_millis(u64::from(step + 1) * 10));
                assert!(mos(codec, 0.0, a) >= mos(codec, 0.0, b));
            }
        }
    }
}
