//! Where sessions are kept, and what is done with them written down.

use super::Checker;
use crate::config::plan::StorePlan;
use crate::config::raw::{Audit, Store, StoreKind};
use segue_session::Private;
use std::path::PathBuf;

pub(super) fn resolve(raw: &Store, checker: &mut Checker<'_>) -> StorePlan {
    let foreign: &[(&str, bool, &str)] = &[
        ("dir", raw.dir.is_some() && raw.kind != StoreKind::Embedded, "embedded"),
        ("url", raw.url.is_some() && raw.kind != StoreKind::Redis, "redis"),
        ("url_file", raw.url_file.is_some() && raw.kind != StoreKind::Redis, "redis"),
        ("allow_unsafe", raw.allow_unsafe && raw.kind != StoreKind::Redis, "redis"),
    ];
    for (key, given, kind) in foreign {
        if *given {
            checker.wrong(&["store", key], format!("belongs to the kind \"{kind}\""), "change `kind`, or take the key out");
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
            StorePlan::Redis { url: url.unwrap_or_else(|| Private::new(String::new())), allow_unsafe: raw.allow_unsafe }
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
