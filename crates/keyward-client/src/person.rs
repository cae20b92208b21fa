//! Signing in, being somebody, and what they may do.

use serde::Serialize;
use serde_json::{Value, json};

use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::problem::Problem;
use crate::types::{Answer, Outcome, Session, User};

/// Who asks, as the server has just said it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Identity {
    /// The account.
    pub user: User,
    /// The session; none with an API key or an access token.
    pub session: Option<Session>,
    /// The roles held.
    pub roles: Vec<String>,
}

impl Client {
    /// Signs in, and is a client of that session.
    ///
    /// # Errors
    /// The problem is `invalid_credentials` where name or password is wrong. Where the
    /// password is right and more is needed, it is [`Error::NextStep`].
    pub async fn sign_in(&self, identifier: &str, password: &str) -> Result<Self> {
        let body = json!({ "identifier": identifier, "password": password, "session": "token" });
        self.entered(self.post_sign_in(body).await?)
    }

    /// Answers what [`sign_in`](Self::sign_in) asked for next with a code of the method
    /// (`totp`, `recovery_code`, …), and is a client of the session.
    ///
    /// # Errors
    /// As there; the problem is `mfa_invalid` where the code is wrong.
    pub async fn second_factor(&self, step: &Outcome, method: &str, code: &str) -> Result<Self> {
        let mut body = json!({ "flow_id": step.flow_id, "method": method, "code": code });
        if let (Some(token), Some(body)) = (&step.flow_token, body.as_object_mut()) {
            body.insert("flow_token".to_owned(), token.reveal().into());
        }
        self.entered(self.post_sign_in_mfa(body).await?)
    }

    /// Ends the session.
    ///
    /// # Errors
    /// It was none, or the server cannot be asked.
    pub async fn sign_out(&self) -> Result<()> {
        self.post_sign_out().await
    }

    /// Who the credentials belong to.
    ///
    /// # Errors
    /// They belong to nobody ([`Error::is_unauthenticated`]), or the server cannot be
    /// asked.
    pub async fn identify(&self) -> Result<Identity> {
        if self.credentials.is_boundable() {
            let user = self.get_me().await?;
            let held = self.get_me_permissions().await?;
            let roles = held.get("roles").and_then(Value::as_array).into_iter().flatten();
            let roles = roles.filter_map(Value::as_str).map(str::to_owned).collect();
            return Ok(Identity { user, session: None, roles });
        }
        let session = self.get_session().await?;
        let (user, roles) = (session.user.clone(), session.roles.clone());
        Ok(Identity { user, session: Some(session), roles })
    }

    /// Whether they may.
    ///
    /// # Errors
    /// Nobody is signed in, or it cannot be decided right now: neither is a no.
    pub async fn can(&self, permission: &str) -> Result<bool> {
        self.post_can(json!({ "permission": permission })).await?.decided()
    }

    /// Whether they may, on this: a text such as `posts:42`, or what the application knows
    /// of it as JSON (`type`, `id`, `owner`, `attributes`, …).
    ///
    /// # Errors
    /// As [`can`](Self::can).
    pub async fn can_on(&self, permission: &str, resource: impl Serialize) -> Result<bool> {
        let resource = serde_json::to_value(resource);
        let resource = resource.map_err(|why| Error::Misuse(why.to_string()))?;
        let asked = json!({ "permission": permission, "resource": resource });
        match resource.as_str() {
            Some(named) => {
                let asked = self.get_can().query("permission", permission);
                asked.query("resource", named).await?.decided()
            }
            None => self.post_can(asked).await?.decided(),
        }
    }

    /// The same for up to 100 permissions at once, in the order in which they are asked.
    ///
    /// # Errors
    /// As [`can`](Self::can).
    pub async fn can_each(&self, permissions: &[&str]) -> Result<Vec<bool>> {
        let questions: Vec<_> =
            permissions.iter().map(|permission| json!({ "permission": permission })).collect();
        let mut said = self.post_can_batch(json!({ "questions": questions })).await?;
        let answers = said.get_mut("answers").map(Value::take).unwrap_or_default();
        let answers: Vec<Answer> = serde_json::from_value(answers)
            .map_err(|_| Error::Unexpected("a batch without answers".to_owned()))?;
        let asked = answers.iter().map(|answer| answer.permission.as_str());
        if !asked.eq(permissions.iter().copied()) {
            return Err(Error::Unexpected("answers to other questions".to_owned()));
        }
        answers.iter().map(Answer::decided).collect()
    }

    fn entered(&self, outcome: Outcome) -> Result<Self> {
        match &outcome.token {
            Some(token) if outcome.status == "complete" => {
                Ok(self.using(Credentials::bearer(token.reveal())?))
            }
            None if outcome.status == "complete" => {
                Err(Error::Unexpected("a session without its token".to_owned()))
            }
            _ => Err(Error::NextStep(Box::new(outcome))),
        }
    }
}

impl Answer {
    /// Yes or no.
    ///
    /// # Errors
    /// It could not be decided, which is neither.
    pub fn decided(&self) -> Result<bool> {
        self.allowed.ok_or_else(|| Error::Problem(Box::new(Problem::undecided(&self.code))))
    }
}
