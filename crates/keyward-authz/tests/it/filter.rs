//! The rows that a filter finds are those that a check of each would allow; on
//! generated policies and tables, in a real database.

use keyward_authz::acl::{Acl, Groups};
use keyward_authz::condition::{Cell, Condition, Facts, Kind, Schema};
use keyward_authz::filter::{Bind, Column, Columns, Filter, Placeholder, Sql};
use keyward_authz::items::{Item, ItemKind, SharedWith, Visibility};
use keyward_authz::relations::{Tuple, Tuples};
use keyward_authz::rules::{Rule, Rules};
use keyward_authz::{
    Access, Ceiling, Effect, Pattern, Permission, Question, Related, Snapshot, SnapshotBuilder,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use rusqlite::Connection;
use rusqlite::types::{ToSql, ToSqlOutput, Value};

/// A row of the table `posts`; what is missing is NULL.
#[derive(Clone, Debug)]
struct Post {
    owner: Option<String>,
    visibility: String,
    status: Option<String>,
    size: Option<i64>,
    hot: Option<bool>,
    shared_with_ann: bool,
    /// A list of its own, before the one of all rows.
    list: Option<usize>,
    /// A relation that only whoever asks about it tells.
    banned: bool,
}

#[derive(Clone, Debug)]
struct Policy {
    roles: Vec<(bool, String)>,
    rules: Vec<(Effect, Option<String>, Option<String>, bool)>,
    ordered: bool,
    closed: bool,
    superuser: bool,
    readers: Vec<usize>,
    /// The list of all rows, and those that single rows may have.
    lists: [Vec<String>; 3],
    ceilings: Vec<String>,
}

/// What tables say about single rows.
#[derive(Clone, Copy, Debug)]
struct Own {
    lists: bool,
    relations: bool,
}

const LISTS: [&str; 3] = ["site", "one", "two"];

const CONDITIONS: [&str; 18] = [
    "resource.status == 'draft'",
    "resource.status != 'draft'",
    "resource.owner == principal.id",
    "resource.owner == resource.status",
    "resource.size < 3 || resource.hot",
    "resource.size >= 2 && !resource.hot",
    "!(resource.status == 'draft' && resource.size > 1)",
    "resource.status in ['draft', 'ann']",
    "!(resource.status in ['draft'])",
    "resource.status in principal.roles",
    "resource.status in []",
    "resource has size && resource.size == 2",
    "context.on",
    "context.off",
    "!context.on || resource.hot",
    "resource.size == resource.status",
    "resource.status like 'd*'",
    "'editor' in principal.roles && resource has status",
];

fn posts(own: Own) -> impl Strategy<Value = Vec<Post>> {
    let name = || prop::option::of("ann|bob|draft|editor");
    let visibility = "public|unlisted|shared|private|odd";
    let size = prop::option::of(0_i64..5);
    let hot = prop::option::of(any::<bool>());
    let list = prop::option::of(1..LISTS.len()).prop_map(move |list| list.filter(|_| own.lists));
    let banned = any::<bool>().prop_map(move |banned| banned && own.relations);
    let post = (name(), visibility, name(), size, hot, any::<bool>(), list, banned);
    let post =
        post.prop_map(|(owner, visibility, status, size, hot, shared_with_ann, list, banned)| {
            Post { owner, visibility, status, size, hot, shared_with_ann, list, banned }
        });
    prop::collection::vec(post, 0..12)
}

fn policies() -> impl Strategy<Value = Policy> {
    let effect = prop_oneof![2 => Just(Effect::Allow), 1 => Just(Effect::Deny)];
    let condition = || {
        let one = prop::sample::select(&CONDITIONS[..]).prop_map(str::to_owned);
        let two = (one.clone(), one.clone()).prop_map(|(one, two)| format!("{one} && {two}"));
        prop::option::weighted(0.8, prop_oneof![one, two])
    };
    let rule = (effect, condition(), condition(), any::<bool>());
    let rule = rule.prop_map(|(effect, when, unless, absolute)| (effect, when, unless, absolute));
    let entry = "(allow|deny) (staff|guests|@everyone|@authenticated) (posts:view|posts:edit|\\*)";
    let list = || prop::collection::vec(entry, 0..3);
    (
        prop::collection::vec((any::<bool>(), "posts:(view|edit|\\*)"), 0..2),
        prop::collection::vec(rule, 0..4),
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
        prop::collection::vec(0_usize..12, 0..3),
        [list(), list(), list()],
        prop::collection::vec("posts:(view|edit|\\*)|\\*", 0..2),
    )
        .prop_map(|(roles, rules, ordered, closed, superuser, readers, lists, ceilings)| {
            Policy { roles, rules, ordered, closed, superuser, readers, lists, ceilings }
        })
}

/// What tables say of their rows, and rows of which that is true.
fn tables() -> impl Strategy<Value = (Own, Vec<Post>)> {
    let own = (any::<bool>(), any::<bool>());
    let own = own.prop_map(|(lists, relations)| Own { lists, relations });
    own.prop_flat_map(|own| (Just(own), posts(own)))
}

fn snapshot(policy: &Policy) -> Snapshot {
    let mut builder = SnapshotBuilder::new();
    builder.role("editor", "");
    for (deny, pattern) in &policy.roles {
        let effect = if *deny { Effect::Deny } else { Effect::Allow };
        builder.rule("editor", effect, pattern).unwrap();
    }
    let mut rules = if policy.ordered { Rules::ordered() } else { Rules::new() };
    for (nth, (effect, when, unless, absolute)) in policy.rules.iter().enumerate() {
        let compile = |text: &String| Condition::compile(text, &Schema::new()).unwrap();
        let pattern = Pattern::parse("posts:view").unwrap();
        rules.push(Rule {
            when: when.as_ref().map(compile),
            unless: unless.as_ref().map(compile),
            absolute: *absolute,
            ..Rule::new(&format!("r{nth}"), *effect, [pattern])
        });
    }
    builder.rules(rules);
    if policy.superuser {
        builder.superuser("editor");
    }
    let mut kind = ItemKind::builder();
    kind.actions(["view"]).unwrap().visibilities(Visibility::ALL);
    kind.owned("editor", ["view"]).unwrap();
    kind.other("editor", Visibility::Public, ["view"]).unwrap();
    kind.other("editor", Visibility::Shared, ["view"]).unwrap();
    if policy.closed {
        kind.closed();
    }
    builder.item_kind("posts", kind.build());
    builder.relation("user", "self", "[user]").unwrap();
    builder.relation("posts", "banned", "[user]").unwrap();
    builder.relation("posts", "reader", "[user] but not banned").unwrap();
    builder.relation_grant("posts", "posts:view", "reader").unwrap();
    for (name, entries) in LISTS.iter().zip(&policy.lists) {
        builder.acl(name, Acl::parse(entries.iter().map(String::as_str)).unwrap());
    }
    builder.build()
}

/// The columns of a table that says what is true of its rows.
fn columns_of(own: Own) -> Columns {
    let mut columns = columns();
    if !own.lists {
        columns.no_own_lists();
    }
    if !own.relations {
        columns.no_own_relations();
    }
    columns
}

fn columns() -> Columns {
    let mut columns = Columns::new();
    columns.attribute("owner", "owner", Kind::Text).attribute("status", "status", Kind::Text);
    columns.attribute("size", "size", Kind::Int).attribute("hot", "hot", Kind::Bool);
    columns.id("id").item("owner", "visibility", "shared_with = ?");
    columns
}

struct Bound<'b>(&'b Bind);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(match self.0 {
            Bind::Bool(it) => Value::Integer(i64::from(*it)),
            Bind::Int(it) => Value::Integer(*it),
            Bind::Text(it) => Value::Text(it.clone()),
        }))
    }
}

