//! Reads menus, forms, their choices and fields.

use super::reader::{Fields, Reader};
use super::tree::{Is, Node};
use crate::journey::{
    FieldKind,
    definition::{Bound, Check, ChoiceSpec, FieldSpec, Form, Menu, WaitChoice, WaitOffer},
    fields,
};
use crate::{ChoiceId, Sensitivity};
use std::collections::BTreeSet;

/// The most choices of a menu or a field.
const CHOICE_LIMIT: usize = 100;
/// The most fields of a form.
const FIELD_LIMIT: usize = 100;
/// The longest text a customer may give, in characters.
pub(crate) const TEXT_LIMIT: usize = 2_000;
/// The longest lease a secret may have.
pub(crate) const KEEP_LIMIT_MS: u64 = 24 * 3_600_000;

const KINDS: [(&str, FieldKind); 10] = [
    ("text", FieldKind::Text),
    ("number", FieldKind::Number),
    ("date", FieldKind::Date),
    ("money", FieldKind::Money),
    ("choice", FieldKind::Choice),
    ("phone", FieldKind::Phone),
    ("email", FieldKind::Email),
    ("yes-no", FieldKind::YesNo),
    ("digits", FieldKind::Digits),
    ("secret", FieldKind::Secret),
];

impl Reader<'_> {
    pub(crate) fn menu(&mut self, node: &Node) -> Option<Menu> {
        let fields = self.map(node, "a menu", &["ask", "choices"])?;
        let ask = self.needed_text(&fields, "ask");
        let choices = fields.need(self, "choices").map(|list| self.choices(list, true))?;
        Some(Menu { ask: ask?, choices })
    }

    /// Choices of a menu (`leads`) or of a field.
    fn choices(&mut self, node: &Node, leads: bool) -> Vec<ChoiceSpec> {
        let items = self.list(node, "'choices'").unwrap_or_default();
        if items.is_empty() || items.len() > CHOICE_LIMIT {
            self.fault(node.at, format!("there are {} choices", items.len()), Some(format!("write 1 to {CHOICE_LIMIT}")));
        }
        let choices: Vec<ChoiceSpec> = items.iter().filter_map(|item| self.choice(item, leads)).collect();
        self.unlike(items, &choices);
        choices
    }

    fn choice(&mut self, node: &Node, leads: bool) -> Option<ChoiceSpec> {
        if let (Is::Scalar(id), false) = (&node.is, leads) {
            let id = self.choice_id(id, node)?;
            let label = self.text(Some(node), "'label'")?;
            return Some(ChoiceSpec { id, key: None, label, short: None, spoken: None, synonyms: Default::default(), next: None });
        }
        let mut keys = vec!["id", "key", "label", "short", "spoken", "synonyms"];
        keys.extend(leads.then_some("next"));
        let fields = self.map(node, "a choice", &keys)?;
        let next = if leads { self.needed_link(&fields, "next").map(Some) } else { Some(None) };
        let choice = self.choice_words(&fields);
        Some(ChoiceSpec { next: next?, ..choice? })
    }

    fn choice_words(&mut self, fields: &Fields<'_>) -> Option<ChoiceSpec> {
        let id = fields.need(self, "id").and_then(|n| self.scalar(n, "'id'").map(|t| (t, n))).and_then(|(t, n)| self.choice_id(t, n));
        let label = self.needed_text(fields, "label");
        let key = self.key(fields.get("key"));
        let short = self.text(fields.get("short"), "'short'");
        let spoken = self.text(fields.get("spoken"), "'spoken'");
        let synonyms = self.words(fields.get("synonyms"), "'synonyms'");
        Some(ChoiceSpec { id: id?, key, label: label?, short, spoken, synonyms, next: None })
    }

    fn choice_id(&mut self, text: &str, node: &Node) -> Option<ChoiceId> {
        let id = ChoiceId::parse(text);
        if id.is_none() {
            self.fault(node.at, format!("the choice's id is '{text}'"), Some("write 1 to 128 letters without blanks".into()));
        }
        id
    }

    fn key(&mut self, node: Option<&Node>) -> Option<char> {
        let node = node?;
        let text = self.scalar(node, "'key'")?;
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(key), None) if key.is_ascii_digit() => Some(key),
            _ => {
                self.fault(node.at, format!("'key' is '{text}'"), Some("write one digit, 0 to 9".into()));
                None
            }
        }
    }

    /// Ids and keys among choices must differ.
    fn unlike(&mut self, items: &[Node], choices: &[ChoiceSpec]) {
        let (mut ids, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for (choice, node) in choices.iter().zip(items) {
            if !ids.insert(&choice.id) {
                self.fault(node.at, format!("the choice '{}' is there twice", choice.id), None);
            }
            if choice.key.is_some_and(|key| !keys.insert(key)) {
                let what = format!("the choice '{}' has a key that another one has", choice.id);
                let free = ('0'..='9').find(|k| choices.iter().all(|c| c.key != Some(*k)));
                self.fault(node.at, what, free.map(|k| format!("{k} is free")));
            }
        }
    }

    pub(crate) fn wait_offer(&mut self, node: &Node) -> Option<WaitOffer> {
        let fields = self.map(node, "a wait offer", &["ask", "choices"])?;
        let ask = self.needed_text(&fields, "ask");
        let list = fields.need(self, "choices")?;
        let items = self.list(list, "'choices'")?;
        let choices: Vec<WaitChoice> = items.iter().filter_map(|item| self.wait_choice(item)).collect();
        if choices.len() == items.len() {
            let (words, notices): (Vec<_>, Vec<_>) = choices.into_iter().map(|c| (c.choice, c.notice)).unzip();
            self.unlike(items, &words);
            let choices = words.into_iter().zip(notices).map(|(choice, notice)| WaitChoice { choice, notice }).collect();
            return Some(WaitOffer { ask: ask?, choices });
        }
        None
    }

    fn wait_choice(&mut self, node: &Node) -> Option<WaitChoice> {
        let fields = self.map(node, "a choice", &["id", "key", "label", "short", "spoken", "synonyms", "next", "notice"])?;
        let choice = self.choice_words(&fields)?;
        let known = ["stay", "callback", "suspend", "message"];
        if !known.contains(&choice.id.as_str()) {
            let mend = format!("a wait offer has the choices {}", known.join(", "));
            self.fault(node.at, format!("a wait offer has no choice '{}'", choice.id), Some(mend));
            return None;
        }
        let suspends = choice.id.as_str() == "suspend";
        let notice = if suspends { Some(self.needed_text(&fields, "notice")?) } else { None };
        if let (false, Some(stray)) = (suspends, fields.get("notice")) {
            self.fault(stray.at, "only the choice 'suspend' has a 'notice'", None);
        }
        let next = if suspends && !fields.has("next") { None } else { Some(self.needed_link(&fields, "next")?) };
        Some(WaitChoice { choice: ChoiceSpec { next, ..choice }, notice })
    }

    pub(crate) fn form(&mut self, node: &Node) -> Option<Form> {
        let fields = self.map(node, "a form", &["title", "fields", "next"])?;
        let title = self.text(fields.get("title"), "'title'");
        let next = self.needed_link(&fields, "next");
        let list = fields.need(self, "fields")?;
        let items = self.list(list, "'fields'")?;
        if items.is_empty() || items.len() > FIELD_LIMIT {
            self.fault(list.at, format!("the form has {} fields", items.len()), Some(format!("write 1 to {FIELD_LIMIT}")));
        }
        let specs: Vec<FieldSpec> = items.iter().filter_map(|item| self.field(item)).collect();
        let mut ids = BTreeSet::new();
        for twice in specs.iter().filter(|spec| !ids.insert(&spec.id)) {
            let mend = Some("one answer would fill both: give each an id of its own".into());
            self.fault(twice.at, format!("the field '{}' is there twice", twice.id), mend);
        }
        Some(Form { title, fields: specs, next: next? })
    }

    fn field(&mut self, node: &Node) -> Option<FieldSpec> {
        const KEYS: [&str; 18] = [
            "id",
            "kind",
            "ask",
            "hint",
            "of",
            "if",
            "check",
            "min",
            "max",
            "length",
            "pattern",
            "currency",
            "tries",
            "sensitivity",
            "keep",
            "optional",
            "known",
            "level",
        ];
        let fields = self.map(node, "a field", &KEYS)?;
        let id = fields.need(self, "id").and_then(|n| self.field_name(n, "the field's id"));
        let kind_node = fields.need(self, "kind");
        let kind = self.one_of(kind_node, "'kind'", &KINDS);
        let ask = self.needed_text(&fields, "ask");
        let hint = self.text(fields.get("hint"), "'hint'");
        let when = self.expr(fields.get("if"), "'if'");
        let known = self.expr(fields.get("known"), "'known'");
        let level = self.level(fields.get("level"), "'level'");
        let tries = self.whole(fields.get("tries"), "'tries'", 1..=20);
        let optional = self.yes(fields.get("optional"), "'optional'", false);
        let sensitivity = self.sensitivity(fields.get("sensitivity"));
        let keep_ms = self.duration(fields.get("keep"), "'keep'", KEEP_LIMIT_MS);
        let (id, kind, ask) = (id?, kind?, ask?);
        let sensitivity = self.least_sensitivity(kind, sensitivity, &fields);
        let of = self.field_choices(kind, &fields);
        let currency = self.currency(kind, &fields);
        let least = self.bound(kind, "min", &fields, currency.as_deref());
        let most = self.bound(kind, "max", &fields, currency.as_deref());
        if let (Some(least), Some(most)) = (&least, &most)
            && least.is_over(most)
        {
            self.fault(fields.at, "'min' is over 'max': nothing fits", Some("write the smaller one as 'min'".into()));
        }
        let length = self.length(kind, &fields);
        let mut checks = self.checks(&fields);
        checks.extend(self.pattern(kind, &fields));
        let at = node.at;
        Some(FieldSpec {
            id,
            at,
            kind,
            ask,
            hint,
            of,
            when,
            checks,
            least,
            most,
            length,
            currency,
            tries,
            sensitivity,
            keep_ms,
            optional,
            known,
            level,
        })
    }

    fn least_sensitivity(&mut self, kind: FieldKind, said: Option<Sensitivity>, fields: &Fields<'_>) -> Sensitivity {
        match kind {
            FieldKind::Secret => {
                if said.is_some_and(|s| s != Sensitivity::Secret) {
                    self.fault(fields.at, "a secret field is always of the sensitivity 'secret'", Some("leave 'sensitivity' out".into()));
                }
                Sensitivity::Secret
            }
            FieldKind::Phone | FieldKind::Email => said.unwrap_or(Sensitivity::Personal),
            _ => said.unwrap_or_default(),
        }
    }

    fn field_choices(&mut self, kind: FieldKind, fields: &Fields<'_>) -> Vec<ChoiceSpec> {
        match (kind, fields.get("of")) {
            (FieldKind::Choice, Some(list)) => self.choices(list, false),
            (FieldKind::Choice, None) => {
                self.fault(fields.at, "a field of the kind 'choice' has no 'of'", Some("write of: [first, second]".into()));
                Vec::new()
            }
            (_, Some(stray)) => {
                self.fault(stray.at, "only a field of the kind 'choice' has 'of'", None);
                Vec::new()
            }
            (_, None) => Vec::new(),
        }
    }

    fn currency(&mut self, kind: FieldKind, fields: &Fields<'_>) -> Option<String> {
        if kind != FieldKind::Money {
            if let Some(stray) = fields.get("currency") {
                self.fault(stray.at, "only a field of the kind 'money' has a 'currency'", None);
            }
            return None;
        }
        let node = fields.need(self, "currency")?;
        let code = self.scalar(node, "'currency'")?;
        if fields::money::known(code) {
            return Some(code.to_owned());
        }
        self.fault(node.at, format!("'{code}' is not a currency"), Some("write a code of ISO 4217 such as EUR".into()));
        None
    }

    fn bound(&mut self, kind: FieldKind, key: &str, fields: &Fields<'_>, currency: Option<&str>) -> Option<Bound> {
        let node = fields.get(key)?;
        let text = self.scalar(node, &format!("'{key}'"))?;
        let bound = match kind {
            FieldKind::Number => fields::number::plain(text).map(|(n, d)| Bound::Number(n, d)),
            FieldKind::Money => {
                let (n, d) = fields::number::plain(text)?;
                currency.and_then(|c| fields::money::to_minor(n, d, c)).map(|minor| Bound::Number(minor, 0))
            }
            FieldKind::Date => day_bound(text),
            _ => {
                self.fault(node.at, format!("a field of this kind has no '{key}'"), Some("numbers, amounts and days have".into()));
                return None;
            }
        };
        if bound.is_none() {
            let mend =
                if kind == FieldKind::Date { "write 2026-11-22, today, today+14d or today-1d" } else { "write a number such as 12.50" };
            self.fault(node.at, format!("'{key}' is '{text}'"), Some(mend.into()));
        }
        bound
    }

    /// How many characters: `length: 8` or `length: { min: 2, max: 40 }`.
    fn length(&mut self, kind: FieldKind, fields: &Fields<'_>) -> (usize, usize) {
        let widest = match kind {
            FieldKind::Digits => (1, 40),
            FieldKind::Secret => (1, 200),
            _ => (1, TEXT_LIMIT),
        };
        let Some(node) = fields.get("length") else { return widest };
        if !matches!(kind, FieldKind::Text | FieldKind::Digits | FieldKind::Secret) {
            self.fault(node.at, "only texts, digits and secrets have a 'length'", None);
            return widest;
        }
        let limit = u32::try_from(widest.1).unwrap_or(u32::MAX);
        let usize_of = |n: Option<u32>, otherwise: usize| n.and_then(|n| usize::try_from(n).ok()).unwrap_or(otherwise);
        if let Is::Scalar(_) = node.is {
            let exact = usize_of(self.whole(Some(node), "'length'", 1..=limit), widest.1);
            return (exact, exact);
        }
        let Some(range) = self.map(node, "'length'", &["min", "max"]) else { return widest };
        let least = usize_of(self.whole(range.get("min"), "'min'", 0..=limit), widest.0);
        let most = usize_of(self.whole(range.get("max"), "'max'", 1..=limit), widest.1);
        if least > most {
            self.fault(node.at, format!("'min' is {least} and 'max' is {most}"), Some("write the smaller one as 'min'".into()));
        }
        (least, most)
    }

    /// `check: "value > 0"`, `check: { that: …, say: … }`, or a list of these.
    fn checks(&mut self, fields: &Fields<'_>) -> Vec<Check> {
        let Some(node) = fields.get("check") else { return Vec::new() };
        match &node.is {
            Is::List(items) => items.iter().filter_map(|i| self.check(i)).collect(),
            _ => self.check(node).into_iter().collect(),
        }
    }

    fn check(&mut self, node: &Node) -> Option<Check> {
        if let Is::Scalar(_) = node.is {
            return Some(Check { that: self.expr(Some(node), "'check'")?, say: None });
        }
        let fields = self.map(node, "a check", &["that", "say"])?;
        let that = fields.need(self, "that");
        let that = self.expr(that, "'that'");
        let say = self.text(fields.get("say"), "'say'");
        Some(Check { that: that?, say })
    }

    /// A regular expression that the whole value must match: `pattern: "[A-Z]{2}\\d+"` or `{ is: …, say: … }`.
    fn pattern(&mut self, kind: FieldKind, fields: &Fields<'_>) -> Option<Check> {
        let node = fields.get("pattern")?;
        if !matches!(kind, FieldKind::Text | FieldKind::Digits | FieldKind::Secret) {
            self.fault(node.at, "only texts, digits and secrets have a 'pattern'", None);
            return None;
        }
        let (is, say) = match &node.is {
            Is::Scalar(_) => (node, None),
            _ => {
                let fields = self.map(node, "a pattern", &["is", "say"])?;
                (fields.need(self, "is")?, self.text(fields.get("say"), "'say'"))
            }
        };
        let pattern = self.scalar(is, "'pattern'")?;
        let quoted = serde_json::to_string(&format!("^(?:{pattern})$")).unwrap_or_default();
        let that = crate::journey::expr::Expr::compile(&format!("value.matches({quoted})")).ok();
        match that.filter(|t| t.can_match()) {
            Some(that) => Some(Check { that, say }),
            None => {
                let mend = "close every bracket, and put a backslash before a sign that stands for itself";
                self.fault(is.at, format!("'{pattern}' is not a regular expression"), Some(mend.into()));
                None
            }
        }
    }
}

fn day_bound(text: &str) -> Option<Bound> {
    if let Some(rest) = text.strip_prefix("today") {
        let rest = rest.replace(' ', "");
        let days = if rest.is_empty() { Some(0) } else { rest.strip_suffix('d').and_then(|d| d.parse().ok()) };
        return days.filter(|d: &i64| d.abs() <= 40_000).map(Bound::FromToday);
    }
    text.parse::<jiff::civil::Date>().ok().map(|d| Bound::Day(d.to_string()))
}
