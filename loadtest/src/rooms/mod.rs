//! Bars that measure one room alone, from inside this process. The only place here that may open another room.

pub(crate) mod counting;
pub(crate) mod decide;
pub(crate) mod journal;
pub(crate) mod sim;
