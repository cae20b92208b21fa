//! What happened: typed, versioned, without secrets, with personal data apart.

mod reason;
mod stored;

pub use reason::Reason;
pub use stored::{EventRow, PersonalPart};

use crate::id::{CredentialId, EventId, FlowId, InvitationId, MessageId, SessionId, UserId};
use crate::port::Random;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $kind:literal v $version:literal { $($(#[$fdoc:meta])* $field:ident : $type:ty),* };)*) => {
        /// What happened. The name and the version of a variant never change.
        #[derive(Clone, Debug, Eq, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum What {$(
            $(#[$doc])*
            $name { $($(#[$fdoc])* $field: $type),* },
        )*}

        impl What {
            /// The stable name, as in webhooks: `user.created`.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$name { .. } => $kind,)* }
            }

            /// The version of the detail's shape.
            pub fn version(&self) -> i64 {
                match self { $(Self::$name { .. } => $version,)* }
            }

            /// Every name with its version and the fields of its detail.
            pub const ROSTER: &'static [(&'static str, i64, &'static [&'static str])] =
                &[$(($kind, $version, &[$(stringify!($field)),*]),)*];
        }
    };
}

events! {
    /// An account was made.
    UserCreated "user.created" v 1 {
        /// How: `sign_up`, `sign_in` (the first one), `own_user` (the first one of somebody
        /// in the app's own table), `admin`, `setup`, `library`.
        by: String
    };
    /// An account was brought in from another system.
    UserImported "user.imported" v 1 {
        /// The name of the import, such as `asok`.
        from: String,
        /// What came along to prove it with: `password`, `totp`, `recovery_code`.
        methods: Vec<String>
    };
    /// Name or properties changed.
    UserUpdated "user.updated" v 1 {
        /// Names of the fields.
        fields: Vec<String>
    };
    /// The account may not sign in any more.
    UserLocked "user.locked" v 1 {
        /// In the words of whoever locked it.
        reason: String
    };
    /// The account may sign in again.
    UserUnlocked "user.unlocked" v 1 {};
    /// The account counts as deleted.
    UserDeleted "user.deleted" v 1 {};
    /// The account is back.
    UserRestored "user.restored" v 1 {};
    /// What was kept of a deleted account is gone, with what was personal in this log.
    UserErased "user.erased" v 1 {};
    /// Somebody took along what is kept about them.
    DataExported "user.exported" v 1 {};
    /// A device is not spared the second factor any more.
    DeviceForgotten "mfa.device_forgotten" v 1 {};
    /// An address was proven to be held.
    UserVerified "user.verified" v 1 {
        /// Kind of the identifier.
        identifier_kind: String,
        /// `code`, `link` or `admin`.
        by: String
    };
    /// Another address was named, and has to be proven before anything changes.
    AddressRequested "user.address.change_requested" v 1 {
        /// The flow whose secret was sent there.
        flow: FlowId,
        /// `email` or `phone`.
        identifier_kind: String
    };
    /// The account goes by another name, or is reached by another address.
    AddressChanged "user.address.changed" v 1 {
        /// `email`, `phone` or `username`.
        identifier_kind: String,
        /// `added`, `replaced` or `removed`.
        change: String
    };
    /// A change of address was taken back, by a link that the old one was sent.
    AddressRestored "user.address.restored" v 1 {
        /// `email` or `phone`.
        identifier_kind: String
    };
    /// The password was changed by someone who knew it, or by an administrator.
    PasswordChanged "user.password.changed" v 1 {
        /// `owner` or `admin`.
        by: String,
        /// Whether every other session was closed.
        closed_sessions: bool
    };
    /// Recovery was asked for.
    RecoveryRequested "user.password.reset_requested" v 1 {
        /// The flow, known or not.
        flow: FlowId
    };
    /// A recovery was stopped by somebody who reads another address of the account.
    RecoveryStopped "user.password.reset_stopped" v 1 {
        /// The flow that was stopped.
        flow: FlowId
    };
    /// The password was set by recovery.
    PasswordReset "user.password.reset" v 1 {
        /// `code` or `link`.
        by: String
    };
    /// The stored hash was renewed with today's parameters.
    PasswordRehashed "user.password.rehashed" v 1 {};
    /// Somebody signed in.
    SignInSucceeded "sign_in.succeeded" v 1 {
        /// `password`, or `app` when the app vouched.
        method: String
    };
    /// A link or a code to sign in with was asked for.
    SignInRequested "sign_in.requested" v 1 {
        /// The flow, known or not.
        flow: FlowId,
        /// `email_link`, `email_code` or `sms_code`.
        method: String
    };
    /// Somebody was turned away.
    SignInFailed "sign_in.failed" v 1 {
        /// `password`, …
        method: String,
        /// Why, for the operator only.
        reason: Reason
    };
    /// The first factor was right; the second is awaited.
    MfaRequired "mfa.required" v 1 {
        /// The flow that awaits it.
        flow: FlowId,
        /// What was proven first.
        method: String
    };
    /// A second factor was refused.
    MfaFailed "mfa.failed" v 1 {
        /// `totp`, `recovery_code`, …
        method: String,
        /// Why, for the operator only.
        reason: Reason
    };
    /// A second factor was enrolled, or a set of recovery codes was made.
    MfaEnrolled "mfa.enrolled" v 1 {
        /// `totp`, `recovery_code`, …
        method: String
    };
    /// A second factor was removed.
    MfaRemoved "mfa.removed" v 1 {
        /// `totp`, …, or `all`.
        method: String,
        /// `owner` or `admin`.
        by: String
    };
    /// A recovery code was used up.
    RecoveryCodeUsed "mfa.recovery_code_used" v 1 {
        /// Codes that are left.
        left: usize
    };
    /// Somebody who is signed in proved again who they are.
    SessionSteppedUp "session.stepped_up" v 1 {
        /// The session that took the place of the one before.
        session: SessionId,
        /// `password`, `totp`, …
        method: String
    };
    /// A session was opened.
    SessionCreated "session.created" v 1 {
        /// Which.
        session: SessionId
    };
    /// A session was closed before its time.
    SessionRevoked "session.revoked" v 1 {
        /// Which; absent when all were closed.
        session: Option<SessionId>,
        /// `sign_out`, `owner`, `admin`, `password`, `lock`.
        by: String
    };
    /// Access and refresh tokens were given out for the first time.
    TokensIssued "tokens.issued" v 1 {
        /// The session that is their family.
        session: SessionId,
        /// The client that they were given to.
        client_id: String
    };
    /// A refresh token came back after another had taken its place: somebody has a copy.
    /// The family is closed.
    TokensReused "tokens.reused" v 1 {
        /// The session that was the family.
        session: SessionId,
        /// How many refresh tokens came before the one that came back.
        generation: u32,
        /// How many came before the newest.
        newest: u32
    };
    /// There is a new key to sign access tokens with.
    TokenKeyAdded "token_key.added" v 1 {
        /// Its id.
        key: String,
        /// How it signs: `EdDSA`, …
        algorithm: String
    };
    /// A key that signed access tokens is gone, and so is all that it signed.
    TokenKeyRetired "token_key.retired" v 1 {
        /// Its id.
        key: String
    };
    /// Somebody may make an account.
    InvitationCreated "invitation.created" v 1 {
        /// Which.
        invitation: InvitationId,
        /// Roles that the account will hold.
        roles: Vec<String>
    };
    /// An invitation was taken back.
    InvitationRevoked "invitation.revoked" v 1 {
        /// Which.
        invitation: InvitationId
    };
    /// Somebody made an account by an invitation.
    InvitationUsed "invitation.used" v 1 {
        /// Which.
        invitation: InvitationId
    };
    /// An administrator began to act as somebody else.
    ImpersonationStarted "impersonation.started" v 1 {
        /// The session in which they act.
        session: SessionId,
        /// In their words.
        reason: String
    };
    /// An administrator stopped acting as somebody else.
    ImpersonationStopped "impersonation.stopped" v 1 {
        /// The session that ended.
        session: SessionId
    };
    /// A passkey was added to an account.
    PasskeyAdded "passkey.added" v 1 {
        /// Which.
        passkey: CredentialId
    };
    /// A passkey was given another name.
    PasskeyRenamed "passkey.renamed" v 1 {
        /// Which.
        passkey: CredentialId
    };
    /// A passkey was removed.
    PasskeyRemoved "passkey.removed" v 1 {
        /// Which.
        passkey: CredentialId
    };
    /// A passkey proved who somebody is.
    PasskeyUsed "passkey.used" v 1 {
        /// Which.
        passkey: CredentialId,
        /// Whether its counter went back, and that is not refused here.
        counter_went_back: bool
    };
    /// A captcha was not solved.
    CaptchaFailed "captcha.failed" v 1 {
        /// What it was for: `sign_up`, …
        purpose: String,
        /// Why.
        reason: Reason
    };
    /// An account elsewhere was connected to an account.
    ConnectionAdded "connection.added" v 1 {
        /// Where the rest is kept.
        connection: CredentialId,
        /// The name of the service.
        provider: String,
        /// `owner`; `email`, when both proved the same address; `sign_up`.
        by: String
    };
    /// An account elsewhere is connected no more.
    ConnectionRemoved "connection.removed" v 1 {
        /// Where the rest was kept.
        connection: CredentialId,
        /// The name of the service.
        provider: String
    };
    /// An API key was made.
    ApiKeyCreated "api_key.created" v 1 {
        /// Which.
        key: CredentialId
    };
    /// An API key was made in place of another, which goes on for a while.
    ApiKeyRotated "api_key.rotated" v 1 {
        /// The new one.
        key: CredentialId,
        /// The old one.
        old: CredentialId
    };
    /// An API key was given anew for the token that was shown beside it.
    ApiKeyRefreshed "api_key.refreshed" v 1 {
        /// Which.
        key: CredentialId
    };
    /// An API key was ended.
    ApiKeyRevoked "api_key.revoked" v 1 {
        /// Which.
        key: CredentialId,
        /// `owner`, `admin`, `operator`; `report`: somebody found it; `reuse`: a token
        /// that had given it anew came back.
        by: String
    };
    /// Somebody signed up with an address of an account that is there already. They were
    /// answered as others are; the account's owner was told.
    SignUpRepeated "sign_up.repeated" v 1 {
        /// `email` or `phone`.
        identifier_kind: String
    };
    /// A message with a secret was asked for.
    VerificationSent "verification.sent" v 1 {
        /// The flow whose secret it carries.
        flow: FlowId
    };
    /// A code or link was refused.
    VerificationFailed "verification.failed" v 1 {
        /// Which flow.
        flow: FlowId,
        /// Why.
        reason: Reason
    };
    /// A role was defined.
    RoleCreated "role.created" v 1 {
        /// Its name.
        role: String
    };
    /// A role is gone.
    RoleDeleted "role.deleted" v 1 {
        /// Its name.
        role: String
    };
    /// A role's rules changed.
    RoleUpdated "role.updated" v 1 {
        /// Its name.
        role: String,
        /// `allow` or `deny`; absent when the rule was removed.
        effect: Option<String>,
        /// The pattern.
        pattern: String
    };
    /// What a role inherits changed.
    RoleInherits "role.inherits" v 1 {
        /// Its name.
        role: String,
        /// Roles whose rules it has as well from now on.
        inherits: Vec<String>
    };
    /// A group was made.
    GroupCreated "group.created" v 1 {
        /// Its name.
        group: String
    };
    /// A group is gone.
    GroupDeleted "group.deleted" v 1 {
        /// Its name.
        group: String
    };
    /// The roles of a group changed.
    GroupUpdated "group.updated" v 1 {
        /// Its name.
        group: String,
        /// Roles that its members hold from now on.
        roles: Vec<String>
    };
    /// An account was put into a group.
    GroupJoined "group.joined" v 1 {
        /// Its name.
        group: String
    };
    /// An account was taken out of a group.
    GroupLeft "group.left" v 1 {
        /// Its name.
        group: String
    };
    /// A set of exclusive roles was made, changed or removed.
    ExclusiveChanged "role.exclusive_changed" v 1 {
        /// The name of the set.
        set: String,
        /// Roles of which nobody may be given two from now on; none when it is gone.
        roles: Vec<String>
    };
    /// An access control list was made, changed or removed.
    AclChanged "acl.changed" v 1 {
        /// Its name.
        acl: String,
        /// Its entries from now on, in order; absent when it is gone.
        entries: Option<Vec<String>>
    };
    /// The stored policy document was replaced.
    PolicyChanged "policy.changed" v 1 {
        /// Its version from now on.
        version: i64,
        /// SHA-256 of its text, in hexadecimal.
        digest: String
    };
    /// Stored relations were added or removed.
    RelationsChanged "relations.changed" v 1 {
        /// Those that are there from now on, as `document:roof#viewer@user:usr_…`.
        added: Vec<String>,
        /// Those that are gone.
        removed: Vec<String>
    };
    /// A role was given to an account.
    RoleGranted "role.granted" v 1 {
        /// Its name.
        role: String
    };
    /// A role was taken from an account.
    RoleRevoked "role.revoked" v 1 {
        /// Its name.
        role: String
    };
    /// A permission was given to an account directly.
    PermissionGranted "permission.allowed" v 1 {
        /// `allow` or `deny`.
        effect: String,
        /// The pattern.
        pattern: String
    };
    /// A direct permission was taken away.
    PermissionRemoved "permission.removed" v 1 {
        /// The pattern.
        pattern: String
    };
    /// Somebody did something by the power to do everything. Written down once a
    /// minute for the same permission on the same resource.
    SuperuserUsed "access.superuser_used" v 1 {
        /// What was asked for.
        permission: String,
        /// On what, as `type:id`; empty where on nothing in particular.
        resource: String
    };
    /// A message left.
    MessageSent "message.sent" v 1 {
        /// Which.
        message: MessageId
    };
    /// A message was given up.
    MessageFailed "message.failed" v 1 {
        /// Which.
        message: MessageId
    };
    /// The first administrator exists.
    SetupCompleted "admin.setup_completed" v 1 {};
}

/// What can be erased without breaking the chain: it is stored beside the
/// event, which holds only its salted digest.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Personal {
    /// Client address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// The client's own description of itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client: String,
    /// The identifier as it was given.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub identifier: String,
}

/// Something that happened, before it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// Which.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// Who did it; `None` for strangers, the command line and the app itself.
    pub actor: Option<UserId>,
    /// To whom.
    pub subject: Option<UserId>,
    /// What.
    pub what: What,
    /// What can be erased.
    pub personal: Personal,
    /// Salt of the personal digest.
    pub salt: [u8; 16],
}

impl Event {
    /// Something that happened at `at`.
    pub fn new(at: Timestamp, rng: &mut dyn Random, what: What) -> Self {
        let mut salt = [0; 16];
        rng.fill(&mut salt);
        let id = EventId::mint(at, rng);
        Self { id, at, actor: None, subject: None, what, personal: Personal::default(), salt }
    }
}
