//! Two kinds of failure inside a transaction: a refusal, which changes nothing, and a break, which ends the store.

use crate::store::Error;

/// Why a piece of work stopped.
#[derive(Debug)]
pub(super) enum Halt {
    /// Refused before anything was written; the transaction goes on with the next piece.
    Refused(Error),
    /// The file failed, maybe half-way: the transaction must not be committed.
    Broken(redb::Error),
}

impl Halt {
    /// As the caller of a read sees it.
    pub(super) fn while_doing(self, doing: &'static str) -> Error {
        match self {
            Self::Refused(error) => error,
            Self::Broken(redb::Error::Corrupted(why)) => Error::Corrupt { what: "the store's file", why },
            Self::Broken(error) => Error::Failed { doing, source: error.into() },
        }
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

macro_rules! broken_by {
    ($($error:ty),*) => {$(
        impl From<$error> for Halt {
            fn from(error: $error) -> Self {
                Self::Broken(error.into())
            }
        }
    )*};
}
broken_by!(redb::Error, redb::StorageError, redb::TableError, redb::TransactionError, redb::CommitError);
