//! The first that finds its own kind of credential decides.

use keyward::authn::{
    Answer, ApiKeys, Authenticator, BearerSession, Claim, FirstOf, Incoming, SessionCookie,
};
use keyward::id::UserId;
use keyward::port::Fut;
use keyward::testing::TestAuth;
use keyward::{ApiKeyTerms, Error, Refusal};

use super::{app, ask, asking, with};

/// As the toolkit's tests have them: a header that is `ok` or something else.
struct Named {
    header: &'static str,
    user: std::sync::Arc<std::sync::OnceLock<UserId>>,
    by_browsers: bool,
}

impl Authenticator for Named {
    fn authenticate<'a>(&'a self, request: &'a Incoming<'a>) -> Fut<'a, Result<Answer, Error>> {
        Box::pin(async move {
            let given = match request.header(self.header) {
                Ok(Some(given)) => given,
                Ok(None) => return Ok(Answer::NotTried),
                Err(refused) => return Ok(refused.into()),
            };
            let user = *self.user.get().unwrap();
            Ok(match given {
                "ok" => Claim::new(user, self.header).into(),
                "bound" => Claim::new(user, self.header).within(["posts:view"]).into(),
                "twice" => Claim::new(user, self.header).with_two_factors().into(),
                "broken" => return Err(Error::new("ask the directory")),
                "late" => std::future::pending().await,
                "wide" => Claim::new(user, self.header).within(["no permission at all"]).into(),
                "ended" => Claim::new(user, self.header).until(request.now()).into(),
                "old" => Claim::new(user, self.header).of_epoch(-1).into(),
                _ => Refusal::Unauthenticated.into(),
            })
        })
    }

    fn is_sent_by_browsers(&self) -> bool {
        self.by_browsers
    }
}

type Whose = std::sync::Arc<std::sync::OnceLock<UserId>>;

fn named(header: &'static str, user: &Whose) -> Named {
    Named { header, user: user.clone(), by_browsers: false }
}

/// Headers `a` and `b`, for Ada and Bob.
async fn two() -> (TestAuth, keyward::testing::Client) {
    let (ada, bob) = (Whose::default(), Whose::default());
    let (t, client) = with(FirstOf::new().then(named("a", &ada)).then(named("b", &bob))).await;
    ada.set(t.user("ada@example.com").await.id).unwrap();
    bob.set(t.user("bob@example.com").await.id).unwrap();
    (t, client)
}

#[tokio::test]
async fn the_first_that_is_tried_decides_and_a_refused_one_ends_it() {
    let (_t, client) = two().await;
    for (headers, status, who) in [
        (&[("a", "ok")][..], 200, "ada@example.com"),
        (&[("a", "bad")], 401, ""),
        (&[("b", "ok")], 200, "bob@example.com"),
        (&[("b", "bad")], 401, ""),
        (&[("a", "ok"), ("b", "ok")], 200, "ada@example.com"),
        (&[("a", "bad"), ("b", "ok")], 401, ""),
        (&[("a", "ok"), ("b", "bad")], 200, "ada@example.com"),
        (&[("a", "bad"), ("b", "bad")], 401, ""),
        (&[], 200, "nobody"),
        (&[("a", "ok"), ("a", "ok")], 400, ""),
    ] {
        let reply = ask(&client, "/who", headers).await;
        assert_eq!(reply.status().as_u16(), status, "{headers:?}: {}", reply.text());
        assert!(status != 200 || reply.text() == who, "{headers:?}: {}", reply.text());
    }
    assert_eq!(ask(&client, "/me", &[]).await.status().as_u16(), 401);
}

#[tokio::test]
async fn nobody_is_recognised_by_nothing() {
    let (t, client) = with(FirstOf::new()).await;
    let ada = t.user("ada@example.com").await;
    let client = client.login_as(&ada).await;
    assert_eq!(client.get("/who").await.text(), "nobody", "cookies were not chosen");
}

#[tokio::test]
async fn what_an_authenticator_grants_is_all_that_the_request_may_do() {
    let (t, client) = two().await;
    t.kw.grant("ada@example.com", "posts:*").await.unwrap();
    assert_eq!(ask(&client, "/may", &[("a", "ok")]).await.text(), "true");
    assert_eq!(ask(&client, "/may", &[("a", "bound")]).await.text(), "false");
    assert_eq!(ask(&client, "/may", &[("b", "ok")]).await.text(), "false", "no more than Bob");
    let edit = async |how| client.raw(asking("POST", "/edit", &[("a", how)])).await;
    assert_eq!(edit("ok").await.text(), "edited");
    assert_eq!(edit("bound").await.code(), "outside_ceiling");
    assert_eq!(ask(&client, "/by", &[("a", "ok")]).await.text(), "a");
    assert_eq!(ask(&client, "/principal", &[("a", "ok")]).await.text(), "true");
    assert_eq!(ask(&client, "/principal", &[]).await.text(), "false");
}

