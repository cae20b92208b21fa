//! Sites behind a real nginx and a real Caddy, with the recipes of
//! `docs/forward-auth.md`: two hosts, an application that says what it was sent, and
//! whatever a client may write.

mod front;
mod upstream;

use crate::http::Client;
use crate::server::{PASSWORD, Place, Server};
use front::{Answer, Front};
use upstream::Upstream;

/// A guarded application, the proxy in front of it, and Keyward beside it.
struct House {
    server: Server,
    front: Front,
    _upstream: Upstream,
    _place: Place,
}

const ADA: &str = "ada@example.com";

fn house(program: fn(&Place, u16, u16, u16) -> Front) -> House {
    let upstream = Upstream::start();
    let port = front::free_port();
    let place = Place::new();
    let password = place.write("password", PASSWORD);
    let app = format!("http://app.localhost:{port}");
    let rules = [
        format!("{app} /open/* nothing"),
        format!("{app} /admin/* all app:administer"),
        format!("http://wiki.localhost:{port} otherwise sign_in"),
        format!("http://www.localhost:{port} otherwise nothing"),
    ];
    let place = place
        .env("KEYWARD_ADMIN_EMAIL", ADA)
        .env("KEYWARD_ADMIN_PASSWORD_FILE", password.to_str().unwrap())
        .env("KEYWARD_SERVER_TRUSTED_PROXIES", "127.0.0.1/32");
    let rules: Vec<String> = rules.iter().map(|rule| format!("  \"{rule}\",\n")).collect();
    place.write("keyward.toml", &format!("[forward]\nrules = [\n{}]\n", rules.concat()));
    let server = place.start(&["serve", "--data-dir", "data", "--config", "keyward.toml"]);
    let front = program(&place, port, server.port(), upstream.port);
    House { server, front, _upstream: upstream, _place: place }
}

impl House {
    /// A page of a site, with these cookies.
    fn page(&self, site: &str, target: &str, cookie: &str) -> Answer {
        self.front.ask(site, "GET", target, &[("Cookie", cookie), ("Accept", "text/html")])
    }

