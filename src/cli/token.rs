//! `segue token mint`: a token of a development issuer.

use super::{ConfigFile, Error, out};
use crate::config::plan::{Plan, Tenant};
use crate::config::{self, Wanted};
use crate::doors::mint;
use crate::engine::Clock;
use clap::{Subcommand, ValueEnum};
use segue_session::{CustomerId, Role};
use serde_json::{Map, Value, json};
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a token that the daemon with this configuration admits. For development: real tokens come from real issuers.
    Mint(MintArgs),
}

#[derive(Debug, clap::Args)]
struct MintArgs {
    #[command(flatten)]
    file: ConfigFile,
    /// For which tenant; may be left out where there is one.
    #[arg(long)]
    tenant: Option<String>,
    /// As what.
    #[arg(long, value_enum)]
    role: RoleName,
    /// For whom: a customer's id, an agent's name.
    #[arg(long)]
    subject: String,
    /// How long it holds, like 5m or 1h 30m; bare numbers are seconds. A year at most.
    #[arg(long = "for", default_value = "1h", value_name = "TIME", allow_negative_numbers = true, value_parser = out::lasting::<31_536_000>)]
    lasts: Duration,
    /// A further claim; JSON where it reads as such. May be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    claims: Vec<String>,
    /// Token and claims as JSON.
    #[arg(long)]
    json: bool,
}

/// Roles as they are typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RoleName {
    /// A customer.
    App,
    /// An agent.
    Agent,
    /// A supervisor.
    Supervisor,
    /// An administrator.
    Admin,
    /// Another system.
    Service,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::App => Self::App,
            RoleName::Agent => Self::Agent,
            RoleName::Supervisor => Self::Supervisor,
            RoleName::Admin => Self::Admin,
            RoleName::Service => Self::Service,
        }
    }
}

pub(super) fn run(args: Args) -> Result<(), Error> {
    let What::Mint(args) = args.what;
    let plan = config::load(&Wanted::file(&args.file.config))?.plan;
    let tenant = tenant(&plan, args.tenant.as_deref())?;
    let claims = args.claims.iter().map(|typed| claim(typed)).collect::<Result<Map<_, _>, _>>()?;
    let minted = mint(tenant, args.role.into(), &args.subject, args.lasts, Clock::system().now(), &claims)?;
    subject(tenant, args.role, &args.subject)?;
    if args.json {
        out::json(&json!({ "token": minted.token.reveal(), "claims": minted.claims }));
    } else {
        out::line(minted.token.reveal());
    }
    Ok(())
}

/// The tenant of that name; the only one where none is named.
pub(super) fn tenant<'p>(plan: &'p Plan, name: Option<&str>) -> Result<&'p Tenant, Error> {
    let known = || plan.tenants.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let found = match name {
        Some(name) => plan.tenants.get(name),
        None => plan.tenants.values().next().filter(|_| plan.tenants.len() == 1),
    };
    found.ok_or_else(|| Error::Usage {
        what: name.map_or_else(|| "there are several tenants".to_owned(), |name| format!("there is no tenant {name:?}")),
        mend: format!("--tenant, one of: {}", known()),
    })
}

/// Refuses a subject that the daemon's door would refuse.
fn subject(tenant: &Tenant, role: RoleName, subject: &str) -> Result<(), Error> {
    let wrong = |what: String, mend: String| Err(Error::Usage { what, mend });
    if CustomerId::parse(subject).is_none() {
        return wrong(format!("{subject:?} names nobody"), "--subject, 1 to 128 bytes of printable text without blanks".into());
    }
    let agents = &tenant.routing.agents;
    if matches!(role, RoleName::Agent) && !agents.contains_key(subject) {
        let known = agents.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return wrong(format!("there is no agent {subject:?} in {}", tenant.id), format!("--subject, one of: {known}"));
    }
    Ok(())
}

/// Claims that the other options set.
const SET: [&str; 6] = ["iss", "aud", "sub", "iat", "exp", "segue_role"];

fn claim(typed: &str) -> Result<(String, Value), Error> {
    let (name, value) = typed.split_once('=').ok_or_else(|| Error::Usage {
        what: format!("{typed:?} is no claim"),
        mend: "--claim NAME=VALUE, like --claim tier=gold or --claim 'amr=[\"pwd\",\"otp\"]'".into(),
    })?;
    if SET.contains(&name) {
        let mend = "--subject, --role, --for and the tenant's issuer say it";
        return Err(Error::Usage { what: format!("the claim {name:?} is not free"), mend: mend.into() });
    }
    Ok((name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))))
}