#[tokio::test]
async fn a_failure_to_know_lets_nobody_in() {
    let (_t, client) = two().await;
    for how in ["broken", "wide"] {
        let reply = ask(&client, "/who", &[("a", how)]).await;
        assert_eq!(reply.status().as_u16(), 503, "{how}: {}", reply.text());
    }
}

#[tokio::test(start_paused = true)]
async fn an_authenticator_that_does_not_answer_is_not_waited_for() {
    let (_t, client) = two().await;
    assert_eq!(ask(&client, "/who", &[("a", "late")]).await.status().as_u16(), 503);
}

#[tokio::test]
async fn a_claim_ends_with_its_time_its_epoch_and_its_account() {
    let (t, client) = two().await;
    let ended = ask(&client, "/who", &[("a", "ended")]).await;
    assert_eq!(ended.code(), "session_expired");
    assert_eq!(ask(&client, "/who", &[("a", "old")]).await.code(), "session_revoked");
    let ada = t.kw.find_person("ada@example.com").await.unwrap().unwrap();
    assert_eq!(t.kw.session_epoch(ada.id).await.unwrap(), Some(0));
    assert_eq!(ask(&client, "/who", &[("a", "ok")]).await.text(), "ada@example.com");
    t.kw.act_on(ada.id, keyward::Act::Lock { reason: String::new() }).await.unwrap().unwrap();
    assert_eq!(ask(&client, "/who", &[("a", "ok")]).await.code(), "session_revoked", "at once");
}

#[tokio::test]
async fn a_claim_opens_no_door_that_asks_for_a_session() {
    let (_t, client) = two().await;
    let me = ask(&client, "/api/v1/me", &[("a", "ok")]).await;
    assert_eq!(me.json()["email"], "ada@example.com");
    for path in ["/api/v1/session", "/api/v1/me/sessions", "/account"] {
        let reply = ask(&client, path, &[("a", "ok")]).await;
        assert_eq!(reply.code(), "session_required", "{path}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_second_factor_that_is_demanded_is_demanded_of_every_authenticator() {
    let whose = Whose::default();
    let t = TestAuth::with(|builder| {
        builder
            .settings(|settings| settings.mfa = keyward::MfaMode::Required)
            .authenticate_with(named("a", &whose))
    })
    .await;
    let client = t.client(app(&t));
    whose.set(t.user("ada@example.com").await.id).unwrap();
    assert_eq!(ask(&client, "/who", &[("a", "ok")]).await.text(), "nobody");
    assert_eq!(ask(&client, "/api/v1/me", &[("a", "ok")]).await.code(), "mfa_not_enrolled");
    assert_eq!(ask(&client, "/who", &[("a", "twice")]).await.text(), "ada@example.com");
}

#[tokio::test]
async fn what_browsers_bring_by_themselves_changes_nothing_from_another_site() {
    for (by_browsers, code) in [(true, "csrf_failed"), (false, "")] {
        let whose = Whose::default();
        let own = Named { header: "a", user: whose.clone(), by_browsers };
        let (t, client) = with(own).await;
        whose.set(t.user("ada@example.com").await.id).unwrap();
        let cross = [("a", "ok"), ("sec-fetch-site", "cross-site")];
        let reply = client.raw(asking("POST", "/who", &cross)).await;
        assert_eq!(reply.code(), code, "by browsers: {by_browsers}");
        let looks = client.raw(asking("GET", "/who", &cross)).await;
        assert_eq!(looks.text(), "ada@example.com", "what only looks goes on");
        let strangers = [("sec-fetch-site", "cross-site")];
        let reply = client.raw(asking("POST", "/who", &strangers)).await;
        assert_eq!(reply.text(), "nobody", "without it, the door is the app's");
    }
}

/// One of ours inside one of the app's.
struct Wrapped;

impl Authenticator for Wrapped {
    fn authenticate<'a>(&'a self, request: &'a Incoming<'a>) -> Fut<'a, Result<Answer, Error>> {
        Box::pin(async move {
            if request.headers().contains_key("x-no-cookies") {
                return Ok(Answer::NotTried);
            }
            SessionCookie.authenticate(request).await
        })
    }
}

#[tokio::test]
async fn one_of_ours_can_be_asked_by_one_of_the_apps() {
    let (t, client) = with(Wrapped).await;
    let ada = t.user("ada@example.com").await;
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let cookie = opened.set_cookie().split(';').next().unwrap();
    assert_eq!(ask(&client, "/who", &[("cookie", cookie)]).await.text(), "ada@example.com");
    let without = [("cookie", cookie), ("x-no-cookies", "1")];
    assert_eq!(ask(&client, "/who", &without).await.text(), "nobody");
    // With our cookie, the strict rule for it: neither a form of another site, nor one
    // of nowhere without its token.
    for site in [&[("sec-fetch-site", "cross-site")][..], &[]] {
        let headers = [&[("cookie", cookie)][..], site].concat();
        let reply = client.raw(asking("POST", "/who", &headers)).await;
        assert_eq!(reply.code(), "csrf_failed", "{site:?}");
    }
}

