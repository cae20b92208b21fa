//! The test kit, as a test of an app uses it.

use keyward::testing::TestAuth;

#[tokio::test]
async fn a_test_reads_what_was_recorded_since_it_last_looked() {
    let t = TestAuth::new().await;
    t.events().await;

    let anna = t.user_with(|new| new.username = Some("anna".to_owned())).await;
    t.role("editor", &["posts:edit"]).await;
    t.give_role(&anna, "editor").await;

    t.events().await.assert(["user.created", "role.created", "role.updated", "role.granted"]);
    t.events().await.assert_none();
    assert!(t.kw.can(anna.id, "posts:edit").await.unwrap());
}

#[tokio::test]
#[should_panic = "no `role.updated`"]
async fn what_is_named_twice_must_have_happened_twice() {
    let t = TestAuth::new().await;
    t.events().await;
    t.role("editor", &["posts:edit"]).await;
    t.events().await.assert(["role.created", "role.updated", "role.updated"]);
}
