//! Sessions, lines and messages as bytes: one byte for the schema, then MessagePack with named fields.
//!
//! Names, not places: a field that this build does not know is passed over, one that is missing takes its default. So a node
//! of the last release reads what one of the next has written, and the other way round.

use crate::{Asker, Command, Line, Message, Session, SessionId};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::io;

/// The schema written by this build.
pub const SCHEMA: u8 = 1;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There are no bytes.
    #[error("{0} has no bytes")]
    Empty(&'static str),
    /// It was written by a build that this one does not know.
    #[error("{what} has schema {found}; this build reads up to {SCHEMA}")]
    Schema {
        /// What was read.
        what: &'static str,
        /// Which schema it has.
        found: u8,
    },
    /// The bytes do not read as what they should be.
    #[error("while reading {what}")]
    Read {
        /// What was read.
        what: &'static str,
        /// Why.
        #[source]
        source: rmp_serde::decode::Error,
    },
    /// The value cannot be written.
    #[error("while writing {what}")]
    Write {
        /// What was written.
        what: &'static str,
        /// Why.
        #[source]
        source: rmp_serde::encode::Error,
    },
}

/// A value that is stored under [`SCHEMA`].
pub trait Coded: Serialize + DeserializeOwned {
    /// What to call it in errors.
    const WHAT: &'static str;

    /// As bytes.
    ///
    /// # Errors
    /// [`Error::Write`]: a value that MessagePack cannot hold.
    fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![SCHEMA];
        write(self, &mut bytes, Self::WHAT)?;
        Ok(bytes)
    }

    /// From bytes.
    ///
    /// # Errors
    /// Any but [`Error::Write`].
    fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let (&found, body) = bytes.split_first().ok_or(Error::Empty(Self::WHAT))?;
        if found == 0 || found > SCHEMA {
            return Err(Error::Schema { what: Self::WHAT, found });
        }
        rmp_serde::from_slice(body).map_err(|source| Error::Read { what: Self::WHAT, source })
    }

    /// How many bytes [`Coded::encode`] makes, without making them.
    ///
    /// # Errors
    /// As [`Coded::encode`].
    fn size(&self) -> Result<usize, Error> {
        let mut count = Count(1);
        write(self, &mut count, Self::WHAT)?;
        Ok(count.0)
    }
}

impl Coded for Session {
    const WHAT: &'static str = "a session";
}
impl Coded for Line {
    const WHAT: &'static str = "a line";
}
impl Coded for Message {
    const WHAT: &'static str = "a message";
}

/// What was asked of which session by whom, as one number: the same request id with another one is a conflict.
///
/// # Errors
/// [`Error::Write`]: a value that MessagePack cannot hold.
pub fn fingerprint(session: SessionId, asker: Option<Asker<'_>>, command: &Command) -> Result<u64, Error> {
    let mut hash = Hasher(Sha256::new());
    write(&(session, asker, command), &mut hash, "a command")?;
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(hash.0.finalize());
    Ok(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

fn write<T: Serialize>(value: &T, to: &mut impl io::Write, what: &'static str) -> Result<(), Error> {
    value.serialize(&mut rmp_serde::Serializer::new(to).with_struct_map()).map_err(|source| Error::Write { what, source })
}

struct Count(usize);
impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Hasher(Sha256);
impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
