//! A customer who goes on and on: begins, answers, talks, stops, comes back; and after a crash repeats what was not answered.

use crate::history::{Act, Answer, History, Told, is_over, is_suspended};
use crate::product::{At, Dice, FIELDS};
use crate::request::{Reply, Request};
use segue_proto::chat::v1::{Resumption, resume};
use segue_proto::client::{Chat, Customer, Error};
use segue_proto::types::v1::{FieldValue, step_input::Kind};

/// The house is gone.
pub(crate) struct Gone;

/// A customer, who outlives the daemon.
pub(crate) struct Person {
    /// The subject of their tokens.
    pub(crate) name: String,
    /// Whether they sit at the web page rather than in the app.
    page: bool,
    dice: Dice,
    history: History,
    sayings: u64,
    session: Option<String>,
    leg: String,
    link: Option<String>,
    deeds: u32,
    former: Option<Resumption>,
    /// Asked, and never answered: to be repeated.
    pending: Vec<(usize, Request)>,
    /// The last thing that was done: to be repeated, and answered the same.
    last: Option<(Request, Reply)>,
    /// Repeats that were answered otherwise.
    pub(crate) otherwise: Vec<String>,
}

/// Writes an answer down. `None`: refused.
pub(crate) fn settle<T>(
    history: &History,
    place: usize,
    result: Result<T, Error>,
    told: impl FnOnce(&T) -> Told,
) -> Result<Option<T>, Gone> {
    match result {
        Ok(answer) => {
            history.answered(place, Answer::Done(told(&answer)));
            Ok(Some(answer))
        }
        Err(Error::Refused(refusal)) if !["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"].contains(&refusal.reason.as_str()) => {
            history.answered(place, Answer::Refused(refusal.reason));
            Ok(None)
        }
        Err(_) => Err(Gone),
    }
}

fn filling(field: &str, value: &str) -> Kind {
    Kind::Fill(FieldValue { field_id: field.into(), value: value.into() })
}

impl Person {
    /// Somebody new.
    pub(crate) fn new(name: String, page: bool, dice: Dice, history: History) -> Self {
        Self {
            name,
            page,
            dice,
            history,
            sayings: 0,
            session: None,
            leg: String::new(),
            link: None,
            deeds: 0,
            former: None,
            pending: Vec::new(),
            last: None,
            otherwise: Vec::new(),
        }
    }

    /// Lives until the house is gone.
    pub(crate) async fn live(mut self, at: At) -> Self {
        let _gone = if self.page { self.at_the_page(at).await } else { self.in_the_app(at).await };
        self
    }

    async fn in_the_app(&mut self, at: At) -> Result<(), Gone> {
        let mut app = at.app(&self.name).await.map_err(|_| Gone)?;
        self.repeat(&mut app).await?;
        loop {
            let Some(session) = self.session.clone() else {
                self.ask(&mut app, "", Act::Start, Request::start()).await?;
                continue;
            };
            let view = app.look(&session).await.map_err(|_| Gone)?;
            if is_over(&view) {
                self.leave_it();
                continue;
            }
            if is_suspended(&view) {
                self.come_back(&mut app, &session, view.version).await?;
                continue;
            }
            for _ in 0..4 {
                let (act, request) = self.next_deed(&session);
                let stops = act == Act::Suspend;
                if self.ask(&mut app, &session, act, request).await?.is_none() || stops {
                    break;
                }
            }
            self.perhaps_leave_it();
        }
    }

    /// A session that has seen much is left as it is, and another begun.
    fn perhaps_leave_it(&mut self) {
        self.deeds += 1;
        if self.deeds > 30 {
            self.leave_it();
        }
    }

    fn leave_it(&mut self) {
        (self.deeds, self.session, self.former, self.last, self.link) = (0, None, None, None, None);
    }

    fn next_deed(&mut self, session: &str) -> (Act, Request) {
        let (session, leg) = (session.to_owned(), self.leg.clone());
        match self.dice.below(10) {
            0..4 => {
                let (field, value) = self.answer();
                (Act::Fill { field, value: value.clone() }, Request::fill(session, leg, field, value))
            }
            4..7 => {
                let words = self.words();
                (Act::Say(words.clone()), Request::say(session, leg, words))
            }
            7..9 => (Act::Ask, Request::ask(session, leg)),
            _ => (Act::Suspend, Request::suspend(session, leg)),
        }
    }

    fn answer(&mut self) -> (&'static str, String) {
        self.sayings += 1;
        (*self.dice.of(&FIELDS), format!("value {}", self.sayings))
    }

    fn words(&mut self) -> String {
        self.sayings += 1;
        format!("{} says {}", self.name, self.sayings)
    }

    async fn ask(&mut self, app: &mut Customer, session: &str, act: Act, request: Request) -> Result<Option<Reply>, Gone> {
        let place = self.history.asked(&self.name, session, act);
        let result = request.send(app).await;
        self.take(place, request, result)
    }

