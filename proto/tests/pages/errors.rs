//! The page of errors, from the one table.

use segue_proto::error::{DOMAIN, http, outside};
use segue_session::Reason;
use std::fmt::Write as _;

/// The page.
pub(crate) fn page() -> String {
    let mut page = format!(
        "# Errors\n\n\
         <!-- Made from proto/src/error.rs by a test; do not edit. -->\n\n\
         A refusal has changed nothing. It carries a reason, which is stable, and a sentence for people, which is not.\n\n\
         - On **gRPC**: a status with the code below and `google.rpc.ErrorInfo` (domain `{DOMAIN}`; `metadata` says what it is about), \
         `BadRequest` where a field is at fault, and `RetryInfo` where trying again later makes sense.\n\
         - On **WebSockets**: the same reason, sentence, metadata and `retryAfterMs` in a `Refusal`.\n\
         - On **HTTP**: a problem document (RFC 9457) with the status below and the same reason.\n\n\
         | reason | code | HTTP | it means | do this |\n|---|---|---|---|---|\n"
    );
    for reason in Reason::ALL {
        let row = outside(reason);
        let _ = writeln!(page, "| `{}` | `{}` | {} | {} | {} |", reason.name(), row.code_name(), http(reason), row.meaning, row.mend);
    }
    page
}
