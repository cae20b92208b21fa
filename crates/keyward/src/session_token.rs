//! A session that was just opened, for apps that sign people in themselves.

use keyward_core::Secret;
use keyward_core::flow::open::Opened;
use keyward_core::id::{SessionId, UserId};

use crate::engine::Keyward;
use crate::http::cookie;

/// A new session and the only copy of its token.
#[derive(Clone, Debug)]
pub struct OpenedSession {
    /// `ses_…`
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    token: Secret,
    cookie: Secret,
}

impl OpenedSession {
    pub(crate) fn new(auth: &Keyward, opened: &Opened) -> Self {
        let token = opened.token.clone();
        let cookie = Secret::new(cookie::session_line(auth, token.reveal()));
        Self { id: opened.session.id, user: opened.user.id, token, cookie }
    }

    /// For `Authorization: Bearer`.
    pub fn token(&self) -> &Secret {
        &self.token
    }

    /// The value of the `Set-Cookie` header that keeps it in a browser.
    pub fn set_cookie(&self) -> &str {
        self.cookie.reveal()
    }
}

impl Keyward {
    /// The value of the `Set-Cookie` header that takes the session out of a browser, for
    /// apps that sign people out themselves. It closes nothing: see
    /// [`close_session`](Self::close_session).
    pub fn unset_cookie(&self) -> String {
        cookie::unset_session_line(self)
    }
}
