//! Class 07: what a service gave back, used twice at once.

use keyward::providers::Callback;
use keyward::testing::Issuer;

use crate::providers::{house, read};

/// Comes back many times at once with the same; how many were let through.
pub(crate) async fn winners(
    kw: &keyward::Keyward,
    other: &keyward::Keyward,
    issuer: &Issuer,
) -> usize {
    let client = keyward::providers::Client::default();
    let out = kw.authorize_url("acme", "", &client).await.unwrap().unwrap();
    let back = issuer.visit(&out.url).await;
    let tasks = (0..10).map(|n| {
        let node = if n % 2 == 0 { kw.clone() } else { other.clone() };
        let (given, browser): (Callback, _) = (read(&back), out.browser.clone());
        tokio::spawn(async move {
            let client = keyward::providers::Client::default();
            node.callback("acme", given, Some(browser), &client).await.unwrap().is_ok()
        })
    });
    let mut won = 0;
    for task in tasks.collect::<Vec<_>>() {
        won += usize::from(task.await.unwrap());
    }
    won
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_come_back_with_the_same_one_goes_on() {
    let (t, issuer) = house().await;
    assert_eq!(winners(&t.kw, &t.kw, &issuer).await, 1);
    assert_eq!(issuer.asked("/token").len(), 1, "the others do not even ask");
}
