//! Rows that are nobody's cost what others cost, and are never seen.

use keyward_core::id::TenantId;
use keyward_core::identifier::Kind;
use keyward_core::port::{Decoy, PeopleQuery, Write};
use keyward_core::record::Identifier;

use super::sample::at;
use super::{Case, Sample, Shared, cases, conflicts, done};

pub(super) const CASES: &[Case] =
    cases![a_decoy_is_found_by_nobody, a_decoy_is_unique_until_it_is_purged];

/// As many rows as an account has, in a population of their own.
fn decoys(sample: &mut Sample) -> Vec<Write> {
    let user = sample.user();
    let tenant = TenantId::mint(at(1), sample);
    let name = Identifier { tenant, ..sample.identifier(&user, Kind::Email, "a@example.com") };
    let credential = sample.credential(&user, "password", b"x");
    let all = [Decoy::User(user), Decoy::Identifier(name), Decoy::Credential(credential)];
    all.map(Write::AddDecoy).into()
}

async fn a_decoy_is_found_by_nobody(store: Shared) {
    let mut sample = Sample::new(301);
    let writes = decoys(&mut sample);
    done(&store, writes.clone()).await;
    let Some(Write::AddDecoy(Decoy::User(user))) = writes.first() else { panic!("no account") };
    assert_eq!(store.user(user.id).await.unwrap(), None);
    assert_eq!(store.subject(user.id).await.unwrap(), None);
    assert_eq!(store.subject_by(Kind::Email, "a@example.com").await.unwrap(), None);
    assert!(!store.is_taken(Kind::Email, "a@example.com", None).await.unwrap());
    let people = PeopleQuery { limit: 10, ..PeopleQuery::default() };
    assert_eq!(store.people(&people).await.unwrap().data, []);
    // It stands in nobody's way.
    let writes = vec![
        Write::AddUser(user.clone()),
        Write::AddIdentifier(sample.identifier(user, Kind::Email, "a@example.com")),
    ];
    done(&store, writes).await;
    assert!(store.subject(user.id).await.unwrap().is_some());
}

async fn a_decoy_is_unique_until_it_is_purged(store: Shared) {
    let writes = decoys(&mut Sample::new(302));
    done(&store, writes.clone()).await;
    let made_at = writes.iter().map(|write| match write {
        Write::AddDecoy(Decoy::User(user)) => user.created_at,
        Write::AddDecoy(Decoy::Identifier(name)) => name.created_at,
        Write::AddDecoy(Decoy::Credential(credential)) => credential.created_at,
        other => panic!("{other:?} is no decoy"),
    });
    let (first, last) = (made_at.clone().min().unwrap(), made_at.max().unwrap());
    done(&store, vec![Write::Purge { before: first }]).await;
    for write in &writes {
        conflicts(&store, vec![write.clone()]).await;
    }
    done(&store, vec![Write::Purge { before: last.plus(core::time::Duration::from_secs(1)) }])
        .await;
    done(&store, writes).await;
}
