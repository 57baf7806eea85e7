//! Listens for keys while a prompt is played and after it. No clock: the time is told.
//!
//! Invariants: the first key hushes the prompt, once; every question ends, with what was pressed, with another try, or by giving up;
//! what was typed is shown by no `Debug`.

use segue_session::Language;
use segue_session::journey::FieldKind;
use segue_session::journey::render::{Entered, Entry, Listen, Pick, Press, Spoken};
use std::fmt;
use std::time::{Duration, Instant};

/// Most keys of one entry; more are no answer.
const KEYS: usize = 32;

/// For how long to wait, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the first key, once the prompt has ended.
    pub first: Duration,
    /// For the next key.
    pub next: Duration,
    /// How often a question is put before we give up.
    pub tries: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_secs(7), next: Duration::from_secs(4), tries: 3 }
    }
}

/// Why a question is put again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// No key came.
    Nothing,
    /// The keys mean nothing here.
    Wrong,
}

/// What was heard.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The first key: the prompt is to be broken off.
    Hush,
    /// The answer.
    Pressed(Press),
    /// The keys are to be read back first, and answered.
    Check(Spoken),
    /// The question is to be put again. Words get fewer with each try: say first what was missed, then what was asked.
    Again(Miss),
    /// It was put often enough: a person is wanted.
    GiveUp,
}

/// Listens for the answer to one question.
pub struct Ear {
    listen: Listen,
    language: Language,
    patience: Patience,
    keys: String,
    missed: u32,
    due: Option<Instant>,
}

impl Ear {
    /// For what a prompt asks; `None` where it asks nothing. Keys count from now on.
    #[must_use]
    pub fn new(spoken: &Spoken, language: &Language, patience: Patience) -> Option<Self> {
        let listen = spoken.listen.clone()?;
        Some(Self { listen, language: language.clone(), patience, keys: String::new(), missed: 0, due: None })
    }

    /// The prompt was said to its end.
    pub fn said(&mut self, now: Instant) {
        if self.keys.is_empty() {
            self.due = Some(now + self.patience.first);
        }
    }

    /// Whether what is typed is secret: nothing is recorded meanwhile.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        matches!(&self.listen, Listen::Enter(entry) if entry.masked)
    }

    /// When [`Ear::tick`] is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// A key was pressed: `0` to `9`, `*`, `#`. Others, which telephones have not, mean nothing.
    pub fn pressed(&mut self, now: Instant, key: char) -> Vec<Heard> {
        if !key.is_ascii_digit() && key != '*' && key != '#' {
            return Vec::new();
        }
        let hush = self.keys.is_empty().then_some(Heard::Hush);
        self.due = Some(now + self.patience.next);
        let heard = match &self.listen {
            Listen::Enter(entry) if key == '#' => Some(self.entered(entry.clone())),
            Listen::Enter(_) => {
                self.keys.push(key);
                // Somebody leans on the keypad.
                (self.keys.len() > KEYS).then(|| self.again(Miss::Wrong))
            }
            Listen::Pick(picks) => {
                // The hash key ends a number, and may be a choice of its own where none is begun.
                let ended = key == '#' && !self.keys.is_empty();
                if !ended {
                    self.keys.push(key);
                }
                let longer = picks.iter().any(|pick| pick.keys.len() > self.keys.len() && pick.keys.starts_with(&self.keys));
                (ended || !longer).then(|| self.picked())
            }
        };
        hush.into_iter().chain(heard).collect()
    }

    /// What is due by now.
    pub fn tick(&mut self, now: Instant) -> Option<Heard> {
        self.due.filter(|due| *due <= now)?;
        if self.keys.is_empty() {
            return Some(self.again(Miss::Nothing));
        }
        Some(match &self.listen {
            // Not everybody finds the hash key.
            Listen::Enter(entry) => self.entered(entry.clone()),
            Listen::Pick(_) => self.picked(),
        })
    }

    fn picked(&mut self) -> Heard {
        let keys = std::mem::take(&mut self.keys);
        let Listen::Pick(picks) = &self.listen else { return self.again(Miss::Wrong) };
        match picks.iter().find(|pick| pick.keys == keys).map(|pick: &Pick| pick.does.clone()) {
            Some(does) => {
                self.due = None;
                Heard::Pressed(does)
            }
            None => self.again(Miss::Wrong),
        }
    }

    fn entered(&mut self, entry: Entry) -> Heard {
        let keys = std::mem::take(&mut self.keys);
        if keys.is_empty() && !entry.skip {
            return self.again(Miss::Nothing);
        }
        if keys.contains('*') && !matches!(entry.kind, FieldKind::Money | FieldKind::Number) {
            return self.again(Miss::Wrong);
        }
        self.due = None;
        match entry.entered(&keys, &self.language) {
            Entered::Take(input) => Heard::Pressed(Press::Input(input)),
            Entered::Check(spoken) => Heard::Check(spoken),
        }
    }

    fn again(&mut self, miss: Miss) -> Heard {
        self.keys.clear();
        self.due = None;
        self.missed += 1;
        if self.missed >= self.patience.tries { Heard::GiveUp } else { Heard::Again(miss) }
    }
}

