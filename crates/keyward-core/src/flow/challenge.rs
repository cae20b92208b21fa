//! Challenges: minted, mailed, answered. Shared by every flow that sends a secret.

use serde::{Deserialize, Serialize};

use super::guess::{Guessed, Guesser, networks};
use super::{Client, Decide, Gather};
use crate::Error;
use crate::crypto::keys::Keys;
use crate::crypto::mac::mac;
use crate::crypto::seal::{self, Aad};
use crate::crypto::token;
use crate::id::{FlowId, MessageId, UserId};
use crate::identifier::Kind;
use crate::port::{Take, Write};
use crate::record::{
    Challenge, Channel, Identifier, Invitation, Message, MessageState, Purpose, Reason, Subject,
};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::{Rate, Settings};
use crate::time::Timestamp;

/// What a carrier needs to write and deliver a message. Sealed in the outbox.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Letter {
    /// Address, byte for byte as its owner typed it.
    pub to: String,
    /// The language to write in.
    pub language: String,
    /// What to call the reader; may be empty.
    pub name: String,
    /// Six digits.
    pub code: Option<String>,
    /// The secret of the link, without the address around it.
    pub link: Option<String>,
}

impl Letter {
    /// Opens a letter that was sealed for `message`.
    pub fn open(keys: &Keys, message: &Message) -> Result<Self, Error> {
        let plain = seal::unseal(&keys.seal, &aad(&message.id.to_bytes()), &message.payload)
            .map_err(|cause| Error::because("unseal the message", cause))?;
        serde_json::from_slice(&plain).map_err(|cause| Error::because("read the message", cause))
    }
}

fn aad(id: &[u8; 16]) -> Aad<'_> {
    Aad { table: "messages", column: "payload", row: id }
}

/// The two secrets of a challenge, on their way into a letter.
#[derive(Debug)]
pub(super) struct Secrets {
    code: Secret,
    code_hash: [u8; 32],
    link: Secret,
    link_hash: [u8; 32],
}

impl Secrets {
    pub(super) fn mint(flow: FlowId, cx: &mut Decide<'_>) -> Self {
        // The id in front finds the row; the secret behind it is what counts.
        let (secret, _) = token::mint(cx.rng);
        let link = Secret::new(format!("{flow}.{}", secret.reveal()));
        let link_hash = token::digest(link.reveal());
        let code = code_of(cx.keys, &link);
        let code_hash = code_hash(cx.keys, flow, &code);
        Self { code, code_hash, link, link_hash }
    }

    /// Replaces the secrets of a challenge; attempts and expiry stay.
    pub(super) fn renew(&self, challenge: &Challenge, sent_at: Timestamp) -> Write {
        Write::RenewChallenge {
            id: challenge.id,
            was: challenge.code_hash,
            code_hash: self.code_hash,
            link_hash: self.link_hash,
            sent_at,
        }
    }
}

/// For whom a challenge is, and what for.
pub(super) struct For<'a> {
    pub(super) purpose: Purpose,
    pub(super) user: Option<UserId>,
    pub(super) kind: Kind,
    pub(super) normal: &'a str,
    pub(super) epoch: i64,
}

/// Begins a challenge. The browser that asks keeps the returned secret; with
/// it the answer may open a session, without it only prove the address.
pub(super) fn begin(what: For<'_>, cx: &mut Decide<'_>) -> (Challenge, Secrets, Secret) {
    let id = FlowId::mint(cx.now, cx.rng);
    let secrets = Secrets::mint(id, cx);
    let (browser, browser_hash) = token::mint(cx.rng);
    let challenge = Challenge {
        id,
        purpose: what.purpose,
        user: what.user,
        kind: what.kind,
        normal: what.normal.to_owned(),
        code_hash: secrets.code_hash,
        link_hash: secrets.link_hash,
        browser_hash: Some(browser_hash),
        attempts_left: i64::from(cx.settings.challenge_attempts),
        created_at: cx.now,
        expires_at: cx.now.plus(cx.settings.lifetime(what.purpose)),
        sent_at: cx.now,
        epoch: what.epoch,
        data: String::new(),
    };
    (challenge, secrets, browser)
}

/// Writes that begin a challenge and kill the account's older ones for the same
/// address. Those for an address that nobody has are left to expire: they open
/// nothing, and the work is the same.
pub(super) fn replace(challenge: &Challenge) -> Vec<Write> {
    vec![
        Write::KillChallenges {
            user: challenge.user.unwrap_or(UserId::NOBODY),
            purpose: challenge.purpose,
            kind: challenge.kind,
            normal: challenge.normal.clone(),
        },
        Write::AddChallenge(challenge.clone()),
    ]
}

