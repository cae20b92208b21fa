//! The one implementation of [`Store`] for everything that speaks SQL.

use keyward_core::Error;
use keyward_core::id::{EventId, FlowId, InvitationId, MessageId, SessionId, TenantId, UserId};
use keyward_core::identifier::{Kind, Normalised};
use keyward_core::port::{
    Batch, Changes, CommitError, EventQuery, Fut, LastingQuery, MemberQuery, MembersPage, Page,
    PeoplePage, PeopleQuery, RelatedQuery, SeveralQuery, Store, TupleQuery,
};
use keyward_core::record::{
    Challenge, Channel, Definitions, EventRow, Held, Identifier, Identity, Invitation, Message,
    Session, Subject, Tuple, User,
};
use keyward_core::time::Timestamp;

use super::decode::{Record, first, records};
use super::driver::{Driver, Failure, Query, Wait};
use super::search::{self, Question};
use super::statement::Statement as S;
use super::translate;
use super::value::{Row, Value, params};
use crate::limit;

mod access;
mod related;

/// Look-ups that are sent together.
const TOGETHER: usize = 128;

/// A store over one SQL database.
#[derive(Debug)]
pub struct SqlStore<D> {
    driver: D,
}

#[expect(private_bounds, reason = "nobody outside can bring a driver")]
impl<D: Driver> SqlStore<D> {
    pub(crate) fn new(driver: D) -> Self {
        Self { driver }
    }

    #[cfg(all(feature = "testing", feature = "mysql"))]
    pub(crate) fn driver(&self) -> &D {
        &self.driver
    }

    /// Has the database understand every statement there is; answers with how
    /// many. For tests of the store.
    #[cfg(feature = "testing")]
    pub async fn prepare_all(&self) -> Result<usize, Error> {
        let texts = self.driver.texts();
        let fixed = S::ALL.iter().map(|(statement, _)| texts.get(*statement).to_owned());
        let all: Vec<String> = fixed.chain(search::every(texts.dialect())).collect();
        for sql in &all {
            let done = self.driver.prepare(sql).await;
            done.map_err(|error| {
                Error::because("prepare a statement", format!("{error:?}: {sql}"))
            })?;
        }
        Ok(all.len())
    }

