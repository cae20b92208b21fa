//! What authnzerver's frontends ask for that nobody else does: people with numbers,
//! sessions whose end the frontend chooses, keys whose claims it chooses.
//!
//! The rules are those of every other flow; what is kept is kept where it always is.
//! A number is an identity, as a name at another service is one.

mod enrol;
mod key;
mod letter;
mod number;
mod password;
mod prove;
mod session;

pub use enrol::Enrol;
pub use key::{FrontendKey, IssueKey, Issued, RefreshTerms, RevokeKeys};
pub use letter::{Letter, SendLetter};
pub use number::{
    ANONYMOUS, GiveNumber, IMPORTED, ISSUER, LOCKED, PutSystem, SUPERUSER, SYSTEM, number_of,
    system_id_of,
};
pub use password::ChangeKnown;
pub use prove::{Annotate, ProveAddress};
pub use session::{OpenFor, native_token};
