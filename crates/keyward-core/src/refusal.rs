//! Why a person was turned away: a value, safe to show, without secrets.

use core::time::Duration;

use crate::id::{FlowId, UserId};

/// One thing that is wrong with what was given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// Name of the field, as in the request.
    pub field: &'static str,
    /// Stable code: `password_too_short`, …
    pub code: &'static str,
}

/// One thing that is wrong with one of several that were given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Flaw {
    /// Which, as in the request, counted from 0: `entries.2`.
    pub field: String,
    /// Stable code: `permission_unknown`, …
    pub code: &'static str,
    /// In words, with what was meant if that can be guessed.
    pub message: String,
}

/// A mistake in the text of a policy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// What is wrong, as half a sentence.
    pub message: String,
    /// What was meant perhaps.
    pub suggestion: Option<String>,
}

/// A test in the text of a policy that fails.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failing {
    /// Its line, from 1.
    pub line: u32,
    /// The test and what it asks for.
    pub test: String,
    /// What was expected and what came, as a sentence.
    pub message: String,
}

/// Somebody who would hold roles together that exclude each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Clash {
    /// Who.
    pub user: UserId,
    /// The set.
    pub set: String,
    /// The roles of the set that they would hold; at least two.
    pub roles: Vec<String>,
}

/// Why what a passkey answered is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PasskeyFault {
    /// Nobody waits for this answer any more, or ever did.
    Expired,
    /// It is not a right answer.
    Failed,
    /// There is no such passkey.
    Unknown,
    /// The account has this passkey already.
    Duplicate,
    /// It was made or asked for elsewhere.
    WrongOrigin,
    /// The authenticator did not verify its owner, and must.
    NotVerified,
}

/// Why a sign-in at another service led nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ProviderFault {
    /// No service of this name is used here.
    Unknown,
    /// It was not begun in this browser, not at this service, or ended already.
    StateMismatch,
    /// It took too long.
    StateExpired,
    /// The person, or the service, said no.
    Denied,
    /// The service does not say that an address is theirs, and one is needed.
    EmailUnverified,
    /// There is an account with this address, and it is not known to be theirs.
    AccountExists,
    /// Another account is connected to this one of the service.
    Taken,
    /// The service did not answer, or not as it should.
    Upstream,
}

/// Why a person was turned away.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// Unknown identifier, wrong secret, locked account: one answer for all.
    InvalidCredentials,
    /// No session, or one that has ended.
    Unauthenticated,
    /// The token is not ours, or opens nothing any more.
    TokenInvalid,
    /// The password was right; an address must be proven first.
    Unverified {
        /// The flow whose code is awaited.
        flow: Option<FlowId>,
    },
    /// The password was right; it must be changed first, by recovery.
    PasswordExpired,
    /// Too many attempts.
    SlowDown {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The input breaks a rule.
    Invalid(Vec<Problem>),
    /// Some of several things that were given break rules.
    Flawed(Vec<Flaw>),
    /// Sign-up is closed.
    SignUpClosed,
    /// Sign-up is not open to this domain.
    DomainNotAllowed,
    /// Only who was invited makes an account.
    InvitationRequired,
    /// The invitation is unknown, used, taken back or over, or is not whoever invited's
    /// to give any more.
    InvitationInvalid,
    /// The code is wrong, or the flow is unknown.
    CodeInvalid,
    /// The challenge has ended, or was replaced.
    CodeExpired,
    /// Too many wrong codes.
    CodeAttemptsExceeded,
    /// The link is unknown, spent or ended.
    LinkInvalid,
    /// A message was sent a moment ago.
    ResendTooSoon {
        /// How long to wait.
        retry_after: Duration,
    },
    /// A captcha must be solved first.
    CaptchaRequired {
        /// What it must be for: `sign_in`, …
        purpose: &'static str,
    },
    /// The captcha's answer is not right, was given before, or is for something else.
    CaptchaInvalid,
    /// The captcha was answered too late.
    CaptchaExpired,
    /// The first factor is right, and this door does not ask for the second.
    MfaRequired,
    /// The answer to the second factor is not right.
    MfaInvalid,
    /// The sign-in that awaited the second factor has ended, or is another browser's.
    MfaExpired,
    /// There is no second factor.
    MfaNotEnrolled,
    /// A role demands a second factor, and this is the last.
    MfaLastMethod,
    /// It is not done in somebody else's name.
    Impersonating,
    /// It needs a more recent, or a stronger, proof.
    StepUpRequired {
        /// Assurance level that the proof must reach.
        aal: u8,
        /// How old it may be.
        max_age: Duration,
    },
    /// What a passkey answered is not accepted.
    Passkey(PasskeyFault),
    /// A sign-in at another service led nowhere.
    Provider(ProviderFault),
    /// It is the last thing that the account can prove itself with.
    LastWayIn,
    /// This way of proving who one is does not exist here.
    MethodDisabled,
    /// Nobody sets a new password themselves here: an administrator does.
    RecoveryDisabled,
    /// The doors are closed for a while. Who is known here, and who is not, is told the
    /// same before they have proven who they are.
    Maintenance,
    /// There is no such thing, or it is not yours to see.
    NotFound,
    /// It exists already, or has changed since it was read.
    Conflict,
    /// Nobody would be left who can administer.
    LastAdministrator,
    /// Roles that exclude each other would come together.
    ExclusiveRoles,
    /// These accounts would hold roles together that exclude each other.
    ExclusiveHolders {
        /// At most 20, by id.
        clashes: Vec<Clash>,
        /// Whether there are more.
        more: bool,
    },
    /// The text of a policy cannot be read; at most 50 of its mistakes, in order.
    PolicyInvalid(Vec<Mistake>),
    /// Tests in the text of a policy fail; at most 50 of them, in order.
    PolicyTestsFail(Vec<Failing>),
    /// It is more than whoever asks may do themselves, or about somebody who may do more.
    OutsideCeiling,
    /// A hook of the app said no.
    Hook {
        /// The hook's own code.
        code: String,
        /// What to tell the person.
        message: String,
    },
}

impl Refusal {
    /// One field breaks one rule.
    pub fn invalid(field: &'static str, code: &'static str) -> Self {
        Self::Invalid(vec![Problem { field, code }])
    }

    /// How long to wait, where waiting helps.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::SlowDown { retry_after } | Self::ResendTooSoon { retry_after } => {
                Some(*retry_after)
            }
            Self::Maintenance => Some(MAINTENANCE),
            _ => None,
        }
    }
}

/// Nobody knows how long it takes: it is worth asking again after five minutes.
const MAINTENANCE: Duration = Duration::from_secs(5 * 60);
