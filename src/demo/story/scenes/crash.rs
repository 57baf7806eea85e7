//! kill -9, twice: while nobody is there, and in the middle of a talk.

use super::super::stage::MAYA;
use super::super::{By as _, Error, Stage, holds};
use super::talk::Talk;
use super::{Matter, suspended};
use segue_proto::client::{Chat, Entry, PATIENCE};

/// The daemon dies while the session is suspended.
pub(crate) async fn while_suspended(stage: &mut Stage, matter: &Matter) -> Result<(), Error> {
    stage.scene("The daemon is killed with -9, and started again");
    stage.kill().await?;
    let took = stage.start_again().await?;
    stage.tell("house", &format!("serves again after {} ms", took.as_millis()));
    let mut app = stage.app(MAYA).await?;
    let matters = app.matters().await.by("the app")?;
    let found = matters.iter().find(|m| m.session_id == matter.session);
    let found = found.ok_or_else(|| Error::Otherwise("the matter is not listed after the crash".into()))?;
    stage.tell("app", &format!("lists: {} · {}", found.title, found.at_step));
    let view = app.look(&matter.session).await.by("the app")?;
    holds(suspended(&view), || "the session is not suspended after the crash".into())
}

/// The daemon dies while Ada and Maya talk; both come back to what they saw.
pub(crate) async fn in_the_middle_of_the_talk(stage: &mut Stage, page: Chat, talk: Talk) -> Result<(Chat, Talk), Error> {
    stage.scene("The daemon is killed with -9 in the middle of the talk");
    let (place, entry) = (page.place(), Entry::Token(stage.token(segue_session::Role::App, MAYA)?));
    let said = talk.said;
    let before = talk.screen.held.values().next().map_or(0, |h| h.messages.len());
    stage.kill().await?;
    let took = stage.start_again().await?;
    stage.tell("house", &format!("serves again after {} ms", took.as_millis()));
    let mut again = stage.page(entry, Some(place)).await.by("the page")?;
    again.until(PATIENCE, |p| p.seen().line.is_some()).await.by("the page")?;
    stage.tell("chat", "is back; the talk goes on");
    let mut desk = stage.desk("ada", Some(talk.screen)).await?;
    let held = desk.screen.held.get(&talk.interaction);
    let held = held.ok_or_else(|| Error::Otherwise("Ada lost her assignment in the crash".into()))?;
    holds(held.messages.len() >= before.min(said), || format!("Ada had {before} messages, and has {} now", held.messages.len()))?;
    desk.present("ready").await.by("Ada")?;
    stage.tell("ada", &format!("is back; the talk with its {} messages is on her screen", held_count(&desk, &talk.interaction)));
    let number = desk.say(&talk.session, "Sorry, we were cut off. The line is mended now.").await.by("Ada")?;
    again.until(PATIENCE, |p| p.messages.iter().any(|m| m.sequence == number)).await.by("the page")?;
    stage.tell("chat", "“Sorry, we were cut off. The line is mended now.”");
    Ok((again, Talk { screen: desk.vanish(), said: said + 1, ..talk }))
}

fn held_count(desk: &segue_proto::client::Desk, interaction: &str) -> usize {
    desk.screen.held.get(interaction).map_or(0, |h| h.messages.len())
}