    /// Signs in at Keyward, for a cookie.
    fn sign_in(&self) -> String {
        let body = format!(r#"{{"identifier":"{ADA}","password":"{PASSWORD}"}}"#);
        let host = format!("localhost:{}", self.server.port());
        let headers = [("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")];
        let answer =
            front::send(self.server.port(), &host, "POST", "/api/v1/sign-in", &headers, &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.cookies()
    }

    /// The whole way from a page of a site to its cookie there.
    fn enter(&self, site: &str, session: &str) -> String {
        let away = self.page(site, "/posts?page=2", "");
        assert_eq!(away.status, 302, "{}", away.body);
        let start = self.front.path_of(site, &away.header("location"));
        assert_eq!(start, "/.keyward/start?to=%2Fposts%3Fpage%3D2");
        let begun = self.page(site, &start, "");
        assert_eq!(begun.status, 303, "{}", begun.body);
        let host = format!("localhost:{}", self.server.port());
        let at_keyward = begun.header("location");
        let path = at_keyward.strip_prefix(&format!("http://{host}")).unwrap().to_owned();
        let headers = [("Cookie", session), ("Sec-Fetch-Site", "cross-site")];
        let on = front::send(self.server.port(), &host, "GET", &path, &headers, "");
        assert_eq!(on.status, 303, "{}", on.body);
        let path = self.front.path_of(site, &on.header("location"));
        let entered = self.page(site, &path, &begun.cookies());
        assert_eq!(entered.status, 303, "{}", entered.body);
        let back = self.front.path_of(site, &entered.header("location"));
        assert_eq!(back, "/posts?page=2");
        entered.cookies()
    }

    /// Everything that must hold, whichever proxy it is.
    fn holds(&self) {
        let session = self.sign_in();
        let cookie = self.enter("app.localhost", &session);
        let page = self.page("app.localhost", "/posts?page=2", &cookie);
        assert_eq!((page.status, page.seen("keyward-email").as_str()), (200, ADA), "{}", page.body);
        let id = page.seen("keyward-user");
        assert!(id.starts_with("usr_"), "{}", page.body);
        assert_eq!(page.target(), "/posts?page=2");

        self.another_site_asks_anew(&cookie);
        self.nobody_says_who_they_are(&cookie, &id);
        self.no_spelling_reaches_what_is_protected();
        self.nobody_is_judged_by_the_rules_of_another_site();
        self.the_end_of_the_session_is_the_end_there(&session, &cookie);
    }

    fn another_site_asks_anew(&self, cookie: &str) {
        assert_eq!(self.page("wiki.localhost", "/", cookie).status, 302);
        assert_eq!(self.page("other.localhost", "/", cookie).status, 403);
    }

    fn nobody_says_who_they_are(&self, cookie: &str, id: &str) {
        let lies = [
            [("Keyward-User", "usr_evil"), ("Keyward-Roles", "evil")],
            [("keyward-user", "usr_evil"), ("KEYWARD-EMAIL", "evil@example.com")],
            [("Keyward_User", "usr_evil"), ("keyward_roles", "evil")],
            [("Keyward-User", "usr_evil"), ("Connection", "close, Keyward-User")],
            [("X-Original-URL", "http://evil.localhost/open/x"), ("X-Forwarded-Uri", "/open/x")],
            [("X-Forwarded-Host", "evil.localhost"), ("X-Forwarded-Method", "EVIL")],
        ];
        for lie in lies {
            for (cookie, who) in [(cookie, id), ("", "")] {
                let target = if who.is_empty() { "/open/x" } else { "/posts" };
                let headers = [lie[0], lie[1], ("Cookie", cookie), ("Accept", "text/html")];
                let answer = self.front.ask("app.localhost", "GET", target, &headers);
                assert!(matches!(answer.status, 200 | 403), "{lie:?}: {}", answer.status);
                if answer.status == 200 {
                    let seen = answer.body.to_ascii_lowercase();
                    let told: Vec<&str> =
                        seen.lines().filter(|it| it.contains("keyward")).collect();
                    assert!(!told.iter().any(|it| it.contains("evil")), "{lie:?}: {told:?}");
                    assert_eq!(answer.seen("keyward-user"), who, "{lie:?}: {}", answer.body);
                }
            }
            // And nobody gets past the door by any of it.
            let headers = [lie[0], lie[1], ("Accept", "text/html")];
            let answer = self.front.ask("app.localhost", "GET", "/posts", &headers);
            assert!(matches!(answer.status, 302 | 403), "{lie:?}: {}", answer.status);
        }
    }

    fn no_spelling_reaches_what_is_protected(&self) {
        let spellings = [
            "/admin",
            "/admin/",
            "/admin/users",
            "//admin/users",
            "/./admin/users",
            "/open/../admin/users",
            "/open/%2e%2e/admin/users",
            "/open/..%2fadmin/users",
            "/open%2f..%2fadmin/users",
            "/open/..%5cadmin/users",
            "/open\\..\\admin\\users",
            "/open/..;/admin/users",
            "/%61dmin/users",
            "/%2561dmin/users",
            "/ADMIN/users",
            "/admin;x/users",
            "/admin%2fusers",
            "/admin/users%00",
            "/admin/users?x=/open/",
            "/admin/users%3f/open/",
            "/admin/users%23/open/",
            "/open/%252e%252e/admin",
            "/open/..%00/admin",
            "/open/a/../../admin/users",
            "http://app.localhost/admin/users",
        ];
        let mut asked = 0;
        for target in spellings {
            let answer = self.page("app.localhost", target, "");
            let Some(seen) = answer.reached() else {
                asked += 1;
                continue;
            };
            let read = seen.to_ascii_lowercase().replace("%61", "a").replace("%2f", "/");
            assert!(!read.contains("admin"), "{target} reached {seen}");
        }
        assert!(asked >= 20, "{asked} of {} were held back", spellings.len());
    }

    /// A site whose rules ask for nothing lends them to nobody: neither to an address in the
    /// first line of a request, nor to whatever block answers hosts that have none.
    fn nobody_is_judged_by_the_rules_of_another_site(&self) {
        let open = self.page("www.localhost", "/posts", "");
        assert!(open.reached().is_some(), "{} {}", open.status, open.body);
        let asked = self.front.url_of("app.localhost", "/posts");
        for site in ["www.localhost", "nowhere.localhost"] {
            let answer = self.page(site, &asked, "");
            if let Some(seen) = answer.reached() {
                assert!(answer.seen("host").starts_with("www."), "{asked} at {site}: {seen}");
            }
        }
    }

    fn the_end_of_the_session_is_the_end_there(&self, session: &str, cookie: &str) {
        let host = format!("localhost:{}", self.server.port());
        let headers = [("Cookie", session), ("Sec-Fetch-Site", "same-origin")];
        let out = front::send(self.server.port(), &host, "POST", "/api/v1/sign-out", &headers, "");
        assert!(matches!(out.status, 200 | 204), "{}", out.body);
        assert_eq!(self.page("app.localhost", "/posts", cookie).status, 302);
    }
}

#[test]
fn nginx_lets_in_whom_keyward_knows_and_nobody_else() {
    house(front::nginx).holds();
}

#[test]
fn caddy_lets_in_whom_keyward_knows_and_nobody_else() {
    house(front::caddy).holds();
}

/// A proxy that cannot ask lets nobody through.
fn fails_closed(program: fn(&Place, u16, u16, u16) -> Front) {
    let House { server, front, _upstream, _place } = house(program);
    let client: Client = server.client();
    assert_eq!(client.get("/readyz").status, 200);
    drop(server);
    let answer = front.ask("app.localhost", "GET", "/open/x", &[("Accept", "text/html")]);
    assert!(answer.status >= 500, "{}", answer.status);
    assert_eq!(answer.reached(), None);
}

#[test]
fn nginx_lets_nobody_through_while_keyward_is_away() {
    fails_closed(front::nginx);
}

#[test]
fn caddy_lets_nobody_through_while_keyward_is_away() {
    fails_closed(front::caddy);
}
