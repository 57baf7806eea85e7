//! What is new in an answer: without the mail that it quotes below, and without the signature.
//!
//! Only what stands at the end is left out: who answers between the quoted lines keeps them, for the answer is nothing without.
//! Where in doubt it stays.

/// Lines that one may spread the words over that lead in a quote (`On … wrote:`).
const LEAD_IN: usize = 4;

/// The part of a mail's text that its sender wrote now; all of it where nothing else is found.
#[must_use]
pub fn fresh(text: &str) -> &str {
    let lines = lines(text);
    let mut end = lines.len();
    let text_of = |place: usize| lines.get(place).map_or("", |(_, line)| line.trim());
    if let Some(cut) = (0..lines.len()).find(|place| begins_copy(&lines, *place)) {
        end = cut;
    }
    // A quote at the very end, and what leads it in.
    let blank_or_quoted = |place: usize| text_of(place).is_empty() || text_of(place).starts_with('>');
    let quote = (0..end).rev().take_while(|place| blank_or_quoted(*place)).last().unwrap_or(end);
    if (quote..end).any(|place| text_of(place).starts_with('>')) {
        end = lead_in(&lines, quote).unwrap_or(quote);
    }
    // The signature (RFC 3676, section 4.3), as far as one can be told.
    if let Some(dashes) = (0..end).rev().take(15).find(|place| lines.get(*place).is_some_and(|(_, line)| matches!(*line, "-- " | "--"))) {
        end = dashes;
    }
    let cut = lines.get(end).map_or(text.len(), |(at, _)| *at);
    let kept = text.get(..cut).unwrap_or(text).trim();
    if kept.is_empty() { text.trim() } else { kept }
}

/// Each line with where it begins.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let line = |line: &'_ str| {
        let begins = at;
        at += line.len();
        begins
    };
    let begins: Vec<usize> = text.split_inclusive('\n').map(line).collect();
    begins.into_iter().zip(text.lines()).collect()
}

/// Whether a copy of another mail begins here, to the end of the text.
fn begins_copy(lines: &[(usize, &str)], place: usize) -> bool {
    let text_of = |place: usize| lines.get(place).map_or("", |(_, line)| line.trim());
    let line = text_of(place);
    if place == 0 {
        return false;
    }
    let dashed = line.strip_prefix("-----").and_then(|line| line.strip_suffix("-----")).map(|line| line.trim_matches('-').trim());
    if dashed.is_some_and(|words| COPIES.contains(&words.to_lowercase().as_str())) {
        return true;
    }
    if line.starts_with("________________________________") {
        return is_header(text_of(place + 1)) || is_header(text_of(place + 2));
    }
    // A copied header: three fields one below the other, of which the first says who it is from.
    let from = ["from:", "von:", "de :", "de:", "*from:*", "*von:*"].iter().any(|name| line.to_lowercase().starts_with(name));
    let fields = (place..place + 5).filter(|place| is_header(text_of(*place))).count();
    from && fields >= 3
}

/// What programs write above a copy, in the languages that we speak.
const COPIES: [&str; 6] =
    ["original message", "original appointment", "ursprüngliche nachricht", "message d'origine", "message original", "forwarded message"];

/// Whether a line is one of a copied header.
fn is_header(line: &str) -> bool {
    let names = ["from", "sent", "date", "to", "cc", "subject", "von", "gesendet", "datum", "an", "betreff", "de", "envoyé", "à", "objet"];
    let plain = line.trim_start_matches('*').to_lowercase();
    plain.split_once(':').is_some_and(|(name, _)| names.contains(&name.trim()))
}

/// Where the words begin that lead in the quote at `quote`: `On …, Ana wrote:` and the like, over a few lines.
fn lead_in(lines: &[(usize, &str)], quote: usize) -> Option<usize> {
    let text_of = |place: usize| lines.get(place).map_or("", |(_, line)| line.trim());
    let last = (0..quote).rev().take(2).find(|place| !text_of(*place).is_empty())?;
    let ending = text_of(last).to_lowercase();
    let ends = ending.ends_with(':') && ["wrote", "schrieb", "écrit"].iter().any(|word| ending.contains(word));
    let begins = |place: &usize| {
        let line = text_of(*place).to_lowercase();
        ["on ", "am ", "le "].iter().any(|word| line.starts_with(word))
    };
    let above = (0..=last).rev().take(LEAD_IN).take_while(|place| !text_of(*place).is_empty());
    ends.then(|| above.into_iter().find(begins).unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use super::fresh;

    #[test]
    fn what_is_new_stays_and_what_is_quoted_goes() {
        for (text, expected) in [
            ("Yes, please.", "Yes, please."),
            ("Yes.\n\nOn Mon, 5 Jan 2026 at 10:00, Help <help@example.org> wrote:\n> Shall we?\n> Help\n", "Yes."),
            ("Yes.\n\nOn Mon, 5 Jan 2026 at 10:00, A Very Long Name\n<help@example.org> wrote:\n\n> Shall we?", "Yes."),
            ("Ja.\n\nAm 05.01.2026 um 10:00 schrieb Hilfe:\n> Sollen wir?", "Ja."),
            ("Oui.\n\nLe lun. 5 janv. 2026 à 10:00, Aide <aide@example.org> a écrit :\n> On y va ?", "Oui."),
            ("Yes.\n\n-----Original Message-----\nFrom: Help\nSubject: x\n\nShall we?", "Yes."),
            ("Ja.\n\nVon: Hilfe <h@example.org>\nGesendet: Montag\nAn: Ana\nBetreff: x\n\nSollen wir?", "Ja."),
            ("Yes.\n\n________________________________\nFrom: Help\nSent: Monday\n\nShall we?", "Yes."),
            ("Thanks!\n\n-- \nAna\nExample Ltd", "Thanks!"),
            ("> Shall we?\nYes.\n> When?\nNow.", "> Shall we?\nYes.\n> When?\nNow."),
            ("From: is a word I use.\nAnd more.", "From: is a word I use.\nAnd more."),
            ("Hello\nFrom: me\nthat is all", "Hello\nFrom: me\nthat is all"),
            ("> only a quote", "> only a quote"),
            ("", ""),
        ] {
            assert_eq!(fresh(text), expected, "{text:?}");
        }
    }
}
