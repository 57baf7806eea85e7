//! What a verb can end with, and how it is told.

use crate::config::Faults;
use miette::Diagnostic;
use std::io;

/// Why a verb failed.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum Error {
    /// The configuration is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] Faults),
    /// The command line asks for something that is not there.
    #[error("{what}")]
    #[diagnostic(help("{mend}"))]
    Usage {
        /// What is wrong.
        what: String,
        /// What would mend it.
        mend: String,
    },
    /// The daemon could not start, or had to stop.
    #[error(transparent)]
    #[diagnostic(help("{}", .0.mend()))]
    Serve(#[from] crate::serve::Error),
    /// The log could not be set up.
    #[error(transparent)]
    Log(#[from] crate::telemetry::Error),
    /// A running daemon refused.
    #[error("the daemon refused: {message} ({reason})")]
    Refused {
        /// Its words.
        message: String,
        /// The reason's wire name.
        reason: String,
        /// What would mend it, where that is known.
        #[help]
        mend: Option<String>,
    },
    /// A running daemon cannot be reached.
    #[error("{url} cannot be reached: {why}")]
    #[diagnostic(help("{mend}"))]
    Unreachable {
        /// Where it should be.
        url: String,
        /// Why.
        why: String,
        /// What would mend it.
        mend: String,
    },
    /// The story went another way than it should.
    #[error(transparent)]
    Story(#[from] crate::demo::story::Error),
    /// A token could not be made.
    #[error(transparent)]
    #[diagnostic(help("give the tenant an issuer with `algorithm = \"HS256\"` and the role, or bring a token of your own issuer"))]
    Mint(#[from] crate::doors::MintError),
    /// The configuration is wrong, and what is wrong was told on standard output.
    #[error("{0}")]
    FaultsTold(String),
    /// Something of the operating system failed.
    #[error("while {doing}")]
    Io {
        /// What was being done.
        doing: String,
        /// Why.
        source: io::Error,
    },
    /// The verb ran, and what it looked for was found wanting; it has said so itself.
    #[error("{0}")]
    Found(String),
}

impl Error {
    /// The process's exit code, as `--help` lists them.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::FaultsTold(_) | Self::Usage { .. } | Self::Mint(_) => 2,
            Self::Refused { .. } | Self::Unreachable { .. } => 3,
            Self::Serve(_) | Self::Log(_) | Self::Io { .. } | Self::Story(_) | Self::Found(_) => 1,
        }
    }

    /// Says it on standard error.
    pub(super) fn tell(self) {
        use std::io::Write as _;
        let _ = writeln!(io::stderr(), "{:?}", miette::Report::new(self));
    }
}
