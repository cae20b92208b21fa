//! Stored relations.

use keyward_core::Error;
use keyward_core::port::{Page, RelatedQuery, TupleQuery};
use keyward_core::record::Tuple;

use super::super::decode::records;
use super::super::driver::{Driver, Query};
use super::super::{related, search};
use super::SqlStore;

#[expect(private_bounds, reason = "nobody outside can bring a driver")]
impl<D: Driver> SqlStore<D> {
    pub(super) async fn tuples_page(
        &self,
        query: &TupleQuery,
    ) -> Result<Page<Tuple, Tuple>, Error> {
        let rows = self.search(related::tuples(self.driver.texts().dialect(), query)).await?;
        Ok(search::page(rows, related::tuples_limit(query), Tuple::clone))
    }

    pub(super) async fn related_to(
        &self,
        query: &RelatedQuery,
    ) -> Result<Option<Vec<Tuple>>, Error> {
        let questions = related::related(self.driver.texts().dialect(), query);
        let queries = questions.iter();
        let queries = queries.map(|it| Query { sql: &it.sql, params: it.params.clone() });
        let answers = self.driver.scan(queries.collect()).await?;
        let limit = query.limit as usize;
        if answers.iter().map(Vec::len).sum::<usize>() > limit {
            return Ok(None);
        }
        records(answers.into_iter().flatten().collect()).map(Some)
    }
}
