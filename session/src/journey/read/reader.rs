//! Reads single values off the tree and gathers what is wrong with them.

use super::tree::{Is, Key, Node, Place};
use crate::journey::{
    Fault,
    definition::Link,
    expr::{Expr, LEVELS},
    text::{Template, Text, Words},
    words,
};
use crate::{AssuranceLevel, FieldId, Language, Sensitivity, StepId};
use std::collections::{BTreeMap, BTreeSet};

/// Reads one definition.
pub(crate) struct Reader<'p> {
    pub(crate) path: &'p str,
    pub(crate) faults: Vec<Fault>,
    pub(crate) warnings: Vec<Fault>,
    /// The language texts fall back to.
    pub(crate) language: String,
    /// The languages that every text should have.
    pub(crate) languages: BTreeSet<String>,
    /// Texts that were read, with their places, for the check of translations.
    pub(crate) texts: Vec<(Place, BTreeSet<String>)>,
    /// The ids of all steps, read well or not.
    pub(crate) steps: BTreeSet<String>,
}

/// A map whose keys were checked.
pub(crate) struct Fields<'n> {
    pub(crate) at: Place,
    what: String,
    of: BTreeMap<&'n str, &'n Node>,
}

impl<'n> Fields<'n> {
    /// The value under a key; `nothing` counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.of.get(key).copied().filter(|n| !matches!(n.is, Is::Nothing))
    }
    /// Whether the key is there, even with nothing under it.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.of.contains_key(key)
    }
    /// The value of a key that must be there.
    pub(crate) fn need(&self, reader: &mut Reader<'_>, key: &str) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            reader.fault(self.at, format!("{} has no '{key}'", self.what), Some(format!("write {key}: and its value")));
        }
        found
    }
}

