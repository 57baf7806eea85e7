//! What the machine can do without us: the same sockets and the same disk, and nothing between them.

pub(crate) mod disk;
pub(crate) mod echo;
