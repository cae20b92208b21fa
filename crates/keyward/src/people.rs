//! People, for the app and the command line: the same decisions as over HTTP.

use std::cmp::Reverse;

use keyward_core::flow::admin::{Act, ActOn, AddPerson, Edit, EditPerson, Names};
use keyward_core::flow::limits::SeeLimits;
use keyward_core::flow::open::{Opening, Replaced};
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::role::{AssignRole, ChangeGrant};
use keyward_core::flow::session::{CloseSession, CloseSessions, SignInUser};
use keyward_core::flow::setup::FinishSetup;
use keyward_core::flow::{Client, Flow};
use keyward_core::id::{SessionId, UserId};
use keyward_core::identifier;
use keyward_core::port::{EventQuery, Page, PeopleQuery};
use keyward_core::record::{SessionKind, Subject, Term};
use keyward_core::refusal::Refusal;
use keyward_core::{Error, Secret};

use crate::engine::Keyward;
use crate::session_token::OpenedSession;
use crate::view::{EventView, Holdings, LimitRow, SessionRow, UserView};

/// An answer: yes with a value, no with a reason, or a failure to know.
pub type Answer<T> = Result<Result<T, Refusal>, Error>;

/// The answer to whoever holds no session.
pub(crate) fn nobody<T>() -> Answer<T> {
    Ok(Err(Refusal::Unauthenticated))
}

/// A new account.
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    /// E-mail address.
    pub email: Option<String>,
    /// Username.
    pub username: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// What to call them.
    pub name: String,
    /// Their first password, if they get one.
    pub password: Option<Secret>,
    /// In place of a password, what another system stored of it: any form that
    /// [`password`](crate::password) reads. Renewed at the first sign-in.
    pub password_hash: Option<String>,
    /// Count the names as proven.
    pub verified: bool,
}

/// How an app knows whom it signs in.
#[derive(Clone, Copy, Debug)]
pub struct Vouched<'a> {
    /// What the log calls it: `saml`, `app`.
    pub method: &'a str,
    /// The session that the same browser had before: it ends, so that nobody
    /// who planted its cookie is signed in with it.
    pub replaces: Option<SessionId>,
    /// Whether the session outlives the browser window.
    pub remember: bool,
}

impl Default for Vouched<'_> {
    fn default() -> Self {
        Self { method: "app", replaces: None, remember: false }
    }
}

impl Keyward {
    async fn decide<F: Flow>(&self, flow: F) -> Answer<F::Yes> {
        self.run(&flow, &Client::default()).await
    }

    /// Makes an account.
    pub async fn add_person(&self, new: NewPerson) -> Answer<UserView> {
        let NewPerson { email, username, phone, name, password, password_hash, verified } = new;
        let names = Names { email, username, phone };
        let by = "library";
        let flow = AddPerson { names, name, password, password_hash, verified, actor: None, by };
        let answer = self.decide(flow).await?;
        Ok(answer.map(|subject| view(&subject)))
    }

