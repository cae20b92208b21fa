//! Whether an account must have a second factor, and whether a session stands on it.

use keyward_authz::Access;
use keyward_core::flow::factor;
use keyward_core::record::{Session, Subject};
use keyward_core::settings::{MfaMode, Settings};

use crate::http::Code;

/// What is demanded of whoever holds a session.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MfaDemand {
    /// A role of theirs, or the service, demands a second factor.
    pub(crate) is_demanded: bool,
    has_factor: bool,
    is_met: bool,
}

impl MfaDemand {
    pub(crate) fn of(
        settings: &Settings,
        session: &Session,
        subject: Option<&Subject>,
        access: &Access,
    ) -> Self {
        let is_demanded = match &settings.mfa {
            MfaMode::Optional => false,
            MfaMode::Roles(roles) => roles.iter().any(|role| access.has_role(role)),
            MfaMode::Required => true,
        };
        let has_factor = subject.is_some_and(|subject| factor::guarded(subject, settings));
        Self { is_demanded, has_factor, is_met: session.aal >= 2 }
    }

    /// What is missing, if anything: to enrol, or to prove what is enrolled.
    pub(crate) fn lack(self) -> Option<Code> {
        if !self.is_demanded || self.is_met {
            return None;
        }
        Some(if self.has_factor { Code::StepUpRequired } else { Code::MfaNotEnrolled })
    }
}
