//! Relations between objects and subjects, in the manner of Zanzibar: a document
//! has viewers because of who edits it, which folder it lies in and which group
//! somebody is in. Semantics of OpenFGA without conditions on tuples.
//!
//! ```
//! use keyward_authz::relations::{Model, Tuple, Tuples};
//!
//! let mut model = Model::new();
//! model.object_type("user");
//! model.relation("folder", "viewer", "[user]")?;
//! model.relation("document", "parent", "[folder]")?;
//! model.relation("document", "viewer", "[user] | viewer from parent")?;
//!
//! let mut tuples = Tuples::new();
//! tuples.insert(Tuple::new("folder:plans", "viewer", "user:anne"));
//! tuples.insert(Tuple::new("document:roof", "parent", "folder:plans"));
//!
//! assert!(model.check(&[&tuples], "document:roof", "viewer", "user:anne")?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod fits;
mod model;
mod parse;
mod reads;
mod tuples;

pub use check::{CheckError, MAX_DEPTH, MAX_STEPS};
pub use fits::TupleFlaw;
pub use model::{Model, Rewrite, TypeRef};
pub use parse::BadRelation;
pub use reads::{Node, Reads};
pub(crate) use tuples::type_of;
pub use tuples::{Tuple, Tuples};
