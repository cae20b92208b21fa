//! Class 07: a captcha is answered once, for one thing, whoever sends it how often.

use keyward::When;
use keyward::testing::TestAuth;
use serde_json::{Value, json};

use crate::captcha::{SIGN_IN, SIGN_UP, asking, puzzle, sign_in_as, solved, with_captcha};

async fn kit() -> TestAuth {
    asking(|captcha| (captcha.sign_up, captcha.sign_in) = (When::Always, When::Always)).await
}

fn body(asked: &Value, answer: &str, n: usize) -> Value {
    json!({
        "email": format!("{n}@example.com"), "password": "a long enough passphrase",
        "captcha_token": asked["token"], "captcha": answer,
    })
}

#[tokio::test]
async fn a_solution_is_not_accepted_again() {
    let t = kit().await;
    let asked = puzzle(&t.pages(), "sign_up").await;
    let answer = solved(&asked);
    assert_eq!(t.pages().post(SIGN_UP, &body(&asked, &answer, 1)).await.status(), 202);
    for _ in 0..2 {
        let reply = t.pages().post(SIGN_UP, &body(&asked, &answer, 2)).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (422, "captcha_invalid"));
    }
    // Other spellings of the same token and answer are the same.
    for spelt in [format!(" {answer}"), format!("0{answer}"), format!("+{answer}")] {
        let reply = t.pages().post(SIGN_UP, &body(&asked, &spelt, 3)).await;
        assert_eq!(reply.code(), "captcha_invalid", "{spelt}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_send_one_solution_one_passes() {
    let t = kit().await;
    let asked = puzzle(&t.pages(), "sign_up").await;
    let answer = solved(&asked);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..50 {
        let (client, body) = (t.pages(), body(&asked, &answer, n));
        tasks.spawn(async move { client.post(SIGN_UP, &body).await });
    }
    let replies = tasks.join_all().await;
    let passed = replies.iter().filter(|reply| reply.status() == 202).count();
    let refused = replies.iter().filter(|reply| reply.code() == "captcha_invalid").count();
    assert_eq!((passed, refused), (1, 49));
}

#[tokio::test]
async fn an_answer_that_is_wrong_uses_it_up() {
    let t = kit().await;
    let asked = puzzle(&t.pages(), "sign_up").await;
    let answer = solved(&asked);
    assert_eq!(t.pages().post(SIGN_UP, &body(&asked, "x", 1)).await.code(), "captcha_invalid");
    let reply = t.pages().post(SIGN_UP, &body(&asked, &answer, 1)).await;
    assert_eq!(reply.code(), "captcha_invalid", "numbers cannot be tried one by one");
}

#[tokio::test]
async fn one_for_another_door_opens_nothing_and_stays_good_for_its_own() {
    let t = kit().await;
    t.user("ada@example.com").await;
    let client = t.pages();
    let right = sign_in_as("ada@example.com", keyward::testing::PASSWORD);
    let given = with_captcha(&client, "sign_up", right.clone()).await;
    assert_eq!(client.post(SIGN_IN, &given).await.code(), "captcha_invalid");
    let mut own = body(&given["captcha_token"], "", 1);
    (own["captcha_token"], own["captcha"]) =
        (given["captcha_token"].clone(), given["captcha"].clone());
    assert_eq!(client.post(SIGN_UP, &own).await.status(), 202);
}

#[tokio::test]
async fn a_token_that_was_bent_or_made_elsewhere_is_none() {
    let (t, other) = (kit().await, kit().await);
    let foreign = puzzle(&other.pages(), "sign_up").await;
    let reply = t.pages().post(SIGN_UP, &body(&foreign, &solved(&foreign), 1)).await;
    assert_eq!(reply.code(), "captcha_invalid");
    let asked = puzzle(&t.pages(), "sign_up").await;
    let answer = solved(&asked);
    let token = asked["token"].as_str().unwrap().to_owned();
    for bent in [
        token.replace(".1000.", ".1."),
        token.replace("sign_up", "sign_in"),
        token.to_uppercase(),
        format!("{token}."),
        token.trim_end_matches(|c: char| c != '.').to_owned(),
        "x".repeat(10_000),
        "....".into(),
    ] {
        let reply = t.pages().post(SIGN_UP, &body(&json!({ "token": bent }), &answer, 1)).await;
        assert_eq!(reply.code(), "captcha_invalid", "{bent}");
    }
    assert_eq!(t.pages().post(SIGN_UP, &body(&asked, &answer, 1)).await.status(), 202);
}

#[tokio::test]
async fn what_was_refused_is_in_the_log() {
    let t = kit().await;
    let asked = puzzle(&t.pages(), "sign_up").await;
    t.pages().post(SIGN_UP, &body(&asked, "-1", 1)).await;
    t.events().await.assert(["captcha.failed"]);
}
