//! The app's gRPC client with its token.

use super::Error;
use crate::app::v1::app_service_client::AppServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::{Interceptor, interceptor::InterceptedService};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// The app's service with a bearer token on each call.
pub type App = AppServiceClient<InterceptedService<Channel, Bearer>>;

/// Puts `authorization: Bearer …` on each call.
#[derive(Clone, Debug)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    /// From a token; `None` where it holds something a header cannot.
    #[must_use]
    pub fn new(token: &str) -> Option<Self> {
        let mut value: MetadataValue<Ascii> = format!("Bearer {token}").parse().ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// Connects to `http://…` with a token.
///
/// # Errors
/// The address does not answer.
pub async fn app(address: &str, bearer: Bearer) -> Result<App, Error> {
    let connect = |source: tonic::transport::Error| Error::Connect { address: address.to_owned(), source: source.into() };
    let endpoint = Endpoint::from_shared(address.to_owned()).map_err(connect)?.tcp_nodelay(true);
    let channel = endpoint.connect().await.map_err(connect)?;
    Ok(AppServiceClient::with_interceptor(channel, bearer))
}
