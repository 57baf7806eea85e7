//! Texts per language, with holes for expressions: `{ en: "Hello {customer.name}", fr: "Bonjour {customer.name}" }`.

use super::expr::{Expr, Scope};
use super::words;
use crate::{FieldId, Language};
use std::collections::BTreeMap;

/// The longest text, in bytes.
pub(crate) const LENGTH_LIMIT: usize = 4_000;

/// A text with holes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template(pub(crate) Vec<Piece>);

/// A piece of a text.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Plain(String),
    Hole(Expr),
}

impl Template {
    /// Reads a text: `{expression}` is a hole, `{{` and `}}` are braces.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LENGTH_LIMIT {
            return Err(format!("the text has {} bytes; at most {LENGTH_LIMIT} are allowed", text.len()));
        }
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let after = rest.get(c.len_utf8()..).unwrap_or_default();
            rest = match c {
                '{' | '}' if after.starts_with(c) => {
                    plain.push(c);
                    after.get(1..).unwrap_or_default()
                }
                '{' => {
                    let (hole, after) = after.split_once('}').ok_or("a '{' is not closed; write '{{' for a brace")?;
                    pieces.extend((!plain.is_empty()).then(|| Piece::Plain(std::mem::take(&mut plain))));
                    pieces.push(Piece::Hole(Expr::compile(hole.trim())?));
                    after
                }
                '}' => return Err("a '}' was never opened; write '}}' for a brace".into()),
                _ => {
                    plain.push(c);
                    after
                }
            };
        }
        pieces.extend((!plain.is_empty()).then_some(Piece::Plain(plain)));
        Ok(Self(pieces))
    }

    /// The expressions in its holes.
    pub(crate) fn holes(&self) -> impl Iterator<Item = &Expr> {
        self.0.iter().filter_map(|p| match p {
            Piece::Hole(expr) => Some(expr),
            Piece::Plain(_) => None,
        })
    }

    /// The text with its holes filled, for people: an answer is shown as its field shows it, and what cannot be told is left empty.
    pub(crate) fn fill(&self, scope: &Scope<'_>) -> String {
        let hole = |expr: &Expr| match scope.answers.get(expr.source()) {
            Some(answer) => super::prompt::answer_in_words(scope.journey, &FieldId::new(expr.source()), answer, scope.language),
            None => expr.json(scope, false).ok().and_then(|json| scalar_text(&json)).unwrap_or_default(),
        };
        let piece = |piece: &Piece| match piece {
            Piece::Plain(plain) => plain.clone(),
            Piece::Hole(expr) => hole(expr),
        };
        self.0.iter().map(piece).collect()
    }

    /// The text with its holes filled, for a look-up: secrets too, each hole's text through `put`. `None` where one cannot be told.
    pub(crate) fn send(&self, scope: &Scope<'_>, put: impl Fn(&str) -> String) -> Option<String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Plain(plain) => text.push_str(plain),
                Piece::Hole(expr) => match expr.json(scope, true).ok().and_then(|j| scalar_text(&j)) {
                    Some(filled) => text.push_str(&put(&filled)),
                    None => return None,
                },
            }
        }
        Some(text)
    }

    /// The text with an ellipsis in its holes: for people who may not see the values.
    pub(crate) fn bare(&self) -> String {
        self.0
            .iter()
            .map(|p| match p {
                Piece::Plain(plain) => plain.as_str(),
                Piece::Hole(_) => "…",
            })
            .collect()
    }
}

/// A single value as text; `None` for null, lists and maps.
pub(crate) fn scalar_text(json: &serde_json::Value) -> Option<String> {
    use serde_json::Value as J;
    match json {
        J::String(text) => Some(text.clone()),
        J::Number(n) => Some(n.to_string()),
        J::Bool(b) => Some(b.to_string()),
        J::Null | J::Array(_) | J::Object(_) => None,
    }
}

/// A text in several languages, or one for all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    /// By language; the empty tag stands for all.
    pub(crate) by: BTreeMap<String, Template>,
    /// The language to fall back to.
    pub(crate) default: String,
}

impl Text {
    /// One text for all languages.
    pub(crate) fn plain(text: &str) -> Self {
        let template = Template(vec![Piece::Plain(text.to_owned())]);
        Self { by: BTreeMap::from([(String::new(), template)]), default: String::new() }
    }

    /// In this language, else in the nearest that it is looked up by (`pt` for `pt-BR`), else in the journey's own, else in any.
    pub(crate) fn pick(&self, language: &Language) -> Option<&Template> {
        let ranges = words::ranges(language.as_str()).chain(["", self.default.as_str()]);
        ranges.into_iter().find_map(|tag| self.by.get(tag)).or_else(|| self.by.values().next())
    }

    /// In this language, with its holes filled.
    pub(crate) fn fill(&self, language: &Language, scope: &Scope<'_>) -> String {
        self.pick(language).map(|t| t.fill(scope)).unwrap_or_default()
    }

    /// In this language, without values.
    pub(crate) fn bare(&self, language: &Language) -> String {
        self.pick(language).map(Template::bare).unwrap_or_default()
    }
}

/// Lists of words by language: synonyms.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words(pub(crate) BTreeMap<String, Vec<String>>);

impl Words {
    /// Those of this language and of all.
    pub(crate) fn pick(&self, language: &Language) -> Vec<String> {
        let own = words::ranges(language.as_str()).find_map(|tag| self.0.get(tag)).into_iter().flatten();
        own.chain(self.0.get("").into_iter().flatten()).cloned().collect()
    }
}
