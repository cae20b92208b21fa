//! Class 08: guesses at a second factor are few, whatever is begun anew.

use std::time::Duration;

use keyward::port::EventQuery;
use keyward::testing::TestAuth;
use serde_json::json;

use crate::factors::{Enrolled, answer, enrolled, flow, sign_in};
use crate::pages::html::location;

/// A guess that is wrong whatever the time.
const WRONG: &str = "none";

/// Guesses that were compared with the secret.
async fn judged(t: &TestAuth) -> usize {
    let query = EventQuery { kind: Some("mfa.failed".into()), limit: 500, ..Default::default() };
    let events = t.kw.audit(&query).await.unwrap();
    events.iter().filter(|event| event.data["reason"] == "wrong_secret").count()
}

#[tokio::test]
async fn beginning_anew_gains_no_guesses() {
    let Enrolled { t, app, .. } = enrolled().await;
    for _ in 0..20 {
        let client = t.pages();
        let begun = flow(&client).await;
        for _ in 0..5 {
            answer(&client, &begun, "totp", WRONG).await;
        }
    }
    assert_eq!(judged(&t).await, 10, "the budget of the account");
    let client = t.pages();
    let begun = flow(&client).await;
    let reply = answer(&client, &begun, "totp", &app.next_code()).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (429, "rate_limited"));
    assert!(reply.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn every_method_and_every_door_draws_on_the_same_budget() {
    let Enrolled { t, home, .. } = enrolled().await;
    let client = t.pages();
    client.set_cookie("kw_device", &home.cookie("kw_device").unwrap());
    for _ in 0..3 {
        let begun = flow(&client).await;
        answer(&client, &begun, "totp", WRONG).await;
        answer(&client, &begun, "recovery_code", WRONG).await;
        home.post("/api/v1/session/step-up", &json!({ "method": "totp", "code": WRONG })).await;
        let by_code = json!({ "method": "recovery_code", "code": WRONG });
        home.post("/api/v1/session/step-up", &by_code).await;
    }
    assert_eq!(judged(&t).await, 10);
}

#[tokio::test]
async fn the_page_draws_on_the_same_budget_and_its_flow_has_five_guesses() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    let guess = async |flow: &str, code: &str| {
        let fields = [("flow", flow), ("method", "totp"), ("code", code)];
        client.form("/login/mfa", &fields).await
    };
    let five = async |flow: &str| {
        for _ in 0..4 {
            assert_eq!(guess(flow, WRONG).await.status(), 422);
        }
        let last = guess(flow, WRONG).await;
        assert_eq!(location(&last), "/login?notice=again", "the fifth was the last");
    };
    five(&flow(&client).await).await;
    five(&flow(&client).await).await;
    assert_eq!(judged(&t).await, 10, "the budget of the account");
    let begun = flow(&client).await;
    assert_eq!(guess(&begun, &app.next_code()).await.status(), 429);
    assert_eq!(client.cookie("kw_session"), None);
}

#[tokio::test]
async fn a_flow_has_five_guesses() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    let begun = flow(&client).await;
    for _ in 0..5 {
        assert_eq!(answer(&client, &begun, "totp", WRONG).await.code(), "mfa_invalid");
    }
    assert_eq!(answer(&client, &begun, "totp", &app.next_code()).await.code(), "mfa_expired");
    assert_eq!(judged(&t).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_do_not_slip_past_the_budget() {
    let Enrolled { t, .. } = enrolled().await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = t.pages();
        let begun = flow(&client).await;
        tasks.spawn(async move { answer(&client, &begun, "totp", WRONG).await });
    }
    let replies = tasks.join_all().await;
    assert!(replies.iter().all(|r| !r.status().is_success()), "{replies:?}");
    assert!(replies.iter().all(|r| !r.status().is_server_error()), "{replies:?}");
    assert!(judged(&t).await <= 10);
}

#[tokio::test]
async fn a_hundred_failures_in_a_row_end_an_authenticator_and_not_the_way_back() {
    let Enrolled { t, app, codes, .. } = enrolled().await;
    let client = t.pages();
    let mut begun = flow(&client).await;
    for guess in 0..100 {
        if guess % 5 == 0 {
            begun = flow(&client).await;
        }
        assert_eq!(answer(&client, &begun, "totp", WRONG).await.code(), "mfa_invalid", "{guess}");
        if guess % 5 == 4 {
            t.clock.advance(Duration::from_secs(11 * 3600));
        }
    }
    let begun = flow(&client).await;
    let reply = answer(&client, &begun, "totp", &app.next_code()).await;
    assert_eq!(reply.code(), "mfa_invalid", "dead until it is enrolled anew");
    assert_eq!(answer(&client, &begun, "recovery_code", &codes[0]).await.status(), 200);
}

#[tokio::test]
async fn a_right_answer_forgets_the_failures_before_it() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    for round in 0..40 {
        let begun = flow(&client).await;
        for _ in 0..3 {
            answer(&client, &begun, "totp", WRONG).await;
        }
        t.clock.advance(Duration::from_secs(8 * 3600));
        let begun = flow(&client).await;
        let reply = answer(&client, &begun, "totp", &app.code()).await;
        assert_eq!(reply.status(), 200, "{round}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_stranger_with_the_password_does_not_lock_the_owner_out() {
    let Enrolled { t, home, app, .. } = enrolled().await;
    let thief = t.pages();
    for _ in 0..4 {
        let begun = flow(&thief).await;
        for _ in 0..5 {
            answer(&thief, &begun, "totp", WRONG).await;
        }
    }
    let begun = flow(&thief).await;
    assert_eq!(answer(&thief, &begun, "totp", WRONG).await.code(), "rate_limited");
    home.post("/api/v1/sign-out", &json!({})).await;
    let begun = flow(&home).await;
    let reply = answer(&home, &begun, "totp", &app.next_code()).await;
    assert_eq!(reply.status(), 200, "a device that is known has a budget of its own");
}

#[tokio::test]
async fn whoever_lacks_the_browsers_secret_spends_nothing_of_the_owners() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    let begun = flow(&client).await;
    for _ in 0..20 {
        assert_eq!(answer(&t.pages(), &begun, "totp", WRONG).await.code(), "mfa_expired");
    }
    assert_eq!(answer(&client, &begun, "totp", &app.next_code()).await.status(), 200);
    assert_eq!(sign_in(&t.pages()).await.status(), 202);
}
