//! The configuration as typed: every key of the file with its default and its meaning.
//!
//! The JSON schema derived from these types is the one description of the file: it finds unknown keys and wrong kinds
//! (`shape`), masks secrets (`show`), and is printed by `segue config schema`. Marks used there: `x-private` for secrets,
//! `format` for texts that have one.
//!
//! What is *not* here: references, limits, files, secrets read from elsewhere. Those are resolved into the `plan`.

mod routing;
mod tenant;

pub(crate) use routing::*;
pub(crate) use tenant::*;

use crate::config::units::{Lasting, Size};
use schemars::JsonSchema;
use segue_session::Private;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

const fn seconds(n: u64) -> Lasting {
    Lasting(Duration::from_secs(n))
}

/// Everything that can be written in the configuration.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Raw {
    /// A name for this node, unique among nodes that share a store.
    pub node: Option<String>,
    /// The key that handles, look-up hashes and stored secrets derive from: 32 bytes or more, the same on every node, for ever.
    #[schemars(with = "Option<String>", extend("x-private" = true))]
    pub secret: Option<Private<String>>,
    /// A file that holds `secret`.
    pub secret_file: Option<String>,
    /// How long an orderly stop may take.
    pub drain_for: Lasting,
    /// Of that, how long everything goes on after `/readyz` says that it ends, so that balancers see it first.
    pub drain_pause: Lasting,
    /// A folder of files, each one tenant, named by the file: `demo.toml` is `[tenants.demo]`.
    pub tenants_dir: Option<String>,
    /// Where the daemon listens.
    pub listen: Listen,
    /// Where sessions are kept.
    pub store: Store,
    /// Limits on what comes from outside.
    pub limits: Limits,
    /// What the daemon tells about itself.
    pub telemetry: Telemetry,
    /// What is kept of the journal: events, decisions, what happened to sessions.
    pub journal: Journal,
    /// The log of who did what.
    pub audit: Audit,
    /// Businesses served, by id.
    pub tenants: BTreeMap<String, Tenant>,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            node: None,
            secret: None,
            secret_file: None,
            drain_for: seconds(25),
            drain_pause: seconds(0),
            tenants_dir: None,
            listen: Listen::default(),
            store: Store::default(),
            limits: Limits::default(),
            telemetry: Telemetry::default(),
            journal: Journal::default(),
            audit: Audit::default(),
            tenants: BTreeMap::new(),
        }
    }
}

/// Where the daemon listens.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Listen {
    /// Address and port of everything customers and agents use: gRPC, gRPC-Web, WebSockets, health.
    pub public: String,
    /// Address and port of metrics, probes and administration; without it, metrics and probes answer on `public`.
    pub private: Option<String>,
    /// Networks of proxies in front of the daemon, such as `10.0.0.0/8`: what they say about where a request came from is believed.
    pub trusted_proxies: Vec<String>,
    /// Where they say it. One header alone: a proxy that writes one of them passes the other on as the asker wrote it.
    pub proxy_header: ProxyHeader,
    /// Origins of pages that may open sockets, such as `https://www.example.com`; `*` alone allows all (development).
    pub origins: Vec<String>,
    /// Whether gRPC reflection is served.
    pub reflection: bool,
    /// TLS of the public listener.
    pub tls: Option<Tls>,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            public: "127.0.0.1:7700".into(),
            private: None,
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
            origins: Vec::new(),
            reflection: false,
            tls: None,
        }
    }
}

/// Where a proxy says whom it speaks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProxyHeader {
    /// `Forwarded` (RFC 7239).
    #[default]
    Forwarded,
    /// `X-Forwarded-For`.
    XForwardedFor,
}

/// TLS of the public listener.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// A file with the certificate chain, PEM.
    pub certificate: String,
    /// A file with the private key, PEM.
    pub key: String,
}

/// Where sessions are kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Store {
    /// Which store.
    pub kind: StoreKind,
    /// `embedded`: the folder of the store's file.
    pub dir: Option<String>,
    /// `redis`: a `redis://` or `rediss://` URL, password included.
    #[schemars(with = "Option<String>", extend("x-private" = true))]
    pub url: Option<Private<String>>,
    /// A file that holds `url`.
    pub url_file: Option<String>,
    /// `redis`, with rediss://: a PEM file with the authority that vouches for it; the system's authorities where it is absent.
    pub ca: Option<String>,
    /// `redis`: start even on a Redis that evicts or keeps no append-only file.
    pub allow_unsafe: bool,
}

