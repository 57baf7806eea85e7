//! A form: the first field that applies and is not filled is the one asked; what is known well enough is not asked.

use super::{Flow, Walker, to, wrong};
use crate::journey::{
    FieldKind, Input, Moved,
    definition::{FieldSpec, Form, Step},
    expr::Scope,
    fields::{self, Reading},
    text::scalar_text,
    words::{self, Phrase, Why},
};
use crate::store::KeyKind;
use crate::{Answer, Answers, AssuranceLevel, FieldId, Private, Reason, Refusal, Source, Time, Value};

/// Whether a field is asked at all.
pub(crate) fn applies(spec: &FieldSpec, scope: &Scope<'_>) -> bool {
    spec.when.as_ref().is_none_or(|when| when.holds(scope))
}

/// Whether an answer is good enough: of the right kind, not forgotten, and as sure as the field wants, or as can be had now.
pub(crate) fn satisfied(spec: &FieldSpec, answers: &Answers, level: AssuranceLevel, now: Option<Time>) -> bool {
    let Some(answer) = answers.get(&spec.id) else { return false };
    let sure = spec.level.is_none_or(|wanted| answer.level >= wanted || answer.level >= level);
    let kept = now.is_none_or(|now| answer.until.is_none_or(|until| until > now));
    sure && kept && is_of_kind(spec, answer.value.reveal())
}

/// Whether a value can be this field's.
fn is_of_kind(spec: &FieldSpec, value: &Value) -> bool {
    match (spec.kind, value) {
        (FieldKind::Choice, Value::Text(id)) => spec.of.iter().any(|c| c.id.as_str() == id),
        (FieldKind::Money, Value::Money(_, currency)) => spec.currency.as_ref() == Some(currency),
        (FieldKind::Number, Value::Number(_) | Value::Decimal(..))
        | (FieldKind::Date, Value::Date(_))
        | (FieldKind::YesNo, Value::YesNo(_))
        | (FieldKind::Text | FieldKind::Phone | FieldKind::Email | FieldKind::Digits | FieldKind::Secret, Value::Text(_)) => true,
        _ => false,
    }
}

