//! A deleted account is erased, and nobody else's.

use keyward_core::identifier::Kind;
use keyward_core::port::{ANONYMOUS, Batch, PeopleQuery, Status, TupleQuery, Write};
use keyward_core::record::{DeletedBy, PersonalPart, Tuple, User, What};

use super::sample::at;
use super::{Case, Sample, Shared, applied, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    an_erased_account_leaves_nothing_that_tells_who_it_was,
    an_erased_account_is_in_no_relation_any_more,
    only_what_was_deleted_and_did_not_change_is_erased,
    fifty_erasures_and_a_restoration_have_one_winner,
    the_deleted_are_found_by_when,
    the_abandoned_are_found_and_nobody_else,
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

async fn an_erased_account_is_in_no_relation_any_more(store: Shared) {
    let mut sample = Sample::new(205);
    let (ann, batch) = sample.sign_up("ann@example.com");
    let (bob, other) = sample.sign_up("bob@example.com");
    store.commit(&batch).await.unwrap();
    store.commit(&other).await.unwrap();
    let (ann_id, bob_id) = (ann.id.to_string(), bob.id.to_string());
    let of = |texts: &[String]| {
        let mut tuples: Vec<Tuple> = texts.iter().map(|text| Tuple::parse(text).unwrap()).collect();
        tuples.sort();
        tuples
    };
    let gone = of(&[
        format!("doc:a#viewer@user:{ann_id}"),
        format!("user:{ann_id}#manager@user:{bob_id}"),
        format!("doc:b#viewer@user:{ann_id}#manager"),
    ]);
    let kept = of(&[
        format!("doc:a#viewer@user:{bob_id}"),
        format!("{}:{ann_id}#viewer@user:{bob_id}", "ship"),
        "doc:a#viewer@user:*".into(),
        "doc:a#viewer@group:ann#member".into(),
    ]);
    let mut all = [gone, kept.clone()].concat();
    all.sort();
    done(&store, vec![Write::Relate { add: all, remove: vec![] }]).await;
    let ann = deleted(&store, &ann).await;
    let everything = TupleQuery { limit: 200, ..TupleQuery::default() };
    let left = async || store.tuples(&everything).await.unwrap().data;
    assert_eq!(left().await.len(), 7, "deleted is not erased yet");
    done(&store, vec![Write::EraseUser { user: ann.id, was: ann.version }]).await;
    assert_eq!(left().await, kept);
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

/// An account that was begun without a name at this second.
fn nameless(sample: &mut Sample, second: i64) -> User {
    let mut user = sample.user();
    user.created_at = at(second);
    user
}

async fn the_abandoned_are_found_and_nobody_else(store: Shared) {
    let mut sample = Sample::new(206);
    let (ann, batch) = sample.sign_up("ann@example.com");
    store.commit(&batch).await.unwrap();
    let users: Vec<User> = (0..7).map(|second| nameless(&mut sample, second)).collect();
    let [gone, app, passkey, key, named, here, late] = <[User; 7]>::try_from(users).unwrap();
    for user in [&gone, &app, &passkey, &key, &named, &here, &late] {
        done(&store, vec![Write::AddUser(user.clone())]).await;
    }
    for user in [&ann, &gone, &passkey, &key, &named, &here, &late] {
        done(&store, vec![Write::AddCredential(sample.credential(user, ANONYMOUS, b""))]).await;
    }
    // A password without a name is no way back.
    for (user, kind) in [(&gone, "password"), (&passkey, "passkey"), (&key, "api_key")] {
        done(&store, vec![Write::AddCredential(sample.credential(user, kind, b""))]).await;
    }
    let name = sample.identifier(&named, Kind::Username, "guest");
    done(&store, vec![Write::AddIdentifier(name)]).await;
    let session = sample.session(&here);
    done(&store, vec![Write::OpenSession(session)]).await;
    let query = |second: i64| PeopleQuery {
        abandoned_before: Some(at(second)),
        limit: 10,
        ..PeopleQuery::default()
    };
    let found = async |second| -> Vec<_> {
        let page = store.people(&query(second)).await.unwrap();
        page.data.into_iter().map(|(user, _)| user.id).collect()
    };
    assert_eq!(found(5).await, [gone.id]);
    assert_eq!(found(6).await, [late.id, gone.id], "newest first");
    assert_eq!(found(-1).await, []);
    assert!(store.user(app.id).await.unwrap().is_some(), "an app's own");
}
