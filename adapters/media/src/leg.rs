//! A leg, held: one endpoint's sound, for as long as the handle lives.
//!
//! A [`Leg`] is opened by [`crate::Media::open`], agrees with the other side ([`Leg::offer`] and [`Leg::accept`], or [`Leg::answer`]), and is
//! then told what to play. What happens on it comes as [`Told`], in order, on the channel that it was opened with. Dropping it closes it:
//! its ports come back, and nothing is told any more. Its packets are moved by a pump, never here.

use crate::clip::Clip;
use crate::codec::Codec;
use crate::dtmf::{By, Digit};
use crate::pump::{Deed, Order, Pump};
use crate::record::{Recording, Scribe};
use crate::rtp::Quality;
use crate::sdp::{Agreed, Direction, Negotiation, Refusal, Security};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The most digits that wait to be dialled on a leg.
pub const DIALLED: usize = 64;
/// The most clips in a program.
pub const CLIPS: usize = 64;

/// Names a leg while the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegKey(pub(crate) u64);

/// Names one playing of a program on a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlayKey(pub(crate) u64);

/// How a leg is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What may be agreed on, in the order in which it is offered.
    pub codecs: Vec<Codec>,
    /// Whether the sound is protected.
    pub security: Security,
    /// How long nothing may come before [`Event::Quiet`] is told. Holds do not count.
    pub quiet_after: Duration,
    /// Where what happens is told. A leg keeps 64 that do not fit; what is more is lost and counted ([`crate::Figures::untold`]).
    pub told: mpsc::Sender<Told>,
}

/// Something happened on a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// On which.
    pub leg: LegKey,
    /// What.
    pub event: Event,
}

/// What can happen on a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first packet came: there is a way to here.
    Flows,
    /// Somebody pressed a key.
    Pressed {
        /// Which.
        digit: Digit,
        /// On which way it came first.
        by: By,
    },
    /// A program came to its end.
    Played {
        /// Which.
        play: PlayKey,
        /// How.
        end: PlayEnd,
    },
    /// All digits are dialled.
    Dialled,
    /// Nothing came for [`Opening::quiet_after`]. Told once for each silence.
    Quiet,
    /// Something comes again after [`Event::Quiet`].
    Back,
    /// The other side said by RTCP that it leaves. Its signalling has the last word.
    Left,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayEnd {
    /// It was played to the end.
    Finished,
    /// It was stopped, or another took its place.
    Stopped,
    /// A key was pressed while it could be interrupted.
    BargedIn,
}

/// What is played on a leg, in place of whatever else it would hear.
#[derive(Clone, Debug)]
pub struct Program {
    /// One after the other; at most [`CLIPS`].
    pub clips: Vec<Arc<Clip>>,
    /// From the beginning again, until it is stopped: music on hold.
    pub repeat: bool,
    /// Whether a key ends it.
    pub barge_in: bool,
}

impl Program {
    /// Clips, once, that a key ends.
    #[must_use]
    pub fn prompt(clips: Vec<Arc<Clip>>) -> Self {
        Self { clips, repeat: false, barge_in: true }
    }

    /// A clip, over and over, whatever is pressed.
    #[must_use]
    pub fn music(clip: Arc<Clip>) -> Self {
        Self { clips: vec![clip], repeat: true, barge_in: false }
    }
}

/// Why a leg was not opened, or does not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// All ports of the range are taken.
    #[error("all ports for media are in use")]
    NoPorts,
    /// A free port could not be bound.
    #[error("while binding a port for media")]
    Bind(#[source] std::io::Error),
    /// The pump has more to do than it can; what was asked is not done.
    #[error("the media pump has no room for another order")]
    Busy,
    /// The pump has stopped.
    #[error("the media pump has stopped")]
    Stopped,
    /// More than a leg takes.
    #[error("more than {DIALLED} digits, or {CLIPS} clips")]
    TooMany,
    /// All seats of a bridge are taken.
    #[error("all {} seats of the bridge are taken", crate::bridge::SEATS)]
    NoSeat,
}

/// The sound of one endpoint.
#[derive(Debug)]
pub struct Leg {
    pub(crate) key: LegKey,
    pub(crate) pump: Arc<Pump>,
    pub(crate) negotiation: Negotiation,
    pub(crate) codec: Option<Codec>,
    pub(crate) local: SocketAddr,
    pub(crate) plays: u64,
    /// What was played last.
    pub(crate) clips: Vec<Arc<Clip>>,
    pub(crate) scribe: Scribe,
    /// The pump closes the leg when it holds the only other one.
    pub(crate) _alive: Arc<()>,
}

impl Leg {
    /// Its name.
    #[must_use]
    pub fn key(&self) -> LegKey {
        self.key
    }

