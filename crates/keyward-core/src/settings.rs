//! What an operator may choose, as the decisions see it.

use core::time::Duration;

use crate::flow::factor::app::AppFactor;
use crate::identifier::Kind;
use crate::profile::Field;
use crate::record::{Identifier, Purpose};

mod captcha;
mod passkeys;
mod tokens;

pub use captcha::{Captcha, CaptchaFor, CaptchaKind, When};
pub use passkeys::{Attestation, Counter, Passkeys, UserVerification};
pub use tokens::{OldAsok, Signing, Tokens};

/// Every choice that a decision depends on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the service is called in pages and mails.
    pub brand: String,
    /// Kinds of identifier that a person may sign in with.
    pub identifiers: Vec<Kind>,
    /// Who may sign up.
    pub sign_up: SignUpMode,
    /// What must be proven before the first sign-in.
    pub verify: VerifyMode,
    /// What somebody gives to make an account.
    pub sign_up_asks: Asks,
    /// Fields of an account that the app defines; none for properties of any form.
    pub profile: Vec<Field>,
    /// Whether anybody gets an account without a name, to be given one later.
    pub anonymous: bool,
    /// Whether people set a new password themselves who have forgotten theirs. Where they
    /// do not, administrators set one.
    pub recovery: bool,
    /// How long an invitation can be used.
    pub invitation_lifetime: Duration,
    /// Shortest password in characters; NIST SP 800-63B-4 asks for 15 when it
    /// is the only factor.
    pub password_min: usize,
    /// How long a session may rest.
    pub session_idle: Duration,
    /// How long a session may last.
    pub session_absolute: Duration,
    /// How long a session without *remember me* may rest.
    pub session_brief_idle: Duration,
    /// How long a code or link works.
    pub challenge_lifetime: Duration,
    /// How long a code to sign in with works; NIST SP 800-63B-4 section 3.1.3.2
    /// allows ten minutes.
    pub code_lifetime: Duration,
    /// How long a change of address can be taken back by whoever reads the old one;
    /// zero for never.
    pub undo_lifetime: Duration,
    /// How long an administrator may act as somebody else at once.
    pub impersonation_lifetime: Duration,
    /// How long a deleted account can be restored before it is erased.
    pub deletion_grace: Duration,
    /// How old an account without a name must be, once nobody can come back to it, to
    /// be deleted by itself.
    pub anonymous_lifetime: Duration,
    /// How long the first administrator's link works.
    pub setup_lifetime: Duration,
    /// Wrong codes allowed for each challenge.
    pub challenge_attempts: u32,
    /// Time between two messages of one flow.
    pub resend_wait: Duration,
    /// Guesses at a secret of one account: passwords, second factors and codes, each
    /// by itself.
    pub guesses: Rate,
    /// The same over a longer time: whoever has used this up waits longer for each
    /// further guess.
    pub guesses_long: Rate,
    /// Wrong passwords in a row after which a password is right no more, until it is
    /// set anew; NIST SP 800-63B-4 section 3.2.2 allows 100.
    pub failures: u32,
    /// Wrong guesses from one address (of IPv6 a /64), whatever accounts they are for.
    pub address_guesses: Rate,
    /// Wrong guesses from one network (IPv4 /24, IPv6 /48).
    pub network_guesses: Rate,
    /// Recovery and verification requests for each address.
    pub requests: Rate,
    /// Who must have a second factor; others may.
    pub mfa: MfaMode,
    /// Second factors of the app's own.
    pub app_factors: Vec<AppFactor>,
    /// How long the second factor may take once the first is proven.
    pub mfa_lifetime: Duration,
    /// How long a proof is recent enough to change how an account is guarded.
    pub step_up_age: Duration,
    /// How long a trusted device is spared the second factor.
    pub trust_lifetime: Duration,
    /// Who must solve a captcha, and of which kind.
    pub captcha: Captcha,
    /// Passkeys.
    pub passkeys: Passkeys,
    /// Access and refresh tokens.
    pub tokens: Tokens,
    /// Mails with a secret to one address, whatever they are for.
    pub mails: Rate,
    /// Text messages with a secret to one number, whatever they are for.
    pub texts: Rate,
    /// Messages with a secret that one network causes (IPv4 /24, IPv6 /48), to
    /// whomever.
    pub network_messages: Rate,
    /// Text messages with a secret in all: they cost money.
    pub all_texts: Rate,
    /// Beginnings of the numbers that text messages go to, such as `+49`; none
    /// for all. Numbers elsewhere may cost many times as much, and whoever owns
    /// them may earn by it.
    pub phone_prefixes: Vec<String>,
    /// Whether a link to sign in with may be sent by e-mail.
    pub email_link: bool,
    /// Whether a code to sign in with may be sent by e-mail.
    pub email_code: bool,
    /// Whether a code to sign in with may be sent by text message.
    pub sms_code: bool,
    /// Whether the first sign-in by link, code or provider makes an account, for
    /// whoever may sign up.
    pub sign_in_makes_accounts: bool,
}

impl Settings {
    /// How long the secrets of a challenge work.
    pub fn lifetime(&self, purpose: Purpose) -> Duration {
        match purpose {
            Purpose::SignInCode | Purpose::AppCode => {
                self.code_lifetime.min(self.challenge_lifetime)
            }
            Purpose::UndoAddress => self.undo_lifetime,
            // It tells what to do as well, once it is too late.
            Purpose::StopRecovery => self.undo_lifetime.max(self.challenge_lifetime),
            Purpose::RestoreAccount => self.deletion_grace,
            _ => self.challenge_lifetime,
        }
    }

