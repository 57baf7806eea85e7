//! Reads a requirement: `or` over `and` over `not` over skills and brackets.

use super::{Need, NeedsError, Skill};

const LENGTH_LIMIT: usize = 1_000;
const DEPTH_LIMIT: usize = 16;
const NAME_LIMIT: usize = 128;
const HIGHEST: u8 = 10;

/// Whether a text can name a skill.
pub(super) fn is_name(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    starts && text.len() <= NAME_LIMIT && text.chars().all(in_name) && !is_word(text)
}

fn in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn is_word(text: &str) -> bool {
    ["and", "or", "not"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

pub(super) fn needs(text: &str) -> Result<Option<Need>, NeedsError> {
    if text.len() > LENGTH_LIMIT {
        return Err(error(0, format!("the requirement has {} bytes; at most {LENGTH_LIMIT} are allowed", text.len()), None));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { tokens, at: 0, end: column(text.chars().count()), depth: 0 };
    let need = parser.any()?;
    match parser.peek() {
        None => Ok(Some(need)),
        Some(Token::Close) => Err(parser.wrong("a ')' was never opened", None)),
        Some(_) => Err(parser.wrong("an 'and' or 'or' is missing here", None)),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    Number(String),
    Open,
    Close,
    OpenIndex,
    CloseIndex,
    AtLeast,
    And,
    Or,
    Not,
}

fn column(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

fn error(column: u32, what: impl Into<String>, mend: Option<&str>) -> NeedsError {
    NeedsError { column, what: what.into(), mend: mend.map(str::to_owned) }
}

/// The tokens with their columns.
fn tokens(text: &str) -> Result<Vec<(u32, Token)>, NeedsError> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().enumerate().peekable();
    while let Some((index, c)) = letters.next() {
        let at = column(index);
        let token = match c {
            _ if c.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenIndex,
            ']' => Token::CloseIndex,
            '≥' => Token::AtLeast,
            '>' if letters.next_if(|(_, c)| *c == '=').is_some() => Token::AtLeast,
            '>' | '<' | '=' | '!' => return Err(error(at, format!("'{c}' does not compare levels"), Some("write 'skill >= level'"))),
            '&' | '|' => return Err(error(at, format!("'{c}' does not join requirements"), Some("write 'and' or 'or'"))),
            _ if in_name(c) => {
                let mut word = String::from(c);
                while let Some((_, c)) = letters.next_if(|(_, c)| in_name(*c)) {
                    word.push(c);
                }
                word_token(at, word)?
            }
            _ => return Err(error(at, format!("'{c}' has no place in a requirement"), None)),
        };
        tokens.push((at, token));
    }
    Ok(tokens)
}

fn word_token(at: u32, word: String) -> Result<Token, NeedsError> {
    Ok(match word.to_ascii_lowercase().as_str() {
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        _ if word.chars().all(|c| c.is_ascii_digit()) => Token::Number(word),
        _ if is_name(&word) => Token::Name(word),
        _ => return Err(error(at, format!("'{word}' is no name"), Some("start it with a letter; 128 bytes at most"))),
    })
}

struct Parser {
    tokens: Vec<(u32, Token)>,
    at: usize,
    end: u32,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at = self.at.saturating_add(usize::from(found));
        found
    }

    fn wrong(&self, what: impl Into<String>, mend: Option<&str>) -> NeedsError {
        error(self.tokens.get(self.at).map_or(self.end, |(at, _)| *at), what, mend)
    }

    fn any(&mut self) -> Result<Need, NeedsError> {
        let first = self.all()?;
        let mut parts = vec![first];
        while self.take(&Token::Or) {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Need::Any))
    }

    fn all(&mut self) -> Result<Need, NeedsError> {
        let first = self.one()?;
        let mut parts = vec![first];
        while self.take(&Token::And) {
            parts.push(self.one()?);
        }
        Ok(joined(parts, Need::All))
    }

    fn one(&mut self) -> Result<Need, NeedsError> {
        if self.depth >= DEPTH_LIMIT {
            return Err(self.wrong(format!("the requirement is nested deeper than {DEPTH_LIMIT}"), None));
        }
        self.depth = self.depth.saturating_add(1);
        let need = if self.take(&Token::Not) {
            Need::Not(Box::new(self.one()?))
        } else if self.take(&Token::Open) {
            let inner = self.any()?;
            if !self.take(&Token::Close) {
                return Err(self.wrong("a '(' is not closed", Some("write ')'")));
            }
            inner
        } else {
            self.skill()?
        };
        self.depth = self.depth.saturating_sub(1);
        Ok(need)
    }

    fn skill(&mut self) -> Result<Need, NeedsError> {
        let Some(Token::Name(name)) = self.peek().cloned() else {
            return Err(self.wrong("a skill is missing here", Some("write a skill such as billing, lang.fr or skill[what]")));
        };
        self.at = self.at.saturating_add(1);
        let skill = if self.take(&Token::OpenIndex) { self.variable(name)? } else { Skill::Named(name) };
        if !self.take(&Token::AtLeast) {
            return Ok(Need::AtLeast(skill, 1));
        }
        let level = match self.peek() {
            Some(Token::Number(digits)) => digits.parse().ok().filter(|level| *level <= HIGHEST),
            _ => None,
        };
        let Some(level) = level else {
            return Err(self.wrong("a level is missing here", Some("write a number from 0 to 10")));
        };
        self.at = self.at.saturating_add(1);
        Ok(Need::AtLeast(skill, level))
    }

    fn variable(&mut self, family: String) -> Result<Skill, NeedsError> {
        let Some(Token::Name(variable)) = self.peek().cloned() else {
            return Err(self.wrong("a name is missing in the brackets", Some("write an answer's name, or session.language")));
        };
        self.at = self.at.saturating_add(1);
        if !self.take(&Token::CloseIndex) {
            return Err(self.wrong("a '[' is not closed", Some("write ']'")));
        }
        Ok(Skill::Of { family, variable })
    }
}

/// One part stands for itself; groups of the same kind are one group.
fn joined(mut parts: Vec<Need>, group: impl Fn(Vec<Need>) -> Need) -> Need {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            group(parts)
        }
    }
}
