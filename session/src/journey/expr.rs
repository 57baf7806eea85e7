//! Expressions in CEL: compiled at load, bounded, and evaluated over what the session knows.
//!
//! A name that is declared but not answered yet is `null`, and so is an attribute the customer does not have (unless the
//! expression asks `has()`), so that `customer.tier == 'gold'` is simply false for somebody without a tier.

use crate::{Answers, AssuranceLevel, Language, Private, Sensitivity, Value};
use cel::{
    Context, Env, Program, Value as Cel,
    common::ast::{EntryExpr, Expr as Ast, IdedExpr},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, LazyLock},
};

use super::Attributes;

/// The longest expression, in bytes.
pub(crate) const LENGTH_LIMIT: usize = 1_000;
/// The deepest nesting of one, before and after parsing.
const DEPTH_LIMIT: usize = 24;
/// The most nodes of one.
const NODE_LIMIT: usize = 200;
/// The most comprehensions (`all`, `exists`, `map`, `filter`) of one; they are not nested, so that an evaluation is linear.
const COMPREHENSION_LIMIT: usize = 2;

/// Names that are always there.
pub(crate) const HOUSE_NAMES: [&str; 7] = ["customer", "claimed", "session", "level", "levels", "today", "value"];

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A compiled expression.
#[derive(Clone)]
pub(crate) struct Expr(Arc<Compiled>);

struct Compiled {
    source: String,
    program: Program,
    names: BTreeSet<String>,
    /// Attributes that are null where they are absent, by namespace.
    plain: BTreeSet<(String, String)>,
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({:?})", self.0.source)
    }
}

/// What an expression may look at.
pub(crate) struct Scope<'a> {
    pub(crate) answers: &'a Answers,
    pub(crate) customer: &'a Attributes,
    pub(crate) claimed: &'a Attributes,
    pub(crate) language: &'a Language,
    pub(crate) level: AssuranceLevel,
    /// The day, as `YYYY-MM-DD`.
    pub(crate) today: String,
    /// The journey whose fields say how an answer is shown in a text.
    pub(crate) journey: Option<&'a super::Journey>,
}

impl Expr {
    /// Compiles an expression.
    pub(crate) fn compile(source: &str) -> Result<Self, String> {
        if source.len() > LENGTH_LIMIT {
            return Err(format!("the expression has {} bytes; at most {LENGTH_LIMIT} are allowed", source.len()));
        }
        if nesting(source) > DEPTH_LIMIT {
            return Err(format!("the expression is nested deeper than {DEPTH_LIMIT}"));
        }
        let program = ENV.compile(source).map_err(|errors| {
            let told = errors.to_string();
            let line = told.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("it cannot be read");
            // The parser's list of everything it would have taken helps nobody.
            let line = line.trim_start_matches("ERROR: <input>:").split(" expecting ").next().unwrap_or(line);
            format!("not a CEL expression: at {}", line.replace("Syntax error: ", ""))
        })?;
        let mut survey = Survey::default();
        survey.visit(program.expression(), 0, false)?;
        if survey.nodes > NODE_LIMIT {
            return Err(format!("the expression has {} parts; at most {NODE_LIMIT} are allowed", survey.nodes));
        }
        if survey.comprehensions > COMPREHENSION_LIMIT {
            return Err(format!("the expression walks more than {COMPREHENSION_LIMIT} lists"));
        }
        let names = survey.names.difference(&survey.local).cloned().collect();
        let plain = survey.plain.difference(&survey.tested).cloned().collect();
        Ok(Self(Arc::new(Compiled { source: source.to_owned(), program, names, plain })))
    }

    /// As written.
    pub(crate) fn source(&self) -> &str {
        &self.0.source
    }

    /// The names it looks at.
    pub(crate) fn names(&self) -> &BTreeSet<String> {
        &self.0.names
    }