impl Reader<'_> {
    pub(crate) fn fault(&mut self, at: Place, what: impl Into<String>, mend: Option<String>) {
        self.faults.push(Fault { path: self.path.to_owned(), line: at.line, column: at.column, what: what.into(), mend });
    }

    pub(crate) fn warn(&mut self, at: Place, what: impl Into<String>, mend: Option<String>) {
        self.warnings.push(Fault { path: self.path.to_owned(), line: at.line, column: at.column, what: what.into(), mend });
    }

    /// A map with these keys and no others.
    pub(crate) fn map<'n>(&mut self, node: &'n Node, what: &str, keys: &[&str]) -> Option<Fields<'n>> {
        let entries = self.entries(node, what)?;
        for (key, _) in entries {
            if !keys.contains(&key.name.as_str()) {
                let mend = closest(&key.name, keys.iter().copied()).unwrap_or_else(|| format!("it may have: {}", keys.join(", ")));
                self.fault(key.at, format!("{what} has no key '{}'", key.name), Some(mend));
            }
        }
        let of = entries.iter().map(|(k, v)| (k.name.as_str(), v)).collect();
        Some(Fields { at: node.at, what: what.to_owned(), of })
    }

    /// The entries of a map with keys of any name, each once.
    pub(crate) fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [(Key, Node)]> {
        let Is::Map(entries) = &node.is else {
            self.fault(node.at, format!("{what} is {}, not a map", node.is.word()), Some("write lines of the form key: value".into()));
            return None;
        };
        let mut seen = BTreeSet::new();
        for (key, _) in entries {
            if !seen.insert(key.name.as_str()) {
                self.fault(
                    key.at,
                    format!("{what} has '{}' twice", key.name),
                    Some("take one of them out, or give it another name".into()),
                );
            }
        }
        Some(entries)
    }

    pub(crate) fn list<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        if let Is::List(items) = &node.is {
            return Some(items);
        }
        self.fault(node.at, format!("{what} is {}, not a list", node.is.word()), Some("write [first, second]".into()));
        None
    }

    pub(crate) fn scalar<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        if let Is::Scalar(text) = &node.is {
            return Some(text);
        }
        self.fault(node.at, format!("{what} is {}, not a text", node.is.word()), None);
        None
    }

    pub(crate) fn yes(&mut self, node: Option<&Node>, what: &str, default: bool) -> bool {
        let Some(node) = node else { return default };
        match self.scalar(node, what) {
            Some("true" | "yes") => true,
            Some("false" | "no") => false,
            Some(other) => {
                let said = format!("{what} is '{other}'");
                self.fault(node.at, said, Some("write true or false".into()));
                default
            }
            None => default,
        }
    }

    pub(crate) fn whole(&mut self, node: Option<&Node>, what: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let node = node?;
        let text = self.scalar(node, what)?;
        let found = text.parse().ok().filter(|n| range.contains(n));
        if found.is_none() {
            let mend = format!("write a whole number from {} to {}", range.start(), range.end());
            self.fault(node.at, format!("{what} is '{text}'"), Some(mend));
        }
        found
    }

    /// One of several words.
    pub(crate) fn one_of<T: Copy>(&mut self, node: Option<&Node>, what: &str, words: &[(&str, T)]) -> Option<T> {
        let node = node?;
        let text = self.scalar(node, what)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let mend = closest(text, all.iter().copied()).unwrap_or_else(|| format!("it may be: {}", all.join(", ")));
            self.fault(node.at, format!("{what} is '{text}'"), Some(mend));
        }
        found
    }

    pub(crate) fn level(&mut self, node: Option<&Node>, what: &str) -> Option<AssuranceLevel> {
        self.one_of(node, what, &LEVELS)
    }

    pub(crate) fn sensitivity(&mut self, node: Option<&Node>) -> Option<Sensitivity> {
        let words = [("usual", Sensitivity::Usual), ("personal", Sensitivity::Personal), ("secret", Sensitivity::Secret)];
        self.one_of(node, "'sensitivity'", &words)
    }

    /// A length of time: `500ms`, `8s`, `5m`, `2h`, `3d`; in milliseconds.
    pub(crate) fn duration(&mut self, node: Option<&Node>, what: &str, most_ms: u64) -> Option<u64> {
        let node = node?;
        let text = self.scalar(node, what)?;
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let unit = match text.get(digits..).unwrap_or_default().trim() {
            "ms" => Some(1),
            "s" => Some(1_000),
            "m" => Some(60_000),
            "h" => Some(3_600_000),
            "d" => Some(86_400_000),
            _ => None,
        };
        let count: Option<u64> = text.get(..digits).and_then(|d| d.parse().ok());
        let ms = unit.zip(count).and_then(|(u, n)| n.checked_mul(u));
        match ms {
            Some(ms) if ms > 0 && ms <= most_ms => Some(ms),
            Some(_) => {
                self.fault(node.at, format!("{what} is '{text}'"), Some(format!("at least 1ms and at most {}s", most_ms / 1_000)));
                None
            }
            None => {
                self.fault(node.at, format!("{what} is '{text}'"), Some("write a length of time such as 500ms, 8s, 5m or 2h".into()));
                None
            }
        }
    }

    /// A name that expressions can use: letters, digits and underscores.
    pub(crate) fn name<'n>(&mut self, text: &'n str, at: Place, what: &str) -> Option<&'n str> {
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let fits = starts && text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let reserved = crate::journey::expr::HOUSE_NAMES.contains(&text) || ["in", "true", "false", "null"].contains(&text);
        if !fits {
            self.fault(at, format!("{what} is '{text}'"), Some("use a letter, then letters, digits or '_', 64 at most".into()));
        } else if reserved {
            self.fault(
                at,
                format!("{what} is '{text}', which has a meaning of its own in expressions"),
                Some("choose another name".into()),
            );
        }
        (fits && !reserved).then_some(text)
    }

    pub(crate) fn field_name(&mut self, node: &Node, what: &str) -> Option<FieldId> {
        let text = self.scalar(node, what)?;
        self.name(text, node.at, what).map(FieldId::new)
    }

    /// A step that is led to.
    pub(crate) fn link(&mut self, node: Option<&Node>, what: &str) -> Option<Link> {
        let node = node?;
        let text = self.scalar(node, what)?;
        if !self.steps.contains(text) {
            let mend = closest(text, self.steps.iter().map(String::as_str)).unwrap_or_else(|| "name one of the steps".into());
            self.fault(node.at, format!("{what} leads to '{text}', but there is no such step"), Some(mend));
            return None;
        }
        Some(Link { to: StepId::new(text), at: node.at })
    }

    pub(crate) fn needed_link(&mut self, fields: &Fields<'_>, key: &str) -> Option<Link> {
        let node = fields.need(self, key)?;
        self.link(Some(node), &format!("'{key}'"))
    }

    pub(crate) fn expr(&mut self, node: Option<&Node>, what: &str) -> Option<Expr> {
        let node = node?;
        let text = self.scalar(node, what)?;
        match Expr::compile(text) {
            Ok(expr) => Some(expr),
            Err(why) => {
                self.fault(node.at, format!("{what}: {why}"), None);
                None
            }
        }
    }

    pub(crate) fn template(&mut self, node: &Node, what: &str) -> Option<Template> {
        let text = self.scalar(node, what)?;
        match Template::parse(text) {
            Ok(template) => Some(template),
            Err(why) => {
                self.fault(node.at, format!("{what}: {why}"), None);
                None
            }
        }
    }

    /// A text for people: one for all languages, or one per language.
    pub(crate) fn text(&mut self, node: Option<&Node>, what: &str) -> Option<Text> {
        let node = node?;
        let mut by = BTreeMap::new();
        match &node.is {
            Is::Map(_) => {
                for (key, value) in self.entries(node, what)? {
                    self.language_tag(&key.name, key.at);
                    if let Some(template) = self.template(value, what) {
                        by.insert(key.name.clone(), template);
                    }
                }
                if by.is_empty() {
                    self.fault(node.at, format!("{what} has no text"), None);
                    return None;
                }
                self.texts.push((node.at, by.keys().cloned().collect()));
            }
            _ => {
                by.insert(String::new(), self.template(node, what)?);
            }
        }
        Some(Text { by, default: self.language.clone() })
    }

    pub(crate) fn needed_text(&mut self, fields: &Fields<'_>, key: &str) -> Option<Text> {
        let node = fields.need(self, key)?;
        self.text(Some(node), &format!("'{key}'"))
    }

    /// Lists of words: one for all languages, or one per language.
    pub(crate) fn words(&mut self, node: Option<&Node>, what: &str) -> Words {
        let mut words = Words::default();
        let Some(node) = node else { return words };
        if let Is::Map(_) = node.is {
            for (key, value) in self.entries(node, what).unwrap_or_default() {
                self.language_tag(&key.name, key.at);
                words.0.insert(key.name.clone(), self.word_list(value, what));
            }
        } else {
            words.0.insert(String::new(), self.word_list(node, what));
        }
        words
    }

    fn word_list(&mut self, node: &Node, what: &str) -> Vec<String> {
        let items = self.list(node, what).unwrap_or_default();
        items.iter().filter_map(|i| self.scalar(i, what).map(str::to_owned)).collect()
    }

    pub(crate) fn language_tag(&mut self, tag: &str, at: Place) -> Option<Language> {
        let mut parts = tag.split('-');
        let first = parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphabetic()));
        let rest = parts.all(|p| (2..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()));
        if first && rest {
            return Some(words::canonical(tag));
        }
        self.fault(at, format!("'{tag}' is not a language"), Some("write a BCP 47 tag such as en, fr or pt-BR".into()));
        None
    }
}

