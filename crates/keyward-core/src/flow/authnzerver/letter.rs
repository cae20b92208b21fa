//! A frontend has a letter sent, with a secret of its own.

use serde_json::{Map, Value};

use crate::Error;
use crate::flow::challenge::{self, letters};
use crate::flow::session::merged;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::UserId;
use crate::identifier::Kind;
use crate::port::{Fut, Write};
use crate::record::{Subject, What};
use crate::refusal::Refusal;

/// Which letter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Letter {
    /// Welcomes somebody and has them prove their address.
    SignUp,
    /// To whoever forgot their password.
    ForgotPassword,
}

impl Letter {
    fn template(self) -> &'static str {
        match self {
            Self::SignUp => "frontend_sign_up",
            Self::ForgotPassword => "frontend_recover",
        }
    }
}

/// Puts a letter with a frontend's secret into the outbox, and notes that it was sent.
/// It takes from the limit of the address as every letter with a secret does.
#[derive(Clone, Debug)]
pub struct SendLetter {
    /// To whom.
    pub user: UserId,
    /// Which.
    pub letter: Letter,
    /// The full address of the page of the frontend that asks for the code.
    pub page: String,
    /// The frontend's secret.
    pub code: String,
    /// Not to be sent after.
    pub seconds: u64,
    /// What is merged into the properties: when it was sent.
    pub noted: Map<String, Value>,
}

impl Flow for SendLetter {
    type Facts = Option<Subject>;
    type Yes = ();
    const NAME: &'static str = "send_frontend_letter";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        if self.letter == Letter::ForgotPassword && !cx.settings.recovery {
            return Verdict::no(Refusal::RecoveryDisabled);
        }
        let Some(subject) = facts.filter(|subject| subject.user.is_active()) else {
            return Verdict::no(Refusal::NotFound);
        };
        let Some(to) = subject.identifier(Kind::Email) else {
            return Verdict::no(Refusal::NotFound);
        };
        let letter = challenge::Letter {
            to: to.value.clone(),
            language: cx.client.language.clone(),
            name: String::new(),
            code: Some(self.code.clone()),
            link: Some(self.page.clone()),
        };
        let limit = Write::Take(letters(Kind::Email, &to.normal, cx.settings, cx.now));
        let until = cx.now.plus(core::time::Duration::from_secs(self.seconds));
        let Ok(post) = challenge::others(self.letter.template(), &letter, to.user, until, cx)
        else {
            return Verdict::no(Refusal::invalid("email_address", "email_invalid"));
        };
        let mut user = subject.user.clone();
        user.properties = merged(&user.properties, &self.noted);
        user.updated_at = cx.now;
        let swap = Write::SwapUser { was: user.version, now: user };
        let fields = vec!["properties".to_owned()];
        let event = cx.event(None, Some(self.user), What::UserUpdated { fields });
        Verdict::yes((), vec![limit, swap, post, Write::NoteChange(self.user)], vec![event])
    }
}
