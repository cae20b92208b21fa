//! Tells the linker how to write the binary.
#![expect(
    clippy::disallowed_methods,
    reason = "this is how cargo and a build script talk to each other"
)]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}"));
    // Forty thousand addresses that the loader moves at start take a megabyte one by
    // one, and some kilobytes packed. Needs glibc 2.36 (Debian 12) or newer where it runs.
    if target("OS").as_deref() == Ok("linux") && target("ENV").as_deref() == Ok("gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
