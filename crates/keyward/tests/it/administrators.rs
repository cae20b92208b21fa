//! Somebody must be able to administer.

use keyward::testing::{CHEAP, PASSWORD};
use keyward::{Act, Keyward, Refusal, Secret, UserView};

async fn admin(auth: &Keyward, email: &str) -> UserView {
    auth.add_admin(email, Secret::new(PASSWORD)).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_administrators_who_lock_each_other_leave_one() {
    for round in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let auth = Keyward::sqlite(folder.path().join("app.db")).hashing(CHEAP, 1).build();
        let auth = auth.await.unwrap();
        let one = admin(&auth, "one@example.com").await.id;
        let two = admin(&auth, "two@example.com").await.id;
        let lock = |user| {
            let auth = auth.clone();
            let act = Act::Lock { reason: String::new() };
            tokio::spawn(async move { auth.act_on(user, act).await.unwrap() })
        };
        let (first, second) = tokio::join!(lock(one), lock(two));
        let answers = [first.unwrap(), second.unwrap()];
        let refused = answers.iter().filter(|a| **a == Err(Refusal::LastAdministrator)).count();
        assert_eq!(refused, 1, "round {round}: {answers:?}");
        assert!(auth.has_admin().await.unwrap(), "round {round}");
        auth.shutdown().await;
    }
}

#[tokio::test]
async fn the_last_administrator_cannot_be_taken_away() {
    let t = keyward::testing::TestAuth::new().await;
    let only = admin(&t.kw, "root@example.com").await.id;
    let bob = t.user("bob@example.com").await.id;
    for act in [Act::Lock { reason: String::new() }, Act::Delete] {
        assert_eq!(t.kw.act_on(only, act).await.unwrap(), Err(Refusal::LastAdministrator));
    }
    let taken = t.kw.assign_role(only, "admin", false).await.unwrap();
    assert_eq!(taken, Err(Refusal::LastAdministrator));
    assert_eq!(t.kw.act_on(bob, Act::Delete).await.unwrap(), Ok(()), "others can go");
}
