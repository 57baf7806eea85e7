//! Where a tenant is: whose telephone numbers, and when a day begins.

use super::Checker;
use jiff::tz::TimeZone;
use segue_session::journey::is_region;

pub(super) fn region(tenant: &str, typed: Option<&str>, checker: &mut Checker<'_>) -> Option<String> {
    let typed = typed?;
    if !is_region(typed) {
        let mend = "two letters, as in ISO 3166: \"CH\", \"FR\", \"GB\"";
        checker.wrong(&["tenants", tenant, "region"], format!("{typed:?} is no country with telephone numbers"), mend);
    }
    Some(typed.to_uppercase())
}

pub(super) fn time_zone(tenant: &str, typed: Option<&str>, checker: &mut Checker<'_>) -> Option<String> {
    let typed = typed?;
    if TimeZone::get(typed).is_err() {
        let mend = "a name of the IANA list: \"Europe/Zurich\", \"America/New_York\", \"UTC\"";
        checker.wrong(&["tenants", tenant, "time_zone"], format!("{typed:?} is no time zone"), mend);
    }
    Some(typed.to_owned())
}
