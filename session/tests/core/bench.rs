//! The harness: one session, a clock that is told, and a transcript in prose.

use segue_session::journey::{Library, compile};
use segue_session::*;
use segue_session::{handle::Token, store::Version, view};
use std::collections::BTreeMap;
use std::fmt::Write;
use uuid::Uuid;

/// When stories begin.
pub(crate) const START: u64 = 1_800_000_000_000;

/// A journey with a menu, a form of four fields and a queue.
pub(crate) const FAULT: &str = r#"
journey: fault
title: { en: "Report a fault" }
start: what
steps:
  what:
    menu:
      ask: { en: "What is not working?" }
      choices:
        - { id: internet, key: 1, label: { en: Internet }, next: details }
        - { id: phone, key: 2, label: { en: Phone }, next: details }
  details:
    form:
      title: { en: "About the fault" }
      fields:
        - { id: since, kind: date, ask: { en: "Since when?" } }
        - { id: light, kind: choice, of: [green, red, off], ask: { en: "Which light is on?" } }
        - { id: pin, kind: secret, keep: 15m, ask: { en: "Your line's PIN?" } }
        - { id: number, kind: phone, ask: { en: "Where can we reach you?" }, known: customer.phone }
      next: person
  person:
    route: { queue: faults, needs: "internet >= 3", priority: "0" }
"#;

/// A journey that asks another system, and pays.
pub(crate) const BILL: &str = r#"
journey: bill
title: { en: "Pay a bill" }
start: which
steps:
  which:
    form:
      fields:
        - { id: number, kind: digits, ask: { en: "Which bill?" } }
      next: check
  check:
    lookup: { post: "https://billing.example/bills", send: [number], wait: 8s, say: { en: "Looking it up…" }, next: pay, failed: person }
  pay:
    resume: never
    form:
      fields:
        - { id: card, kind: secret, ask: { en: "Your card?" } }
      next: done
  person:
    route: { queue: billing, needs: "billing >= 3", priority: "0" }
  done:
    end: { outcome: paid, say: { en: "Paid." } }
"#;

