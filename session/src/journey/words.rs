//! The house's own words: why an answer does not fit, yes and no, months. A definition's texts go before these.
//!
//! Sentences are held in English, French and German; other languages hear them in English.

use crate::Language;

/// Why an answer does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Empty,
    NotAChoice,
    NotANumber,
    NotADay,
    NotAnAmount,
    OtherCurrency(String),
    NotAPhone,
    NotAnEmail,
    NotYesOrNo,
    NotDigits,
    Length(usize, usize),
    Digits(usize, usize),
    TooSmall(String),
    TooLarge(String),
    TooEarly(String),
    TooLate(String),
    Unfit,
}

/// The languages that sentences are held in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    English,
    French,
    German,
}

pub(crate) fn tongue(language: &Language) -> Tongue {
    match base(language) {
        "fr" => Tongue::French,
        "de" => Tongue::German,
        _ => Tongue::English,
    }
}

/// A language tag and what it is looked up by, one after the other: the last subtag goes each time, and with it a single letter
/// that would be last then (RFC 4647, section 3.4).
pub(crate) fn ranges(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| {
        let (rest, _) = tag.rsplit_once('-')?;
        match rest.rsplit_once('-') {
            Some((before, single)) if single.len() == 1 => Some(before),
            _ => Some(rest),
        }
    })
}

/// A language tag as it is written: the language small, a script with a capital, a region in capitals (RFC 5646, section 2.1.1).
pub(crate) fn canonical(tag: &str) -> Language {
    let mut special = false;
    let part = |(i, part): (usize, &str)| {
        let small = part.to_ascii_lowercase();
        let plain = i == 0 || special;
        special |= part.len() == 1;
        match (plain, small.len(), small.get(..1)) {
            (false, 2, _) => small.to_ascii_uppercase(),
            (false, 4, Some(head)) => head.to_ascii_uppercase() + small.get(1..).unwrap_or_default(),
            _ => small,
        }
    };
    Language::new(&tag.split('-').enumerate().map(part).collect::<Vec<_>>().join("-"))
}

/// The language without its region.
pub(crate) fn base(language: &Language) -> &str {
    language.as_str().split('-').next().unwrap_or_default()
}

/// The language's region, where it names one.
pub(crate) fn region(language: &Language) -> Option<&str> {
    language.as_str().split('-').skip(1).find(|part| part.len() == 2 && part.chars().all(|c| c.is_ascii_uppercase()))
}

