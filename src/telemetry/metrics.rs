//! Every metric of the process in one registry, written as OpenMetrics text.

use super::process::Process;
use crate::engine::Meters;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(crate) enum Kind {
    Http,
    Grpc,
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
    use segue_adapter_kit::Meter as _;
    use std::fmt::Write as _;

    /// `docs/reference/metrics.md` lists every metric; `UPDATE=1` writes it anew.
    #[test]
    fn the_list_of_metrics_is_documented() {
        let metrics = Metrics::default();
        let text = metrics.text();
        let mut list = String::from(
            "# Metrics\n\nServed as OpenMetrics text on `/metrics`. Counters end in `_total`. No label names an agent, a customer or a \
             number.\nThis page is held against the code by a test; `UPDATE=1 cargo nextest run -p segue metrics` writes it anew.\n\n\
             | metric | type | what |\n|---|---|---|\n",
        );
        let mut types: std::collections::BTreeMap<_, _> = std::collections::BTreeMap::new();
        let mut rows = std::collections::BTreeMap::new();
        for line in text.lines() {
            if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                types.insert(name, kind);
            } else if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
                rows.insert(name, help.trim_end_matches('.'));
            }
        }
        for (name, help) in rows {
            writeln!(list, "| `{name}` | {} | {help} |", types[name]).unwrap();
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/metrics.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference")).unwrap();
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