impl Walker<'_> {
    pub(super) fn form(&mut self, step: &Step, form: &Form, input: Input) -> Result<Flow, Refusal> {
        if self.at.confirm {
            return self.confirm(step, form, input);
        }
        let current = self.current(form).map(|spec| (spec, spec.optional));
        match (input, current) {
            (Input::Fill(field, text), _) => {
                let spec = self.field_here(form, &field)?;
                self.fill_one(step, spec, text.reveal())
            }
            (Input::FillAll(given), _) => self.fill_all(step, form, &given),
            (Input::Typed(text), Some((spec, true))) if words::alike(text.reveal(), Phrase::Skip.in_words(self.language)) => {
                self.leave_out(spec)?;
                Ok(Flow::Look)
            }
            (Input::Typed(text), Some((spec, _))) => self.fill_one(step, spec, text.reveal()),
            (Input::Choose(choice), Some((spec, _))) if matches!(spec.kind, FieldKind::Choice | FieldKind::YesNo) => {
                self.fill_one(step, spec, choice.as_str())
            }
            (Input::Continue, Some((spec, optional))) => {
                let id = spec.id.clone();
                self.at.misfit = None;
                let frame = self.top()?;
                if frame.again.as_ref() == Some(&id) {
                    frame.again = None;
                } else if optional {
                    frame.left_out.insert(id);
                } else {
                    return Err(wrong("a field must be filled first").about("field", spec.id.as_str()));
                }
                Ok(Flow::Look)
            }
            (Input::Choose(_), _) => Err(wrong("a field is asked here, not a choice")),
            (Input::Typed(_) | Input::Continue, None) => Ok(Flow::Look),
            (Input::Back | Input::Restart, _) => Ok(Flow::Stop),
        }
    }

    /// Kept answers are confirmed as a whole, or gone through again, or corrected one by one.
    fn confirm(&mut self, step: &Step, form: &Form, input: Input) -> Result<Flow, Refusal> {
        let said = match &input {
            Input::Continue => Some(true),
            Input::Typed(text) => fields::yes_or_no(text.reveal(), self.language),
            Input::Choose(choice) => fields::yes_or_no(choice.as_str(), self.language),
            Input::Fill(..) | Input::FillAll(_) => {
                self.at.confirm = false;
                return self.form(step, form, input);
            }
            Input::Back | Input::Restart => None,
        };
        match said {
            Some(true) => self.at.confirm = false,
            Some(false) => {
                self.at.confirm = false;
                let first = self.given_fields(form).next().map(|spec| spec.id.clone());
                self.top()?.again = first;
            }
            None => return self.misfit(step, None, step.tries, Why::NotYesOrNo.in_words(self.language)),
        }
        Ok(Flow::Look)
    }

    fn field_here<'f>(&self, form: &'f Form, id: &FieldId) -> Result<&'f FieldSpec, Refusal> {
        let spec = form.fields.iter().find(|f| &f.id == id).filter(|f| applies(f, &self.shown()));
        spec.ok_or_else(|| wrong("this form does not ask that").about("field", id.as_str()))
    }

    fn fill_one(&mut self, step: &Step, spec: &FieldSpec, text: &str) -> Result<Flow, Refusal> {
        if spec.optional && text.trim().is_empty() {
            self.leave_out(spec)?;
            return Ok(Flow::Look);
        }
        match self.read(spec, text) {
            Err(why) => self.unfit(step, spec, why),
            Ok(value) => {
                self.take(spec, value)?;
                Ok(Flow::Look)
            }
        }
    }

    /// A value did not fit. The form is looked at again all the same: by now the field may be known from elsewhere.
    fn unfit(&mut self, step: &Step, spec: &FieldSpec, why: String) -> Result<Flow, Refusal> {
        Ok(match self.misfit(step, Some(spec.id.clone()), spec.tries.unwrap_or(step.tries), why)? {
            Flow::Stop => Flow::Look,
            on => on,
        })
    }

    /// All or none. Fields are taken in the form's order, so that one may depend on another; those that then do not apply are
    /// passed over.
    fn fill_all(&mut self, step: &Step, form: &Form, given: &[(FieldId, Private<String>)]) -> Result<Flow, Refusal> {
        if let Some((stray, _)) = given.iter().find(|(id, _)| !form.fields.iter().any(|f| &f.id == id)) {
            return Err(wrong("this form does not ask that").about("field", stray.as_str()));
        }
        let (at, answers, told) = (self.at.clone(), self.answers.clone(), self.moved.len());
        for spec in &form.fields {
            let text = given.iter().rev().find(|(id, _)| id == &spec.id).map(|(_, text)| text.reveal());
            let Some(text) = text.filter(|_| applies(spec, &self.scope())) else { continue };
            if spec.optional && text.trim().is_empty() {
                self.leave_out(spec)?;
                continue;
            }
            match self.read(spec, text) {
                Ok(value) => self.take(spec, value)?,
                Err(why) => {
                    (self.at, self.answers) = (at, answers);
                    self.moved.truncate(told);
                    return self.unfit(step, spec, why);
                }
            }
        }
        Ok(Flow::Look)
    }

    fn leave_out(&mut self, spec: &FieldSpec) -> Result<(), Refusal> {
        self.answers.remove(&spec.id);
        self.at.misfit = None;
        let frame = self.top()?;
        frame.left_out.insert(spec.id.clone());
        if frame.again.as_ref() == Some(&spec.id) {
            frame.again = None;
        }
        Ok(())
    }

    fn take(&mut self, spec: &FieldSpec, value: Value) -> Result<(), Refusal> {
        self.answer(&spec.id, value, spec.sensitivity, spec.keep_ms)?;
        let address = match spec.kind {
            FieldKind::Phone => Some(KeyKind::Phone),
            FieldKind::Email => Some(KeyKind::Email),
            _ => None,
        };
        self.moved.extend(address.map(|kind| Moved::Address(kind, spec.id.clone())));
        let frame = self.top()?;
        frame.left_out.remove(&spec.id);
        if frame.again.as_ref() == Some(&spec.id) {
            frame.again = None;
        }
        Ok(())
    }

    fn read(&self, spec: &FieldSpec, text: &str) -> Result<Value, String> {
        let scope = self.scope();
        let with = Reading { language: self.language, region: self.library.default_region(), today: self.today, scope: &scope };
        fields::read(spec, text, &with)
    }

    /// Takes what is known, then stops at the first field to be asked, or goes on.
    pub(super) fn look_at_form(&mut self, form: &Form) -> Flow {
        for spec in &form.fields {
            if !applies(spec, &self.scope()) {
                continue;
            }
            // Another journey may have used the same name for something else: that is no answer to this question.
            if self.answers.get(&spec.id).is_some_and(|a| !is_of_kind(spec, a.value.reveal())) {
                self.answers.remove(&spec.id);
            }
            if !satisfied(spec, &self.answers, self.level, Some(self.now)) {
                self.take_known(spec);
            }
        }
        if self.at.confirm || self.current(form).is_some() { Flow::Stop } else { to(&form.next) }
    }

    /// A value from elsewhere that is as sure as the field wants (`low`, where it does not say) is an answer.
    fn take_known(&mut self, spec: &FieldSpec) {
        let Some(known) = &spec.known else { return };
        let claimed = known.names().contains("claimed");
        let level = if claimed { AssuranceLevel::Claimed } else { self.level };
        if level < spec.level.unwrap_or(AssuranceLevel::Low) {
            return;
        }
        let text = known.json(&self.scope(), false).ok().and_then(|json| scalar_text(&json));
        let Some(value) = text.and_then(|text| self.read(spec, &text).ok()) else { return };
        let answer = Answer {
            value: Private::new(value),
            sensitivity: spec.sensitivity,
            source: if claimed { Source::Journey } else { Source::Claim },
            at: self.now,
            level,
            until: spec.keep_ms.map(|ms| self.now.after(segue_router::Span(ms))),
        };
        self.answers.insert(spec.id.clone(), answer);
        self.at.misfit.take_if(|misfit| misfit.field.as_ref() == Some(&spec.id));
    }

    /// The field that is asked: one that was gone back to, else the first that applies and is neither filled nor left out.
    fn current<'f>(&self, form: &'f Form) -> Option<&'f FieldSpec> {
        let frame = self.at.frames.last()?;
        current(form, &self.shown(), frame, Some(self.now))
    }

    /// Fields that apply and were given by somebody, not known from elsewhere, in order.
    fn given_fields<'f>(&self, form: &'f Form) -> impl Iterator<Item = &'f FieldSpec> {
        let given: Vec<&FieldSpec> = form
            .fields
            .iter()
            .filter(|spec| applies(spec, &self.shown()))
            .filter(|spec| self.answers.get(&spec.id).is_some_and(|a| a.source != Source::Claim))
            .collect();
        given.into_iter()
    }

    /// The given field before the one that is asked.
    pub(super) fn field_before(&self, form: &Form) -> Option<FieldId> {
        let current = self.current(form).map(|spec| spec.id.clone());
        let order = |id: &FieldId| form.fields.iter().position(|f| &f.id == id);
        let now = current.as_ref().and_then(order).unwrap_or(form.fields.len());
        self.given_fields(form).filter(|spec| order(&spec.id).is_some_and(|i| i < now)).last().map(|spec| spec.id.clone())
    }

    /// The last given field, to be shown again when a form is gone back to.
    pub(super) fn last_field(&self, form: &Form) -> Option<FieldId> {
        self.given_fields(form).last().map(|spec| spec.id.clone())
    }

    /// Fills in a field on the customer's behalf.
    pub(crate) fn fill(&mut self, field: &FieldId, text: &str) -> Result<(), Refusal> {
        let mut journeys = Vec::new();
        for frame in self.at.frames.iter().rev() {
            journeys.push(self.version_of(frame)?);
        }
        let unknown = || Refusal::new(Reason::NotFound, "no such field is asked here").about("field", field.as_str());
        let (journey, spec) = journeys.iter().find_map(|j| j.field(field).map(|(_, spec)| (j, spec))).ok_or_else(unknown)?;
        let value = self.read(spec, text).map_err(|why| Refusal::new(Reason::InvalidAnswer, why).about("field", field.as_str()))?;
        let (here, id) = self.here()?;
        let form = match &super::step_of(&here, &id)?.does {
            crate::journey::definition::Does::Form(form) if here.version() == journey.version() => Some(form),
            _ => None,
        };
        let asked = form.and_then(|form| self.current(form)).is_some_and(|spec| &spec.id == field);
        let (misfit, errors) = (self.at.misfit.clone(), self.top()?.errors);
        self.take(spec, value)?;
        if asked {
            return self.run(Flow::Look);
        }
        // The customer is at something else: what did not fit there still does not.
        self.at.misfit = misfit;
        self.top()?.errors = errors;
        Ok(())
    }
}

/// See [`Walker::current`].
pub(crate) fn current<'f>(form: &'f Form, scope: &Scope<'_>, frame: &crate::journey::Frame, now: Option<Time>) -> Option<&'f FieldSpec> {
    let applying = || form.fields.iter().filter(|spec| applies(spec, scope));
    let again = frame.again.as_ref().and_then(|id| applying().find(|spec| &spec.id == id));
    again.or_else(|| {
        applying().find(|spec| {
            let left_out = spec.optional && frame.left_out.contains(&spec.id);
            !left_out && !satisfied(spec, scope.answers, scope.level, now)
        })
    })
}