#[tokio::test]
async fn each_of_ours_alone_reads_its_own_credential_and_no_other() {
    for (place, alone) in [
        FirstOf::new().then(SessionCookie),
        FirstOf::new().then(BearerSession),
        FirstOf::new().then(ApiKeys),
    ]
    .into_iter()
    .enumerate()
    {
        let (t, client) = with(alone).await;
        let ada = t.user("ada@example.com").await;
        let terms = ApiKeyTerms { name: "k".into(), ..Default::default() };
        let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
        let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
        let cookie = opened.set_cookie().split(';').next().unwrap();
        let session = format!("Bearer {}", opened.token().reveal());
        let bearer = format!("Bearer {}", key.text.reveal());
        for (at, header) in
            [("cookie", cookie), ("authorization", &session), ("authorization", &bearer)]
                .into_iter()
                .enumerate()
        {
            let reply = ask(&client, "/who", &[header]).await;
            let found = if place == at { "ada@example.com" } else { "nobody" };
            assert_eq!(reply.text(), found, "{place} {at}");
        }
    }
}

#[tokio::test]
async fn a_cookie_that_is_no_good_is_not_passed_over_for_a_good_credential_behind_it() {
    let ways = FirstOf::new().then(SessionCookie).then(ApiKeys).then(BearerSession);
    let (t, client) = with(ways).await;
    let (ada, bob) = (t.user("ada@example.com").await, t.user("bob@example.com").await);
    let terms = ApiKeyTerms { name: "k".into(), ..Default::default() };
    let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
    let session = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let bearer = format!("Bearer {}", session.token().reveal());
    let ended = t.kw.sign_in_user(&bob.id).await.unwrap().unwrap();
    let ended = ended.set_cookie().split(';').next().unwrap().to_owned();
    t.kw.close_sessions(bob.id).await.unwrap().unwrap();
    let own = session.set_cookie().split(';').next().unwrap();
    let forged = format!("{}{}", &own[..own.len() - 1], if own.ends_with('A') { "B" } else { "A" });
    for good in [("x-api-key", key.text.reveal()), ("authorization", &bearer)] {
        assert_eq!(ask(&client, "/who", &[good]).await.text(), "ada@example.com", "it is good");
        for cookie in [&*ended, &forged, "kw_session=nonsense"] {
            let both = [("cookie", cookie), good];
            assert_eq!(ask(&client, "/who", &both).await.text(), "nobody", "{cookie}");
            assert_eq!(ask(&client, "/me", &both).await.status().as_u16(), 401, "{cookie}");
            let api = ask(&client, "/api/v1/me", &both).await;
            assert_eq!(api.status().as_u16(), 401, "{cookie}: {}", api.text());
        }
    }
}

#[tokio::test]
async fn a_key_that_is_no_good_is_not_passed_over_for_a_good_cookie_behind_it() {
    let (t, client) = with(FirstOf::new().then(ApiKeys).then(SessionCookie)).await;
    let ada = t.user("ada@example.com").await;
    let session = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let cookie = session.set_cookie().split(';').next().unwrap();
    let both = [("cookie", cookie), ("x-api-key", "kwk_no_such_key")];
    assert_eq!(ask(&client, "/who", &both).await.status().as_u16(), 401);
    assert_eq!(ask(&client, "/who", &both[..1]).await.text(), "ada@example.com");
}

#[cfg(feature = "tokens")]
#[tokio::test]
async fn access_tokens_are_read_where_session_tokens_are() {
    let (t, client) = with(BearerSession).await;
    let ada = t.user("ada@example.com").await;
    let pair = t.kw.issue_tokens(ada.id, keyward::TokenTerms::default()).await.unwrap().unwrap();
    let access = format!("Bearer {}", pair.access.reveal());
    assert_eq!(ask(&client, "/who", &[("authorization", &access)]).await.text(), "ada@example.com");
    let cut = &access[..access.len() - 1];
    let refused = ask(&client, "/who", &[("authorization", cut)]).await;
    assert_eq!(refused.status().as_u16(), 401, "{}", refused.text());
    let refresh = format!("Bearer {}", pair.refresh.reveal());
    let refused = ask(&client, "/me", &[("authorization", &refresh)]).await;
    assert_eq!(refused.status().as_u16(), 401, "a refresh token opens nothing");
    t.kw.close_sessions(ada.id).await.unwrap().unwrap();
    let ended = ask(&client, "/who", &[("authorization", &access)]).await;
    assert_eq!(ended.code(), "session_revoked", "{}", ended.text());
}