    /// Evaluates it. `value` is what `value` stands for; secrets are null unless `secrets`.
    fn run(&self, scope: &Scope<'_>, value: Option<&Value>, secrets: bool) -> Result<Cel, String> {
        let mut context = Context::with_env(ENV.clone());
        for name in &self.0.names {
            context.add_variable_from_value(name.as_str(), self.variable(name, scope, value, secrets));
        }
        self.0.program.execute(&context).map_err(|e| in_words(&e))
    }

    fn variable(&self, name: &str, scope: &Scope<'_>, value: Option<&Value>, secrets: bool) -> Cel {
        match name {
            "customer" => self.attributes(name, scope.customer),
            "claimed" => self.attributes(name, scope.claimed),
            "session" => map([("language", Cel::from(scope.language.as_str()))]),
            "level" => Cel::Int(rank(scope.level)),
            "levels" => map(LEVELS.map(|(word, level)| (word, Cel::Int(rank(level))))),
            "today" => Cel::from(scope.today.as_str()),
            "value" => value.map_or(Cel::Null, to_cel),
            _ => match scope.answers.get(name) {
                Some(answer) if secrets || answer.sensitivity != Sensitivity::Secret => to_cel(answer.value.reveal()),
                Some(_) | None => Cel::Null,
            },
        }
    }

    fn attributes(&self, namespace: &str, values: &Attributes) -> Cel {
        let absent = self.0.plain.iter().filter(|(n, _)| n == namespace).map(|(_, name)| (name.as_str(), Cel::Null));
        let present = values.iter().map(|(name, value)| (name.as_str(), json_to_cel(value.reveal())));
        map(absent.chain(present))
    }

    /// Whether it holds. What cannot be told does not hold.
    pub(crate) fn holds(&self, scope: &Scope<'_>) -> bool {
        matches!(self.run(scope, None, false), Ok(Cel::Bool(true)))
    }

    /// Whether a value passes it as a check.
    pub(crate) fn passes(&self, scope: &Scope<'_>, value: &Value) -> bool {
        matches!(self.run(scope, Some(value), true), Ok(Cel::Bool(true)))
    }

    /// Whether a check made of a pattern can be evaluated: its regular expression is sound and not too large.
    pub(crate) fn can_match(&self) -> bool {
        let (answers, none, language) = (Answers::new(), Attributes::new(), Language::new("en"));
        let level = AssuranceLevel::None;
        let scope =
            Scope { answers: &answers, customer: &none, claimed: &none, language: &language, level, today: String::new(), journey: None };
        self.run(&scope, Some(&Value::Text(String::new())), false).is_ok()
    }

    /// Its value, as JSON. `secrets` is for look-ups alone.
    pub(crate) fn json(&self, scope: &Scope<'_>, secrets: bool) -> Result<serde_json::Value, String> {
        self.run(scope, None, secrets).and_then(|v| cel_to_json(&v))
    }
}

/// The levels by their names in definitions.
pub(crate) const LEVELS: [(&str, AssuranceLevel); 5] = [
    ("none", AssuranceLevel::None),
    ("claimed", AssuranceLevel::Claimed),
    ("low", AssuranceLevel::Low),
    ("substantial", AssuranceLevel::Substantial),
    ("high", AssuranceLevel::High),
];

/// A level's name.
pub(crate) const fn level_name(level: AssuranceLevel) -> &'static str {
    match level {
        AssuranceLevel::None => "none",
        AssuranceLevel::Claimed => "claimed",
        AssuranceLevel::Low => "low",
        AssuranceLevel::Substantial => "substantial",
        AssuranceLevel::High => "high",
    }
}

const fn rank(level: AssuranceLevel) -> i64 {
    match level {
        AssuranceLevel::None => 0,
        AssuranceLevel::Claimed => 1,
        AssuranceLevel::Low => 2,
        AssuranceLevel::Substantial => 3,
        AssuranceLevel::High => 4,
    }
}

