//! Reads that are tried again: a store that falters for a moment costs the owner a moment, not its memory.

use segue_session::store::Error;
use std::time::Duration;

/// How often a read is tried again, the pause doubling each time.
const AGAIN: usize = 4;
/// The first pause; all together stay well within the lease.
const PAUSE: Duration = Duration::from_millis(25);

/// Reads until the store answers, or has failed so often that it is not a moment's matter.
pub(super) async fn patiently<T, F: Future<Output = Result<T, Error>>>(read: impl Fn() -> F) -> Result<T, Error> {
    let mut pause = PAUSE;
    for _ in 0..AGAIN {
        match read().await {
            Err(Error::Failed { .. } | Error::Unknown { .. }) => tokio::time::sleep(pause).await,
            answer => return answer,
        }
        pause = pause.saturating_mul(2);
    }
    read().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn a_faltering_store_is_asked_again_a_failing_one_not_for_ever() {
        let tries = Cell::new(0);
        let failing_until = |enough: usize| {
            tries.set(0);
            let tries = &tries;
            patiently(move || async move {
                tries.set(tries.get() + 1);
                let failed = Error::Failed { doing: "reading", source: "refused by the test".into() };
                if tries.get() < enough { Err(failed) } else { Ok(tries.get()) }
            })
        };
        assert_eq!(failing_until(3).await.ok(), Some(3));
        assert!(failing_until(99).await.is_err());
        assert_eq!(tries.get(), AGAIN + 1);
    }
}
