//! The daemon `segue`. Everything is in the library, so that tests can start it as a whole.

use std::process::ExitCode;

/// Many small values live short here, on two threads or more each: the system's allocator took an eighth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    segue::cli::main()
}
