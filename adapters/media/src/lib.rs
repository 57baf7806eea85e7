//! Call legs and what connects them: RTP, codecs, prompts, digits, bridges, recordings. It knows no SIP.
//!
//! # How it is used
//!
//! One [`Media`] for the node. For each end of a call one [`Leg`], which lives as long as its handle:
//!
//! ```no_run
//! # use segue_adapter_media::{Clip, Codec, Direction, Event, Media, Opening, Options, Program, Security};
//! # use std::time::Duration;
//! # async fn example(offer: &[u8], prompt: std::sync::Arc<Clip>) -> Result<(), Box<dyn std::error::Error>> {
//! let media = Media::start(&Options { address: "192.0.2.1".parse()?, public: None, ports: 30_000..=39_999, pumps: 1 })?;
//! let (told, mut tells) = tokio::sync::mpsc::channel(64);
//! let opening = Opening { codecs: Codec::ALL.to_vec(), security: Security::Either, quiet_after: Duration::from_secs(20), told };
//! let mut caller = media.open(opening)?;
//! let (answer, _) = caller.answer(offer, Direction::BOTH)?; // the body of the 200
//! caller.play(Program::prompt(vec![prompt]))?;
//! while let Some(told) = tells.recv().await {
//!     match told.event {
//!         Event::Pressed { digit, .. } => println!("{}", digit.face()),
//!         Event::Quiet => break, // nothing came for 20 s
//!         _ => {}
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! - **Opening** takes a pair of ports and returns at once; nothing here blocks but [`Clip::open`]. [`Error::NoPorts`] is a 503.
//! - **Agreeing**: [`Leg::answer`] takes an offer and gives the answer's text; [`Leg::offer`] gives an offer's text and [`Leg::accept`] takes
//!   the answer, also twice. The same calls again are re-INVITE, hold and resume. A [`Refusal`] is a 488, and changes nothing.
//! - **Hold** is a [`Direction`]: ours is the wish that goes with an offer or an answer, theirs comes back in [`Agreed::direction`].
//! - **Telling**: what happens on legs comes on the channel of their [`Opening`]; legs of one call may share it.
//! - **Prompts**: a [`Clip`] is read from a file, made of tones, or spoken by [`Speech::say`]; a [`Program`] plays some of them.
//! - **Connecting**: [`Bridge::new`], then [`Bridge::seat`] each leg with its [`Role`]; [`Media::open_near`] puts a leg where its partner is.
//! - **Recording**: [`Leg::record`] gives a [`Recording`]: pause it around secret fields, finish it, or drop it.
//! - **Ending**: drop the leg. Its ports are free within 20 ms, and [`Media::figures`] shows it.
//!
//! # Invariants
//!
//! - Packets are moved by pumps, each a thread that owns its lines; a packet that is passed on costs no lock and no allocation.
//! - Every packet of a leg has its own number, and there is no gap of our making, through every change of what is heard.
//! - After its first valid packet a leg hears one address alone, until another one is agreed.
//! - Ports taken and free are all ports, at every moment. A leg without a handle is closed.
//! - Nothing that comes from the network makes it panic, or grow without end. Digits are never shown.
//!
//! # What is *not* here
//!
//! SIP, journeys, which prompt is played when, and who is to hear whom: `segue-adapter-voice` decides.

mod bridge;
mod clip;
mod codec;
mod dtmf;
mod leg;
mod media;
mod ports;
mod pump;
mod record;
mod rtp;
mod sdp;
mod speech;
mod srtp;
#[cfg(feature = "testing")]
pub mod testing;

pub use bridge::{Bridge, BridgeKey, Role, SEATS, Seat};
pub use clip::{Clip, LONGEST, WavError};
pub use codec::{CLOCK, Codec, FRAME, NARROW, WIDE};
pub use dtmf::{By, Digit, goertzel};
pub use leg::{CLIPS, DIALLED, Error, Event, Failure, Leg, LegKey, Opening, PlayEnd, PlayKey, Program, Told};
pub use media::{Figures, Media, Options};
pub use record::{LONGEST_RECORDING, RecordError, Recorded, Recording};
pub use rtp::{Header, Quality, mos};
pub use sdp::{Agreed, Direction, Keys, LIMIT, Negotiation, Refusal, Security, Suite, Terms};
pub use speech::{Engine, Speech, SpeechError, TEXT};
