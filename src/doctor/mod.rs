//! Looks for what keeps a daemon with this plan from running well: each check says ok, warn or fail, and the mend.
//!
//! What is *not* here: what is wrong with the configuration's text (`config`). Nothing is changed by looking.

mod checks;

use crate::config::Report;
use crate::config::plan::Plan;
use serde::Serialize;
use std::fmt;

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Well.
    Ok,
    /// It runs, but look at it.
    Warn,
    /// It will not run.
    Fail,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check.
    pub check: String,
    /// How it is.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What would mend it.
    pub mend: Option<String>,
}

impl Finding {
    /// All is well.
    #[must_use]
    pub fn ok(check: &str, found: impl Into<String>) -> Self {
        Self { check: check.to_owned(), health: Health::Ok, found: found.into(), mend: None }
    }
    /// Something is doubtful.
    #[must_use]
    pub fn warn(check: &str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check: check.to_owned(), health: Health::Warn, found: found.into(), mend: Some(mend.into()) }
    }
    /// Something is wrong.
    #[must_use]
    pub fn fail(check: &str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check: check.to_owned(), health: Health::Fail, found: found.into(), mend: Some(mend.into()) }
    }
    /// What the configuration's own check found.
    #[must_use]
    pub fn of_config(report: &Report, health: Health) -> Self {
        let place = report.line.map_or_else(|| report.place.clone(), |line| format!("{}:{line}", report.place));
        Self { check: "configuration".to_owned(), health, found: format!("{place}: {report}"), mend: report.mend.clone() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.health {
            Health::Ok => "ok  ",
            Health::Warn => "warn",
            Health::Fail => "fail",
        };
        write!(f, "{mark}  {:<14} {}", self.check, self.found)?;
        self.mend.as_ref().map_or(Ok(()), |mend| write!(f, "\n      {:<14} mend: {mend}", ""))
    }
}

/// Runs every check that applies to a plan.
pub async fn examine(plan: &Plan) -> Vec<Finding> {
    let mut findings = vec![checks::files(&plan.limits), checks::clock()];
    let (ports, runs) = checks::ports(&plan.listen).await;
    findings.extend(ports);
    findings.extend(checks::tls(&plan.listen));
    findings.extend(checks::store(&plan.store, runs).await);
    findings.extend(checks::room(&plan.store));
    findings.extend(checks::keys(plan).await);
    findings
}