fn table(posts: &[Post]) -> Connection {
    let database = Connection::open_in_memory().unwrap();
    let create = "CREATE TABLE posts (id TEXT, owner TEXT, visibility TEXT, status TEXT, \
                  size INTEGER, hot INTEGER, shared_with TEXT)";
    database.execute(create, []).unwrap();
    for (nth, it) in posts.iter().enumerate() {
        let shared = it.shared_with_ann.then_some("ann");
        let row = (nth.to_string(), &it.owner, &it.visibility, &it.status, it.size, it.hot, shared);
        database.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?)", row).unwrap();
    }
    database
}

fn found(database: &Connection, sql: &Sql, placeholder: Placeholder) -> Vec<usize> {
    let text = sql.text(placeholder).replace('$', "?");
    let mut statement = database
        .prepare(&format!("SELECT id FROM posts WHERE {text} ORDER BY CAST(id AS INTEGER)"))
        .unwrap();
    let binds = rusqlite::params_from_iter(sql.binds().iter().map(Bound));
    let ids = statement.query_map(binds, |row| row.get::<_, String>(0)).unwrap();
    ids.map(|id| id.unwrap().parse().unwrap()).collect()
}

/// Decides about one row as an application would.
fn allows(snapshot: &Snapshot, question: &Question<'_>, nth: usize, post: &Post) -> bool {
    let mut resource: Vec<(&str, Cell<'_>)> = Vec::new();
    resource.extend(post.owner.as_deref().map(|it| ("owner", Cell::Text(it))));
    resource.extend(post.status.as_deref().map(|it| ("status", Cell::Text(it))));
    resource.extend(post.size.map(|it| ("size", Cell::Int(it))));
    resource.extend(post.hot.map(|it| ("hot", Cell::Bool(it))));
    let object = format!("posts:{nth}");
    let shared: &[&str] = if post.shared_with_ann { &["ann"] } else { &[] };
    let own = post.list.and_then(|list| snapshot.acl(LISTS[list]));
    let acl: Vec<_> = [own].into_iter().chain(question.acl.iter().copied()).collect();
    let told: Tuples =
        post.banned.then(|| Tuple::new(&object, "banned", "user:ann")).into_iter().collect();
    let stored = question.related.iter().flat_map(|related| related.tuples.iter().copied());
    let tuples: Vec<&Tuples> = stored.chain([&told]).collect();
    let question = Question {
        acl: &acl,
        item: Some(Item {
            owner: post.owner.as_deref(),
            visibility: post.visibility.parse().ok(),
            shared: SharedWith::These(shared),
        }),
        related: question.related.map(|related| Related {
            object: &object,
            tuples: &tuples,
            ..related
        }),
        facts: Facts { resource: &resource, ..question.facts },
        ..*question
    };
    snapshot.decide(&question).decision.allowed()
}

/// Asks, as somebody with the role, whether they may see posts.
fn asked<T>(policy: &Policy, known: bool, then: impl FnOnce(&Snapshot, &Question<'_>) -> T) -> T {
    let snapshot = snapshot(policy);
    let access = Access::compile(&snapshot, ["editor"], []);
    let wanted = Permission::parse("posts:view").unwrap();
    let principal = [("id", Cell::Text("ann")), ("roles", Cell::Names(access.all_roles()))];
    let context = [("on", Cell::Bool(true))];
    let tuples: Tuples = policy
        .readers
        .iter()
        .map(|nth| Tuple::new(&format!("posts:{nth}"), "reader", "user:ann"))
        .collect();
    let sets = [&tuples];
    let groups = Groups::of(["staff"]);
    let groups = if known { groups.authenticated() } else { groups };
    let ceilings: Vec<Ceiling> =
        policy.ceilings.iter().map(|top| Ceiling::parse("scopes", [&**top]).unwrap()).collect();
    let ceilings: Vec<&Ceiling> = ceilings.iter().collect();
    let question = Question {
        subject: known.then_some("ann"),
        groups: Some(&groups),
        acl: &[snapshot.acl("site")],
        ceilings: &ceilings,
        related: Some(Related { object: "posts", subject: "user:ann", tuples: &sets, whole: true }),
        facts: Facts { principal: &principal, context: &context, ..Facts::default() },
        ..Question::new(&access, &wanted)
    };
    then(&snapshot, &question)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_filter_finds_what_checks_would_allow(
        policy in policies(), (own, posts) in tables(), known in any::<bool>(),
    ) {
        let (filter, allowed) = asked(&policy, known, |snapshot, question| {
            let all = posts.iter().enumerate();
            let allowed = all.filter(|(nth, post)| allows(snapshot, question, *nth, post));
            let allowed: Vec<usize> = allowed.map(|(nth, _)| nth).collect();
            (snapshot.list_resources(question, &columns_of(own)), allowed)
        });
        let database = table(&posts);
        let rows = match &filter {
            Filter::All => (0..posts.len()).collect(),
            Filter::None => Vec::new(),
            Filter::Sql(sql) => {
                let rows = found(&database, sql, Placeholder::Question);
                prop_assert_eq!(&found(&database, sql, Placeholder::Dollar(1)), &rows);
                rows
            }
            Filter::Mixed(sql) => {
                let rows = found(&database, sql, Placeholder::Question);
                rows.into_iter().filter(|nth| allowed.contains(nth)).collect()
            }
        };
        prop_assert_eq!(rows, allowed, "{:?}", filter);
    }
}

#[test]
fn every_answer_occurs_whatever_single_rows_have() {
    let mut runner = TestRunner::deterministic();
    let mut counts = std::collections::BTreeMap::new();
    for nth in 0..2_000 {
        let policy = policies().new_tree(&mut runner).unwrap().current();
        let own = Own { lists: nth % 2 == 0, relations: nth % 3 == 0 };
        let answer = asked(&policy, true, |snapshot, question| {
            snapshot.list_resources(question, &columns_of(own))
        });
        let answer = match answer {
            Filter::All => "all",
            Filter::None => "none",
            Filter::Sql(_) => "some",
            Filter::Mixed(_) => "mixed",
        };
        *counts.entry((answer, own.lists)).or_insert(0) += 1;
    }
    assert!(counts.len() == 8 && counts.values().all(|count| *count > 20), "{counts:?}");
}

#[test]
fn values_never_become_text() {
    let mut policy = SnapshotBuilder::new();
    let when = Condition::compile("resource.owner == principal.id", &Schema::new()).unwrap();
    let rule = Rule::new("own", Effect::Allow, [Pattern::parse("posts:*").unwrap()]);
    policy.conditional(Rule { when: Some(when), ..rule });
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, [], []);
    let wanted = Permission::parse("posts:view").unwrap();
    let evil = "' OR '1'='1";
    let principal = [("id", Cell::Text(evil))];
    let facts = Facts { principal: &principal, ..Facts::default() };
    let question = Question { facts, ..Question::new(&access, &wanted) };
    let Filter::Sql(sql) = snapshot.list_resources(&question, &columns()) else { panic!("no SQL") };
    assert_eq!(sql.text(Placeholder::Question), "(owner = ?)");
    assert_eq!(sql.text(Placeholder::Dollar(3)), "(owner = $3)");
    assert_eq!(sql.binds(), [Bind::Text(evil.to_owned())]);
}

#[test]
fn what_is_known_already_is_not_asked_of_the_database() {
    let access = Access::compile(&SnapshotBuilder::new().build(), [], []);
    let wanted = Permission::parse("posts:view").unwrap();
    let principal = [("email", Cell::Text("ann@example.com"))];
    let facts = Facts { principal: &principal, ..Facts::default() };
    for (text, filter) in [
        ("resource.type == 'posts'", Filter::All),
        ("resource.type == 'files'", Filter::None),
        ("resource has type", Filter::All),
        ("principal.email like '*@example.com'", Filter::All),
        ("principal.email like '*@example.org'", Filter::None),
        ("['a', 'b'] == ['b', 'a']", Filter::All),
        ("context.missing like 'a*'", Filter::None),
    ] {
        let mut policy = SnapshotBuilder::new();
        let when = Condition::compile(text, &Schema::new()).unwrap();
        let rule = Rule::new("known", Effect::Allow, [Pattern::parse("posts:*").unwrap()]);
        policy.conditional(Rule { when: Some(when), ..rule });
        let question = Question { facts, ..Question::new(&access, &wanted) };
        let mut columns = columns();
        columns.same("type", "posts");
        assert_eq!(policy.build().list_resources(&question, &columns), filter, "{text}");
    }
}

#[test]
fn an_index_is_asked_before_what_compares_exactly() {
    let mut policy = SnapshotBuilder::new();
    let when = Condition::compile("resource.owner == principal.id", &Schema::new()).unwrap();
    let rule = Rule::new("own", Effect::Allow, [Pattern::parse("posts:*").unwrap()]);
    policy.conditional(Rule { when: Some(when), ..rule });
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, [], []);
    let wanted = Permission::parse("posts:view").unwrap();
    let principal = [("id", Cell::Text("ann"))];
    let facts = Facts { principal: &principal, ..Facts::default() };
    let question = Question { facts, ..Question::new(&access, &wanted) };
    let mut columns = Columns::new();
    columns.attribute("owner", Column::new("CAST(owner AS BINARY)").near("owner"), Kind::Text);
    let Filter::Sql(sql) = snapshot.list_resources(&question, &columns) else { panic!("no SQL") };
    let text = sql.text(Placeholder::Question);
    assert_eq!(text, "((owner = ?) AND (CAST(owner AS BINARY) = ?))");
    assert_eq!(sql.binds().len(), 2);
}

