//! Finds the choice that a customer means by what they typed.

use super::ascii_digits;
use crate::Language;
use crate::journey::definition::ChoiceSpec;
use crate::journey::words::alike;

/// By id, key, label, short label, spoken label or synonym; or by its place in the list, where it has no key of its own.
/// What two choices answer to means neither.
pub(crate) fn find<'c>(choices: impl IntoIterator<Item = &'c ChoiceSpec>, text: &str, language: &Language) -> Option<&'c ChoiceSpec> {
    let choices: Vec<&ChoiceSpec> = choices.into_iter().collect();
    let typed = ascii_digits(text.trim());
    if let Some(exact) = choices.iter().copied().find(|c| c.id.as_str() == typed) {
        return Some(exact);
    }
    if let Ok(number) = typed.parse::<usize>() {
        let by_key = choices.iter().copied().find(|c| c.key.is_some_and(|k| typed.len() == 1 && typed.starts_with(k)));
        let by_place = number.checked_sub(1).and_then(|i| choices.get(i).copied()).filter(|c| c.key.is_none());
        return by_key.or(by_place);
    }
    let mut meant = choices.iter().copied().filter(|c| answers_to(c, &typed, language));
    let first = meant.next()?;
    meant.next().is_none().then_some(first)
}

fn answers_to(choice: &ChoiceSpec, typed: &str, language: &Language) -> bool {
    let texts = [Some(&choice.label), choice.short.as_ref(), choice.spoken.as_ref()];
    let labels = texts.into_iter().flatten().map(|t| t.bare(language));
    let words = labels.chain(choice.synonyms.pick(language)).chain([choice.id.as_str().to_owned()]);
    words.into_iter().any(|word| alike(&word, typed))
}
