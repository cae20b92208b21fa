//! Who is invited makes an account, once.

use std::time::Duration;

use ::http::Method;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Act, NewInvitation, SignUpMode, UserView};
use serde_json::{Value, json};

use crate::pages::html::{Page, location};

const DAY: Duration = Duration::from_secs(24 * 3600);

struct House {
    t: TestAuth,
    root: UserView,
    admin: Client,
}

async fn house() -> House {
    house_with(SignUpMode::Invited).await
}

async fn house_with(mode: SignUpMode) -> House {
    let t = TestAuth::with(|b| b.settings(|s| s.sign_up = mode)).await;
    let root = t.user("root@example.com").await;
    t.role("inviter", &["invitations:*", "posts:*"]).await;
    t.role("writer", &["posts:edit"]).await;
    t.role("boss", &["users:*"]).await;
    t.give_role(&root, "inviter").await;
    let admin = t.pages().login_as(&root).await;
    t.events().await;
    House { t, root, admin }
}

async fn invite(client: &Client, body: &Value) -> Response {
    client.post("/api/v1/admin/invitations", body).await
}

fn secret(reply: &Response) -> String {
    let link =
        reply.json()["link"].as_str().unwrap_or_else(|| panic!("{}", reply.text())).to_owned();
    link.rsplit('/').next().unwrap().to_owned()
}

async fn come(t: &TestAuth, email: &str, invitation: &str) -> Response {
    let body = json!({ "email": email, "password": PASSWORD, "invitation": invitation });
    t.pages().post("/api/v1/sign-up", &body).await
}

#[tokio::test]
async fn nobody_comes_without_an_invitation_and_one_comes_with_it() {
    let House { t, admin, .. } = house().await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    assert_eq!(t.pages().post("/api/v1/sign-up", &body).await.code(), "invite_required");
    let made = invite(&admin, &json!({ "roles": ["writer"] })).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let link = secret(&made);
    assert!(
        !serde_json::to_string(&admin.get("/api/v1/admin/invitations").await.json())
            .unwrap()
            .contains(&link),
        "it is shown once"
    );
    let came = come(&t, "ada@example.com", &link).await;
    assert_eq!(came.json()["status"], "needs_verification", "{}", came.text());
    let ada = t.kw.find_person("ada@example.com").await.unwrap().unwrap();
    assert_eq!(t.kw.holdings(ada.id).await.unwrap().roles, ["writer"]);
    let again = come(&t, "bob@example.com", &link).await;
    assert_eq!(again.code(), "invite_invalid", "once");
    let listed = admin.get("/api/v1/admin/invitations").await.json();
    assert_eq!(
        (&listed["data"][0]["status"], &listed["data"][0]["used_by"]),
        (&json!("used"), &json!(ada.id))
    );
    t.events().await.assert([
        "invitation.created",
        "user.created",
        "invitation.used",
        "role.granted",
        "verification.sent",
    ]);
}

/// Else whoever holds one asks about address after address, until one is free.
#[tokio::test]
async fn a_taken_address_answers_like_a_free_one_and_spends_the_invitation() {
    let House { t, root, admin } = house().await;
    let mut links = vec![];
    for _ in 0..2 {
        links.push(secret(&invite(&admin, &json!({ "roles": ["writer"] })).await));
    }
    let bare = |reply: &Response| {
        let mut body = reply.json();
        body["flow_id"] = Value::Null;
        (reply.status(), body)
    };
    let taken = come(&t, "root@example.com", &links[0]).await;
    assert_eq!(bare(&taken), bare(&come(&t, "ada@example.com", &links[1]).await));
    for link in &links {
        assert_eq!(come(&t, "bob@example.com", link).await.code(), "invite_invalid");
    }
    assert_eq!(t.kw.holdings(root.id).await.unwrap().roles, ["inviter"], "it gave nothing");
}

