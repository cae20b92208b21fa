//! A policy as a file: TOML that people write, review and test.
//!
//! ```
//! use keyward_authz::policy::Policy;
//!
//! let policy = Policy::parse("policy.toml", r#"
//! version = 1
//! [permissions]
//! posts = ["view", "edit", "publish"]
//! [roles]
//! editor = { allow = ["posts:view,edit,publish"] }
//! contractor = { inherits = ["editor"], deny = ["posts:publish"] }
//! [[test]]
//! as = { roles = ["contractor"] }
//! allow = ["posts:edit"]
//! deny = { "posts:publish" = "roles.contractor.deny" }
//! "#).unwrap();
//! assert!(policy.test().passed());
//!
//! let slip = "version = 1\n[permissions]\nposts = [\"publish\"]\n\
//!             [roles]\neditor = { allow = [\"posts:pubish\"] }";
//! let mistakes = Policy::parse("policy.toml", slip).unwrap_err();
//! assert_eq!(
//!     mistakes.to_string(),
//!     "policy.toml:5:22  unknown permission `posts:pubish`, did you mean `posts:publish`?",
//! );
//! ```

mod acl;
mod beside;
mod cases;
mod changes;
mod coverage;
mod format;
mod items;
mod lint;
mod mistake;
mod page;
mod permissions;
mod relations;
mod roles;
mod rules;
mod run;

pub use beside::Beside;
pub use changes::{BlockChange, Change, changed_blocks, same_beside_roles};
pub use coverage::Coverage;
pub use format::format;
pub use lint::Lint;
pub use mistake::{Mistake, Mistakes};
pub use run::{Failure, Outcome, Report};

use crate::condition::Schema;
use crate::dialect::Dialect;
use crate::snapshot::Snapshot;
use crate::snapshot::builder::SnapshotBuilder;
use cases::Case;
use page::{Page, Table};

/// The JSON Schema of policy files, for editors.
pub const SCHEMA: &str = include_str!("policy/schema.json");

/// A policy that was read from a file: what it decides, and its own tests.
#[derive(Clone, Debug)]
pub struct Policy {
    builder: SnapshotBuilder,
    snapshot: Snapshot,
    names: Names,
    cases: Vec<Case>,
}

/// The names that a file defines, as others may use them.
#[derive(Clone, Debug, Default)]
struct Names {
    dialect: Dialect,
    attributes: Schema,
    permissions: permissions::Known,
    roles: Vec<String>,
}

impl Policy {
    /// Reads a policy. The name of the file is for explanations and mistakes.
    ///
    /// # Errors
    /// Names every mistake, in the order of the file.
    pub fn parse(file: &str, text: &str) -> Result<Self, Mistakes> {
        Self::parse_beside(Beside::default(), file, text)
    }

    /// Reads a policy that is added to others. It may speak of what they define,
    /// and define only what they do not; the whole is what decides, and what the
    /// tests in the text are run against.
    ///
    /// # Errors
    /// Names every mistake, in the order of the text.
    pub fn parse_beside(beside: Beside<'_>, file: &str, text: &str) -> Result<Self, Mistakes> {
        let mut page = Page::new(file, text);
        let root = page.read()?;
        page.only(&root, &SECTIONS);
        page.version(&root);
        let mut load = Load::start(&mut page, &root, beside);
        load.definitions(&root);
        let snapshot = load.builder.clone().build();
        let cases = cases::read(&mut load, &root, &snapshot);
        roles::refuse_cycles(&mut load, &root, &snapshot);
        let Load { builder, names, .. } = load;
        page.finish(Self { builder, snapshot, names, cases })
    }

    /// Reads further tests from a file of their own, which holds nothing else.
    ///
    /// # Errors
    /// Names every mistake; no test of the file is then added.
    pub fn add_tests(&mut self, file: &str, text: &str) -> Result<(), Mistakes> {
        let mut page = Page::new(file, text);
        let root = page.read()?;
        page.only(&root, &["version", "test"]);
        page.version(&root);
        let (builder, names) = (self.builder.clone(), self.names.clone());
        let mut load = Load { page: &mut page, builder, names, beside: Beside::default() };
        let cases = cases::read(&mut load, &root, &self.snapshot);
        self.cases.extend(page.finish(cases)?);
        Ok(())
    }

    /// What it decides.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Its definitions, to add rows from elsewhere to. A name in both is a
    /// mistake: see [`SnapshotBuilder::defines_role`].
    pub fn into_builder(self) -> SnapshotBuilder {
        self.builder
    }
}

/// What the sections have in common while they are read.
struct Load<'p, 't> {
    page: &'p mut Page<'t>,
    builder: SnapshotBuilder,
    names: Names,
    beside: Beside<'p>,
}

impl<'p, 't> Load<'p, 't> {
    fn start(page: &'p mut Page<'t>, root: &Table<'t>, beside: Beside<'p>) -> Self {
        let Some(policy) = beside.policy else {
            let dialect = page.dialect(root);
            let builder = SnapshotBuilder::in_dialect(dialect);
            return Self { page, builder, names: Names { dialect, ..Names::default() }, beside };
        };
        let (builder, names) = (policy.builder.clone(), policy.names.clone());
        let mut load = Self { page, builder, names, beside };
        load.fits(root);
        load
    }

    /// The catalogue first, then names that others refer to.
    fn definitions(&mut self, root: &Table<'t>) {
        permissions::read(self, root);
        items::read(self, root);
        acl::read(self, root);
        roles::read(self, root);
        rules::read(self, root);
        relations::read(self, root);
    }
}

/// What a file may hold at its top.
const SECTIONS: [&str; 15] = [
    "version",
    "dialect",
    "ordered_rules",
    "permissions",
    "roles",
    "scopes",
    "acl",
    "items",
    "attributes",
    "rules",
    "relations",
    "limits",
    "constraints",
    "closed_attributes",
    "test",
];

#[cfg(test)]
mod tests;
