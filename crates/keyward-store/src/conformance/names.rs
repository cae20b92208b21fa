//! Identifiers, and looking for people.

use keyward_core::id::UserId;
use keyward_core::identifier::{Kind, Normalised};
use keyward_core::port::{PeopleQuery, Status, Write};
use keyward_core::record::{Assignment, Identifier, User};

use super::sample::at;
use super::{Case, Sample, Shared, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    a_name_belongs_to_one_account,
    look_alike_names_belong_to_one_account,
    a_name_is_free_again_once_it_is_removed,
    a_verification_keeps_the_earlier_mark,
    people_are_found_by_literal_text,
    people_are_found_by_what_they_are,
    people_come_in_pages_newest_first,
    many_names_are_looked_up_in_their_order,
];

async fn a_name_belongs_to_one_account(store: Shared) {
    let mut sample = Sample::new(11);
    let (ann, bob) = (sample.user(), sample.user());
    done(&store, vec![Write::AddUser(ann.clone()), Write::AddUser(bob.clone())]).await;
    let named = |user: &User, kind, text| {
        vec![Write::AddIdentifier(Sample::new(0).identifier(user, kind, text))]
    };
    done(&store, named(&ann, Kind::Email, "a@example.com")).await;
    conflicts(&store, named(&bob, Kind::Email, "a@example.com")).await;
    conflicts(&store, named(&ann, Kind::Email, "a@example.com")).await;
    // Text is compared byte for byte: no case, no accents, no collation.
    for other in ["A@example.com", "á@example.com", "a@example.co", "ａ@example.com"] {
        done(&store, named(&bob, Kind::Email, other)).await;
        let found = store.subject_by(Kind::Email, other).await.unwrap().unwrap();
        assert_eq!(found.user.id, bob.id, "{other}");
    }
    done(&store, named(&bob, Kind::Username, "a@example.com")).await;
    let longest = "ß".repeat(160);
    done(&store, named(&ann, Kind::Username, &longest)).await;
    assert!(store.is_taken(Kind::Username, &longest, None).await.unwrap());
    assert!(!store.is_taken(Kind::Phone, &longest, None).await.unwrap());
}

async fn look_alike_names_belong_to_one_account(store: Shared) {
    let mut sample = Sample::new(12);
    let (ann, bob) = (sample.user(), sample.user());
    done(&store, vec![Write::AddUser(ann.clone()), Write::AddUser(bob.clone())]).await;
    let named = |user: &User, text: &str, skeleton: Option<&str>| {
        let skeleton = skeleton.map(str::to_owned);
        let name = Sample::new(0).identifier(user, Kind::Username, text);
        vec![Write::AddIdentifier(Identifier { skeleton, ..name })]
    };
    done(&store, named(&ann, "paypal", Some("paypal"))).await;
    conflicts(&store, named(&bob, "paypa1", Some("paypal"))).await;
    for (normal, skeleton, taken) in [
        ("paypa1", Some("paypal"), true),
        ("paypal", None, true),
        ("paypa1", None, false),
        ("paypa1", Some("other"), false),
    ] {
        let is_taken = store.is_taken(Kind::Username, normal, skeleton).await.unwrap();
        assert_eq!(is_taken, taken, "{normal} {skeleton:?}");
    }
    done(&store, named(&ann, "one", None)).await;
    done(&store, named(&bob, "two", None)).await;
}

async fn a_name_is_free_again_once_it_is_removed(store: Shared) {
    let mut sample = Sample::new(13);
    let (ann, bob) = (sample.user(), sample.user());
    let skeleton = Some("ann".to_owned());
    let name = |user| Identifier {
        skeleton: skeleton.clone(),
        ..Sample::new(0).identifier(user, Kind::Username, "ann")
    };
    let writes = vec![
        Write::AddUser(ann.clone()),
        Write::AddUser(bob.clone()),
        Write::AddIdentifier(name(&ann)),
    ];
    done(&store, writes).await;
    let remove = |user: &User, kind, normal: &str| {
        vec![Write::RemoveIdentifier { user: user.id, kind, normal: normal.into() }]
    };
    conflicts(&store, remove(&bob, Kind::Username, "ann")).await;
    conflicts(&store, remove(&ann, Kind::Email, "ann")).await;
    conflicts(&store, remove(&ann, Kind::Username, "an")).await;
    done(&store, remove(&ann, Kind::Username, "ann")).await;
    conflicts(&store, remove(&ann, Kind::Username, "ann")).await;
    done(&store, vec![Write::AddIdentifier(name(&bob))]).await;
}