    /// Whether text messages go to this number, as it is compared.
    pub fn may_text(&self, number: &str) -> bool {
        let mut prefixes = self.phone_prefixes.iter();
        self.phone_prefixes.is_empty() || prefixes.any(|prefix| number.starts_with(prefix))
    }
}

/// Who must have a second factor.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MfaMode {
    /// Nobody.
    Optional,
    /// Whoever holds one of these roles, by assignment, group or inheritance.
    Roles(Vec<String>),
    /// Everybody.
    Required,
}

/// Who may sign up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SignUpMode {
    /// Anyone.
    Open,
    /// Anyone with an e-mail address in one of these domains.
    Domains(Vec<String>),
    /// Whoever was invited.
    Invited,
    /// Nobody; administrators make accounts.
    Closed,
}

/// Whether something is given to make an account. What is not among
/// [`Settings::identifiers`] never is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Ask {
    /// It is refused.
    Never,
    /// It may be.
    #[default]
    Maybe,
    /// It must be.
    Always,
}

/// What somebody gives to make an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Asks {
    /// An e-mail address.
    pub email: Ask,
    /// A username.
    pub username: Ask,
    /// A phone number.
    pub phone: Ask,
    /// A password; without one, people sign in by links and codes.
    pub password: Ask,
}

impl Default for Asks {
    fn default() -> Self {
        let (email, username, phone) = (Ask::Maybe, Ask::Maybe, Ask::Maybe);
        Self { email, username, phone, password: Ask::Always }
    }
}

impl Asks {
    /// Whether a name of this kind is asked for.
    pub fn of(&self, kind: Kind) -> Ask {
        match kind {
            Kind::Email => self.email,
            Kind::Username => self.username,
            Kind::Phone => self.phone,
        }
    }
}

/// What must be proven before the first sign-in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyMode {
    /// Nothing.
    None,
    /// One address, whichever was given.
    Any,
    /// An e-mail address, by code or link.
    Email,
    /// A phone number, by code.
    Phone,
    /// An e-mail address and a phone number.
    Both,
}

impl VerifyMode {
    /// The kinds of address of which one has to be proven next; none where all that
    /// must be proven is.
    pub fn lacks(self, names: &[Identifier]) -> &'static [Kind] {
        let has = |kind| names.iter().any(|i| i.kind == kind && i.verified_at.is_some());
        let (email, phone) = (has(Kind::Email), has(Kind::Phone));
        match self {
            Self::Any if !names.iter().any(|i| i.verified_at.is_some()) => ADDRESSES,
            Self::Email | Self::Both if !email => &[Kind::Email],
            Self::Phone | Self::Both if !phone => &[Kind::Phone],
            Self::None | Self::Any | Self::Email | Self::Phone | Self::Both => &[],
        }
    }

    /// The kinds of address that must be given to make an account; of several kinds
    /// that are named together, one.
    pub fn needs(self) -> &'static [&'static [Kind]] {
        match self {
            Self::None => &[],
            Self::Any => &[ADDRESSES],
            Self::Email => &[&[Kind::Email]],
            Self::Phone => &[&[Kind::Phone]],
            Self::Both => &[&[Kind::Email], &[Kind::Phone]],
        }
    }
}

/// Where a message can go.
const ADDRESSES: &[Kind] = &[Kind::Email, Kind::Phone];

/// So many at once, and one more after each period.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rate {
    /// Units in a full bucket.
    pub burst: u32,
    /// Time to refill one unit.
    pub period: Duration,
}

impl Rate {
    /// `count` each `per`, all of which may come at once.
    pub fn new(count: u32, per: Duration) -> Self {
        let count = count.max(1);
        Self { burst: count, period: per / count }
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

impl Default for Settings {
    fn default() -> Self {
        Self {
            brand: "Keyward".into(),
            identifiers: vec![Kind::Email, Kind::Username, Kind::Phone],
            sign_up: SignUpMode::Open,
            verify: VerifyMode::Any,
            sign_up_asks: Asks::default(),
            profile: vec![],
            anonymous: false,
            recovery: true,
            invitation_lifetime: 7 * DAY,
            password_min: 15,
            session_idle: 14 * DAY,
            session_absolute: 30 * DAY,
            session_brief_idle: 12 * HOUR,
            challenge_lifetime: HOUR,
            code_lifetime: 10 * MINUTE,
            undo_lifetime: 7 * DAY,
            deletion_grace: 14 * DAY,
            anonymous_lifetime: 30 * DAY,
            impersonation_lifetime: 30 * MINUTE,
            setup_lifetime: 30 * MINUTE,
            challenge_attempts: 5,
            resend_wait: Duration::from_secs(30),
            guesses: Rate { burst: 10, period: 10 * MINUTE },
            guesses_long: Rate { burst: 50, period: 2 * HOUR },
            failures: 100,
            address_guesses: Rate { burst: 60, period: MINUTE },
            network_guesses: Rate { burst: 300, period: MINUTE / 5 },
            requests: Rate { burst: 5, period: 10 * MINUTE },
            mfa: MfaMode::Optional,
            app_factors: vec![],
            mfa_lifetime: 10 * MINUTE,
            step_up_age: 10 * MINUTE,
            trust_lifetime: 30 * DAY,
            captcha: Captcha::default(),
            passkeys: Passkeys::default(),
            tokens: Tokens::default(),
            mails: Rate { burst: 10, period: 10 * MINUTE },
            texts: Rate { burst: 5, period: 30 * MINUTE },
            network_messages: Rate { burst: 200, period: HOUR / 200 },
            all_texts: Rate { burst: 500, period: HOUR / 500 },
            phone_prefixes: vec![],
            email_link: true,
            email_code: true,
            sms_code: true,
            sign_in_makes_accounts: true,
        }
    }
}
