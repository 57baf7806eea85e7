//! A person is wanted: queue, requirement and rank are worked out from what is known.

use super::{Flow, Walker};
use crate::journey::{Moved, RouteWish, definition::Route, text::scalar_text, words};
use crate::{Private, Sensitivity, Value};

impl Walker<'_> {
    pub(super) fn want_person(&mut self, route: &Route) -> Flow {
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
        let callback = number.filter(|n| n.starts_with('+')).map(Private::new);
        self.moved.push(Moved::Route(RouteWish { queue: route.queue.clone(), needs, priority, priority_why, callback }));
        Flow::Stop
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
