//! Traces reach a collector over OTLP/gRPC, and say nothing of anybody.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::post;
use segue::config::plan::{LogFormat, StorePlan, Telemetry};
use segue::demo::{self, Card};
use segue::engine::Clock;
use segue::{serve, telemetry};
use segue_proto::client::{Chat, Customer, Entry};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tonic::{Response, Status};
use tonic_prost::ProstCodec;

/// The part of `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest` that is looked at.
#[derive(Clone, PartialEq, prost::Message)]
struct Export {
    #[prost(message, repeated, tag = "1")]
    resources: Vec<Resource>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Resource {
    #[prost(message, repeated, tag = "2")]
    scopes: Vec<Scope>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Scope {
    #[prost(message, repeated, tag = "2")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Span {
    #[prost(string, tag = "5")]
    name: String,
    #[prost(message, repeated, tag = "9")]
    attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<Value>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Value {
    #[prost(string, tag = "1")]
    text: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Done {}

type Heard = Arc<Mutex<Vec<Span>>>;

/// A collector that keeps what it is sent.
async fn collect(State(heard): State<Heard>, request: Request) -> http::Response<tonic::body::Body> {
    let keep = tower::service_fn(move |request: tonic::Request<Export>| {
        let resources = request.into_inner().resources.into_iter();
        heard.lock().unwrap().extend(resources.flat_map(|resource| resource.scopes).flat_map(|scope| scope.spans));
        std::future::ready(Ok::<_, Status>(Response::new(Done {})))
    });
    tonic::server::Grpc::new(ProstCodec::<Done, Export>::default()).unary(keep, request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_is_traced_without_anybody_s_data() {
    let heard = Heard::default();
    let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    let collector = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", collector.local_addr().unwrap());
    let app = Router::new().route(path, post(collect)).with_state(Arc::clone(&heard));
    tokio::spawn(async move { axum::serve(collector, app).await.unwrap() });
    let traced = Telemetry { log: "trace".into(), format: LogFormat::Json, otlp: Some(endpoint) };
    let guard = telemetry::init(&traced).unwrap();

    let mut plan = demo::plan(Path::new("unused"), ([127, 0, 0, 1], 0).into(), Vec::new()).map_err(|faults| faults.lines()).unwrap();
    plan.store = StorePlan::Memory;
    plan.audit = None;
    let running = serve::start(plan.clone()).await.unwrap();
    let tokens = Card::new(plan.tenants.values().next().unwrap(), running.public, "memory", Clock::system().now()).unwrap();
    let url = format!("http://{}", running.public);
    let mut nora = Customer::connect(&url, &tokens.customer).await.unwrap();
    let mut place = nora.start("fault").await.unwrap();
    nora.choose(&mut place, "internet").await.unwrap();
    nora.say(&place, "marker-of-a-message").await.unwrap();
    let mut page = Chat::open(&format!("ws://{}/v1/chat", running.public), Entry::Widget("nordlicht-site".into()), None).await.unwrap();
    page.start("fault").await.unwrap();
    let nowhere = reqwest::Client::new().get(format!("{url}/marker-of-a-path")).send().await.unwrap();
    assert_eq!(nowhere.status(), 404);
    page.vanish();
    running.stop().await;
    // The last spans are sent when the guard goes; it waits for the collector.
    tokio::task::spawn_blocking(move || drop(guard)).await.unwrap();

    let spans = heard.lock().unwrap().clone();
    let names: std::collections::BTreeSet<_> = spans.iter().map(|span| span.name.as_str()).collect();
    for name in ["/segue.app.v1.AppService/StartSession", "/segue.app.v1.AppService/Step", "/v1/chat", "other"] {
        assert!(names.contains(name), "{name} is not among {names:?}");
    }
    assert!(names.iter().all(|name| name.starts_with("/segue.") || name.starts_with("/v1/") || *name == "other"), "only ours: {names:?}");
    let told = format!("{spans:?}");
    for marker in ["marker-of", "nora", "Nora", "41443640101", "10203040", "gold", &place.session, &tokens.customer] {
        assert!(!told.contains(marker), "{marker:?} is in a trace: {told}");
    }
}
