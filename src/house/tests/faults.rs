//! A store that delays, refuses, or does not say.
