//! Make an account of one's own.

use serde_json::{Map, Value};

use super::address::keeps;
use super::challenge::{self, For, take};
use super::invite::{Brought, come_by};
use super::open::{Opened, Opening, Standing, open};
use super::verify::{ask_to_verify, to_prove, verified};
use super::{Decide, Done, Flow, Gather, Verdict, Work};
use crate::Error;
use crate::id::{CredentialId, FlowId, TenantId, UserId};
use crate::identifier::{self, Kind, Normalised};
use crate::password::rules;
use crate::port::{Decoy, Fut, Take, Write};
use crate::profile;
use crate::record::{Credential, Identifier, Invitation, Purpose, Subject, User, What};
use crate::refusal::{Problem, Refusal};
use crate::secret::Secret;
use crate::settings::{Ask, Settings, SignUpMode, VerifyMode};
use crate::time::Timestamp;

/// One attempt to sign up. At least one identifier is needed.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// E-mail address, as typed.
    pub email: Option<String>,
    /// Username, as typed.
    pub username: Option<String>,
    /// Phone number, as typed.
    pub phone: Option<String>,
    /// What to call the person; may be empty.
    pub name: String,
    /// As typed.
    pub password: Option<Secret>,
    /// Properties of the account.
    pub properties: Map<String, Value>,
    /// The secret of an invitation's link.
    pub invitation: Option<Secret>,
    /// How to open the session where nothing must be proven first.
    pub open: Opening,
}

/// What must be known to decide.
#[derive(Debug)]
pub struct Facts {
    names: Result<Vec<Name>, Vec<Problem>>,
    /// The account that already holds the e-mail address or phone number.
    holder: Option<(Kind, Subject)>,
    username_taken: bool,
    invitation: Option<Brought>,
}

/// An identifier as it was typed, and as it is compared.
#[derive(Clone, Debug)]
pub struct Name {
    /// As it was typed, trimmed.
    pub typed: String,
    /// As it is compared.
    pub normal: Normalised,
}

/// What signing up led to.
#[derive(Debug)]
pub enum SignedUp {
    /// The account exists, and a session is open.
    Complete(Box<Opened>),
    /// A code was sent. Says nothing about whether the address was free.
    NeedsVerification {
        /// The flow whose code is awaited.
        flow: FlowId,
        /// For the browser that asked.
        browser: Secret,
    },
}

impl Flow for SignUp {
    type Facts = Facts;
    type Yes = SignedUp;
    const NAME: &'static str = "sign_up";
    const FOR_STRANGERS: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let names = self.names(cx.settings);
            let (mut holder, mut username_taken) = (None, false);
            for name in names.iter().flatten() {
                let Normalised { kind, text, skeleton, .. } = &name.normal;
                if *kind == Kind::Username {
                    username_taken = cx.store.is_taken(*kind, text, skeleton.as_deref()).await?;
                } else {
                    // Looked up whether or not one before it is taken: as many reads.
                    let found = cx.store.subject_by(*kind, text).await?;
                    holder = holder.or(found.map(|subject| (*kind, subject)));
                }
            }
            let invitation = match &self.invitation {
                Some(link) => Some(Brought::gather(link, cx).await?),
                None => None,
            };
            Ok(Facts { names, holder, username_taken, invitation })
        })
    }

    fn work(&self, facts: &Facts) -> Work {
        match &self.password {
            Some(password) if facts.names.is_ok() => Work::hash(password),
            _ => Work::default(),
        }
    }

    fn decide(&self, facts: Facts, done: Done, cx: &mut Decide<'_>) -> Verdict<SignedUp> {
        let names = match facts.names {
            Ok(names) => names,
            Err(problems) => return Verdict::no(Refusal::Invalid(problems)),
        };
        // Without fields nothing is asked for: properties are the app's to give.
        if cx.settings.profile.is_empty() && !self.properties.is_empty() {
            return Verdict::no(Refusal::invalid("properties", "not_asked_for"));
        }
        let flaws = profile::look_at_first(&cx.settings.profile, &self.properties);
        if !flaws.is_empty() {
            return Verdict::no(Refusal::Flawed(flaws));
        }
        let invitation = match invited(facts.invitation.as_ref(), &names, cx) {
            Ok(invitation) => invitation,
            Err(refusal) => return Verdict::no(refusal),
        };
        if done.breached {
            return Verdict::no(Refusal::invalid("password", "password_breached"));
        }
        if facts.username_taken {
            return Verdict::no(Refusal::invalid("username", "username_taken"));
        }
        let (holder, freed) = match facts.holder {
            Some((kind, holder)) if gives_way(kind, &holder, invitation, cx.settings) => {
                (None, freed(&holder, names.iter().find(|name| name.normal.kind == kind)))
            }
            other => (other, vec![]),
        };
        if let Some((kind, holder)) = holder {
            let verdict = self.taken(kind, &holder, &names, done, cx);
            return used_up(verdict, invitation, &holder, cx);
        }
        let mut verdict = self.fresh(&names, invitation, done, cx).after(freed, vec![]);
        if let Some(brought) = &facts.invitation {
            brought.guard(&mut verdict, cx);
        }
        verdict
    }
}

