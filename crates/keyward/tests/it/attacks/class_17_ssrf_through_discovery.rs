//! Class 17: an issuer that points into our own network.

use keyward::outbound::{Outbound, OutboundOptions};
use keyward::providers::ProviderOptions;
use keyward::testing::{Issuer, TestAuth};

use crate::providers::refused;

#[tokio::test]
async fn an_issuer_in_our_own_network_is_not_asked() {
    let canary = Issuer::start().await;
    let port = canary.url().rsplit(':').next().unwrap().to_owned();
    let inside = [
        format!("https://127.0.0.1:{port}"),
        format!("https://localhost:{port}"),
        format!("https://[::1]:{port}"),
        format!("https://2130706433:{port}"),
        format!("https://0x7f000001:{port}"),
        format!("https://[::ffff:127.0.0.1]:{port}"),
        "https://169.254.169.254".to_owned(),
        "https://10.0.0.1".to_owned(),
        canary.url(),
    ];
    for issuer in inside {
        let options = ProviderOptions::oidc("acme", &issuer, "id", "secret");
        let careful = Outbound::new(&OutboundOptions {
            timeout: std::time::Duration::from_secs(2),
            ..OutboundOptions::default()
        });
        let t = TestAuth::with(|b| b.sign_in_at(options).ask_providers_by(careful.unwrap())).await;
        let client = t.pages();
        let reply = client.form("/login/with/acme", &[]).await;
        refused(&client, &reply, "did not answer as it should").await;
        let body = serde_json::json!({ "provider": "acme" });
        let reply = client.post("/api/v1/sign-in/provider", &body).await;
        assert!(!reply.status().is_success(), "{issuer}: {}", reply.text());
        assert!(!reply.text().contains("127.0.0.1"), "it tells nothing of what is there");
    }
    assert_eq!(canary.asked("/.well-known/openid-configuration").len(), 0);
}
