//! The talk: nothing lost, nothing twice, over a desk that drops and comes back; and its end.

use super::super::{By as _, Error, Stage, holds};
use super::offers::Desks;
use segue_proto::client::{Chat, PATIENCE, Screen};
use segue_proto::types::v1::{Line, phase};
use std::collections::BTreeSet;

/// A talk that goes on, as Ada last saw it.
pub(crate) struct Talk {
    /// The session.
    pub(crate) session: String,
    /// The interaction.
    pub(crate) interaction: String,
    /// What Ada saw.
    pub(crate) screen: Screen,
    /// How many messages were said.
    pub(crate) said: usize,
}

/// Ada's connection drops while Maya writes; she comes back to everything, once.
pub(crate) async fn survives_a_lost_desk(stage: &mut Stage, page: &mut Chat, desks: Desks) -> Result<Talk, Error> {
    stage.scene("They talk; Ada's connection drops and comes back");
    let Desks { mut ada, bo, taken } = desks;
    drop(bo);
    let interaction = taken.interaction_id.clone();
    let session = taken.pop.map(|p| p.session_id).unwrap_or_default();
    let hello = ada.say(&session, "Hello Maya, I see the red light. Let me look.").await.by("Ada")?;
    page.until(PATIENCE, |p| p.messages.iter().any(|m| m.sequence == hello)).await.by("the page")?;
    stage.tell("ada", "“Hello Maya, I see the red light. Let me look.”");
    let mut numbers = vec![page.say("Thank you!").await.by("the page")?];
    stage.tell("maya", "“Thank you!”");
    ada.until(PATIENCE, |s| has(s, &interaction, numbers[0])).await.by("Ada")?;
    let screen = ada.vanish();
    stage.tell("ada", "(her connection drops)");
    for words in ["It has been red since this morning.", "Are you there?"] {
        numbers.push(page.say(words).await.by("the page")?);
        stage.tell("maya", &format!("“{words}”"));
    }
    let mut ada = stage.desk("ada", Some(screen)).await?;
    ada.until(PATIENCE, |s| numbers.iter().all(|n| has(s, &interaction, *n))).await.by("Ada")?;
    once_each(&ada.screen, &interaction)?;
    stage.tell("ada", "is back: both messages are there, each once, and none of the old ones again");
    Ok(Talk { session, interaction, screen: ada.vanish(), said: numbers.len() + 1 })
}

/// Ada ends the talk and wraps up.
pub(crate) async fn ends_with_a_code(stage: &mut Stage, page: &mut Chat, talk: Talk) -> Result<(), Error> {
    stage.scene("Ada wraps up");
    let mut ada = stage.desk("ada", Some(talk.screen)).await?;
    ada.finish(&talk.interaction).await.by("Ada")?;
    ada.until(PATIENCE, |s| s.held.get(&talk.interaction).is_some_and(|h| h.wrapping_up)).await.by("Ada")?;
    let without = ada.wrap_up(&talk.interaction, "").await;
    holds(without.as_ref().is_err_and(|e| e.reason() == Some("CODE_REQUIRED")), || format!("a code should be asked for: {without:?}"))?;
    stage.tell("ada", "“Please choose a code first.” (CODE_REQUIRED)");
    let queues = ada.welcome.directory.iter().flat_map(|d| d.queues.clone());
    let code = queues.filter(|q| q.queue == "faults").flat_map(|q| q.codes).next().unwrap_or_default();
    ada.wrap_up(&talk.interaction, &code).await.by("Ada")?;
    ada.until(PATIENCE, |s| !s.held.contains_key(&talk.interaction) && s.agent.load == 0).await.by("Ada")?;
    stage.tell("ada", &format!("wraps up with “{code}”, and is free again"));
    page.until(PATIENCE, |p| p.seen().line.is_none_or(|l| over(&l))).await.by("the page")?;
    stage.tell("chat", "the talk is over; nothing was asked twice");
    Ok(())
}

fn over(line: &Line) -> bool {
    matches!(line.phase.as_ref().and_then(|p| p.kind.as_ref()), Some(phase::Kind::Ended(_)))
}

fn has(screen: &Screen, interaction: &str, number: u64) -> bool {
    screen.held.get(interaction).is_some_and(|h| h.messages.iter().any(|m| m.sequence == number))
}

/// No message and no entry came twice.
fn once_each(screen: &Screen, interaction: &str) -> Result<(), Error> {
    let numbers: Vec<_> = screen.held.get(interaction).map(|h| h.messages.iter().map(|m| m.sequence).collect()).unwrap_or_default();
    let different: BTreeSet<_> = numbers.iter().copied().collect();
    holds(different.len() == numbers.len(), || format!("a message came twice: {numbers:?}"))?;
    let entries: BTreeSet<_> = screen.seen.iter().copied().collect();
    holds(entries.len() == screen.seen.len(), || format!("an entry came twice: {:?}", screen.seen))
}