impl SignUp {
    fn names(&self, settings: &Settings) -> Result<Vec<Name>, Vec<Problem>> {
        let given = [
            (Kind::Email, "email", "email_invalid", &self.email),
            (Kind::Username, "username", "username_invalid", &self.username),
            (Kind::Phone, "phone", "phone_invalid", &self.phone),
        ];
        let (mut names, mut problems) = (vec![], vec![]);
        for (kind, field, code, typed) in given {
            let Some(typed) = typed.as_deref().filter(|t| !t.is_empty()) else { continue };
            match identifier::normalise(kind, typed) {
                Ok(normal) if kind == Kind::Phone && !settings.may_text(&normal.text) => {
                    problems.push(Problem { field, code: "phone_not_served" });
                }
                Ok(normal) if is_asked(kind, settings) => {
                    names.push(Name { typed: typed.trim().to_owned(), normal });
                }
                _ => problems.push(Problem { field, code }),
            }
        }
        if problems.is_empty() {
            problems.extend(missing(&names, settings));
        }
        problems.extend(name_problem(&self.name));
        problems.extend(self.password_problems(&names, settings));
        if problems.is_empty() { Ok(names) } else { Err(problems) }
    }

    fn password_problems(&self, names: &[Name], settings: &Settings) -> Vec<Problem> {
        let given = self.password.as_ref().filter(|password| !password.reveal().is_empty());
        match (given, settings.sign_up_asks.password) {
            (None, Ask::Never | Ask::Maybe) => vec![],
            (Some(_), Ask::Never) => vec![Problem { field: "password", code: "not_asked_for" }],
            (None, Ask::Always) => password_problems(&Secret::new(""), "password", names, settings),
            (Some(given), Ask::Maybe | Ask::Always) => {
                password_problems(given, "password", names, settings)
            }
        }
    }

    /// The address is taken: its holder is told, the asker sees the usual answer, and the
    /// store has the usual work.
    fn taken(
        &self,
        kind: Kind,
        holder: &Subject,
        names: &[Name],
        done: Done,
        cx: &mut Decide<'_>,
    ) -> Verdict<SignedUp> {
        if cx.settings.verify == VerifyMode::None {
            let (field, code) = match kind {
                Kind::Phone => ("phone", "phone_taken"),
                _ => ("email", "email_taken"),
            };
            return Verdict::no(Refusal::invalid(field, code));
        }
        let nobody = match self.subject(names, done, cx) {
            Ok(subject) => subject,
            Err(refusal) => return Verdict::no(refusal),
        };
        let Some(asked) = to_prove(&nobody, cx.settings) else {
            return Verdict::no(Refusal::Conflict);
        };
        let (challenge, _, browser) = challenge::begin(decoy(asked), cx);
        let mut writes = decoys(nobody, cx);
        writes.extend(asking(names, cx));
        writes.push(Write::AddChallenge(challenge.clone()));
        writes.extend(challenge::limits(&challenge, cx));
        if let Some(to) = holder.identifier(kind)
            && let Ok(letter) = challenge::notice("already_registered", to, &holder.user.name, cx)
        {
            writes.push(letter);
        }
        let repeated = What::SignUpRepeated { identifier_kind: kind.as_str().into() };
        let repeated = cx.event(None, Some(holder.user.id), repeated);
        let sent = cx.event(None, None, What::VerificationSent { flow: challenge.id });
        let reply = SignedUp::NeedsVerification { flow: challenge.id, browser };
        Verdict::yes(reply, writes, vec![repeated, sent])
    }

