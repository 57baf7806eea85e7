//! How long a session lasts: as its journey says, else as the tenant does.

use crate::journey::{Journey, Lease, Library};
use crate::{Session, Settings, Time};
use segue_router::Span;

/// The lease that holds for a session.
pub(super) struct Terms {
    pub(super) sliding: Span,
    pub(super) absolute: Span,
    pub(super) warn: Span,
    pub(super) secrets: Span,
}

/// The outermost journey speaks for those it calls.
pub(super) fn terms(session: &Session, settings: &Settings, library: &Library) -> Terms {
    let first = session.position.as_ref().and_then(|position| position.frames.first());
    let journey = first.and_then(|frame| library.get(&frame.journey, &frame.version));
    let Lease { sliding, absolute, warn, secrets } = journey.map(Journey::lease).unwrap_or_default();
    Terms {
        sliding: sliding.unwrap_or(settings.sliding),
        absolute: absolute.unwrap_or(settings.absolute),
        warn: warn.unwrap_or(settings.warn_before),
        secrets: secrets.unwrap_or(settings.secret_for),
    }
}

impl Terms {
    /// When a session that was born then ends, whatever happens.
    pub(super) fn end(&self, born: Time) -> Time {
        born.after(self.absolute)
    }

    /// When it is time to warn of an end.
    pub(super) const fn warning(&self, end: Time) -> Time {
        Time(end.0.saturating_sub(self.warn.0))
    }
}
