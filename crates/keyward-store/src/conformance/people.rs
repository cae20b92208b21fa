//! Accounts and what they prove themselves with.

use core::slice;

use keyward_core::identifier::Kind;
use keyward_core::port::Write;
use keyward_core::record::{Credential, DeletedBy, User};
use keyward_core::time::Timestamp;

use super::sample::at;
use super::{Case, Sample, Shared, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    an_account_comes_back_as_it_went_in,
    an_account_is_added_once,
    a_swap_needs_the_version_that_was_seen,
    a_swap_leaves_the_access_version_alone,
    access_is_bumped_without_touching_the_version,
    an_account_comes_with_everything_it_has,
    a_credential_is_swapped_only_for_what_it_was,
    a_credential_is_spent_once,
];

/// An account at the edges of what its fields may hold.
fn odd(sample: &mut Sample) -> User {
    User {
        name: "🦄".repeat(200),
        properties: format!("{{\"k\":\"{}\"}}", "ü\\\"%_'".repeat(2_000)),
        created_at: Timestamp::from_micros(-1),
        updated_at: Timestamp::from_micros(i64::MAX),
        locked_at: Some(Timestamp::from_micros(0)),
        lock_reason: "a\tb\nc'; DROP TABLE kw_users; --".into(),
        deleted_at: Some(Timestamp::from_micros(i64::MIN)),
        deleted_by: Some(DeletedBy::Owner),
        must_change_password: true,
        session_epoch: i64::MAX,
        access_version: i64::MIN,
        version: 0,
        ..sample.user()
    }
}

async fn an_account_comes_back_as_it_went_in(store: Shared) {
    let mut sample = Sample::new(1);
    let empty = User { name: String::new(), properties: String::new(), ..sample.user() };
    for user in [sample.user(), odd(&mut sample), empty] {
        done(&store, vec![Write::AddUser(user.clone())]).await;
        assert_eq!(store.user(user.id).await.unwrap(), Some(user));
    }
    assert_eq!(store.user(sample.user().id).await.unwrap(), None);
}

async fn an_account_is_added_once(store: Shared) {
    let user = Sample::new(2).user();
    done(&store, vec![Write::AddUser(user.clone())]).await;
    conflicts(&store, vec![Write::AddUser(user.clone())]).await;
    assert_eq!(store.user(user.id).await.unwrap(), Some(user));
}

async fn a_swap_needs_the_version_that_was_seen(store: Shared) {
    let mut sample = Sample::new(3);
    let user = sample.user();
    done(&store, vec![Write::AddUser(user.clone())]).await;
    let renamed = User { id: user.id, access_version: 1, version: 99, ..odd(&mut sample) };
    done(&store, vec![Write::SwapUser { was: 1, now: renamed.clone() }]).await;
    let stored = User { version: 2, ..renamed };
    assert_eq!(store.user(user.id).await.unwrap().as_ref(), Some(&stored));
    conflicts(&store, vec![Write::SwapUser { was: 1, now: user.clone() }]).await;
    conflicts(&store, vec![Write::SwapUser { was: 3, now: user.clone() }]).await;
    assert_eq!(store.user(user.id).await.unwrap(), Some(stored));
    conflicts(&store, vec![Write::SwapUser { was: 1, now: sample.user() }]).await;
}

async fn a_swap_leaves_the_access_version_alone(store: Shared) {
    let user = Sample::new(4).user();
    done(&store, vec![Write::AddUser(user.clone()), Write::BumpAccess(user.id)]).await;
    done(&store, vec![Write::SwapUser { was: 1, now: user.clone() }]).await;
    assert_eq!(store.user(user.id).await.unwrap().unwrap().access_version, 2);
}

async fn access_is_bumped_without_touching_the_version(store: Shared) {
    let mut sample = Sample::new(5);
    let user = sample.user();
    done(&store, vec![Write::AddUser(user.clone())]).await;
    done(&store, vec![Write::BumpAccess(user.id)]).await;
    let bumped = User { access_version: 2, ..user.clone() };
    assert_eq!(store.user(user.id).await.unwrap(), Some(bumped));
    conflicts(&store, vec![Write::BumpAccess(sample.user().id)]).await;
}

