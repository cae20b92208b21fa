//! The rows that a filter finds are those that a check of each would allow; on
//! generated policies and tables, in a real database.

use keyward_authz::condition::{Cell, Condition, Facts, Kind, Schema};
use keyward_authz::filter::{Bind, Column, Columns, Filter, Placeholder, Sql};
use keyward_authz::items::{Item, ItemKind, SharedWith, Visibility};
use keyward_authz::relations::{Tuple, Tuples};
use keyward_authz::rules::{Rule, Rules};
use keyward_authz::{
    Access, Effect, Pattern, Permission, Question, Related, Snapshot, SnapshotBuilder,
};
use proptest::prelude::*;
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
}

#[derive(Clone, Debug)]
struct Policy {
    roles: Vec<(bool, String)>,
    rules: Vec<(Effect, Option<String>, Option<String>, bool)>,
    ordered: bool,
    closed: bool,
    superuser: bool,
    readers: Vec<usize>,
}

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

fn posts() -> impl Strategy<Value = Vec<Post>> {
    let name = || prop::option::of("ann|bob|draft|editor");
    let visibility = "public|unlisted|shared|private|odd";
    let size = prop::option::of(0_i64..5);
    let hot = prop::option::of(any::<bool>());
    let post = (name(), visibility, name(), size, hot, any::<bool>());
    let post = post.prop_map(|(owner, visibility, status, size, hot, shared_with_ann)| Post {
        owner,
        visibility,
        status,
        size,
        hot,
        shared_with_ann,
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
    (
        prop::collection::vec((any::<bool>(), "posts:(view|edit|\\*)"), 0..2),
        prop::collection::vec(rule, 0..4),
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
        prop::collection::vec(0_usize..12, 0..3),
    )
        .prop_map(|(roles, rules, ordered, closed, superuser, readers)| Policy {
            roles,
            rules,
            ordered,
            closed,
            superuser,
            readers,
        })
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
    builder.relation("posts", "reader", "[user]").unwrap();
    builder.relation_grant("posts", "posts:view", "reader").unwrap();
    builder.build()
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
    let question = Question {
        item: Some(Item {
            owner: post.owner.as_deref(),
            visibility: post.visibility.parse().ok(),
            shared: SharedWith::These(shared),
        }),
        related: question.related.map(|related| Related { object: &object, ..related }),
        facts: Facts { resource: &resource, ..question.facts },
        ..*question
    };
    snapshot.decide(&question).decision.allowed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_filter_finds_what_checks_would_allow(
        policy in policies(), posts in posts(), known in any::<bool>(),
    ) {
        let snapshot = snapshot(&policy);
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
        let question = Question {
            subject: known.then_some("ann"),
            related: Some(Related { object: "posts", subject: "user:ann", tuples: &sets, whole: true }),
            facts: Facts { principal: &principal, context: &context, ..Facts::default() },
            ..Question::new(&access, &wanted)
        };
        let filter = snapshot.list_resources(&question, &columns());
        let all = posts.iter().enumerate();
        let allowed: Vec<usize> = all
            .filter(|(nth, post)| allows(&snapshot, &question, *nth, post))
            .map(|(nth, _)| nth)
            .collect();
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
                let kept = rows.into_iter();
                kept.filter(|nth| allows(&snapshot, &question, *nth, &posts[*nth])).collect()
            }
        };
        prop_assert_eq!(rows, allowed, "{:?}", filter);
    }
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