/// What a filter says to somebody of `staff` whom a role allows or not.
fn filtered(allowed: bool, site: &[&str], one: &[&str], own: Own) -> Filter {
    let mut policy = SnapshotBuilder::new();
    if allowed {
        policy.rule("editor", Effect::Allow, "posts:view").unwrap();
    }
    for (name, entries) in LISTS.iter().zip([site, one]) {
        policy.acl(name, Acl::parse(entries.iter().copied()).unwrap());
    }
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, ["editor"], []);
    let wanted = Permission::parse("posts:view").unwrap();
    let groups = Groups::of(["staff"]).authenticated();
    let acl = [snapshot.acl("site")];
    let question = Question { groups: Some(&groups), acl: &acl, ..Question::new(&access, &wanted) };
    snapshot.list_resources(&question, &columns_of(own))
}

#[test]
fn where_a_row_could_have_a_list_that_decides_otherwise_each_is_checked() {
    let (own, none) = (Own { lists: true, relations: true }, Own { lists: false, relations: true });
    let (allow, deny) = (["allow staff posts:view"], ["deny staff posts:view"]);
    let all = "1 = 1";
    for (role, site, one, exact, mixed) in [
        (true, &[][..], &deny[..], Filter::All, true),
        (true, &[], &allow, Filter::All, false),
        (true, &[], &["deny guests posts:view"], Filter::All, false),
        (true, &deny, &allow, Filter::None, true),
        (true, &deny, &[], Filter::None, false),
        (false, &[], &allow, Filter::None, true),
        (false, &allow, &deny, Filter::All, true),
        (false, &[], &deny, Filter::None, false),
    ] {
        assert_eq!(filtered(role, site, one, none), exact, "{role} {site:?} {one:?}");
        let told = filtered(role, site, one, own);
        match told {
            Filter::Mixed(sql) if mixed => {
                assert_eq!(sql.text(Placeholder::Question), format!("({all})"), "{site:?} {one:?}");
            }
            told => assert!(!mixed && told == exact, "{role} {site:?} {one:?}: {told:?}"),
        }
    }
}
