//! A connection to a running daemon, with a token.

use super::token::{self, RoleName};
use super::{ConfigFile, Error, out};
use crate::config::{self, Wanted};
use crate::doors::mint;
use crate::engine::Clock;
use segue_proto::admin::v1::admin_service_client::AdminServiceClient;
use segue_session::{Private, Reason};
use serde_json::Map;
use std::path::PathBuf;
use std::time::Duration;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status, TimeoutExpired};
use tonic_types::StatusExt as _;

/// The largest answer that is read, in bytes: an export of a customer with many sessions is large.
const ANSWER: usize = 16 << 20;

/// Where the daemon is, and who asks.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Where {
    /// Where the daemon is: http:// or https://, host, port.
    #[arg(long, env = "SEGUE_URL", default_value = "http://127.0.0.1:7700", value_name = "URL")]
    url: String,
    /// With https://: a PEM file with the authority that vouches for the daemon; the system's authorities where it is absent.
    #[arg(long, env = "SEGUE_CA", value_name = "FILE")]
    ca: Option<PathBuf>,
    /// A token: of an admin or a service, or, to look and no more, of a supervisor.
    #[arg(long, env = "SEGUE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Without a token: the configuration whose development issuer makes one.
    #[arg(long, short, env = "SEGUE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Without a token: for which tenant it is made.
    #[arg(long)]
    tenant: Option<String>,
    /// How long to wait for an answer, like 30s or 5m; bare numbers are seconds. An hour at most.
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = out::lasting::<3_600>)]
    wait: Duration,
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
        let endpoint = self.endpoint()?;
        let token = self.token()?;
        let bearer = format!("Bearer {}", token.reveal()).parse().map_err(|_| Error::Usage {
            what: "the token holds signs that no token has".into(),
            mend: "copy it whole, without line ends".into(),
        })?;
        let channel = endpoint.connect().await.map_err(|error| self.unreachable(&error))?;
        Ok(AdminServiceClient::with_interceptor(channel, Bearer(bearer)).max_decoding_message_size(ANSWER))
    }

    fn endpoint(&self) -> Result<Endpoint, Error> {
        let wrong = |what: String, mend: &str| Error::Usage { what, mend: mend.into() };
        let shape = "--url or SEGUE_URL, like http://127.0.0.1:7700 or https://care.example.com";
        let (scheme, _) = self.url.split_once("://").ok_or_else(|| wrong(format!("{:?} is no URL", self.url), shape))?;
        let endpoint = Endpoint::from_shared(self.url.clone()).map_err(|_| wrong(format!("{:?} is no URL", self.url), shape))?;
        let endpoint = endpoint.timeout(self.wait).connect_timeout(self.wait);
        match (scheme, &self.ca) {
            ("http", None) => Ok(endpoint),
            ("http", Some(_)) => {
                Err(wrong("an authority vouches for https:// only".into(), "write https://, or leave --ca and SEGUE_CA out"))
            }
            ("https", ca) => {
                let tls = ClientTlsConfig::new();
                let tls = match ca {
                    None => tls.with_native_roots(),
                    Some(file) => {
                        let doing = format!("reading {}", file.display());
                        let pem = std::fs::read(file).map_err(|source| Error::Io { doing, source })?;
                        tls.ca_certificate(Certificate::from_pem(pem))
                    }
                };
                let unusable =
                    |_| wrong("the authority's certificate cannot be used".into(), "PEM, beginning with -----BEGIN CERTIFICATE-----");
                endpoint.tls_config(tls).map_err(unusable)
            }
            _ => Err(wrong(format!("{scheme}:// is no way to a daemon"), shape)),
        }
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

    /// What a status means for whoever typed the command.
    pub(super) fn refused(&self, status: Status) -> Error {
        let details = status.get_details_error_info();
        match (details, status.code()) {
            (Some(info), _) => {
                let mend = mend(&info.reason).map(str::to_owned);
                Error::Refused { message: status.message().to_owned(), reason: info.reason, mend }
            }
            (None, Code::Unimplemented) => Error::Unreachable {
                url: self.url.clone(),
                why: "what answers there does not serve the administration".into(),
                mend: "where `listen.private` is configured, the administration answers there; `--url` or SEGUE_URL".into(),
            },
            (None, Code::Cancelled | Code::DeadlineExceeded) if late(&status) => Error::Unreachable {
                url: self.url.clone(),
                why: format!("no answer within {:?}", self.wait),
                mend: "ask for less, or give it longer: --wait TIME".into(),
            },
            // No refusal of ours: the connection, or something between, has failed.
            (None, _) => self.unreachable(&status),
        }
    }

    fn unreachable(&self, error: &dyn std::error::Error) -> Error {
        let deepest = std::iter::successors(Some(error), |error| error.source()).last().map(ToString::to_string);
        let why = deepest.unwrap_or_default();
        let mend = if why.contains("certificate") {
            "--ca FILE or SEGUE_CA names the authority that vouches for the daemon; the URL's host must be in the certificate"
        } else if self.url.starts_with("https://") && why.contains("corrupt message") {
            "it seems to speak no TLS: write http://"
        } else {
            "is it running? `--url` or SEGUE_URL says where; a daemon with [listen.tls] wants https://"
        };
        Error::Unreachable { url: self.url.clone(), why, mend: mend.into() }
    }
}

/// Whether the time was up. A connection that breaks is told as a cancelled call too.
fn late(status: &Status) -> bool {
    let mut causes = std::iter::successors(std::error::Error::source(status), |error| error.source());
    status.code() == Code::DeadlineExceeded || causes.any(|cause| cause.is::<TimeoutExpired>())
}

/// What would mend a refusal.
fn mend(reason: &str) -> Option<&'static str> {
    let is = |named: Reason| reason == named.name();
    if is(Reason::Unauthenticated) {
        Some("bring a token that this daemon admits: `segue token mint --role admin --subject NAME`, or your issuer's")
    } else if is(Reason::PermissionDenied) {
        Some("bring a token with the role admin")
    } else if is(Reason::NotFound) {
        Some("`segue sessions list` and `segue interactions list` show what is there, for the token's tenant")
    } else {
        None
    }
}
