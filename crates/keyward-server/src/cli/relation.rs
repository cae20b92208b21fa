//! `keyward relation`: who has which relation with what.

use clap::Subcommand;
use keyward::port::TupleQuery;
use keyward::{Keyward, Relation, RelationView};

use super::beside;
use super::print::{self, Column};
use super::settle::settle;
use crate::args::Globals;
use crate::failure::Outcome;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List stored relations
    List {
        /// Only with objects of this type
        #[arg(long, value_name = "TYPE")]
        of: Option<String>,
    },
    /// Store a relation; having it already is fine
    Add(RelationArgs),
    /// Remove a relation; not having it is fine
    Remove(RelationArgs),
}

/// Who has what with which object.
#[derive(Debug, clap::Args)]
pub(crate) struct RelationArgs {
    /// As type:id, such as document:roof
    object: String,
    /// As the policy file names it, such as viewer
    relation: String,
    /// As user:ID, user:* or group:ID#member
    subject: String,
}

impl RelationArgs {
    fn read(self) -> [Relation; 1] {
        let Self { object, relation, subject } = self;
        [Relation { object, relation, subject }]
    }
}

const COLUMNS: &[Column<RelationView>] = &[
    ("OBJECT", |it| it.object.clone()),
    ("RELATION", |it| it.relation.clone()),
    ("SUBJECT", |it| it.subject.clone()),
];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::List { of } => beside(globals, async |auth| {
                print::list(globals.output, &all(auth, of).await?, COLUMNS, "relations")
            }),
            Self::Add(args) => {
                beside(globals, async |auth| settle(auth.change_relations(args.read(), []).await?))
            }
            Self::Remove(args) => {
                beside(globals, async |auth| settle(auth.change_relations([], args.read()).await?))
            }
        }
    }
}

/// All of them, page by page.
async fn all(auth: &Keyward, object_type: Option<String>) -> Outcome<Vec<RelationView>> {
    let mut query = TupleQuery { object_type, limit: 200, ..TupleQuery::default() };
    let mut found = Vec::new();
    loop {
        let page = auth.relations(&query).await?;
        found.extend(page.data.iter().map(RelationView::from));
        query.after = page.next;
        if query.after.is_none() {
            return Ok(found);
        }
    }
}
