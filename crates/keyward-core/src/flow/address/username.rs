//! Go by another username.

use super::confirm::removal;
use crate::Error;
use crate::flow::challenge::take;
use crate::flow::enrolled::allowed;
use crate::flow::password::tell;
use crate::flow::sign_up::{Name, new_identifier};
use crate::flow::step_up::Facts as Own;
use crate::flow::totp::touched;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{SessionId, UserId};
use crate::identifier::{Kind, Normalised, normalise};
use crate::port::{Fut, Take, Write};
use crate::record::What;
use crate::refusal::Refusal;

/// A signed-in person takes another username, or their first.
#[derive(Clone, Debug)]
pub struct ChangeUsername {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// As typed.
    pub to: String,
}

/// What must be known to change it.
#[derive(Debug)]
pub struct Facts {
    own: Own,
    wanted: Option<Normalised>,
    is_taken: bool,
}

impl Flow for ChangeUsername {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "change_username";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let own = Own::gather(self.user, self.session, cx).await?;
            let wanted = normalise(Kind::Username, &self.to).ok();
            let is_taken = match &wanted {
                Some(n) => cx.store.is_taken(n.kind, &n.text, n.skeleton.as_deref()).await?,
                None => false,
            };
            Ok(Facts { own, wanted, is_taken })
        })
    }

    fn takes(&self, _: &Facts, cx: &Gather<'_>) -> Vec<Take> {
        // Usernames are no secret, and are no list to be read out either.
        vec![take("change-username", &self.user.to_bytes(), cx.settings.requests, cx.now)]
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let (subject, _) = match allowed(facts.own, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let Some(normal) = facts.wanted else {
            return Verdict::no(Refusal::invalid("username", "username_invalid"));
        };
        let own: Vec<_> = subject.identifiers.iter().filter(|i| i.kind == Kind::Username).collect();
        // One's own name, or one that looks like it, is taken by nobody else.
        let is_own = own.iter().any(|i| i.normal == normal.text || i.skeleton == normal.skeleton);
        if facts.is_taken && !is_own {
            return Verdict::no(Refusal::invalid("username", "username_taken"));
        }
        let mut writes: Vec<Write> = own.iter().map(|name| removal(name)).collect();
        let change = if own.is_empty() { "added" } else { "replaced" }.into();
        let name = Name { typed: self.to.trim().to_owned(), normal };
        writes.push(Write::AddIdentifier(new_identifier(self.user, &name, cx.now)));
        writes.extend(touched(&subject, cx));
        writes.extend(tell(&subject, "account_changed", cx));
        let what = What::AddressChanged { identifier_kind: "username".into(), change };
        Verdict::yes((), writes, vec![cx.own_event(self.user, what)])
    }
}
