//! Parts of pops that other systems gave, kept while their interaction lasts, so that every later pop has them too.
//!
//! What is *not* here: the fetching. What is lost with the process is fetched again with the next offer.

use crate::engine::pops::Known;
use segue_session::{InteractionId, PopEnrichment};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Interactions whose parts are kept at most; the oldest go first.
const MOST: usize = 4096;

/// The parts of one interaction, and for whom they were asked.
#[derive(Debug, Default)]
struct Held {
    of: Option<Known>,
    parts: BTreeMap<String, PopEnrichment>,
}

/// Parts by interaction and connector.
#[derive(Debug, Default)]
pub(crate) struct Parts(Mutex<BTreeMap<InteractionId, Held>>);

impl Parts {
    /// Keeps a part that was asked for this customer. Parts of another customer or persona do not stay beside it.
    pub(crate) fn keep(&self, interaction: InteractionId, of: Option<Known>, connector: String, part: PopEnrichment) {
        let mut all = self.lock();
        let held = all.entry(interaction).or_default();
        if held.of != of {
            *held = Held { of, parts: BTreeMap::new() };
        }
        held.parts.insert(connector, part);
        while all.len() > MOST {
            // Ids rise with time.
            all.pop_first();
        }
    }

    /// What is at hand of a connector's part, where it was asked for the same customer.
    pub(super) fn get(&self, interaction: InteractionId, of: Option<&Known>, connector: &str) -> Option<PopEnrichment> {
        let all = self.lock();
        let held = all.get(&interaction).filter(|held| held.of.as_ref() == of)?;
        held.parts.get(connector).cloned()
    }

    /// Lets go of the parts of interactions that are over.
    pub(crate) fn forget(&self, over: &[InteractionId]) {
        let mut all = self.lock();
        for interaction in over {
            all.remove(interaction);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InteractionId, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_router::Time;
    use segue_session::EnrichmentStanding;

    #[test]
    fn a_part_is_shown_to_its_own_customer_alone_and_until_the_end() {
        let (parts, id) = (Parts::default(), InteractionId(7));
        let part = PopEnrichment { standing: EnrichmentStanding::Pending, data: None, at: Time(1) };
        let (cy, persona): (Known, Known) = (("cy".into(), None), ("cy".into(), Some("shop".into())));
        parts.keep(id, Some(cy.clone()), "crm".to_owned(), part.clone());
        assert_eq!(parts.get(id, Some(&cy), "crm"), Some(part.clone()));
        assert_eq!(parts.get(id, Some(&cy), "billing"), None);
        assert_eq!(parts.get(id, Some(&persona), "crm"), None, "what is known of one persona is not shown for another");
        parts.keep(id, Some(persona), "billing".to_owned(), part.clone());
        assert_eq!(parts.get(id, Some(&cy), "crm"), None);
        parts.forget(&[id]);
        assert!(parts.lock().is_empty());
        (0..5000).for_each(|n| parts.keep(InteractionId(n), None, "crm".to_owned(), part.clone()));
        assert_eq!(parts.lock().len(), MOST);
        assert_eq!(parts.get(InteractionId(4999), None, "crm"), Some(part), "the newest stay");
    }
}
