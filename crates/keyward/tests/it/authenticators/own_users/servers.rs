//! What holds for an app's table on every database server, whatever its names and its
//! holes.

use keyward::id::UserId;
use keyward::password::{Hashers, Scheme};
use keyward::testing::{PASSWORD, TestAuth};
use keyward::{Refusal, Secret, TableColumns, TableUsers, Users as _};

/// A password of somebody else's.
pub(super) const OTHER: &str = "another zeppelin landed 99";

/// Words that SQL has other uses for, in both cases.
pub(super) fn columns() -> TableColumns {
    TableColumns {
        table: "Order".into(),
        id: "Key".into(),
        login: "select".into(),
        password: "Group".into(),
        name: Some("desc".into()),
        active: Some("From".into()),
    }
}

/// With a login and a password, and nothing else.
pub(super) fn bare(table: &str) -> TableColumns {
    TableColumns {
        table: table.into(),
        id: "id".into(),
        login: "login".into(),
        password: "hash".into(),
        name: None,
        active: None,
    }
}

/// A row of the table; `None` where it has a null.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: Option<u32>,
    pub(super) login: Option<&'static str>,
    pub(super) hash: Option<String>,
    pub(super) name: Option<&'static str>,
    pub(super) active: Option<bool>,
}

pub(super) async fn old(password: &str) -> String {
    let old = Hashers::new(Scheme::Pbkdf2Sha256 { rounds: 10 });
    old.hash(&Secret::new(password)).await.unwrap()
}

/// Ada and Olga sign in, nobody else does.
pub(super) async fn members() -> Vec<Member> {
    let old = old(PASSWORD).await;
    let row = |id, login, name| Member {
        id: Some(id),
        login: Some(login),
        hash: Some(old.clone()),
        name,
        active: Some(true),
    };
    vec![
        row(1, "ada@example.com", Some("Ada")),
        row(2, "olga", None),
        Member { active: Some(false), ..row(3, "bob", Some("Bob")) },
        Member { active: None, ..row(4, "carl", Some("Carl")) },
        Member { hash: None, ..row(5, "dora", Some("Dora")) },
        Member { hash: Some(String::new()), ..row(6, "emil", Some("Emil")) },
        Member { id: None, ..row(0, "nobody", Some("Nobody")) },
        Member { id: None, ..row(0, "", Some("Nobody")) },
        Member { login: None, ..row(7, "", Some("Nameless")) },
        row(8, "twin", Some("Twin")),
        row(9, "twin", Some("Twin")),
    ]
}

pub(super) async fn auth(url: &str, columns: TableColumns) -> TestAuth {
    let users = TableUsers::open(url, columns).await.unwrap();
    TestAuth::with(|builder| builder.users(users)).await
}

/// The account of whoever signs in; `None` for a refusal.
pub(super) async fn sign_in(t: &TestAuth, login: &str, password: &str) -> Option<UserId> {
    let told = t.kw.verify_credentials(login, &Secret::new(password)).await.unwrap();
    match told {
        Ok(user) => Some(user.id),
        Err(refusal) => {
            assert_eq!(refusal, Refusal::InvalidCredentials, "{login}");
            None
        }
    }
}

/// The id in the table of whoever signs in.
pub(super) async fn member(t: &TestAuth, login: &str, password: &str) -> Option<String> {
    let user = sign_in(t, login, password).await?;
    Some(t.kw.own_user(user).await.unwrap().unwrap().id)
}

/// Of [`members`] in [`columns`], with ids that `id` writes: who signs in, and who does
/// not.
pub(super) async fn members_sign_in(url: &str, id: fn(u32) -> String) {
    let t = auth(url, columns()).await;
    for (login, number, name) in [("ada@example.com", 1, "Ada"), ("olga", 2, "")] {
        let user = sign_in(&t, login, PASSWORD).await.unwrap();
        let own = t.kw.own_user(user).await.unwrap().unwrap();
        assert_eq!((own.id, own.name.as_str()), (id(number), name));
        assert_eq!(sign_in(&t, login, PASSWORD).await, Some(user), "{login}, by the new form");
        assert_eq!(sign_in(&t, login, OTHER).await, None, "{login}");
    }
    for login in [
        "bob",
        "carl",
        "dora",
        "emil",
        "nobody",
        "",
        "twin",
        "stranger",
        "%",
        "ada@example.com' OR '1'='1' --",
        "ada@example.com\\",
        "ada@example.com\0",
        "😀",
        &"a".repeat(5000),
    ] {
        for password in [PASSWORD, ""] {
            assert_eq!(sign_in(&t, login, password).await, None, "{login}");
        }
    }
}

/// A hash is replaced where the one that was seen still is, and nowhere else.
pub(super) async fn a_hash_is_swapped(url: &str, id: fn(u32) -> String) {
    let table = TableUsers::open(url, columns()).await.unwrap();
    let hash = async |number| {
        table.load_by_id(&id(number)).await.unwrap().map(|it| it.password.reveal().to_owned())
    };
    let (was, seven) = (hash(8).await.unwrap(), hash(9).await);
    let (one, two) = (Secret::new("one"), Secret::new("two"));
    table.save_hash(&id(8), &Secret::new("guessed"), &two).await.unwrap();
    assert_eq!(hash(8).await.as_ref(), Some(&was));
    table.save_hash(&id(8), &Secret::new(was), &one).await.unwrap();
    assert_eq!(hash(8).await.as_deref(), Some("one"));
    table.save_hash(&id(8), &one, &two).await.unwrap();
    assert_eq!(hash(8).await.as_deref(), Some("two"));
    assert_eq!(hash(9).await, seven, "another row");
    table.save_hash(&id(77), &one, &two).await.unwrap();
    assert_eq!(hash(77).await, None);
    table.close().await;
}

/// What is not there is refused at the start.
pub(super) async fn a_wrong_table_is_refused(url: &str) {
    for change in [
        |it: &mut TableColumns| it.table = "order_".into(),
        |it: &mut TableColumns| it.table = "nowhere.Order".into(),
        |it: &mut TableColumns| it.login = "selected".into(),
        |it: &mut TableColumns| it.password = "Groups".into(),
        |it: &mut TableColumns| it.id = "Keys".into(),
        |it: &mut TableColumns| it.name = Some("descr".into()),
        |it: &mut TableColumns| it.active = Some("Fro".into()),
        |it: &mut TableColumns| it.active = Some("true".into()),
        |it: &mut TableColumns| it.table = "Order` t; DROP TABLE `Order".into(),
    ] {
        let mut bad = columns();
        change(&mut bad);
        assert!(TableUsers::open(url, bad.clone()).await.is_err(), "{bad:?}");
    }
}
