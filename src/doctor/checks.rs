//! The checks, one for each thing that operators stumble over.

use super::Finding;
use crate::config::plan::{IssuerKeys, Limits, Listen, Plan, StorePlan};
use crate::doors::probe_keys;
use crate::serve::open_store;
use crate::server::{Bound, certificate_end};
use crate::telemetry;
use reqwest::StatusCode;
use segue_session::store::{Embedded, Error};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How many seconds clocks may differ; tokens are given as much.
const SKEW: i64 = 5;
/// A store that answers slower than this makes every acknowledgement slow.
const SLOW: Duration = Duration::from_millis(20);
/// How long before its end a certificate is worth a word.
const SOON: Duration = Duration::from_secs(21 * 86_400);
/// How long a neighbour may take to say that it lives.
const PATIENCE: Duration = Duration::from_secs(2);
/// With fewer megabytes than this a disk is soon full.
const ROOM: u64 = 1024;
/// How often the store is asked, to learn how quick it is.
const ASKED: u32 = 20;

/// Each connection is a file to the system.
pub(super) fn files(limits: &Limits) -> Finding {
    let wanted = limits.connections.saturating_add(512);
    match telemetry::files() {
        None => Finding::warn("file limit", "cannot be read on this system", "make sure that it is above `limits.connections`"),
        Some((_, most)) if usize::try_from(most).is_ok_and(|most| most >= wanted) => Finding::ok("file limit", format!("{most} files")),
        Some((_, most)) => Finding::warn(
            "file limit",
            format!("{most} files may be open, `limits.connections` allows {} connections", limits.connections),
            format!("`ulimit -n {wanted}`, or LimitNOFILE={wanted} in the unit; or lower `limits.connections`"),
        ),
    }
}

/// Tokens, leases and deadlines all hang on the clock.
pub(super) fn clock() -> Finding {
    let synchronised = Path::new("/run/systemd/timesync/synchronized").exists();
    let chrony = Path::new("/run/chrony/chronyd.pid").exists();
    let now = jiff::Timestamp::now();
    if now.as_second() < 1_750_000_000 {
        return Finding::fail("clock", format!("it says {now}"), "set it; `timedatectl set-ntp true` keeps it");
    }
    if synchronised || chrony {
        return Finding::ok("clock", if synchronised { "synchronised" } else { "kept by chrony" });
    }
    // In a container it is the host's, and the host keeps it or not.
    let mend = "`timedatectl set-ntp true` keeps it; in a container, look at the host";
    Finding::warn("clock", format!("it says {now:.0}, and nothing here keeps it right"), mend)
}

/// A port that somebody else has cannot be ours. Answers besides whether a daemon with this plan seems to run.
pub(super) async fn ports(listen: &Listen) -> (Vec<Finding>, bool) {
    let mut findings = Vec::new();
    let mut runs = false;
    let tls = listen.tls.is_some();
    for (address, tls) in std::iter::once((listen.public, tls)).chain(listen.private.map(|private| (private, false))) {
        findings.push(match Bound::to(address).await {
            Ok(_) => Finding::ok("port", format!("{address} is free")),
            Err(_) if lives(address, tls, listen.private.is_some()).await => {
                runs = true;
                Finding::ok("port", format!("{address}: a segue answers there"))
            }
            Err(error) => Finding::fail("port", format!("{address}: {error}"), "stop what listens there, or choose another"),
        });
    }
    (findings, runs)
}

