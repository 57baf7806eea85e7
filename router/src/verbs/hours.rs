//! A queue closes to newcomers, and opens again. Who waits already is served; hours and time zones are the caller's.

use crate::router::Router;
use crate::{Closing, QueueId, Refusal, Stepped};

pub(crate) fn close(router: &mut Router, queue: QueueId, closing: Closing) -> Stepped {
    known(router, queue)?;

    router.state.closed.insert((queue, closing));
    Ok(())
}

pub(crate) fn open(router: &mut Router, queue: QueueId, closing: Closing) -> Stepped {
    known(router, queue)?;

    router.state.closed.remove(&(queue, closing));
    Ok(())
}

fn known(router: &Router, queue: QueueId) -> Stepped {
    router.state.plan.queues.contains_key(&queue).then_some(()).ok_or(Refusal::UnknownQueue(queue))
}