/// Whose challenge it is. Of one that nobody has, nobody is looked for: the work is the
/// same.
pub(super) async fn subject(
    challenge: Option<&Challenge>,
    store: &dyn crate::port::Store,
) -> Result<Option<Subject>, Error> {
    match challenge {
        Some(found) => store.subject(found.user.unwrap_or(UserId::NOBODY)).await,
        None => Ok(None),
    }
}

/// Where a letter goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct To<'a> {
    /// Whose address it is; `None` if no account has it.
    pub(super) user: Option<UserId>,
    /// Its kind.
    pub(super) kind: Kind,
    /// As it was typed; empty where nobody is written to.
    pub(super) value: &'a str,
}

impl<'a> From<&'a Identifier> for To<'a> {
    fn from(name: &'a Identifier) -> Self {
        Self { user: Some(name.user), kind: name.kind, value: &name.value }
    }
}

impl To<'_> {
    /// To nobody: the same work is done, and nothing leaves the house.
    pub(super) fn nobody(kind: Kind) -> Self {
        Self { user: None, kind, value: "" }
    }
}

/// A letter with the secrets of a challenge, sealed for the outbox.
pub(super) fn letter(
    template: &str,
    challenge: &Challenge,
    secrets: &Secrets,
    to: To<'_>,
    cx: &mut Decide<'_>,
) -> Result<Write, Error> {
    if to.kind == Kind::Phone && !cx.settings.may_text(&challenge.normal) {
        return Err(Error::new("send a text message to this country"));
    }
    let letter = Letter {
        to: to.value.to_owned(),
        language: cx.client.language.clone(),
        name: String::new(),
        code: Some(secrets.code.reveal().to_owned()),
        link: (to.kind == Kind::Email).then(|| secrets.link.reveal().to_owned()),
    };
    let until = challenge.expires_at;
    let write = post(template, &letter, Some(challenge.id), to.user, to.kind, until, cx)?;
    Ok(if to.value.is_empty() { unsent(write) } else { write })
}

/// A letter with the link of a challenge alone.
pub(super) fn link_letter(
    template: &str,
    challenge: &Challenge,
    secrets: &Secrets,
    to: To<'_>,
    cx: &mut Decide<'_>,
) -> Result<Write, Error> {
    let letter = Letter {
        to: to.value.to_owned(),
        language: cx.client.language.clone(),
        name: String::new(),
        code: None,
        link: Some(secrets.link.reveal().to_owned()),
    };
    post(template, &letter, Some(challenge.id), to.user, to.kind, challenge.expires_at, cx)
}

/// A letter with the link of an invitation. It takes from the limit of the address
/// as every letter with a secret does.
pub(super) fn invitation_letter(
    invitation: &Invitation,
    link: &Secret,
    cx: &mut Decide<'_>,
) -> Result<Vec<Write>, Error> {
    let letter = Letter {
        to: invitation.email.clone(),
        language: cx.client.language.clone(),
        name: String::new(),
        code: None,
        link: Some(link.reveal().to_owned()),
    };
    let limit = Write::Take(letters(Kind::Email, &invitation.normal, cx.settings, cx.now));
    let until = invitation.expires_at;
    let post = post("invitation", &letter, None, None, Kind::Email, until, cx)?;
    Ok(vec![limit, post])
}

/// A letter that was over before it began: the row is there, and is never due.
fn unsent(write: Write) -> Write {
    let Write::AddMessage(message) = write else { return write };
    let (state, payload) = (MessageState::Failed, vec![]);
    let last_error = "nobody has this address".into();
    Write::AddMessage(Message { state, payload, last_error, ..message })
}

/// What a letter to the address of a challenge takes, whatever it is for: asking
/// for another kind of letter is no way around it. An address that nobody has
/// counts alike. It counts for the address, for the network that asks, and a text
/// message among all of them.
pub(super) fn limits(challenge: &Challenge, cx: &Decide<'_>) -> Vec<Write> {
    let mut takes = vec![letters(challenge.kind, &challenge.normal, cx.settings, cx.now)];
    if let Some([_, network]) = networks(&cx.client.address) {
        let rate = cx.settings.network_messages;
        takes.push(take("letters from", network.as_bytes(), rate, cx.now));
    }
    if challenge.kind == Kind::Phone {
        takes.push(take("all texts", b"", cx.settings.all_texts, cx.now));
    }
    takes.into_iter().map(Write::Take).collect()
}

/// Letters to one address.
pub(super) fn letters(kind: Kind, normal: &str, settings: &Settings, now: Timestamp) -> Take {
    let rate = if kind == Kind::Phone { settings.texts } else { settings.mails };
    take("letters", format!("{} {normal}", kind.as_str()).as_bytes(), rate, now)
}

