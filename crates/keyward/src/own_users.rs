//! People whom the app keeps in a table of its own.
//!
//! Their passwords stay where they are and are checked by every door that takes one: the
//! hosted pages, the API, [`Keyward::verify_credentials`], HTTP Basic. The first sign-in
//! makes an account that stands for them, without names and without a password; roles,
//! sessions, second factors and the log hang on it.

use std::sync::Arc;

use keyward_core::flow::Client;
use keyward_core::flow::open::Opening;
use keyward_core::flow::own_user::{self, OwnSignedIn, OwnUser, SignInOwn};
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::sign_in::SignIn;
use keyward_core::id::UserId;
use keyward_core::port::Fut;
use keyward_core::record::Identity;
use keyward_core::{Error, Secret};
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
use keyward_store::{Options, TableColumns, TableRow, UserTable};

use crate::engine::Keyward;
use crate::engine::hooks::in_time;
use crate::engine::run::Answer;

/// Somebody in the app's own table.
#[derive(Clone, Debug)]
pub struct StoredUser {
    /// What the app calls them, for ever: 1 to 255 bytes. Whoever gets the id of somebody
    /// who left gets their account.
    pub id: String,
    /// What to call them, when their account is made; may be empty.
    pub name: String,
    /// What is stored of their password, in any form that [`password`](crate::password)
    /// reads; empty for nothing, which no password opens.
    pub password: Secret,
}

/// Where an app keeps its people: three methods. Each answers in five seconds, or the
/// request is answered with 503. [`TableUsers`] does it for one table.
pub trait Users: Send + Sync + 'static {
    /// Which store it is, for ever: 1 to 255 bytes, `table:members`. An id of one store
    /// is nobody in another.
    fn name(&self) -> &str;

    /// Whoever has this login, as it was typed. `None` for nobody, and for anybody who
    /// may not sign in; then it is asked for among the accounts of Keyward's own.
    fn find_by_login<'a>(&'a self, login: &'a str) -> Fut<'a, Result<Option<StoredUser>, Error>>;

    /// Whoever has this id.
    fn load_by_id<'a>(&'a self, id: &'a str) -> Fut<'a, Result<Option<StoredUser>, Error>>;

    /// Stores another form of the same password, if what is stored is still `was`. It is
    /// asked to after a sign-in by a form that is weak, or another system's.
    fn save_hash<'a>(
        &'a self,
        id: &'a str,
        was: &'a Secret,
        now: &'a Secret,
    ) -> Fut<'a, Result<(), Error>>;
}

/// People in one table of a database of the app's: the one that Keyward lives in, or
/// another.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
#[derive(Debug)]
pub struct TableUsers {
    name: String,
    table: UserTable,
}

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
impl TableUsers {
    /// Opens the table in the database at `url`: `sqlite://FILE`, `postgres://…`,
    /// `mysql://…`. Nothing is migrated, and nothing but the password is ever written.
    ///
    /// # Errors
    /// A name that is none of SQL, a table or column that is not there, no connection.
    pub async fn open(url: &str, columns: TableColumns) -> Result<Self, Error> {
        let table = UserTable::open(url, &columns, &Options::default()).await?;
        Ok(Self { name: format!("table:{}", columns.table), table })
    }

    /// Lets go of the database.
    pub async fn close(&self) {
        self.table.close().await;
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
impl Users for TableUsers {
    fn name(&self) -> &str {
        &self.name
    }

    fn find_by_login<'a>(&'a self, login: &'a str) -> Fut<'a, Result<Option<StoredUser>, Error>> {
        Box::pin(async move { Ok(self.table.by_login(login).await?.map(stored)) })
    }

    fn load_by_id<'a>(&'a self, id: &'a str) -> Fut<'a, Result<Option<StoredUser>, Error>> {
        Box::pin(async move { Ok(self.table.by_id(id).await?.map(stored)) })
    }

    fn save_hash<'a>(
        &'a self,
        id: &'a str,
        was: &'a Secret,
        now: &'a Secret,
    ) -> Fut<'a, Result<(), Error>> {
        // Somebody else was quicker, if it is not there any more: theirs is as good.
        Box::pin(async move { self.table.save(id, was, now).await.map(drop) })
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
fn stored(row: TableRow) -> StoredUser {
    StoredUser { id: row.id, name: row.name, password: row.password }
}

/// The app's own store, as it is kept.
pub(crate) type OwnUsers = Option<Arc<dyn Users>>;

/// Whether a store can be used under its name.
pub(crate) fn check(users: &OwnUsers) -> Result<(), Error> {
    let name = users.as_ref().map(|users| users.name());
    match name.is_none_or(is_name) {
        true => Ok(()),
        false => Err(Error::new("use this name for the app's own people")),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= Identity::MAX
}

impl Keyward {
    /// Checks a name and a password, and opens what is asked for: with the app's own
    /// people, and where they know no such name, with the accounts here.
    pub(crate) async fn by_password(
        &self,
        identifier: String,
        password: Secret,
        open: Option<Opening>,
        client: &Client,
    ) -> Answer<SignedIn> {
        if let Some(users) = &self.0.users
            && let Some(found) = in_time(users.find_by_login(&identifier)).await?
        {
            return self.by_own(&**users, identifier, found, (password, open), client).await;
        }
        self.run(&SignIn { identifier, password, open }, client).await
    }

    async fn by_own(
        &self,
        users: &dyn Users,
        login: String,
        found: StoredUser,
        (password, open): (Secret, Option<Opening>),
        client: &Client,
    ) -> Answer<SignedIn> {
        if !is_name(&found.id) {
            return Err(Error::new("use the id of somebody of the app's own"));
        }
        let (id, was) = (found.id.clone(), found.password.clone());
        let found = OwnUser { id: found.id, name: found.name, password: found.password };
        let flow = SignInOwn { issuer: users.name().to_owned(), login, found, password, open };
        let answer = self.run(&flow, client).await?;
        Ok(match answer {
            Err(refusal) => Err(refusal),
            Ok(OwnSignedIn { signed_in, renewed }) => {
                if let Some(now) = renewed.map(Secret::new) {
                    self.renew_own(users, &id, &was, &now).await;
                }
                Ok(signed_in)
            }
        })
    }

    /// They are signed in already: a form that cannot be renewed is renewed next time.
    async fn renew_own(&self, users: &dyn Users, id: &str, was: &Secret, now: &Secret) {
        if let Err(error) = in_time(users.save_hash(id, was, now)).await {
            tracing::error!(?error, "a password of the app's own people was not renewed");
        }
    }

    /// The person of the app's own whom an account stands for, as the app has them now.
    /// `None` for an account that stands for nobody, and for somebody who is gone.
    pub async fn own_user(&self, user: UserId) -> Result<Option<StoredUser>, Error> {
        let Some(users) = &self.0.users else { return Ok(None) };
        let subject = self.0.store.subject(user).await?;
        let Some(id) = subject.as_ref().and_then(own_user::id_of) else { return Ok(None) };
        in_time(users.load_by_id(&id)).await
    }
}
