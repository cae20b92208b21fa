//! Passkeys, as an operator wants them.

/// How passkeys are asked for and judged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Passkeys {
    /// Whether there are any.
    pub enabled: bool,
    /// The domain that they are made for; without it, the host of the public
    /// URL. One that is above that host lets its other hosts use them.
    pub relying_party: Option<String>,
    /// Other origins that may ask for them (WebAuthn section 5.11):
    /// `https://example.org`.
    pub related_origins: Vec<String>,
    /// Whether an authenticator must verify its owner.
    pub user_verification: UserVerification,
    /// Whether the maker of an authenticator is asked about.
    pub attestation: Attestation,
    /// Whether a passkey is accepted whose maker says so in a form that is not
    /// verified, when it is asked about: it is kept as one that nobody vouches for.
    pub accept_unknown_attestation: bool,
    /// What becomes of a passkey whose signature counter went back.
    pub counter: Counter,
    /// Whether an account that has a passkey needs it after its password, too.
    /// Otherwise it is a second factor where another one guards the account.
    pub second_factor: bool,
}

/// Whether an authenticator must verify its owner, by PIN or biometrics.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserVerification {
    /// It must. A passkey is two factors, always.
    Required,
    /// It does if it can. A passkey is two factors if it did.
    Preferred,
    /// It need not.
    Discouraged,
}

/// Whether the maker of an authenticator is asked about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Attestation {
    /// No: a statement that comes along is not looked at.
    None,
    /// The browser may say, or have somebody else say. What it says is verified,
    /// and who issued it is not asked.
    Indirect,
}

/// What becomes of a passkey whose signature counter went back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Counter {
    /// It is refused: somebody may hold a copy.
    Refuse,
    /// It is accepted, and the log says so.
    Report,
}

impl UserVerification {
    /// The word for it, in WebAuthn and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
            Self::Discouraged => "discouraged",
        }
    }
}

impl Attestation {
    /// The word for it, in WebAuthn and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Indirect => "indirect",
        }
    }
}

impl Default for Passkeys {
    fn default() -> Self {
        Self {
            enabled: true,
            relying_party: None,
            related_origins: vec![],
            user_verification: UserVerification::Preferred,
            attestation: Attestation::None,
            accept_unknown_attestation: true,
            counter: Counter::Refuse,
            second_factor: false,
        }
    }
}
