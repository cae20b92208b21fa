//! Where the app may say no, and where it learns what happened.

use std::sync::Arc;

use keyward_core::id::UserId;
use keyward_core::refusal::Refusal;

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
    /// Identifier, as typed.
    pub identifier: String,
    /// The account, when it is known already.
    pub user: Option<UserId>,
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

type Gate<A> = Arc<dyn Fn(&A) -> Result<(), Veto> + Send + Sync>;
type Listener = Arc<dyn Fn(&EventView) -> Result<(), String> + Send + Sync>;

/// Everything the app hung in.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) before_sign_up: Vec<Gate<SignUpAttempt>>,
    pub(crate) before_sign_in: Vec<Gate<SignInAttempt>>,
    pub(crate) on_event: Vec<Listener>,
}

impl Hooks {
    pub(crate) fn may_sign_up(&self, attempt: &SignUpAttempt) -> Result<(), Refusal> {
        self.before_sign_up.iter().try_for_each(|gate| gate(attempt)).map_err(Refusal::from)
    }

    pub(crate) fn may_sign_in(&self, attempt: &SignInAttempt) -> Result<(), Refusal> {
        self.before_sign_in.iter().try_for_each(|gate| gate(attempt)).map_err(Refusal::from)
    }
}