impl Why {
    /// In the customer's language, without the value itself.
    pub(crate) fn in_words(&self, language: &Language) -> String {
        match tongue(language) {
            Tongue::English => self.english(),
            Tongue::French => self.french(),
            Tongue::German => self.german(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Empty => "Please give an answer.".into(),
            Self::NotAChoice => "Please pick one of the choices.".into(),
            Self::NotANumber => "Please give a number.".into(),
            Self::NotADay => "Please give a day, such as 21.11.2026 or today.".into(),
            Self::NotAnAmount => "Please give an amount, such as 12.50.".into(),
            Self::OtherCurrency(code) => format!("Please give the amount in {code}."),
            Self::NotAPhone => "Please give a telephone number with its area code.".into(),
            Self::NotAnEmail => "Please give an e-mail address, such as name@example.org.".into(),
            Self::NotYesOrNo => "Please answer yes or no.".into(),
            Self::NotDigits => "Please give digits only.".into(),
            Self::Length(least, most) if least == most => format!("Please give exactly {least} characters."),
            Self::Digits(least, most) if least == most => format!("Please give exactly {least} digits."),
            Self::Length(least, most) => format!("Please give {least} to {most} characters."),
            Self::Digits(least, most) => format!("Please give {least} to {most} digits."),
            Self::TooSmall(bound) => format!("Please give at least {bound}."),
            Self::TooLarge(bound) => format!("Please give at most {bound}."),
            Self::TooEarly(bound) => format!("Please give a day not before {bound}."),
            Self::TooLate(bound) => format!("Please give a day not after {bound}."),
            Self::Unfit => "This does not fit here. Please try again.".into(),
        }
    }

    fn french(&self) -> String {
        match self {
            Self::Empty => "Veuillez donner une réponse.".into(),
            Self::NotAChoice => "Veuillez choisir une des possibilités.".into(),
            Self::NotANumber => "Veuillez indiquer un nombre.".into(),
            Self::NotADay => "Veuillez indiquer un jour, par exemple 21.11.2026 ou aujourd'hui.".into(),
            Self::NotAnAmount => "Veuillez indiquer un montant, par exemple 12,50.".into(),
            Self::OtherCurrency(code) => format!("Veuillez indiquer le montant en {code}."),
            Self::NotAPhone => "Veuillez indiquer un numéro de téléphone avec son indicatif.".into(),
            Self::NotAnEmail => "Veuillez indiquer une adresse e-mail, par exemple nom@example.org.".into(),
            Self::NotYesOrNo => "Veuillez répondre par oui ou non.".into(),
            Self::NotDigits => "Veuillez n'indiquer que des chiffres.".into(),
            Self::Length(least, most) if least == most => format!("Veuillez indiquer exactement {least} caractères."),
            Self::Digits(least, most) if least == most => format!("Veuillez indiquer exactement {least} chiffres."),
            Self::Length(least, most) => format!("Veuillez indiquer de {least} à {most} caractères."),
            Self::Digits(least, most) => format!("Veuillez indiquer de {least} à {most} chiffres."),
            Self::TooSmall(bound) => format!("Veuillez indiquer au moins {bound}."),
            Self::TooLarge(bound) => format!("Veuillez indiquer au plus {bound}."),
            Self::TooEarly(bound) => format!("Veuillez indiquer un jour à partir du {bound}."),
            Self::TooLate(bound) => format!("Veuillez indiquer un jour jusqu'au {bound}."),
            Self::Unfit => "Cela ne convient pas ici. Veuillez réessayer.".into(),
        }
    }

    fn german(&self) -> String {
        match self {
            Self::Empty => "Bitte geben Sie eine Antwort.".into(),
            Self::NotAChoice => "Bitte wählen Sie eine der Möglichkeiten.".into(),
            Self::NotANumber => "Bitte geben Sie eine Zahl an.".into(),
            Self::NotADay => "Bitte geben Sie einen Tag an, zum Beispiel 21.11.2026 oder heute.".into(),
            Self::NotAnAmount => "Bitte geben Sie einen Betrag an, zum Beispiel 12,50.".into(),
            Self::OtherCurrency(code) => format!("Bitte geben Sie den Betrag in {code} an."),
            Self::NotAPhone => "Bitte geben Sie eine Telefonnummer mit Vorwahl an.".into(),
            Self::NotAnEmail => "Bitte geben Sie eine E-Mail-Adresse an, zum Beispiel name@example.org.".into(),
            Self::NotYesOrNo => "Bitte antworten Sie mit Ja oder Nein.".into(),
            Self::NotDigits => "Bitte geben Sie nur Ziffern an.".into(),
            Self::Length(least, most) if least == most => format!("Bitte geben Sie genau {least} Zeichen an."),
            Self::Digits(least, most) if least == most => format!("Bitte geben Sie genau {least} Ziffern an."),
            Self::Length(least, most) => format!("Bitte geben Sie {least} bis {most} Zeichen an."),
            Self::Digits(least, most) => format!("Bitte geben Sie {least} bis {most} Ziffern an."),
            Self::TooSmall(bound) => format!("Bitte geben Sie mindestens {bound} an."),
            Self::TooLarge(bound) => format!("Bitte geben Sie höchstens {bound} an."),
            Self::TooEarly(bound) => format!("Bitte geben Sie einen Tag ab dem {bound} an."),
            Self::TooLate(bound) => format!("Bitte geben Sie einen Tag bis zum {bound} an."),
            Self::Unfit => "Das passt hier nicht. Bitte versuchen Sie es noch einmal.".into(),
        }
    }
}

/// What the house itself says around a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phrase {
    /// While another system is asked.
    Moment,
    /// The choice that goes on.
    GoOn,
    /// Kept answers are to be confirmed.
    Confirm,
    /// The field may be left out.
    Optional,
    /// The answer that leaves it out.
    Skip,
    /// A form without a title.
    Details,
    /// While a person is awaited.
    Person,
    /// It is over.
    Over,
    /// The person is here.
    InTalk,
    /// The talk with a person is over.
    TalkOver,
    /// A person was asked for, and is no more.
    OutOfLine,
}

