//! A decline, an expired offer, and the right agent with the whole story on her screen.

use super::super::{By as _, Error, Stage, holds, pop};
use segue_proto::client::{Chat, Desk, PATIENCE};
use segue_proto::desk::v1::Offer;

/// Both desks.
pub(crate) struct Desks {
    /// Who fits best.
    pub(crate) ada: Desk,
    /// Who else can.
    pub(crate) bo: Desk,
    /// What Ada was offered and took.
    pub(crate) taken: Offer,
}

/// Bo declines, Ada lets it expire, comes back, and takes it.
pub(crate) async fn decline_expiry_and_the_right_agent(stage: &mut Stage, page: &mut Chat) -> Result<Desks, Error> {
    stage.scene("A decline, an expired offer, and the right agent");
    let mut bo = stage.desk("bo", None).await?;
    bo.present("ready").await.by("Bo")?;
    let offer = bo.offered().await.by("Bo")?;
    stage.tell("bo", &format!("is offered it, until a deadline: {}", why(&offer)));
    let reason = bo.welcome.directory.iter().flat_map(|d| d.decline_reasons.clone()).next().unwrap_or_default();
    bo.decline(&offer, &reason).await.by("Bo")?;
    bo.present("away").await.by("Bo")?;
    stage.tell("bo", &format!("declines ({reason}), and steps away"));
    let mut ada = stage.desk("ada", None).await?;
    ada.present("ready").await.by("Ada")?;
    let missed = ada.offered().await.by("Ada")?;
    stage.tell("ada", "is offered it, and is looking out of the window");
    ada.until(PATIENCE, |s| s.withdrawn.iter().any(|(id, why)| *id == missed.offer_id && *why == "WITHDRAW_REASON_EXPIRED"))
        .await
        .by("Ada")?;
    stage.tell("ada", "the offer has expired; Maya is back at her place in line, and Ada is unresponsive");
    bo.present("ready").await.by("Bo")?;
    ada.present("ready").await.by("Ada")?;
    let taken = best(stage, &mut ada, &mut bo).await?;
    let late = ada.accept(&missed).await;
    holds(late.as_ref().is_err_and(|e| e.reason() == Some("OFFER_ENDED")), || format!("a late accept should be refused: {late:?}"))?;
    stage.tell("ada", "clicks the old offer: “It has ended.” (OFFER_ENDED)");
    stage.tell("ada", &format!("sees before anything rings:\n{}", pop::in_words(&taken.pop.clone().unwrap_or_default())));
    complete(&taken)?;
    ada.accept(&taken).await.by("Ada")?;
    stage.tell("ada", "accepts");
    page.until(PATIENCE, |p| p.messages.iter().any(|m| m.speaker.is_some())).await.by("the page")?;
    stage.tell("chat", "“Ada has joined.”");
    Ok(Desks { ada, bo, taken })
}

/// Whoever is offered it first passes it on until it is Ada's: she fits best, but has just missed one.
async fn best(stage: &Stage, ada: &mut Desk, bo: &mut Desk) -> Result<Offer, Error> {
    if let Ok(offer) = bo.until(std::time::Duration::from_millis(300), |s| !s.offers.is_empty()).await.map(|()| bo.screen.offers.clone()) {
        for offer in offer.values() {
            bo.decline(offer, "").await.by("Bo")?;
            stage.tell("bo", "is offered it again (Ada has just missed one), and passes it on");
        }
        bo.present("away").await.by("Bo")?;
    }
    let offer = ada.offered().await.by("Ada")?;
    Ok(offer)
}

fn why(offer: &Offer) -> String {
    offer.pop.as_ref().and_then(|p| p.why.as_ref()).map(|w| w.line.clone()).unwrap_or_default()
}

/// The pop says everything that the agent must not ask again.
fn complete(offer: &Offer) -> Result<(), Error> {
    let pop = offer.pop.clone().unwrap_or_default();
    let answered: Vec<_> = pop.answers.iter().map(|a| a.field_id.as_str()).collect();
    for field in ["since", "light", "restarted", "number"] {
        holds(answered.contains(&field), || format!("the pop lacks the answer {field:?}: it has {answered:?}"))?;
    }
    holds(pop.stopped.is_some(), || "the pop does not say where she stopped".into())?;
    holds(pop.why.as_ref().is_some_and(|w| !w.line.is_empty()), || "the pop does not say why Ada".into())?;
    holds(pop.assurance.as_ref().is_some_and(|a| !a.proofs.is_empty()), || "the pop does not say how sure we are".into())
}
