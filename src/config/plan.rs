//! The configuration as resolved: every reference checked, every default filled in, every secret read.

pub use super::hours::{Hours, Interval};
pub use super::network::Network;
pub use super::routing::{Agent, PresencePlan, Queue, Routing, Step, Way};
use segue_session::store::Keep;
use segue_session::{Action, AssuranceLevel, JourneyName, Language, Private, QueueName, TenantId, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Everything the daemon is told.
#[derive(Clone, Debug)]
pub struct Plan {
    /// A name for this node, unique among nodes.
    pub node: String,
    /// Where it listens.
    pub listen: Listen,
    /// Where sessions are kept.
    pub store: StorePlan,
    /// Limits on what comes from outside.
    pub limits: Limits,
    /// What the daemon tells about itself.
    pub telemetry: Telemetry,
    /// What is kept of the journal.
    pub journal: Journal,
    /// The audit log's file; `None` keeps none.
    pub audit: Option<PathBuf>,
    /// How long an orderly stop may take.
    pub drain_for: Duration,
    /// Of that, how long everything goes on after probes were told, so that balancers see it first.
    pub drain_pause: Duration,
    /// The key that handles, look-up hashes and secrets derive from: 32 bytes or more.
    pub secret: Private<Vec<u8>>,
    /// Businesses served.
    pub tenants: BTreeMap<TenantId, Tenant>,
    /// Whether the sample pages of the demo's made-up firm are served too: its app, and its site.
    pub samples: bool,
}

/// Where the daemon listens.
#[derive(Clone, Debug)]
pub struct Listen {
    /// gRPC, gRPC-Web, WebSocket, health: one port for all.
    pub public: SocketAddr,
    /// Metrics, probes and administration; `None` serves all three on `public`.
    pub private: Option<SocketAddr>,
    /// Certificate chain and key in PEM; `None` is plain text, for a loopback address or behind a proxy.
    pub tls: Option<TlsPlan>,
    /// Proxies in front of us.
    pub trusted_proxies: Vec<Network>,
    /// Where they say whom they speak for.
    pub proxy_header: ProxyHeader,
    /// Origins of pages that may open sockets; `*` alone allows all (development).
    pub origins: Vec<String>,
    /// Whether gRPC reflection is served.
    pub reflection: bool,
}

/// Where a proxy says whom it speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyHeader {
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// `X-Forwarded-For`.
    XForwardedFor,
}

/// TLS of the public listener.
#[derive(Clone, Debug)]
pub struct TlsPlan {
    /// Certificate chain, PEM.
    pub certificate: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
}

/// Where sessions are kept.
#[derive(Clone, Debug)]
pub enum StorePlan {
    /// Nowhere: this process only.
    Memory,
    /// A file of this machine.
    Embedded {
        /// The file's directory.
        dir: PathBuf,
    },
    /// Redis.
    Redis {
        /// `redis://` or `rediss://` URL, password included.
        url: Private<String>,
        /// With `rediss://`: who vouches for it, in PEM; the system's authorities where it is absent.
        ca: Option<Vec<u8>>,
        /// Start even on a Redis that evicts or keeps no append-only file.
        allow_unsafe: bool,
    },
}

/// What the daemon tells about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telemetry {
    /// Which log lines are written: a filter such as `info` or `segue=debug,info`; empty is `info`.
    pub log: String,
    /// How log lines look.
    pub format: LogFormat,
    /// The OTLP/gRPC collector that traces go to; needs a binary with the `otlp` feature.
    pub otlp: Option<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What is kept of the journal, whichever ends first. Parts of it go with the snapshots they begin at, an eighth at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journal {
    /// For how long.
    pub keep_for: Duration,
    /// So many entries of each tenant.
    pub keep_entries: u64,
}

impl Default for Journal {
    fn default() -> Self {
        Self { keep_for: Duration::from_secs(30 * 86_400), keep_entries: 80_000 }
    }
}

impl Journal {
    /// Parts that the journal goes in.
    const PARTS: u32 = 8;
    /// The most entries between snapshots: so many are walked again at a start.
    const MOST: u64 = 10_000;