impl Phrase {
    /// In the customer's language.
    pub(crate) fn in_words(self, language: &Language) -> &'static str {
        let [english, french, german] = match self {
            Self::Moment => ["One moment, please.", "Un instant, s'il vous plaît.", "Einen Moment, bitte."],
            Self::GoOn => ["Continue", "Continuer", "Weiter"],
            Self::Confirm => ["Is this still right?", "Est-ce toujours exact ?", "Stimmt das noch?"],
            Self::Optional => ["optional", "facultatif", "freiwillig"],
            Self::Skip => ["Skip", "Passer", "Überspringen"],
            Self::Details => ["Your details", "Vos indications", "Ihre Angaben"],
            Self::Person => ["You will be with someone soon.", "Quelqu'un va s'occuper de vous.", "Gleich ist jemand für Sie da."],
            Self::Over => ["Thank you.", "Merci.", "Vielen Dank."],
            Self::InTalk => ["Someone is with you now.", "Quelqu'un est avec vous.", "Jetzt ist jemand für Sie da."],
            Self::TalkOver => [
                "The talk has ended. You can ask for someone again.",
                "L'échange est terminé. Vous pouvez redemander quelqu'un.",
                "Das Gespräch ist beendet. Sie können wieder nach jemandem fragen.",
            ],
            Self::OutOfLine => [
                "You are not in line any more. You can ask for someone again.",
                "Vous n'êtes plus dans la file. Vous pouvez redemander quelqu'un.",
                "Sie sind nicht mehr in der Warteschlange. Sie können wieder nach jemandem fragen.",
            ],
        };
        match tongue(language) {
            Tongue::English => english,
            Tongue::French => french,
            Tongue::German => german,
        }
    }
}

/// Words for yes, then for no; the first of each is the one shown.
pub(crate) fn yes_no(language: &Language) -> (&'static [&'static str], &'static [&'static str]) {
    match base(language) {
        "fr" => (&["Oui", "o", "ouais", "d'accord", "exact", "si"], &["Non", "n", "pas du tout"]),
        "de" => (&["Ja", "j", "jawohl", "genau", "richtig", "stimmt"], &["Nein", "n", "nö", "falsch"]),
        "it" => (&["Sì", "si", "s", "certo", "esatto"], &["No", "n"]),
        "es" => (&["Sí", "si", "s", "claro"], &["No", "n"]),
        "pt" => (&["Sim", "s", "claro"], &["Não", "nao", "n"]),
        "nl" => (&["Ja", "j", "klopt"], &["Nee", "n"]),
        _ => (&["Yes", "y", "yeah", "yep", "sure", "right", "ok", "okay"], &["No", "n", "nope", "wrong"]),
    }
}

/// Words for yesterday, today and tomorrow.
pub(crate) fn near_days(language: &Language) -> [&'static [&'static str]; 3] {
    match base(language) {
        "fr" => [&["hier"], &["aujourd'hui", "aujourdhui"], &["demain"]],
        "de" => [&["gestern"], &["heute"], &["morgen"]],
        "it" => [&["ieri"], &["oggi"], &["domani"]],
        "es" => [&["ayer"], &["hoy"], &["mañana", "manana"]],
        "pt" => [&["ontem"], &["hoje"], &["amanhã", "amanha"]],
        "nl" => [&["gisteren"], &["vandaag"], &["morgen"]],
        _ => [&["yesterday"], &["today"], &["tomorrow"]],
    }
}

/// The months, January first; in English where the language's are not held.
pub(crate) fn months(language: &Language) -> [&'static str; 12] {
    match base(language) {
        "fr" => ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
        "de" => ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
        "it" => [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
        "es" => {
            ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
        }
        _ => ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    }
}

/// Whether decimals come after a comma.
pub(crate) fn decimal_comma(language: &Language) -> bool {
    let swiss = region(language) == Some("CH");
    match base(language) {
        "de" | "it" => !swiss,
        "fr" | "es" | "pt" | "nl" | "da" | "sv" | "nb" | "fi" | "pl" | "cs" | "ru" | "tr" => true,
        _ => false,
    }
}

/// Words are alike when they differ in case and in outer blanks and marks alone.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    let fold = |text: &str| -> String {
        let outer = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | '!' | '?' | ';' | ':' | '"' | '«' | '»');
        text.trim_matches(outer).replace('’', "'").chars().flat_map(char::to_lowercase).collect()
    };
    let (a, b) = (fold(a), fold(b));
    !a.is_empty() && a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_one_way_and_looked_up_from_the_longest() {
        for (typed, written) in
            [("DE-ch", "de-CH"), ("EN", "en"), ("zh-hant-tw", "zh-Hant-TW"), ("sl-ROZAJ", "sl-rozaj"), ("en-x-us", "en-x-us"), ("", "")]
        {
            assert_eq!(canonical(typed).as_str(), written);
        }
        let all = |tag| ranges(tag).collect::<Vec<_>>();
        assert_eq!(all("zh-Hant-CN-x-private"), ["zh-Hant-CN-x-private", "zh-Hant-CN", "zh-Hant", "zh"]);
        assert_eq!(all("fr"), ["fr"]);
    }
}
