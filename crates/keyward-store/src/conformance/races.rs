//! Many at once: exactly one wins, and nothing slips past a limit.

use core::time::Duration;

use keyward_core::identifier::Kind;
use keyward_core::port::{Batch, CommitError, Take, Write};
use keyward_core::record::{Challenge, ExclusiveSet, Family, Session, User};

use super::access::{assignment, role};
use super::sample::at;
use super::{Case, Sample, Shared, applied, cases, commit, conflicts, done, insists};

pub(super) const CASES: &[Case] = cases![
    fifty_spends_of_one_secret_have_one_winner,
    fifty_sign_ups_with_one_address_make_one_account,
    fifty_swaps_from_one_version_have_one_winner,
    fifty_swaps_of_one_credential_have_one_winner,
    fifty_refreshes_from_one_token_have_one_winner,
    parallel_wrong_answers_never_go_below_none,
    parallel_takes_never_exceed_the_burst,
    parallel_first_takes_of_many_limits_do_not_lose_units,
    takes_and_returns_of_the_same_limits_stand_in_nobodys_way,
    one_group_with_fifty_conflicting_batches_applies_the_rest,
    nothing_opens_after_a_lock,
    parallel_places_in_the_chain_stay_unique,
    parallel_bumps_are_all_counted,
    no_role_is_given_in_the_moment_in_which_a_set_is_made,
];

/// As many as the promise names.
const MANY: usize = 50;

fn alone(write: Write) -> Batch {
    Batch { writes: vec![write], events: vec![] }
}

async fn fifty_spends_of_one_secret_have_one_winner(store: Shared) {
    let mut sample = Sample::new(91);
    for round in 0..5 {
        let challenge = sample.challenge(None, "a@example.com");
        let spend = alone(Write::SpendChallenge(challenge.id));
        done(&store, vec![Write::AddChallenge(challenge)]).await;
        assert_eq!(applied(&store, vec![spend; MANY]).await, 1, "round {round}");
    }
}

async fn fifty_sign_ups_with_one_address_make_one_account(store: Shared) {
    let mut sample = Sample::new(92);
    for round in 0..3 {
        let address = format!("same{round}@example.com");
        let batches = (0..MANY).map(|_| sample.sign_up(&address).1).collect();
        assert_eq!(applied(&store, batches).await, 1, "round {round}");
        let subject = store.subject_by(Kind::Email, &address).await.unwrap().unwrap();
        assert_eq!((subject.identifiers.len(), subject.credentials.len()), (1, 1));
    }
    let events = store.unchained(500).await.unwrap();
    assert_eq!(events.len(), 6, "two for each account, none for those who lost");
}

async fn fifty_swaps_from_one_version_have_one_winner(store: Shared) {
    let user = Sample::new(93).user();
    done(&store, vec![Write::AddUser(user.clone())]).await;
    for was in 1..4 {
        let swap = alone(Write::SwapUser { was, now: user.clone() });
        assert_eq!(applied(&store, vec![swap; MANY]).await, 1);
    }
    assert_eq!(store.user(user.id).await.unwrap().unwrap().version, 4);
}

/// How a code of an authenticator and a recovery code are spent.
async fn fifty_swaps_of_one_credential_have_one_winner(store: Shared) {
    let mut sample = Sample::new(99);
    let (user, batch) = sample.sign_up("swaps@example.com");
    store.commit(&batch).await.unwrap();
    let kept = async || store.subject(user.id).await.unwrap().unwrap().credentials.remove(0);
    for step in 0..3_u8 {
        let found = kept().await;
        let swap = |by: usize| {
            let now = [found.data.as_slice(), &[step, by as u8]].concat();
            alone(Write::SwapCredential { id: found.id, was: found.data.clone(), now })
        };
        assert_eq!(applied(&store, (0..MANY).map(swap).collect()).await, 1, "step {step}");
        assert_eq!(kept().await.data.len(), found.data.len() + 2);
    }
}

async fn fifty_refreshes_from_one_token_have_one_winner(store: Shared) {
    let mut sample = Sample::new(90);
    let user = sample.user();
    let first = Family { client_id: String::new(), scopes: None, generation: 0, rotation: None };
    let session = Session { family: Some(first.clone()), ..sample.session(&user) };
    let (id, seen_at) = (session.id, at(5));
    let mut was = session.secret_hash;
    done(&store, vec![Write::AddUser(user), Write::OpenSession(session)]).await;
    for generation in 1..4 {
        let batches: Vec<Batch> = (0..MANY)
            .map(|_| {
                let (now, family) = (sample.hash(), Family { generation, ..first.clone() });
                alone(Write::RotateFamily { id, was, now, seen_at, family })
            })
            .collect();
        assert_eq!(applied(&store, batches).await, 1, "generation {generation}");
        let (session, _) = store.session(id).await.unwrap().unwrap();
        assert_ne!(session.secret_hash, was);
        was = session.secret_hash;
    }
}

