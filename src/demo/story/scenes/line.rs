//! A place in line that survives a suspension.

use super::super::stage::MAYA;
use super::super::{By as _, Error, Stage, holds};
use super::Matter;
use segue_proto::chat::v1::resume::By as ChatBy;
use segue_proto::client::{Chat, Entry, PATIENCE};
use segue_proto::types::v1::{Line, phase};

fn waits(line: &Line) -> bool {
    matches!(line.phase.as_ref().and_then(|p| p.kind.as_ref()), Some(phase::Kind::Waiting(_)))
}

/// Maya waits, somebody comes behind her, she leaves and comes back: before them, as before.
pub(crate) async fn keeps_its_place(stage: &mut Stage, mut page: Chat, matter: &Matter) -> Result<Chat, Error> {
    stage.scene("She waits in line, leaves, and comes back to the same place");
    page.until(PATIENCE, |p| p.seen().line.as_ref().is_some_and(waits)).await.by("the page")?;
    let before = page.seen().line.unwrap_or_default();
    stage.tell("chat", &place(&before));
    let mut omar = stage.app("omar").await?;
    let mut behind = omar.start("fault").await.by("Omar's app")?;
    omar.choose(&mut behind, "internet").await.by("Omar's app")?;
    omar.ask_for_person(&mut behind).await.by("Omar's app")?;
    stage.tell("omar", "asks for a person too: he is behind her");
    page.suspend().await.by("the page")?;
    page.vanish();
    stage.tell("maya", "suspends, and closes the page");
    let mut page = stage.page(Entry::Token(stage.token(segue_session::Role::App, MAYA)?), None).await.by("the page")?;
    page.resume(ChatBy::SessionId(matter.session.clone())).await.by("the page")?;
    page.until(PATIENCE, |p| p.seen().line.as_ref().is_some_and(|l| waits(l) && l.ahead == Some(0))).await.by("the page")?;
    let after = page.seen().line.unwrap_or_default();
    holds(after.since == before.since, || format!("her wait should count from {:?}, not from {:?}", before.since, after.since))?;
    stage.tell("chat", &format!("{}, and her wait still counts from the first time", place(&after)));
    omar.calls
        .leave_line(segue_proto::app::v1::LeaveLineRequest {
            request_id: segue_proto::client::fresh(),
            session_id: behind.session.clone(),
            leg_id: behind.leg.clone(),
        })
        .await
        .map_err(segue_proto::client::Error::from)
        .by("Omar's app")?;
    stage.tell("omar", "finds his cable unplugged, and leaves the line");
    Ok(page)
}

fn place(line: &Line) -> String {
    let ahead = match line.ahead {
        None => "her place is being counted".to_owned(),
        Some(0) => "nobody is ahead".to_owned(),
        Some(1) => "one is ahead".to_owned(),
        Some(n) => format!("{n} are ahead"),
    };
    format!("waits in “{}”; {ahead}", line.queue)
}
