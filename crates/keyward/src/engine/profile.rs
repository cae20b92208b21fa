//! Fields that the app defines, looked at before anybody meets them.

use std::collections::BTreeSet;

use keyward_core::Error;
use keyward_core::settings::Settings;

/// Refuses fields that nobody could use, and two of one name.
pub(super) fn check(settings: &Settings) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    for field in &settings.profile {
        let twice = (!names.insert(&field.name)).then_some("it is there twice");
        if let Some(fault) = field.fault().or(twice) {
            return Err(Error::because("use a field", format!("`{}`: {fault}", field.name)));
        }
    }
    Ok(())
}
