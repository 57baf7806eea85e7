//! Whether a Redis is fit to keep sessions, and what its acknowledgements are worth.

use crate::store::{Durability, Error};
use redis::aio::MultiplexedConnection;
use redis::{RedisResult, cmd};
use std::collections::BTreeMap;

/// The oldest Redis whose scripts and streams do what ours need.
const VERSION: u64 = 7;

/// What a Redis says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ground {
    version: String,
    role: String,
    /// `maxmemory-policy`, `appendonly`, `appendfsync`; empty where CONFIG is not allowed.
    settings: BTreeMap<String, String>,
}

/// Asks, and judges. `forced`: eviction and a missing append-only file are logged instead of refused.
pub(super) async fn ask(connection: &mut MultiplexedConnection, forced: bool) -> RedisResult<Result<Durability, Error>> {
    let info: String = cmd("INFO").query_async(connection).await?;
    let field = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().trim().to_owned()
    };
    let mut ground = Ground { version: field("redis_version"), role: field("role"), settings: BTreeMap::new() };
    for name in ["maxmemory-policy", "appendonly", "appendfsync"] {
        // Hosted ones forbid CONFIG; the verdict says so.
        let setting: RedisResult<BTreeMap<String, String>> = cmd("CONFIG").arg("GET").arg(name).query_async(connection).await;
        match setting {
            Ok(setting) => ground.settings.extend(setting),
            Err(error) if error.is_io_error() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(judge(&ground, forced))
}

fn judge(ground: &Ground, forced: bool) -> Result<Durability, Error> {
    let major = ground.version.split('.').next().and_then(|v| v.parse::<u64>().ok()).unwrap_or(0);
    if major < VERSION {
        return Err(Error::Unfit(format!("this Redis is version {}; {VERSION}.0 or later is needed", ground.version)));
    }
    if ground.role != "master" {
        return Err(Error::Unfit(format!("this Redis is a {}; give the address of the one that takes writes", ground.role)));
    }
    let setting = |name: &str| ground.settings.get(name).map(String::as_str);
    let mut faults = Vec::new();
    match setting("maxmemory-policy") {
        Some("noeviction") => {}
        Some(policy) => faults.push(format!("it evicts sessions when memory is short (maxmemory-policy {policy}): set noeviction")),
        None => faults.push("it does not allow CONFIG GET, so its settings cannot be checked: allow it".to_owned()),
    }
    if setting("appendonly") == Some("no") {
        faults.push("a restart empties it: set appendonly yes".to_owned());
    }
    if !faults.is_empty() {
        let faults = faults.join("; ");
        if !forced {
            return Err(Error::Unfit(format!("this Redis is not fit to keep sessions: {faults}; or force it in the configuration")));
        }
        tracing::warn!(%faults, "the Redis is not fit to keep sessions, but was forced");
    }
    match (setting("appendonly"), setting("appendfsync")) {
        (Some("yes"), Some("always")) => Ok(Durability::Disk),
        _ => Ok(Durability::Memory),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground(version: &str, role: &str, settings: &[(&str, &str)]) -> Ground {
        let settings = settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Ground { version: version.to_owned(), role: role.to_owned(), settings }
    }

    const GOOD: &[(&str, &str)] = &[("maxmemory-policy", "noeviction"), ("appendonly", "yes"), ("appendfsync", "everysec")];

    #[test]
    fn an_acknowledgement_is_worth_what_the_fsync_setting_says() {
        assert_eq!(judge(&ground("7.0.15", "master", GOOD), false).unwrap(), Durability::Memory);
        let always = &[("maxmemory-policy", "noeviction"), ("appendonly", "yes"), ("appendfsync", "always")];
        assert_eq!(judge(&ground("8.2.0", "master", always), false).unwrap(), Durability::Disk);
        let loses = &[("maxmemory-policy", "noeviction"), ("appendonly", "no"), ("appendfsync", "always")];
        assert_eq!(judge(&ground("7.0.0", "master", loses), true).unwrap(), Durability::Memory, "nothing is appended");
    }

    #[test]
    fn each_verdict_names_the_mend() {
        let why = |g: Ground, forced| judge(&g, forced).unwrap_err().to_string();
        assert!(why(ground("6.2.7", "master", GOOD), true).contains("7.0 or later"));
        assert!(why(ground("7.0.0", "slave", GOOD), true).contains("takes writes"));
        assert!(why(ground("7.0.0", "master", &[]), false).contains("allow it"));
        let both = why(ground("7.0.0", "master", &[("maxmemory-policy", "allkeys-lru"), ("appendonly", "no")]), false);
        assert!(both.contains("set noeviction") && both.contains("appendonly yes"), "{both}");
    }
}
