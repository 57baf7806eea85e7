//! What the daemon takes in beside its own source: the console's pages, and a name for what it decides by.

#![expect(clippy::print_stdout, reason = "it is how Cargo is told")]

mod console;
mod decisions;

fn main() -> std::io::Result<()> {
    console::take_in()?;
    decisions::sum_up()
}
