//! Sign-in at other services: who may come back from one, and whom its answer names.

use keyward::outbound::HttpClient;
use keyward::port::Fut;
use keyward::providers::{Authorize, Callback, Client, Exchanged, Grant, Provider, ProviderError};
use keyward::providers::{ProviderUser, told};
use keyward::{Keyward, Secret};
use serde_json::{Value, json};

use crate::Result;
use crate::vectors::comparison::Comparison;

/// Compares `oauth_callback_state`: the state that came back, the one that was expected,
/// and what became of it.
pub(super) fn states(
    rows: &[(Option<String>, Option<String>, String)],
    comparison: &mut Comparison,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let auth = Keyward::memory().provider(Everybody).build().await?;
        for (came, expected, said) in rows {
            let ours = is_let_in(&auth, came.as_deref(), expected.as_deref()).await?;
            let id = format!("oauth_callback_state {came:?} {expected:?}");
            comparison.row(id, ours, !said.starts_with("AuthError"));
        }
        auth.shutdown().await;
        Ok(())
    })
}

/// Whether somebody comes back with a state; `expected` is that of the browser's own
/// flow, where it has one.
async fn is_let_in(auth: &Keyward, came: Option<&str>, expected: Option<&str>) -> Result<bool> {
    let client = Client::default();
    let begun = auth.authorize_url(NAME, "/", &client).await?;
    let begun = begun.map_err(|refusal| format!("it does not begin: {refusal:?}"))?;
    let own = begun.url.rsplit_once('=').map(|(_, state)| state).unwrap_or_default();
    let came = came.map(|came| if Some(came) == expected { own } else { came });
    let back = Callback {
        code: Some(Secret::new("code")),
        state: came.map(Secret::new),
        ..Callback::default()
    };
    let browser = expected.map(|_| begun.browser);
    Ok(auth.callback(NAME, back, browser, &client).await?.is_ok())
}

/// Compares `oauth_userinfo_normalise`. Google's address is in its answer; GitHub's are
/// asked for, and the row says which of them is proven.
pub(super) fn answers(rows: &[Value], comparison: &mut Comparison) -> Result<()> {
    for row in rows {
        let provider = row["provider"].as_str().unwrap_or_default();
        let mut answer = row["raw"].clone();
        if let (Some(email), "github") = (row["email"].as_str(), provider) {
            let emails = json!([{ "email": email, "primary": true, "verified": true }]);
            answer.as_object_mut().map(|answer| answer.insert("emails".into(), emails));
        }
        let ours = told(provider, answer).map(|user| seen(&user, &row["raw"]));
        comparison.row_in("oauth_userinfo_normalise", row, ours, &row["result"])?;
    }
    Ok(())
}

/// The same as Asok handed to its app, with nothing of ours in what was told.
fn seen(user: &ProviderUser, raw: &Value) -> Value {
    let told = raw.as_object().into_iter().flatten();
    let told = told.filter(|(name, value)| user.raw.get(*name) == Some(value));
    let told: serde_json::Map<_, _> =
        told.map(|(name, value)| (name.clone(), value.clone())).collect();
    json!({
        "provider": user.provider, "provider_id": user.provider_id, "email": user.email,
        "name": user.name, "picture": user.picture, "raw": told,
    })
}

const NAME: &str = "everybody";

/// A service that names the same person for every code.
#[derive(Debug)]
struct Everybody;

impl Provider for Everybody {
    fn name(&self) -> &str {
        NAME
    }

    fn title(&self) -> &str {
        "Everybody"
    }

    fn authorize_url<'a>(
        &'a self,
        _: &'a dyn HttpClient,
        asked: &'a Authorize,
    ) -> Fut<'a, std::result::Result<String, ProviderError>> {
        let url = format!("https://everybody.example.com/?state={}", asked.state.reveal());
        Box::pin(async { Ok(url) })
    }

    fn exchange<'a>(
        &'a self,
        _: &'a dyn HttpClient,
        _: &'a Grant,
    ) -> Fut<'a, std::result::Result<Exchanged, ProviderError>> {
        let user = ProviderUser {
            provider: NAME.into(),
            issuer: "https://everybody.example.com".into(),
            provider_id: "1".into(),
            email: None,
            email_verified: false,
            name: None,
            picture: None,
            raw: json!({}),
        };
        Box::pin(async { Ok(Exchanged { user, tokens: None }) })
    }
}