    /// Where it receives RTP, as bound on this host.
    #[must_use]
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// What it sends, once something was agreed on.
    #[must_use]
    pub fn codec(&self) -> Option<Codec> {
        self.codec
    }

    /// From now on only these may be agreed on, in this order: what the leg on the other end of a bridge has comes first, and nothing is
    /// transcoded.
    pub fn prefer(&mut self, codecs: Vec<Codec>) {
        self.negotiation.prefer(codecs);
    }

    /// A description to offer: the first one, or a change (hold, resume). Nothing changes before it is answered.
    pub fn offer(&mut self, direction: Direction) -> String {
        self.negotiation.offer(direction)
    }

    /// Answers an offer, the first one or a change, and acts on it.
    ///
    /// # Errors
    /// [`Failure::Refused`] where the offer is not acceptable: nothing changed.
    pub fn answer(&mut self, offer: &[u8], wish: Direction) -> Result<(String, Agreed), Failure> {
        let (answer, agreed) = self.negotiation.answer(offer, wish)?;
        self.agree(&agreed)?;
        Ok((answer, agreed))
    }

    /// Takes an answer to the last offer, and acts on it. It may come twice, and differ: first from where it rings, then from who picks up.
    ///
    /// # Errors
    /// [`Failure::Refused`] where it is none: nothing changed.
    pub fn accept(&mut self, answer: &[u8]) -> Result<Agreed, Failure> {
        let agreed = self.negotiation.accept(answer)?;
        self.agree(&agreed)?;
        Ok(agreed)
    }

    fn agree(&mut self, agreed: &Agreed) -> Result<(), Error> {
        self.codec = Some(agreed.codec);
        self.prepare();
        self.order(Deed::Agree(Box::new(agreed.clone())))
    }

    /// Writes what is played in the codec that is sent, on the caller's time: the pump copies bytes.
    fn prepare(&self) {
        if let Some(codec) = self.codec {
            self.clips.iter().for_each(|clip| clip.prepare(codec));
        }
    }

    fn order(&self, deed: Deed) -> Result<(), Error> {
        self.pump.order(Order::Leg(self.key, deed))
    }

    /// Plays a program in place of what is playing; its end comes as [`Event::Played`].
    ///
    /// # Errors
    /// Where the pump takes no orders, or the program is too long.
    pub fn play(&mut self, program: Program) -> Result<PlayKey, Error> {
        if program.clips.len() > CLIPS {
            return Err(Error::TooMany);
        }
        self.plays += 1;
        let play = PlayKey(self.plays);
        self.clips.clone_from(&program.clips);
        self.prepare();
        self.order(Deed::Play(play, Box::new(program)))?;
        Ok(play)
    }

    /// Stops what is playing.
    ///
    /// # Errors
    /// Where the pump takes no orders.
    pub fn stop(&self) -> Result<(), Error> {
        self.order(Deed::Stop)
    }

    /// Presses keys towards the other side, as events, or as tones where it has none. Sound waits meanwhile.
    ///
    /// # Errors
    /// Where the pump takes no orders, or the digits are more than [`DIALLED`].
    pub fn dial(&self, digits: &[Digit]) -> Result<(), Error> {
        if digits.len() > DIALLED {
            return Err(Error::TooMany);
        }
        self.order(Deed::Dial(digits.into()))
    }

    /// A key was pressed that came beside the sound (SIP INFO, a screen): told as [`Event::Pressed`], unless it was told already.
    ///
    /// # Errors
    /// Where the pump takes no orders.
    pub fn pressed(&self, digit: Digit) -> Result<(), Error> {
        self.order(Deed::Pressed(digit))
    }

    /// Records what it says (left) and hears (right) into this file, which must not exist, in place of a recording that runs. The owner has the
    /// consent of whoever is recorded.
    ///
    /// # Errors
    /// Where the pump takes no orders. What fails later, the file itself too, is told by [`Recording::finish`].
    pub fn record(&self, path: &Path) -> Result<Recording, Error> {
        let (recording, tape) = self.scribe.begin(path)?;
        self.pump.order(Order::Record(self.key, Box::new(tape)))?;
        Ok(recording)
    }

    /// How it sounds.
    ///
    /// # Errors
    /// Where the pump takes no orders.
    pub async fn quality(&self) -> Result<Quality, Error> {
        let (tell, told) = oneshot::channel();
        self.order(Deed::Quality(tell))?;
        told.await.map_err(|_| Error::Stopped)
    }
}

/// Why an offer or an answer had no effect.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is not acceptable.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The pump does not take it.
    #[error(transparent)]
    Media(#[from] Error),
}
