//! Connect an account elsewhere to one's own, and take it away again.

use super::stored::Tokens;
use super::{Connection, ProviderUser};
use crate::Error;
use crate::flow::enrolled::allowed;
use crate::flow::password::tell;
use crate::flow::step_up::Facts as Holder;
use crate::flow::totp::touched;
use crate::flow::{Decide, Done, Flow, Gather, Verdict, ways_in};
use crate::id::{CredentialId, SessionId, UserId};
use crate::port::{Fut, Write};
use crate::record::{Event, Identity, Subject, What};
use crate::refusal::{ProviderFault, Refusal};

/// Accounts elsewhere that one account may be connected to.
const MAX: usize = 20;

/// Whoever is signed in came back from a service that they set out for to connect.
#[derive(Clone, Debug)]
pub struct ConnectProvider {
    /// Who.
    pub user: UserId,
    /// The session they come back to.
    pub session: SessionId,
    /// The account's session epoch when they set out.
    pub epoch: i64,
    /// Who the service says that they are.
    pub found: ProviderUser,
    /// What it gave, if that is kept.
    pub tokens: Option<Tokens>,
}

/// What must be known to connect.
#[derive(Debug)]
pub struct Facts {
    holder: Holder,
    identity: Option<Identity>,
}

impl Flow for ConnectProvider {
    type Facts = Facts;
    type Yes = CredentialId;
    const NAME: &'static str = "connect_provider";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let holder = Holder::gather(self.user, self.session, cx).await?;
            let found = &self.found;
            let identity = cx.store.identity(&found.issuer, &found.provider_id).await?;
            Ok(Facts { holder, identity })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<CredentialId> {
        let subject = match allowed(facts.holder, cx) {
            Ok((subject, _)) if subject.user.session_epoch == self.epoch => subject,
            Ok(_) => return Verdict::no(Refusal::Provider(ProviderFault::StateMismatch)),
            Err(refusal) => return Verdict::no(refusal),
        };
        let tokens = self.tokens.as_ref();
        let connections = Connection::of(&subject);
        match facts.identity {
            Some(known) if known.user != self.user => {
                Verdict::no(Refusal::Provider(ProviderFault::Taken))
            }
            Some(known) => match connections.iter().find(|c| c.id == known.credential) {
                Some(found) => {
                    Verdict::yes(found.id, vec![found.used(&self.found, tokens, cx)], vec![])
                }
                None => Verdict::no(Refusal::Conflict),
            },
            None if connections.len() >= MAX => {
                Verdict::no(Refusal::invalid("provider", "too_many"))
            }
            None => {
                let (id, mut writes, event) = link(&subject, &self.found, tokens, "owner", cx);
                writes.extend(touched(&subject, cx));
                Verdict::yes(id, writes, vec![event])
            }
        }
    }
}

/// What connects an account elsewhere. Its owner is told at every proven address.
pub(super) fn link(
    subject: &Subject,
    found: &ProviderUser,
    tokens: Option<&Tokens>,
    by: &str,
    cx: &mut Decide<'_>,
) -> (CredentialId, Vec<Write>, Event) {
    let user = subject.user.id;
    let (id, mut writes) = Connection::add(user, found, tokens, cx);
    writes.extend(tell(subject, "account_changed", cx));
    let provider = found.provider.clone();
    let what = What::ConnectionAdded { connection: id, provider, by: by.to_owned() };
    (id, writes, cx.own_event(user, what))
}

/// Takes a connected account away, unless it is the last way in.
#[derive(Clone, Debug)]
pub struct Disconnect {
    /// Whose it must be.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// Which.
    pub connection: CredentialId,
}

impl Flow for Disconnect {
    type Facts = Holder;
    type Yes = ();
    const NAME: &'static str = "disconnect";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Holder, Error>> {
        Box::pin(Holder::gather(self.user, self.session, cx))
    }

    fn decide(&self, facts: Holder, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let subject = match allowed(facts, cx) {
            Ok((subject, _)) => subject,
            Err(refusal) => return Verdict::no(refusal),
        };
        let connections = Connection::of(&subject);
        let Some(found) = connections.iter().find(|found| found.id == self.connection) else {
            return Verdict::no(Refusal::NotFound);
        };
        if !ways_in::has_another(&subject, self.connection) {
            return Verdict::no(Refusal::LastWayIn);
        }
        // Two that are taken away at once must not both be the one but last.
        let mut writes = touched(&subject, cx);
        writes.push(Write::SpendCredential(self.connection));
        writes.extend(tell(&subject, "account_changed", cx));
        let provider = found.provider().to_owned();
        let what = What::ConnectionRemoved { connection: self.connection, provider };
        Verdict::yes((), writes, vec![cx.own_event(self.user, what)])
    }
}
