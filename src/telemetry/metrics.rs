//! Every metric of the process in one registry, written as OpenMetrics text.

use super::process::Process;
use crate::engine::Meters;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Arc;
use std::time::Duration;

/// Of a request's kind and end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    /// The route, or the gRPC method; `other` for what is not served, so that callers cannot make labels.
    method: String,
    /// The HTTP status, or the gRPC status's number.
    code: String,
    kind: Kind,
}

/// Which protocol a request spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Http,
    Grpc,
}

impl EncodeLabelValue for Kind {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        let word = if *self == Self::Grpc { "grpc" } else { "http" };
        word.encode(encoder)
    }
}

/// Of a socket's adapter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSocket {
    adapter: &'static str,
}

/// Of a socket's end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfClose {
    adapter: &'static str,
    code: &'static str,
}

/// All metrics of the process. Cloning shares them.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    /// What the engine and the house count.
    pub meters: Meters,
    requests: Family<OfRequest, Counter>,
    durations: Family<OfMethod, Histogram, fn() -> Histogram>,
    pub(crate) connections: Gauge,
    pub(crate) refused_connections: Counter,
    pub(crate) draining: Gauge,
    sockets: Family<OfSocket, Gauge>,
    closes: Family<OfClose, Counter>,
    held: Family<OfSocket, Histogram, fn() -> Histogram>,
}

/// Of a method.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfMethod {
    method: String,
    kind: Kind,
}

fn requests() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 2.0, 16))
}

fn lives() -> Histogram {
    Histogram::new([1.0, 10.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0])
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let meters = Meters::default();
        meters.register(&mut registry);
        registry.register_collector(Box::new(Process));
        let all = Self {
            registry: Arc::default(),
            meters,
            requests: Family::default(),
            durations: Family::new_with_constructor(requests),
            connections: Gauge::default(),
            refused_connections: Counter::default(),
            draining: Gauge::default(),
            sockets: Family::default(),
            closes: Family::default(),
            held: Family::new_with_constructor(lives),
        };
        let r = registry.sub_registry_with_prefix("segue");
        let build = vec![("version", env!("CARGO_PKG_VERSION"))];
        r.register("build", "The build that runs", Info::new(build));
        r.register("requests", "Requests answered, by method and status", all.requests.clone());
        r.register_with_unit("request_duration", "From head to the answer's head", Unit::Seconds, all.durations.clone());
        r.register("connections", "Connections open on the public listener", all.connections.clone());
        r.register("connections_refused", "Connections refused because too many were open", all.refused_connections.clone());
        r.register("draining", "1 while the daemon stops in order", all.draining.clone());
        r.register("ws_connections", "WebSockets open", all.sockets.clone());
        r.register("ws_closes", "WebSockets closed, by code", all.closes.clone());
        r.register_with_unit("ws_held", "How long WebSockets lived", Unit::Seconds, all.held.clone());
        Self { registry: Arc::new(registry), ..all }
    }
}

impl Metrics {
    /// Counts a request that was answered.
    pub(crate) fn answered(&self, kind: Kind, method: String, code: String, took: Duration) {
        self.requests.get_or_create(&OfRequest { method: method.clone(), code, kind }).inc();
        self.durations.get_or_create(&OfMethod { method, kind }).observe(took.as_secs_f64());
    }

    /// The media type of [`Self::text`].
    pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Everything as OpenMetrics text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string fails only where a metric's own code does, which then is left out.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl segue_adapter_kit::Meter for Metrics {
    fn socket_opened(&self, adapter: &'static str) {
        self.sockets.get_or_create(&OfSocket { adapter }).inc();
    }
    fn socket_closed(&self, adapter: &'static str, code: &'static str, held: Duration) {
        self.sockets.get_or_create(&OfSocket { adapter }).dec();
        self.closes.get_or_create(&OfClose { adapter, code }).inc();
        self.held.get_or_create(&OfSocket { adapter }).observe(held.as_secs_f64());
    }
    fn limit_reached(&self, _: &'static str, limit: &'static str) {
        self.meters.limit(limit);
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::meters::{OfCause, OfEnd, OfQueue, OfReadiness, OfResult, OfTenant};
    use segue_adapter_kit::Meter as _;
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    /// The labels of a sample's line, without their values and without a histogram's own.
    fn labels(line: &str) -> String {
        let inside = line.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}')).map(|(inside, _)| inside).unwrap_or_default();
        let names = inside.split("\",").filter_map(|pair| pair.split_once('=')).map(|(name, _)| name).filter(|name| *name != "le");
        names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
    }

