//! Challenges: one-time secrets.

use keyward_core::identifier::Kind;
use keyward_core::port::Write;
use keyward_core::record::{Challenge, Purpose};
use keyward_core::time::Timestamp;

use super::sample::at;
use super::{Case, Sample, Shared, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    a_challenge_comes_back_as_it_went_in,
    an_id_names_one_challenge,
    attempts_run_out,
    renewing_keeps_attempts_and_expiry,
    a_challenge_is_spent_once,
    a_new_request_kills_the_old_ones,
];

async fn a_challenge_comes_back_as_it_went_in(store: Shared) {
    let mut sample = Sample::new(31);
    let odd = Challenge {
        purpose: Purpose::Setup,
        user: Some(sample.user().id),
        kind: Kind::Phone,
        normal: "☎".repeat(100),
        browser_hash: Some(sample.hash()),
        attempts_left: 0,
        created_at: Timestamp::from_micros(-5),
        expires_at: Timestamp::from_micros(i64::MAX),
        sent_at: Timestamp::from_micros(i64::MIN),
        epoch: -1,
        data: "{\"é\":\"☎\"}".repeat(700),
        ..sample.challenge(None, "")
    };
    for challenge in [sample.challenge(None, "nobody@example.com"), odd] {
        done(&store, vec![Write::AddChallenge(challenge.clone())]).await;
        assert_eq!(store.challenge(challenge.id).await.unwrap(), Some(challenge));
    }
    assert_eq!(store.challenge(sample.challenge(None, "").id).await.unwrap(), None);
}

async fn an_id_names_one_challenge(store: Shared) {
    let first = Sample::new(32).challenge(None, "a@example.com");
    done(&store, vec![Write::AddChallenge(first.clone())]).await;
    conflicts(&store, vec![Write::AddChallenge(first)]).await;
}

async fn attempts_run_out(store: Shared) {
    let mut sample = Sample::new(33);
    let challenge = Challenge { attempts_left: 2, ..sample.challenge(None, "a@example.com") };
    let id = challenge.id;
    done(&store, vec![Write::AddChallenge(challenge)]).await;
    for left in [1, 0] {
        done(&store, vec![Write::TakeAttempt(id)]).await;
        assert_eq!(store.challenge(id).await.unwrap().unwrap().attempts_left, left);
    }
    conflicts(&store, vec![Write::TakeAttempt(id)]).await;
    assert_eq!(store.challenge(id).await.unwrap().unwrap().attempts_left, 0);
    let missing = sample.challenge(None, "").id;
    conflicts(&store, vec![Write::TakeAttempt(missing)]).await;
}

async fn renewing_keeps_attempts_and_expiry(store: Shared) {
    let mut sample = Sample::new(34);
    let old = sample.challenge(None, "a@example.com");
    done(&store, vec![Write::AddChallenge(old.clone())]).await;
    done(&store, vec![Write::TakeAttempt(old.id)]).await;
    let (code_hash, link_hash) = (sample.hash(), sample.hash());
    let renew = |was| {
        vec![Write::RenewChallenge { id: old.id, was, code_hash, link_hash, sent_at: at(60) }]
    };
    conflicts(&store, renew(sample.hash())).await;
    done(&store, renew(old.code_hash)).await;
    conflicts(&store, renew(old.code_hash)).await;
    let new = Challenge { code_hash, link_hash, sent_at: at(60), attempts_left: 4, ..old.clone() };
    assert_eq!(store.challenge(old.id).await.unwrap(), Some(new));
}

async fn a_challenge_is_spent_once(store: Shared) {
    let challenge = Sample::new(35).challenge(None, "a@example.com");
    done(&store, vec![Write::AddChallenge(challenge.clone())]).await;
    done(&store, vec![Write::SpendChallenge(challenge.id)]).await;
    conflicts(&store, vec![Write::SpendChallenge(challenge.id)]).await;
    assert_eq!(store.challenge(challenge.id).await.unwrap(), None);
    done(&store, vec![Write::AddChallenge(challenge)]).await;
}

async fn a_new_request_kills_the_old_ones(store: Shared) {
    let mut sample = Sample::new(36);
    let (id, another) = (sample.user().id, sample.user().id);
    let user = Some(id);
    let made = [
        sample.challenge(user, "a@example.com"),
        sample.challenge(user, "a@example.com"),
        Challenge { purpose: Purpose::Recover, ..sample.challenge(user, "a@example.com") },
        Challenge { kind: Kind::Username, ..sample.challenge(user, "a@example.com") },
        sample.challenge(user, "b@example.com"),
        sample.challenge(None, "a@example.com"),
        sample.challenge(Some(another), "a@example.com"),
    ];
    done(&store, made.iter().cloned().map(Write::AddChallenge).collect()).await;
    let left = async || {
        let mut left = Vec::new();
        for (at, challenge) in made.iter().enumerate() {
            if store.challenge(challenge.id).await.unwrap().is_some() {
                left.push(at);
            }
        }
        left
    };
    let (purpose, kind, normal) = (Purpose::Verify, Kind::Email, "a@example.com".to_owned());
    let kill = vec![Write::KillChallenges { user: id, purpose, kind, normal }];
    done(&store, kill.clone()).await;
    assert_eq!(left().await, [2, 3, 4, 5, 6]);
    done(&store, kill).await;
    done(&store, vec![Write::KillChallengesOf(id)]).await;
    assert_eq!(left().await, [5, 6]);
}