    /// The account that somebody asks for.
    fn subject(&self, names: &[Name], done: Done, cx: &mut Decide<'_>) -> Result<Subject, Refusal> {
        let given = self.password.as_ref().is_some_and(|given| !given.reveal().is_empty());
        if given && done.hashed.is_none() {
            return Err(Refusal::Conflict);
        }
        let mut subject = new_subject(&self.name, names, done.hashed.filter(|_| given), cx);
        subject.user.properties = Value::Object(self.properties.clone()).to_string();
        Ok(subject)
    }

    fn fresh(
        &self,
        names: &[Name],
        invitation: Option<&Invitation>,
        done: Done,
        cx: &mut Decide<'_>,
    ) -> Verdict<SignedUp> {
        let mut subject = match self.subject(names, done, cx) {
            Ok(subject) => subject,
            Err(refusal) => return Verdict::no(refusal),
        };
        if let Some(invitation) = invitation.filter(|found| found.is_mailed) {
            // Whoever has its link reads the mail there.
            subject = verified(subject, Kind::Email, &invitation.normal, cx.now);
        }
        let user = subject.user.id;
        let mut writes = add_subject(&subject);
        writes.extend(asking(names, cx));
        let mut events = vec![cx.own_event(user, What::UserCreated { by: "sign_up".into() })];
        if let Some(invitation) = invitation {
            let (coming, came) = come_by(invitation, &subject, cx);
            writes.extend(coming);
            events.extend(came);
        }
        if !cx.settings.verify.lacks(&subject.identifiers).is_empty()
            && let Some((asked, asking, event)) = ask_to_verify(&subject, cx)
        {
            // A new account has no older challenges to kill.
            writes
                .extend(asking.into_iter().filter(|w| !matches!(w, Write::KillChallenges { .. })));
            events.push(event);
            let reply = SignedUp::NeedsVerification { flow: asked.flow, browser: asked.browser };
            return Verdict::yes(reply, writes, events);
        }
        let (opened, opening, event) =
            open(&subject.user, Standing::one("password"), self.open, cx);
        writes.extend(opening);
        let what = What::SignInSucceeded { method: "sign_up".into() };
        events.extend([cx.own_event(user, what), event]);
        Verdict::yes(SignedUp::Complete(Box::new(opened)), writes, events)
    }
}

/// Whether the holder of an address gives way to whoever was invited there: their claim was
/// never proven, and the link of the letter proves this one.
fn gives_way(
    kind: Kind,
    holder: &Subject,
    invitation: Option<&Invitation>,
    settings: &Settings,
) -> bool {
    let found = invitation.filter(|found| found.is_mailed && kind == Kind::Email);
    found.is_some_and(|found| !keeps(holder, kind, &found.normal, settings))
}

/// Takes the name from who held it.
fn freed(holder: &Subject, name: Option<&Name>) -> Vec<Write> {
    let Some(Name { normal, .. }) = name else { return vec![] };
    let (user, kind, normal) = (holder.user.id, normal.kind, normal.text.clone());
    vec![Write::RemoveIdentifier { user, kind, normal }, Write::NoteChange(user)]
}

