//! One file for each verb. Each asks first, then acts: below its last `?` nothing can fail.

mod accept;
mod arrive;
mod configure;
mod decline;
mod finish;
mod hours;
mod leave;
mod lose;
mod presence;
mod prioritise;
mod requeue;
mod tick;
mod transfer;
mod wrap_up;

pub(crate) use accept::accept;
pub(crate) use arrive::arrive;
pub(crate) use configure::configure;
pub(crate) use decline::decline;
pub(crate) use finish::finish;
pub(crate) use hours::{close, open};
pub(crate) use leave::{abandon, suspend};
pub(crate) use lose::lose;
pub(crate) use presence::{present, present_next, sign_in, sign_out};
pub(crate) use prioritise::prioritise;
pub(crate) use requeue::requeue;
pub(crate) use tick::tick;
pub(crate) use transfer::{transfer_to_agent, transfer_to_queue};
pub(crate) use wrap_up::{extend, wrap_up};
