//! Parts for screen pops: asked when an offer is made, shown when they are there. None delays an offer.

use crate::config::plan::Connector;
use crate::connect::Connect;
use crate::connect::ask::Question;
use segue_session::pop::fill;
use segue_session::{EnrichmentStanding, PopEnrichment, Session, Time};

impl Connect {
    /// One part. A part that cannot be had says so on the pop; why is counted, not shown.
    pub async fn enrich(&self, connector: &Connector, session: &Session, now: Time) -> PopEnrichment {
        let failed = PopEnrichment { standing: EnrichmentStanding::Failed, data: None, at: now };
        // A template that names what is not known of this customer asks nothing.
        let Some(url) = fill(&connector.url, session, now) else { return failed };
        let question = Question {
            get: true,
            url: &url,
            body: None,
            authorization: connector.authorization.as_ref(),
            key: None,
            wait: connector.wait,
            retries: 0,
        };
        match self.counted(self.ask(question).await) {
            Ok(data) => PopEnrichment { standing: EnrichmentStanding::Ready, data: Some(data), at: now },
            Err(_) => failed,
        }
    }
}
