//! A leg as its pump has it: two sockets, what was agreed, and both ways of the sound.

use super::inbound::{Heard, Inbound};
use super::outbound::Outbound;
use super::playing::Playing;
use super::playout::{Frame, Playout};
use super::tables::Hearing;
use super::teller::Teller;
use super::{Counts, Deed};
use crate::clip::Clip;
use crate::codec::NARROW;
use crate::dtmf::{By, Digit};
use crate::leg::{DIALLED, Event, LegKey, PlayEnd, PlayKey, Program, Told};
use crate::ports::Pair;
use crate::record::Tape;
use crate::rtp::{Quality, Reports, Rtcp, is_rtcp, mos};
use crate::sdp::Agreed;
use crate::srtp::{Opener, Seal};
use mio::net::UdpSocket;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::mpsc;

/// A leg's line.
pub(crate) struct Line {
    key: LegKey,
    way: Way,
    /// The handle holds the other one.
    alive: Arc<()>,
    counts: Arc<Counts>,
    teller: Teller,
    agreed: Option<Agreed>,
    inbound: Inbound,
    opener: Option<Box<Opener>>,
    outbound: Outbound,
    reports: Reports,
    playing: Option<Playing>,
    hearing: Hearing,
    tape: Option<Box<Tape>>,
    /// A digit that is dialled as a tone, and its next frame.
    tone: Option<(Arc<Clip>, usize)>,
    /// Packets sent.
    sent: u64,
}

/// Where packets leave.
struct Way {
    pair: Pair,
    /// Where they are protected.
    seal: Option<Box<Seal>>,
    counts: Arc<Counts>,
}

impl Way {
    /// Sends a packet of RTP: one, or none where there is no address yet, or the host does not take it.
    fn send(&mut self, to: Option<SocketAddr>, packet: &[u8]) -> u64 {
        let Some(to) = to else { return 0 };
        let sent = match &mut self.seal {
            None => self.pair.rtp.send_to(packet, to).is_ok(),
            Some(seal) => seal.rtp(packet).is_some_and(|sealed| self.pair.rtp.send_to(&sealed, to).is_ok()),
        };
        let sent = u64::from(sent);
        Counts::add(&self.counts.sent, sent);
        Counts::add(&self.counts.unsent, 1 - sent);
        sent
    }

    /// Sends a report.
    fn report(&mut self, mux: bool, to: SocketAddr, packet: &[u8]) {
        let socket = if mux { &self.pair.rtp } else { &self.pair.rtcp };
        let sent = match &mut self.seal {
            None => socket.send_to(packet, to).is_ok(),
            Some(seal) => seal.rtcp(packet).is_some_and(|sealed| socket.send_to(&sealed, to).is_ok()),
        };
        Counts::add(&self.counts.unsent, u64::from(!sent));
    }
}

impl Line {
    pub(crate) fn new(
        now: Instant,
        key: LegKey,
        pair: Pair,
        alive: Arc<()>,
        counts: Arc<Counts>,
        quiet_after: Duration,
        told: mpsc::Sender<Told>,
    ) -> Self {
        Self {
            key,
            way: Way { pair, seal: None, counts: Arc::clone(&counts) },
            alive,
            teller: Teller::new(key, told, Arc::clone(&counts)),
            counts,
            agreed: None,
            inbound: Inbound::new(now, quiet_after),
            opener: None,
            outbound: Outbound::new(now),
            reports: Reports::new(now, SystemTime::now(), format!("{:016x}", rand::random::<u64>())),
            playing: None,
            hearing: Hearing::default(),
            tape: None,
            tone: None,
            sent: 0,
        }
    }

    pub(super) fn key(&self) -> LegKey {
        self.key
    }

    pub(super) fn sockets(&mut self) -> (&mut UdpSocket, &mut UdpSocket) {
        (&mut self.way.pair.rtp, &mut self.way.pair.rtcp)
    }

    pub(super) fn socket(&self, rtcp: bool) -> &UdpSocket {
        if rtcp { &self.way.pair.rtcp } else { &self.way.pair.rtp }
    }