    fn take(&mut self, place: usize, request: Request, result: Result<Reply, Error>) -> Result<Option<Reply>, Gone> {
        let settled = settle(&self.history, place, result, Reply::told);
        match &settled {
            Ok(Some(reply)) => {
                if let Some((session, leg)) = &reply.leg {
                    self.history.began(place, session);
                    (self.session, self.leg) = (Some(session.clone()), leg.clone());
                }
                self.link = reply.link.clone().or_else(|| self.link.take());
                self.last = Some((request, reply.clone()));
            }
            Ok(None) => {}
            Err(Gone) => self.pending.push((place, request)),
        }
        settled
    }

    /// Two devices at once, by two rights where there are two: one wins.
    async fn come_back(&mut self, app: &mut Customer, session: &str, version: u64) -> Result<(), Gone> {
        let claim = format!("version {version}");
        let second = self.link.take().map_or_else(|| Request::resume(session), |link| Request::resume_by_link(&link));
        let first = Request::resume(session);
        let places = [(); 2].map(|()| self.history.asked(&self.name, session, Act::Resume { claim: claim.clone() }));
        let mut other = app.clone();
        let (one, two) = tokio::join!(first.send(app), second.send(&mut other));
        let (one, two) = (self.take(places[0], first, one), self.take(places[1], second, two));
        one.and(two).map(drop)
    }

    /// What was not answered before the crash is asked again with the same id, and so is the last thing that was.
    async fn repeat(&mut self, app: &mut Customer) -> Result<(), Gone> {
        if let Some((request, before)) = self.last.clone() {
            match request.send(app).await {
                Ok(now) if now.same_as(&before) => {}
                Ok(now) => self.otherwise.push(format!("{request:?} was answered {before:?}, and when repeated {now:?}")),
                Err(Error::Refused(refusal)) => {
                    let why = (refusal.reason, refusal.message);
                    self.otherwise.push(format!("{request:?} was answered {before:?}, and refused when repeated: {why:?}"));
                }
                Err(_) => return Err(Gone),
            }
        }
        for (place, request) in std::mem::take(&mut self.pending) {
            let result = request.send(app).await;
            self.take(place, request, result)?;
        }
        Ok(())
    }

    async fn at_the_page(&mut self, at: At) -> Result<(), Gone> {
        loop {
            // A page is one leg of one session: for the next one it is opened anew.
            let mut page = at.page(&self.name, self.former.take()).await.map_err(|_| Gone)?;
            if page.attached.session_id.is_empty() {
                self.enter(&mut page).await?;
            }
            let mut stopped = false;
            while !stopped && self.session.is_some() {
                self.former = Some(page.place());
                stopped = self.by_the_page(&mut page).await?;
                self.perhaps_leave_it();
            }
            if stopped {
                self.former = None;
            }
            page.vanish();
        }
    }

    /// Into the session of before, suspended or live, or into a new one.
    async fn enter(&mut self, page: &mut Chat) -> Result<(), Gone> {
        let Some(session) = self.session.clone() else {
            let place = self.history.asked(&self.name, "", Act::Start);
            if settle(&self.history, place, page.start("form").await, |()| Told::default())?.is_some() {
                self.history.began(place, &page.attached.session_id);
                self.session = Some(page.attached.session_id.clone());
            }
            return Ok(());
        };
        self.sayings += 1;
        let place = self.history.asked(&self.name, &session, Act::Resume { claim: format!("{} comes back {}", self.name, self.sayings) });
        let resumed = page.resume(resume::By::SessionId(session.clone())).await;
        if settle(&self.history, place, resumed, |()| Told::default())?.is_none() {
            match page.attach(&session).await {
                Err(Error::Refused(_)) => self.leave_it(),
                other => other.map_err(|_| Gone)?,
            }
        }
        Ok(())
    }

    /// Something over the page; whether it stopped there.
    async fn by_the_page(&mut self, page: &mut Chat) -> Result<bool, Gone> {
        let session = page.attached.session_id.clone();
        let history = self.history.clone();
        let none = |_: &()| Told::default();
        match self.dice.below(10) {
            0..4 => {
                let (field, value) = self.answer();
                let place = history.asked(&self.name, &session, Act::Fill { field, value: value.clone() });
                Ok(settle(&history, place, page.step(filling(field, &value)).await, none)?.is_none())
            }
            4..8 => {
                let words = self.words();
                let place = history.asked(&self.name, &session, Act::Say(words.clone()));
                let said = settle(&history, place, page.say(&words).await, |n| Told { number: Some(*n), ..Told::default() })?;
                Ok(said.is_none())
            }
            8 => {
                let place = history.asked(&self.name, &session, Act::Ask);
                Ok(settle(&history, place, page.ask_for_person().await, none)?.is_none())
            }
            _ => {
                let place = history.asked(&self.name, &session, Act::Suspend);
                settle(&history, place, page.suspend().await, |_| Told::default()).map(|_| true)
            }
        }
    }
}