/// New secrets for a challenge whose message is asked for again, and what that
/// takes. Attempts and expiry stay.
pub(super) fn again(
    found: &Challenge,
    cx: &mut Decide<'_>,
) -> Result<(Secrets, Vec<Write>), Refusal> {
    if cx.now >= found.expires_at {
        return Err(Refusal::CodeExpired);
    }
    let ready = found.sent_at.plus(cx.settings.resend_wait);
    if cx.now < ready {
        return Err(Refusal::ResendTooSoon { retry_after: ready.since(cx.now) });
    }
    let secrets = Secrets::mint(found.id, cx);
    let renew = secrets.renew(found, cx.now);
    let mut writes = vec![Write::KillMessagesOf(found.id), renew];
    writes.extend(limits(found, cx));
    Ok((secrets, writes))
}

/// A letter that carries no secret, good for a day.
pub(super) fn notice(
    template: &str,
    to: &Identifier,
    name: &str,
    cx: &mut Decide<'_>,
) -> Result<Write, Error> {
    let letter = Letter {
        to: to.value.clone(),
        language: cx.client.language.clone(),
        name: name.to_owned(),
        code: None,
        link: None,
    };
    let until = cx.now.plus(core::time::Duration::from_secs(24 * 3600));
    post(template, &letter, None, Some(to.user), to.kind, until, cx)
}

/// A letter with a secret that somebody else made, for an e-mail address.
#[cfg(feature = "authnzerver")]
pub(super) fn others(
    template: &str,
    letter: &Letter,
    user: UserId,
    until: Timestamp,
    cx: &mut Decide<'_>,
) -> Result<Write, Error> {
    post(template, letter, None, Some(user), Kind::Email, until, cx)
}

fn post(
    template: &str,
    letter: &Letter,
    flow: Option<FlowId>,
    user: Option<UserId>,
    kind: Kind,
    expires_at: Timestamp,
    cx: &mut Decide<'_>,
) -> Result<Write, Error> {
    let id = MessageId::mint(cx.now, cx.rng);
    let plain =
        serde_json::to_vec(letter).map_err(|cause| Error::because("write the letter", cause))?;
    let payload = seal::seal(&cx.keys.seal, &aad(&id.to_bytes()), &plain, cx.rng)
        .map_err(|cause| Error::because("seal the letter", cause))?;
    Ok(Write::AddMessage(Message {
        id,
        flow,
        user,
        channel: if kind == Kind::Phone { Channel::Sms } else { Channel::Mail },
        template: template.to_owned(),
        payload,
        state: MessageState::Pending,
        created_at: cx.now,
        due_at: cx.now,
        expires_at,
        attempts: 0,
        last_error: String::new(),
    }))
}

/// The code that goes with a link: whoever opens the link may be shown it.
pub(super) fn code_of(keys: &Keys, link: &Secret) -> Secret {
    token::code_from(&mac(&keys.link, &[link.reveal().as_bytes()]))
}

/// Keyed hash of a code: six digits would not survive a plain one.
pub(super) fn code_hash(keys: &Keys, flow: FlowId, code: &Secret) -> [u8; 32] {
    mac(&keys.code, &[&flow.to_bytes(), code.reveal().as_bytes()])
}

/// An answer to a challenge.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The code, with the flow it belongs to. Spaces and hyphens are ignored.
    Code {
        /// Which flow.
        flow: FlowId,
        /// As typed.
        code: Secret,
    },
    /// The secret of the link, with the flow's id in front: `flw_….secret`.
    Link(Secret),
}

impl Answer {
    /// `code` or `link`, for events.
    pub(super) fn by(&self) -> String {
        match self {
            Self::Code { .. } => "code".into(),
            Self::Link(_) => "link".into(),
        }
    }

    /// The challenge that this answers, if there is one. A link answers only the
    /// one whose secret it holds.
    ///
    /// # Errors
    /// The store is unwell.
    pub async fn challenge(
        &self,
        store: &dyn crate::port::Store,
    ) -> Result<Option<Challenge>, Error> {
        match self {
            Self::Code { flow, .. } => store.challenge(*flow).await,
            Self::Link(secret) => {
                let flow = secret.reveal().split_once('.').and_then(|(id, _)| FlowId::parse(id));
                let Some(flow) = flow else { return Ok(None) };
                let hash = token::digest(secret.reveal());
                let found = store.challenge(flow).await?;
                Ok(found.filter(|challenge| token::eq(&challenge.link_hash, &hash)))
            }
        }
    }

