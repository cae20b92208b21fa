//! Decides who may do what, and says why.
//!
//! A [`Snapshot`] holds what the definitions say: roles and their rules. An
//! [`Access`] is what one subject holds, compiled against a snapshot; keep it
//! with the session. A check is then a look-up in one small table, without
//! allocating:
//!
//! ```
//! use keyward_authz::{Access, Decision, Effect, Permission, SnapshotBuilder};
//!
//! let mut policy = SnapshotBuilder::new();
//! policy.role("editor", "Writes and publishes").rule("editor", Effect::Allow, "posts:*")?;
//! policy.role("contractor", "Writes only").rule("contractor", Effect::Deny, "posts:publish")?;
//! let snapshot = policy.build();
//!
//! let anna = Access::compile(&snapshot, ["editor", "contractor"], []);
//! let publish = Permission::parse("posts:publish")?;
//! assert_eq!(anna.check(&Permission::parse("posts:edit")?), Decision::Allow);
//! assert_eq!(anna.check(&publish), Decision::Deny);
//! println!("{}", anna.explain(&snapshot, &publish));
//! # Ok::<(), keyward_authz::BadPermission>(())
//! ```
//!
//! Larger questions are a [`Question`]: it adds ceilings, groups and lists of
//! entries, items with owners, relations, and facts for conditions, and
//! [`Snapshot::decide`] weighs what every block says. [`Snapshot::explain`] names
//! the rule that decided and what would change the answer;
//! [`Snapshot::list_permissions`], [`Snapshot::list_subjects`] and
//! [`Snapshot::list_resources`] turn the question round.
//!
//! With the feature `policy-file`, `policy` reads definitions from TOML and runs
//! the tests in it, `import` reads those of other systems, and `export` writes
//! ours for others. The feature `json` gives explanations as JSON.
//!
//! What it never does: wait, read a clock, draw randomness, or turn a failure
//! to know into an answer.

mod access;
pub mod acl;
mod catalogue;
mod ceiling;
pub mod condition;
mod decide;
mod dialect;
mod diff;
mod effect;
mod error;
mod exclusive;
mod explain;
#[cfg(feature = "policy-file")]
pub mod export;
pub mod filter;
#[cfg(feature = "policy-file")]
pub mod import;
pub mod items;
pub mod limits;
mod nearest;
mod opinion;
mod origin;
mod pattern;
mod permission;
#[cfg(feature = "policy-file")]
pub mod policy;
mod questions;
pub mod relations;
mod replay;
pub mod rules;
mod snapshot;
mod table;
mod term;

pub use access::Access;
pub use catalogue::{Catalogue, PermissionId, PermissionSet};
pub use ceiling::{Ceiling, has_scopes};
pub use decide::{Block, By, Question, Related, Told, Verdict};
pub use dialect::keyward::{MAX_BYTES, MAX_PARTS};
pub use dialect::{Dialect, UnknownDialect};
pub use diff::{Diff, Pair};
pub use effect::{Decision, Effect};
pub use error::{BadPermission, Flaw};
pub use exclusive::Conflict;
pub use explain::{
    Because, CeilingNote, DecidedBy, Explanation, NearMiss, Needs, RuleRef, Source, UnmetRule,
    WouldAllow,
};
pub use opinion::Opinion;
pub use origin::Origin;
pub use pattern::Pattern;
pub use permission::Permission;
pub use questions::About;
pub use replay::{Change, Logged, Replay};
pub use snapshot::builder::SnapshotBuilder;
pub use snapshot::{RoleId, RoleView, Snapshot};
pub use term::Term;

#[cfg(all(doctest, feature = "policy-file"))]
#[doc = include_str!("../README.md")]
struct Readme;
