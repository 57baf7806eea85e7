//! A configuration to begin with: commented, with secrets drawn for it, and clean under `config check`.

use std::fmt::Write as _;

const TEMPLATE: &str = include_str!("init.toml");

/// The text of a fresh configuration.
///
/// # Errors
/// The operating system gave no random bytes.
pub fn init() -> Result<String, getrandom::Error> {
    Ok(TEMPLATE.replace("@SECRET@", &draw()?).replace("@ISSUER_SECRET@", &draw()?))
}

/// 32 random bytes in hex.
pub(crate) fn draw() -> Result<String, getrandom::Error> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}
