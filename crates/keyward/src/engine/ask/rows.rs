//! Which rows of the app's own tables somebody may do something to.

use std::collections::BTreeSet;

use keyward_authz::filter::Filter;
use keyward_authz::relations::MAX_DEPTH;
use keyward_authz::{Access, Permission};
use keyward_core::Error;
use keyward_core::id::UserId;
use keyward_core::port::TupleQuery;

use super::laid::with_question;
use super::{Asked, Asker};
use crate::context::Context;
use crate::engine::Keyward;
use crate::engine::groups::InGroups;
use crate::engine::policy::parse;
use crate::resource::Resource;
use crate::table::Table;

/// Objects that relations are looked at of; with more there is no answer.
const MAX_OBJECTS: usize = 1_000;
/// Stored relations that are read on the way to them.
const MAX_READ: usize = 10_000;
/// Relations in one page.
const PAGE: u32 = 200;

/// Type and id of an object.
type Object = (String, String);

impl Keyward {
    /// The rows of a table of the app's own that an account may do something to, as a
    /// condition for `WHERE`: those that [`ask`](Self::ask) would allow of each. There
    /// are four answers, see [`Filter`]; where each row must be checked as well,
    /// [`Filter::exact`] gives none. Nobody there is allowed nothing.
    ///
    /// Lists and relations that only single rows have, no table says. Where such a list
    /// could change the answer, or such a relation ([`Resource::relation`]) take it back,
    /// each row must be checked, unless the table says that there are none:
    /// [`Table::no_own_lists`], [`Table::no_own_relations`]. Rows that only a relation
    /// allows which the app tells are not found.
    ///
    /// # Errors
    /// When the table names no column, when one of its lists is not there, and when
    /// stored relations lead to more than 1,000 objects.
    ///
    /// ```
    /// # use keyward::{Context, Flavour, Keyward, Table, id::UserId};
    /// # async fn list(auth: Keyward, user: UserId) -> keyward::Result<()> {
    /// let posts = Table::new("posts", Flavour::Postgres).numeric_id("id").owner("author");
    /// let filter = auth.filter(user, "posts:view", &posts, &Context::new()).await?;
    /// let rows = filter.exact().ok_or_else(|| keyward::Error::new("say it in SQL"))?;
    /// let query = format!("SELECT id, title FROM posts WHERE {}", rows.text(posts.placeholder()));
    /// // Bind `rows.binds()`, in their order.
    /// # let _ = query;
    /// # Ok(()) }
    /// ```
    pub async fn filter(
        &self,
        user: UserId,
        permission: &str,
        table: &Table,
        context: &Context,
    ) -> Result<Filter, Error> {
        let wanted = parse(permission)?;
        match self.account(user).await? {
            Some(account) => self.rows(account.asker(), &wanted, table, context).await,
            None => table.check().map(|()| Filter::None),
        }
    }

    /// The same for a stranger, as in [`ask_for_strangers`](Self::ask_for_strangers).
    ///
    /// # Errors
    /// As [`filter`](Self::filter).
    pub async fn filter_for_strangers(
        &self,
        permission: &str,
        table: &Table,
        context: &Context,
    ) -> Result<Filter, Error> {
        let policy = self.policy();
        let access = Access::compile(&policy.snapshot, [], []);
        let groups = InGroups::of_strangers();
        let asker = Asker::stranger(&policy, &access, &groups);
        self.rows(asker, &parse(permission)?, table, context).await
    }

    pub(crate) async fn rows(
        &self,
        asker: Asker<'_>,
        wanted: &Permission,
        table: &Table,
        context: &Context,
    ) -> Result<Filter, Error> {
        table.check()?;
        if !asker.policy.snapshot.catalogue().knows(wanted) {
            self.note_unknown(asker.policy, wanted)?;
            return Ok(Filter::None);
        }
        let mut row = Resource::new(table.kind(), "");
        row.acl = table.lists().to_vec();
        let related = self.had(asker, wanted, table.kind()).await?;
        let columns = table.columns(wanted, &related)?;
        let asked = Asked { wanted, resource: Some(&row), context, around: None };
        let (now, blocks) = (self.now(), self.blocks());
        let filter = with_question(asker, &asked, blocks, now, |snapshot, question| {
            snapshot.list_resources(question, &columns)
        })?;
        if asker.access.is_superuser() && filter != Filter::None {
            let acting = asker.session.and_then(|session| session.impersonator);
            let acting = acting.map(|by| by.user);
            self.note_superuser(asker.user.map(|user| user.id), acting, &asked);
        }
        Ok(filter)
    }

    /// The ids of the objects with which somebody has a stored relation that gives
    /// what is wanted. What cannot be told of one is not given.
    async fn had(
        &self,
        asker: Asker<'_>,
        wanted: &Permission,
        kind: &str,
    ) -> Result<Vec<String>, Error> {
        let policy = &asker.policy.snapshot;
        let relations: Vec<&str> = policy.relations_giving(wanted, kind).collect();
        let (Some(user), false) = (asker.user, relations.is_empty()) else { return Ok(vec![]) };
        let subject = format!("user:{}", user.id);
        let mut had = Vec::new();
        for id in self.reached(asker, user.id, kind).await? {
            let resource = Resource::new(kind, &id);
            let around = self.all_around(asker, wanted, Some(&resource)).await?;
            let (tuples, object) = ([&around.tuples], resource.object());
            let has = |relation: &&str| {
                policy.model().check(&tuples, &object, relation, &subject) == Ok(true)
            };
            if around.whole && relations.iter().any(has) {
                had.push(id);
            }
        }
        Ok(had)
    }

    /// The ids of all objects of a type that stored relations lead to, from an account
    /// and from everybody on. Some of them may turn out to be excluded.
    async fn reached(
        &self,
        asker: Asker<'_>,
        user: UserId,
        kind: &str,
    ) -> Result<BTreeSet<String>, Error> {
        let model = asker.policy.snapshot.model();
        let mut open = vec![user.to_string(), "*".to_owned()];
        let mut open: Vec<Object> = open.drain(..).map(|id| ("user".to_owned(), id)).collect();
        let (mut met, mut found, mut left) = (BTreeSet::new(), BTreeSet::new(), MAX_READ);
        for _ in 0..=MAX_DEPTH {
            let mut next = Vec::new();
            for subject in open {
                for object in self.objects_of(subject, &mut left).await? {
                    if !met.insert(object.clone()) {
                        continue;
                    }
                    if object.0 == kind {
                        found.insert(object.1.clone());
                    }
                    if model.leads_on(&object.0) {
                        next.push(object);
                    }
                }
            }
            open = next;
        }
        match found.len() <= MAX_OBJECTS {
            true => Ok(found),
            false => Err(too_many()),
        }
    }

    /// The objects with which a subject, or a set of its, has a stored relation.
    async fn objects_of(
        &self,
        (subject_type, subject_id): Object,
        left: &mut usize,
    ) -> Result<Vec<Object>, Error> {
        let mut query = TupleQuery {
            subject_type: Some(subject_type),
            subject_id: Some(subject_id),
            limit: PAGE,
            ..TupleQuery::default()
        };
        let mut objects = Vec::new();
        loop {
            let page = self.0.store.tuples(&query).await?;
            *left = left.checked_sub(page.data.len()).ok_or_else(too_many)?;
            objects.extend(page.data.into_iter().map(|it| (it.object_type, it.object_id)));
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(objects),
            }
        }
    }
}

fn too_many() -> Error {
    Error::new("say it in SQL: stored relations lead to too many objects")
}