    /// After how many entries a snapshot is due.
    #[must_use]
    pub fn every(&self) -> u64 {
        (self.keep_entries / u64::from(Self::PARTS)).clamp(1, Self::MOST)
    }

    /// After how long a snapshot is due, where anything happened.
    #[must_use]
    pub fn at_least_each(&self) -> Duration {
        self.keep_for / Self::PARTS
    }

    /// Which snapshots are kept.
    #[must_use]
    pub fn keep(&self, now: Time) -> Keep {
        let age = u64::try_from(self.keep_for.as_millis()).unwrap_or(u64::MAX);
        let snapshots = usize::try_from(self.keep_entries / self.every()).unwrap_or(usize::MAX);
        Keep { snapshots, since: Time(now.0.saturating_sub(age)) }
    }
}

/// Limits on what comes from outside. `Default` is the list of the design's safety page.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time to receive an HTTP head.
    pub header_time: Duration,
    /// Time for a handshake (TLS, WebSocket hello).
    pub handshake_time: Duration,
    /// A WebSocket frame, bytes.
    pub ws_frame: usize,
    /// A WebSocket message, bytes.
    pub ws_message: usize,
    /// How often a WebSocket is pinged; closed after two misses.
    pub ws_ping: Duration,
    /// A gRPC message, bytes.
    pub grpc_message: usize,
    /// Streams per HTTP/2 connection.
    pub http2_streams: u32,
    /// A header list, bytes.
    pub header_list: u32,
    /// A session's context, bytes, inline.
    pub session_bytes: usize,
    /// What must come of a body in each second that we wait for it, bytes.
    pub body_rate: usize,
    /// Over how long that is measured.
    pub body_window: Duration,
    /// Wrong codes of one device or address that cost no pause.
    pub code_tries: u32,
    /// Wrong codes of all of a tenant together, in an hour, that cost no pause.
    pub code_tries_tenant: u32,
    /// Connections open at once on the public listener.
    pub connections: usize,
    /// Streams that a client may reset before we have answered them; one more closes its connection (CVE-2023-44487).
    pub http2_resets: usize,
    /// WebSockets open at once.
    pub sockets: usize,
    /// Of these, kept for desks.
    pub sockets_for_desks: usize,
    /// WebSockets of one address (IPv6: of a /64).
    pub sockets_per_address: usize,
    /// WebSockets of desks, and of pages, that were not admitted yet.
    pub sockets_unadmitted: usize,
    /// Commands under way at once; more are refused as overload.
    pub commands: usize,
    /// A deadline for a gRPC call that brings none, and the longest allowed.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const KB: usize = 1024;
        Self {
            header_time: Duration::from_secs(5),
            handshake_time: Duration::from_secs(10),
            ws_frame: 64 * KB,
            ws_message: 256 * KB,
            ws_ping: Duration::from_secs(20),
            grpc_message: 1024 * KB,
            http2_streams: 200,
            header_list: 16 * 1024,
            session_bytes: 64 * KB,
            body_rate: KB,
            body_window: Duration::from_secs(30),
            code_tries: 10,
            code_tries_tenant: 600,
            connections: 50_000,
            http2_resets: 20,
            sockets: 40_000,
            sockets_for_desks: 4_000,
            sockets_per_address: 10_000,
            sockets_unadmitted: 4_000,
            commands: 4_096,
            deadline: Duration::from_secs(30),
        }
    }
}

