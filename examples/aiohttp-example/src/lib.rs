//! The example application of aiohttp_auth_autz, written with Keyward: people that the
//! app has in its own source, a list that says who may see which page, and doors of the
//! app's own.
//!
//! What is different: a session is in Keyward's cookie and can be ended from here, and
//! whoever guesses passwords is slowed down.

mod members;
mod pages;

use std::sync::{Arc, OnceLock};

use keyward::Keyward;

pub use pages::app;

use members::Members;

/// Where the app is.
pub(crate) const BASE: &str = "http://127.0.0.1:8080";

/// The list that every page is on.
pub(crate) const LIST: &str = "site";

/// Who may see what. The first entry that applies decides.
const ENTRIES: [&str; 4] = [
    "allow guest page:view",
    "deny guest page:edit",
    "allow staff page:view,page:edit,page:admin_view",
    "allow @everyone page:view_home",
];

/// Keyward for the app: nothing is kept when it ends.
///
/// # Errors
/// It cannot be started.
pub async fn auth() -> keyward::Result<Keyward> {
    let members = Members::new().await?;
    // Groups are asked for by account; Keyward knows which member an account is.
    let later: Arc<OnceLock<Keyward>> = Arc::default();
    let (here, known) = (Arc::clone(&later), members.clone());
    let auth = Keyward::memory()
        .public_url(BASE)
        .users(members)
        .groups_of(move |account| {
            let (here, known) = (Arc::clone(&here), known.clone());
            async move {
                let Some(auth) = here.get() else { return Ok(Some(vec![])) };
                let member = auth.own_user(account).await?;
                Ok(Some(member.map(|member| known.groups(&member.id)).unwrap_or_default()))
            }
        })
        .build()
        .await?;
    let entries = ENTRIES.map(str::to_owned).to_vec();
    let stored = auth.put_acl(LIST, entries, None).await?;
    stored.map_err(|refusal| keyward::Error::because("store the list", format!("{refusal:?}")))?;
    later.set(auth.clone()).ok();
    Ok(auth)
}
