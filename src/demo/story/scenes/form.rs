//! Half a form in the app, the other half in the chat.

use super::super::stage::MAYA;
use super::super::{By as _, Error, Stage, holds};
use super::{Matter, stands_at_the_third_field, suspended};
use segue_proto::client::{Chat, PATIENCE};
use segue_proto::types::v1::{HandleKind, Prompt, prompt};
use std::time::{Duration, Instant};

/// Maya opens the app, fills two of four fields, and vanishes.
pub(crate) async fn in_the_app(stage: &mut Stage) -> Result<Matter, Error> {
    stage.scene("Maya reports a fault in the app, and loses her connection");
    let mut app = stage.app(MAYA).await?;
    let mut place = app.start("fault").await.by("the app")?;
    let sign_of_life = app.watch(&place).await.by("the app")?;
    stage.tell("app", &asked(place.seen().prompt));
    app.choose(&mut place, "internet").await.by("the app")?;
    stage.tell("maya", "taps Internet");
    app.fill(&mut place, "since", "today").await.by("the app")?;
    app.fill(&mut place, "light", "red").await.by("the app")?;
    let form = stands_at_the_third_field(&place.seen())?;
    stage.tell("app", &format!("{} of 4 fields are filled: {}", form.filled.len(), list(&form.filled)));
    let link = app.handle(&place, HandleKind::Link).await.by("the app")?;
    let code = app.handle(&place, HandleKind::Code).await.by("the app")?;
    stage.tell("app", &format!("“You can go on anywhere: with the code {}, or the link\n{}”", code.value, link.url));
    drop(sign_of_life);
    drop(app);
    stage.tell("maya", "goes into a tunnel; the app vanishes without a word");
    wait_until_suspended(stage, &place.session).await?;
    Ok(Matter { session: place.session, link: link.value, code: code.value })
}

async fn wait_until_suspended(stage: &Stage, session: &str) -> Result<(), Error> {
    let mut other = stage.app(MAYA).await?;
    let until = Instant::now() + PATIENCE;
    loop {
        let view = other.look(session).await.by("the app")?;
        if suspended(&view) {
            stage.tell("house", "the session is suspended, durably: nobody came back within the grace");
            return Ok(());
        }
        holds(Instant::now() < until, || "the session was not suspended although the app vanished".into())?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The other half, in the chat, with the app looking on; then a person is wanted.
pub(crate) async fn in_the_chat(stage: &mut Stage, page: &mut Chat, matter: &Matter) -> Result<(), Error> {
    stage.scene("She finishes in the chat, with the app beside it");
    let mut app = stage.app(MAYA).await?;
    let beside = app.attach(&matter.session).await.by("the app")?;
    let mut stream = app.watch(&beside).await.by("the app")?;
    stage.tell("app", "joins as a second leg and shows the same form");
    page.typed("yes").await.by("the page")?;
    page.until(PATIENCE, |p| super::form(&p.seen()).is_ok_and(|f| f.current == "number")).await.by("the page")?;
    stage.tell("maya", "types “yes”");
    while super::form(&app.look(&matter.session).await.by("the app")?)?.current != "number" {
        stream.message().await.map_err(segue_proto::client::Error::from).by("the app")?;
    }
    stage.tell("app", "shows the answer that was given in the chat");
    page.typed("+33 1 99 00 12 34").await.by("the page")?;
    page.until(PATIENCE, |p| matches!(kind(p), Some(prompt::Kind::WaitOffer(_)))).await.by("the page")?;
    stage.tell("chat", &asked(page.seen().prompt));
    page.typed("wait").await.by("the page")?;
    page.until(PATIENCE, |p| p.seen().line.is_some()).await.by("the page")?;
    stage.tell("maya", "types “wait”: she wants a person");
    app.calls
        .end_leg(segue_proto::app::v1::EndLegRequest {
            request_id: segue_proto::client::fresh(),
            session_id: matter.session.clone(),
            leg_id: beside.leg,
        })
        .await
        .map_err(segue_proto::client::Error::from)
        .by("the app")?;
    Ok(())
}

fn kind(page: &Chat) -> Option<prompt::Kind> {
    page.seen().prompt.and_then(|p| p.kind)
}

/// What a prompt asks, with its choices.
pub(crate) fn asked(prompt: Option<Prompt>) -> String {
    let choices = |ask: String, choices: Vec<segue_proto::types::v1::Choice>| {
        let labels = choices.into_iter().map(|c| format!("[{}]", c.label)).collect::<Vec<_>>();
        format!("{ask}\n{}", labels.join(" "))
    };
    match prompt.and_then(|p| p.kind) {
        Some(prompt::Kind::Menu(menu)) => choices(menu.ask, menu.choices),
        Some(prompt::Kind::WaitOffer(offer)) => choices(offer.ask, offer.choices),
        Some(prompt::Kind::Form(form)) => {
            let current = form.fields.iter().find(|f| f.field_id == form.current_field);
            format!("{}: {}", form.title, current.map_or("", |f| f.ask.as_str()))
        }
        Some(prompt::Kind::Say(say)) => say.text,
        Some(prompt::Kind::Busy(busy)) => busy.text,
        Some(prompt::Kind::End(end)) => end.text,
        Some(prompt::Kind::Line(_)) | None => String::new(),
    }
}

/// Fields and values in one line.
pub(crate) fn list(filled: &[(String, String)]) -> String {
    filled.iter().map(|(field, value)| format!("{field} = {value}")).collect::<Vec<_>>().join(", ")
}
