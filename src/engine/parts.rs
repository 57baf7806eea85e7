//! Parts of pops that other systems gave, kept while their interaction lasts, so that every later pop has them too.
//!
//! What is *not* here: the fetching. What is lost with the process is fetched again when the agent's desk comes back.

use crate::engine::pops::Known;
use segue_session::{EnrichmentStanding, InteractionId, PopEnrichment};
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
pub(crate) struct Parts {
    held: Mutex<BTreeMap<InteractionId, Held>>,
    /// What is fetched just now, and whether it was asked for again meanwhile.
    fetched: Mutex<BTreeMap<(InteractionId, String), bool>>,
}

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
    pub(crate) fn get(&self, interaction: InteractionId, of: Option<&Known>, connector: &str) -> Option<PopEnrichment> {
        let all = self.lock();
        let held = all.get(&interaction).filter(|held| held.of.as_ref() == of)?;
        held.parts.get(connector).cloned()
    }

    /// Whether anything was fetched for this interaction.
    pub(crate) fn knows(&self, interaction: InteractionId) -> bool {
        self.lock().contains_key(&interaction)
    }

    /// Parts that could not be had are fetched anew for the next agent.
    pub(super) fn retry(&self, interaction: InteractionId) {
        if let Some(held) = self.lock().get_mut(&interaction) {
            held.parts.retain(|_, part| part.standing != EnrichmentStanding::Failed);
        }
    }

    /// Whether a part is to be fetched: one that is under way is not, but once more after that.
    pub(crate) fn begin(&self, interaction: InteractionId, connector: &str) -> bool {
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        match fetched.get_mut(&(interaction, connector.to_owned())) {
            Some(again) => {
                *again = true;
                false
            }
            None => fetched.insert((interaction, connector.to_owned()), false).is_none(),
        }
    }

    /// The part was fetched; whether it was asked for again meanwhile, and is under way once more.
    pub(crate) fn end(&self, interaction: InteractionId, connector: &str) -> bool {
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        let of = (interaction, connector.to_owned());
        let again = fetched.get_mut(&of).is_some_and(std::mem::take);
        if !again {
            fetched.remove(&of);
        }
        again
    }

    /// Lets go of the parts of interactions that are over.
    pub(crate) fn forget(&self, over: &[InteractionId]) {
        let mut all = self.lock();
        for interaction in over {
            all.remove(interaction);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InteractionId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_router::Time;

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

    #[test]
    fn a_part_is_fetched_once_at_a_time_and_what_failed_again_for_the_next_agent() {
        let (parts, id) = (Parts::default(), InteractionId(7));
        assert!(parts.begin(id, "crm") && parts.begin(id, "billing"));
        assert!(!parts.begin(id, "crm") && !parts.begin(id, "crm"));
        assert!(parts.end(id, "crm") && !parts.end(id, "crm") && !parts.end(id, "billing"));
        assert!(parts.begin(id, "crm"), "nothing is under way");
        let part = |standing| PopEnrichment { standing, data: None, at: Time(1) };
        parts.keep(id, None, "crm".to_owned(), part(EnrichmentStanding::Failed));
        parts.keep(id, None, "billing".to_owned(), part(EnrichmentStanding::Ready));
        parts.retry(id);
        assert_eq!((parts.get(id, None, "crm"), parts.get(id, None, "billing").is_some()), (None, true));
    }
}
