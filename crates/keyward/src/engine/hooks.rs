//! Where the app may say no, and where it learns what happened.

use std::sync::Arc;
use std::time::Duration;

use keyward_core::Error;
use keyward_core::flow::{Decide, Verdict};
use keyward_core::id::UserId;
use keyward_core::identifier::Kind;
use keyward_core::port::{Batch, Fut, Write};
use keyward_core::record::{Event, Reason, What};
use keyward_core::refusal::Refusal;

use super::groups::GroupsOf;
use super::resources::Resources;
use crate::view::EventView;

/// Somebody wants to sign up.
#[derive(Clone, Debug)]
pub struct SignUpAttempt {
    /// E-mail address, as typed.
    pub email: Option<String>,
    /// Username, as typed.
    pub username: Option<String>,
    /// Phone number, as typed.
    pub phone: Option<String>,
    /// What to call the person.
    pub name: String,
    /// Client address.
    pub address: String,
}

/// Somebody proved who they are and is about to be signed in.
#[derive(Clone, Debug)]
pub struct SignInAttempt {
    /// Identifier, as typed; empty where none was, as after a recovery.
    pub identifier: String,
    /// Whose account it is.
    pub user: UserId,
    /// What was proven: `password`, `email_link`, `email_code`, `sms_code`,
    /// `recovery`, `verification`, `sign_up`, or
    /// the app's own word in [`sign_in_user`](crate::Keyward::sign_in_user).
    pub method: String,
    /// Client address.
    pub address: String,
}

/// A no from the app.
#[derive(Clone, Debug)]
pub struct Veto {
    /// A stable code of the app's own, `lower_snake`.
    pub code: String,
    /// What to tell the person.
    pub message: String,
}

impl Veto {
    /// A no with a code and a text for the person.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }
}

impl From<Veto> for Refusal {
    fn from(veto: Veto) -> Self {
        Self::Hook { code: veto.code, message: veto.message }
    }
}

/// What the app answers, if it does in time: a request does not wait for ever.
pub(crate) async fn in_time<T>(answer: Fut<'_, Result<T, Error>>) -> Result<T, Error> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(late) => Err(Error::because("hear from the app in time", late)),
    }
}

/// How long the app may take to answer a question that a request waits for.
const PATIENCE: Duration = Duration::from_secs(5);

type Gate<A> = Arc<dyn Fn(&A) -> Result<(), Veto> + Send + Sync>;
type Listener = Arc<dyn Fn(&EventView) -> Result<(), String> + Send + Sync>;

/// Everything the app hung in.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) before_sign_up: Vec<Gate<SignUpAttempt>>,
    pub(crate) before_sign_in: Vec<Gate<SignInAttempt>>,
    pub(crate) on_event: Vec<Listener>,
    pub(crate) groups_of: Option<GroupsOf>,
    pub(crate) resources: Option<Arc<dyn Resources>>,
    pub(crate) blocks: Vec<OwnBlock>,
    pub(crate) on_error: Option<crate::http::shape::OnError>,
}

pub(crate) use keyward_core::flow::OwnBlock;

impl Hooks {
    pub(crate) fn may_sign_up(&self, attempt: &SignUpAttempt) -> Result<(), Refusal> {
        self.before_sign_up.iter().try_for_each(|gate| gate(attempt)).map_err(Refusal::from)
    }

    /// Asks the app about a yes that signs somebody in, and about the account that
    /// the first sign-in makes. Whatever the door, such
    /// a yes has the event `sign_in.succeeded`, so none passes unasked.
    pub(crate) fn vet<Y>(&self, verdict: Verdict<Y>, cx: &mut Decide<'_>) -> Verdict<Y> {
        if let Some(account) = new_account(&verdict.batch)
            && let Err(refusal) = self.may_sign_up(&account)
        {
            return Verdict::no(refusal);
        }
        if self.before_sign_in.is_empty() {
            return verdict;
        }
        let Some(attempt) = verdict.batch.events.iter().find_map(attempt) else { return verdict };
        match self.before_sign_in.iter().try_for_each(|gate| gate(&attempt)) {
            Ok(()) => verdict,
            Err(veto) => vetoed(attempt, veto, verdict.batch, cx),
        }
    }
}

/// The account that a first sign-in makes. Of one that is made by signing up the
/// app was asked before the password was hashed.
fn new_account(batch: &Batch) -> Option<SignUpAttempt> {
    let by_sign_in = |e: &&Event| matches!(&e.what, What::UserCreated { by } if by == "sign_in");
    let event = batch.events.iter().find(by_sign_in)?;
    let named = |wanted: Kind| {
        batch.writes.iter().find_map(|write| match write {
            Write::AddIdentifier(name) if name.kind == wanted => Some(name.value.clone()),
            _ => None,
        })
    };
    Some(SignUpAttempt {
        email: named(Kind::Email),
        username: named(Kind::Username),
        phone: named(Kind::Phone),
        name: String::new(),
        address: event.personal.address.clone(),
    })
}

fn attempt(event: &Event) -> Option<SignInAttempt> {
    let What::SignInSucceeded { method } = &event.what else { return None };
    Some(SignInAttempt {
        identifier: event.personal.identifier.clone(),
        user: event.subject?,
        method: method.clone(),
        address: event.personal.address.clone(),
    })
}

/// Nothing of the yes is kept, but what it gave back to the limits.
fn vetoed<Y>(
    attempt: SignInAttempt,
    veto: Veto,
    mut batch: Batch,
    cx: &mut Decide<'_>,
) -> Verdict<Y> {
    let what = What::SignInFailed { method: attempt.method, reason: Reason::Hook };
    let mut event = cx.event(None, Some(attempt.user), what);
    event.personal.identifier = attempt.identifier;
    batch.writes.retain(|write| matches!(write, Write::GiveBack { .. }));
    Verdict::refuse(veto.into(), batch.writes, vec![event])
}
