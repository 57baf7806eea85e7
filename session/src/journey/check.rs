//! Checks over a whole journey: names in expressions, ways through the steps, translations.

use super::definition::{Does, FieldSpec, Step};
use super::expr::{Expr, HOUSE_NAMES};
use super::read::{
    Reader, closest, nearest,
    tree::{Is, Key, Node, Place},
};
use super::text::Text;
use crate::{AssuranceLevel, FieldId, StepId};
use std::collections::{BTreeMap, BTreeSet};

/// The names that expressions of a journey may use.
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// Everything the text declares, whether it was read well or not, so that one fault does not bring ten more.
    pub(crate) fn declared(steps: &[(Key, Node)], takes: &BTreeSet<FieldId>) -> Self {
        let mut names: BTreeSet<String> = takes.iter().map(|t| t.as_str().to_owned()).collect();
        let mut add = |node: &Node| {
            if let Is::Scalar(name) = &node.is {
                names.insert(name.clone());
            }
        };
        for (_, step) in steps {
            for field in under(step, "form").iter().flat_map(|f| under(f, "fields")).flat_map(items) {
                under(field, "id").into_iter().for_each(&mut add);
            }
            for kind in ["lookup", "call"] {
                under(step, kind).iter().flat_map(|k| under(k, "save")).for_each(&mut add);
            }
        }
        for (key, step) in steps {
            let asks = ["menu", "wait_offer", "lookup"].iter().any(|k| !under(step, k).is_empty());
            names.extend(asks.then(|| key.name.clone()));
            let given = under(step, "set").into_iter().flat_map(|s| under(s, "values"));
            for values in given.chain(under(step, "call").into_iter().flat_map(|c| under(c, "with"))) {
                if let Is::Map(entries) = &values.is {
                    names.extend(entries.iter().map(|(k, _)| k.name.clone()));
                }
            }
        }
        Self(names)
    }
}

fn under<'n>(node: &'n Node, key: &str) -> Vec<&'n Node> {
    match &node.is {
        Is::Map(entries) => entries.iter().filter(|(k, _)| k.name == key).map(|(_, v)| v).collect(),
        _ => Vec::new(),
    }
}

fn items(node: &Node) -> &[Node] {
    match &node.is {
        Is::List(items) => items,
        _ => &[],
    }
}

/// Where an expression stands decides what it may look at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Conditions, texts, assignments.
    Usual,
    /// What is sent to another system may hold secrets.
    Lookup,
    /// A field's check has `value`.
    Check,
    /// A rank or a requirement: nothing that was merely claimed.
    Rank,
}

struct Checker<'r, 'p> {
    reader: &'r mut Reader<'p>,
    names: &'r Names,
    secrets: BTreeSet<FieldId>,
    claimed: BTreeSet<FieldId>,
}

/// Every name in every expression must be declared, secrets go to look-ups alone, and claims never to a rank.
pub(crate) fn expressions(reader: &mut Reader<'_>, steps: &BTreeMap<StepId, Step>, names: &Names) {
    let secrets = fields(steps).filter(|f| f.sensitivity == crate::Sensitivity::Secret).map(|f| f.id.clone()).collect();
    let claimed = from_claims(steps);
    let mut checker = Checker { reader, names, secrets, claimed };
    for step in steps.values() {
        checker.step(step);
    }
}

fn fields(steps: &BTreeMap<StepId, Step>) -> impl Iterator<Item = &FieldSpec> {
    steps.values().flat_map(|s| match &s.does {
        Does::Form(form) => form.fields.as_slice(),
        _ => &[],
    })
}

/// Answers that take their value from something claimed, directly or through others.
fn from_claims(steps: &BTreeMap<StepId, Step>) -> BTreeSet<FieldId> {
    let known = fields(steps).filter_map(|f| f.known.as_ref().map(|k| (&f.id, k)));
    let set = steps.values().flat_map(|s| match &s.does {
        Does::Set(set) => set.values.as_slice(),
        _ => &[],
    });
    let made: Vec<(&FieldId, &Expr)> = known.chain(set.map(|(f, e)| (f, e))).collect();
    let mut claimed = BTreeSet::new();
    loop {
        let before = claimed.len();
        for (field, expr) in &made {
            if expr.names().iter().any(|n| n == "claimed" || claimed.contains(n.as_str())) {
                claimed.insert((*field).clone());
            }
        }
        if claimed.len() == before {
            return claimed;
        }
    }
}

