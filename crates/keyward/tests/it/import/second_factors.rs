//! Second factors that come along.

use keyward::import::{OtpSecret, System};
use keyward::port::Clock as _;
use keyward::testing::{PASSWORD, TestAuth};
use keyward::totp::Totp;
use serde_json::json;

use super::kit::{Import, database, person, roles};

/// `TOTP_ENCRYPTION_KEY` of the fixture.
pub(super) const KEY: &str = "a key for second factors, 32 letters";
/// The secret that its people have in their apps.
const SECRET: &str = "JBSWY3DPEHPK3PXP";

/// The first factor is proven, and the second given; the answer's status.
async fn answers(t: &TestAuth, email: &str, method: &str, answer: &str) -> u16 {
    let client = t.pages();
    let body = json!({ "identifier": email, "password": PASSWORD });
    let first = client.post("/api/v1/sign-in", &body).await.json();
    assert_eq!(first["status"], "needs_mfa", "{email}: {first}");
    let body = json!({ "flow_id": first["flow_id"],
        "method": method, "code": answer });
    client.post("/api/v1/sign-in/mfa", &body).await.status().as_u16()
}

/// What the app shows now.
fn shown(t: &TestAuth) -> String {
    let secret = OtpSecret::import(SECRET).unwrap();
    Totp::default().code(&secret, t.clock.now()).unwrap().reveal().to_owned()
}

async fn moved(verified: bool) -> TestAuth {
    let t = TestAuth::new().await;
    t.role("editor", &[]).await;
    let (_folder, path) = database("asok.sql");
    let mut import = Import::of(System::Asok, path).secret(KEY);
    import.open.verified = verified;
    let (report, refused) = import.run(&t).await;
    assert_eq!((report.rows, report.imported), (4, 4), "{refused:?}");
    t
}

#[tokio::test]
async fn an_app_that_was_enrolled_in_asok_is_asked_for_and_answers() {
    let t = moved(true).await;
    for email in ["ada@example.com", "old@example.com"] {
        let code = shown(&t);
        assert_ne!(answers(&t, email, "totp", "000000").await, 200, "{email}");
        assert_eq!(answers(&t, email, "totp", &code).await, 200, "{email}");
        assert_ne!(answers(&t, email, "totp", &code).await, 200, "a code works once");
    }
}

#[tokio::test]
async fn a_code_of_asok_lets_somebody_in_once() {
    let t = moved(true).await;
    let try_code = async |code: &str| answers(&t, "ada@example.com", "recovery_code", code).await;
    assert_ne!(try_code("ABCD-EFGX").await, 200);
    assert_eq!(try_code("abcd-efgh").await, 200);
    assert_ne!(try_code("ABCD-EFGH").await, 200, "used");
    assert_eq!(try_code("JKLMNPQR").await, 200);
}

#[tokio::test]
async fn who_cannot_bring_a_second_factor_is_refused_and_not_left_without() {
    let t = TestAuth::new().await;
    let (_folder, path) = database("asok.sql");
    for secret in [None, Some("another key")] {
        let mut import = Import::of(System::Asok, path.clone()).dry();
        import.open.secret = secret.map(keyward::Secret::new);
        let (report, _) = import.run(&t).await;
        assert_eq!(report.reasons["second_factor_unreadable"], 2, "{secret:?}");
        import.options.without_unreadable = true;
        let (report, _) = import.run(&t).await;
        assert_eq!((report.imported, report.lost["totp"]), (4, 2), "{secret:?}");
    }
}

#[tokio::test]
async fn roles_of_asok_come_along_and_none_that_may_everything() {
    let t = moved(false).await;
    assert_eq!(roles(&t, "ada@example.com").await, ["editor"]);
    assert!(roles(&t, "bob@example.com").await.is_empty(), "`admin` would be everything");
    assert!(roles(&t, "root@example.com").await.is_empty());
    assert_eq!(person(&t, "ada@example.com").await.name, "Ada");
}