    fn query(&self, statement: S, params: Vec<Value>) -> Query<'_> {
        Query { sql: self.driver.texts().get(statement), params }
    }

    async fn rows(&self, statement: S, params: Vec<Value>) -> Result<Vec<Row>, Error> {
        let mut answers = self.driver.read(vec![self.query(statement, params)]).await?;
        Ok(answers.pop().unwrap_or_default())
    }

    async fn one<T: Record>(&self, statement: S, params: Vec<Value>) -> Result<Option<T>, Error> {
        first(self.rows(statement, params).await?)
    }

    async fn all<T: Record>(&self, statement: S, params: Vec<Value>) -> Result<Vec<T>, Error> {
        records(self.rows(statement, params).await?)
    }

    async fn search<T: Record>(&self, question: Question) -> Result<Vec<T>, Error> {
        let query = Query { sql: &question.sql, params: question.params };
        let mut answers = self.driver.scan(vec![query]).await?;
        records(answers.pop().unwrap_or_default())
    }

    // INVARIANT: the account is read first. Whoever decides by these rows commits
    // against the account's epoch or version, so a change in between is noticed;
    // the other way round, an old password could be paired with a new epoch.
    async fn whole(&self, from: [S; 3], params: Vec<Value>) -> Result<Option<Subject>, Error> {
        let queries = from.map(|statement| self.query(statement, params.clone()));
        let mut answers = self.driver.read(queries.into()).await?.into_iter();
        let mut next = || answers.next().unwrap_or_default();
        let Some(user) = first::<User>(next())? else { return Ok(None) };
        let mut identifiers: Vec<Identifier> = records(next())?;
        let mut credentials: Vec<keyward_core::record::Credential> = records(next())?;
        // A name may change hands between two of the questions.
        identifiers.retain(|identifier| identifier.user == user.id);
        credentials.retain(|credential| credential.user == user.id);
        Ok(Some(Subject { user, identifiers, credentials }))
    }

    /// The identifiers of these accounts.
    async fn names_of(&self, users: &[UserId]) -> Result<Vec<Identifier>, Error> {
        self.search(search::identifiers(self.driver.texts().dialect(), users)).await
    }

    async fn people_page(&self, query: &PeopleQuery) -> Result<PeoplePage, Error> {
        let dialect = self.driver.texts().dialect();
        let users: Vec<User> = self.search(search::people(dialect, query)).await?;
        let page = search::page(users, search::people_limit(query), |user| user.id);
        if page.data.is_empty() {
            return Ok(Page { data: vec![], next: None });
        }
        let ids: Vec<UserId> = page.data.iter().map(|user| user.id).collect();
        let names = self.names_of(&ids).await?;
        let with_names = |user: User| {
            let own = names.iter().filter(|name| name.user == user.id).cloned().collect();
            (user, own)
        };
        Ok(Page { data: page.data.into_iter().map(with_names).collect(), next: page.next })
    }

    async fn taken(&self, kind: Kind, normal: &str, skeleton: Option<&str>) -> Result<bool, Error> {
        let by_name = params![TenantId::MAIN, kind.as_str(), normal];
        let mut queries = vec![self.query(S::IsTaken, by_name)];
        if let Some(skeleton) = skeleton {
            queries.push(self.query(S::IsSkeletonTaken, params![TenantId::MAIN, skeleton]));
        }
        let answers = self.driver.read(queries).await?;
        Ok(answers.iter().any(|rows| !rows.is_empty()))
    }

    async fn each_taken(&self, names: &[Normalised]) -> Result<Vec<bool>, Error> {
        let mut all = Vec::with_capacity(names.len());
        for some in names.chunks(TOGETHER) {
            let mut queries = vec![];
            for Normalised { kind, text, skeleton } in some {
                let by_name = params![TenantId::MAIN, kind.as_str(), text];
                queries.push(self.query(S::IsTaken, by_name));
                // Nobody's is empty: every name has as many answers.
                let looks = skeleton.as_deref().unwrap_or_default();
                queries.push(self.query(S::IsSkeletonTaken, params![TenantId::MAIN, looks]));
            }
            let answers = self.driver.read(queries).await?;
            all.extend(answers.chunks(2).map(|pair| pair.iter().any(|rows| !rows.is_empty())));
        }
        Ok(all)
    }

    async fn each_identity(
        &self,
        issuer: &str,
        subjects: &[String],
    ) -> Result<Vec<Option<Identity>>, Error> {
        let mut all = Vec::with_capacity(subjects.len());
        for some in subjects.chunks(TOGETHER) {
            let of = |subject: &String| {
                self.query(S::Identity, params![TenantId::MAIN, issuer, subject])
            };
            for rows in self.driver.read(some.iter().map(of).collect()).await? {
                all.push(first(rows)?);
            }
        }
        Ok(all)
    }

    async fn full_at(&self, keys: &[[u8; 32]]) -> Result<Vec<Option<Timestamp>>, Error> {
        let queries = keys.iter().map(|key| self.query(S::Tat, params![key])).collect();
        let answers = self.driver.read(queries).await?;
        let at = |rows| Ok(first::<i64>(rows)?.map(Timestamp::from_micros));
        answers.into_iter().map(at).collect()
    }

    async fn changes_after(&self, after: i64) -> Result<Changes, Error> {
        let mut queries = vec![self.query(S::PolicyVersion, vec![])];
        queries.push(match after {
            ..0 => self.query(S::Newest, vec![]),
            after => self.query(S::Changes, params![after]),
        });
        let mut answers = self.driver.read(queries).await?.into_iter();
        let mut next = || answers.next().unwrap_or_default();
        let policy_version = first(next())?.unwrap_or(0);
        if after < 0 {
            return Ok(Changes {
                last: first(next())?.unwrap_or(0),
                users: vec![],
                policy_version,
            });
        }
        let rows: Vec<(i64, UserId)> = records(next())?;
        let last = rows.iter().map(|(seq, _)| *seq).fold(after, i64::max);
        let mut users: Vec<UserId> = rows.into_iter().map(|(_, user)| user).collect();
        users.sort_unstable();
        users.dedup();
        Ok(Changes { last, users, policy_version })
    }

    async fn apply(&self, batch: &Batch) -> Result<(), CommitError> {
        if batch.is_empty() {
            return Ok(());
        }
        let failure = match self.driver.run(translate::steps(batch), Wait::of(batch)).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        if let Failure::NoRoom(take, tat) = &failure
            && *tat > limit::horizon(take)
        {
            // Rolled back with the rest, the correction would never come.
            self.driver.run(vec![translate::clamp(take)], Wait::ForNothing).await?;
        }
        Err(failure.into())
    }
}