/// An invitation is spent by an address that is taken as by any other: else whoever holds
/// one could ask about address after address. It gives the holder nothing.
fn used_up(
    verdict: Verdict<SignedUp>,
    invitation: Option<&Invitation>,
    holder: &Subject,
    cx: &mut Decide<'_>,
) -> Verdict<SignedUp> {
    let Some(found) = invitation.filter(|_| verdict.reply.is_ok()) else { return verdict };
    let user = holder.user.id;
    let spent = Write::SpendInvitation { id: found.id, user, at: cx.now };
    let used = cx.event(None, Some(user), What::InvitationUsed { invitation: found.id });
    verdict.after(vec![spent], vec![used])
}

/// The invitation that somebody brings; who brings none must be welcome without.
fn invited<'a>(
    brought: Option<&'a Brought>,
    names: &[Name],
    cx: &Decide<'_>,
) -> Result<Option<&'a Invitation>, Refusal> {
    let Some(brought) = brought else {
        let given: Vec<_> = names.iter().map(|n| (n.normal.kind, n.normal.text.as_str())).collect();
        return admitted(&given, &cx.settings.sign_up).map(|()| None);
    };
    if cx.settings.sign_up == SignUpMode::Closed {
        return Err(Refusal::SignUpClosed);
    }
    let found = brought.open(cx)?;
    let is_its = |n: &Name| n.normal.kind == Kind::Email && n.normal.text == found.normal;
    if !found.normal.is_empty() && !names.iter().any(is_its) {
        return Err(Refusal::invalid("email", "invited_elsewhere"));
    }
    Ok(Some(found))
}

/// Whether a name of this kind may be given to make an account.
fn is_asked(kind: Kind, settings: &Settings) -> bool {
    settings.identifiers.contains(&kind) && settings.sign_up_asks.of(kind) != Ask::Never
}

/// What must be given and was not.
fn missing(names: &[Name], settings: &Settings) -> Vec<Problem> {
    let has = |kind: Kind| names.iter().any(|name| name.normal.kind == kind);
    let must = |kind: &Kind| settings.sign_up_asks.of(*kind) == Ask::Always && !has(*kind);
    let asked = Kind::ALL.into_iter().filter(must);
    let mut problems: Vec<Problem> =
        asked.map(|kind| Problem { field: kind.as_str(), code: "missing" }).collect();
    let lacking = settings.verify.needs().iter().find(|any| !any.iter().any(|kind| has(*kind)));
    let lacking = lacking.copied().or(names.is_empty().then_some(&[Kind::Email][..]));
    if let (true, Some([first, ..])) = (problems.is_empty(), lacking) {
        problems.push(Problem { field: first.as_str(), code: "identifier_required" });
    }
    problems
}

/// What asking for an account with these addresses costs, new or taken, in the same
/// transaction: else the limit would tell them apart.
fn asking(names: &[Name], cx: &Decide<'_>) -> Vec<Write> {
    let reachable = names.iter().filter(|name| name.normal.kind != Kind::Username);
    let cost = |name: &Name| -> Take {
        take("sign-up", name.normal.text.as_bytes(), cx.settings.requests, cx.now)
    };
    reachable.map(|name| Write::Take(cost(name))).collect()
}

/// As many rows as an account has, as long, and with nothing of anybody in them.
fn decoys(subject: Subject, cx: &mut Decide<'_>) -> Vec<Write> {
    let blank = |text: &str| "x".repeat(text.chars().count());
    let Subject { mut user, identifiers, credentials } = subject;
    user.tenant = TenantId::mint(cx.now, cx.rng);
    (user.name, user.properties) = (blank(&user.name), blank(&user.properties));
    let tenant = user.tenant;
    let mut all = vec![Decoy::User(user)];
    all.extend(identifiers.into_iter().map(|name| {
        let (normal, value) = (blank(&name.normal), blank(&name.value));
        let skeleton = name.skeleton.as_deref().map(blank);
        Decoy::Identifier(Identifier { tenant, normal, value, skeleton, ..name })
    }));
    all.extend(credentials.into_iter().map(|credential| {
        let data = vec![b'x'; credential.data.len()];
        Decoy::Credential(Credential { data, ..credential })
    }));
    all.into_iter().map(Write::AddDecoy).collect()
}

