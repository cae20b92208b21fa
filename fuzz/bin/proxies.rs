//! `cargo fuzz run proxies`: see the target of this name.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_fuzz::proxies(data));

#[cfg(not(fuzzing))]
fn main() {}
