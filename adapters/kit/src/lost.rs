//! Telling the house that a leg is lost.

use crate::{Backoff, House, Order, Target, ids, transient, within};
use segue_session::{Command, LegId, Principal, Reason, SessionId};
use std::time::Duration;

/// How often it is told while the house is out of breath.
const TRIES: u32 = 5;

/// Tells that a leg is lost, and again where the house is out of breath, for nobody else will tell. Each try may take as long
/// as `limit`. Where none is heard the session's idle time ends the leg.
pub async fn lost(house: &dyn House, who: &Principal, session: SessionId, leg: LegId, limit: Duration) {
    let order = Order { request: ids::own(), target: Target::Session(session), command: Command::Lose(leg) };
    for tries in 0..TRIES {
        match within(limit, house.order(who, order.clone())).await {
            Err(refusal) if transient(refusal.reason) => tokio::time::sleep(Backoff::LINK.delay(tries, rand::random())).await,
            Err(refusal) if refusal.reason == Reason::Internal => {
                tracing::error!(%session, %refusal, "telling a leg lost");
                return;
            }
            // Refused otherwise: the session is over, or the leg was ended elsewhere.
            Ok(_) | Err(_) => return,
        }
    }
    tracing::warn!(%session, "the house did not hear that a leg is lost; the session's idle time will tell");
}