/// Nothing that was typed, nor what it would mean.
impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ear").field("keys", &self.keys.len()).field("missed", &self.missed).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use segue_session::journey::Input;
    use segue_session::{ChoiceId, FieldId};

    fn choose(id: &str) -> Press {
        Press::Input(Input::Choose(ChoiceId::new(id)))
    }

    fn picking(keys: &[&str]) -> Ear {
        let picks = keys.iter().map(|keys| Pick { keys: (*keys).to_owned(), does: choose(keys) }).collect();
        ear(Listen::Pick(picks))
    }

    fn entering(kind: FieldKind, skip: bool) -> Ear {
        ear(Listen::Enter(Entry { field: FieldId::new("it"), kind, masked: kind == FieldKind::Secret, skip }))
    }

    fn ear(listen: Listen) -> Ear {
        let spoken = Spoken { say: Vec::new(), listen: Some(listen) };
        Ear::new(&spoken, &Language::new("en"), Patience::default()).unwrap()
    }

    fn types(ear: &mut Ear, now: Instant, keys: &str) -> Vec<Heard> {
        keys.chars().flat_map(|key| ear.pressed(now, key)).collect()
    }

    #[test]
    fn a_key_breaks_the_prompt_off_and_answers_it() {
        let now = Instant::now();
        let mut ear = picking(&["1", "2", "0"]);
        assert_eq!(types(&mut ear, now, "2"), [Heard::Hush, Heard::Pressed(choose("2"))]);
        assert_eq!(ear.deadline(), None);
    }

    #[test]
    fn a_key_that_may_begin_another_waits_for_it() {
        let now = Instant::now();
        let keys = ["1", "2", "10", "11"];
        assert_eq!(types(&mut picking(&keys), now, "11").last(), Some(&Heard::Pressed(choose("11"))));
        assert_eq!(types(&mut picking(&keys), now, "1#").last(), Some(&Heard::Pressed(choose("1"))));
        let mut ear = picking(&keys);
        assert_eq!(types(&mut ear, now, "1"), [Heard::Hush]);
        let due = ear.deadline().unwrap();
        assert_eq!((ear.tick(now), ear.tick(due)), (None, Some(Heard::Pressed(choose("1")))));
    }

    #[test]
    fn what_is_typed_ends_with_the_hash_key_or_with_silence() {
        let now = Instant::now();
        let mut ear = entering(FieldKind::Digits, false);
        let heard = types(&mut ear, now, "0815#");
        assert!(matches!(heard.as_slice(), [Heard::Hush, Heard::Check(_)]), "{heard:?}");
        let mut ear = entering(FieldKind::Digits, false);
        assert_eq!(types(&mut ear, now, "0815"), [Heard::Hush]);
        let due = ear.deadline().unwrap();
        assert!(matches!(ear.tick(due), Some(Heard::Check(_))));
    }

    #[test]
    fn a_secret_counts_at_once_and_is_shown_nowhere() {
        let mut ear = entering(FieldKind::Secret, false);
        types(&mut ear, Instant::now(), "4711");
        assert!(ear.is_masked() && !format!("{ear:?}").contains("4711"));
        assert!(matches!(types(&mut ear, Instant::now(), "#").as_slice(), [Heard::Pressed(Press::Input(Input::Fill(..)))]));
    }

    #[test]
    fn the_hash_key_alone_leaves_out_what_may_be_left_out() {
        let now = Instant::now();
        let skipped = Heard::Pressed(Press::Input(Input::Continue));
        assert_eq!(types(&mut entering(FieldKind::Money, true), now, "#"), [Heard::Hush, skipped]);
        assert_eq!(types(&mut entering(FieldKind::Money, false), now, "#"), [Heard::Hush, Heard::Again(Miss::Nothing)]);
        assert_eq!(types(&mut picking(&["1", "#"]), now, "#"), [Heard::Hush, Heard::Pressed(choose("#"))]);
    }

    #[test]
    fn a_question_is_put_so_often_and_no_more() {
        let mut ear = picking(&["1"]);
        let mut now = Instant::now();
        assert_eq!(types(&mut ear, now, "9"), [Heard::Hush, Heard::Again(Miss::Wrong)]);
        assert_eq!(ear.deadline(), None, "while it is put again");
        ear.said(now);
        now += Patience::default().first;
        assert_eq!(ear.tick(now), Some(Heard::Again(Miss::Nothing)));
        ear.said(now);
        assert_eq!(types(&mut ear, now, "*"), [Heard::Hush, Heard::GiveUp]);
    }

    #[test]
    fn a_star_is_a_point_or_nothing() {
        let now = Instant::now();
        assert!(matches!(types(&mut entering(FieldKind::Money, false), now, "12*5#").last(), Some(Heard::Check(_))));
        assert_eq!(types(&mut entering(FieldKind::Date, false), now, "12*5#").last(), Some(&Heard::Again(Miss::Wrong)));
        assert_eq!(types(&mut entering(FieldKind::Date, false), now, "AD"), []);
    }

    proptest! {
        #[test]
        fn every_question_ends(entry in any::<bool>(), keys in "[0-9*#A-D ]{0,80}", waits in prop::collection::vec(0u64..9, 80)) {
            let mut ear = if entry { entering(FieldKind::Digits, false) } else { picking(&["1", "12", "123"]) };
            let mut now = Instant::now();
            let mut tries = 0;
            for (key, wait) in keys.chars().zip(waits) {
                now += Duration::from_secs(wait);
                let heard: Vec<Heard> = ear.tick(now).into_iter().chain(ear.pressed(now, key)).collect();
                prop_assert!(ear.keys.len() <= KEYS);
                for heard in heard {
                    match heard {
                        Heard::Hush => {}
                        Heard::Again(_) => tries += 1,
                        Heard::Pressed(_) | Heard::Check(_) | Heard::GiveUp => return Ok(()),
                    }
                    prop_assert!(tries < Patience::default().tries);
                }
            }
            while tries < Patience::default().tries {
                ear.said(now);
                let Some(due) = ear.deadline() else { return Err(TestCaseError::fail("nothing is due")) };
                now = due;
                match ear.tick(now) {
                    Some(Heard::Again(_)) => tries += 1,
                    Some(Heard::Pressed(_) | Heard::Check(_) | Heard::GiveUp) => return Ok(()),
                    other => return Err(TestCaseError::fail(format!("{other:?}"))),
                }
            }
        }
    }
}
