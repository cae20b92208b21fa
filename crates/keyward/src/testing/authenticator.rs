//! An authenticator app, for tests.

use keyward_core::crypto::otp::{OtpSecret, Totp};
use keyward_core::port::Clock as _;
use keyward_core::testing::FakeClock;

use super::Client;

/// An authenticator app that goes by the kit's clock.
#[derive(Clone, Debug)]
pub struct Authenticator {
    secret: OtpSecret,
    clock: FakeClock,
}

impl Authenticator {
    /// With a secret as the page shows it.
    #[expect(clippy::expect_used, reason = "a test without its secret cannot go on")]
    pub fn new(secret: &str, clock: &FakeClock) -> Self {
        let secret = OtpSecret::parse(secret).expect("the secret is base32");
        Self { secret, clock: clock.clone() }
    }

    /// The code that it shows now.
    #[expect(clippy::expect_used, reason = "a test without its code cannot go on")]
    pub fn code(&self) -> String {
        let code = Totp::default().code(&self.secret, self.clock.now());
        code.expect("there are codes now").reveal().to_owned()
    }

    /// The next code: the clock moves on until it shows another.
    pub fn next_code(&self) -> String {
        self.clock.advance(std::time::Duration::from_secs(30));
        self.code()
    }
}

impl Client {
    /// Enrols an authenticator app by the API; also gives the recovery codes.
    #[expect(clippy::expect_used, reason = "a test that cannot enrol has failed")]
    pub async fn enrol_totp(&self, clock: &FakeClock) -> (Authenticator, Vec<String>) {
        let begun = self.post("/api/v1/me/totp", &serde_json::json!({})).await.json();
        let text = |name: &str| begun.get(name).and_then(|v| v.as_str()).map(str::to_owned);
        let app = Authenticator::new(&text("secret").expect("enrolment begins"), clock);
        let body = serde_json::json!({ "flow_id": text("flow_id"), "code": app.code() });
        let done = self.post("/api/v1/me/totp/confirm", &body).await.json();
        let codes = done.get("recovery_codes").and_then(|v| v.as_array());
        let codes = codes.expect("enrolment ends").iter();
        (app, codes.filter_map(|c| c.as_str().map(str::to_owned)).collect())
    }
}