async fn a_verification_keeps_the_earlier_mark(store: Shared) {
    let mut sample = Sample::new(14);
    let ann = sample.user();
    let name = sample.identifier(&ann, Kind::Email, "ann@example.com");
    done(&store, vec![Write::AddUser(ann.clone()), Write::AddIdentifier(name)]).await;
    let verify = |normal: &str, second| {
        let (user, kind, normal) = (ann.id, Kind::Email, normal.to_owned());
        vec![Write::VerifyIdentifier { user, kind, normal, at: at(second) }]
    };
    done(&store, verify("ann@example.com", 10)).await;
    done(&store, verify("ann@example.com", 20)).await;
    conflicts(&store, verify("bob@example.com", 30)).await;
    let stored = store.subject(ann.id).await.unwrap().unwrap();
    assert_eq!(stored.identifiers[0].verified_at, Some(at(10)));
}

/// Accounts with these names and addresses, oldest first.
async fn crowd(store: &Shared, names: &[(&str, &str)]) -> Vec<User> {
    let mut sample = Sample::new(15);
    let mut users = Vec::new();
    for (name, address) in names {
        let user = User { name: (*name).into(), ..sample.user() };
        let address = sample.identifier(&user, Kind::Email, address);
        done(store, vec![Write::AddUser(user.clone()), Write::AddIdentifier(address)]).await;
        users.push(user);
    }
    users
}

async fn found(store: &Shared, query: PeopleQuery) -> Vec<UserId> {
    let page = store.people(&PeopleQuery { limit: 200, ..query }).await.unwrap();
    page.data.iter().map(|(user, _)| user.id).collect()
}

async fn people_are_found_by_literal_text(store: Shared) {
    let names = [
        ("Ann 100%", "ann@example.com"),
        ("Under_score", "under@example.com"),
        ("Back\\slash", "back@example.com"),
        ("Ölaf 'Quote\"", "olaf@example.com"),
        ("", "a%b_c\\d@example.com"),
    ];
    let users = crowd(&store, &names).await;
    for (text, wanted) in [
        ("%", vec![4, 0]),
        ("_", vec![4, 1]),
        ("\\", vec![4, 2]),
        ("%%", vec![]),
        ("100%", vec![0]),
        ("r_s", vec![1]),
        ("rxs", vec![]),
        ("a%b_c\\d", vec![4]),
        ("aXb", vec![]),
        ("ANN", vec![0]),
        ("laf 'quote\"", vec![3]),
        ("Ölaf", vec![3]),
        ("' OR 1=1 --", vec![]),
        ("@example.", vec![4, 3, 2, 1, 0]),
    ] {
        let query = PeopleQuery { text: text.into(), ..PeopleQuery::default() };
        let wanted: Vec<UserId> = wanted.into_iter().map(|at: usize| users[at].id).collect();
        assert_eq!(found(&store, query).await, wanted, "{text}");
    }
}

