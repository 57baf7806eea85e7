//! Why a socket is closed: the codes 4000 to 4099 that both WebSocket protocols share, and RFC 6455's own for breaches of it.

/// The number a socket is closed with. The names and numbers are part of the protocol and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloseCode {
    /// 1000: over on purpose. Do not come back by yourself.
    Done,
    /// 1002: a frame broke RFC 6455. A fault of the client's; coming back with the same bytes changes nothing.
    ProtocolError,
    /// 1003: a binary frame; this protocol is text.
    NotText,
    /// 1007: a text frame was not UTF-8.
    NotUtf8,
    /// 1009: a frame or message was over its limit.
    TooBig,
    /// 4000: this node is going away. Come back after the delay that `move` named; the same leg or desk continues.
    Moving,
    /// 4001: no hello came in time.
    HelloTimeout,
    /// 4002: the first frame was not a hello, or could not be read.
    BadHello,
    /// 4003: the token, ticket or widget key does not hold. Get another before coming back.
    Unauthenticated,
    /// 4004: the role may not open this socket.
    Forbidden,
    /// 4005: none of the protocol versions offered is served here.
    Unsupported,
    /// 4006: the token ended and was not refreshed in band. Come back with a fresh one; nothing is lost.
    TokenExpired,
    /// 4007: the same tab or leg has a newer socket. Do not come back.
    Superseded,
    /// 4008: what was sent was not read in time. Come back; what was not read comes again.
    TooSlow,
    /// 4009: pings went unanswered. Come back.
    Silent,
    /// 4010: too many frames in a row could not be read. A fault of the client's.
    Garbled,
    /// 4011: the house cannot serve just now. Come back with growing delays.
    Unavailable,
    /// 4012: the agent signed out. Say hello again to sign in.
    SignedOut,
    /// 4013: a fault of ours. Come back with growing delays.
    Internal,
    /// 4014: frames kept coming faster than they may. A fault of the client's.
    TooFast,
}

impl CloseCode {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 20] = [
        Self::Done,
        Self::ProtocolError,
        Self::NotText,
        Self::NotUtf8,
        Self::TooBig,
        Self::Moving,
        Self::HelloTimeout,
        Self::BadHello,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::Unsupported,
        Self::TokenExpired,
        Self::Superseded,
        Self::TooSlow,
        Self::Silent,
        Self::Garbled,
        Self::Unavailable,
        Self::SignedOut,
        Self::Internal,
        Self::TooFast,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Done => 1000,
            Self::ProtocolError => 1002,
            Self::NotText => 1003,
            Self::NotUtf8 => 1007,
            Self::TooBig => 1009,
            Self::Moving => 4000,
            Self::HelloTimeout => 4001,
            Self::BadHello => 4002,
            Self::Unauthenticated => 4003,
            Self::Forbidden => 4004,
            Self::Unsupported => 4005,
            Self::TokenExpired => 4006,
            Self::Superseded => 4007,
            Self::TooSlow => 4008,
            Self::Silent => 4009,
            Self::Garbled => 4010,
            Self::Unavailable => 4011,
            Self::SignedOut => 4012,
            Self::Internal => 4013,
            Self::TooFast => 4014,
        }
    }

    /// A word for logs, metrics and the close frame's reason.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::ProtocolError => "protocol_error",
            Self::NotText => "not_text",
            Self::NotUtf8 => "not_utf8",
            Self::TooBig => "too_big",
            Self::Moving => "moving",
            Self::HelloTimeout => "hello_timeout",
            Self::BadHello => "bad_hello",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Unsupported => "unsupported",
            Self::TokenExpired => "token_expired",
            Self::Superseded => "superseded",
            Self::TooSlow => "too_slow",
            Self::Silent => "silent",
            Self::Garbled => "garbled",
            Self::Unavailable => "unavailable",
            Self::SignedOut => "signed_out",
            Self::Internal => "internal",
            Self::TooFast => "too_fast",
        }
    }

    /// What it means and what a client does about it, for the protocol's page.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "Over on purpose. Do not come back by yourself.",
            Self::ProtocolError => "A frame broke RFC 6455. Mend the client.",
            Self::NotText => "A binary frame came; these protocols are text. Mend the client.",
            Self::NotUtf8 => "A text frame was not UTF-8. Mend the client.",
            Self::TooBig => "A frame or message was over its limit. Send less.",
            Self::Moving => "This node is going away. Come back after the delay that `move` named; everything goes on.",
            Self::HelloTimeout => "No hello came in time.",
            Self::BadHello => "The first frame was not a hello, or could not be read; `error` told why.",
            Self::Unauthenticated => "The token, ticket or widget key does not hold. Get another before coming back.",
            Self::Forbidden => "The role may not open this socket.",
            Self::Unsupported => "This version of the protocol is not served here.",
            Self::TokenExpired => "The token ended and was not refreshed. Come back with a fresh one; nothing is lost.",
            Self::Superseded => "The same tab or leg has a newer socket. Do not come back.",
            Self::TooSlow => "What was sent was not read in time. Come back; what was not read comes again.",
            Self::Silent => "Pings went unanswered. Come back.",
            Self::Garbled => "Too many frames in a row could not be read. Mend the client.",
            Self::Unavailable => "The house cannot serve just now. Come back with growing delays.",
            Self::SignedOut => "The agent signed out. Say hello again to sign in.",
            Self::Internal => "A fault of ours. Come back with growing delays.",
            Self::TooFast => "Frames kept coming faster than they may. Mend the client.",
        }
    }

    /// Whether a client should come back by itself.
    #[must_use]
    pub const fn come_back(self) -> bool {
        matches!(self, Self::Moving | Self::TokenExpired | Self::TooSlow | Self::Silent | Self::Unavailable | Self::Internal)
    }

    /// The code for a refusal that ends the hello.
    #[must_use]
    pub const fn of_hello(reason: segue_session::Reason) -> Self {
        use segue_session::Reason;
        match reason {
            Reason::Unauthenticated => Self::Unauthenticated,
            Reason::PermissionDenied => Self::Forbidden,
            Reason::InvalidArgument => Self::BadHello,
            Reason::Overloaded | Reason::Unavailable | Reason::DeadlineExceeded => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CloseCode;

    #[test]
    fn numbers_rise_and_names_differ() {
        let numbers: Vec<_> = CloseCode::ALL.iter().map(|c| c.number()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        let names: std::collections::BTreeSet<_> = CloseCode::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), CloseCode::ALL.len());
        assert!(numbers.iter().all(|n| (1000..1016).contains(n) || (4000..4100).contains(n)));
    }
}