/// The likeliest word that was meant, as a mend; `None` where nothing is near.
pub(crate) fn closest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<String> {
    nearest(word, known).map(|near| format!("did you mean '{near}'?"))
}

/// The likeliest word that was meant; `None` where nothing is near.
pub(crate) fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let (far, near) = known.map(|k| (distance(word, k), k)).min()?;
    let bound = (word.chars().count() / 3).clamp(1, 3);
    (far <= bound).then_some(near)
}

/// How many letters must be changed, put in, taken out or swapped (optimal string alignment), in lower case.
fn distance(a: &str, b: &str) -> usize {
    let fold = |text: &str| text.chars().take(64).flat_map(char::to_lowercase).map(|c| if c == '-' { '_' } else { c }).collect::<Vec<_>>();
    let (a, b) = (fold(a), fold(b));
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, y) in b.iter().enumerate() {
            let at = |back_rows: usize, back: usize| -> usize {
                let line = rows.len().checked_sub(back_rows).and_then(|r| rows.get(r));
                line.and_then(|l| j.saturating_add(1).checked_sub(back).and_then(|c| l.get(c))).copied().unwrap_or(usize::MAX)
            };
            let left = row.last().copied().unwrap_or(usize::MAX);
            let swapped = i > 0 && j > 0 && a.get(i.wrapping_sub(1)) == Some(y) && b.get(j.wrapping_sub(1)) == Some(x);
            let swap = if swapped { at(2, 2).saturating_add(1) } else { usize::MAX };
            let change = at(1, 1).saturating_add(usize::from(x != y));
            row.push(change.min(swap).min(at(1, 0).saturating_add(1)).min(left.saturating_add(1)));
        }
        rows.push(row);
    }
    rows.last().and_then(|r| r.last()).copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let known = ["details", "check", "person", "on_tries"];
        let mend = |word| closest(word, known.into_iter());
        assert_eq!(mend("detials").as_deref(), Some("did you mean 'details'?"));
        assert_eq!(mend("Details").as_deref(), Some("did you mean 'details'?"));
        assert_eq!(mend("on-tries").as_deref(), Some("did you mean 'on_tries'?"));
        assert_eq!(mend("chek").as_deref(), Some("did you mean 'check'?"));
        assert_eq!(mend("elephant"), None);
        assert_eq!(mend(""), None);
    }
}
