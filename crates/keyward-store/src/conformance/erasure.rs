//! A deleted account is erased, and nobody else's.

use keyward_core::identifier::Kind;
use keyward_core::port::{Batch, PeopleQuery, Status, Write};
use keyward_core::record::{DeletedBy, PersonalPart, User, What};

use super::sample::at;
use super::{Case, Sample, Shared, applied, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    an_erased_account_leaves_nothing_that_tells_who_it_was,
    only_what_was_deleted_and_did_not_change_is_erased,
    fifty_erasures_and_a_restoration_have_one_winner,
    the_deleted_are_found_by_when,
];

async fn deleted(store: &Shared, user: &User) -> User {
    let mut now = user.clone();
    (now.deleted_at, now.deleted_by) = (Some(at(100)), Some(DeletedBy::Owner));
    done(store, vec![Write::SwapUser { was: user.version, now: now.clone() }]).await;
    User { version: user.version + 1, ..now }
}

async fn an_erased_account_leaves_nothing_that_tells_who_it_was(store: Shared) {
    let mut sample = Sample::new(201);
    let (ann, batch) = sample.sign_up("ann@example.com");
    let (bob, other) = sample.sign_up("bob@example.com");
    store.commit(&batch).await.unwrap();
    store.commit(&other).await.unwrap();
    let mut by_ann = sample.event(Some(bob.id), What::UserUnlocked {});
    by_ann.actor = Some(ann.id);
    by_ann.personal.address = "::1".into();
    let batch = Batch { writes: vec![], events: vec![by_ann] };
    store.commit(&batch).await.unwrap();

    let ann = deleted(&store, &ann).await;
    done(&store, vec![Write::EraseUser { user: ann.id, was: ann.version }]).await;
    assert_eq!(store.subject(ann.id).await.unwrap(), None);
    assert_eq!(store.sessions_of(ann.id).await.unwrap(), vec![]);
    assert!(!store.is_taken(Kind::Email, "ann@example.com", None).await.unwrap());
    for row in store.unchained(100).await.unwrap() {
        let ours = row.subject == Some(ann.id) || row.actor == Some(ann.id);
        let wanted = match (ours, row.kind.as_str()) {
            (true, "verification.sent") | (false, _) => PersonalPart::True,
            (true, _) => PersonalPart::Gone,
        };
        assert_eq!(row.personal_part(), wanted, "{}", row.kind);
        assert!(row.columns_are_true());
    }
    let kept = store.subject_by(Kind::Email, "bob@example.com").await.unwrap().unwrap();
    assert_eq!((kept.user.id, kept.credentials.len()), (bob.id, 1));
    assert_eq!(store.sessions_of(bob.id).await.unwrap().len(), 1);
}

async fn only_what_was_deleted_and_did_not_change_is_erased(store: Shared) {
    let mut sample = Sample::new(202);
    let (ann, batch) = sample.sign_up("ann@example.com");
    store.commit(&batch).await.unwrap();
    conflicts(&store, vec![Write::EraseUser { user: ann.id, was: ann.version }]).await;
    let gone = deleted(&store, &ann).await;
    conflicts(&store, vec![Write::EraseUser { user: ann.id, was: ann.version }]).await;
    let subject = store.subject(ann.id).await.unwrap().unwrap();
    assert_eq!((subject.identifiers.len(), subject.user), (1, gone));
}

async fn fifty_erasures_and_a_restoration_have_one_winner(store: Shared) {
    let mut sample = Sample::new(203);
    for round in 0..3 {
        let (ann, batch) = sample.sign_up(&format!("ann{round}@example.com"));
        store.commit(&batch).await.unwrap();
        let gone = deleted(&store, &ann).await;
        let back = User { deleted_at: None, deleted_by: None, ..gone.clone() };
        let alone = |write| Batch { writes: vec![write], events: vec![] };
        let erase = alone(Write::EraseUser { user: ann.id, was: gone.version });
        let restore = alone(Write::SwapUser { was: gone.version, now: back });
        let mut batches = vec![erase; 50];
        batches.insert(20 * round, restore);
        assert_eq!(applied(&store, batches).await, 1, "round {round}");
        let left = store.subject(ann.id).await.unwrap();
        assert!(left.is_none_or(|left| left.identifiers.len() == 1), "whole or gone");
    }
}

async fn the_deleted_are_found_by_when(store: Shared) {
    let mut sample = Sample::new(204);
    let (ann, batch) = sample.sign_up("ann@example.com");
    store.commit(&batch).await.unwrap();
    let query = |micros: i64| PeopleQuery {
        status: Some(Status::Deleted),
        deleted_before: Some(keyward_core::time::Timestamp::from_micros(micros)),
        limit: 10,
        ..PeopleQuery::default()
    };
    let when = at(100).as_micros();
    assert_eq!(store.people(&query(when)).await.unwrap().data, vec![]);
    let gone = deleted(&store, &ann).await;
    assert_eq!(store.people(&query(when - 1)).await.unwrap().data, vec![]);
    assert_eq!(store.people(&query(when)).await.unwrap().data[0].0, gone);
}
