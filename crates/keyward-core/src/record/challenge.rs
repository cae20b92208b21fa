//! One step of a flow: a secret was sent, and is awaited.

use crate::id::{FlowId, UserId};
use crate::identifier::Kind;
use crate::time::Timestamp;

/// What a challenge is for. A secret of one purpose is worthless for another.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Purpose {
    /// Prove to hold an address.
    Verify,
    /// Set a new password without the old one.
    Recover,
    /// Create the first administrator.
    Setup,
    /// Add the second factor to a proof of the first.
    Mfa,
    /// Enrol an authenticator app.
    EnrolTotp,
    /// Enrol a second factor of the app's own, which its data names.
    EnrolFactor,
    /// Add a passkey to an account.
    PasskeyRegister,
    /// Sign in with a passkey.
    PasskeySignIn,
    /// Sign in by a link.
    SignInLink,
    /// Sign in by a code.
    SignInCode,
    /// Show that a person asks: kept once it was answered, so that it is answered once.
    Captcha,
    /// Come back from a service that says who somebody is.
    Provider,
    /// Be reached by another address from now on.
    ChangeAddress,
    /// Take a change of address back.
    UndoAddress,
    /// Have an account back that its owner deleted.
    RestoreAccount,
    /// Stop a recovery.
    StopRecovery,
    /// Confirm something of the app's own, which its data names.
    AppCode,
    /// Bring a session along to a site behind a proxy.
    HandOver,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 18] = [
        Self::Verify,
        Self::Recover,
        Self::Setup,
        Self::Mfa,
        Self::EnrolTotp,
        Self::EnrolFactor,
        Self::PasskeyRegister,
        Self::PasskeySignIn,
        Self::SignInLink,
        Self::SignInCode,
        Self::Captcha,
        Self::Provider,
        Self::ChangeAddress,
        Self::UndoAddress,
        Self::RestoreAccount,
        Self::StopRecovery,
        Self::AppCode,
        Self::HandOver,
    ];

    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Recover => "recover",
            Self::Setup => "setup",
            Self::Mfa => "mfa",
            Self::EnrolTotp => "enrol_totp",
            Self::EnrolFactor => "enrol_factor",
            Self::PasskeyRegister => "passkey_register",
            Self::PasskeySignIn => "passkey_sign_in",
            Self::SignInLink => "sign_in_link",
            Self::SignInCode => "sign_in_code",
            Self::Captcha => "captcha",
            Self::Provider => "provider",
            Self::ChangeAddress => "change_address",
            Self::UndoAddress => "undo_address",
            Self::RestoreAccount => "restore_account",
            Self::StopRecovery => "stop_recovery",
            Self::AppCode => "app_code",
            Self::HandOver => "hand_over",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == text)
    }
}

/// A stored challenge. The code and the link secret are kept as hashes only.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// Which; the client holds it as `flow_id`.
    pub id: FlowId,
    /// What for.
    pub purpose: Purpose,
    /// Whose; `None` when nobody has the address, so that both look alike.
    pub user: Option<UserId>,
    /// Kind of the address that was asked for.
    pub kind: Kind,
    /// The address that was asked for, normalised.
    pub normal: String,
    /// Keyed hash of flow id and six-digit code.
    pub code_hash: [u8; 32],
    /// SHA-256 of the link's secret.
    pub link_hash: [u8; 32],
    /// SHA-256 of the secret that the asking browser holds, if it holds one.
    pub browser_hash: Option<[u8; 32]>,
    /// Wrong codes still allowed.
    pub attempts_left: i64,
    /// When the flow began.
    pub created_at: Timestamp,
    /// When it ends; a resend does not move it.
    pub expires_at: Timestamp,
    /// When a message was last asked for.
    pub sent_at: Timestamp,
    /// The account's session epoch when the flow began.
    pub epoch: i64,
    /// What the method remembers between its steps: JSON, at most 8 KiB, or nothing.
    /// A secret in it is hashed or sealed.
    pub data: String,
}
