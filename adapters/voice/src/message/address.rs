//! Addresses of header fields: `From`, `To`, `Contact` (RFC 3261, sections 20.10 and 25.1).

use super::scan::{Params, Scan, is_token};

/// A name, a URI, and parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// What is shown, as written: words, or a string with its quotes.
    pub display: Option<&'a str>,
    /// The URI, without brackets.
    pub uri: &'a str,
    /// The field's own parameters: after the brackets, or, where there are none, all of them.
    pub params: Params<'a>,
}

impl<'a> Address<'a> {
    /// Reads a value that holds one address.
    #[must_use]
    pub fn parse(value: &'a str) -> Option<Self> {
        let mut scan = Scan::new(value);
        let address = Self::scan(&mut scan)?;
        scan.blanks();
        scan.at_end().then_some(address)
    }

    /// Reads a value that holds one address or more.
    #[must_use]
    pub fn list(value: &'a str) -> Option<Vec<Self>> {
        let mut scan = Scan::new(value);
        let mut addresses = vec![Self::scan(&mut scan)?];
        while scan.separator(',') {
            addresses.push(Self::scan(&mut scan)?);
        }
        scan.blanks();
        scan.at_end().then_some(addresses)
    }

    /// The `tag` parameter.
    #[must_use]
    pub fn tag(&self) -> Option<&'a str> {
        self.params.value("tag")
    }

    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.blanks();
        let quoted = if scan.rest().starts_with('"') { Some(scan.quoted()?) } else { None };
        scan.blanks();
        let words = if quoted.is_none() { scan.run(|c| !"<,;?\"".contains(c)).map(str::trim_end) } else { None };
        if scan.eat('<') {
            let uri = scan.run(|c| c != '>')?;
            let words = words.filter(|words| !words.is_empty());
            let well =
                scan.eat('>') && !uri.contains([' ', '\t']) && words.is_none_or(|words| words.chars().all(|c| is_token(c) || c == ' '));
            return if well { Some(Self { display: quoted.or(words), uri, params: scan.params()? }) } else { None };
        }
        // Without brackets the URI ends where its own commas, semicolons and question marks would begin.
        let uri = words.filter(|uri| uri.contains(':') && !uri.contains([' ', '\t']))?;
        let params = scan.params()?;
        Some(Self { display: None, uri, params })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_words_or_quoted_or_absent() {
        let one = Address::parse("\"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com> ; tag = 98asjd8").unwrap();
        assert_eq!((one.display, one.uri, one.tag()), (Some("\"J Rosenberg \\\\\\\"\""), "sip:jdrosen@example.com", Some("98asjd8")));
        let two = Address::parse("caller<sip:caller@example.com>;tag=323").unwrap();
        assert_eq!((two.display, two.uri, two.tag()), (Some("caller"), "sip:caller@example.com", Some("323")));
        let three = Address::parse("sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n").unwrap();
        assert_eq!((three.display, three.tag()), (None, Some("1918181833n")));
    }

    #[test]
    fn parameters_without_brackets_are_the_fields() {
        assert_eq!(Address::parse("sip:a@h;unknown").unwrap().params.get("unknown"), Some(None));
        assert_eq!(Address::parse("<sip:a@h;unknown>").unwrap().params.get("unknown"), None);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_not_read() {
        for value in [
            "Bell, Alexander <sip:a@h>",
            "\"Mr. J. User <sip:j.user@example.com>",
            "\"Watson\" < sip:t.watson@example.org >",
            "sip:user@example.com?Route=%3Csip:sip.example.com%3E",
            "<sip:a@h>;;;;",
            "sip:a@h, sip:b@h",
            "",
        ] {
            assert_eq!(Address::parse(value), None, "{value}");
        }
    }

    #[test]
    fn a_list_keeps_each_ones_parameters() {
        let list = Address::list("<sip:alias1@h>;q=0.1 , \"%Z%45\" <sip:alias3@h;a,b>").unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!((list[0].params.value("q"), list[1].uri), (Some("0.1"), "sip:alias3@h;a,b"));
    }
}
