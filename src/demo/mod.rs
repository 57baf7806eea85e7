//! The demo: a made-up telephone company whose configuration and journeys lie in the binary, with tokens to try it with.
//!
//! What is *not* here: anything that `serve` would not do. The demo differs in where its configuration comes from.

mod card;
pub mod story;

use crate::config::plan::Plan;
use crate::config::{Faults, Files, Loaded, Mode, Wanted, load};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use card::Card;

/// The files, as they lie in `examples/demo`.
const FILES: &[(&str, &str)] = &[
    ("segue.toml", include_str!("../../examples/demo/segue.toml")),
    ("tenants/demo.toml", include_str!("../../examples/demo/tenants/demo.toml")),
    ("journeys/main.yaml", include_str!("../../examples/demo/journeys/main.yaml")),
    ("journeys/fault.yaml", include_str!("../../examples/demo/journeys/fault.yaml")),
    ("journeys/billing.yaml", include_str!("../../examples/demo/journeys/billing.yaml")),
];

/// Where the files are said to lie, in messages.
const ROOT: &str = "examples/demo";

/// What names the page that a way back opens.
const RESUME_LINK: &str = "SEGUE__TENANTS__DEMO__RESUME_LINK";

/// The demo's plan, with its store in `data`, listening on `public`.
///
/// # Errors
/// Faults of the environment's overrides; the demo's own files are held by a test.
pub fn plan(data: &Path, public: SocketAddr, variables: Vec<(String, String)>) -> Result<Plan, Faults> {
    loaded(data, public, variables).map(|Loaded { plan, .. }| plan)
}

/// The same, with how it was typed.
///
/// # Errors
/// As for [`plan`].
pub fn loaded(data: &Path, public: SocketAddr, variables: Vec<(String, String)>) -> Result<Loaded, Faults> {
    let held: BTreeMap<_, _> =
        FILES.iter().map(|(path, text)| (Path::new(ROOT).join(path).components().collect(), (*text).to_owned())).collect();
    let mut variables = variables;
    variables.push(("SEGUE__LISTEN__PUBLIC".into(), public.to_string()));
    // A folder belongs to the embedded store; who names another kind has said where it is.
    if !variables.iter().any(|(key, _)| key == "SEGUE__STORE__KIND") {
        variables.push(("SEGUE__STORE__DIR".into(), absolute(data).display().to_string()));
    }
    // Beside the store, whatever its kind: the demo's own files lie in the binary, and have no folder.
    if !variables.iter().any(|(key, _)| key.starts_with("SEGUE__AUDIT__")) {
        variables.push(("SEGUE__AUDIT__FILE".into(), absolute(&data.join("audit.log")).display().to_string()));
    }
    // A way back opens the sample site of this very demo. Only loopback goes without TLS.
    if public.ip().is_loopback() && public.port() != 0 && !variables.iter().any(|(key, _)| key == RESUME_LINK) {
        variables.push((RESUME_LINK.into(), format!("http://{public}/site/#{{handle}}")));
    }
    let wanted = Wanted { file: Path::new(ROOT).join("segue.toml"), files: Files::Held(held), variables, mode: Mode::Demo };
    load(&wanted)
}

/// Paths of the demo's configuration start from its own folder; the store's starts from where the command was typed.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_outside_of_its_folder() {
        let redis = [("SEGUE__STORE__KIND", "redis"), ("SEGUE__STORE__URL", "redis://127.0.0.1:6379/")];
        for variables in [&[][..], &redis] {
            let variables = variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            let plan = plan(Path::new("/somewhere"), ([127, 0, 0, 1], 0).into(), variables).unwrap();
            assert_eq!(plan.audit, Some(PathBuf::from("/somewhere/audit.log")));
        }
    }

    #[test]
    fn the_demo_is_sound() {
        let plan = plan(Path::new("data"), ([127, 0, 0, 1], 7700).into(), Vec::new()).map_err(|faults| faults.lines()).unwrap();
        let tenant = plan.tenants.values().next().unwrap();
        assert_eq!(tenant.journeys.len(), 3);
        assert_eq!(tenant.routing.agents.len(), 3);
        assert!(tenant.start.is_some());
        assert_eq!(tenant.resume_link.as_deref(), Some("http://127.0.0.1:7700/site/#{handle}"));
    }

    #[test]
    fn its_secrets_serve_nobody_else() {
        let held = FILES.iter().map(|(path, text)| (Path::new(ROOT).join(path), (*text).to_owned())).collect();
        let file = Path::new(ROOT).join("segue.toml");
        let wanted = Wanted { file, files: Files::Held(held), variables: Vec::new(), mode: Mode::Serve };
        let faults = load(&wanted).unwrap_err().lines();
        assert!(faults.contains("secret with the word \"demo\""), "{faults}");
    }
}
