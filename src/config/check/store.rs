//! Where sessions are kept, and what is done with them written down.

use super::Checker;
use crate::config::plan::{Journal, StorePlan};
use crate::config::raw::{self, Audit, Store, StoreKind};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use segue_session::Private;
use std::path::PathBuf;
use std::time::Duration;

pub(super) fn resolve(raw: &Store, checker: &mut Checker<'_>) -> StorePlan {
    let foreign: &[(&str, bool, &str)] = &[
        ("dir", raw.dir.is_some() && raw.kind != StoreKind::Embedded, "embedded"),
        ("url", raw.url.is_some() && raw.kind != StoreKind::Redis, "redis"),
        ("url_file", raw.url_file.is_some() && raw.kind != StoreKind::Redis, "redis"),
        ("ca", raw.ca.is_some() && raw.kind != StoreKind::Redis, "redis"),
        ("allow_unsafe", raw.allow_unsafe && raw.kind != StoreKind::Redis, "redis"),
    ];
    let chosen = checker.by_variable(&["store", "kind"]);
    for (key, given, kind) in foreign {
        let path = ["store", *key];
        // Who chooses the kind by a variable cannot take the file's keys out.
        if *given && (!chosen || checker.by_variable(&path)) {
            checker.wrong(&path, format!("belongs to the kind \"{kind}\""), "change `kind`, or take the key out");
        }
    }
    match raw.kind {
        StoreKind::Memory => {
            checker.doubtful(&["store", "kind"], "sessions do not outlive the process", "\"embedded\" keeps them on disk");
            StorePlan::Memory
        }
        StoreKind::Embedded => StorePlan::Embedded { dir: checker.path(&["store", "dir"], raw.dir.as_deref().unwrap_or("data")) },
        StoreKind::Redis => {
            let url = checker.secret(&["store"], "url", raw.url.as_ref(), raw.url_file.as_ref());
            match &url {
                Some(url) if !["redis://", "rediss://"].iter().any(|scheme| url.reveal().starts_with(scheme)) => {
                    checker.wrong(&["store", "url"], "no Redis URL", "like \"redis://:PASSWORD@HOST:6379/0\", rediss:// for TLS");
                }
                None if raw.url_file.is_none() => {
                    checker.wrong(&["store"], "`url` is missing", "add `url_file`, or set SEGUE__STORE__URL_FILE")
                }
                _ => {}
            }
            let ca = raw.ca.as_ref().and_then(|file| authority(url.as_ref(), file, checker));
            StorePlan::Redis { ca, url: url.unwrap_or_else(|| Private::new(String::new())), allow_unsafe: raw.allow_unsafe }
        }
    }
}

pub(super) fn audit(raw: &Audit, store: &StorePlan, node: &str, checker: &mut Checker<'_>) -> Option<PathBuf> {
    if raw.off {
        if raw.file.is_some() {
            checker.wrong(&["audit", "file"], "there is a file, but the log is off", "take one of the two keys out");
        }
        return None;
    }
    match (&raw.file, store) {
        (Some(file), _) => Some(checker.path(&["audit", "file"], file)),
        (None, StorePlan::Embedded { dir }) => Some(dir.join("audit.log")),
        // A name may hold what no file's name may.
        (None, StorePlan::Redis { .. }) => Some(checker.path(&["store", "kind"], &format!("audit-{}.log", node.replace(['/', '\\'], "-")))),
        (None, StorePlan::Memory) => None,
    }
}

/// The authority that vouches for a Redis.
fn authority(url: Option<&Private<String>>, file: &str, checker: &mut Checker<'_>) -> Option<Vec<u8>> {
    let path = ["store", "ca"];
    if url.is_some_and(|url| !url.reveal().starts_with("rediss://")) {
        checker.wrong(&path, "an authority vouches for rediss:// only", "change `url`, or take the key out");
    }
    let pem = checker.file(&path, file)?;
    if !matches!(CertificateDer::pem_slice_iter(pem.as_bytes()).next(), Some(Ok(_))) {
        checker.wrong(&path, "no certificate in it", "PEM, beginning with -----BEGIN CERTIFICATE-----");
    }
    Some(pem.into_bytes())
}

/// Entries of the journal that can be asked for: fewer make a snapshot of every few commits, more a start that walks for long.
const ENTRIES: std::ops::RangeInclusive<u64> = 1_000..=10_000_000;

pub(super) fn journal(raw: &raw::Journal, checker: &mut Checker<'_>) -> Journal {
    let (hour, years) = (Duration::from_secs(3_600), Duration::from_secs(4_000 * 86_400));
    checker.between(&["journal", "keep_for"], raw.keep_for.0, hour, years);
    if !ENTRIES.contains(&raw.keep_entries) {
        let what = format!("{} entries is not between {} and {}", raw.keep_entries, ENTRIES.start(), ENTRIES.end());
        checker.wrong(&["journal", "keep_entries"], what, "");
    }
    Journal { keep_for: raw.keep_for.0, keep_entries: raw.keep_entries }
}
