//! Where the daemon listens.

use super::{Checker, Path};
use crate::config::plan::{Listen, Network, ProxyHeader, TlsPlan};
use crate::config::raw;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::net::{Ipv4Addr, SocketAddr};

pub(super) fn resolve(raw: &raw::Listen, checker: &mut Checker<'_>) -> Listen {
    let public = address(&["listen", "public"], &raw.public, checker);
    checker.exposed = !public.ip().is_loopback();
    let private = raw.private.as_ref().map(|typed| address(&["listen", "private"], typed, checker));
    if private == Some(public) && public.port() != 0 {
        checker.wrong(&["listen", "private"], "the same as `public`", "choose another port, or take the key out");
    }
    let tls = raw.tls.as_ref().map(|tls| resolve_tls(tls, checker));
    if tls.is_none() && checker.exposed {
        let mend = "add [listen.tls], or listen on 127.0.0.1 behind a proxy that ends TLS";
        checker.doubtful(&["listen", "public"], "tokens and personal data travel in plain text", mend);
    }
    if private.is_none() && checker.exposed {
        let mend = "set `private` to an address that no customer's network reaches";
        checker.doubtful(&["listen", "public"], "metrics and administration answer customers' network too", mend);
    }
    if private.is_some_and(|private| !private.ip().is_loopback()) {
        let mend = "let no customer's network reach this address";
        checker.doubtful(&["listen", "private"], "metrics and administration are open to the network", mend);
    }
    origins(&raw.origins, checker);
    let proxy_header = match raw.proxy_header {
        raw::ProxyHeader::Forwarded => ProxyHeader::Forwarded,
        raw::ProxyHeader::XForwardedFor => ProxyHeader::XForwardedFor,
    };
    let trusted_proxies = proxies(&raw.trusted_proxies, checker);
    Listen { public, private, tls, trusted_proxies, proxy_header, origins: raw.origins.clone(), reflection: raw.reflection }
}

fn proxies(typed: &[String], checker: &mut Checker<'_>) -> Vec<Network> {
    let mut networks = Vec::new();
    for (number, text) in typed.iter().enumerate() {
        let number = number.to_string();
        let path = ["listen", "trusted_proxies", &number];
        match text.parse::<Network>() {
            Err(mend) => checker.wrong(&path, format!("{text:?} is no network"), mend),
            Ok(network) if network.holds([203, 0, 113, 1].into()) || network.holds([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into()) => {
                checker.wrong(&path, "everybody would be trusted to say who they are", "list the networks of your own proxies");
            }
            Ok(network) => networks.push(network),
        }
    }
    networks
}

fn address(path: Path<'_>, typed: &str, checker: &mut Checker<'_>) -> SocketAddr {
    typed.parse().unwrap_or_else(|_| {
        checker.wrong(path, format!("{typed:?} is no address and port"), "like \"127.0.0.1:7700\", \"0.0.0.0:443\" or \"[::]:443\"");
        (Ipv4Addr::LOCALHOST, 0).into()
    })
}

fn origins(typed: &[String], checker: &mut Checker<'_>) {
    for (number, origin) in typed.iter().enumerate() {
        let number = number.to_string();
        let path = ["listen", "origins", &number];
        if origin == "*" {
            if typed.len() > 1 {
                checker.wrong(&path, "\"*\" stands alone", "keep either \"*\" or the list");
            }
            if checker.exposed {
                checker.doubtful(&path, "pages of any site may open sockets", "list the sites of your own");
            }
            continue;
        }
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
        if host.is_empty() || host.contains('/') {
            checker.wrong(&path, format!("{origin:?} is no origin"), "scheme, host and port only: \"https://www.example.com\"");
        }
    }
}

fn resolve_tls(raw: &raw::Tls, checker: &mut Checker<'_>) -> TlsPlan {
    let certificate = ["listen", "tls", "certificate"];
    let key = ["listen", "tls", "key"];
    if let Some(pem) = checker.file(&certificate, &raw.certificate)
        && !matches!(CertificateDer::pem_slice_iter(pem.as_bytes()).next(), Some(Ok(_)))
    {
        checker.wrong(&certificate, "no certificate in it", "PEM, beginning with -----BEGIN CERTIFICATE-----");
    }
    checker.secret_file(&key, &checker.path(&key, &raw.key));
    if let Some(pem) = checker.file(&key, &raw.key)
        && PrivateKeyDer::from_pem_slice(pem.as_bytes()).is_err()
    {
        checker.wrong(&key, "no private key in it", "PEM, beginning with -----BEGIN PRIVATE KEY-----");
    }
    TlsPlan { certificate: checker.path(&certificate, &raw.certificate), key: checker.path(&key, &raw.key) }
}