async fn an_account_comes_with_everything_it_has(store: Shared) {
    let mut sample = Sample::new(6);
    let (ann, bob) = (sample.user(), sample.user());
    let mut mail = sample.identifier(&ann, Kind::Email, "ann@example.com");
    let mut name = sample.identifier(&ann, Kind::Username, "ann");
    (mail.created_at, mail.value) = (at(9), "Ann@Example.COM".into());
    (name.skeleton, name.verified_at) = (Some("ann".into()), Some(at(10)));
    let other = sample.identifier(&bob, Kind::Email, "bob@example.com");
    let password = sample.credential(&ann, "password", b"$argon2id$");
    let totp = Credential { created_at: at(1), ..sample.credential(&ann, "totp", &[0, 255]) };
    let not_hers = sample.credential(&bob, "password", b"");
    let writes = vec![
        Write::AddUser(ann.clone()),
        Write::AddUser(bob.clone()),
        Write::AddIdentifier(mail.clone()),
        Write::AddIdentifier(name.clone()),
        Write::AddIdentifier(other.clone()),
        Write::AddCredential(password.clone()),
        Write::AddCredential(totp.clone()),
        Write::AddCredential(not_hers.clone()),
    ];
    done(&store, writes).await;
    let subject = store.subject(ann.id).await.unwrap().unwrap();
    assert_eq!(subject.user, ann);
    assert_eq!(subject.identifiers, [name, mail], "oldest first");
    assert_eq!(subject.credentials, [totp, password], "oldest first");
    for (kind, normal) in [(Kind::Email, "ann@example.com"), (Kind::Username, "ann")] {
        assert_eq!(store.subject_by(kind, normal).await.unwrap().as_ref(), Some(&subject));
    }
    let bobs = store.subject_by(Kind::Email, "bob@example.com").await.unwrap().unwrap();
    assert_eq!(bobs.identifiers, slice::from_ref(&other));
    assert_eq!(bobs.credentials, slice::from_ref(&not_hers));
    for (kind, normal) in [(Kind::Phone, "ann"), (Kind::Email, "ann"), (Kind::Email, "")] {
        assert_eq!(store.subject_by(kind, normal).await.unwrap(), None, "{normal}");
    }
    assert_eq!(store.subject(sample.user().id).await.unwrap(), None);
}

async fn a_credential_is_swapped_only_for_what_it_was(store: Shared) {
    let mut sample = Sample::new(7);
    let user = sample.user();
    let credential = sample.credential(&user, "password", b"one");
    let id = credential.id;
    done(&store, vec![Write::AddUser(user.clone()), Write::AddCredential(credential)]).await;
    let swap = |was: &[u8], now: &[u8]| {
        vec![Write::SwapCredential { id, was: was.into(), now: now.into() }]
    };
    done(&store, swap(b"one", b"two")).await;
    for stale in [&b"one"[..], b"", b"TWO", b"two "] {
        conflicts(&store, swap(stale, b"three")).await;
    }
    done(&store, swap(b"two", b"two")).await;
    done(&store, swap(b"two", b"")).await;
    let stored = store.subject(user.id).await.unwrap().unwrap().credentials;
    assert_eq!(stored[0].data, b"");
}

async fn a_credential_is_spent_once(store: Shared) {
    let mut sample = Sample::new(8);
    let user = sample.user();
    let credential = sample.credential(&user, "recovery", b"x");
    let spend = || vec![Write::SpendCredential(credential.id)];
    done(&store, vec![Write::AddUser(user), Write::AddCredential(credential.clone())]).await;
    conflicts(&store, vec![Write::AddCredential(credential.clone())]).await;
    done(&store, spend()).await;
    conflicts(&store, spend()).await;
}
