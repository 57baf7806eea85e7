//! TLS of the public listener: a certificate that can be changed while it is in use.

use crate::config::plan::TlsPlan;
use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read as PEM.
    #[error("while reading {}", path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// Certificate and key do not fit each other, or the provider.
    #[error("while using certificate and key")]
    Rustls(#[from] rustls::Error),
}

/// The certificate in use. Cloning shares it.
#[derive(Clone)]
pub struct Tls {
    plan: TlsPlan,
    current: Arc<ArcSwap<ServerConfig>>,
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn new(plan: &TlsPlan) -> Result<Self, Error> {
        Ok(Self { plan: plan.clone(), current: Arc::new(ArcSwap::from_pointee(read(plan)?)) })
    }

    /// Reads both anew; connections that stand keep what they have.
    ///
    /// # Errors
    /// What is in use stays.
    pub fn reload(&self) -> Result<(), Error> {
        self.current.store(Arc::new(read(&self.plan)?));
        Ok(())
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("certificate", &self.plan.certificate).finish_non_exhaustive()
    }
}

/// When a certificate ends, in seconds since the Unix epoch, once it was seen to fit its key.
///
/// # Errors
/// See [`Error`].
pub(crate) fn certificate_end(plan: &TlsPlan) -> Result<Option<i64>, Error> {
    read(plan)?;
    let pem = |source| Error::Pem { path: plan.certificate.clone(), source };
    let first = CertificateDer::pem_file_iter(&plan.certificate).map_err(pem)?.next().transpose().map_err(pem)?;
    let end = |der: CertificateDer<'_>| Some(x509_parser::parse_x509_certificate(&der).ok()?.1.validity().not_after.timestamp());
    Ok(first.and_then(end))
}

fn read(plan: &TlsPlan) -> Result<ServerConfig, Error> {
    let pem = |path: &PathBuf| {
        let path = path.clone();
        move |source| Error::Pem { path, source }
    };
    let chain = CertificateDer::pem_file_iter(&plan.certificate).map_err(pem(&plan.certificate))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(pem(&plan.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&plan.key).map_err(pem(&plan.key))?;
    // Named, not taken from the process: a library that installs another provider must not change ours.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
