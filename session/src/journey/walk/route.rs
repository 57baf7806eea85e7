//! A person is wanted: queue, requirement and rank are worked out from what is known.

use super::{Flow, Walker, step_of, to};
use crate::journey::{
    Library, Moved, Position, RouteWish,
    definition::{Does, Route, Step},
    e164,
    text::scalar_text,
    words,
};
use crate::{Private, Refusal, Sensitivity, StepId, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

impl Walker<'_> {
    pub(super) fn want_person(&mut self, route: &Route) -> Flow {
        let wish = self.wish(route);
        self.moved.push(Moved::Route(wish));
        Flow::Stop
    }

    /// The talk is over: the journey goes on where its step says so. Where the way on wants a higher level, or an agent put
    /// something in front of the customer, they stay.
    pub(crate) fn talked(&mut self) -> Result<(), Refusal> {
        let (journey, id) = self.here()?;
        match &step_of(&journey, &id)?.does {
            Does::Route(route) => match &route.next {
                Some(next) => self.run_if_known(to(next)).map(drop),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// What the journeys would wish for somebody who asks for a person out of turn: what the nearest route step ahead of the
    /// customer says, else the nearest to the journey's start, of the innermost journey that has one. Steps that call back
    /// are passed over: nobody asked for that.
    pub(crate) fn wish_ahead(&self) -> Option<RouteWish> {
        route_ahead(self.library, &self.at).map(|route| RouteWish { callback: None, ..self.wish(route) })
    }

    fn wish(&self, route: &Route) -> RouteWish {
        let (needs, mut priority_why) = match route.needs.resolve(&mut |name| self.needed_value(name)) {
            Ok(needs) => (needs.to_string(), String::new()),
            // Whoever asks for a person gets to one: a requirement that cannot be told is left out, and the reason kept.
            Err(error) => (String::new(), format!("requirement left out: {error}")),
        };
        let priority = route.priority.as_ref().map_or(0, |expr| {
            let rank = expr.json(&self.scope(), false).ok().and_then(|json| json.as_i64()).unwrap_or(0);
            priority_why = [priority_why.as_str(), expr.source()].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join("; ");
            i32::try_from(rank.clamp(-1_000_000, 1_000_000)).unwrap_or(0)
        });
        let number = route.callback.as_ref().and_then(|expr| expr.json(&self.scope(), false).ok()).and_then(|json| scalar_text(&json));
        let callback = number.and_then(|n| e164(&n, self.language, self.library.default_region())).map(Private::new);
        RouteWish { queue: route.queue.clone(), needs, priority, priority_why, callback }
    }

    /// A variable of a requirement: the session's language (without its region), a signed attribute, or an answer.
    fn needed_value(&self, name: &str) -> Option<String> {
        if name == "session.language" {
            return Some(words::base(self.language).to_owned());
        }
        if let Some(attribute) = name.strip_prefix("customer.") {
            return scalar_text(self.customer.get(attribute)?.reveal());
        }
        let answer = self.answers.get(name).filter(|a| a.sensitivity != Sensitivity::Secret)?;
        match answer.value.reveal() {
            Value::Text(text) => Some(text.clone()),
            Value::Number(n) => Some(n.to_string()),
            Value::Json(json) => scalar_text(json),
            Value::Decimal(..) | Value::Money(..) | Value::Date(_) | Value::YesNo(_) => None,
        }
    }
}

/// The route step that a position leads to; see [`Walker::wish_ahead`].
pub(in crate::journey) fn route_ahead<'l>(library: &'l Library, at: &Position) -> Option<&'l Route> {
    at.frames.iter().rev().find_map(|frame| {
        let body = &library.get(&frame.journey, &frame.version)?.0;
        nearest(&body.steps, &frame.step).or_else(|| nearest(&body.steps, &body.start))
    })
}

/// The fewest steps ahead of `from`: a route step that does not call back.
fn nearest<'s>(steps: &'s BTreeMap<StepId, Step>, from: &StepId) -> Option<&'s Route> {
    let (from, _) = steps.get_key_value(from)?;
    let (mut seen, mut open) = (BTreeSet::from([from]), VecDeque::from([from]));
    while let Some(step) = open.pop_front().map(|id| steps.get(id)) {
        let Some(step) = step else { continue };
        match &step.does {
            Does::Route(route) if route.callback.is_none() => return Some(route),
            _ => open.extend(step.links().into_iter().map(|link| &link.to).filter(|&to| seen.insert(to))),
        }
    }
    None
}
