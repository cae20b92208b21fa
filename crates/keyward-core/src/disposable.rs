//! Domains at which anybody reads anybody's mail, for an hour: authnzerver takes no
//! addresses there.

use crate::listed::List;

/// How it was made stands in `data/README.md`.
pub(crate) static DOMAINS: List = List::new(include_bytes!("../data/disposable-domains.bin"));

/// Whether an address is at such a domain. Another one is taken for it once in 400,000.
///
/// ```
/// assert!(keyward_core::disposable::is_disposable("ada@mailinator.com"));
/// assert!(!keyward_core::disposable::is_disposable("ada@example.com"));
/// ```
pub fn is_disposable(email: &str) -> bool {
    let domain = email.rsplit('@').next().unwrap_or_default();
    DOMAINS.has(&domain.to_ascii_lowercase())
}
