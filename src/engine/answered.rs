//! Desks' commands of the last ten minutes and what they were answered, so that a repeat does nothing twice.

use segue_router::{Refusal, Span, Time};
use segue_session::RequestId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How long a command's answer is known.
const WINDOW: Span = Span::seconds(600);
/// How many answers are known at most; the oldest go first, and a repeat of theirs is a command like any other.
const MOST: usize = 65_536;

/// Answers given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Answered {
    order: VecDeque<(Time, RequestId)>,
    answers: BTreeMap<RequestId, (u64, Option<Refusal>)>,
}

/// What is known of a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing: it is new.
    New,
    /// It was answered so.
    Repeat(Option<Refusal>),
    /// Its id was another command's.
    Reused,
}

impl Answered {
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    pub(super) fn look(&self, request: RequestId, fingerprint: u64) -> Known {
        match self.answers.get(&request) {
            None => Known::New,
            Some((print, answer)) if *print == fingerprint => Known::Repeat(answer.clone()),
            Some(_) => Known::Reused,
        }
    }

    pub(super) fn note(&mut self, at: Time, request: RequestId, fingerprint: u64, refused: Option<Refusal>) {
        if self.answers.insert(request, (fingerprint, refused)).is_none() {
            self.order.push_back((at, request));
        }
        while let Some((then, oldest)) = self.order.front().copied() {
            if self.order.len() <= MOST && at.since(then) <= WINDOW {
                break;
            }
            self.order.pop_front();
            self.answers.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_repeat_is_known_for_ten_minutes() {
        let (first, second) = (RequestId(Uuid::from_u128(1)), RequestId(Uuid::from_u128(2)));
        let mut answered = Answered::default();
        answered.note(Time(0), first, 7, None);
        assert_eq!(answered.look(first, 7), Known::Repeat(None));
        assert_eq!(answered.look(first, 8), Known::Reused);
        answered.note(Time(600_001), second, 7, None);
        assert_eq!(answered.look(first, 7), Known::New);
    }
}