/// One session under test.
pub(crate) struct Bench {
    pub(crate) now: Time,
    pub(crate) life: u64,
    pub(crate) heard: bool,
    pub(crate) settings: Settings,
    pub(crate) keys: Keys,
    pub(crate) library: Library,
    pub(crate) session: Option<Session>,
    pub(crate) version: u64,
    pub(crate) line: Option<Line>,
    pub(crate) tenant: TenantId,
    pub(crate) handles: Vec<GivenHandle>,
    pub(crate) messages: Vec<Message>,
    pub(crate) lookups: Vec<LookupRequest>,
    pub(crate) log: String,
    drawn: u128,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let tenant = TenantId::new("acme");
        let journeys = [FAULT, BILL].map(|text| compile("journey.yaml", text).expect("the journey compiles").0);
        let mut settings = Settings::usual("en".into());
        settings.queue = Some("help".into());
        Self {
            now: Time(START),
            life: 1,
            heard: false,
            settings,
            keys: Keys::derive(b"an example of a secret, 32 bytes", &tenant),
            library: Library::new(journeys),
            session: None,
            version: 0,
            line: None,
            tenant,
            handles: Vec::new(),
            messages: Vec::new(),
            lookups: Vec::new(),
            log: String::new(),
            drawn: 0xabcd_0000,
        }
    }

    /// Time goes on.
    pub(crate) fn wait(&mut self, seconds: u64) -> &mut Self {
        self.now = Time(self.now.0 + seconds * 1000);
        self
    }

    /// Applies a command as the daemon does, and keeps what came of it.
    pub(crate) fn apply(&mut self, who: Option<&Principal>, command: Command) -> Result<Changed, Refusal> {
        let changed = self.dry(who, self.session.clone(), command)?;
        if changed.dirty {
            self.version += 1;
        }
        self.session.clone_from(&changed.session);
        self.handles.extend(changed.handles.iter().cloned());
        self.messages.extend(changed.messages.iter().cloned());
        self.lookups.extend(changed.lookups.iter().cloned());
        Ok(changed)
    }

    /// Applies a command to a session as it was read, and keeps nothing.
    pub(crate) fn dry(&mut self, who: Option<&Principal>, session: Option<Session>, command: Command) -> Result<Changed, Refusal> {
        let drawn = &mut self.drawn;
        let mut ids = || {
            *drawn += 1;
            Uuid::from_u128(*drawn)
        };
        let mut moment = Moment {
            now: self.now,
            tenant: &self.tenant,
            life: self.life,
            heard: self.heard,
            who: who.map_or(Actor::House, Actor::Principal),
            settings: &self.settings,
            keys: &self.keys,
            library: &self.library,
            ids: &mut ids,
        };
        apply(&mut moment, session, self.line.as_ref(), command)
    }

    /// A line of the story: what somebody does, and what comes of it.
    pub(crate) fn tell(&mut self, what: &str, who: Option<&Principal>, command: Command) -> Option<Changed> {
        let at = (self.now.0 - START) / 1000;
        let done = self.apply(who, command);
        let told = match &done {
            Ok(changed) => {
                let mut parts: Vec<String> = changed.events.iter().map(event).collect();
                parts.extend(changed.route.iter().map(|r| format!("→ {}", route(r))));
                parts.extend(changed.messages.iter().map(notice));
                parts.extend(changed.handles.iter().map(|h| format!("given a {:?}", h.kind).to_lowercase()));
                if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
            }
            Err(refusal) => {
                let about: Vec<_> = refusal.about.iter().filter(|(k, _)| !is_id(k)).map(|(k, v)| format!(" {k}={}", since(v))).collect();
                format!("REFUSED {}{}", refusal.reason.name(), about.concat())
            }
        };
        let _ = writeln!(self.log, "{:>8}  {what:<46} | {told}", clock(at));
        let _ = writeln!(self.log, "{:>8}  {:<46} |   = {}", "", "", self.standing());
        done.ok()
    }

    /// The router's owner has written this.
    pub(crate) fn line(&mut self, phase: Phase) {
        let record = self.session.as_ref().and_then(|s| s.interactions.last()).expect("an interaction");
        self.line = Some(Line {
            interaction: record.id,
            phase: phase.clone(),
            queue: record.queue.clone(),
            channel: record.channel,
            since: record.since,
            ahead: None,
            expected_wait: None,
            callback: record.callback.is_some(),
        });
        let id = record.id;
        self.tell(&format!("the router's owner: {}", phase_in_words(&phase)), None, Command::Routed(id, phase));
    }

    /// How the session stands, in words.
    pub(crate) fn standing(&self) -> String {
        let Some(session) = &self.session else { return "there is no session".to_owned() };
        let standing = match &session.standing {
            Standing::Active => {
                let legs: Vec<_> = session.present().map(|l| format!("{:?}", l.channel).to_lowercase()).collect();
                format!("active on {}", legs.join(" and "))
            }
            Standing::Suspended(s) => format!("suspended ({:?})", s.cause).to_lowercase(),
            Standing::Closed { outcome, .. } => format!("closed ({outcome})"),
            Standing::Expired { .. } => "expired".to_owned(),
        };
        let view = view::of(session, self.read(), &self.library, self.now);
        let step = match &view.prompt {
            Some(journey::Prompt::Form { step, current: Some(field), .. }) => format!(", at {step}/{field}"),
            Some(
                journey::Prompt::Menu { step, .. }
                | journey::Prompt::Form { step, .. }
                | journey::Prompt::Say { step, .. }
                | journey::Prompt::Busy { step, .. }
                | journey::Prompt::Line { step, .. }
                | journey::Prompt::WaitOffer { step, .. }
                | journey::Prompt::End { step, .. },
            ) => format!(", at {step}"),
            None => String::new(),
        };
        let line =
            view.line.map_or_else(String::new, |l| format!(", {} since {}", phase_in_words(&l.phase), since(&l.since.0.to_string())));
        let answers: Vec<_> = session.answers.keys().map(ToString::to_string).collect();
        let due = due(session, &self.settings, &self.library).map_or_else(String::new, |d| format!(", due {}", since(&d.0.to_string())));
        format!("{standing}{step}, has [{}]{line}{due}", answers.join(" "))
    }

    pub(crate) fn read(&self) -> view::Read<'_> {
        view::Read { version: Version(self.version), routing_version: Version(0), last_message: store::Seq(0), line: self.line.as_ref() }
    }

    /// The claim by the last handle of a kind that was given out.
    pub(crate) fn claim(&self, kind: HandleKind) -> Claim {
        let given = self.handles.iter().rev().find(|h| h.kind == kind).expect("a handle was given");
        let hash = match kind {
            HandleKind::Code => self.keys.code(given.value.reveal()),
            HandleKind::Link | HandleKind::SipReference | HandleKind::Reply => {
                let issued = Time(given.until.0 - 1);
                Token::parse(&self.keys, given.value.reveal(), issued).expect("our own token").hash(&self.keys)
            }
        };
        Claim::Handle(hash, kind)
    }
}

