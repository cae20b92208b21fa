//! Access control lists.

use keyward_core::port::{Batch, Write};
use keyward_core::record::AclRow;

use super::{Case, Shared, applied, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    a_list_keeps_the_order_of_its_entries,
    a_list_is_changed_only_as_it_was_seen,
    of_two_changes_of_a_list_at_once_one_is_made,
];

fn list(name: &str, entries: &[&str], version: i64) -> AclRow {
    let entries = entries.iter().map(|entry| (*entry).to_owned()).collect();
    AclRow { name: name.into(), entries, version }
}

fn put(was: Option<i64>, now: &AclRow) -> Vec<Write> {
    vec![Write::SwapAcl { name: now.name.clone(), was, now: Some(now.clone()) }]
}

async fn a_list_keeps_the_order_of_its_entries(store: Shared) {
    let said = ["deny café \"posts:edit\"", "allow @everyone *", "deny a x", "allow a x"];
    let (wall, empty) = (list("wall", &said, 7), list("Documents:42", &[], 8));
    let before = store.definitions().await.unwrap();
    done(&store, put(None, &wall)).await;
    done(&store, put(None, &empty)).await;
    let after = store.definitions().await.unwrap();
    assert_eq!(after.acls, [empty, wall], "by name, byte by byte");
    assert_eq!(after.version, before.version + 2);
}

async fn a_list_is_changed_only_as_it_was_seen(store: Shared) {
    let (first, second) = (list("wall", &["allow a x"], 3), list("wall", &["deny a x"], 5));
    conflicts(&store, put(Some(3), &first)).await;
    done(&store, put(None, &first)).await;
    conflicts(&store, put(None, &second)).await;
    conflicts(&store, put(Some(2), &second)).await;
    assert_eq!(store.definitions().await.unwrap().acls, [first]);
    done(&store, put(Some(3), &second)).await;
    let changed = store.definitions().await.unwrap();
    assert_eq!(changed.acls, [second]);
    let remove = |was| vec![Write::SwapAcl { name: "wall".into(), was, now: None }];
    conflicts(&store, remove(Some(3))).await;
    conflicts(&store, remove(None)).await;
    done(&store, remove(Some(5))).await;
    let gone = store.definitions().await.unwrap();
    assert_eq!(gone.acls, []);
    assert!(gone.version > changed.version);
    conflicts(&store, remove(Some(5))).await;
    conflicts(&store, remove(None)).await;
}

async fn of_two_changes_of_a_list_at_once_one_is_made(store: Shared) {
    done(&store, put(None, &list("wall", &[], 1))).await;
    let change = |version| list("wall", &["allow a x"], version);
    let batch = |version| Batch { writes: put(Some(1), &change(version)), events: vec![] };
    let count = applied(&store, (2..10).map(batch).collect()).await;
    assert_eq!(count, 1);
}
