//! What keeps machines from asking a thousand times, and from lists of passwords that
//! others lost: whether it can be had as it was configured.

#[cfg(feature = "captcha")]
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_core::Error;
#[cfg(feature = "captcha")]
use keyward_core::settings::CaptchaKind;
use keyward_core::settings::Settings;

use super::builder::Builder;
use crate::breached::BreachCheck;
#[cfg(feature = "captcha")]
use crate::captcha::{CaptchaService, Digits};

/// What an app chose.
#[derive(Default)]
pub(crate) struct Choices {
    #[cfg(feature = "captcha")]
    font: Option<PathBuf>,
    #[cfg(feature = "captcha")]
    service: Option<Arc<dyn CaptchaService>>,
    breaches: Option<Arc<dyn BreachCheck>>,
}

/// What is in use.
pub(crate) struct Bots {
    /// What captchas are drawn with.
    #[cfg(feature = "captcha")]
    pub(crate) digits: Digits,
    /// Who else may ask.
    #[cfg(feature = "captcha")]
    pub(crate) service: Option<Arc<dyn CaptchaService>>,
    /// Who knows passwords that were breached.
    pub(crate) breaches: Option<Arc<dyn BreachCheck>>,
}

impl Choices {
    /// Refuses what would be asked for and could never be answered.
    pub(super) fn open(self, settings: &Settings) -> Result<Bots, Error> {
        if settings.captcha.is_on() && !cfg!(feature = "captcha") {
            return Err(Error::new("ask for captchas: the feature `captcha` is not built in"));
        }
        #[cfg(feature = "captcha")]
        if settings.captcha.kind == CaptchaKind::Service && self.service.is_none() {
            return Err(Error::new("ask a captcha service: none was given to the builder"));
        }
        Ok(Bots {
            #[cfg(feature = "captcha")]
            digits: digits(self.font.as_deref())?,
            #[cfg(feature = "captcha")]
            service: self.service,
            breaches: self.breaches,
        })
    }
}

impl Builder {
    /// Refuses passwords that this knows to have been breached, wherever one is set:
    /// a [`BreachFilter`](crate::breached::BreachFilter), say.
    #[must_use]
    pub fn breached(mut self, check: impl BreachCheck) -> Self {
        self.bots.breaches = Some(Arc::new(check));
        self
    }

    /// Draws captchas with the digits of this TrueType font in place of ours. One
    /// without an outline for each digit is refused at start.
    #[cfg(feature = "captcha")]
    #[must_use]
    pub fn captcha_font(mut self, path: impl Into<PathBuf>) -> Self {
        self.bots.font = Some(path.into());
        self
    }
}

#[cfg(feature = "captcha")]
impl Builder {
    /// Has captchas asked by a service of others, wherever one is asked for:
    /// [`SiteVerify`](crate::captcha::SiteVerify), say. Only its answers count then.
    #[must_use]
    pub fn captcha_service(mut self, service: impl CaptchaService) -> Self {
        self.bots.service = Some(Arc::new(service));
        self.settings(|settings| settings.captcha.kind = CaptchaKind::Service)
    }
}

/// Largest font that is read.
#[cfg(feature = "captcha")]
const MAX_FONT: u64 = 32 * 1024 * 1024;

/// The digits that captchas are drawn with.
#[cfg(feature = "captcha")]
fn digits(font: Option<&Path>) -> Result<Digits, Error> {
    const WHAT: &str = "read the font of the captchas";
    let Some(path) = font else { return Digits::own() };
    let named = |why: String| Error::because(WHAT, format!("{}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|cause| named(cause.to_string()))?.len();
    if size > MAX_FONT {
        return Err(named("it has more than 32 MiB".into()));
    }
    let bytes = std::fs::read(path).map_err(|cause| named(cause.to_string()))?;
    Digits::read(&bytes)
}