async fn parallel_wrong_answers_never_go_below_none(store: Shared) {
    let challenge = Sample::new(94).challenge(None, "a@example.com");
    let challenge = Challenge { attempts_left: 5, ..challenge };
    let id = challenge.id;
    done(&store, vec![Write::AddChallenge(challenge)]).await;
    let taken = applied(&store, vec![alone(Write::TakeAttempt(id)); MANY]).await;
    let left = store.challenge(id).await.unwrap().unwrap().attempts_left;
    assert_eq!((taken, left), (5, 0));
}

fn take(key: u8, burst: u32) -> Write {
    Write::Take(Take { key: [key; 32], now: at(0), period: Duration::from_secs(60), burst })
}

async fn parallel_takes_never_exceed_the_burst(store: Shared) {
    let other = done(&store, vec![take(1, 7)]);
    other.await;
    let first = applied(&store, vec![alone(take(1, 7)); MANY]).await;
    // A deadlock that was broken up costs its victim a try, never the limit a unit.
    let mut count = first;
    loop {
        match insists(&store, &alone(take(1, 7))).await {
            Ok(()) => count += 1,
            Err(CommitError::Limited { .. }) => break,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(first <= 6, "{first}");
    assert_eq!(count, 6);
}

async fn parallel_first_takes_of_many_limits_do_not_lose_units(store: Shared) {
    // Everyone takes the same limits in another order.
    let keys: Vec<u8> = (0..5).collect();
    let batches: Vec<Batch> = (0..MANY)
        .map(|n| {
            let order = keys.iter().cycle().skip(n).take(keys.len());
            Batch { writes: order.map(|key| take(*key, 10)).collect(), events: vec![] }
        })
        .collect();
    let mut count = applied(&store, batches.clone()).await;
    assert!(count <= 10, "{count}");
    while insists(&store, &batches[0]).await.is_ok() {
        count += 1;
    }
    assert_eq!(count, 10);
}

/// Whoever is let in gives back what it took, while others take.
async fn takes_and_returns_of_the_same_limits_stand_in_nobodys_way(store: Shared) {
    let keys: Vec<u8> = (0..5).collect();
    let period = Duration::from_secs(60);
    done(&store, keys.iter().map(|key| take(*key, 1000)).collect()).await;
    for _ in 0..5 {
        let batches = (0..MANY).map(|n| {
            let order = keys.iter().cycle().skip(n).take(keys.len());
            let write = |key: &u8| match n % 2 {
                0 => take(*key, 1000),
                _ => Write::GiveBack { key: [*key; 32], period },
            };
            Batch { writes: order.map(write).collect(), events: vec![] }
        });
        assert_eq!(applied(&store, batches.collect()).await, MANY);
    }
}

async fn one_group_with_fifty_conflicting_batches_applies_the_rest(store: Shared) {
    let mut sample = Sample::new(95);
    let stranger = sample.user();
    let mut batches = Vec::new();
    let mut users = Vec::new();
    for n in 0..MANY {
        let (user, good) = sample.sign_up(&format!("good{n}@example.com"));
        let (_, mut bad) = sample.sign_up(&format!("bad{n}@example.com"));
        bad.writes.push(Write::BumpAccess(stranger.id));
        batches.extend([good, bad]);
        users.push(user);
    }
    assert_eq!(applied(&store, batches).await, MANY);
    for (n, user) in users.into_iter().enumerate() {
        assert_eq!(store.user(user.id).await.unwrap(), Some(user));
        let bad = format!("bad{n}@example.com");
        assert!(!store.is_taken(Kind::Email, &bad, None).await.unwrap(), "{bad}");
    }
}

async fn nothing_opens_after_a_lock(store: Shared) {
    let mut sample = Sample::new(96);
    for round in 0..20 {
        let user = sample.user();
        done(&store, vec![Write::AddUser(user.clone())]).await;
        let locked = User { locked_at: Some(at(1)), session_epoch: 2, ..user.clone() };
        let lock = vec![
            Write::SwapUser { was: 1, now: locked },
            Write::CloseSessionsOf { user: user.id, except: None },
        ];
        let mut batches = vec![Batch { writes: lock.clone(), events: vec![] }];
        let sessions: Vec<Session> = (0..8).map(|_| sample.session(&user)).collect();
        batches.extend(sessions.into_iter().map(|s| alone(Write::OpenSession(s))));
        applied(&store, batches).await;
        // The lock itself may have been the victim of a deadlock: then it is tried again.
        let _ = commit(&store, lock).await;
        let left = store.sessions_of(user.id).await.unwrap();
        assert_eq!(left, [], "round {round}");
    }
}

async fn parallel_places_in_the_chain_stay_unique(store: Shared) {
    let mut sample = Sample::new(97);
    let what = || keyward_core::record::What::SetupCompleted {};
    let events: Vec<_> = (0..MANY).map(|_| sample.event(None, what())).collect();
    let ids: Vec<_> = events.iter().map(|event| event.id).collect();
    store.commit(&Batch { writes: vec![], events }).await.unwrap();
    let links = ids.into_iter().map(|event| {
        let link = keyward_core::port::Link { event, position: 1, hash: sample.hash() };
        alone(Write::Chain(vec![link]))
    });
    assert_eq!(applied(&store, links.collect()).await, 1);
    assert_eq!(store.chain(0, 10).await.unwrap().len(), 1);
}

async fn parallel_bumps_are_all_counted(store: Shared) {
    let user = Sample::new(98).user();
    done(&store, vec![Write::AddUser(user.clone())]).await;
    let count = applied(&store, vec![alone(Write::BumpAccess(user.id)); MANY]).await;
    let stored = store.user(user.id).await.unwrap().unwrap();
    assert_eq!(stored.access_version, 1 + i64::try_from(count).unwrap());
    assert!(count > 0);
}

/// What whoever makes a set of exclusive roles writes, and what those write who give a
/// role meanwhile: all of them looked at the same definitions.
async fn no_role_is_given_in_the_moment_in_which_a_set_is_made(store: Shared) {
    let mut sample = Sample::new(98);
    let users: Vec<User> = (0..9).map(|_| sample.user()).collect();
    let mut writes = vec![Write::AddRole(role("payer")), Write::AddRole(role("approver"))];
    writes.extend(users.iter().cloned().map(Write::AddUser));
    done(&store, writes).await;
    let name = || "roles_given".to_owned();
    let (mut made, mut given) = (0, 0);
    for round in 0..20_u8 {
        let version = store.definitions().await.unwrap().version;
        let mark = store.meta("roles_given").await.unwrap();
        let set =
            ExclusiveSet { name: "money".into(), roles: vec!["approver".into(), "payer".into()] };
        let making = Batch {
            writes: vec![
                Write::SwapPolicy { was: version },
                Write::SwapMeta { name: name(), was: mark.clone(), now: vec![round, 255] },
                Write::PutExclusive(set),
            ],
            events: vec![],
        };
        let giving = users.iter().enumerate().map(|(nth, user)| Batch {
            writes: vec![
                Write::SeePolicy { was: version },
                Write::SetMeta { name: name(), now: vec![round, nth as u8] },
                Write::PutAssignment(assignment(user, "payer", "")),
            ],
            events: vec![],
        });
        let mut batches: Vec<Batch> = giving.collect();
        batches.insert(usize::from(round) % 10, making);
        applied(&store, batches).await;
        let is_made = !store.definitions().await.unwrap().exclusive.is_empty();
        let mut holders = 0;
        for user in &users {
            holders += store.access(user.id).await.unwrap().roles.len();
        }
        assert!(!(is_made && holders > 0), "round {round}: a set, and {holders} who were given");
        made += usize::from(is_made);
        given += holders;
        let mut undo = vec![Write::RemoveExclusive("money".into())];
        for user in &users {
            for held in store.access(user.id).await.unwrap().roles {
                undo.push(Write::RemoveAssignment {
                    user: user.id,
                    role: held.role,
                    scope: held.scope,
                });
            }
        }
        done(&store, undo).await;
    }
    assert!(made + given > 0, "somebody wins");
    let version = store.definitions().await.unwrap().version;
    conflicts(&store, vec![Write::SeePolicy { was: version - 1 }]).await;
    done(&store, vec![Write::SeePolicy { was: version }]).await;
    assert_eq!(store.definitions().await.unwrap().version, version, "seeing changes nothing");
}