    /// Whether it is the right answer, still in time and for this purpose.
    /// A refusal comes with the reason for the operator, and with whether a
    /// wrong code must be counted.
    pub(super) fn judge(
        &self,
        challenge: Option<&Challenge>,
        purpose: Purpose,
        cx: &Decide<'_>,
    ) -> Result<(), Wrong> {
        let unknown = match self {
            Self::Code { .. } => Refusal::CodeInvalid,
            Self::Link(_) => Refusal::LinkInvalid,
        };
        let Some(found) = challenge.filter(|c| c.purpose == purpose) else {
            return Err(Wrong::new(unknown, Reason::WrongFlow));
        };
        if cx.now >= found.expires_at || found.created_at > cx.now.plus(SLACK) {
            let late = match self {
                Self::Code { .. } => Refusal::CodeExpired,
                Self::Link(_) => Refusal::LinkInvalid,
            };
            return Err(Wrong::new(late, Reason::Expired));
        }
        let Self::Code { code, .. } = self else { return Ok(()) };
        if found.attempts_left <= 0 {
            return Err(Wrong::new(Refusal::CodeAttemptsExceeded, Reason::TooMany));
        }
        let typed: String = code.reveal().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let right = code_hash(cx.keys, found.id, &Secret::new(typed));
        if token::eq(&right, &found.code_hash) {
            return Ok(());
        }
        let refusal = Refusal::CodeInvalid;
        Err(Wrong { refusal, reason: Reason::WrongSecret, count: Some(found.id) })
    }
}

const SLACK: core::time::Duration = core::time::Duration::from_secs(300);

/// Why an answer was not accepted.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) refusal: Refusal,
    pub(super) reason: Reason,
    pub(super) count: Option<FlowId>,
}

impl Wrong {
    fn new(refusal: Refusal, reason: Reason) -> Self {
        Self { refusal, reason, count: None }
    }

    /// Counts the wrong answer and notes why it was refused.
    pub(super) fn verdict<Y>(
        self,
        challenge: Option<&Challenge>,
        cx: &mut Decide<'_>,
    ) -> super::Verdict<Y> {
        let Some(found) = challenge else { return super::Verdict::no(self.refusal) };
        let what = crate::record::What::VerificationFailed { flow: found.id, reason: self.reason };
        let event = cx.event(None, found.user, what);
        let writes = self.count.map(Write::TakeAttempt).into_iter().collect();
        super::Verdict::refuse(self.refusal, writes, vec![event])
    }
}

/// What a try at a code takes from the account, or from an address that nobody
/// has: a new challenge gives no new tries. A link needs no limit.
pub(super) fn code_takes(answer: &Answer, found: Option<&Challenge>, cx: &Gather<'_>) -> Vec<Take> {
    let Some(found) = found.filter(|_| matches!(answer, Answer::Code { .. })) else {
        return vec![];
    };
    let guesser = Guesser::new(cx.client, found.user, &found.normal);
    guesser.takes(Guessed::Code, cx.settings, cx.now)
}

/// Gives back what [`code_takes`] took, for an answer that was right.
pub(super) fn give_back_code(answer: &Answer, found: &Challenge, cx: &Decide<'_>) -> Vec<Write> {
    match answer {
        Answer::Code { .. } => {
            Guesser::new(cx.client, found.user, &found.normal).give_back(Guessed::Code, cx)
        }
        Answer::Link(_) => vec![],
    }
}

/// A limit that counts `what` under `name`.
pub(super) fn take(name: &str, what: &[u8], rate: Rate, now: Timestamp) -> Take {
    Take { key: limit_key(name, what), now, period: rate.period, burst: rate.burst }
}

/// The stored key of a limit: nothing personal is readable in it.
pub(super) fn limit_key(name: &str, what: &[u8]) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(name.len() + 1 + what.len());
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(what);
    token::digest_bytes(&bytes)
}

/// Whether `client` holds the secret that was given to the browser that asked.
pub(super) fn same_browser(challenge: &Challenge, secret: Option<&Secret>) -> bool {
    match (challenge.browser_hash, secret) {
        (Some(hash), Some(secret)) => token::eq(&token::digest(secret.reveal()), &hash),
        _ => false,
    }
}

/// What a guess at an account counts against: a device that the account knows
/// has a bucket of its own, so that strangers cannot lock its owner out.
pub(super) fn guess_key(client: &Client, user: Option<UserId>, typed: &str) -> Vec<u8> {
    match (user, client.device) {
        (Some(user), Some((_, device))) if is_known_device(client, Some(user)) => {
            [user.to_bytes().as_slice(), &device].concat()
        }
        (Some(user), _) => user.to_bytes().to_vec(),
        (None, _) => typed.as_bytes().to_vec(),
    }
}

/// Whether `client` is a device on which this account signed in before.
pub(super) fn is_known_device(client: &Client, user: Option<UserId>) -> bool {
    client.device.is_some_and(|(of, _)| Some(of) == user)
}

impl Secrets {
    /// The link's secret, for a link that is shown instead of mailed.
    pub(super) fn into_link(self) -> Secret {
        self.link
    }
}
