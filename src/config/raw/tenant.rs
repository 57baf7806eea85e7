//! A tenant as typed: who signs in, how sessions go, what the screen pop shows. How routing goes: see `routing`.

use super::routing::{Agent, Hours, Presence, Queue, Routing};
use super::seconds;
use crate::config::units::Lasting;
use schemars::JsonSchema;
use segue_session::Private;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const fn connector_wait() -> Lasting {
    seconds(2)
}

/// One business.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tenant {
    /// A file with more of this table; what stands here wins over what stands there.
    pub include: Option<String>,
    /// What to call it; its id where it is absent.
    pub title: Option<String>,
    /// The language of customers who say nothing, as a BCP 47 tag.
    pub language: String,
    /// The country (ISO 3166, two letters) of telephone numbers that are given without a country code by customers whose language
    /// names no country.
    pub region: Option<String>,
    /// The time zone (IANA) in which a day begins and ends: `Europe/Zurich`; UTC where it is absent.
    pub time_zone: Option<String>,
    /// The page that a link handle opens, on a host of `hosts`: a URL with `{handle}`, such as
    /// `https://shop.example/help#{handle}`. Behind the `#` it stays out of servers' logs. Without it, links come without a URL.
    pub resume_link: Option<String>,
    /// The folder of its journeys (`*.yaml`).
    pub journeys: Option<String>,
    /// The journey a session begins with when none is named.
    pub start: Option<String>,
    /// The queue of customers who ask for a person where no journey says which; the first by name where it is absent.
    pub person_queue: Option<String>,
    /// Keys of web-chat widgets that let visitors in; unique over all tenants.
    pub widgets: Vec<String>,
    /// Hosts that journeys' look-ups, connectors, files and links may name.
    pub hosts: Vec<String>,
    /// Who may issue tokens.
    pub issuers: Vec<Issuer>,
    /// How sessions go.
    pub sessions: Sessions,
    /// How routing goes.
    pub routing: Routing,
    /// Queues, by name.
    pub queues: BTreeMap<String, Queue>,
    /// Opening hours, by name.
    pub hours: BTreeMap<String, Hours>,
    /// Agents, by name.
    pub agents: BTreeMap<String, Agent>,
    /// Presences an agent may choose, by name; `ready` (every channel) and `away` (none) are always there.
    pub presences: BTreeMap<String, Presence>,
    /// Systems that add to the screen pop.
    pub connectors: Vec<Connector>,
    /// Links on the screen pop.
    pub links: Vec<Link>,
}

impl Default for Tenant {
    fn default() -> Self {
        Self {
            include: None,
            title: None,
            language: "en".into(),
            region: None,
            time_zone: None,
            resume_link: None,
            journeys: None,
            start: None,
            person_queue: None,
            widgets: Vec::new(),
            hosts: Vec::new(),
            issuers: Vec::new(),
            sessions: Sessions::default(),
            routing: Routing::default(),
            queues: BTreeMap::new(),
            hours: BTreeMap::new(),
            agents: BTreeMap::new(),
            presences: BTreeMap::new(),
            connectors: Vec::new(),
            links: Vec::new(),
        }
    }
}

/// Who may issue tokens. The algorithm is fixed here, never taken from a token.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Issuer {
    /// The tokens' `iss`; unique over all tenants.
    pub issuer: String,
    /// The tokens' `aud`.
    pub audience: String,
    /// How they are signed.
    pub algorithm: Algorithm,
    /// `HS256`: the shared secret, 32 bytes or more. For development.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("x-private" = true))]
    pub secret: Option<Private<String>>,
    /// A file that holds `secret`.
    #[serde(default)]
    pub secret_file: Option<String>,
    /// `RS256`, `ES256`: a file with the public key, PEM.
    #[serde(default)]
    pub key: Option<String>,
    /// `RS256`, `ES256`: where the keys are fetched from (a JWK set, RFC 7517).
    #[serde(default)]
    pub jwks: Option<String>,
    /// Roles its tokens may claim: app, agent, supervisor, admin, service.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Claims that become signed attributes of the customer.
    #[serde(default)]
    pub attributes: Vec<String>,
}

/// How tokens are signed (RFC 7518).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Algorithm {
    /// A shared secret.
    HS256,
    /// RSA.
    RS256,
    /// ECDSA on P-256.
    ES256,
}

/// How sessions go.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sessions {
    /// How long a lost leg may stay away before the session is suspended.
    pub grace: Lasting,
    /// How long nothing may happen before a live session is suspended.
    pub idle: Lasting,
    /// How long a suspended session can be resumed, anew with each change.
    pub sliding: Lasting,
    /// How long a session lasts at most.
    pub absolute: Lasting,
    /// How long handles hold.
    pub handle_for: Lasting,
    /// Digits of a code, 6 to 8.
    pub code_digits: u8,
    /// How long a session that is over explains itself to a late return.
    pub keep_for: Lasting,
    /// How long a proof of who it is counts at most, by its method: `sign_in`, `link`, `code`, `sip_reference`, `agent_check`, or
    /// a method of the issuer's `amr`, such as `otp`. A method that is not here counts for as long as its token or handle does.
    pub holds: BTreeMap<String, Lasting>,
    /// How surely a customer must be known for what they ask; what is not here asks for nothing.
    pub levels: BTreeMap<Asked, Level>,
}

/// What a customer asks for that may want them known more surely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// Come back into a session.
    Resume,
    /// Be given a way back.
    GiveHandle,
    /// Be called back.
    CallBack,
    /// Agree to something.
    Consent,
    /// Leave a document.
    Document,
}

/// How surely somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// Not at all.
    None,
    /// By a number or an address alone.
    Claimed,
    /// By one factor, or a handle.
    Low,
    /// Signed in.
    Substantial,
    /// Signed in with two factors.
    High,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            grace: seconds(30),
            idle: seconds(15 * 60),
            sliding: seconds(7 * 86_400),
            absolute: seconds(30 * 86_400),
            handle_for: seconds(7 * 86_400),
            code_digits: 8,
            keep_for: seconds(30 * 86_400),
            holds: [("agent_check", 3_600), ("link", 86_400), ("code", 86_400), ("sip_reference", 3_600)]
                .map(|(method, span)| (method.to_owned(), seconds(span)))
                .into(),
            levels: BTreeMap::new(),
        }
    }
}

/// A system that adds to the screen pop.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connector {
    /// What its part is called on the pop.
    pub name: String,
    /// Where: a URL with `{customer}`, `{session}`, `{persona}` and `{answers.FIELD}`.
    pub url: String,
    /// Sent as `Authorization`.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("x-private" = true))]
    pub authorization: Option<Private<String>>,
    /// A file that holds `authorization`.
    #[serde(default)]
    pub authorization_file: Option<String>,
    /// How long to wait.
    #[serde(default = "connector_wait")]
    pub wait: Lasting,
}

/// A link on the screen pop.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    /// What it is called.
    pub label: String,
    /// Where: a URL as for connectors.
    pub url: String,
}
