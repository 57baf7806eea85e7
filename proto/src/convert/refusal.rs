//! Refusals where there is no gRPC status to tell them: on WebSockets.

use crate::types::v1 as wire;
use segue_session::Refusal;

/// A refusal for the wire: the reason, and what it is about, are the same as in `google.rpc.ErrorInfo`.
#[must_use]
pub fn refusal(core: &Refusal) -> wire::Refusal {
    wire::Refusal {
        reason: core.reason.name(),
        message: core.message.clone(),
        metadata: core.about.iter().cloned().collect(),
        retry_after_ms: core.retry_after_ms.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_session::Reason;

    #[test]
    fn it_tells_reason_particulars_and_when_to_try_again() {
        let core = Refusal::new(Reason::AlreadyResumed, "it is live elsewhere").about("channels", "app").retry_after(1500);
        insta::assert_json_snapshot!(refusal(&core));
    }
}
