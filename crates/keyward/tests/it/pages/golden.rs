//! Every page and state as it was last reviewed.

use keyward::testing::{Client, PASSWORD, PasskeyDevice, Response, SeededRandom, TestAuth};

use super::admin::admin;
use super::html::{Page, location};
use crate::golden::check as same;
use crate::passkeys::add;
use crate::second_factors::{Fob, enrol};

/// Leaves out what differs from run to run: ids, codes, tokens, hashes of assets.
fn scrub(html: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for letter in html.chars().chain(['\n']) {
        if letter.is_ascii_alphanumeric() || letter == '_' || letter == '-' {
            word.push(letter);
            continue;
        }
        out.push_str(&scrubbed(&word));
        word.clear();
        out.push(letter);
    }
    out
}

fn scrubbed(word: &str) -> String {
    let id = word.len() == 30 && word.as_bytes()[3] == b'_';
    let hex = word.bytes().all(|b| b.is_ascii_hexdigit());
    match word.len() {
        6 if word.bytes().all(|b| b.is_ascii_digit()) => "…".into(),
        30 if id => format!("{}_…", &word[..3]),
        12 | 32 if hex && word.bytes().any(|b| b.is_ascii_digit()) => "…".into(),
        40.. => "…".into(),
        _ => word.to_owned(),
    }
}

fn check(name: &str, reply: &Response) {
    Page::of(reply);
    same(&format!("pages/{name}.html"), &scrub(reply.text()));
}

async fn kit() -> TestAuth {
    TestAuth::with(|b| b.random(SeededRandom::new(7)).dev()).await
}

#[tokio::test]
async fn pages_for_strangers_look_as_reviewed() {
    let t = kit().await;
    let client = t.pages();
    for (name, path) in [
        ("login", "/login"),
        ("login_de", "/login?lang=de"),
        ("login_back", "/login?lang=en&return_to=%2Fapp&notice=ended"),
        ("signup", "/signup"),
        ("recover", "/recover"),
        ("recover_link", "/recover/some-secret"),
        ("verify_link", "/verify/some-secret"),
        ("setup", "/setup"),
        ("login_locked", "/login?lang=en&notice=locked"),
        ("logout", "/logout"),
        ("not_found", "/kw-assets/none"),
        ("inbox_empty", "/dev/inbox"),
    ] {
        check(name, &client.page(path).await);
    }
    let wrong = [("username", "ada@example.com"), ("password", "wrong")];
    check("login_wrong", &client.form("/login", &wrong).await);
    let short = [("name", "Ada"), ("email", "ada"), ("password", "short")];
    check("signup_wrong", &client.form("/signup", &short).await);
    check("verify_link_gone", &client.form("/verify/some-secret", &[]).await);
    let password = [("password", PASSWORD)];
    check("recover_link_gone", &client.form("/recover/some-secret", &password).await);
    let to = location(&client.form("/recover", &[("identifier", "nobody@example.com")]).await);
    check("recover_code", &client.page(&to).await);
    let fields = [("email", "new@example.com"), ("password", PASSWORD)];
    let to = location(&client.form("/signup", &fields).await);
    check("verify", &client.page(&to).await);
    t.code_for("new@example.com").await;
    check("inbox", &client.page("/dev/inbox").await);
}

#[tokio::test]
async fn pages_for_whoever_goes_on_without_an_account_look_as_reviewed() {
    let t =
        TestAuth::with(|b| b.random(SeededRandom::new(7)).dev().settings(|s| s.anonymous = true));
    let guest = t.await.pages();
    check("nameless_login", &guest.page("/login").await);
    check("nameless_signup", &guest.page("/signup").await);
    location(&guest.form("/login/anonymous", &[]).await);
    check("nameless_account", &guest.page("/account").await);
    check("nameless_account_de", &guest.page("/account?lang=de").await);
}

#[tokio::test]
async fn pages_of_what_an_operator_switched_off_look_as_reviewed() {
    let t =
        TestAuth::with(|b| b.random(SeededRandom::new(7)).dev().settings(|s| s.recovery = false));
    let t = t.await;
    let client = t.pages();
    check("recover_off", &client.page("/recover").await);
    check("recover_off_de", &client.page("/recover?lang=de").await);
    check("recover_off_login", &client.page("/login?lang=en").await);
    t.kw.set_maintenance(true);
    check("maintenance_login", &client.page("/login?lang=en").await);
    check("maintenance_login_de", &client.page("/login?lang=de").await);
    check("maintenance_signup", &client.page("/signup?lang=en").await);
    t.user("ada@example.com").await;
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    check("maintenance_refused", &client.form("/login", &fields).await);
}

