//! Reads a header value from left to right (the grammar of RFC 3261, section 25): each step takes what it names or nothing.
//!
//! Linear: nothing is read twice, and there is no recursion.

/// The rest of a value that is still to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    pub(crate) fn new(value: &'a str) -> Self {
        Self(value)
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a str {
        self.0
    }

    pub(crate) fn at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// Blanks; folds were made blanks when the head was read.
    pub(crate) fn blanks(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let some = rest.len() < self.0.len();
        self.0 = rest;
        some
    }

    /// This character, if it is next.
    pub(crate) fn eat(&mut self, c: char) -> bool {
        match self.0.strip_prefix(c) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// This character, with the blanks around it.
    pub(crate) fn separator(&mut self, c: char) -> bool {
        let before = *self;
        self.blanks();
        if self.eat(c) {
            self.blanks();
            return true;
        }
        *self = before;
        false
    }

    /// The characters that are such; at least one.
    pub(crate) fn run(&mut self, such: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.0.find(|c| !such(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        if taken.is_empty() {
            return None;
        }
        self.0 = rest;
        Some(taken)
    }

    /// A token.
    pub(crate) fn token(&mut self) -> Option<&'a str> {
        self.run(is_token)
    }

    /// A string in quotes, with them. A quote that is never closed is nothing.
    pub(crate) fn quoted(&mut self) -> Option<&'a str> {
        let inside = self.0.strip_prefix('"')?;
        let mut escaped = false;
        for (at, c) in inside.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let (taken, rest) = self.0.split_at_checked(at + 2)?;
                    self.0 = rest;
                    return Some(taken);
                }
                _ => {}
            }
        }
        None
    }

    /// Parameters: `;name` or `;name=value`, with blanks wherever the grammar lets them be.
    pub(crate) fn params(&mut self) -> Option<Params<'a>> {
        let mut params = Params::default();
        while self.separator(';') {
            let name = self.token()?;
            let value = if self.separator('=') { Some(self.quoted().or_else(|| self.run(is_value))?) } else { None };
            params.0.push((name, value));
        }
        Some(params)
    }
}

/// Whether a token may hold this character (RFC 3261, section 25.1).
pub(crate) fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c)
}

/// A parameter's value: a token, a host, an address in brackets or without (RFC 5118, section 4.5), and what peers write
/// beyond the grammar without doing harm.
fn is_value(c: char) -> bool {
    !c.is_control() && !" ;,\"<>=".contains(c)
}

/// Parameters in their order, names and values as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params<'a>(Vec<(&'a str, Option<&'a str>)>);

impl<'a> Params<'a> {
    /// The value of a parameter: `None` where it is absent, `Some(None)` where it has no value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Option<&'a str>> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// The value of a parameter that has one.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.get(name).flatten()
    }
}
