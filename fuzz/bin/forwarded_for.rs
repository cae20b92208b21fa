//! `cargo fuzz run forwarded_for`: see the target of this name.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_fuzz::forwarded_for(data));

#[cfg(not(fuzzing))]
fn main() {}