#[cfg(feature = "policy-file")]
#[tokio::test]
async fn pages_for_people_and_administrators_look_as_reviewed() {
    let t = kit().await;
    let ada = t.user("ada@example.com").await;
    t.clock.advance(std::time::Duration::from_secs(60));
    let person: Client = t.pages().login_as(&ada).await;
    for (name, path) in [
        ("account", "/account"),
        ("account_password", "/account/password"),
        ("account_sessions", "/account/sessions"),
        ("forbidden", "/admin/people"),
    ] {
        check(name, &person.page(path).await);
    }
    t.clock.advance(std::time::Duration::from_secs(60));
    let admin = admin(&t).await;
    let one = format!("/admin/people/{}", ada.id);
    location(&admin.form("/admin/groups", &[("name", "staff"), ("description", "Us")]).await);
    let join = [("person", "ada@example.com"), ("not_before", ""), ("expires_at", "2999-01-01")];
    location(&admin.form("/admin/groups/staff/join", &join).await);
    for (name, path) in [
        ("admin_people", "/admin/people"),
        ("admin_people_none", "/admin/people?q=zzz"),
        ("admin_person_add", "/admin/people/add"),
        ("admin_person", one.as_str()),
        ("admin_roles", "/admin/roles?lang=en&notice=saved"),
        ("admin_role", "/admin/roles/admin?lang=en"),
        ("admin_groups", "/admin/groups"),
        ("admin_group", "/admin/groups/staff"),
        ("admin_matrix", "/admin/matrix"),
        ("admin_matrix_de", "/admin/matrix?lang=de"),
        ("admin_who", "/admin/who?lang=en&permission=users:view"),
        ("admin_check", "/admin/check?subject=ada%40example.com&permission=posts:edit"),
        ("admin_policy", "/admin/policy?lang=en"),
        ("admin_messages", "/admin/messages"),
        ("admin_audit_none", "/admin/audit?type=nothing"),
    ] {
        let reply = admin.page(path).await;
        assert_eq!(reply.status(), 200, "{path}");
        check(name, &reply);
    }
}

#[cfg(feature = "oauth")]
#[tokio::test]
async fn pages_of_other_services_look_as_reviewed() {
    use keyward::providers::ProviderOptions;
    let t = TestAuth::with(|b| {
        b.random(SeededRandom::new(7))
            .dev()
            .sign_in_at(ProviderOptions::preset("github", "id", "secret"))
            .provider(crate::nodes::Everybody)
    })
    .await;
    let client = t.pages();
    check("providers_login", &client.page("/login").await);
    check("providers_signup", &client.page("/signup").await);
    check("providers_away", &client.form("/login/with/github", &[]).await);
    check("providers_unknown", &client.form("/login/with/nowhere", &[]).await);
    check("providers_failed", &client.page("/login/with/github/callback?state=x").await);
    let out = client.form("/login/with/everybody", &[]).await;
    let away = Page::of(&out).attr("p a.button", "href");
    let (_, state) = away.split_once('?').unwrap();
    location(&client.page(&format!("/login/with/everybody/callback?code=c&state={state}")).await);
    check("account_connections", &client.page("/account/connections").await);
    t.clock.advance(std::time::Duration::from_secs(601));
    check("account_step_up_service", &client.page("/account/step-up").await);
    let ada = t.user("ada@example.com").await;
    let other = t.pages().login_as(&ada).await;
    check("account_connections_none", &other.page("/account/connections?lang=de").await);
}

#[tokio::test]
async fn pages_of_ones_own_account_look_as_reviewed() {
    let t = kit().await;
    t.user("ada@example.com").await;
    let person = t.pages();
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    location(&person.form("/login", &fields).await);
    for (name, path) in [
        ("account_email", "/account/email"),
        ("account_phone_none", "/account/phone"),
        ("account_username_none", "/account/username"),
        ("account_activity", "/account/activity"),
        ("account_data", "/account/data"),
        ("account_address_link", "/account/address/some-secret"),
    ] {
        check(name, &person.page(path).await);
    }
    let to = location(&person.form("/account/email", &[("to", "ada@new.example")]).await);
    check("account_address_code", &person.page(&to).await);
    check("undo_gone", &person.page("/undo/some-secret").await);
    check("restore_gone", &person.page("/restore/some-secret").await);
    location(&person.form("/account/data/delete", &[("confirm", "ada@example.com")]).await);
    check("login_deleted", &person.page("/login?lang=en&notice=deleted").await);
    let link = format!("/restore/{}", t.link_token_for("ada@example.com").await);
    check("restore", &person.page(&link).await);
    check("restore_done", &person.form(&link, &[]).await);
}