/// Kinds of stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoreKind {
    /// Nowhere: this process only, for tests.
    Memory,
    /// A file of this machine.
    #[default]
    Embedded,
    /// Redis, for more than one node.
    Redis,
}

/// Limits on what comes from outside.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// Time to receive an HTTP head.
    pub header_time: Lasting,
    /// Time for a handshake (TLS, the hello on a WebSocket).
    pub handshake_time: Lasting,
    /// A WebSocket frame.
    pub ws_frame: Size,
    /// A WebSocket message.
    pub ws_message: Size,
    /// How often a WebSocket is pinged; it is closed after two misses.
    pub ws_ping: Lasting,
    /// A gRPC message.
    pub grpc_message: Size,
    /// Streams per HTTP/2 connection.
    pub http2_streams: u32,
    /// Streams a client may reset before we have answered them; one more closes its connection.
    pub http2_resets: u32,
    /// All headers of a request.
    pub header_list: Size,
    /// What must come of a request's body, or of a gRPC call's first message, in each second that we wait for it.
    pub body_rate: Size,
    /// Over how long that is measured.
    pub body_window: Lasting,
    /// A session's content, kept inline.
    pub session_bytes: Size,
    /// Wrong codes of one device or address that cost nothing; each further one costs a pause, twice as long each time.
    pub code_tries: u32,
    /// Wrong codes of all of a tenant in an hour that cost nothing; beyond them they wait for each other.
    pub code_tries_tenant: u32,
    /// Connections open at once on the public listener.
    pub connections: u32,
    /// WebSockets open at once.
    pub sockets: u32,
    /// Of these, kept for desks: customers cannot take them. A tenth, where it is absent.
    pub sockets_for_desks: Option<u32>,
    /// WebSockets of one address; of IPv6, of a network of 64 bits. Many people may share one.
    pub sockets_per_address: u32,
    /// WebSockets, of desks and of pages each, whose hello has not been admitted yet.
    pub sockets_unadmitted: u32,
    /// Commands under way at once; more are refused as overload.
    pub commands: u32,
    /// A deadline for a call that brings none, and the longest that a call may bring.
    pub deadline: Lasting,
}

impl Default for Limits {
    fn default() -> Self {
        let plan = crate::config::plan::Limits::default();
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            header_time: Lasting(plan.header_time),
            handshake_time: Lasting(plan.handshake_time),
            ws_frame: Size(plan.ws_frame),
            ws_message: Size(plan.ws_message),
            ws_ping: Lasting(plan.ws_ping),
            grpc_message: Size(plan.grpc_message),
            http2_streams: plan.http2_streams,
            http2_resets: small(plan.http2_resets),
            header_list: Size(plan.header_list as usize),
            body_rate: Size(plan.body_rate),
            body_window: Lasting(plan.body_window),
            session_bytes: Size(plan.session_bytes),
            code_tries: plan.code_tries,
            code_tries_tenant: plan.code_tries_tenant,
            connections: small(plan.connections),
            sockets: small(plan.sockets),
            sockets_for_desks: None,
            sockets_per_address: small(plan.sockets_per_address),
            sockets_unadmitted: small(plan.sockets_unadmitted),
            commands: small(plan.commands),
            deadline: Lasting(plan.deadline),
        }
    }
}

/// What the daemon tells about itself.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Telemetry {
    /// Which log lines are written: `info`, `segue=debug,info` …
    pub log: String,
    /// How log lines look.
    pub format: LogFormat,
    /// An OTLP/gRPC collector for traces, such as `http://127.0.0.1:4317`; needs a binary built with the `otlp` feature.
    pub otlp: Option<String>,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { log: "info".into(), format: LogFormat::Auto, otlp: None }
    }
}

/// What is kept of the journal, whichever ends first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Journal {
    /// For how long.
    pub keep_for: Lasting,
    /// So many entries of each tenant.
    pub keep_entries: u64,
}

impl Default for Journal {
    fn default() -> Self {
        let plan = crate::config::plan::Journal::default();
        Self { keep_for: Lasting(plan.keep_for), keep_entries: plan.keep_entries }
    }
}

/// The log of who did what.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Audit {
    /// The file. Without it: `audit.log` in the folder of the embedded store, `audit-NODE.log` beside the configuration with
    /// Redis, none with the memory store.
    pub file: Option<String>,
    /// Keep none.
    pub off: bool,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}