    /// What it has to do with a bridge.
    pub(super) fn hearing(&self) -> &Hearing {
        &self.hearing
    }

    /// Another arrangement at the bridge, or none.
    pub(super) fn arrange(&mut self, hearing: Hearing) {
        self.hearing = hearing;
        self.sample();
    }

    /// Whether it is recorded.
    pub(super) fn is_recorded(&self) -> bool {
        self.tape.is_some()
    }

    /// A recording begins, in place of one that was.
    pub(super) fn record(&mut self, tape: Option<Box<Tape>>) {
        self.tape = tape;
        self.sample();
    }

    /// Whether its recording is to end.
    pub(super) fn is_recorded_enough(&self, now: Instant) -> bool {
        self.tape.as_ref().is_some_and(|tape| tape.is_over(now))
    }

    /// Who hears it as it is. The list is lent while others are spoken to, so that nothing is copied for a packet.
    pub(super) fn lend_listeners(&mut self) -> Vec<LegKey> {
        std::mem::take(&mut self.hearing.heard_by)
    }

    /// The list comes back.
    pub(super) fn return_listeners(&mut self, listeners: Vec<LegKey>) {
        self.hearing.heard_by = listeners;
    }

    /// What was heard in the last 20 ms, where somebody needs samples of it.
    pub(super) fn heard(&self) -> Option<&Frame> {
        self.inbound.playout.as_ref().map(|playout| playout.last())
    }

    /// Keeps samples where somebody needs them.
    fn sample(&mut self) {
        let Some(agreed) = &self.agreed else { return };
        if self.inbound.listens() || self.hearing.sampled || self.is_recorded() {
            self.inbound.playout.get_or_insert_with(|| Box::new(Playout::new(agreed.codec)));
        } else {
            self.inbound.playout = None;
        }
    }

    /// Whether no handle is left.
    pub(super) fn is_abandoned(&self) -> bool {
        Arc::strong_count(&self.alive) == 1
    }

    /// Does what its owner says.
    pub(super) fn obey(&mut self, now: Instant, deed: Deed) {
        match deed {
            Deed::Agree(agreed) => self.agree(now, *agreed),
            Deed::Play(play, program) => self.play(play, *program),
            Deed::Stop => self.teller.played(self.playing.take(), PlayEnd::Stopped),
            Deed::Dial(digits) => self.dial(&digits),
            Deed::Pressed(digit) => {
                let Self { inbound, teller, playing, .. } = self;
                inbound.press(now, Some(digit), By::Signal, &mut |event| told(teller, playing, event));
            }
            // Who asked may have gone.
            Deed::Quality(tell) => drop(tell.send(self.quality())),
        }
    }

    fn agree(&mut self, now: Instant, agreed: Agreed) {
        self.inbound.agree(now, &agreed);
        let (ours, theirs) = agreed.keys.clone().unzip();
        self.way.seal =
            ours.map(|keys| self.way.seal.take().filter(|seal| seal.is_for(&keys)).unwrap_or_else(|| Box::new(Seal::new(keys))));
        self.opener = theirs.map(|keys| self.opener.take().filter(|it| it.is_for(&keys)).unwrap_or_else(|| Box::new(Opener::new(keys))));
        self.agreed = Some(agreed);
        self.sample();
    }

    fn play(&mut self, play: PlayKey, program: Program) {
        let before = self.playing.replace(Playing::new(play, program));
        self.teller.played(before, PlayEnd::Stopped);
    }

    /// Dials digits; more than a leg takes are left out from the end.
    fn dial(&mut self, digits: &[Digit]) {
        let room = DIALLED.saturating_sub(self.outbound.dialling.len());
        self.outbound.dialling.add(digits.get(..room.min(digits.len())).unwrap_or_default());
    }