#[tokio::test]
async fn a_mailed_invitation_proves_its_address_and_works_for_no_other() {
    let House { t, admin, .. } = house().await;
    let made = invite(&admin, &json!({ "email": "Ada@Example.com" })).await;
    assert!(made.json()["link"].is_null(), "whoever invites is not shown it");
    let link = t.link_token_for("Ada@Example.com").await;
    let other = come(&t, "eve@example.com", &link).await;
    assert_eq!(other.json()["errors"][0]["code"], "invited_elsewhere");
    let came = come(&t, "ada@example.com", &link).await;
    assert_eq!(came.json()["status"], "complete", "{}", came.text());
    assert_eq!(came.json()["user"]["identifiers"][0]["verified"], true);
}

#[tokio::test]
async fn an_invitation_ends_is_taken_back_and_cannot_be_guessed() {
    let House { t, admin, .. } = house().await;
    let over = secret(&invite(&admin, &json!({ "expires_in": 3600 })).await);
    let made = invite(&admin, &json!({})).await;
    let gone = secret(&made);
    let path = format!("/api/v1/admin/invitations/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(admin.json(Method::DELETE, &path, &json!({})).await.status(), 204);
    assert_eq!(admin.json(Method::DELETE, &path, &json!({})).await.code(), "conflict");
    t.clock.advance(Duration::from_secs(3600));
    let (id, _) = gone.split_once('.').unwrap();
    for link in [over.as_str(), &gone, &format!("{id}.x"), id, "", ".", "inv_"] {
        let reply = come(&t, "ada@example.com", link).await;
        let wanted = if link.is_empty() { "invite_required" } else { "invite_invalid" };
        assert_eq!(reply.code(), wanted, "{link}");
    }
    let proof = json!({ "method": "password", "code": PASSWORD });
    assert_eq!(admin.post("/api/v1/session/step-up", &proof).await.status(), 200);
    for (body, code) in [
        (json!({ "expires_in": 60 }), "out_of_range"),
        (json!({ "expires_in": 91 * 24 * 3600 }), "out_of_range"),
        (json!({ "email": "nowhere" }), "email_invalid"),
        (json!({ "roles": ["nonesuch"] }), "role_unknown"),
    ] {
        assert_eq!(invite(&admin, &body).await.json()["errors"][0]["code"], code, "{body}");
    }
}

#[tokio::test]
async fn nobody_invites_to_more_than_they_hold_then_or_later() {
    let House { t, root, admin } = house().await;
    let more = invite(&admin, &json!({ "roles": ["boss"] })).await;
    assert_eq!(more.code(), "outside_ceiling");
    let link = secret(&invite(&admin, &json!({ "roles": ["writer"] })).await);
    t.kw.assign_role(root.id, "inviter", false).await.unwrap().unwrap();
    assert_eq!(come(&t, "ada@example.com", &link).await.code(), "invite_invalid");
    t.kw.assign_role(root.id, "inviter", true).await.unwrap().unwrap();
    t.kw.act_on(root.id, Act::Lock { reason: "left".into() }).await.unwrap().unwrap();
    assert_eq!(
        come(&t, "ada@example.com", &link).await.code(),
        "invite_invalid",
        "whoever was let go lets nobody in"
    );
    let viewer = t.user("bob@example.com").await;
    let bob = t.pages().login_as(&viewer).await;
    assert_eq!(invite(&bob, &json!({})).await.code(), "missing_permission");
    assert_eq!(bob.get("/api/v1/admin/invitations").await.code(), "missing_permission");
}

#[tokio::test]
async fn an_invitation_counts_in_every_mode_but_the_closed_one() {
    let domains = SignUpMode::Domains(vec!["example.org".into()]);
    for mode in [SignUpMode::Open, domains, SignUpMode::Invited] {
        let House { t, admin, .. } = house_with(mode.clone()).await;
        let link = secret(&invite(&admin, &json!({})).await);
        let came = come(&t, "ada@example.com", &link).await;
        assert_eq!(came.json()["status"], "needs_verification", "{mode:?}");
    }
    let House { t, admin, .. } = house_with(SignUpMode::Closed).await;
    assert_eq!(invite(&admin, &json!({})).await.code(), "sign_up_closed");
    assert_eq!(come(&t, "ada@example.com", "inv_x.y").await.code(), "sign_up_closed");
}

#[tokio::test]
async fn an_administrator_invites_on_a_page_and_somebody_comes_by_it() {
    let House { t, admin, .. } = house().await;
    Page::of(&admin.page("/admin/invitations").await);
    let wrong = admin.form("/admin/invitations", &[("email", ""), ("days", "x")]).await;
    assert_eq!((wrong.status().as_u16(), Page::of(&wrong).all("[role=alert]").len()), (422, 1));
    let fields = [("email", "ada@example.com"), ("role", "writer"), ("days", "3")];
    let page =
        Page::of(&admin.page(&location(&admin.form("/admin/invitations", &fields).await)).await);
    assert_eq!(page.text("[role=status]"), "The invitation is on its way.");
    t.clock.advance(Duration::from_secs(1));
    let made = admin.form("/admin/invitations", &[("role", "")]).await;
    let page = Page::of(&made);
    assert!(page.text("code.secret").contains("/invite/inv_"), "shown once");
    assert_eq!(page.all("table form").len(), 2);
    let id = page.attr("[name=invitation]", "value");
    location(&admin.form("/admin/invitations/revoke", &[("invitation", &id)]).await);

    let ada = t.pages();
    assert_eq!(ada.page("/signup").await.status(), 403);
    let token = t.link_token_for("ada@example.com").await;
    let link = format!("/invite/{token}");
    let page = Page::of(&ada.page(&link).await);
    assert_eq!(page.attr("[name=invitation]", "value"), token);
    assert!(page.text("h1").starts_with("You are invited to "), "{}", page.text("h1"));
    let fields = [("email", "ada@example.com"), ("password", "short"), ("invitation", &token)];
    let short = Page::of(&ada.form("/signup", &fields).await);
    assert_eq!(short.attr("[name=invitation]", "value"), token, "the form keeps it");
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("invitation", &token)];
    assert_eq!(location(&ada.form("/signup", &fields).await), "/account");
    assert!(Page::of(&ada.page("/account").await).text("dl").contains("ada@example.com"));
    let bob = t.pages();
    let strange = format!("/invite/{}x", token);
    for dead in [link.as_str(), &strange, "/invite/none-of-ours"] {
        let reply = bob.page(dead).await;
        assert_eq!(reply.status(), 422, "{dead}");
        let page = Page::of(&reply);
        assert!(page.all("main form").is_empty(), "there is nothing to fill in: {dead}");
        assert!(page.text("[role=alert]").contains("used already"), "{dead}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_come_by_one_invitation_once() {
    let House { t, admin, .. } = house().await;
    let link = secret(&invite(&admin, &json!({})).await);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..50 {
        let (client, link) = (t.pages(), link.clone());
        tasks.spawn(async move {
            let email = format!("p{n}@example.com");
            let body = json!({ "email": email, "password": PASSWORD, "invitation": link });
            client.post("/api/v1/sign-up", &body).await
        });
    }
    let came = tasks.join_all().await.iter().filter(|r| r.status().is_success()).count();
    assert_eq!(came, 1);
}

#[tokio::test]
async fn the_library_invites_as_the_doors_do() {
    let House { t, .. } = house().await;
    let new = NewInvitation { roles: vec!["boss".into()], lifetime: Some(2 * DAY), email: None };
    let made = t.kw.invite(new).await.unwrap().unwrap();
    assert!(made.link.is_some(), "the app is held to no ceiling");
    assert_eq!(t.kw.invitations(None).await.unwrap().data.len(), 1);
    t.kw.revoke_invitation(made.invitation.id).await.unwrap().unwrap();
    assert_eq!(t.kw.invitations(None).await.unwrap().data[0].status, "revoked");
}
