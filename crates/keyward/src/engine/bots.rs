//! What keeps machines from asking a thousand times: whether it can be had as it
//! was configured.

use keyward_core::Error;
use keyward_core::settings::Settings;

/// Refuses what would be asked for and could never be answered.
pub(super) fn check(settings: &Settings) -> Result<(), Error> {
    if settings.captcha.is_on() && !cfg!(feature = "captcha") {
        return Err(Error::new("ask for captchas: the feature `captcha` is not built in"));
    }
    Ok(())
}