impl Checker<'_, '_> {
    fn step(&mut self, step: &Step) {
        let at = step.at;
        self.text(at, step.title.as_ref());
        match &step.does {
            Does::Menu(menu) => self.text(at, Some(&menu.ask)),
            Does::Form(form) => {
                self.text(at, form.title.as_ref());
                form.fields.iter().for_each(|f| self.field(f));
            }
            Does::Say(say) => self.text(at, Some(&say.text)),
            Does::Lookup(lookup) => {
                self.text(at, lookup.say.as_ref());
                lookup.url.holes().for_each(|e| self.expr(at, e, Use::Lookup));
                lookup.send.iter().for_each(|(_, e)| self.expr(at, e, Use::Lookup));
            }
            Does::Decide(decide) => decide.cases.iter().for_each(|(e, link)| self.expr(link.at, e, Use::Usual)),
            Does::Set(set) => set.values.iter().for_each(|(_, e)| self.expr(at, e, Use::Usual)),
            Does::Route(route) => {
                self.text(at, route.say.as_ref());
                route.priority.iter().for_each(|e| self.expr(at, e, Use::Rank));
                route.callback.iter().for_each(|e| self.expr(at, e, Use::Usual));
                for variable in route.needs.variables() {
                    let root = variable.split('.').next().unwrap_or(&variable);
                    self.known_name(at, root, Use::Rank);
                }
            }
            Does::WaitOffer(offer) => {
                self.text(at, Some(&offer.ask));
                offer.choices.iter().for_each(|c| self.text(at, c.notice.as_ref()));
            }
            Does::Call(call) => {
                for (_, expr) in &call.with {
                    self.expr(call.at, expr, Use::Usual);
                    if expr.names().iter().any(|n| n == "claimed" || self.claimed.contains(n.as_str())) {
                        let mend = "let the journey that is called look at 'claimed' itself";
                        self.reader.fault(call.at, "what is only claimed is not handed to another journey", Some(mend.into()));
                    }
                }
            }
            Does::Return(done) => done.result.iter().for_each(|e| self.expr(at, e, Use::Usual)),
            Does::Suspend(suspend) => self.text(at, Some(&suspend.notice)),
            Does::End(end) => self.text(at, end.say.as_ref()),
        }
    }

    fn field(&mut self, field: &FieldSpec) {
        self.text(field.at, Some(&field.ask));
        self.text(field.at, field.hint.as_ref());
        field.when.iter().for_each(|e| self.expr(field.at, e, Use::Usual));
        for check in &field.checks {
            self.expr(field.at, &check.that, Use::Check);
            self.text(field.at, check.say.as_ref());
        }
        let Some(known) = &field.known else { return };
        self.expr(field.at, known, Use::Usual);
        let claimed = known.names().contains("claimed");
        if claimed && field.level.is_none_or(|l| l > AssuranceLevel::Claimed) {
            let what = format!("the field '{}' takes a claimed value as known", field.id);
            self.reader.fault(field.at, what, Some("say that a claim is good enough: level: claimed".into()));
        }
    }

    fn text(&mut self, at: Place, text: Option<&Text>) {
        for template in text.iter().flat_map(|t| t.by.values()) {
            template.holes().for_each(|e| self.expr(at, e, Use::Usual));
        }
    }

    fn expr(&mut self, at: Place, expr: &Expr, usage: Use) {
        for name in expr.names() {
            self.known_name(at, name, usage);
        }
    }

    fn known_name(&mut self, at: Place, name: &str, usage: Use) {
        if name == "value" && usage != Use::Check {
            self.reader.fault(at, "'value' is known in a field's check alone", None);
        } else if usage == Use::Rank && (name == "claimed" || self.claimed.contains(name)) {
            let what = format!("'{name}' is only claimed and has no say in who is served first or by whom");
            self.reader.fault(at, what, Some("use 'customer', which is signed".into()));
        } else if self.secrets.contains(name) && !matches!(usage, Use::Lookup | Use::Check) {
            self.reader.fault(at, format!("'{name}' is secret"), Some("a secret goes to look-ups alone".into()));
        } else if !HOUSE_NAMES.contains(&name) && !self.names.0.contains(name) {
            let known = self.names.0.iter().map(String::as_str).chain(HOUSE_NAMES);
            let mend = closest(name, known).unwrap_or_else(|| "name a field, a menu or a look-up, or list it under 'takes'".into());
            self.reader.fault(at, format!("an expression looks at '{name}', which nothing here answers"), Some(mend));
        }
    }
}

/// Every step can be reached, and from every step there is a way to an end. While there are other faults, a step leads wherever
/// its text may be meant to lead, so that one slip does not bring ten more.
pub(crate) fn ways(reader: &mut Reader<'_>, start: &str, entries: &[(Key, Node)], steps: &BTreeMap<StepId, Step>) {
    let ids: BTreeSet<&str> = entries.iter().map(|(key, _)| key.name.as_str()).collect();
    let sound = reader.faults.is_empty();
    let mut links: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (key, node) in entries {
        let to = links.entry(&key.name).or_default();
        match steps.get(key.name.as_str()) {
            Some(step) if sound => to.extend(step.links().iter().map(|link| link.to.as_str())),
            _ => meant(node, &ids, to),
        }
    }
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = ids.get(start).copied().into_iter().collect();
    let begun = !open.is_empty();
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(links.get(id).into_iter().flatten());
        }
    }
    let ends = |id: &str| steps.get(id).is_none_or(|step| matches!(step.does, Does::Route(_) | Does::Return(_) | Does::End(_)));
    let mut out: BTreeSet<&str> = ids.iter().copied().filter(|id| ends(id)).collect();
    loop {
        let leads_out = |id: &str| links.get(id).is_some_and(|to| to.iter().any(|to| out.contains(to)));
        let more: Vec<&str> = ids.iter().copied().filter(|id| !out.contains(id) && leads_out(id)).collect();
        if more.is_empty() {
            break;
        }
        out.extend(more);
    }
    let mut told = BTreeSet::new();
    for (key, _) in entries.iter().filter(|(key, _)| told.insert(key.name.as_str())) {
        let id = key.name.as_str();
        if begun && !reached.contains(id) {
            reader.fault(key.at, format!("nothing leads to the step '{id}'"), Some("lead to it, or take it out".into()));
        } else if !out.contains(id) {
            let mend = "lead to a step that routes, returns or ends";
            reader.fault(key.at, format!("from the step '{id}' there is no way to an end"), Some(mend.into()));
        }
    }
    still(reader, steps);
}

