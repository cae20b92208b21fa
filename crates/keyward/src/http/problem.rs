//! Problems (RFC 9457) with stable codes from one registry.

use ::http::{HeaderValue, StatusCode, header};
use keyward_core::Error;
use keyward_core::id::RequestId;
use keyward_core::refusal::{Clash, Failing, Flaw, Mistake, PasskeyFault, ProviderFault, Refusal};
use serde_json::{Map, Value, json};

use super::Reply;
use super::field_codes::field_text;
use super::shape::ProblemView;
use crate::engine::key_limits::KeyLimits;

macro_rules! codes {
    ($($name:ident $code:literal $status:literal $title:literal;)*) => {
        /// A stable code; never renamed, never translated.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        #[expect(clippy::enum_variant_names, reason = "a code of a code is named so")]
        pub(crate) enum Code { $(#[doc = $title] $name,)* }

        impl Code {
            /// Every code with its status and title.
            pub(crate) const ALL: &'static [(Code, &'static str, u16, &'static str)] =
                &[$((Code::$name, $code, $status, $title),)*];

            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            pub(crate) fn status(self) -> StatusCode {
                let status: u16 = match self { $(Self::$name => $status,)* };
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }

            pub(crate) fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    BadRequest "bad_request" 400 "The request is malformed.";
    BadJson "bad_json" 400 "The body is not valid JSON.";
    UnknownField "unknown_field" 422 "The body has a field that does not exist.";
    ValidationFailed "validation_failed" 422 "Some of the input is not acceptable.";
    UnsupportedMediaType "unsupported_media_type" 415 "This kind of body is not accepted here.";
    PayloadTooLarge "payload_too_large" 413 "The body is too large.";
    MethodNotAllowed "method_not_allowed" 405 "This path does not take this method.";
    NotFound "not_found" 404 "There is nothing here.";
    Conflict "conflict" 409 "It exists already, or has changed since it was read.";
    PreconditionFailed "precondition_failed" 412 "It has changed since it was read.";
    CsrfFailed "csrf_failed" 403 "The request came from another site.";
    HostNotAllowed "host_not_allowed" 421 "This host is not served here.";
    Unauthenticated "unauthenticated" 401 "Please sign in.";
    InvalidCredentials "invalid_credentials" 401 "Name or password is incorrect.";
    AccountUnverified "account_unverified" 403 "Please confirm your address first.";
    PasswordExpired "password_expired" 403 "Please set a new password first.";
    MfaRequired "mfa_required" 403 "The second factor is needed as well.";
    MfaInvalid "mfa_invalid" 422 "The second factor is not right.";
    MfaExpired "mfa_expired" 410 "Too much time has passed: please sign in again.";
    MfaNotEnrolled "mfa_not_enrolled" 403 "Please set up a second factor first.";
    MfaLastMethod "mfa_last_method" 409 "A second factor is demanded of you: this is the last.";
    SessionRequired "session_required" 403 "An API key may not do this: please sign in.";
    TokenInvalid "token_invalid" 400 "The token is not valid any more: please sign in.";
    SessionExpired "session_expired" 401 "Your session has expired.";
    SessionRevoked "session_revoked" 401 "Your session has ended.";
    AccountLocked "account_locked" 401 "An administrator has locked this account.";
    CodeInvalid "code_invalid" 422 "The code is not right.";
    CodeExpired "code_expired" 410 "The code has expired.";
    CodeAttemptsExceeded "code_attempts_exceeded" 429 "Too many wrong codes: ask for a new one.";
    WebauthnChallengeExpired "webauthn_challenge_expired" 410 "This took too long: please try again.";
    WebauthnVerificationFailed "webauthn_verification_failed" 422 "The passkey was not accepted.";
    WebauthnUnknownCredential "webauthn_unknown_credential" 422 "This passkey is not known here.";
    WebauthnDuplicate "webauthn_duplicate" 409 "There is this passkey already.";
    WebauthnOriginMismatch "webauthn_origin_mismatch" 403 "The passkey was used for another site.";
    WebauthnUserVerificationRequired "webauthn_user_verification_required" 403 "Please confirm with your PIN, fingerprint or face.";
    ProviderUnknown "provider_unknown" 404 "There is no such service here.";
    OauthStateMismatch "oauth_state_mismatch" 422 "This sign-in was not begun here, or has ended.";
    OauthStateExpired "oauth_state_expired" 410 "This took too long: please try again.";
    OauthDenied "oauth_denied" 403 "The sign-in was not allowed there.";
    OauthEmailUnverified "oauth_email_unverified" 403 "The service does not confirm your e-mail address.";
    OauthAccountExists "oauth_account_exists" 409 "There is an account with this address: sign in, then connect.";
    OauthTaken "oauth_taken" 409 "This is connected to another account.";
    OauthUpstreamError "oauth_upstream_error" 424 "The service did not answer as it should.";
    LastWayIn "last_way_in" 409 "It is the last way to sign in.";
    MethodDisabled "method_disabled" 403 "This way of signing in is not offered here.";
    RecoveryDisabled "recovery_disabled" 403 "Nobody sets a new password alone here: please ask an administrator.";
    VerificationRequired "verification_required" 403 "A code that is sent to you is needed as well.";
    CaptchaRequired "captcha_required" 403 "Please solve the captcha first.";
    CaptchaInvalid "captcha_invalid" 422 "The captcha was not solved.";
    CaptchaExpired "captcha_expired" 410 "The captcha has expired: please solve another.";
    LinkInvalid "link_invalid" 410 "The link is not valid any more.";
    ResendTooSoon "resend_too_soon" 429 "A message was sent a moment ago.";
    SignUpClosed "sign_up_closed" 403 "Sign-up is closed.";
    InviteRequired "invite_required" 403 "An invitation is needed.";
    InviteInvalid "invite_invalid" 410 "The invitation is not valid any more.";
    DomainNotAllowed "domain_not_allowed" 403 "Sign-up is not open to this domain.";
    ImpersonationForbidden "impersonation_forbidden" 403 "This is not done in somebody else's name.";
    LastAdministrator "last_administrator" 409 "Somebody must be able to administer.";
    ExclusiveRoles "exclusive_roles" 409 "These roles exclude each other.";
    PolicyInvalid "policy_invalid" 422 "The policy has mistakes.";
    PolicyTestsFail "policy_tests_fail" 422 "Tests in the policy fail.";
    SetupDone "setup_done" 409 "There is an administrator already.";
    OutsideCeiling "outside_ceiling" 403 "This is more than you may do yourself.";
    ProxyUnclear "proxy_unclear" 403 "The proxy did not say what it asks about.";
    PathUnclear "path_unclear" 403 "This path can be read in two ways.";
    HeaderSpoofed "header_spoofed" 403 "The request has a header that only the proxy may set.";
    ProxyUntrusted "proxy_untrusted" 403 "Only a trusted proxy may ask this.";
    SiteUnknown "site_unknown" 403 "This site is not known here.";
    HttpsRequired "https_required" 403 "Please use HTTPS.";
    MissingPermission "missing_permission" 403 "You may not do this.";
    MissingRole "missing_role" 403 "This is for others.";
    DeniedByRule "denied_by_rule" 403 "A rule forbids this.";
    ScopeInsufficient "scope_insufficient" 403 "The token may not be used for this.";
    StepUpRequired "step_up_required" 401 "Please prove again who you are.";
    UnknownPermission "unknown_permission" 403 "There is no such permission.";
    RefusedByHook "refused_by_hook" 403 "The application refused.";
    RateLimited "rate_limited" 429 "Too many attempts: please wait.";
    DecisionUnavailable "decision_unavailable" 503 "It cannot be decided right now.";
    Busy "busy" 503 "Too much to do right now: please try again.";
    Maintenance "maintenance" 503 "Signing in is paused for maintenance.";
    Unavailable "database_unavailable" 503 "The service cannot answer right now.";
    ReadOnly "read_only" 507 "Nothing can be stored right now.";
}

impl Code {
    /// The code of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, code, ..)| *code == name).map(|(code, ..)| *code)
    }

    /// Whether a credential, any, is what is missing.
    pub(crate) fn asks_who(self) -> bool {
        self.status() == StatusCode::UNAUTHORIZED && self != Self::StepUpRequired
    }

    /// What `WWW-Authenticate` says: RFC 6750 section 3.1, RFC 9470 section 3.
    fn challenge(self) -> Option<&'static str> {
        match self {
            Self::StepUpRequired => Some(
                "Bearer realm=\"keyward\", error=\"insufficient_user_authentication\", \
                 error_description=\"A more recent or stronger sign-in is needed\"",
            ),
            Self::ScopeInsufficient => {
                Some("Bearer realm=\"keyward\", error=\"insufficient_scope\"")
            }
            _ if self.status() == StatusCode::UNAUTHORIZED => Some("Bearer realm=\"keyward\""),
            _ => None,
        }
    }
}

/// Every problem's stable code, with its HTTP status and its title in English.
pub fn problem_codes() -> impl Iterator<Item = (&'static str, u16, &'static str)> {
    Code::ALL.iter().map(|(_, code, status, title)| (*code, *status, *title))
}

/// What the `type` of a problem begins with (RFC 9457 section 3.1.1): a name and no place,
/// the same wherever Keyward is mounted. `docs/errors.md` says what each means.
const TYPE: &str = "urn:keyward:problem:";

/// A problem on its way to the client.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) code: Code,
    pub(crate) detail: Option<String>,
    pub(crate) errors: Vec<FieldError>,
    pub(crate) retry_after: Option<u64>,
    /// The verbs that the path takes, for `Allow`.
    pub(crate) allow: Option<String>,
    /// What `WWW-Authenticate` says beside what its code does.
    pub(crate) challenge: Option<HeaderValue>,
    /// What is left of the limits of the API key that was refused.
    pub(crate) limits: Option<Box<KeyLimits>>,
    pub(crate) extra: Map<String, Value>,
}

/// One field that is not acceptable.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pub(crate) field: String,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl From<Flaw> for FieldError {
    fn from(flaw: Flaw) -> Self {
        Self { field: flaw.field, code: flaw.code.to_owned(), message: flaw.message }
    }
}

