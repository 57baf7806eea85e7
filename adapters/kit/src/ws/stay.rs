//! How long a socket may stay: until its token ends, or its node goes away.

use super::{CloseCode, End, Settings};
use crate::{Draining, clock, spread};
use segue_session::Time;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// One socket's stay.
#[derive(Debug)]
pub struct Stay {
    draining: Draining,
    /// When the token ends.
    expires: Instant,
    /// When the socket closes, once its peer was told to move.
    leave: Option<Instant>,
    move_within: Duration,
    move_grace: Duration,
}

impl Stay {
    /// The stay of somebody whose token ends then.
    #[must_use]
    pub fn new(draining: Draining, expires: Time, settings: &Settings) -> Self {
        let &Settings { move_within, move_grace, .. } = settings;
        Self { draining, expires: clock::instant_of(expires), leave: None, move_within, move_grace }
    }

    /// A fresh token was taken, which ends then.
    pub fn renew(&mut self, expires: Time) {
        self.expires = clock::instant_of(expires);
    }

    /// Waits until the stay is over. Before that, once, until the node goes away: the peer is to be told to come back after so
    /// many milliseconds, drawn for each socket, and may stay for a while yet, so that what is under way ends. Cancel-safe.
    ///
    /// # Errors
    /// The end, where it is over.
    pub async fn over(&mut self) -> Result<u64, End> {
        tokio::select! {
            () = self.draining.wait(), if self.leave.is_none() => {
                self.leave = Some(Instant::now() + self.move_grace);
                let after = spread(self.move_within, rand::random());
                Ok(u64::try_from(after.as_millis()).unwrap_or(u64::MAX))
            }
            () = clock::at(self.leave) => Err(End::Ours(CloseCode::Moving)),
            () = sleep_until(self.expires) => Err(End::Ours(CloseCode::TokenExpired)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Drain;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn a_peer_is_told_once_to_move_and_then_has_its_grace() {
        let (drain, draining) = Drain::new();
        let settings = Settings { move_grace: Duration::from_millis(5), ..Settings::default() };
        let mut stay = Stay::new(draining, Time(u64::MAX), &settings);
        assert_eq!(stay.over().now_or_never(), None);
        drain.begin();
        let begun = Instant::now();
        assert!(stay.over().await.is_ok_and(|after| after <= 5_000));
        assert_eq!(stay.over().await, Err(End::Ours(CloseCode::Moving)));
        assert!(begun.elapsed() >= settings.move_grace);
    }

    #[tokio::test]
    async fn a_token_ends_the_stay_unless_it_is_renewed() {
        let (_drain, draining) = Drain::new();
        let mut stay = Stay::new(draining, Time(0), &Settings::default());
        assert_eq!(stay.over().await, Err(End::Ours(CloseCode::TokenExpired)));
        stay.renew(Time(u64::MAX));
        assert_eq!(stay.over().now_or_never(), None);
    }
}
