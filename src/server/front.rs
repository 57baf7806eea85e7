//! Sends each request where it belongs: gRPC by its content type, everything else by its path.
//!
//! The content type comes first because a call to a gRPC service that is not served would otherwise fall through to the
//! pages, and a client would read a page with status 200 as its answer.

use super::methods;
use super::problem;
use super::rest::{not_yet, nowhere};
use crate::telemetry::{Kind, Metrics};
use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use segue_adapter_kit::{At, Doors, Peer};
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::Instant;
use tonic::Status;
use tonic::service::Routes;
use tonic_web::GrpcWebLayer;
use tower::Service;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument as _;

/// Everything that a listener answers. Cheap to clone: one for each request.
#[derive(Clone)]
pub struct Front {
    grpc: Router,
    web: Router,
}

impl Front {
    /// gRPC routes and pages behind one door. Pages of allowed origins may call both.
    pub fn new(grpc: Routes, web: Router, doors: Arc<dyn Doors>, metrics: Metrics) -> Self {
        Self::around(grpc.into_axum_router().fallback(unserved), web.fallback(nowhere), doors, metrics)
    }

    /// What is answered before the house is open: these, and to everything else that it is not, so that callers try again
    /// or elsewhere.
    pub fn opening(grpc: Routes, web: Router, doors: Arc<dyn Doors>, metrics: Metrics) -> Self {
        let closed = || async { Status::unavailable("this node is not open yet; try another").into_http::<Body>() };
        Self::around(grpc.into_axum_router().fallback(closed), web.fallback(not_yet), doors, metrics)
    }

    fn around(grpc: Router, web: Router, doors: Arc<dyn Doors>, metrics: Metrics) -> Self {
        let cors = cors(doors);
        let count = |kind| {
            let metrics = metrics.clone();
            middleware::from_fn(move |request, next| measure(metrics.clone(), kind, request, next))
        };
        // gRPC answers 200 whatever it says; what is refused before it is heard is HTTP's, and told like it.
        let formed = middleware::map_response(problem::formed);
        let grpc = grpc.layer(GrpcWebLayer::new()).layer(middleware::map_response(posted)).layer(formed.clone());
        let grpc = grpc.layer(cors.clone()).layer(count(Kind::Grpc));
        let web = web.layer(formed).layer(cors).layer(count(Kind::Http));
        Self { grpc, web }
    }
}

impl Service<Request<Body>> for Front {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = At<<Router as Service<Request<Body>>>::Future>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let peer = request.extensions().get::<Peer>().cloned();
        Peer::at(peer, if is_grpc(&request) { self.grpc.call(request) } else { self.web.call(request) })
    }
}

/// The answer to a call of a service that this listener does not have.
async fn unserved(uri: Uri) -> Response<Body> {
    // What is known and not here is what operators call, or reflection that is switched off.
    let why = match methods::known(uri.path()) {
        Some(path) if path.starts_with("/segue.admin.") => "operators have an address of their own here: `listen.private` names it",
        Some(_) => "this service is switched off here",
        None => "there is no such service here",
    };
    Status::unimplemented(why).into_http()
}

/// All calls of gRPC are posted, and whoever tries otherwise is told so (RFC 9110, 15.5.6).
async fn posted(mut response: Response<Body>) -> Response<Body> {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

/// Whether a request speaks gRPC or gRPC-Web, or is a browser's question before such a call.
fn is_grpc(request: &Request<Body>) -> bool {
    let says = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    says(header::CONTENT_TYPE).starts_with("application/grpc")
        || (request.method() == Method::OPTIONS && says(header::ACCESS_CONTROL_REQUEST_HEADERS).contains("x-grpc-web"))
}

fn cors(doors: Arc<dyn Doors>) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, _: &http::request::Parts| doors.origin_allowed(Some(origin.to_str().unwrap_or("?")));
    let own = |name| HeaderName::from_static(name);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, own("x-grpc-web"), own("x-user-agent"), own("grpc-timeout")])
        .expose_headers([own("grpc-status"), own("grpc-message"), own("grpc-status-details-bin"), header::RETRY_AFTER])
        .max_age(std::time::Duration::from_secs(3_600))
}

/// Counts a request by its route or method; what none knows is `other`, so that callers cannot fill the registry with names.
async fn measure(metrics: Metrics, kind: Kind, request: Request<Body>, next: Next) -> Response<Body> {
    let begun = Instant::now();
    let route = match kind {
        Kind::Grpc => methods::known(request.uri().path()).map(str::to_owned),
        Kind::Http => request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()),
    };
    let calls = kind == Kind::Grpc && request.method() == Method::POST;
    // Named when it is answered: until then the path is the caller's word, and may be anything.
    let span = tracing::info_span!(
        "request",
        otel.name = tracing::field::Empty,
        otel.kind = "server",
        rpc.method = tracing::field::Empty,
        rpc.response.status_code = tracing::field::Empty,
    );
    let response = next.run(request).instrument(span.clone()).await;
    // gRPC answers 200 whatever it says: anything else, and a browser's question, is an answer of HTTP.
    let (kind, code) = if calls && response.status() == StatusCode::OK {
        let status = response.headers().get("grpc-status").and_then(|status| status.to_str().ok());
        (Kind::Grpc, status.unwrap_or("0").to_owned())
    } else {
        (Kind::Http, response.status().as_str().to_owned())
    };
    let method = route.filter(|_| response.status() != StatusCode::NOT_FOUND).unwrap_or_else(|| "other".to_owned());
    for (field, value) in [("otel.name", &method), ("rpc.method", &method), ("rpc.response.status_code", &code)] {
        span.record(field, value.as_str());
    }
    metrics.answered(kind, method, code, begun.elapsed());
    response
}
