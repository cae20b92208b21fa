//! What a handler may ask for, in whatever framework.

use keyward_authz::Permission;
use keyward_authz::filter::Filter;
use keyward_core::Error;
use keyward_core::id::{SessionId, UserId};
use keyward_core::identifier::Kind;
use keyward_core::record::Identifier;
use serde::Serialize;

use crate::context::Context;
use crate::engine::Keyward;
use crate::engine::ask::{Asked, Ruling, yes_or_no};
use crate::engine::groups::Known;
use crate::engine::policy::parse;
use crate::resource::{Protected, Resource};
use crate::table::Table;

/// Whoever is signed in. As an extractor it refuses with 401 if nobody is;
/// `Option<User>` is `None` then. Serialises without secrets.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// `usr_…`
    pub id: UserId,
    /// What to call them; may be empty.
    pub name: String,
    /// Their e-mail address, if they have one.
    pub email: Option<String>,
    /// Their username, if they have one.
    pub username: Option<String>,
    #[serde(skip)]
    auth: Keyward,
    #[serde(skip)]
    known: Known,
}

impl User {
    pub(super) fn new(auth: &Keyward, known: &Known) -> Self {
        let entry = &known.entry;
        let first = |kind| {
            let mut all = entry.identifiers.iter();
            all.find(|i| i.kind == kind).map(|i: &Identifier| i.value.clone())
        };
        Self {
            id: entry.user.id,
            name: entry.user.name.clone(),
            email: first(Kind::Email),
            username: first(Kind::Username),
            auth: auth.clone(),
            known: known.clone(),
        }
    }

    /// Whether they may do `permission` in general, to nothing in particular.
    /// What cannot be decided is an error, never a no.
    pub fn can(&self, permission: &str) -> Result<bool, Error> {
        self.holds(&parse(permission)?)
    }

    /// Whether they may do `permission` to this: its owner, its attributes, its
    /// lists and its relations count. What cannot be decided is an error, never
    /// a no.
    pub async fn can_on(&self, permission: &str, resource: &impl Protected) -> Result<bool, Error> {
        self.ask(permission, Some(&resource.resource()), &Context::new()).await?.allowed()
    }

    /// Whether they may do `permission`, to this if anything, under these
    /// circumstances; with the code and the limits that go with the answer.
    pub async fn ask(
        &self,
        permission: &str,
        resource: Option<&Resource>,
        context: &Context,
    ) -> Result<Ruling, Error> {
        self.auth.rule(self.known.asker(), &parse(permission)?, resource, context).await
    }

    /// The rows of a table of the app's own that they may do `permission` to: see
    /// [`Keyward::filter`].
    ///
    /// # Errors
    /// As there.
    pub async fn filter(&self, permission: &str, table: &Table) -> Result<Filter, Error> {
        let wanted = parse(permission)?;
        self.auth.rows(self.known.asker(), &wanted, table, &Context::new()).await
    }

    /// Whether they hold this role, assigned or inherited.
    pub fn has_role(&self, role: &str) -> bool {
        self.known.entry.has_role(role)
    }

    pub(super) fn holds(&self, wanted: &Permission) -> Result<bool, Error> {
        let context = Context::new();
        let asked = Asked { wanted, resource: None, context: &context, around: None };
        yes_or_no(self.auth.weigh(self.known.asker(), &asked)?.decision)
    }
}

/// The session of whoever is signed in. As an extractor it refuses with 401 if nobody is;
/// `Option<Session>` is `None` then.
#[derive(Clone, Debug)]
pub struct Session {
    /// `ses_…`
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Authenticator assurance level.
    pub aal: u8,
    /// What was proven.
    pub methods: Vec<String>,
    /// The app's own data: a JSON object.
    pub data: serde_json::Value,
    /// Who acts in it, where that is not the person whose it is: an administrator, who
    /// should see what that person sees, and do nothing in their name.
    pub impersonated_by: Option<UserId>,
}

impl Session {
    pub(super) fn new(known: &Known) -> Self {
        let entry = &known.entry;
        Self {
            id: entry.session.id,
            user: entry.user.id,
            aal: entry.session.aal,
            methods: entry.session.methods.clone(),
            data: serde_json::from_str(&entry.session.data).unwrap_or_default(),
            impersonated_by: entry.session.impersonator.map(|by| by.user),
        }
    }
}

/// Whoever or whatever the request comes from.
#[derive(Clone, Debug)]
pub enum Principal {
    /// Nobody that is known.
    Anonymous,
    /// A person.
    User(User),
}

impl Principal {
    pub(super) fn new(auth: &Keyward, known: Option<&Known>) -> Self {
        known.map_or(Self::Anonymous, |known| Self::User(User::new(auth, known)))
    }
}
