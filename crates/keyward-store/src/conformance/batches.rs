//! Whole batches, and what ended long ago.

use core::time::Duration;

use keyward_core::identifier::Kind;
use keyward_core::port::{Batch, EventQuery, Take, Write};
use keyward_core::record::{Channel, Message, MessageState, Session, What};

use super::sample::at;
use super::{Case, Sample, Shared, cases, commit, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    a_batch_is_all_or_nothing,
    a_refused_batch_leaves_no_event,
    writes_apply_in_order,
    nothing_to_do_is_fine,
    everyone_reads_their_own_writes,
    what_ended_is_purged_and_nothing_else,
    a_store_answers_until_it_is_closed,
];

async fn a_batch_is_all_or_nothing(store: Shared) {
    let mut sample = Sample::new(81);
    let (taken, mut first) = sample.sign_up("taken@example.com");
    // A session's epoch is checked last: everything before it is taken back.
    let (other, mut second) = sample.sign_up("other@example.com");
    store.commit(&first).await.unwrap();
    if let Some(Write::OpenSession(session)) = second.writes.last_mut() {
        session.epoch = 7;
    }
    let refused = store.commit(&second).await;
    assert!(matches!(refused, Err(keyward_core::port::CommitError::Conflict)), "{refused:?}");
    assert_eq!(store.user(other.id).await.unwrap(), None);
    assert_eq!(store.subject_by(Kind::Email, "other@example.com").await.unwrap(), None);
    assert_eq!(store.due_messages(Channel::Mail, at(100), 10).await.unwrap().len(), 1);
    assert_eq!(store.sessions_of(taken.id).await.unwrap().len(), 1);
    // And nothing of it stands in the way afterwards.
    if let Some(Write::OpenSession(session)) = second.writes.last_mut() {
        session.epoch = 1;
    }
    store.commit(&second).await.unwrap();
    first.writes.truncate(1);
    assert!(store.commit(&first).await.is_err());
}

async fn a_refused_batch_leaves_no_event(store: Shared) {
    let mut sample = Sample::new(82);
    let user = sample.user();
    let event = sample.event(Some(user.id), What::UserLocked { reason: String::new() });
    let batch = Batch { writes: vec![Write::BumpAccess(user.id)], events: vec![event] };
    assert!(store.commit(&batch).await.is_err());
    assert_eq!(store.unchained(10).await.unwrap(), []);
    let query = EventQuery { limit: 10, ..EventQuery::default() };
    assert_eq!(store.events(&query).await.unwrap().data, []);
}

async fn writes_apply_in_order(store: Shared) {
    let mut sample = Sample::new(83);
    let user = sample.user();
    let credential = sample.credential(&user, "recovery", b"");
    let writes = vec![
        Write::AddUser(user.clone()),
        Write::SwapUser { was: 1, now: user.clone() },
        Write::SwapUser { was: 2, now: user.clone() },
        Write::AddCredential(credential.clone()),
        Write::SpendCredential(credential.id),
        Write::OpenSession(sample.session(&user)),
        Write::CloseSessionsOf { user: user.id, except: None },
    ];
    done(&store, writes).await;
    let subject = store.subject(user.id).await.unwrap().unwrap();
    assert_eq!((subject.user.version, subject.credentials.len()), (3, 0));
    assert_eq!(store.sessions_of(user.id).await.unwrap(), []);
    conflicts(
        &store,
        vec![Write::SpendCredential(credential.id), Write::AddCredential(credential)],
    )
    .await;
}

async fn nothing_to_do_is_fine(store: Shared) {
    store.commit(&Batch::default()).await.unwrap();
}

async fn everyone_reads_their_own_writes(store: Shared) {
    let tasks = (0..8).map(|seed| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut sample = Sample::new(8_000 + seed);
            for round in 0..20 {
                let address = format!("{seed}.{round}@example.com");
                let (user, batch) = sample.sign_up(&address);
                super::insists(&store, &batch).await.unwrap();
                assert_eq!(store.user(user.id).await.unwrap(), Some(user.clone()));
                let sessions = store.sessions_of(user.id).await.unwrap();
                assert_eq!(sessions.len(), 1);
                assert!(store.session(sessions[0].id).await.unwrap().is_some());
                assert!(store.is_taken(Kind::Email, &address, None).await.unwrap());
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

async fn what_ended_is_purged_and_nothing_else(store: Shared) {
    let mut sample = Sample::new(84);
    let user = sample.user();
    let idle = Session { idle: Duration::from_secs(7), ..sample.session(&user) };
    let over = Session { expires_at: at(10), ..sample.session(&user) };
    let open = sample.session(&user);
    let touched = Session { idle: Duration::from_secs(7), ..sample.session(&user) };
    let mut old = sample.challenge(None, "old@example.com");
    let new = sample.challenge(None, "new@example.com");
    old.expires_at = at(10);
    let sent = Message { expires_at: at(10), ..sample.message(None) };
    let pending = Message { expires_at: at(10), ..sample.message(None) };
    let take = |key, period| Take {
        key: [key; 32],
        now: at(0),
        period: Duration::from_secs(period),
        burst: 1,
    };
    let mut writes = vec![Write::AddUser(user.clone())];
    writes.extend([&idle, &over, &open, &touched].map(|s| Write::OpenSession(s.clone())));
    writes.extend([&old, &new].map(|c| Write::AddChallenge(c.clone())));
    writes.extend([&sent, &pending].map(|m| Write::AddMessage(m.clone())));
    let (state, error) = (MessageState::Sent, String::new());
    writes.push(Write::FinishMessage { id: sent.id, state, error });
    writes.push(Write::TouchSession { id: touched.id, seen_at: at(60) });
    writes.extend([Write::Take(take(1, 10)), Write::Take(take(2, 1_000))]);
    done(&store, writes).await;
    // Limits are looked through a sixteenth at a time.
    for second in 50..66 {
        done(&store, vec![Write::Purge { before: at(second) }]).await;
    }

    let left: Vec<_> = store.sessions_of(user.id).await.unwrap().iter().map(|s| s.id).collect();
    assert_eq!(left, [touched.id, open.id]);
    assert_eq!(store.challenge(old.id).await.unwrap(), None);
    assert_eq!(store.challenge(new.id).await.unwrap(), Some(new));
    assert_eq!(store.message(sent.id).await.unwrap(), None);
    assert_eq!(store.message(pending.id).await.unwrap(), Some(pending));
    done(&store, vec![Write::Take(take(1, 10))]).await;
    assert!(commit(&store, vec![Write::Take(take(2, 1_000))]).await.is_err());
}

async fn a_store_answers_until_it_is_closed(store: Shared) {
    assert!(!store.name().is_empty());
    store.ping().await.unwrap();
    store.close().await;
    store.close().await;
}
