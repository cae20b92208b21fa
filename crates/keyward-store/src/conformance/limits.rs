//! Limits: buckets that cannot be taken from twice.

use core::time::Duration;

use keyward_core::port::{CommitError, Take, Write};

use super::sample::at;
use super::{Case, Sample, Shared, cases, commit, done};

pub(super) const CASES: &[Case] = cases![
    a_limit_gives_its_burst_and_refills,
    an_exhausted_limit_leaves_nothing_behind,
    what_is_given_back_can_be_taken_again,
    giving_back_never_makes_more_than_a_full_bucket,
    one_batch_can_take_twice,
    a_clock_that_was_ahead_locks_nobody_out_for_long,
    a_look_at_limits_takes_nothing,
];

fn take(key: u8, second: i64, burst: u32) -> Take {
    Take { key: [key; 32], now: at(second), period: Duration::from_secs(10), burst }
}

async fn limited(store: &Shared, writes: Vec<Write>) -> Duration {
    match commit(store, writes).await {
        Err(CommitError::Limited { retry_after }) => retry_after,
        other => panic!("{other:?}"),
    }
}

async fn a_limit_gives_its_burst_and_refills(store: Shared) {
    for _ in 0..3 {
        done(&store, vec![Write::Take(take(1, 0, 3))]).await;
    }
    let wait = limited(&store, vec![Write::Take(take(1, 0, 3))]).await;
    assert_eq!(wait, Duration::from_secs(10));
    let wait = limited(&store, vec![Write::Take(take(1, 4, 3))]).await;
    assert_eq!(wait, Duration::from_secs(6));
    done(&store, vec![Write::Take(take(1, 10, 3))]).await;
    limited(&store, vec![Write::Take(take(1, 10, 3))]).await;
    done(&store, vec![Write::Take(take(2, 10, 1))]).await;
    for _ in 0..3 {
        done(&store, vec![Write::Take(take(1, 1_000, 3))]).await;
    }
    limited(&store, vec![Write::Take(take(1, 1_000, 3))]).await;
}

async fn an_exhausted_limit_leaves_nothing_behind(store: Shared) {
    let user = Sample::new(51).user();
    done(&store, vec![Write::Take(take(1, 0, 1))]).await;
    let batch = || {
        vec![Write::AddUser(user.clone()), Write::Take(take(2, 0, 1)), Write::Take(take(1, 0, 1))]
    };
    limited(&store, batch()).await;
    assert_eq!(store.user(user.id).await.unwrap(), None);
    done(&store, vec![Write::Take(take(2, 0, 1))]).await;
}

async fn what_is_given_back_can_be_taken_again(store: Shared) {
    let give_back = |key| vec![Write::GiveBack { key: [key; 32], period: Duration::from_secs(10) }];
    done(&store, give_back(1)).await;
    done(&store, vec![Write::Take(take(1, 0, 1))]).await;
    limited(&store, vec![Write::Take(take(1, 0, 1))]).await;
    done(&store, give_back(1)).await;
    done(&store, vec![Write::Take(take(1, 0, 1))]).await;
    limited(&store, vec![Write::Take(take(1, 0, 1))]).await;
}

async fn giving_back_never_makes_more_than_a_full_bucket(store: Shared) {
    done(&store, vec![Write::Take(take(1, 0, 2))]).await;
    for _ in 0..5 {
        let (key, period) = ([1; 32], Duration::from_secs(10));
        done(&store, vec![Write::GiveBack { key, period }]).await;
    }
    for _ in 0..2 {
        done(&store, vec![Write::Take(take(1, 0, 2))]).await;
    }
    limited(&store, vec![Write::Take(take(1, 0, 2))]).await;
}

async fn one_batch_can_take_twice(store: Shared) {
    let twice = || vec![Write::Take(take(1, 0, 3)), Write::Take(take(1, 0, 3))];
    done(&store, twice()).await;
    limited(&store, twice()).await;
    done(&store, vec![Write::Take(take(1, 0, 3))]).await;
}

async fn a_clock_that_was_ahead_locks_nobody_out_for_long(store: Shared) {
    let year = 365 * 86_400;
    done(&store, vec![Write::Take(take(1, year, 2))]).await;
    let wait = limited(&store, vec![Write::Take(take(1, 0, 2))]).await;
    assert!(wait <= Duration::from_secs(10), "{wait:?}");
    done(&store, vec![Write::Take(take(1, 10, 2))]).await;
    done(&store, vec![Write::Take(take(1, 20, 2))]).await;
    limited(&store, vec![Write::Take(take(1, 20, 2))]).await;
}

async fn a_look_at_limits_takes_nothing(store: Shared) {
    done(&store, vec![Write::Take(take(1, 0, 3)), Write::Take(take(1, 0, 3))]).await;
    done(&store, vec![Write::Take(take(3, 0, 3))]).await;
    for _ in 0..3 {
        let full_at = store.limits(&[[1; 32], [2; 32], [3; 32]]).await.unwrap();
        assert_eq!(full_at, [Some(at(20)), None, Some(at(10))], "in the order of the keys");
        assert_eq!((take(1, 0, 3).used(full_at[0]), take(2, 0, 3).used(full_at[1])), (2, 0));
    }
    assert_eq!(store.limits(&[]).await.unwrap(), []);
    done(&store, vec![Write::Take(take(1, 0, 3))]).await;
}
