//! Places in line and expected waits: filled into views, and told anew when they change, without a look at the store.

use crate::engine::Machine;
use crate::house::bells::{Place, Waiter, Waiting};
use crate::house::tenant::Tenant;
use segue_session::journey::Prompt;
use segue_session::{Phase, Session, View, wait};
use std::sync::PoisonError;

/// Places worked out in one look at the router, so that the loop is not held up.
const AT_ONCE: usize = 64;
/// Places worked out in one turn; of those who wait, who was looked at longest ago goes first.
const PER_TURN: usize = 512;

impl Tenant {
    /// Fills in how long the line is for this view, as of now.
    pub(super) async fn place(&self, session: &Session, mut view: View) -> View {
        let waiting = self.waiting(session, &view);
        let id = session.id;
        let Some(waiting) = waiting else {
            self.bells.waits(id, None);
            return view;
        };
        // Before the look: whatever changes from here on rings.
        self.bells.waits(id, Some(waiting.clone()));
        let whom = waiting.clone();
        let Ok(place) = self.engine().glance(move |machine| place_of(machine, &whom)).await else { return view };
        if let (Waiter::Interaction(interaction), Some(told)) = (&waiting.of, place.expected_wait) {
            self.scenery.waits.tell(*interaction, told);
        }
        self.bells.waits(id, Some(Waiting { told: Some(place), ..waiting }));
        if let Some(line) = view.line.as_mut().filter(|line| line.phase == Phase::Waiting) {
            (line.ahead, line.expected_wait) = (place.ahead, place.expected_wait);
        }
        if let Some(Prompt::WaitOffer { wait, .. }) = &mut view.prompt {
            *wait = place.expected_wait;
        }
        view
    }

    /// As whom the viewer waits, or would wait once they take what is offered.
    fn waiting(&self, session: &Session, view: &View) -> Option<Waiting> {
        if let Some(line) = view.line.as_ref().filter(|line| line.phase == Phase::Waiting) {
            return Some(Waiting { queue: line.queue.clone(), of: Waiter::Interaction(line.interaction), told: None, looked: 0 });
        }
        let Some(Prompt::WaitOffer { .. }) = view.prompt else { return None };
        let queue = self.library.queue_ahead(session.position.as_ref()?)?.clone();
        Some(Waiting { queue, of: Waiter::Newcomer(*view.channels.first()?), told: None, looked: 0 })
    }

    /// Rings for those whose place or wait is not as they were told, in the queues that moved since the last turn.
    pub(super) async fn tell_places(&self) {
        let moved = std::mem::take(&mut *self.moved.lock().unwrap_or_else(PoisonError::into_inner));
        let (waiting, rest) = self.bells.waiting(&moved, PER_TURN);
        for some in waiting.chunks(AT_ONCE) {
            let whom: Vec<Waiting> = some.iter().map(|(_, waiting)| waiting.clone()).collect();
            let look = move |machine: &Machine| whom.iter().map(|one| place_of(machine, one)).collect::<Vec<_>>();
            // Routing is being rebuilt: then everybody is rung for anyway.
            let Ok(places) = self.engine().glance(look).await else { return };
            let told = some.iter().zip(places).filter(|((_, waiting), place)| waiting.told != Some(*place));
            told.for_each(|((session, _), _)| self.bells.stir(*session));
        }
        // The next turn goes on with these.
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).extend(rest);
    }
}

fn place_of(machine: &Machine, waiting: &Waiting) -> Place {
    let router = machine.router();
    let (ahead, expected) = match waiting.of {
        Waiter::Interaction(interaction) => (router.place(interaction).map(|place| place.ahead), router.expected_wait(interaction)),
        Waiter::Newcomer(channel) => {
            (None, machine.directory().queue(&waiting.queue).and_then(|queue| router.newcomer_wait(queue, channel)))
        }
    };
    Place { ahead, expected_wait: expected.map(wait::told) }
}
