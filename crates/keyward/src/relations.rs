//! Stored relations, for the app and the command line: the same decisions as over
//! HTTP.

use keyward_core::Error;
use keyward_core::flow::Client;
use keyward_core::flow::relation::{ChangeRelations, Relation};
use keyward_core::port::{Page, TupleQuery};
use keyward_core::record::Tuple;

use crate::engine::Keyward;
use crate::people::Answer;

impl Keyward {
    /// A page of the stored relations, sorted.
    pub async fn relations(&self, query: &TupleQuery) -> Result<Page<Tuple, Tuple>, Error> {
        self.0.store.tuples(query).await
    }

    /// Adds stored relations and removes others, 100 together at most, all of them
    /// or none; what is asked next looks at them. Those that are added must fit the
    /// policy's `[relations]`.
    pub async fn change_relations(
        &self,
        add: impl IntoIterator<Item = Relation>,
        remove: impl IntoIterator<Item = Relation>,
    ) -> Answer<()> {
        let (add, remove) = (add.into_iter().collect(), remove.into_iter().collect());
        self.run(&ChangeRelations { add, remove, actor: None }, &Client::default()).await
    }
}
