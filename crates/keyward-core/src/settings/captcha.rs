//! What an operator may choose about captchas.

use core::time::Duration;

/// Who must show that a person asks, and how.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Captcha {
    /// To make an account.
    pub sign_up: When,
    /// To sign in with a password.
    pub sign_in: When,
    /// To ask for a new password.
    pub recovery: When,
    /// To ask for a link or a code to sign in with.
    pub sign_in_link: When,
    /// What is offered first. Whoever cannot solve it is offered another.
    pub kind: CaptchaKind,
    /// Numbers that a proof of work may have to try; half of them on average. A
    /// script in a browser tries some 100,000 a second on a slow phone. Between
    /// [`Captcha::LEAST_WORK`] and [`Captcha::MOST_WORK`].
    pub work: u32,
    /// How long one can be answered. Never less than two minutes: nobody may be
    /// hurried (WCAG 2.2, success criterion 2.2.1).
    pub lifetime: Duration,
}

/// When a captcha is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// Never.
    Never,
    /// Each time.
    Always,
    /// Once this many attempts failed lately: to sign in, on one account, or three
    /// times as many from one address; else, this many requests from one address.
    /// Those on a device that the account knows do not count with the others.
    After(u32),
}

/// What has to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CaptchaKind {
    /// The browser computes; the person notices nothing. Without a script, digits.
    ProofOfWork,
    /// Digits in a picture, or in a recording.
    Digits,
    /// What a service of others asks, shown by its own script: the app must plug one.
    Service,
}

/// What a captcha is for. One for something else opens nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CaptchaFor {
    /// Make an account.
    SignUp,
    /// Sign in with a password.
    SignIn,
    /// Ask for a new password.
    Recovery,
    /// Ask for a link or a code to sign in with.
    SignInLink,
    /// A route of the app's own.
    App,
}

impl CaptchaFor {
    /// Every purpose.
    pub const ALL: [Self; 5] =
        [Self::SignUp, Self::SignIn, Self::Recovery, Self::SignInLink, Self::App];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::SignIn => "sign_in",
            Self::Recovery => "recovery",
            Self::SignInLink => "sign_in_link",
            Self::App => "app",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }

    /// When the operator wants one. Routes of the app's own ask each time.
    pub fn when(self, settings: &Captcha) -> When {
        match self {
            Self::SignUp => settings.sign_up,
            Self::SignIn => settings.sign_in,
            Self::Recovery => settings.recovery,
            Self::SignInLink => settings.sign_in_link,
            Self::App => When::Always,
        }
    }
}

impl Captcha {
    /// Least [`work`](Self::work).
    pub const LEAST_WORK: u32 = 1_000;
    /// Most: more than a minute on a slow phone is a closed door.
    pub const MOST_WORK: u32 = 5_000_000;
    /// Shortest [`lifetime`](Self::lifetime).
    pub const LEAST_LIFETIME: Duration = Duration::from_secs(120);

    /// The work that is asked for, within its bounds.
    pub fn bounded_work(&self) -> u32 {
        self.work.clamp(Self::LEAST_WORK, Self::MOST_WORK)
    }

    /// Whether one is ever asked for.
    pub fn is_on(&self) -> bool {
        let doors = [self.sign_up, self.sign_in, self.recovery, self.sign_in_link];
        doors.iter().any(|when| *when != When::Never)
    }
}

impl Default for Captcha {
    fn default() -> Self {
        Self {
            sign_up: When::Never,
            sign_in: When::Never,
            recovery: When::Never,
            sign_in_link: When::Never,
            kind: CaptchaKind::ProofOfWork,
            work: 200_000,
            lifetime: Duration::from_secs(30 * 60),
        }
    }
}
