//! A session as its customer sees it, the same on every channel before it is rendered.

use crate::journey::{Field, Library, Phrase, Prompt};
use crate::store::{Seq, Version};
use crate::{
    Answer, FieldId, Keys, Line, Party, Phase, Principal, Private, Sensitivity, Session, Source, Standing, Time, Value, View, access,
};
use std::collections::BTreeSet;

/// What was read beside the session's content.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// The content's version.
    pub version: Version,
    /// The routing fields' version.
    pub routing_version: Version,
    /// The number of the last message.
    pub last_message: Seq,
    /// What the router's owner has written.
    pub line: Option<&'a Line>,
}

/// The view at `now`. A session that is over shows no prompt.
#[must_use]
pub fn of(session: &Session, read: Read<'_>, library: &Library, now: Time) -> View {
    let prompt = match session.standing {
        Standing::Active | Standing::Suspended(_) => session
            .position
            .as_ref()
            .and_then(|position| library.prompt(position, &session.answers, &session.customer, &session.claimed, &session.language))
            .map(|prompt| of_line(session, read.line, prompt)),
        Standing::Closed { .. } | Standing::Expired { .. } => None,
    };
    View {
        session: session.id,
        version: read.version,
        routing_version: read.routing_version,
        standing: session.standing.clone(),
        language: session.language.clone(),
        prompt,
        line: session.line(read.line),
        last_message: read.last_message,
        level: session.assurance.level(now),
        channels: session.channels(),
    }
}

/// What a journey says of the person who will come holds until they are here, have gone, or nobody comes: then the house says
/// so. Whoever is in a talk, or was in one a moment ago, is not offered to wait for one.
fn of_line(session: &Session, told: Option<&Line>, prompt: Prompt) -> Prompt {
    let phase = session.line(told).map(|line| line.phase);
    let (step, text) = match prompt {
        Prompt::Line { step, text, .. } => (step, text),
        Prompt::WaitOffer { step, .. } if matches!(phase, Some(Phase::Assigned(_))) || session.was_settled_in_talk() => {
            (step, String::new())
        }
        other => return other,
    };
    let instead = match phase {
        Some(Phase::Assigned(_)) => Some(Phrase::InTalk),
        Some(Phase::WrappingUp(_)) => Some(Phrase::TalkOver),
        Some(Phase::Ended) if session.talk_is_over(told) => Some(Phrase::TalkOver),
        Some(Phase::Ended | Phase::Refused(_)) => Some(Phrase::OutOfLine),
        Some(Phase::Waiting | Phase::Offered(_) | Phase::Suspended) | None => None,
    };
    let text = instead.map_or(text, |phrase| phrase.in_words(&session.language).to_owned());
    Prompt::Line { step, text, awaited: instead.is_none() }
}

/// The view for somebody: with no answer that is not for them.
///
/// - Who has not signed in as the session's known customer sees it at a handle's level, and nothing personal or known.
/// - Who has proven less than was proven when a personal answer was given does not see that answer.
/// - Of a suspended session nobody is shown a personal answer: no leg is attached to it, and the page may be anybody's by now.
///
/// What is [`Sensitivity::Usual`] is for anybody in the session. That something was given is always shown, so that nothing is
/// asked again; a step that wants a higher level shows its questions alone.
#[must_use]
pub fn to(who: &Principal, keys: &Keys, session: &Session, read: Read<'_>, library: &Library, now: Time) -> View {
    if !matches!(who.party, Party::Customer(_)) {
        return of(session, read, library, now);
    }
    let outsider = access::is_outsider(who, session, keys);
    let own = access::own_level(who, session, keys, now);
    let nobody_here = matches!(session.standing, Standing::Suspended(_));
    let hides = |answer: &Answer| is_personal(answer) && (outsider || nobody_here || answer.level > own);
    let mut capped = session.clone();
    if let Some(position) = &mut capped.position {
        position.level = position.level.min(own);
    }
    let mut view = of(&capped, read, library, now);
    view.level = view.level.min(own);
    let hidden: BTreeSet<FieldId> = capped.answers.iter().filter(|(_, a)| hides(a)).map(|(id, _)| id.clone()).collect();
    if hidden.is_empty() && !outsider {
        return view;
    }
    if outsider {
        capped.customer.clear();
        capped.claimed.clear();
    }
    for answer in capped.answers.values_mut().filter(|a| hides(a)) {
        answer.value = Private::new(Value::Text(MASK.to_owned()));
    }
    let worded = of(&capped, read, library, now).prompt;
    view.prompt = match (view.prompt, worded) {
        (Some(Prompt::Form { step, fields, current, misfit, confirm, .. }), Some(Prompt::Form { title, fields: words, .. })) => {
            let masked = |field: Field| masked(field, &words, &hidden, outsider);
            Some(Prompt::Form { step, title, fields: fields.into_iter().map(masked).collect(), current, misfit, confirm })
        }
        (_, worded) => worded,
    };
    view
}

/// A field whose value is hidden where it is personal, and whose words hold nothing personal either.
fn masked(mut field: Field, words: &[Field], hidden: &BTreeSet<FieldId>, outsider: bool) -> Field {
    match words.iter().find(|f| f.id == field.id) {
        Some(worded) => {
            field.ask.clone_from(&worded.ask);
            field.hint.clone_from(&worded.hint);
        }
        None => {
            field.ask = field.id.to_string();
            field.hint = None;
        }
    }
    if field.value.is_some() && (hidden.contains(&field.id) || (outsider && field.sensitivity != Sensitivity::Usual)) {
        field.value = Some(Private::new(MASK.to_owned()));
    }
    field
}

/// Whether an answer says something of the customer themselves.
pub(crate) fn is_personal(answer: &Answer) -> bool {
    answer.sensitivity != Sensitivity::Usual || matches!(answer.source, Source::Claim | Source::Lookup)
}

/// What stands for a value that is not shown.
const MASK: &str = "•••";
