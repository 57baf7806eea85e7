//! A session that bad input is thrown at, and whether anything of it has changed.

use crate::product::At;
use segue_proto::client::{Customer, Place};
use segue_proto::types::v1::SessionView;

/// A customer in the middle of a form.
pub(crate) struct Stand {
    pub(crate) app: Customer,
    pub(crate) place: Place,
}

impl Stand {
    pub(crate) async fn new(at: At) -> Self {
        let mut app = at.app("ada").await.unwrap();
        let mut place = app.start("form").await.unwrap();
        app.fill(&mut place, "colour", "red").await.unwrap();
        Self { app, place }
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
