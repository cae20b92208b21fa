//! A frontend changes a password for somebody who knows the old one.

use crate::Error;
use crate::flow::guess::AtPassword;
use crate::flow::password::{new_password_problems, set_password, tell};
use crate::flow::sign_in::{password_of, text};
use crate::flow::{Decide, Done, Flow, Gather, Stored, Verdict, Work};
use crate::id::{SessionId, UserId};
use crate::port::{Fut, Take, Write};
use crate::record::{Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// Sets a new password for whoever knows the old one. Sessions are closed, all but one
/// that the frontend names: it holds the token of that and cannot be given another.
#[derive(Clone, Debug)]
pub struct ChangeKnown {
    /// Whose.
    pub user: UserId,
    /// As typed.
    pub current: Secret,
    /// As typed.
    pub new: Secret,
    /// This session stays.
    pub keep: Option<SessionId>,
}

/// What must be known to change a password.
#[derive(Debug)]
pub struct KnownFacts {
    subject: Option<Subject>,
    guess: AtPassword,
}

impl Flow for ChangeKnown {
    type Facts = KnownFacts;
    type Yes = ();
    const NAME: &'static str = "change_known_password";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<KnownFacts, Error>> {
        Box::pin(async move {
            let subject = cx.store.subject(self.user).await?.filter(|it| it.user.is_active());
            let guess = AtPassword::gather(subject.as_ref(), Some(self.user), "", cx).await?;
            Ok(KnownFacts { subject, guess })
        })
    }

    fn takes(&self, facts: &KnownFacts, cx: &Gather<'_>) -> Vec<Take> {
        facts.guess.takes(cx)
    }

    fn work(&self, facts: &KnownFacts) -> Work {
        let found = password_of(facts.subject.as_ref()).filter(|_| !facts.guess.is_dead());
        let stored = found.map_or(Stored::Decoy, |found| Stored::Phc(text(found)));
        Work::verify(&self.current, stored).and(Work::hash(&self.new))
    }

    fn decide(&self, facts: KnownFacts, mut done: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let KnownFacts { subject, guess } = facts;
        let Some(subject) = subject.filter(|_| done.verified) else {
            let what = What::SignInFailed { method: "password".into(), reason: guess.why_not() };
            let event = cx.event(None, Some(self.user), what);
            return Verdict::refuse(Refusal::InvalidCredentials, vec![guess.wrong()], vec![event]);
        };
        if self.current.matches(&self.new) {
            let same = Refusal::invalid("new_password", "password_unchanged");
            return Verdict::refuse(same, guess.right(cx), vec![]);
        }
        let problems = new_password_problems(&self.new, "new_password", &subject, cx.settings);
        if !problems.is_empty() {
            return Verdict::refuse(Refusal::Invalid(problems), guess.right(cx), vec![]);
        }
        let phc = match done.new_hash("new_password") {
            Ok(phc) => phc,
            Err(refusal) => return Verdict::refuse(refusal, guess.right(cx), vec![]),
        };
        let (user, mut writes) = set_password(&subject, phc, self.keep.is_none(), cx);
        if self.keep.is_some() {
            writes.push(Write::CloseSessionsOf { user: user.id, except: self.keep });
        }
        writes.extend(guess.right(cx));
        writes.extend(tell(&subject, "password_changed", cx));
        let what = What::PasswordChanged { by: "owner".into(), closed_sessions: true };
        Verdict::yes((), writes, vec![cx.own_event(user.id, what)])
    }
}
