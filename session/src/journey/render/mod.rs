//! Renderings: one prompt, as each channel shows it. Pure.
