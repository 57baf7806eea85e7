//! Header fields: names known whatever their case or compact form, values as they came, in their order.

use std::fmt;

/// The names this adapter knows, with the compact forms of the IANA registry.
macro_rules! names {
    ($($(#[$doc:meta])* $variant:ident = $long:literal $(, $short:literal)?;)*) => {
        /// A header field's name (RFC 3261, section 20).
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Name {
            $($(#[$doc])* $variant,)*
            /// Any other, as it was written.
            Other(Box<str>),
        }

        impl Name {
            /// The name as it is written in full.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $long,)*
                    Self::Other(name) => name,
                }
            }
        }

        impl From<&str> for Name {
            fn from(name: &str) -> Self {
                $(if name.eq_ignore_ascii_case($long) $(|| name.eq_ignore_ascii_case($short))? {
                    return Self::$variant;
                })*
                Self::Other(name.into())
            }
        }
    };
}

names! {
    /// Where answers go: one value for each hop.
    Via = "Via", "v";
    /// Who asks.
    From = "From", "f";
    /// Whom they ask for.
    To = "To", "t";
    /// Names the call, with the two tags.
    CallId = "Call-ID", "i";
    /// The request's number and method.
    CSeq = "CSeq";
    /// How many hops are left.
    MaxForwards = "Max-Forwards";
    /// Where later requests of the dialog go.
    Contact = "Contact", "m";
    /// Hops a request has to pass.
    Route = "Route";
    /// Hops that want to stay on the way.
    RecordRoute = "Record-Route";
    /// How long the body is, in octets.
    ContentLength = "Content-Length", "l";
    /// What the body is.
    ContentType = "Content-Type", "c";
    /// Which bodies may be sent back.
    Accept = "Accept";
    /// Which methods may be asked.
    Allow = "Allow";
    /// Extensions that must be understood.
    Require = "Require";
    /// Extensions that are understood.
    Supported = "Supported", "k";
    /// Extensions that are not understood.
    Unsupported = "Unsupported";
    /// When to try again, in seconds.
    RetryAfter = "Retry-After";
    /// For how long a registration holds, in seconds.
    Expires = "Expires";
    /// Who answers.
    Server = "Server";
    /// For how long a session holds without a word, in seconds (RFC 4028).
    SessionExpires = "Session-Expires", "x";
    /// The shortest such time that is taken (RFC 4028).
    MinSe = "Min-SE";
    /// The number of an answer for now that is to be acknowledged (RFC 3262).
    RSeq = "RSeq";
    /// Which of these a `PRACK` acknowledges (RFC 3262).
    RAck = "RAck";
    /// What a server wants proved.
    WwwAuthenticate = "WWW-Authenticate";
    /// The proof.
    Authorization = "Authorization";
    /// What a hop wants proved.
    ProxyAuthenticate = "Proxy-Authenticate";
    /// The proof.
    ProxyAuthorization = "Proxy-Authorization";
    /// The shortest registration that is taken, in seconds.
    MinExpires = "Min-Expires";
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One header field.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its value, unfolded, without the blanks around it.
    pub value: String,
}

/// Header fields in their order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// The value of the first field of this name.
    #[must_use]
    pub fn first(&self, name: &Name) -> Option<&str> {
        self.0.iter().find(|field| field.name == *name).map(|field| field.value.as_str())
    }

    /// The values of all fields of this name, in their order.
    pub fn all<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a str> + 'a {
        self.0.iter().filter(move |field| field.name == *name).map(|field| field.value.as_str())
    }

    /// Every field, in its order.
    pub fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.iter()
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: Name, value: impl Into<String>) {
        self.0.push(Field { name, value: one_line(value.into()) });
    }

    /// Adds a field before all others.
    pub fn insert_first(&mut self, name: Name, value: impl Into<String>) {
        self.0.insert(0, Field { name, value: one_line(value.into()) });
    }

    /// The same, for a chain.
    #[must_use]
    pub fn with(mut self, name: Name, value: impl Into<String>) -> Self {
        self.push(name, value);
        self
    }

    /// Puts a value in the place of the first field of this name, or at the end.
    pub fn set(&mut self, name: Name, value: impl Into<String>) {
        match self.0.iter_mut().find(|field| field.name == name) {
            Some(field) => field.value = one_line(value.into()),
            None => self.push(name, value),
        }
    }
}

/// What would break a line is left out of a value, so that no value becomes a field of its own.
fn one_line(mut value: String) -> String {
    if value.contains(['\r', '\n']) {
        value.retain(|c| c != '\r' && c != '\n');
    }
    value
}

/// Names alone: values are what customers are called and where they live.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|field| field.name.as_str())).finish()
    }
}