/// One business.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What to call it.
    pub title: String,
    /// The language of customers who say nothing.
    pub language: Language,
    /// The country of telephone numbers without a country code, ISO 3166 alpha-2.
    pub region: Option<String>,
    /// The time zone in which a day begins and ends, IANA.
    pub time_zone: Option<String>,
    /// The page that a link handle opens, with `{handle}` in it.
    pub resume_link: Option<String>,
    /// Who may issue tokens.
    pub issuers: Vec<Issuer>,
    /// Keys of web-chat widgets that let visitors in.
    pub widgets: BTreeSet<String>,
    /// How routing goes.
    pub routing: Routing,
    /// How sessions go.
    pub sessions: Sessions,
    /// Journey files: name and text, as read.
    pub journeys: Vec<JourneySource>,
    /// The journey a session begins with when none is named.
    pub start: Option<JourneyName>,
    /// The queue of customers who ask for a person where no journey says which; `None` where there is no queue at all.
    pub person_queue: Option<QueueName>,
    /// Systems that add to the screen pop.
    pub connectors: Vec<Connector>,
    /// Links on the screen pop.
    pub links: Vec<LinkTemplate>,
    /// Hosts that journeys' look-ups, connectors, files and links may name.
    pub hosts: BTreeSet<String>,
}

/// A journey's file.
#[derive(Clone, Debug)]
pub struct JourneySource {
    /// Where it was read from, for messages.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// Who may issue tokens for a tenant. The algorithm is fixed here, never taken from the token.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// `iss`.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
    /// How its tokens are checked.
    pub keys: IssuerKeys,
    /// Roles its tokens may claim.
    pub roles: BTreeSet<segue_session::Role>,
    /// Which claims become signed attributes of the customer.
    pub attributes: BTreeSet<String>,
}

/// How an issuer's tokens are checked.
#[derive(Clone, Debug)]
pub enum IssuerKeys {
    /// HS256 with a shared secret: for development.
    Shared(Private<Vec<u8>>),
    /// RS256 or ES256 with one public key in PEM.
    Pem {
        /// `RS256` or `ES256`.
        algorithm: String,
        /// The key.
        pem: String,
    },
    /// RS256 or ES256 with keys fetched from here.
    Jwks {
        /// `RS256` or `ES256`.
        algorithm: String,
        /// Where.
        url: String,
    },
}

/// How a tenant's sessions go.
#[derive(Clone, Debug)]
pub struct Sessions {
    /// How long a lost leg may stay away before the session is suspended.
    pub grace: Duration,
    /// How long nothing may happen before a live session is suspended.
    pub idle: Duration,
    /// How long a suspended session can be resumed, anew with each change.
    pub sliding: Duration,
    /// How long a session lasts at most.
    pub absolute: Duration,
    /// How long handles hold.
    pub handle_for: Duration,
    /// Digits of a code, 6 to 8.
    pub code_digits: u8,
    /// How long an archived session's stub explains itself.
    pub keep_for: Duration,
    /// How long a proof counts at most, by its method.
    pub holds: BTreeMap<String, Duration>,
    /// How surely a customer must be known for what they ask.
    pub levels: BTreeMap<Action, AssuranceLevel>,
}

/// A system that adds to the screen pop.
#[derive(Clone, Debug)]
pub struct Connector {
    /// What its part is called on the pop.
    pub name: String,
    /// Where: a URL template with `{customer}`, `{session}`, `{persona}` and answers `{answers.FIELD}`.
    pub url: String,
    /// Sent as `Authorization`.
    pub authorization: Option<Private<String>>,
    /// How long to wait; what is later than the pop's deadline arrives as a delta.
    pub wait: Duration,
}

/// A link on the screen pop.
#[derive(Clone, Debug)]
pub struct LinkTemplate {
    /// What it is called.
    pub label: String,
    /// URL template as for connectors.
    pub url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_goes_in_parts_that_a_start_can_walk() {
        let parts = |keep_entries| {
            let journal = Journal { keep_entries, ..Journal::default() };
            (journal.every(), journal.keep(Time(0)).snapshots)
        };
        assert_eq!(parts(80_000), (10_000, 8));
        assert_eq!(parts(1_000), (125, 8));
        assert_eq!(parts(1_000_000), (10_000, 100));
        let day = Journal { keep_for: Duration::from_secs(86_400), ..Journal::default() };
        assert_eq!(day.keep(Time(90_000_000)).since, Time(3_600_000));
        assert_eq!(day.at_least_each(), Duration::from_secs(3 * 3_600));
    }
}