    /// Gives every family a member: one without members is left out of the text.
    fn seen_once() -> Metrics {
        let metrics = Metrics::default();
        metrics.socket_opened("chat");
        metrics.socket_closed("chat", "done", Duration::from_secs(1));
        metrics.limit_reached("chat", "frame_rate");
        metrics.answered(Kind::Grpc, "/segue.app.v1.AppService/Step".into(), "0".into(), Duration::ZERO);
        let meters = &metrics.meters;
        let queue = OfQueue { tenant: "acme".into(), queue: "faults".into() };
        meters.waiting.get_or_create(&queue).set(1);
        meters.config.get_or_create(&OfTenant { tenant: "acme".into() }).set(1);
        for gauge in [&meters.journal, &meters.chores, &meters.answers] {
            gauge.get_or_create(&OfTenant { tenant: "acme".into() }).set(1);
        }
        meters.oldest_wait.get_or_create(&queue).set(1);
        meters.wait.get_or_create(&queue).observe(1.0);
        for family in [&meters.offers, &meters.resumes, &meters.connects, &meters.reloads] {
            family.get_or_create(&OfResult::of("some")).inc();
        }
        let end = OfEnd { tenant: "acme".into(), queue: "faults".into(), channel: "chat".into(), outcome: "handled".into() };
        meters.interactions.get_or_create(&end).inc();
        meters.agents.get_or_create(&OfReadiness { tenant: "acme".into(), readiness: "idle".into() }).set(1);
        meters.suspensions.get_or_create(&OfCause { cause: "asked".into() }).inc();
        metrics
    }

    /// `docs/reference/metrics.md` lists every metric; `UPDATE=1` writes it anew.
    #[test]
    fn the_list_of_metrics_is_documented() {
        let text = seen_once().text();
        let mut list = String::from(
            "# Metrics\n\nServed as OpenMetrics text on `/metrics`. Counters end in `_total` there. No label names an agent, a customer or \
             a number.\nThis page is held against the code by a test; `UPDATE=1 cargo nextest run -p segue metrics` writes it anew.\n\n\
             | metric | type | labels | what |\n|---|---|---|---|\n",
        );
        let about = |line: &str, head: &str| {
            line.strip_prefix(head).and_then(|rest| rest.split_once(' ')).map(|(a, b)| (a.to_owned(), b.to_owned()))
        };
        let kinds: BTreeMap<_, _> = text.lines().filter_map(|line| about(line, "# TYPE ")).collect();
        let rows: BTreeMap<_, _> = text.lines().filter_map(|line| about(line, "# HELP ")).collect();
        for (name, help) in &rows {
            let labels = text.lines().find(|line| line.starts_with(name.as_str()) && line.contains('{')).map(labels).unwrap_or_default();
            writeln!(list, "| `{name}` | {} | {labels} | {} |", kinds[name], help.trim_end_matches('.')).unwrap();
        }
        let registered = |source: &str| source.split("#[cfg(test)]").next().unwrap().matches(" r.register").count();
        let registered = registered(include_str!("metrics.rs")) + registered(include_str!("../engine/meters.rs"));
        let ours = rows.keys().filter(|name| name.starts_with("segue_")).count();
        assert_eq!(ours, registered, "a metric is registered that `seen_once` does not touch");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/metrics.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &list).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), list, "run with UPDATE=1");
    }

    #[test]
    fn sockets_are_counted() {
        let metrics = Metrics::default();
        metrics.socket_opened("chat");
        metrics.socket_opened("chat");
        metrics.socket_closed("chat", "done", Duration::from_secs(3));
        metrics.limit_reached("chat", "frame_rate");
        let text = metrics.text();
        for line in [
            "segue_ws_connections{adapter=\"chat\"} 1",
            "segue_ws_closes_total{adapter=\"chat\",code=\"done\"} 1",
            "segue_limit_reached_total{limit=\"frame_rate\"} 1",
            "segue_build_info{version=",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