    fn quality(&self) -> Quality {
        let (reception, round_trip) = (&self.inbound.reception, self.reports.round_trip());
        let (received, lost, jitter) = (reception.received(), reception.lost(), reception.jitter());
        let share = lost as f32 / (received + lost).max(1) as f32;
        // Half of the way there and back, what evens out the jitter, and the frame itself.
        let delay = round_trip.unwrap_or_default() / 2 + jitter * 2 + Duration::from_millis(20);
        Quality {
            received,
            lost,
            jitter,
            round_trip,
            sent: self.sent,
            lost_there: self.reports.lost_there().map(|of_256| f32::from(of_256) / 256.0),
            strangers: self.inbound.strangers,
            unreadable: self.inbound.unreadable,
            mos: self.agreed.as_ref().filter(|_| received > 0).map(|agreed| mos(agreed.codec, share, delay)),
        }
    }

    /// Opens what is protected. `None` for what is not authentic, which is counted; a stranger's packet is left for those who count it.
    pub(super) fn open<'a>(&mut self, from: SocketAddr, rtcp: bool, packet: &'a mut [u8]) -> Option<&'a [u8]> {
        let Some(opener) = self.opener.as_mut().filter(|_| self.inbound.latch.admits(from) || rtcp) else { return Some(packet) };
        let report = rtcp || is_rtcp(packet);
        let length = if report { opener.rtcp(packet) } else { opener.rtp(packet) };
        if length.is_none() {
            self.inbound.unreadable += 1;
            Counts::add(&self.counts.unreadable, 1);
        }
        packet.get(..length?)
    }

    /// A packet came to the port of RTP.
    pub(super) fn hear<'a>(&mut self, now: Instant, from: SocketAddr, packet: &'a [u8]) -> Heard<'a> {
        let Self { inbound, teller, playing, agreed, counts, .. } = self;
        let Some(agreed) = agreed else { return Heard::Nothing };
        if agreed.mux && is_rtcp(packet) {
            self.hear_rtcp(now, from, packet);
            return Heard::Nothing;
        }
        let before = (inbound.strangers, inbound.unreadable);
        let heard = inbound.hear(now, from, packet, agreed, &mut |event| told(teller, playing, event));
        Counts::add(&counts.strangers, inbound.strangers - before.0);
        Counts::add(&counts.unreadable, inbound.unreadable - before.1);
        if heard != Heard::Nothing {
            Counts::add(&counts.received, 1);
        }
        heard
    }

    /// A packet came to the port of RTCP. It comes from the host that sends the sound, or that was agreed.
    pub(super) fn hear_rtcp(&mut self, now: Instant, from: SocketAddr, packet: &[u8]) {
        if self.inbound.latch.remote().is_none_or(|remote| remote.ip() != from.ip()) {
            self.inbound.strangers += 1;
            Counts::add(&self.counts.strangers, 1);
            return;
        }
        match self.reports.read(now, packet, self.outbound.sender.ssrc()) {
            Rtcp::Read => {}
            Rtcp::Bye => self.teller.tell(Event::Left),
            Rtcp::Unreadable => {
                self.inbound.unreadable += 1;
                Counts::add(&self.counts.unreadable, 1);
            }
        }
    }

    /// Another leg's packet, for this one to hear; not while something is played to it.
    pub(super) fn pass(&mut self, now: Instant, leg: LegKey, heard: Heard<'_>) {
        let busy = self.playing.is_some() || self.tone.is_some() || !self.outbound.dialling.is_idle();
        let Some(agreed) = self.agreed.as_ref().filter(|agreed| agreed.direction.send && !busy) else { return };
        if let Some(packet) = self.outbound.pass(now, agreed, leg.0, heard) {
            self.sent += self.way.send(self.inbound.latch.remote(), packet);
        }
    }

    /// 20 ms have passed for what comes.
    pub(super) fn listen(&mut self, now: Instant) {
        self.teller.flush();
        let expects = self.agreed.as_ref().is_some_and(|agreed| agreed.direction.receive);
        let Self { inbound, teller, playing, .. } = self;
        inbound.turn(now, expects, &mut |event| told(teller, playing, event));
    }

    /// 20 ms have passed for what goes; `mixed` is what it hears at its bridge, where that is not passed on as it comes.
    pub(super) fn turn(&mut self, now: Instant, mixed: Option<&Frame>) {
        let Some(agreed) = self.agreed.take() else { return };
        if agreed.direction.send {
            self.speak(now, &agreed, mixed);
        } else {
            self.write(now, &[]);
        }
        if self.reports.due(now, rand::random()) {
            self.report(now, &agreed, false);
        }
        self.agreed = Some(agreed);
    }

    /// Says what there is to say: digits before a program, and silence where there is neither, so that they know that we are here.
    fn speak(&mut self, now: Instant, agreed: &Agreed, mixed: Option<&Frame>) {
        if !self.outbound.dialling.is_idle() || self.tone.is_some() {
            self.write(now, &[]);
            return self.dial_on(now, agreed);
        }
        let next = self.playing.as_mut().and_then(Playing::next);
        if next.is_none() {
            self.teller.played(self.playing.take(), PlayEnd::Finished);
        }
        match &next {
            Some((clip, frame)) => self.write(now, clip.frame(NARROW, *frame)),
            None => self.write(now, mixed.map_or(&[], |mixed| &mixed.narrow)),
        }
        let packet = match (next, self.hearing.hears.len(), mixed) {
            (Some((clip, frame)), ..) => self.outbound.clip(now, agreed, &clip, frame),
            (None, 0, _) => self.outbound.clip(now, agreed, &HUSH, 0),
            (None, 2.., Some(mixed)) => self.outbound.frame(now, agreed, mixed),
            // Packets are passed on as they come.
            (None, ..) => return,
        };
        self.sent += self.way.send(self.inbound.latch.remote(), packet);
    }

    /// Records what it says and what it hears.
    fn write(&mut self, now: Instant, hears: &[i16]) {
        let Self { tape, inbound, .. } = self;
        if let Some(tape) = tape {
            let says = inbound.playout.as_ref().map_or(&[][..], |playout| &playout.last().narrow);
            tape.write(now, says, hears);
        }
    }

    /// Dials: as events, or as tones where they have none.
    fn dial_on(&mut self, now: Instant, agreed: &Agreed) {
        let remote = self.inbound.latch.remote();
        if let Some((number, clock)) = agreed.events {
            if let Some(packet) = self.outbound.dial(now, number, clock) {
                self.sent += self.way.send(remote, packet);
            }
        } else if let Some((clip, frame)) = self.tone.take().or_else(|| Some((Clip::digit(self.outbound.dialling.pop()?), 0))) {
            let packet = self.outbound.clip(now, agreed, &clip, frame);
            self.sent += self.way.send(remote, packet);
            self.tone = (frame + 1 < clip.frames()).then_some((clip, frame + 1));
        }
        if self.outbound.dialling.is_idle() && self.tone.is_none() {
            self.teller.tell(Event::Dialled);
        }
    }

    /// Tells the other side how it is heard.
    fn report(&mut self, now: Instant, agreed: &Agreed, bye: bool) {
        let Some(to) = agreed.remote_rtcp.filter(|_| self.sent > 0) else { return };
        // Behind a translation RTCP comes from where RTP does, whatever was written.
        let to = match self.inbound.latch.remote() {
            Some(seen) if agreed.mux => seen,
            Some(seen) => SocketAddr::new(seen.ip(), to.port()),
            None => to,
        };
        let Self { reports, outbound, inbound, way, .. } = self;
        let packet = outbound.report(now, reports, &mut inbound.reception, bye);
        way.report(agreed.mux, to, packet);
    }

    /// The line closes: the other side is told.
    pub(super) fn farewell(&mut self, now: Instant) {
        if let Some(agreed) = self.agreed.take() {
            self.report(now, &agreed, true);
        }
    }
}

/// 20 ms of silence.
static HUSH: LazyLock<Arc<Clip>> = LazyLock::new(|| Clip::silence(Duration::from_millis(20)));

/// A key interrupts a program that may be interrupted; then its owner is told.
fn told(teller: &mut Teller, playing: &mut Option<Playing>, event: Event) {
    teller.tell(event);
    if matches!(event, Event::Pressed { .. }) {
        teller.played(playing.take_if(|playing| playing.barge_in()), PlayEnd::BargedIn);
    }
}