/// The steps that a text may be meant to lead to: those it names anywhere, with a slip or without.
fn meant<'n>(node: &Node, ids: &BTreeSet<&'n str>, to: &mut BTreeSet<&'n str>) {
    match &node.is {
        Is::Nothing => {}
        Is::Scalar(text) => to.extend(nearest(text, ids.iter().copied())),
        Is::List(items) => items.iter().for_each(|item| meant(item, ids, to)),
        Is::Map(entries) => entries.iter().for_each(|(_, value)| meant(value, ids, to)),
    }
}

/// A circle of steps that never stop for anybody would run for ever.
fn still(reader: &mut Reader<'_>, steps: &BTreeMap<StepId, Step>) {
    let runs = |step: &Step| match &step.does {
        Does::Decide(_) | Does::Set(_) => true,
        Does::Say(say) => !say.go_on,
        _ => false,
    };
    for (id, step) in steps.iter().filter(|(_, s)| runs(s)) {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&StepId> = step.links().into_iter().map(|l| &l.to).collect();
        while let Some(next) = open.pop() {
            if next == id {
                let what = format!("the step '{id}' leads back to itself without ever waiting for anybody");
                reader.warn(step.at, what, Some("put a menu, a form or a message between".into()));
                break;
            }
            if let Some(step) = steps.get(next).filter(|s| runs(s) && seen.insert(next)) {
                open.extend(step.links().into_iter().map(|l| &l.to));
            }
        }
    }
}

/// A text in some languages should be in all of the journey's, which are told.
pub(crate) fn translations(reader: &mut Reader<'_>) -> BTreeSet<String> {
    let mut all = reader.languages.clone();
    if all.is_empty() {
        all = reader.texts.iter().flat_map(|(_, tags)| tags).cloned().collect();
    }
    for (at, tags) in std::mem::take(&mut reader.texts) {
        let missing: Vec<&str> = all.iter().filter(|t| !tags.contains(*t)).map(String::as_str).collect();
        if !missing.is_empty() {
            let what = format!("a text is not translated: {}", missing.join(", "));
            let spoken = if tags.contains(&reader.language) { reader.language.clone() } else { tags.first().cloned().unwrap_or_default() };
            reader.warn(at, what, Some(format!("it is shown in '{spoken}'")));
        }
    }
    all
}

/// The deepest that journeys may call one another.
const CALL_DEPTH: usize = 16;

/// Calls between the journeys of a library: to one that is not there, in a circle, or too deep.
pub(crate) fn calls(library: &super::Library) -> Vec<super::Fault> {
    let mut faults = Vec::new();
    for name in library.names() {
        let Some(journey) = library.current(name) else { continue };
        for step in journey.0.steps.values() {
            let (called, at) = match &step.does {
                Does::Call(call) => (&call.journey, call.at),
                Does::End(super::definition::End { survey: Some(survey), .. }) => (survey, step.at),
                _ => continue,
            };
            let what = match (library.current(called), depth(library, called, 1)) {
                (None, _) => format!("there is no journey '{called}'"),
                (Some(_), Some(deep)) if deep < CALL_DEPTH => continue,
                (Some(_), _) => format!("calling '{called}' leads in a circle, or deeper than {CALL_DEPTH} journeys"),
            };
            let mend = closest(called.as_str(), library.names().map(|n| n.as_str())).filter(|_| library.current(called).is_none());
            faults.push(super::Fault { path: journey.path().to_owned(), line: at.line, column: at.column, what, mend });
        }
    }
    faults
}

/// How deep the calls of a journey go; `None` beyond the limit.
fn depth(library: &super::Library, name: &crate::JourneyName, so_far: usize) -> Option<usize> {
    if so_far > CALL_DEPTH {
        return None;
    }
    let calls = library.current(name).map(super::Journey::calls).unwrap_or_default();
    calls.iter().try_fold(so_far, |deepest, called| Some(deepest.max(depth(library, called, so_far.saturating_add(1))?)))
}
