//! The documents of the project as documentation tests: their Rust compiles,
//! and runs where it does not say `no_run`. `cargo xtask tidy` finds a document
//! that is not here.

#[doc = include_str!("../../../README.md")]
struct Readme;

#[doc = include_str!("../../../docs/library.md")]
struct Library;

#[cfg(all(feature = "sqlite", feature = "tickets"))]
#[doc = include_str!("../../../docs/authenticators.md")]
struct Authenticators;

#[cfg(all(feature = "sqlite", feature = "authnzerver"))]
#[doc = include_str!("../../../docs/authnzerver.md")]
struct Authnzerver;

#[doc = include_str!("../../../docs/pages.md")]
struct Pages;

#[cfg(feature = "oauth")]
#[doc = include_str!("../../../docs/providers.md")]
struct Providers;

#[doc = include_str!("../../../docs/messages.md")]
struct Messages;
