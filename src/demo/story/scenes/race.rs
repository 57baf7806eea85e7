//! Two devices come back at once; one wins, the other is told where.

use super::super::stage::MAYA;
use super::super::{By as _, Error, Stage, holds};
use super::form::list;
use super::{Matter, stands_at_the_third_field};
use segue_proto::app::v1::resume_session_request::By as AppBy;
use segue_proto::chat::v1::resume::By as ChatBy;
use segue_proto::client::{self, Chat, Entry, PATIENCE};

/// The page by the code, another phone by the link: exactly one comes in. The page goes on, whoever won.
pub(crate) async fn to_come_back(stage: &mut Stage, matter: &Matter) -> Result<Chat, Error> {
    stage.scene("Two devices come back at once");
    let widget = Entry::Widget(stage.widget());
    let mut page = stage.page(widget, None).await.by("the page")?;
    let mut phone = stage.app(MAYA).await?;
    let (typed, followed) =
        tokio::join!(page.resume(ChatBy::Code(matter.code.clone())), phone.resume_by(AppBy::LinkToken(matter.link.clone())),);
    holds(typed.is_ok() != followed.is_ok(), || format!("exactly one should win: {typed:?}, {followed:?}"))?;
    match followed {
        Err(lost) => {
            stage.tell("chat", &format!("the code {} lets her in", matter.code));
            told_where(stage, "phone", &lost)?;
        }
        Ok(won) => {
            stage.tell("phone", "the link lets her in");
            if let Err(lost) = typed {
                told_where(stage, "chat", &lost)?;
            }
            let mut won = won;
            phone.suspend(&mut won).await.by("the phone")?;
            stage.tell("maya", "puts the phone away, and goes on at the computer, signed in");
            page.vanish();
            page = stage.page(Entry::Token(stage.token(segue_session::Role::App, MAYA)?), None).await.by("the page")?;
            page.resume(ChatBy::SessionId(matter.session.clone())).await.by("the page")?;
        }
    }
    page.until(PATIENCE, |p| stands_at_the_third_field(&p.seen()).is_ok()).await.by("the page")?;
    let form = stands_at_the_third_field(&page.seen())?;
    stage.tell("chat", &format!("stands at step “{}”, asks for “{}”; kept: {}", form.step, form.current, list(&form.filled)));
    Ok(page)
}

fn told_where(stage: &Stage, who: &str, lost: &client::Error) -> Result<(), Error> {
    let channel = live_on(lost)?;
    stage.tell(who, &format!("“Your session is live already, on {channel}.” (ALREADY_RESUMED)"));
    Ok(())
}

/// Where the loser is told that the session is live. Anything else is a dead end for whoever holds a way back that was good.
fn live_on(lost: &client::Error) -> Result<&str, Error> {
    let told = lost.about("channel").filter(|_| lost.reason() == Some("ALREADY_RESUMED"));
    told.ok_or_else(|| Error::Otherwise(format!("the loser should be told where the session is live, but heard: {lost}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_proto::types::v1::Refusal;

    fn refused(reason: &str, channel: Option<&str>) -> client::Error {
        let metadata = channel.map(|channel| ("channel".to_owned(), channel.to_owned())).into_iter().collect();
        client::Error::Refused(Box::new(Refusal { reason: reason.to_owned(), metadata, ..Refusal::default() }))
    }

    #[test]
    fn only_a_loser_who_knows_where_to_go_has_been_told() {
        assert_eq!(live_on(&refused("ALREADY_RESUMED", Some("chat"))).unwrap(), "chat");
        for dead_end in [refused("ALREADY_RESUMED", None), refused("HANDLE_INVALID", None), refused("HANDLE_INVALID", Some("chat"))] {
            assert!(live_on(&dead_end).is_err(), "{dead_end}");
        }
    }
}