async fn people_are_found_by_what_they_are(store: Shared) {
    let names = [
        ("a", "a@example.com"),
        ("b", "b@example.com"),
        ("c", "c@example.com"),
        ("d", "d@example.com"),
    ];
    let users = crowd(&store, &names).await;
    let swap = |n: usize, locked, deleted| {
        let now = User { locked_at: locked, deleted_at: deleted, ..users[n].clone() };
        Write::SwapUser { was: 1, now }
    };
    let editor = Assignment {
        user: users[2].id,
        role: "editor".into(),
        scope: "docs".into(),
        not_before: None,
        expires_at: None,
        granted_by: None,
        created_at: at(1),
    };
    let writes = vec![
        swap(1, Some(at(1)), None),
        swap(3, Some(at(1)), Some(at(2))),
        Write::PutAssignment(editor),
    ];
    done(&store, writes).await;
    let is = |status| PeopleQuery { status: Some(status), ..PeopleQuery::default() };
    let named = |text: &str| PeopleQuery {
        identifier: Some((Kind::Email, text.into())),
        ..PeopleQuery::default()
    };
    let role = PeopleQuery { role: Some("editor".into()), ..PeopleQuery::default() };
    let since = PeopleQuery { created_after: Some(users[1].created_at), ..PeopleQuery::default() };
    let these = |at: &[usize]| PeopleQuery {
        ids: at.iter().map(|at| users[*at].id).collect(),
        ..PeopleQuery::default()
    };
    let active = PeopleQuery { status: Some(Status::Active), ..these(&[0, 1, 3]) };
    for (query, wanted) in [
        (PeopleQuery::default(), vec![2, 1, 0]),
        (these(&[0, 3, 1]), vec![3, 1, 0]),
        (these(&[2, 2]), vec![2]),
        (active, vec![0]),
        (is(Status::Active), vec![2, 0]),
        (is(Status::Locked), vec![1]),
        (is(Status::Deleted), vec![3]),
        (role, vec![2]),
        (named("a@example.com"), vec![0]),
        (named("A@example.com"), vec![]),
        (since, vec![2, 1]),
    ] {
        let wanted: Vec<UserId> = wanted.into_iter().map(|at: usize| users[at].id).collect();
        assert_eq!(found(&store, query.clone()).await, wanted, "{query:?}");
    }
}

async fn people_come_in_pages_newest_first(store: Shared) {
    let names = [
        ("a", "a@example.com"),
        ("b", "b@example.com"),
        ("c", "c@example.com"),
        ("d", "d@example.com"),
        ("e", "e@example.com"),
    ];
    let users = crowd(&store, &names).await;
    let mut seen = Vec::new();
    let mut query = PeopleQuery { limit: 2, ..PeopleQuery::default() };
    for length in [2, 2, 1] {
        let page = store.people(&query).await.unwrap();
        assert_eq!(page.data.len(), length);
        for (user, names) in page.data {
            assert_eq!(names.len(), 1);
            assert_eq!(names[0].user, user.id);
            seen.push(user.id);
        }
        assert_eq!(page.next.is_some(), length == 2);
        query.after = page.next;
    }
    let newest_first: Vec<UserId> = users.iter().rev().map(|user| user.id).collect();
    assert_eq!(seen, newest_first);
    let exact = store.people(&PeopleQuery { limit: 5, ..PeopleQuery::default() }).await.unwrap();
    assert_eq!((exact.data.len(), exact.next), (5, None));
    let all = store.people(&PeopleQuery { limit: 0, ..PeopleQuery::default() }).await.unwrap();
    assert_eq!(all.data.len(), 1, "a limit of nothing is a limit of one");
}

async fn many_names_are_looked_up_in_their_order(store: Shared) {
    let mut sample = Sample::new(18);
    let ann = sample.user();
    done(&store, vec![Write::AddUser(ann.clone())]).await;
    let (mut names, mut wanted) = (vec![], vec![]);
    // More than are sent together.
    for at in 0..300 {
        let text = format!("many{at}");
        let is_taken = at % 7 == 0;
        if is_taken {
            let name = Sample::new(0).identifier(&ann, Kind::Username, &text);
            let skeleton = Some(format!("looks-{text}"));
            done(&store, vec![Write::AddIdentifier(Identifier { skeleton, ..name })]).await;
        }
        // By its text, by its looks, and of another kind.
        let named = |kind, text: &str, looks: Option<String>| Normalised {
            kind,
            text: text.to_owned(),
            skeleton: looks,
        };
        names.push(named(Kind::Username, &text, None));
        names.push(named(Kind::Username, "another", Some(format!("looks-{text}"))));
        names.push(named(Kind::Email, &text, None));
        wanted.extend([is_taken, is_taken, false]);
    }
    assert_eq!(store.are_taken(&names).await.unwrap(), wanted);
    assert!(store.are_taken(&[]).await.unwrap().is_empty());
}
