//! A connection to a running daemon, with a token.

use super::token::{self, RoleName};
use super::{ConfigFile, Error};
use crate::config::{self, Wanted};
use crate::doors::mint;
use crate::engine::Clock;
use segue_proto::admin::v1::admin_service_client::AdminServiceClient;
use segue_session::Private;
use serde_json::Map;
use std::path::PathBuf;
use std::time::Duration;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

/// Where the daemon is, and who asks.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Where {
    /// Where the daemon is.
    #[arg(long, env = "SEGUE_URL", default_value = "http://127.0.0.1:7700", value_name = "URL")]
    url: String,
    /// A token with the role admin, service or supervisor.
    #[arg(long, env = "SEGUE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Without a token: the configuration whose development issuer makes one.
    #[arg(long, short, env = "SEGUE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Without a token: for which tenant it is made.
    #[arg(long)]
    tenant: Option<String>,
    /// How long to wait for an answer, in seconds.
    #[arg(long, default_value = "10", value_name = "SECONDS")]
    wait: u64,
}

/// Puts the token on every call.
#[derive(Clone)]
pub(super) struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// The administration of a running daemon.
pub(super) type Admin = AdminServiceClient<InterceptedService<Channel, Bearer>>;

impl Where {
    pub(super) async fn connect(&self) -> Result<Admin, Error> {
        let token = self.token()?;
        let bearer = format!("Bearer {}", token.reveal()).parse().map_err(|_| Error::Usage {
            what: "the token holds signs that no token has".into(),
            mend: "copy it whole, without line ends".into(),
        })?;
        let wait = Duration::from_secs(self.wait);
        let unreachable = |error: tonic::transport::Error| {
            let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            Error::Unreachable { url: self.url.clone(), why }
        };
        let endpoint = Endpoint::from_shared(self.url.clone()).map_err(unreachable)?.timeout(wait).connect_timeout(wait);
        let channel = endpoint.connect().await.map_err(unreachable)?;
        Ok(AdminServiceClient::with_interceptor(channel, Bearer(bearer)).max_decoding_message_size(16 << 20))
    }

    fn token(&self) -> Result<Private<String>, Error> {
        if let Some(token) = &self.token {
            return Ok(Private::new(token.trim().to_owned()));
        }
        let config = self.config.clone().ok_or_else(|| Error::Usage {
            what: "the daemon wants a token".into(),
            mend: "--token or SEGUE_TOKEN; or --config FILE, whose development issuer makes one".into(),
        })?;
        let plan = config::load(&Wanted::file(&ConfigFile { config }.config))?.plan;
        let tenant = token::tenant(&plan, self.tenant.as_deref())?;
        let lasts = Duration::from_secs(300);
        Ok(mint(tenant, RoleName::Admin.into(), "operator", lasts, Clock::system().now(), &Map::new())?.token)
    }
}

/// What a status means for whoever typed the command.
pub(super) fn refused(status: &Status) -> Error {
    let reason = status.get_details_error_info().map(|info| info.reason);
    Error::Refused { message: status.message().to_owned(), reason }
}
