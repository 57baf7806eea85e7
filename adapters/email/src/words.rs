//! The words of our mails, in the customer's language: templates that a tenant may write anew.
//!
//! A template sees what [`Said`] or [`Received`] hold, and nothing else: no file, no clock, no environment. Its work is bounded
//! ([`FUEL`]), and so is its length ([`TEXT`]).
//!
//! What is *not* here: what an agent says, which is taken as it is.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};
use segue_session::{Language, Private};

/// Steps that one text may take.
pub const FUEL: u64 = 10_000;
/// Bytes of one template.
pub const TEXT: usize = 16 * 1024;

/// Which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Text {
    /// What surrounds an agent's answer.
    Answer,
    /// That a mail has come, and what happens now.
    Acknowledgement,
}

impl Text {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Answer, Self::Acknowledgement];

    /// Its name, as a tenant writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Acknowledgement => "acknowledgement",
        }
    }

    const fn ours(self) -> &'static str {
        match self {
            Self::Answer => include_str!("templates/answer.txt"),
            Self::Acknowledgement => include_str!("templates/acknowledgement.txt"),
        }
    }
}

/// What the template of an answer sees. Quoted lines come with their `>`.
pub struct Said<'a> {
    /// What the agent says.
    pub said: &'a str,
    /// Below what they say; empty for none.
    pub signature: &'a str,
    /// The way back into the session, on any channel; empty for none.
    pub link: &'a str,
    /// Who wrote what is quoted; empty where nothing is.
    pub quoted_from: &'a str,
    /// What is quoted.
    pub quoted: &'a str,
}

/// What the template of an acknowledgement sees.
pub struct Received<'a> {
    /// What the customer may name when they ask about it.
    pub reference: &'a str,
    /// When somebody will answer, as a sentence; empty where nobody can tell.
    pub expected: &'a str,
    /// The way back into the session, on any channel; empty for none.
    pub link: &'a str,
    /// Who answers: the firm, as it calls itself.
    pub firm: &'a str,
}

/// A text could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template is longer than [`TEXT`].
    #[error("while reading the template {0}: it is longer than {TEXT} bytes")]
    TooLong(&'static str),
    /// A template is none, or asks for what it does not see.
    #[error("while reading or filling the template {0}: {1}")]
    Template(&'static str, #[source] minijinja::Error),
}

/// The texts of one tenant.
pub struct Words(Environment<'static>);

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words")
    }
}

impl Words {
    /// Our own texts, and a tenant's in place of some.
    ///
    /// # Errors
    /// Where a template of theirs is too long, or is none.
    pub fn new(theirs: impl IntoIterator<Item = (Text, String)>) -> Result<Self, Error> {
        let mut templates = Environment::empty();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_fuel(Some(FUEL));
        // Or an error's `Debug` would show what was filled in.
        templates.set_debug(false);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        templates.set_syntax(syntax.map_err(|error| Error::Template("all", error))?);
        for text in Text::ALL {
            templates.add_template(text.name(), text.ours()).map_err(|error| Error::Template(text.name(), error))?;
        }
        for (text, source) in theirs {
            if source.len() > TEXT {
                return Err(Error::TooLong(text.name()));
            }
            templates.add_template_owned(text.name(), source).map_err(|error| Error::Template(text.name(), error))?;
        }
        Ok(Self(templates))
    }

    /// An agent's answer, with all that surrounds it.
    ///
    /// # Errors
    /// Where a tenant's template asks for what it does not see, or takes too many steps.
    pub fn answer(&self, language: &Language, said: &Said<'_>) -> Result<Private<String>, Error> {
        let Said { said, signature, link, quoted_from, quoted } = said;
        let seen = [("said", said), ("signature", signature), ("link", link), ("quoted_from", quoted_from), ("quoted", quoted)];
        self.fill(Text::Answer, language, &seen)
    }

    /// That a mail has come.
    ///
    /// # Errors
    /// As above.
    pub fn acknowledgement(&self, language: &Language, received: &Received<'_>) -> Result<Private<String>, Error> {
        let Received { reference, expected, link, firm } = received;
        self.fill(Text::Acknowledgement, language, &[("reference", reference), ("expected", expected), ("link", link), ("firm", firm)])
    }

    fn fill(&self, text: Text, language: &Language, seen: &[(&'static str, &&str)]) -> Result<Private<String>, Error> {
        let failed = |error| Error::Template(text.name(), error);
        // The first part of a language's tag (RFC 5646): `fr` of `fr-CA`.
        let tongue = language.as_str().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let seen = seen.iter().map(|(name, value)| (*name, **value)).chain([("language", tongue.as_str())]);
        let filled = self.0.get_template(text.name()).and_then(|template| template.render(Value::from_pairs(seen))).map_err(failed)?;
        Ok(Private::new(format!("{}\n", filled.trim())))
    }
}

/// A text as it is quoted: each line after a `>`.
#[must_use]
pub fn quoted(text: &str) -> String {
    let line = |line: &str| match line.chars().next() {
        None => ">\n".to_owned(),
        Some('>') => format!(">{line}\n"),
        Some(_) => format!("> {line}\n"),
    };
    text.lines().map(|text| line(text.trim_end())).collect::<String>().trim_end().to_owned()
}