    /// Makes the first administrator, or another one.
    pub async fn add_admin(&self, email: &str, password: Secret) -> Answer<UserView> {
        let flow = FinishSetup {
            token: None,
            email: email.to_owned(),
            name: String::new(),
            password,
            open: Opening::browser(),
        };
        match self.decide(flow).await? {
            Ok(opened) => {
                let user = opened.user.id;
                self.close_sessions(user).await?.ok();
                Ok(self.person(user).await?.ok_or(Refusal::NotFound))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// An account by its id.
    pub async fn person(&self, user: UserId) -> Result<Option<UserView>, Error> {
        Ok(self.0.store.subject(user).await?.map(|s| view(&s)))
    }

    /// An account by id, e-mail address, username or phone number.
    pub async fn find_person(&self, name: &str) -> Result<Option<UserView>, Error> {
        if let Some(id) = UserId::parse(name) {
            return self.person(id).await;
        }
        let kind = identifier::guess(name);
        let Ok(found) = identifier::normalise(kind, name) else { return Ok(None) };
        Ok(self.0.store.subject_by(kind, &found.text).await?.map(|s| view(&s)))
    }

    /// Accounts, newest first.
    pub async fn people(&self, query: &PeopleQuery) -> Result<Page<UserView, UserId>, Error> {
        let page = self.0.store.people(query).await?;
        let data = page.data.iter().map(|(user, names)| UserView::new(user, names)).collect();
        Ok(Page { data, next: page.next })
    }

    /// Changes names and properties of an account.
    pub async fn edit_person(&self, user: UserId, edit: EditPerson) -> Answer<()> {
        Ok(self.decide(Edit { user, edit, actor: None }).await?.map(drop))
    }

    /// Locks, unlocks, deletes, restores, verifies, or sets a password.
    pub async fn act_on(&self, user: UserId, act: Act) -> Answer<()> {
        Ok(self.decide(ActOn { user, act, actor: None }).await?.map(drop))
    }

    /// Gives a role to an account, or takes it.
    pub async fn assign_role(&self, user: UserId, role: &str, give: bool) -> Answer<()> {
        let role = role.to_owned();
        self.decide(AssignRole { user, role, give, term: Term::ALWAYS, actor: None }).await
    }

    /// Gives a permission to an account directly, or takes it.
    pub async fn change_grant(
        &self,
        user: UserId,
        effect: keyward_authz::Effect,
        permission: &str,
        give: bool,
    ) -> Answer<()> {
        let pattern = permission.to_owned();
        self.decide(ChangeGrant { user, effect, pattern, give, term: Term::ALWAYS, actor: None })
            .await
    }

    /// The roles, groups and direct permissions of an account, those that have
    /// ended or not begun included.
    pub async fn holdings(&self, user: UserId) -> Result<Holdings, Error> {
        Ok(Holdings::new(&self.0.store.access(user).await?))
    }

    /// The live sessions of an account, newest first.
    pub async fn session_list(&self, user: UserId) -> Result<Vec<SessionRow>, Error> {
        self.live_sessions(user, None).await
    }

    /// The live sessions of an account; `current` is the one that asks.
    pub(crate) async fn live_sessions(
        &self,
        user: UserId,
        current: Option<SessionId>,
    ) -> Result<Vec<SessionRow>, Error> {
        let now = self.now();
        let epoch = self.0.store.user(user).await?.map(|u| u.session_epoch);
        let all = self.0.store.sessions_of(user).await?;
        let live = all.iter().filter(|s| s.is_alive(now) && Some(s.epoch) == epoch);
        Ok(live.map(|s| SessionRow::new(s, current)).collect())
    }

    /// Whose session this is, ended or not.
    pub async fn session_owner(&self, session: SessionId) -> Result<Option<UserId>, Error> {
        Ok(self.0.store.session(session).await?.map(|(session, _)| session.user))
    }

    /// The last 20 sign-ins and attempts to sign in, newest first, each with its
    /// reason; those that stopped at the second factor as well. The person sees less
    /// than this.
    pub async fn sign_in_attempts(&self, user: UserId) -> Result<Vec<EventView>, Error> {
        let mut found = vec![];
        for kind in ATTEMPTS {
            let (subject, kind) = (Some(user), Some(kind.to_owned()));
            let query = EventQuery { subject, kind, limit: SHOWN, ..EventQuery::default() };
            found.extend(self.audit(&query).await?);
        }
        found.sort_unstable_by_key(|event| Reverse(event.id));
        found.truncate(SHOWN as usize);
        Ok(found)
    }

    /// The limits of an account with whoever it does not know, and how much of each is
    /// used. Known devices have others of their own.
    pub async fn limits_of(&self, user: UserId) -> Result<Vec<LimitRow>, Error> {
        let found = self.run(&SeeLimits { user }, &Client::default()).await?;
        Ok(found.unwrap_or_default().into_iter().map(LimitRow::from).collect())
    }

    /// Closes one session of an account.
    pub async fn close_session(&self, user: UserId, session: SessionId) -> Answer<()> {
        self.decide(CloseSession { user, session, actor: None, by: "admin" }).await
    }

    /// Closes every session of an account.
    pub async fn close_sessions(&self, user: UserId) -> Answer<()> {
        self.decide(CloseSessions { user, except: None, actor: None, by: "admin" }).await
    }

    /// Entries of the audit log, newest first.
    pub async fn audit(&self, query: &EventQuery) -> Result<Vec<EventView>, Error> {
        Ok(self.0.store.events(query).await?.data.iter().map(EventView::new).collect())
    }

    /// Opens a session for an account that the app authenticated itself. Locks
    /// and missing verification are obeyed, hooks are asked, the log says `app`.
    pub async fn sign_in_user(&self, user: &UserId) -> Answer<OpenedSession> {
        self.sign_in_vouched(user, Vouched::default()).await
    }

    /// Like [`sign_in_user`](Self::sign_in_user), with more to say.
    pub async fn sign_in_vouched(&self, user: &UserId, how: Vouched<'_>) -> Answer<OpenedSession> {
        let Vouched { method, replaces, remember } = how;
        let replaces = match replaces {
            Some(old) => self.0.store.session(old).await?.map(|(s, _)| s.user),
            None => None,
        }
        .zip(replaces)
        .map(|(user, session)| Replaced { session, user });
        let open = Opening { kind: SessionKind::Browser, remember, replaces };
        let flow = SignInUser { user: *user, method: method.to_owned(), open };
        Ok(self.decide(flow).await?.map(|opened| OpenedSession::new(self, &opened)))
    }

    /// Checks a password without opening a session, with the same limits,
    /// records and rehash as a sign-in.
    pub async fn verify_credentials(&self, name: &str, password: &Secret) -> Answer<UserView> {
        let client = Client::default();
        match self.by_password(name.to_owned(), password.clone(), None, &client).await? {
            Ok(SignedIn::Checked(user)) => {
                Ok(self.person(user.id).await?.ok_or(Refusal::InvalidCredentials))
            }
            Ok(SignedIn::NeedsVerification { flow, .. }) => {
                Ok(Err(Refusal::Unverified { flow: Some(flow) }))
            }
            Ok(SignedIn::Complete { .. } | SignedIn::NeedsMfa { .. }) => {
                Err(Error::new("check without opening"))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }
}

/// What tells of attempts to sign in.
const ATTEMPTS: [&str; 3] = ["sign_in.", "mfa.required", "mfa.failed"];

/// Attempts that are shown, at most.
const SHOWN: u32 = 20;

fn view(subject: &Subject) -> UserView {
    UserView::new(&subject.user, &subject.identifiers)
}
