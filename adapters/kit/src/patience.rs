//! How long a port may take to answer, and when asking again makes sense.

use segue_session::{Reason, Refusal};
use std::future::Future;
use std::time::Duration;

/// Whether asking again after a while may help.
#[must_use]
pub const fn transient(reason: Reason) -> bool {
    matches!(reason, Reason::Unavailable | Reason::Overloaded | Reason::DeadlineExceeded | Reason::VersionConflict)
}

/// A port's answer, within the time it may take.
///
/// # Errors
/// As the port's; `DeadlineExceeded` where the answer did not come in time.
pub async fn within<T>(limit: Duration, act: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    let late = || Refusal::new(Reason::DeadlineExceeded, "the answer did not come in time; repeat with the same id");
    tokio::time::timeout(limit, act).await.unwrap_or_else(|_| Err(late()))
}
