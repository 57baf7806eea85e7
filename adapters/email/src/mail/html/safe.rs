//! What of a page is shown: the allow-list, and what bounds its cost.
//!
//! A page's tree is not linear in its bytes: each unclosed `<b id=…>` is opened anew in each paragraph that follows, each
//! attribute is compared with those before it, and each tag may look through all that are open. So a tag comes to the tree
//! with the few attributes that may stay, and those that are opened anew with none, for at most three alike are kept (WHATWG
//! HTML, section 13.2.4.3). Tags are counted, and so is each `&` and `<` that is text, for the tree takes it by itself; and so
//! are those that are open at once.

use super::tags::{Attributes, Piece, Pieces, characters};
use ammonia::{Builder, UrlRelative};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

/// How many tags may be open at once, those left out that the next of their kind ends.
const DEPTH: usize = 256;

/// The page by allow-list; `None` where it has more pieces than are shown, or is deeper.
pub(in crate::mail) fn safe(page: &str, most_pieces: usize) -> Option<String> {
    let mut slim = String::with_capacity(page.len());
    let mut pieces = 0usize;
    let mut open = Open::default();
    for piece in Pieces(page) {
        pieces = pieces.saturating_add(match piece {
            Piece::Text(text) => escape(text, "&<", &mut slim),
            Piece::Begin(name, attributes) if SHOWN.contains(name.as_str()) => {
                let pieces = begin(&mut slim, &name, attributes);
                open.begin(name);
                pieces
            }
            Piece::End(name) if SHOWN.contains(name.as_str()) => {
                open.end(&name);
                slim.extend(["</", &name, ">"]);
                1
            }
            Piece::Begin(..) | Piece::End(..) => 0,
        });
        if pieces > most_pieces || open.depth > DEPTH {
            return None;
        }
    }
    Some(SHOW.clean(&slim).to_string().trim().to_owned())
}

/// Tags that were begun and not ended, by name.
#[derive(Default)]
struct Open {
    names: BTreeMap<String, usize>,
    depth: usize,
}

impl Open {
    fn begin(&mut self, name: String) {
        let ended_by_the_next = ["br", "hr", "col", "colgroup", "p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot"];
        if !ended_by_the_next.contains(&name.as_str()) {
            *self.names.entry(name).or_default() += 1;
            self.depth += 1;
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(open) = self.names.get_mut(name).filter(|open| **open > 0) {
            *open -= 1;
            self.depth -= 1;
        }
    }
}

/// Writes a tag with the attributes that stay. Tells how many pieces that makes.
fn begin(slim: &mut String, name: &str, attributes: Attributes<'_>) -> usize {
    let mut pieces = 1;
    slim.extend(["<", name]);
    let kept = KEPT.iter().filter(|(tag, _)| *tag == name).flat_map(|(_, names)| names.iter());
    for kept in kept {
        if let Some((_, value)) = attributes.iter().find(|(one, _)| one == kept) {
            slim.extend([" ", kept, "=\""]);
            pieces += escape(value, "&<\"", slim);
            slim.push('"');
        }
    }
    slim.push('>');
    pieces
}

/// Writes text so that it stays text, whatever is left out around it: with `these` of `&`, `<` and `"` escaped. Tells how many
/// were.
fn escape(text: &str, these: &str, slim: &mut String) -> usize {
    let mut escaped = 0;
    for c in characters(text).chars() {
        if these.contains(c) {
            slim.push_str(match c {
                '&' => "&amp;",
                '<' => "&lt;",
                _ => "&quot;",
            });
            escaped += 1;
        } else {
            slim.push(c);
        }
    }
    escaped
}

/// Tags that are shown. Those that run, load, lay over or style anything are not among them, nor are images.
static SHOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    HashSet::from([
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "ins",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ])
});

/// Attributes that stay, by tag.
const KEPT: &[(&str, &[&str])] = &[
    ("a", &["href"]),
    ("ol", &["start"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan"]),
    ("p", &["dir"]),
    ("div", &["dir"]),
    ("blockquote", &["dir"]),
];

static SHOW: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes: HashMap<_, _> = KEPT.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect();
    let mut builder = Builder::empty();
    builder
        .tags(SHOWN.clone())
        .tag_attributes(attributes)
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});