/// A leg by number.
pub(crate) fn leg(n: u128, channel: Channel) -> Arriving {
    Arriving { leg: LegId(Uuid::from_u128(n)), channel, address: None, language: None }
}

pub(crate) fn leg_id(n: u128) -> LegId {
    LegId(Uuid::from_u128(n))
}

pub(crate) fn session_id() -> SessionId {
    SessionId(Uuid::from_u128(0x5e55))
}

pub(crate) fn begin(n: u128, channel: Channel, journey: Option<&str>) -> Command {
    Command::Start { session: session_id(), leg: leg(n, channel), journey: journey.map(Into::into), claimed: BTreeMap::new() }
}

/// A signed-in customer.
pub(crate) fn customer(name: &str) -> Principal {
    let proof = Proof {
        method: "sign_in".into(),
        level: AssuranceLevel::Substantial,
        issuer: "https://id.example".into(),
        at: Time(START - 60_000),
        until: Time(START + 3_600_000),
    };
    let claims = CustomerClaims {
        customer: Some(name.into()),
        proofs: vec![proof],
        attributes: [("name".to_owned(), Private::new(serde_json::json!("Ada L.")))].into(),
        ..CustomerClaims::default()
    };
    Principal { tenant: "acme".into(), subject: Private::new(name.to_owned()), party: Party::Customer(claims), expires: Time(u64::MAX) }
}

/// A visitor who has not signed in.
pub(crate) fn visitor(subject: &str) -> Principal {
    Principal { party: Party::Customer(CustomerClaims::default()), ..customer(subject) }
}

pub(crate) fn agent(name: &str) -> Principal {
    Principal { party: Party::Agent(name.into()), ..customer(name) }
}

fn event(event: &SessionEvent) -> String {
    let args: Vec<_> = event.args.iter().filter(|(k, _)| !is_id(k)).map(|(k, v)| format!("{k}={}", since(v))).collect();
    if args.is_empty() { event.kind.clone() } else { format!("{} ({})", event.kind, args.join(" ")) }
}

fn notice(message: &Message) -> String {
    match &message.body {
        MessageBody::Notice { key, .. } => format!("notice {key}"),
        MessageBody::Text(_) | MessageBody::File { .. } | MessageBody::QuickReplies { .. } => "message".to_owned(),
    }
}

fn route(request: &RouteRequest) -> String {
    match request {
        RouteRequest::Arrive { queue, channel, needs, since: at, preferred, callback, kept, .. } => format!(
            "arrive in {queue} by {}{}{}{} since {}{}",
            format!("{channel:?}").to_lowercase(),
            if needs.is_empty() { String::new() } else { format!(" ({needs})") },
            preferred.as_ref().map_or_else(String::new, |a| format!(", {a} preferred")),
            if *callback { ", to be called back" } else { "" },
            since(&at.0.to_string()),
            if *kept { ", place kept" } else { "" }
        ),
        RouteRequest::Suspend(..) => "suspend".to_owned(),
        RouteRequest::Leave(..) => "leave".to_owned(),
        RouteRequest::Refresh(_) => "refresh".to_owned(),
    }
}

pub(crate) fn phase_in_words(phase: &Phase) -> String {
    match phase {
        Phase::Waiting => "waiting".to_owned(),
        Phase::Offered(a) => format!("offered to {a}"),
        Phase::Assigned(a) => format!("with {a}"),
        Phase::WrappingUp(a) => format!("{a} wraps up"),
        Phase::Suspended => "place kept".to_owned(),
        Phase::Ended => "over".to_owned(),
        Phase::Refused(why) => format!("refused: {why}"),
    }
}

fn is_id(key: &str) -> bool {
    matches!(key, "session" | "interaction" | "request")
}

/// Moments as times of the story; everything else as it is.
fn since(value: &str) -> String {
    value.parse::<u64>().ok().filter(|v| *v >= START).map_or_else(|| value.to_owned(), |v| clock((v - START) / 1000))
}

fn clock(seconds: u64) -> String {
    match seconds {
        0..3_600 => format!("{seconds}s"),
        3_600..86_400 if seconds.is_multiple_of(3_600) => format!("{}h", seconds / 3_600),
        _ => format!("{}d{}s", seconds / 86_400, seconds % 86_400),
    }
}
