//! Give out the first tokens of a family.

use crate::Error;
use crate::crypto::refresh;
use crate::flow::proven::lacks;
use crate::flow::step_up::Facts;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{SessionId, UserId};
use crate::port::{Fut, Write};
use crate::record::{Family, Session, SessionKind, Subject, User, What};
use crate::refusal::{Problem, Refusal};
use crate::secret::Secret;
use crate::time::Timestamp;

/// Patterns of one family, at most.
const MAX_SCOPES: usize = 100;
/// Characters of a client's name for itself, at most.
const MAX_CLIENT: usize = 100;

/// What a family stands on.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A session of the account. The family is as good as that, and outlives it.
    Session {
        /// Which.
        session: SessionId,
        /// Whether it ends, because it was opened for this alone.
        close: bool,
    },
    /// The app, which authenticated the account itself.
    App {
        /// How: `app`, `saml`, …
        method: String,
    },
}

/// Gives out access and refresh tokens.
#[derive(Clone, Debug)]
pub struct IssueTokens {
    /// Whose.
    pub user: UserId,
    /// What they stand on.
    pub origin: Origin,
    /// The client's name for itself; every refresh must give the same.
    pub client_id: String,
    /// Patterns of what they may at most do; `None` for all that the account may.
    pub scopes: Option<Vec<String>>,
}

/// A family with its newest refresh token.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The family.
    pub session: Session,
    /// Whose.
    pub user: User,
    /// `kwr_…`: the only copy.
    pub refresh: Secret,
}

/// What a new family takes from where it comes from.
struct Ground {
    aal: u8,
    methods: Vec<String>,
    auth_time: Timestamp,
}

impl IssueTokens {
    fn problems(&self) -> Vec<Problem> {
        let is_plain = |text: &str| !text.chars().any(|c| c.is_control() || c.is_whitespace());
        let scopes = self.scopes.iter().flatten();
        let mut scopes = scopes.map(|it| is_plain(it) && keyward_authz::Pattern::parse(it).is_ok());
        let few = self.scopes.iter().all(|all| (1..=MAX_SCOPES).contains(&all.len()));
        let is_short = self.client_id.chars().count() <= MAX_CLIENT;
        [
            ("client_id", "name_invalid", is_short && is_plain(&self.client_id)),
            ("scope", "pattern_invalid", few && scopes.all(|fine| fine)),
        ]
        .into_iter()
        .filter(|(.., fine)| !fine)
        .map(|(field, code, _)| Problem { field, code })
        .collect()
    }

    fn ground(&self, facts: Facts, cx: &Decide<'_>) -> Result<(Subject, Ground), Refusal> {
        if let Origin::App { method } = &self.origin {
            let subject = facts.subject.ok_or(Refusal::NotFound)?;
            if !lacks(&subject, cx.settings).is_empty() {
                return Err(Refusal::Unverified { flow: None });
            }
            let ground = Ground { aal: 1, methods: vec![method.clone()], auth_time: cx.now };
            return Ok((subject, ground));
        }
        let (subject, session) = facts.live(cx)?;
        // Tokens come from a proof, never from tokens: else a copy lives for ever.
        if session.kind == SessionKind::Family {
            return Err(Refusal::Unauthenticated);
        }
        let Session { aal, methods, auth_time, .. } = session;
        Ok((subject, Ground { aal, methods, auth_time }))
    }
}

impl Flow for IssueTokens {
    type Facts = Facts;
    type Yes = Box<Issued>;
    const NAME: &'static str = "issue_tokens";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            match &self.origin {
                Origin::Session { session, .. } => Facts::gather(self.user, *session, cx).await,
                Origin::App { .. } => {
                    let subject = cx.store.subject(self.user).await?;
                    Ok(Facts { subject, session: None })
                }
            }
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Box<Issued>> {
        let (subject, ground) = match self.ground(facts, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        if !subject.user.is_active() {
            return Verdict::no(Refusal::InvalidCredentials);
        }
        let problems = self.problems();
        if !problems.is_empty() {
            return Verdict::no(Refusal::Invalid(problems));
        }
        let issued = self.open(subject.user, ground, cx);
        let mut writes = vec![Write::OpenSession(issued.session.clone())];
        if let Origin::Session { session, close: true } = &self.origin {
            writes.extend([Write::CloseSession(*session), Write::NoteChange(self.user)]);
        }
        let (session, client_id) = (issued.session.id, self.client_id.clone());
        let mut events = vec![];
        if let Origin::App { method } = &self.origin {
            let what = What::SignInSucceeded { method: method.clone() };
            events.push(cx.own_event(self.user, what));
        }
        events.push(cx.own_event(self.user, What::TokensIssued { session, client_id }));
        Verdict::yes(Box::new(issued), writes, events)
    }
}

impl IssueTokens {
    fn open(&self, user: User, ground: Ground, cx: &mut Decide<'_>) -> Issued {
        let id = SessionId::mint(cx.now, cx.rng);
        let (refresh, secret_hash) = refresh::first(&cx.keys.refresh, id, cx.rng);
        let family = Family {
            client_id: self.client_id.clone(),
            scopes: self.scopes.clone(),
            generation: 0,
            rotation: None,
        };
        let session = Session {
            id,
            user: user.id,
            secret_hash,
            kind: SessionKind::Family,
            epoch: user.session_epoch,
            aal: ground.aal,
            methods: ground.methods,
            auth_time: ground.auth_time,
            created_at: cx.now,
            seen_at: cx.now,
            idle: cx.settings.tokens.idle,
            expires_at: cx.now.plus(cx.settings.tokens.absolute),
            remember: true,
            client: cx.client.agent.clone(),
            address: cx.client.address.clone(),
            data: "{}".into(),
            impersonator: None,
            family: Some(family),
        };
        Issued { session, user, refresh }
    }
}