impl<D: Driver> Store for SqlStore<D> {
    fn name(&self) -> &'static str {
        self.driver.name()
    }

    fn user(&self, id: UserId) -> Fut<'_, Result<Option<User>, Error>> {
        Box::pin(self.one(S::User, params![id]))
    }

    fn subject(&self, id: UserId) -> Fut<'_, Result<Option<Subject>, Error>> {
        Box::pin(self.whole([S::User, S::Identifiers, S::Credentials], params![id]))
    }

    fn subject_by<'a>(
        &'a self,
        kind: Kind,
        normal: &'a str,
    ) -> Fut<'a, Result<Option<Subject>, Error>> {
        let params = params![TenantId::MAIN, kind.as_str(), normal];
        Box::pin(self.whole([S::UserBy, S::IdentifiersBy, S::CredentialsBy], params))
    }

    fn is_taken<'a>(
        &'a self,
        kind: Kind,
        normal: &'a str,
        skeleton: Option<&'a str>,
    ) -> Fut<'a, Result<bool, Error>> {
        Box::pin(self.taken(kind, normal, skeleton))
    }

    fn identity<'a>(
        &'a self,
        issuer: &'a str,
        subject: &'a str,
    ) -> Fut<'a, Result<Option<Identity>, Error>> {
        Box::pin(self.one(S::Identity, params![TenantId::MAIN, issuer, subject]))
    }

    fn are_taken<'a>(&'a self, names: &'a [Normalised]) -> Fut<'a, Result<Vec<bool>, Error>> {
        Box::pin(self.each_taken(names))
    }

    fn identities<'a>(
        &'a self,
        issuer: &'a str,
        subjects: &'a [String],
    ) -> Fut<'a, Result<Vec<Option<Identity>>, Error>> {
        Box::pin(self.each_identity(issuer, subjects))
    }

    fn people<'a>(&'a self, query: &'a PeopleQuery) -> Fut<'a, Result<PeoplePage, Error>> {
        Box::pin(self.people_page(query))
    }

    fn session(&self, id: SessionId) -> Fut<'_, Result<Option<(Session, User)>, Error>> {
        Box::pin(self.one(S::Session, params![id]))
    }

    fn sessions_of(&self, user: UserId) -> Fut<'_, Result<Vec<Session>, Error>> {
        Box::pin(self.all(S::SessionsOf, params![user]))
    }

    fn challenge(&self, id: FlowId) -> Fut<'_, Result<Option<Challenge>, Error>> {
        Box::pin(self.one(S::Challenge, params![id]))
    }

    fn limits<'a>(
        &'a self,
        keys: &'a [[u8; 32]],
    ) -> Fut<'a, Result<Vec<Option<Timestamp>>, Error>> {
        Box::pin(self.full_at(keys))
    }

    fn invitation(&self, id: InvitationId) -> Fut<'_, Result<Option<Invitation>, Error>> {
        Box::pin(self.one(S::Invitation, params![id]))
    }

    fn invitations(
        &self,
        after: Option<InvitationId>,
        limit: u32,
    ) -> Fut<'_, Result<Vec<Invitation>, Error>> {
        let after = after.map_or(search::PAST_EVERY_ID, InvitationId::to_bytes);
        Box::pin(self.all(S::Invitations, params![after.to_vec(), limit]))
    }

    fn definitions(&self) -> Fut<'_, Result<Definitions, Error>> {
        Box::pin(self.all_definitions())
    }

    fn access(&self, user: UserId) -> Fut<'_, Result<Held, Error>> {
        Box::pin(self.access_of(user))
    }

    fn lasting_holders<'a>(
        &'a self,
        query: &'a LastingQuery,
    ) -> Fut<'a, Result<Vec<UserId>, Error>> {
        Box::pin(self.search(search::lasting(self.driver.texts().dialect(), query)))
    }

    fn holders_of_several<'a>(
        &'a self,
        query: &'a SeveralQuery,
    ) -> Fut<'a, Result<Vec<UserId>, Error>> {
        Box::pin(async move {
            match query.things.len() {
                // Of one thing, nobody holds two.
                0 | 1 => Ok(vec![]),
                _ => self.search(search::several(self.driver.texts().dialect(), query)).await,
            }
        })
    }

    fn members<'a>(&'a self, query: &'a MemberQuery) -> Fut<'a, Result<MembersPage, Error>> {
        Box::pin(self.members_page(query))
    }

    fn tuples<'a>(&'a self, query: &'a TupleQuery) -> Fut<'a, Result<Page<Tuple, Tuple>, Error>> {
        Box::pin(self.tuples_page(query))
    }

    fn related<'a>(
        &'a self,
        query: &'a RelatedQuery,
    ) -> Fut<'a, Result<Option<Vec<Tuple>>, Error>> {
        Box::pin(self.related_to(query))
    }

    fn due_messages(
        &self,
        channel: Channel,
        now: Timestamp,
        limit: u32,
    ) -> Fut<'_, Result<Vec<Message>, Error>> {
        Box::pin(self.all(S::DueMessages, params![now, channel.as_str(), limit]))
    }

    fn message(&self, id: MessageId) -> Fut<'_, Result<Option<Message>, Error>> {
        Box::pin(self.one(S::Message, params![id]))
    }

    fn messages(
        &self,
        after: Option<MessageId>,
        limit: u32,
    ) -> Fut<'_, Result<Vec<Message>, Error>> {
        let after = after.map_or(search::PAST_EVERY_ID, MessageId::to_bytes);
        Box::pin(self.all(S::Messages, params![after.to_vec(), limit]))
    }

    fn events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> Fut<'a, Result<Page<EventRow, EventId>, Error>> {
        let question = search::events(self.driver.texts().dialect(), query);
        Box::pin(async move {
            let rows = self.search(question).await?;
            Ok(search::page(rows, search::events_limit(query), |row: &EventRow| row.id))
        })
    }

    fn unchained(&self, limit: u32) -> Fut<'_, Result<Vec<EventRow>, Error>> {
        Box::pin(self.all(S::Unchained, params![limit]))
    }

    fn chain(&self, position: i64, limit: u32) -> Fut<'_, Result<Vec<EventRow>, Error>> {
        Box::pin(self.all(S::Chain, params![position, limit]))
    }

    fn meta<'a>(&'a self, name: &'a str) -> Fut<'a, Result<Option<Vec<u8>>, Error>> {
        Box::pin(self.one(S::Meta, params![name]))
    }

    fn changes(&self, after: i64) -> Fut<'_, Result<Changes, Error>> {
        Box::pin(self.changes_after(after))
    }

    fn commit<'a>(&'a self, batch: &'a Batch) -> Fut<'a, Result<(), CommitError>> {
        Box::pin(self.apply(batch))
    }

    fn ping(&self) -> Fut<'_, Result<(), Error>> {
        Box::pin(self.driver.ping())
    }

    fn close(&self) -> Fut<'_, ()> {
        Box::pin(self.driver.close())
    }
}
