//! The main job as a story, over real sockets, against a real daemon process that is killed on the way.
//!
//! Each scene says what each party sees, and checks it: a story that goes on is one that held. The same scenes run as
//! tests, on every store.
//!
//! What is *not* here: anything that reaches into the daemon. The parties have the wire, and their tokens.

mod pop;
mod scenes;
mod stage;
mod teller;

pub use stage::{Stage, StoreChoice};
pub use teller::Teller;

use segue_proto::client;

/// Why the story broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The daemon could not be started.
    #[error("while {doing}: {source}")]
    Stage {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A party could not go on.
    #[error("{who} could not go on: {source}")]
    Party {
        /// Who.
        who: &'static str,
        /// Why.
        #[source]
        source: client::Error,
    },
    /// A party saw something else.
    #[error("the story went another way: {0}")]
    Otherwise(String),
}

/// Who met an error.
trait By<T> {
    /// Names the party.
    fn by(self, who: &'static str) -> Result<T, Error>;
}

impl<T> By<T> for Result<T, client::Error> {
    fn by(self, who: &'static str) -> Result<T, Error> {
        self.map_err(|source| Error::Party { who, source })
    }
}

/// What must hold for the story to go on.
fn holds(yes: bool, otherwise: impl FnOnce() -> String) -> Result<(), Error> {
    if yes { Ok(()) } else { Err(Error::Otherwise(otherwise())) }
}

/// Plays the whole story.
///
/// # Errors
/// The first thing that went another way.
pub async fn play(store: StoreChoice, teller: Teller) -> Result<(), Error> {
    Box::pin(play_on(Stage::set(store, teller).await?)).await
}

/// Plays the whole story on a stage that was set.
///
/// # Errors
/// The first thing that went another way.
pub async fn play_on(mut stage: Stage) -> Result<(), Error> {
    let matter = scenes::form::in_the_app(&mut stage).await?;
    scenes::crash::while_suspended(&mut stage, &matter).await?;
    let mut page = scenes::race::to_come_back(&mut stage, &matter).await?;
    scenes::form::in_the_chat(&mut stage, &mut page, &matter).await?;
    let mut page = scenes::line::keeps_its_place(&mut stage, page, &matter).await?;
    let desks = scenes::offers::decline_expiry_and_the_right_agent(&mut stage, &mut page).await?;
    let talk = scenes::talk::survives_a_lost_desk(&mut stage, &mut page, desks).await?;
    let (mut page, talk) = scenes::crash::in_the_middle_of_the_talk(&mut stage, page, talk).await?;
    scenes::talk::ends_with_a_code(&mut stage, &mut page, talk).await?;
    stage.end().await
}
