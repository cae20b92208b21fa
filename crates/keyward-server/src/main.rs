//! `keyward`: the server, and the command line beside it. It uses the library's
//! public face alone, so it can do nothing that the library cannot.

mod args;
mod cli;
mod config;
mod failure;
mod hidden;
mod run;
mod terminal;
mod tour;

use std::process::ExitCode;

/// Faster than the C library's, and gives memory back. Without huge pages: they
/// would make a server that does nothing hold three times the memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    args::main()
}
