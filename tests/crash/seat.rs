//! An agent who goes on and on: takes offers, talks, ends, wraps up; and after a crash goes on with the same screen.

use crate::customer::{Gone, settle};
use crate::history::{Act, History, Told};
use crate::product::{At, Dice};
use segue_proto::client::{Desk, Error, Screen};
use segue_proto::desk::v1::{Accept, client_frame::Frame};
use std::time::Duration;

/// An agent, who outlives the daemon.
pub(crate) struct Seat {
    /// Their name.
    pub(crate) name: String,
    dice: Dice,
    history: History,
    sayings: u64,
    screen: Option<Screen>,
    /// Runs of entries that came over one outbox.
    pub(crate) seen: Vec<u64>,
}

impl Seat {
    /// Somebody new.
    pub(crate) const fn new(name: String, dice: Dice, history: History) -> Self {
        Self { name, dice, history, sayings: 0, screen: None, seen: Vec::new() }
    }

    /// Works until the house is gone.
    pub(crate) async fn live(mut self, at: At) -> Self {
        let former = self.screen.take();
        let epoch = former.as_ref().map(|screen| screen.epoch);
        if let Ok(mut desk) = at.desk(&self.name, former).await {
            if epoch != Some(desk.screen.epoch) || !desk.welcome.continued {
                desk.screen.seen.clear();
            }
            let _gone = self.work(&mut desk).await;
            self.seen.clone_from(&desk.screen.seen);
            self.screen = Some(desk.vanish());
        }
        self
    }

    async fn work(&mut self, desk: &mut Desk) -> Result<(), Gone> {
        desk.present("ready").await.map_err(|_| Gone)?;
        loop {
            let offer = desk.screen.offers.values().next().cloned();
            if let Some(offer) = offer {
                let session = offer.pop.as_ref().map(|pop| pop.session_id.clone()).unwrap_or_default();
                let act = Act::Accept { agent: self.name.clone(), interaction: offer.interaction_id.clone() };
                let place = self.history.asked(&self.name, &session, act);
                let taken = desk.command(Frame::Accept(Accept { offer_id: offer.offer_id })).await.map(drop);
                settle(&self.history, place, taken, |()| Told::default())?;
            } else {
                self.serve(desk).await?;
            }
            // Whatever comes meanwhile is kept; nothing may come.
            match desk.until(Duration::from_millis(15), |screen| !screen.offers.is_empty()).await {
                Ok(()) | Err(Error::Late(_)) => {}
                Err(_) => return Err(Gone),
            }
        }
    }

    async fn serve(&mut self, desk: &mut Desk) -> Result<(), Gone> {
        let held: Vec<_> = desk.screen.held.iter().map(|(id, held)| (id.clone(), held.clone())).collect();
        if held.is_empty() {
            return Ok(());
        }
        let (interaction, held) = self.dice.of(&held);
        let (interaction, session) = (interaction.clone(), held.pop.session_id.clone());
        let history = self.history.clone();
        if held.wrapping_up || held.left.is_some() {
            let place = history.asked(&self.name, &session, Act::WrapUp { interaction: interaction.clone() });
            settle(&history, place, desk.wrap_up(&interaction, "done").await, |()| Told::default())?;
        } else if self.dice.below(6) == 0 {
            let place = history.asked(&self.name, &session, Act::Finish { interaction: interaction.clone() });
            settle(&history, place, desk.finish(&interaction).await, |()| Told::default())?;
        } else {
            self.sayings += 1;
            let words = format!("{} says {}", self.name, self.sayings);
            let place = history.asked(&self.name, &session, Act::Say(words.clone()));
            settle(&history, place, desk.say(&session, &words).await, |n| Told { number: Some(*n), ..Told::default() })?;
        }
        Ok(())
    }
}