/// Whether a daemon answers there. Where there is a private port, the public one has no probes, and says so as ours do.
async fn lives(mut address: SocketAddr, tls: bool, split: bool) -> bool {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    let scheme = if tls { "https" } else { "http" };
    // Its certificate names a host and not this address. Nothing is told to it, and what it says is believed of the port alone.
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().danger_accept_invalid_certs(true).build();
    let Ok(client) = client else { return false };
    let Ok(answer) = client.get(format!("{scheme}://{address}/livez")).send().await else { return false };
    let problem = answer.headers().get(reqwest::header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    match answer.status() {
        StatusCode::NOT_FOUND => split && problem,
        status => status.is_success() && answer.text().await.is_ok_and(|text| text == "alive\n"),
    }
}

/// A store that finds no room takes nothing any more.
pub(super) fn room(plan: &StorePlan) -> Option<Finding> {
    let StorePlan::Embedded { dir } = plan else { return None };
    let there = dir.ancestors().find(|above| above.exists()).unwrap_or(Path::new("."));
    let about = rustix::fs::statvfs(there).ok()?;
    let mb = about.f_bavail.saturating_mul(about.f_frsize) >> 20;
    let found = format!("{mb} MB are free in {}", there.display());
    Some(if mb < ROOM {
        Finding::warn("room", found, "make room, or give `store.dir` another disk: a full one stops the daemon, and loses nothing")
    } else {
        Finding::ok("room", found)
    })
}

/// A certificate that ends takes every connection with it.
pub(super) fn tls(listen: &Listen) -> Option<Finding> {
    let plan = listen.tls.as_ref()?;
    let renew = "renew it, then send SIGHUP: it is read anew without a restart";
    Some(match certificate_end(plan) {
        Err(error) => Finding::fail("certificate", error.to_string(), "give a chain and the key that fits it, both PEM"),
        Ok(None) => Finding::warn("certificate", "its end cannot be read", renew),
        Ok(Some(end)) => {
            let left = end - jiff::Timestamp::now().as_second();
            let days = left / 86_400;
            if left <= 0 {
                Finding::fail("certificate", "it has ended", renew)
            } else if left < i64::try_from(SOON.as_secs()).unwrap_or(i64::MAX) {
                Finding::warn("certificate", format!("it ends in {days} days"), renew)
            } else {
                Finding::ok("certificate", format!("it holds for {days} days"))
            }
        }
    })
}

/// Opens the store as the daemon would, and asks it a few times. Where a daemon `runs`, it has the store.
pub(super) async fn store(plan: &StorePlan, runs: bool) -> Vec<Finding> {
    let (name, mend) = match plan {
        StorePlan::Memory => return vec![Finding::ok("store", "in memory")],
        StorePlan::Embedded { .. } => ("store", "stop the segue that has it, or choose another `store.dir` that can be written"),
        StorePlan::Redis { .. } => ("redis", "check `store.url`, and that the Redis runs and can be reached"),
    };
    if let StorePlan::Embedded { dir } = plan
        && !Embedded::lies_in(dir)
    {
        // Looking changes nothing: a store that is not there yet is not made by looking for it.
        let above = dir.ancestors().find(|above| above.as_os_str().is_empty() || above.exists()).unwrap_or(dir);
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        return vec![match tempfile::tempfile_in(above) {
            Ok(_) => Finding::ok(name, format!("{} is not there yet; `serve` makes it", dir.display())),
            Err(error) => {
                Finding::fail(name, format!("{} cannot be made: {error}", dir.display()), "choose a `store.dir` that can be written")
            }
        }];
    }
    let store = match open_store(plan).await {
        Ok(store) => store,
        Err(Error::Held(path)) if runs => return vec![Finding::ok(name, format!("{path} is with the segue that runs"))],
        // What is unfit says itself what to set.
        Err(Error::Unfit(why)) => return vec![Finding::fail(name, why, "set it as said, in its configuration file too; then ask again")],
        Err(error) => return vec![Finding::fail(name, chain(&error), mend)],
    };
    let begun = Instant::now();
    for _ in 0..ASKED {
        if let Err(error) = store.inbox_read(&segue_session::TenantId::new("doctor")).await {
            return vec![Finding::fail(name, chain(&error), mend)];
        }
    }
    let each = begun.elapsed() / ASKED;
    let found = format!("answers in {each:.1?}");
    let quick = if each > SLOW {
        Finding::warn(name, found, "every acknowledgement waits for it: bring it nearer, or take load off it")
    } else {
        Finding::ok(name, found)
    };
    let open = if let StorePlan::Embedded { dir } = plan { readable(dir) } else { None };
    std::iter::once(quick).chain(open).collect()
}

/// The store closes its own files to others; what else lies beside them may hold as much.
fn readable(dir: &Path) -> Option<Finding> {
    let open = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o077 != 0);
    let path = std::fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path()).find(open)?;
    let mend = format!("`chmod -R go= {}`", dir.display());
    Some(Finding::warn("store", format!("others on this machine may read {}", path.display()), mend))
}

/// Issuers whose keys cannot be fetched sign in nobody.
pub(super) async fn keys(plan: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    for issuer in plan.tenants.values().flat_map(|tenant| &tenant.issuers) {
        let IssuerKeys::Jwks { algorithm, url } = &issuer.keys else { continue };
        let found = match probe_keys(algorithm, url).await {
            Ok(probe) => {
                findings.extend(probe.clock.and_then(|theirs| skew(url, theirs)));
                Finding::ok("issuer keys", format!("{url}: {} keys", probe.keys))
            }
            Err(why) => Finding::fail("issuer keys", format!("{url}: {why}"), "check the address, and that this machine may reach it"),
        };
        findings.push(found);
    }
    findings
}

/// Whether this machine's clock and an issuer's tell different times: tokens would come too early, or end too late.
fn skew(url: &str, theirs: i64) -> Option<Finding> {
    let ahead = jiff::Timestamp::now().as_second().saturating_sub(theirs);
    (ahead.abs() > SKEW).then(|| {
        let way = if ahead > 0 { "ahead of" } else { "behind" };
        Finding::warn("clock", format!("{} s {way} that of {url}", ahead.abs()), "set it; `timedatectl set-ntp true` keeps it")
    })
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}