/// A challenge that nobody can answer.
fn decoy(to: &Identifier) -> For<'_> {
    For { purpose: Purpose::Verify, user: None, kind: to.kind, normal: &to.normal, epoch: 0 }
}

/// Whether somebody of these names may make an account.
pub(super) fn admitted(names: &[(Kind, &str)], mode: &SignUpMode) -> Result<(), Refusal> {
    match mode {
        SignUpMode::Open => Ok(()),
        SignUpMode::Invited => Err(Refusal::InvitationRequired),
        SignUpMode::Closed => Err(Refusal::SignUpClosed),
        SignUpMode::Domains(domains) => {
            let email = names.iter().find(|(kind, _)| *kind == Kind::Email);
            let domain = email.and_then(|(_, name)| name.rsplit_once('@')).map(|(_, d)| d);
            let known = domain.is_some_and(|d| domains.iter().any(|known| known == d));
            known.then_some(()).ok_or(Refusal::DomainNotAllowed)
        }
    }
}

/// What is wrong with a display name, if anything.
pub(super) fn name_problem(name: &str) -> Option<Problem> {
    let bad = name.chars().count() > 200 || name.chars().any(char::is_control);
    bad.then_some(Problem { field: "name", code: "name_invalid" })
}

/// What is wrong with a new password.
pub(super) fn password_problems(
    password: &Secret,
    field: &'static str,
    names: &[Name],
    settings: &Settings,
) -> Vec<Problem> {
    let mut context: Vec<&str> = names.iter().map(|n| n.normal.text.as_str()).collect();
    context.push(&settings.brand);
    let codes = rules::check(password, settings.password_min, &context);
    codes.into_iter().map(|found| Problem { field, code: found.code() }).collect()
}

/// An account that does not exist yet.
pub(super) fn new_subject(
    name: &str,
    names: &[Name],
    phc: Option<String>,
    cx: &mut Decide<'_>,
) -> Subject {
    let id = UserId::mint(cx.now, cx.rng);
    let user = new_user(id, name, cx.now);
    let identifiers = names.iter().map(|n| new_identifier(id, n, cx.now)).collect();
    let credentials = phc
        .map(|phc| Credential {
            id: CredentialId::mint(cx.now, cx.rng),
            user: id,
            kind: "password".into(),
            data: phc.into_bytes(),
            created_at: cx.now,
        })
        .into_iter()
        .collect();
    Subject { user, identifiers, credentials }
}

fn new_user(id: UserId, name: &str, now: Timestamp) -> User {
    User {
        id,
        tenant: TenantId::MAIN,
        name: name.trim().to_owned(),
        properties: "{}".into(),
        created_at: now,
        updated_at: now,
        locked_at: None,
        lock_reason: String::new(),
        deleted_at: None,
        deleted_by: None,
        must_change_password: false,
        session_epoch: 0,
        access_version: 0,
        version: 0,
    }
}

/// A name of an account, not yet proven.
pub(super) fn new_identifier(user: UserId, name: &Name, now: Timestamp) -> Identifier {
    Identifier {
        user,
        tenant: TenantId::MAIN,
        kind: name.normal.kind,
        normal: name.normal.text.clone(),
        value: name.typed.clone(),
        skeleton: name.normal.skeleton.clone(),
        verified_at: None,
        created_at: now,
    }
}

/// Writes that make the account with its names and credentials.
pub(super) fn add_subject(subject: &Subject) -> Vec<Write> {
    let mut writes = vec![Write::AddUser(subject.user.clone())];
    writes.extend(subject.identifiers.iter().cloned().map(Write::AddIdentifier));
    writes.extend(subject.credentials.iter().cloned().map(Write::AddCredential));
    writes
}
