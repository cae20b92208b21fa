//! Tells the linker how to write the binary.
#![expect(
    clippy::disallowed_methods,
    reason = "this is how cargo and a build script talk to each other"
)]

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}"));
    // Forty thousand addresses that the loader moves at start take a megabyte one by
    // one, and some kilobytes packed. Needs glibc 2.36 (Debian 12) or newer where it runs.
    if target("OS").as_deref() == Ok("linux") && target("ENV").as_deref() == Ok("gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    // Functions that came out the same, byte for byte, are written once.
    if has_lld() {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}

/// Whether Rust links this target by its own LLD, which can do that: on Linux and x86-64,
/// where its makers ship it.
fn has_lld() -> bool {
    let (target, rustc) = (std::env::var("TARGET"), std::env::var("RUSTC"));
    let (Ok(target), Ok(rustc)) = (target, rustc) else { return false };
    let asked = Command::new(rustc).args(["--print", "sysroot"]).output();
    let sysroot = asked.ok().and_then(|answer| String::from_utf8(answer.stdout).ok());
    let lld = |root: String| {
        let tools = Path::new(root.trim()).join("lib/rustlib").join(&target).join("bin/gcc-ld");
        tools.join("ld.lld").exists()
    };
    target == "x86_64-unknown-linux-gnu" && sysroot.is_some_and(lld)
}
