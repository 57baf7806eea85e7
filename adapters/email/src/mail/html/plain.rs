//! What a page says, as text.

use super::tags::{Piece, Pieces, characters};

/// A page as lines of text: paragraphs apart, items with a dash, what is quoted with `>`, links with where they lead.
pub(in crate::mail) fn plain(page: &str) -> String {
    let mut out = Plain::default();
    for piece in Pieces(page) {
        match piece {
            Piece::Text(text) => out.text(text),
            Piece::Begin(name, attributes) => out.begin(&name, || attributes.iter().find(|(one, _)| one == "href").map(|(_, v)| v)),
            Piece::End(name) => out.end(&name),
        }
    }
    out.text.trim().to_owned()
}

/// How deep quotes are marked.
const QUOTES: usize = 8;

#[derive(Default)]
struct Plain {
    text: String,
    /// Line breaks that are due before the next word.
    breaks: usize,
    /// A blank is due before the next word.
    blank: bool,
    quotes: usize,
    verbatim: usize,
    /// Where the link leads that is being read, and where its text begins.
    link: Option<(String, usize)>,
}

impl Plain {
    fn text(&mut self, text: &str) {
        let text = characters(text).replace('\u{a0}', " ");
        if self.verbatim > 0 {
            for (n, line) in text.split('\n').enumerate() {
                self.breaks = self.breaks.saturating_add(usize::from(n > 0));
                if !line.trim().is_empty() {
                    self.write(line.trim_end());
                }
            }
            return;
        }
        self.blank |= text.starts_with(char::is_whitespace);
        for word in text.split_whitespace() {
            self.write(word);
            self.blank = true;
        }
        self.blank = text.ends_with(char::is_whitespace) || text.is_empty() && self.blank;
    }

    fn write(&mut self, word: &str) {
        if self.text.is_empty() {
            self.breaks = 0;
            self.blank = false;
            self.text.push_str(&"> ".repeat(self.quotes.min(QUOTES)));
        }
        for _ in 0..std::mem::take(&mut self.breaks).min(2) {
            self.text.truncate(self.text.trim_end_matches([' ', '\t']).len());
            self.text.push('\n');
            self.text.push_str(&"> ".repeat(self.quotes.min(QUOTES)));
            self.blank = false;
        }
        if std::mem::take(&mut self.blank) {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }

    fn begin<'a>(&mut self, name: &str, leads: impl FnOnce() -> Option<&'a str>) {
        match name {
            "br" => self.breaks = self.breaks.saturating_add(1),
            "a" => self.link = leads().map(|leads| (characters(leads), self.text.len())),
            "td" | "th" => self.blank = true,
            "li" => {
                self.block(1);
                self.write("-");
                self.blank = true;
            }
            "hr" => {
                self.block(1);
                self.write("---");
                self.block(1);
            }
            "blockquote" => {
                self.block(2);
                self.quotes = self.quotes.saturating_add(1);
            }
            "pre" => {
                self.block(2);
                self.verbatim = self.verbatim.saturating_add(1);
            }
            _ => self.block(apart(name)),
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "blockquote" => {
                self.block(2);
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" => {
                self.block(2);
                self.verbatim = self.verbatim.saturating_sub(1);
            }
            _ => self.block(apart(name)),
        }
    }

    /// A link whose text does not say where it leads.
    fn end_link(&mut self) {
        let Some((leads, from)) = self.link.take() else { return };
        let shown = self.text.get(from..).unwrap_or_default().trim();
        let web = leads.starts_with("https://") || leads.starts_with("http://");
        if web && !shown.is_empty() && !leads.contains(char::is_whitespace) && shown != leads {
            self.blank = true;
            self.write(&format!("<{leads}>"));
        }
    }

    fn block(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
    }
}

/// How many line breaks stand around such a tag.
fn apart(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "ul" | "ol" | "dl" => 2,
        "div" | "tr" | "dt" | "dd" | "section" | "article" | "header" | "footer" | "caption" => 1,
        _ => 0,
    }
}