/// An evaluation's failure without the values in it: they may be personal.
fn in_words(error: &cel::ExecutionError) -> String {
    use cel::ExecutionError as E;
    match error {
        E::NoSuchKey(key) => format!("there is no '{key}'"),
        E::UndeclaredReference(name) => format!("'{name}' is not known"),
        E::NoSuchOverload(overload) => format!("'{}' does not fit {}", overload.function(), overload.argument_types().join(" and ")),
        E::DivisionByZero(_) | E::RemainderByZero(_) => "a division by zero".into(),
        E::Overflow(operator, ..) => format!("'{operator}' goes over the limits of a number"),
        E::IndexOutOfBounds(_) => "an index beyond the end".into(),
        _ => "its values do not fit together".into(),
    }
}

fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Cel)>) -> Cel {
    let entries: BTreeMap<&str, Cel> = entries.into_iter().collect();
    let map = entries.into_iter().map(|(k, v)| (cel::objects::Key::from(k), v)).collect();
    Cel::Map(cel::objects::Map { map: Arc::new(map) })
}

/// An answer as expressions see it: money as `{amount, currency}`, a day as `YYYY-MM-DD`.
fn to_cel(value: &Value) -> Cel {
    match value {
        Value::Text(text) | Value::Date(text) => Cel::from(text.as_str()),
        Value::Number(n) => Cel::Int(*n),
        Value::Decimal(n, places) => Cel::Float(scaled(*n, *places)),
        Value::Money(minor, currency) => {
            let places = super::fields::money::minor_digits(currency);
            map([("amount", Cel::Float(scaled(*minor, places))), ("currency", Cel::from(currency.as_str()))])
        }
        Value::YesNo(yes) => Cel::Bool(*yes),
        Value::Json(json) => json_to_cel(json),
    }
}

#[expect(clippy::cast_precision_loss, reason = "an expression compares; what is stored stays exact")]
fn scaled(n: i64, places: u8) -> f64 {
    n as f64 / 10_f64.powi(i32::from(places))
}

fn json_to_cel(json: &serde_json::Value) -> Cel {
    use serde_json::Value as J;
    match json {
        J::Null => Cel::Null,
        J::Bool(b) => Cel::Bool(*b),
        J::Number(n) => {
            n.as_i64().map(Cel::Int).or_else(|| n.as_u64().map(Cel::UInt)).or_else(|| n.as_f64().map(Cel::Float)).unwrap_or(Cel::Null)
        }
        J::String(s) => Cel::from(s.as_str()),
        J::Array(items) => Cel::List(Arc::new(items.iter().map(json_to_cel).collect())),
        J::Object(entries) => map(entries.iter().map(|(k, v)| (k.as_str(), json_to_cel(v)))),
    }
}

fn cel_to_json(value: &Cel) -> Result<serde_json::Value, String> {
    use serde_json::Value as J;
    Ok(match value {
        Cel::Null => J::Null,
        Cel::Bool(b) => J::Bool(*b),
        Cel::Int(n) => J::from(*n),
        Cel::UInt(n) => J::from(*n),
        Cel::Float(n) => serde_json::Number::from_f64(*n).map_or(J::Null, J::Number),
        Cel::String(s) => J::String(s.to_string()),
        Cel::List(items) => J::Array(items.iter().map(cel_to_json).collect::<Result<_, _>>()?),
        Cel::Map(entries) => {
            let mut sorted = BTreeMap::new();
            for (key, value) in entries.map.iter() {
                sorted.insert(key_name(key), cel_to_json(value)?);
            }
            J::Object(sorted.into_iter().collect())
        }
        _ => return Err("its value is neither text, number, list nor map".into()),
    })
}

fn key_name(key: &cel::objects::Key) -> String {
    use cel::objects::Key;
    match key {
        Key::Int(n) => n.to_string(),
        Key::Uint(n) => n.to_string(),
        Key::Bool(b) => b.to_string(),
        Key::String(s) => s.to_string(),
    }
}