impl Problem {
    pub(crate) fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: vec![],
            retry_after: None,
            allow: None,
            challenge: None,
            limits: None,
            extra: Map::new(),
        }
    }

    /// `405`, with the verbs that are taken instead.
    pub(crate) fn not_allowed(allow: &str) -> Self {
        Self { allow: Some(allow.to_owned()), ..Self::new(Code::MethodNotAllowed) }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub(crate) fn param(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn limits(mut self, limits: KeyLimits) -> Self {
        self.limits = Some(Box::new(limits));
        self
    }

    pub(crate) fn field(mut self, field: &str, code: &str) -> Self {
        let (field, code, message) = (field.into(), code.into(), field_text(code).to_owned());
        self.errors.push(FieldError { field, code, message });
        self
    }

    /// How a decision is told.
    pub(crate) fn of(refusal: Refusal) -> Self {
        let retry_after = refusal.retry_after().map(|wait| wait.as_secs() + 1);
        let mut problem = match refusal {
            Refusal::InvalidCredentials => {
                Self::new(Code::InvalidCredentials).detail("Check both and try again.")
            }
            Refusal::Unverified { flow } => {
                let problem = Self::new(Code::AccountUnverified);
                match flow {
                    Some(flow) => problem.param("flow_id", flow.to_string()),
                    None => problem,
                }
            }
            // RFC 6749 section 5.2.
            Refusal::TokenInvalid => Self::new(Code::TokenInvalid).param("error", "invalid_grant"),
            Refusal::PasswordExpired => Self::new(Code::PasswordExpired).param("next", "recovery"),
            Refusal::Invalid(problems) => {
                let start = Self::new(Code::ValidationFailed);
                problems.iter().fold(start, |all, one| all.field(one.field, one.code))
            }
            Refusal::Flawed(flaws) => Self {
                errors: flaws.into_iter().map(FieldError::from).collect(),
                ..Self::new(Code::ValidationFailed)
            },
            Refusal::CaptchaRequired { purpose } => {
                Self::new(Code::CaptchaRequired).param("purpose", purpose)
            }
            Refusal::Passkey(fault) => Self::new(passkey_code(fault)),
            Refusal::Provider(fault) => Self::new(provider_code(fault)),
            Refusal::StepUpRequired { aal, max_age } => Self::new(Code::StepUpRequired)
                .param("aal", aal)
                .param("max_age", max_age.as_secs()),
            Refusal::PolicyInvalid(mistakes) => {
                let mistakes: Vec<Value> = mistakes.iter().map(mistake).collect();
                Self::new(Code::PolicyInvalid).param("mistakes", mistakes)
            }
            Refusal::PolicyTestsFail(failing) => {
                let tests: Vec<Value> = failing.iter().map(failed).collect();
                Self::new(Code::PolicyTestsFail).param("failures", tests)
            }
            Refusal::ExclusiveHolders { clashes, more } => {
                let people: Vec<Value> = clashes.iter().map(clash).collect();
                let told =
                    clashes.iter().map(|it| format!("{} ({})", it.user, it.roles.join(", ")));
                let told = told.chain(more.then(|| "…".to_owned())).collect::<Vec<_>>();
                Self::new(Code::ExclusiveRoles)
                    .detail(format!("They are held together by {}", told.join(", ")))
                    .param("holders", people)
                    .param("more", more)
            }
            Refusal::Hook { code, message } => {
                Self::new(Code::RefusedByHook).detail(message).param("hook_code", code)
            }
            plain => Self::new(plain_code(&plain)),
        };
        problem.retry_after = retry_after;
        problem
    }

    /// How broken machinery is told: nothing about it, only when to come back.
    pub(crate) fn of_error(error: &Error) -> Self {
        let code = match (error.is_disk_full(), error.is_busy()) {
            (true, _) => Code::ReadOnly,
            (_, true) => Code::Busy,
            _ => Code::Unavailable,
        };
        let mut problem = Self::new(code);
        problem.retry_after = Some(if error.is_busy() { 1 } else { 5 });
        problem
    }

    /// `application/problem+json`.
    pub(crate) fn reply(&self, id: RequestId) -> Reply {
        let mut body = Map::new();
        let code = self.code.as_str();
        body.insert("type".into(), format!("{TYPE}{code}").into());
        body.insert("code".into(), code.into());
        body.insert("title".into(), self.code.title().into());
        body.insert("status".into(), self.code.status().as_u16().into());
        if let Some(detail) = &self.detail {
            body.insert("detail".into(), detail.clone().into());
        }
        body.insert("instance".into(), id.to_string().into());
        if !self.errors.is_empty() {
            let errors = self.errors.iter();
            let errors: Vec<Value> = errors
                .map(|e| json!({ "field": e.field, "code": e.code, "message": e.message }))
                .collect();
            body.insert("errors".into(), errors.into());
        }
        if let Some(wait) = self.retry_after {
            body.insert("retry_after".into(), wait.into());
        }
        body.extend(self.extra.clone());
        let view = ProblemView {
            status: self.code.status(),
            code,
            title: self.code.title(),
            body: body.clone(),
        };
        let bytes = Value::Object(body).to_string().into_bytes();
        let mut reply = Reply::new(bytes.into());
        *reply.status_mut() = self.code.status();
        reply.extensions_mut().insert(view);
        self.mark(&mut reply);
        let kind = HeaderValue::from_static("application/problem+json");
        reply.headers_mut().insert(header::CONTENT_TYPE, kind);
        reply
    }

    /// Headers that belong to the problem, page or not.
    pub(crate) fn mark(&self, reply: &mut Reply) {
        if let Some(wait) = self.retry_after {
            reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        let allow = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok());
        if let Some(allow) = allow {
            reply.headers_mut().insert(header::ALLOW, allow);
        }
        if let Some(challenge) = self.code.challenge() {
            let challenge = HeaderValue::from_static(challenge);
            reply.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(limits) = &self.limits {
            limits.tell(reply.headers_mut());
        }
        if let Some(challenge) = &self.challenge {
            reply.headers_mut().append(header::WWW_AUTHENTICATE, challenge.clone());
        }
    }
}

fn mistake(mistake: &Mistake) -> Value {
    let Mistake { line, column, message, suggestion } = mistake;
    json!({ "line": line, "column": column, "message": message, "suggestion": suggestion })
}

fn clash(clash: &Clash) -> Value {
    let Clash { user, set, roles } = clash;
    json!({ "user": user, "set": set, "roles": roles })
}

fn failed(failing: &Failing) -> Value {
    let Failing { line, test, message } = failing;
    json!({ "line": line, "test": test, "message": message })
}

fn passkey_code(fault: PasskeyFault) -> Code {
    match fault {
        PasskeyFault::Expired => Code::WebauthnChallengeExpired,
        PasskeyFault::Failed => Code::WebauthnVerificationFailed,
        PasskeyFault::Unknown => Code::WebauthnUnknownCredential,
        PasskeyFault::Duplicate => Code::WebauthnDuplicate,
        PasskeyFault::WrongOrigin => Code::WebauthnOriginMismatch,
        PasskeyFault::NotVerified => Code::WebauthnUserVerificationRequired,
    }
}

fn provider_code(fault: ProviderFault) -> Code {
    match fault {
        ProviderFault::Unknown => Code::ProviderUnknown,
        ProviderFault::StateMismatch => Code::OauthStateMismatch,
        ProviderFault::StateExpired => Code::OauthStateExpired,
        ProviderFault::Denied => Code::OauthDenied,
        ProviderFault::EmailUnverified => Code::OauthEmailUnverified,
        ProviderFault::AccountExists => Code::OauthAccountExists,
        ProviderFault::Taken => Code::OauthTaken,
        ProviderFault::Upstream => Code::OauthUpstreamError,
    }
}

/// The code of a refusal that says no more than that.
fn plain_code(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::Unauthenticated => Code::Unauthenticated,
        Refusal::SlowDown { .. } => Code::RateLimited,
        Refusal::SignUpClosed => Code::SignUpClosed,
        Refusal::InvitationRequired => Code::InviteRequired,
        Refusal::InvitationInvalid => Code::InviteInvalid,
        Refusal::DomainNotAllowed => Code::DomainNotAllowed,
        Refusal::CodeInvalid => Code::CodeInvalid,
        Refusal::CodeExpired => Code::CodeExpired,
        Refusal::CodeAttemptsExceeded => Code::CodeAttemptsExceeded,
        Refusal::LinkInvalid => Code::LinkInvalid,
        Refusal::LastWayIn => Code::LastWayIn,
        Refusal::MethodDisabled => Code::MethodDisabled,
        Refusal::RecoveryDisabled => Code::RecoveryDisabled,
        Refusal::Maintenance => Code::Maintenance,
        Refusal::ResendTooSoon { .. } => Code::ResendTooSoon,
        Refusal::CaptchaInvalid => Code::CaptchaInvalid,
        Refusal::CaptchaExpired => Code::CaptchaExpired,
        Refusal::MfaRequired => Code::MfaRequired,
        Refusal::MfaInvalid => Code::MfaInvalid,
        Refusal::MfaExpired => Code::MfaExpired,
        Refusal::MfaNotEnrolled => Code::MfaNotEnrolled,
        Refusal::MfaLastMethod => Code::MfaLastMethod,
        Refusal::NotFound => Code::NotFound,
        Refusal::Conflict => Code::Conflict,
        Refusal::Impersonating => Code::ImpersonationForbidden,
        Refusal::OutsideCeiling => Code::OutsideCeiling,
        Refusal::ExclusiveRoles => Code::ExclusiveRoles,
        Refusal::LastAdministrator => Code::LastAdministrator,
        _ => Code::BadRequest,
    }
}

/// A refusal in plain words, as the API says it: `Some of the input is not
/// acceptable. email: There is an account with this address already.`
pub fn words(refusal: &Refusal) -> String {
    let problem = Problem::of(refusal.clone());
    let mut text = problem.code.title().to_owned();
    if let Some(detail) = &problem.detail {
        text.push_str(&format!(" {detail}"));
    }
    for error in &problem.errors {
        text.push_str(&format!(" {}: {}", error.field, error.message));
    }
    text
}
