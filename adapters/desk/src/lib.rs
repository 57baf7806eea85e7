//! The agents' and supervisors' WebSocket: offers, screen pops, presence.
