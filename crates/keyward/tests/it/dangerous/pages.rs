//! The pages of administrators send whoever must prove who they are to where that is
//! done, and back; what was typed is not lost.

use keyward::testing::{Client, PASSWORD, Response, TestAuth};

use super::{House, LATER, house};
use crate::pages::html::{Page, location};

/// Where a form is sent, what with, and something to look for.
type Form = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// Forms without anything of one's own in them, and where they stand.
const BUTTONS: &[Form] = &[
    ("/admin/people/BOB/delete", &[], "/admin/people/BOB"),
    ("/admin/people/BOB/reset-mfa", &[], "/admin/people/BOB"),
    (
        "/admin/people/BOB/set-password",
        &[("password", "another long password")],
        "/admin/people/BOB",
    ),
    ("/admin/people/BOB/grant", &[("role", "editor")], "/admin/people/BOB"),
    ("/admin/people/BOB/revoke", &[("role", "editor")], "/admin/people/BOB"),
    ("/admin/people/BOB/impersonate", &[("reason", "ticket 7")], "/admin/people/BOB"),
    ("/admin/roles/editor/remove", &[("version", "1")], "/admin/roles/editor"),
    ("/admin/groups/staff/remove", &[("version", "1")], "/admin/groups/staff"),
    ("/admin/acl/wall/remove", &[("version", "1")], "/admin/acl/wall"),
];

/// Forms in which somebody wrote something, and what.
const TYPED: &[Form] = &[
    (
        "/admin/people/BOB/permit",
        &[("permission", "posts:edit"), ("effect", "allow")],
        "posts:edit",
    ),
    ("/admin/roles", &[("name", "painter"), ("description", "")], "painter"),
    ("/admin/groups", &[("name", "painters"), ("description", "")], "painters"),
    (
        "/admin/acl/wall",
        &[("version", "1"), ("name", "wall"), ("entries", "deny staff x")],
        "deny staff x",
    ),
    ("/admin/invitations", &[("email", "new@example.com"), ("role", "editor")], "new@example.com"),
    ("/admin/policy", &[("version", "0"), ("text", "version = 1\n# mine")], "# mine"),
];

/// What keeps somebody out, or lets them in again.
const HARMLESS: &[(&str, &str)] = &[
    ("lock", "person_locked"),
    ("unlock", "person_unlocked"),
    ("verify", "person_verified"),
    ("sign-out", "person_signed_out"),
];

async fn furnished() -> House {
    let house = house().await;
    house.t.role("editor", &["posts:edit"]).await;
    for (path, body) in [
        ("/api/v1/admin/groups", serde_json::json!({ "name": "staff" })),
        ("/api/v1/admin/acl/wall", serde_json::json!({ "entries": ["allow staff posts:edit"] })),
    ] {
        let method = if path.ends_with("wall") { http::Method::PUT } else { http::Method::POST };
        let reply = house.admin.json(method, path, &body).await;
        assert!(reply.status().is_success(), "{path}: {}", reply.text());
    }
    house.t.clock.advance(LATER);
    house
}

impl House {
    fn at(&self, path: &str) -> String {
        path.replace("BOB", &self.bob.id.to_string())
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.admin.form(&self.at(path), fields).await
    }
}

fn step_up(back: &str) -> String {
    format!("/account/step-up?return_to={}", back.replace('/', "%2F"))
}

/// Proves by the password, on the page.
async fn prove(client: &Client, to: &str, back: &str) {
    Page::of(&client.page(to).await);
    let fields = [("method", "password"), ("code", PASSWORD), ("return_to", back)];
    assert_eq!(location(&client.form("/account/step-up", &fields).await), back);
}

#[tokio::test]
async fn a_button_leads_to_the_proof_and_back_to_where_it_stands() {
    let house = furnished().await;
    for (path, fields, back) in BUTTONS {
        let to = location(&house.send(path, fields).await);
        assert_eq!(to, step_up(&house.at(back)), "{path}");
    }
    let back = house.at("/admin/people/BOB");
    prove(&house.admin, &step_up(&back), &back).await;
    let done = house.send("/admin/people/BOB/delete", &[]).await;
    assert_eq!(location(&done), format!("{back}?notice=person_deleted"));
}

#[tokio::test]
async fn what_was_typed_stays_until_it_is_sent_again() {
    let house = furnished().await;
    for (path, fields, typed) in TYPED {
        let reply = house.send(path, fields).await;
        assert_eq!(reply.status(), 422, "{path}: {:?} {}", reply.headers(), reply.text());
        assert!(reply.text().contains(typed), "{path}: {}", reply.text());
        let page = Page::of(&reply);
        let to = page.attr("[role=alert] a[target=_blank]", "href");
        assert!(to.starts_with("/account/step-up?return_to=%2Fadmin%2F"), "{path}: {to}");
    }
    prove(&house.admin, "/account/step-up?return_to=%2Fadmin%2Fpolicy", "/admin/policy").await;
    for (path, fields, _) in TYPED {
        let reply = house.send(path, fields).await;
        assert!(!reply.text().contains("/account/step-up"), "{path}: {}", reply.text());
    }
}

#[tokio::test]
async fn what_is_harmless_is_done_at_once() {
    let house = furnished().await;
    for (act, notice) in HARMLESS {
        let fields: &[(&str, &str)] = if *act == "lock" { &[("reason", "")] } else { &[] };
        let to = location(&house.send(&format!("/admin/people/BOB/{act}"), fields).await);
        assert_eq!(to, house.at(&format!("/admin/people/BOB?notice={notice}")), "{act}");
    }
    for page in ["/admin/people", "/admin/people/BOB", "/admin/roles", "/admin/audit"] {
        assert_eq!(house.admin.page(&house.at(page)).await.status(), 200, "{page}");
    }
}

/// A form's page may have been asked for with a query: the browser says with which.
#[tokio::test]
async fn the_way_back_is_a_page_of_this_host_and_no_other() {
    let house = furnished().await;
    let person = house.at("/admin/people/BOB");
    for (referer, back) in [
        (format!("http://localhost{person}?lang=de"), format!("{person}?lang=de")),
        (format!("http://evil.example{person}"), person.clone()),
        ("http://localhost//evil.example/".to_owned(), person.clone()),
        ("http://localhost/api/v1/nowhere".to_owned(), person.clone()),
        ("nonsense".to_owned(), person.clone()),
    ] {
        let cookie = house.admin.cookie("kw_session").unwrap();
        let request = http::Request::builder()
            .method(http::Method::POST)
            .uri(format!("{person}/delete"))
            .header("host", "localhost")
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", format!("kw_session={cookie}"))
            .header("referer", &referer);
        let reply = house.admin.raw(request.body(Default::default()).unwrap()).await;
        let to = location(&reply);
        let asked = form_urlencoded::parse(to.split_once('?').unwrap().1.as_bytes()).next();
        assert_eq!(asked.unwrap().1, back, "{referer}");
    }
}

#[tokio::test]
async fn a_site_below_a_path_comes_back_below_it() {
    let t = TestAuth::with(|b| b.mount("/auth")).await;
    let root = t.user("root@example.com").await;
    let bob = t.user("bob@example.com").await;
    t.give_role(&root, "admin").await;
    let admin = t.pages().login_as(&root).await;
    t.clock.advance(LATER);
    let back = format!("/auth/admin/people/{}", bob.id);
    let to = location(&admin.form(&format!("{back}/delete"), &[]).await);
    assert_eq!(to, format!("/auth{}", step_up(&back)));
}
