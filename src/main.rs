//! The daemon `segue`. Everything is in the library, so that tests can start it as a whole.

use std::process::ExitCode;

fn main() -> ExitCode {
    segue::cli::main()
}