#[tokio::test]
async fn pages_of_second_factors_look_as_reviewed() {
    let t = kit().await;
    t.user("ada@example.com").await;
    let person = t.pages();
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    location(&person.form("/login", &fields).await);
    check("account_totp_off", &person.page("/account/totp").await);
    check("account_step_up_password", &person.page("/account/step-up").await);
    check("account_codes_none", &person.page("/account/recovery-codes").await);
    person.enrol_totp(&t.clock).await;
    for (name, path) in [
        ("account_totp_on", "/account/totp"),
        ("account_codes_left", "/account/recovery-codes"),
        ("account_step_up_totp", "/account/step-up?return_to=%2Faccount%2Ftotp"),
        ("account_step_up_code", "/account/step-up?method=recovery_code"),
    ] {
        check(name, &person.page(path).await);
    }
    let other = t.pages();
    let to = location(&other.form("/login", &fields).await);
    check("login_mfa_totp", &other.page(&to).await);
    check("login_mfa_code", &other.page(&format!("{to}&method=recovery_code")).await);
    let (_, flow) = to.split_once("flow=").unwrap();
    let wrong = [("flow", flow), ("method", "totp"), ("code", "none")];
    check("login_mfa_wrong", &other.form("/login/mfa", &wrong).await);
    check("login_mfa_ended", &t.pages().page(&location(&t.pages().page(&to).await)).await);
}

#[tokio::test]
async fn pages_of_a_second_factor_of_the_apps_look_as_reviewed() {
    let t = TestAuth::with(|b| b.random(SeededRandom::new(7)).dev().second_factor(Fob::default()));
    let t = t.await;
    t.user("ada@example.com").await;
    let person = t.pages();
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    location(&person.form("/login", &fields).await);
    for (name, path) in [
        ("account_factors", "/account/totp"),
        ("account_factor_off", "/account/factors/fob"),
        ("account_factor_off_de", "/account/factors/fob?lang=de"),
        ("account_factor_unknown", "/account/factors/ring?lang=en"),
    ] {
        check(name, &person.page(path).await);
    }
    check("account_factor_begun", &person.form("/account/factors/fob", &[]).await);
    enrol(&person).await;
    check("account_factor_on", &person.page("/account/factors/fob").await);
    check("account_step_up_factor", &person.page("/account/step-up").await);
    let other = t.pages();
    let to = location(&other.form("/login", &fields).await);
    check("login_mfa_factor", &other.page(&to).await);
    check("login_mfa_factor_other", &other.page(&format!("{to}&method=recovery_code")).await);
}

#[tokio::test]
async fn pages_of_passkeys_look_as_reviewed() {
    let t = kit().await;
    t.user("ada@example.com").await;
    let person = t.pages();
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    location(&person.form("/login", &fields).await);
    check("account_passkeys_none", &person.page("/account/passkeys").await);
    let mut device = PasskeyDevice::default();
    assert_eq!(add(&person, &mut device).await.status(), 201);
    for (name, path) in [
        ("account_passkeys", "/account/passkeys"),
        ("account_passkeys_de", "/account/passkeys?lang=de"),
        ("account_step_up_passkey", "/account/step-up?lang=en&method=passkey"),
    ] {
        check(name, &person.page(path).await);
    }
    let strange = [("flow", "none"), ("credential", "none"), ("name", "")];
    check("account_passkeys_wrong", &person.form("/account/passkeys", &strange).await);
    person.enrol_totp(&t.clock).await;
    let other = t.pages();
    let to = location(&other.form("/login", &fields).await);
    check("login_mfa_passkey", &other.page(&to).await);
    t.clock.advance(std::time::Duration::from_secs(601));
    check("account_passkeys_stale", &person.page("/account/passkeys").await);
}

#[tokio::test]
async fn pages_of_api_keys_look_as_reviewed() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let person = t.pages().login_as(&ada).await;
    check("account_api_keys_none", &person.page("/account/api-keys").await);
    let asked = [("name", "deploy"), ("permissions", "posts:* users:view"), ("days", "30")];
    let made = person.form("/account/api-keys", &asked).await;
    assert_eq!(made.status().as_u16(), 200);
    assert!(made.text().contains("<code class=\"secret\">kwk_"), "shown once");
    let listed = person.page("/account/api-keys").await;
    assert!(!listed.text().contains("kwk_"), "and never again");
    check("account_api_keys", &listed);
    let wrong = [("name", ""), ("permissions", "a:b*c"), ("days", "soon")];
    assert!(person.form("/account/api-keys", &wrong).await.text().contains("This is not a time."));
    let wrong = [("name", ""), ("permissions", "a:b*c"), ("days", "")];
    check("account_api_keys_wrong", &person.form("/account/api-keys", &wrong).await);
    check("account_api_keys_de", &person.page("/account/api-keys?lang=de").await);
    let keys = t.kw.api_keys(ada.id).await.unwrap();
    let ended = person.form("/account/api-keys/end", &[("key", &keys[0].id.to_string())]).await;
    assert_eq!(ended.status().as_u16(), 303);
    assert!(t.kw.api_keys(ada.id).await.unwrap().is_empty());
}