/// How deep brackets, signs and conditions stack up in a text, at the most: bounds the parser's recursion before it runs.
fn nesting(source: &str) -> usize {
    let (mut deep, mut open, mut signs) = (0_usize, 0_usize, 0_usize);
    for c in source.chars() {
        match c {
            '(' | '[' | '{' => open = open.saturating_add(1),
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '!' | '-' | '?' => signs = signs.saturating_add(1),
            _ => {}
        }
        deep = deep.max(open);
    }
    deep.saturating_add(signs / 4)
}

/// What an expression is made of.
#[derive(Default)]
struct Survey {
    nodes: usize,
    comprehensions: usize,
    names: BTreeSet<String>,
    local: BTreeSet<String>,
    plain: BTreeSet<(String, String)>,
    tested: BTreeSet<(String, String)>,
}

impl Survey {
    fn visit(&mut self, part: &IdedExpr, depth: usize, inside: bool) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(1);
        let deeper = depth.saturating_add(1);
        if depth > DEPTH_LIMIT.saturating_mul(4) {
            return Err("the expression is a chain of too many parts".into());
        }
        match &part.expr {
            Ast::Unspecified | Ast::Literal(_) => {}
            Ast::Ident(name) => {
                if !name.starts_with('@') {
                    self.names.insert(name.clone());
                }
            }
            Ast::Call(call) => {
                for part in call.target.iter().map(AsRef::as_ref).chain(&call.args) {
                    self.visit(part, deeper, inside)?;
                }
            }
            Ast::Comprehension(walk) => {
                if inside {
                    return Err("the expression walks a list within a list".into());
                }
                self.comprehensions = self.comprehensions.saturating_add(1);
                self.local.extend([walk.iter_var.clone(), walk.accu_var.clone()]);
                self.local.extend(walk.iter_var2.clone());
                self.visit(&walk.iter_range, deeper, inside)?;
                for part in [&walk.accu_init, &walk.loop_cond, &walk.loop_step, &walk.result] {
                    self.visit(part, deeper, true)?;
                }
            }
            Ast::List(list) => {
                for part in &list.elements {
                    self.visit(part, deeper, inside)?;
                }
            }
            Ast::Map(map) => self.entries(&map.entries, deeper, inside)?,
            Ast::Struct(made) => self.entries(&made.entries, deeper, inside)?,
            Ast::Select(select) => {
                if let Ast::Ident(name) = &select.operand.expr {
                    let to = if select.test { &mut self.tested } else { &mut self.plain };
                    to.insert((name.clone(), select.field.clone()));
                }
                self.visit(&select.operand, deeper, inside)?;
            }
        }
        Ok(())
    }

    fn entries(&mut self, entries: &[cel::common::ast::IdedEntryExpr], depth: usize, inside: bool) -> Result<(), String> {
        for entry in entries {
            match &entry.expr {
                EntryExpr::StructField(field) => self.visit(&field.value, depth, inside)?,
                EntryExpr::MapEntry(entry) => {
                    self.visit(&entry.key, depth, inside)?;
                    self.visit(&entry.value, depth, inside)?;
                }
            }
        }
        Ok(())
    }
}

/// JSON as an answer's value: whole numbers, texts and yes or no as themselves, anything else as JSON; nothing for null.
pub(crate) fn answer_value(json: serde_json::Value) -> Option<Private<Value>> {
    use serde_json::Value as J;
    let value = match json {
        J::Null => return None,
        J::Bool(yes) => Value::YesNo(yes),
        J::String(text) => Value::Text(text),
        J::Number(n) => n.as_i64().map_or(Value::Json(J::Number(n)), Value::Number),
        other @ (J::Array(_) | J::Object(_)) => Value::Json(other),
    };
    Some(Private::new(value))
}
