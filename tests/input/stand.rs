//! A session that bad input is thrown at, and whether anything of it has changed.

use crate::product::{At, token};
use segue_proto::client::{Customer, Place};
use segue_proto::types::v1::SessionView;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A customer in the middle of a form.
pub(crate) struct Stand {
    /// Who.
    pub(crate) name: String,
    /// Their token.
    pub(crate) token: String,
    pub(crate) app: Customer,
    pub(crate) place: Place,
}

impl Stand {
    /// Another customer each time: one who begins and begins would be slowed down.
    pub(crate) async fn new(at: At) -> Self {
        static CUSTOMERS: AtomicUsize = AtomicUsize::new(0);
        let name = format!("ada{}", CUSTOMERS.fetch_add(1, Ordering::Relaxed));
        let mut app = at.app(&name).await.unwrap();
        let mut place = app.start("form").await.unwrap();
        app.fill(&mut place, "colour", "red").await.unwrap();
        Self { token: token("app", &name), name, app, place }
    }

    /// How it stands.
    pub(crate) async fn look(&mut self) -> SessionView {
        self.app.look(&self.place.session).await.unwrap()
    }
}

/// What must be the same after a refusal.
pub(crate) fn same(before: &SessionView, after: &SessionView, what: &str) {
    assert_eq!(before.version, after.version, "{what}: it was refused, and the session has changed");
    assert_eq!(before.routing_version, after.routing_version, "{what}: it was refused, and the line has changed");
    assert_eq!(before.last_message, after.last_message, "{what}: it was refused, and something was said");
    assert_eq!(before.standing, after.standing, "{what}: it was refused, and the session stands otherwise");
}
