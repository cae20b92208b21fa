//! The rows that a filter finds in the app's own table are those that checks of each
//! would allow; on policies, relations and rows at random, in real databases.

#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use std::collections::BTreeSet;
use std::future::Future;

use keyward::authz::condition::Kind;
use keyward::authz::filter::{Bind, Filter, Sql};
use keyward::authz::items::Visibility;
use keyward::port::Random;
use keyward::testing::{SeededRandom, TestAuth};
use keyward::{Act, Context, Flavour, Relation, Resource, Table, UserView};

/// A row of the app's table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    id: i64,
    owner: Option<String>,
    visibility: Option<String>,
    status: Option<String>,
    size: Option<i64>,
    hot: Option<bool>,
    readers: Vec<String>,
    /// A list of its own, before the one of all rows.
    list: Option<String>,
    /// Whom the app tells to be banned from it.
    banned: Option<String>,
}

/// A database with a table of posts and one of their readers.
pub(crate) trait App {
    const FLAVOUR: Flavour;
    /// Keeps these rows and no others.
    fn fill(&mut self, rows: &[Row]) -> impl Future<Output = ()>;
    /// The ids of the rows for which a condition is true.
    fn found(&mut self, condition: &str, values: &[Bind]) -> impl Future<Output = Vec<i64>>;
}

const CONDITIONS: [&str; 17] = [
    "resource.status == 'draft'",
    "resource.status != 'draft'",
    "resource.owner == principal.id",
    "resource.owner != principal.id",
    "resource.owner == resource.status",
    "resource.size < 3 || resource.hot",
    "!(resource.status == 'draft' && resource.size > 1)",
    "resource.status in ['draft', 'new']",
    "!(resource.status in ['draft', 'new'])",
    "resource has size && resource.size == 2",
    "resource.visibility == 'public' || !(resource has owner)",
    "resource.visibility != 'public'",
    "resource.id in ['1', '02', '3']",
    "resource.type == 'posts' && !resource.hot",
    "context.on",
    "!context.on || resource.hot",
    "resource.status like 'd*'",
];

fn one_of<'a>(all: &[&'a str], rng: &mut SeededRandom) -> &'a str {
    all[below(all.len() as u64, rng) as usize]
}

fn below(end: u64, rng: &mut SeededRandom) -> u64 {
    let mut bytes = [0; 8];
    rng.fill(&mut bytes);
    u64::from_le_bytes(bytes) % end
}

/// Whether something happens that happens once in so many times.
fn once_in(times: u64, rng: &mut SeededRandom) -> bool {
    below(times, rng) == 0
}

pub(crate) fn policy(rng: &mut SeededRandom) -> String {
    let mut text = "version = 1\n[permissions]\nposts = [\"view\", \"edit\"]\n".to_owned();
    let granted = match below(6, rng) {
        0 => "allow = [\"posts:view\"]",
        1 => "deny = [\"posts:view\"]",
        2 => "superuser = true",
        _ => "",
    };
    text += &format!("[roles]\neditor = {{ {granted} }}\n");
    for name in LISTS {
        let entries: Vec<_> = (0..below(3, rng)).map(|_| format!("\"{}\"", entry(rng))).collect();
        text += &format!("[acl.{name}]\nentries = [{}]\n", entries.join(", "));
    }
    text += "[scopes]\nsee = [\"posts:view\"]\nchange = [\"posts:edit\"]\n";
    if !once_in(3, rng) {
        let closed = if once_in(2, rng) { "closed = true\n" } else { "" };
        text += &format!(
            "[items.posts]\nactions = [\"view\"]\n{closed}\
             visibility = [\"public\", \"unlisted\", \"shared\", \"private\"]\n\
             [items.posts.roles.editor]\nmay_own = true\nowned = [\"view\"]\n\
             other.public = [\"view\"]\nother.shared = [\"view\"]\n"
        );
    }
    for nth in 0..below(4, rng) {
        let effect = if once_in(3, rng) { "forbid" } else { "allow" };
        text += &format!("[[rules]]\nid = \"r{nth}\"\n{effect} = [\"posts:view\"]\n");
        for word in ["when", "unless"] {
            if once_in(2, rng) {
                let condition = one_of(&CONDITIONS, rng);
                let more = one_of(&CONDITIONS, rng);
                let more = if once_in(2, rng) { format!(" && {more}") } else { String::new() };
                text += &format!("{word} = \"{condition}{more}\"\n");
            }
        }
        if once_in(4, rng) && effect == "forbid" {
            text += "absolute = true\n";
        }
    }
    text + RELATIONS
}

/// The list of all rows, and those of single ones.
const LISTS: [&str; 3] = ["site", "one", "two"];

fn entry(rng: &mut SeededRandom) -> String {
    let effect = one_of(&["allow", "deny"], rng);
    let who = one_of(&["@everyone", "@authenticated", "guests", "guests"], rng);
    let what = one_of(&["posts:view", "posts:view", "posts:edit", "*"], rng);
    format!("{effect} {who} {what}")
}

const RELATIONS: &str = r#"
[relations.group]
member = "[user, group#member]"
[relations.folder]
viewer = "[user, group#member]"
[relations.posts]
parent = "[folder]"
banned = "[user, group#member]"
viewer = "([user, user:*, group#member] | viewer from parent) but not banned"
grants."posts:view" = "viewer"
"#;

pub(crate) fn rows(ada: &str, rng: &mut SeededRandom) -> Vec<Row> {
    // Texts that only sloppy comparisons take for each other.
    let texts = ["draft", "Draft", "draft ", "new", "dräft", "", "'; --", ada];
    let owners = [ada, "usr_other", "draft", &ada.to_uppercase()];
    let mut some = |all: &[&str]| (!once_in(4, rng)).then(|| one_of(all, rng).to_owned());
    let mut all: Vec<Row> = (1..=10)
        .map(|id| Row {
            id,
            owner: some(&owners),
            visibility: some(&["public", "unlisted", "shared", "private", "Public", "odd"]),
            status: some(&texts),
            ..Row::default()
        })
        .collect();
    for row in &mut all {
        row.size = (!once_in(4, rng)).then(|| below(5, rng) as i64);
        row.hot = (!once_in(4, rng)).then(|| once_in(2, rng));
        row.readers = [ada, "usr_other"]
            .iter()
            .filter(|_| once_in(3, rng))
            .map(|it| it.to_string())
            .collect();
    }
    all
}

/// What tables say of single rows.
#[derive(Clone, Copy, Debug)]
struct Own {
    lists: bool,
    relations: bool,
}

/// Gives some rows what only single rows have.
fn give_own(rows: &mut [Row], own: Own, ada: &str, rng: &mut SeededRandom) {
    for row in rows {
        let list = one_of(&LISTS, rng).to_owned();
        row.list = (own.lists && once_in(2, rng)).then_some(list);
        row.banned = (own.relations && once_in(2, rng)).then(|| format!("user:{ada}"));
    }
}

/// What a row is to a check.
pub(crate) fn resource(row: &Row) -> Resource {
    let mut it = Resource::new("posts", row.id).shared_with(&row.readers);
    if let Some(list) = &row.list {
        it = it.acl(list);
    }
    if let Some(subject) = &row.banned {
        it = it.relation("banned", subject);
    }
    it = it.acl("site");
    if let Some(owner) = &row.owner {
        it = it.owned_by(owner);
    }
    if let Some(visibility) = row.visibility.as_ref().and_then(|it| it.parse::<Visibility>().ok()) {
        it = it.visible(visibility);
    }
    if let Some(status) = &row.status {
        it = it.attribute("status", status.as_str());
    }
    if let Some(size) = row.size {
        it = it.attribute("size", size);
    }
    if let Some(hot) = row.hot {
        it = it.attribute("hot", hot);
    }
    it
}

fn table(flavour: Flavour, own: Own) -> Table {
    let table = Table::new("posts", flavour)
        .numeric_id("id")
        .owner("owner")
        .visibility("visibility")
        .shared_in("post_readers", "post", "reader")
        .attribute("status", "status", Kind::Text)
        .attribute("size", "size", Kind::Int)
        .attribute("hot", "hot", Kind::Bool)
        .acl("site");
    let table = if own.lists { table } else { table.no_own_lists() };
    if own.relations { table } else { table.no_own_relations() }
}

pub(crate) async fn relate(t: &TestAuth, ada: &UserView, rng: &mut SeededRandom) {
    let ada = format!("user:{}", ada.id);
    let mut add = Vec::new();
    let mut tell = |object: String, relation: &str, subject: &str| {
        let (relation, subject) = (relation.to_owned(), subject.to_owned());
        add.push(Relation { object, relation, subject });
    };
    tell("group:inner".into(), "member", &ada);
    tell("group:staff".into(), "member", "group:inner#member");
    tell("folder:plans".into(), "viewer", one_of(&[&ada, "group:staff#member"], rng));
    for _ in 0..below(6, rng) {
        let post = format!("posts:{}", one_of(&["1", "2", "3", "4", "05", "x"], rng));
        match below(4, rng) {
            0 => tell(post, "parent", "folder:plans"),
            1 => tell(post, "banned", one_of(&[&ada, "group:staff#member"], rng)),
            _ => tell(post, "viewer", one_of(&[&ada, "user:*", "group:staff#member"], rng)),
        }
    }
    t.kw.change_relations(add, []).await.unwrap().unwrap();
}

/// One policy at random, with rows at random. Says how the filter answered.
async fn agree_once(app: &mut impl App, seed: u64) -> &'static str {
    let rng = &mut SeededRandom::new(seed);
    let text = policy(rng);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, &text).unwrap();
    let t = TestAuth::with(|builder| builder.policy(path)).await;
    let ada = t.user("ada@example.com").await;
    t.kw.assign_role(ada.id, "editor", true).await.unwrap().unwrap();
    relate(&t, &ada, rng).await;
    let mut rows = rows(&ada.id.to_string(), rng);
    let own = Own { lists: once_in(3, rng), relations: once_in(3, rng) };
    give_own(&mut rows, own, &ada.id.to_string(), rng);
    app.fill(&rows).await;
    let mut context = match once_in(3, rng) {
        true => Context::new(),
        false => Context::new().fact("on", once_in(2, rng)),
    };
    if once_in(4, rng) {
        context = context.scopes([one_of(&["see", "see", "change"], rng)]);
    }

    let mut allowed = BTreeSet::new();
    for row in &rows {
        let ruling = t.kw.ask(ada.id, "posts:view", Some(&resource(row)), &context).await.unwrap();
        if ruling.decision.allowed() {
            allowed.insert(row.id);
        }
    }
    let posts = table(impl_flavour(app), own);
    let filter = t.kw.filter(ada.id, "posts:view", &posts, &context).await.unwrap();
    let (sql, answer): (Option<Sql>, _) = match &filter {
        Filter::All => (None, "all"),
        Filter::None => (None, "none"),
        Filter::Sql(sql) => (Some(sql.clone()), "some"),
        Filter::Mixed(sql) => (Some(sql.clone()), "mixed"),
    };
    let sql = sql.or_else(|| filter.clone().exact()).unwrap();
    let found = app.found(&sql.text(posts.placeholder()), sql.binds()).await;
    let found = found.into_iter().filter(|id| answer != "mixed" || allowed.contains(id));
    assert_eq!(
        found.collect::<BTreeSet<_>>(),
        allowed,
        "seed {seed}: {filter:?}\n{text}\n{rows:#?}"
    );
    answer
}

fn impl_flavour<A: App>(_: &A) -> Flavour {
    A::FLAVOUR
}

/// Every seed agrees, and every kind of answer is among them.
pub(crate) async fn filters_agree_with_checks(app: &mut impl App, seeds: u64) {
    let mut answers = BTreeSet::new();
    for seed in 0..seeds {
        answers.insert(agree_once(app, seed).await);
    }
    assert_eq!(answers, BTreeSet::from(["all", "mixed", "none", "some"]));
}

const OWN_LISTS: &str = r#"
version = 1
[permissions]
posts = ["view"]
[roles]
reader = { allow = ["posts:view"] }
[acl.wall]
entries = ["deny @authenticated posts:view"]
[relations.posts]
banned = "[user]"
viewer = "[user] but not banned"
grants."posts:view" = "viewer"
"#;

#[tokio::test]
async fn a_row_that_its_own_list_closes_is_never_among_those_that_need_no_check() {
    let (_folder, t, ada) = within(OWN_LISTS).await;
    t.kw.assign_role(ada.id, "reader", true).await.unwrap().unwrap();
    let (posts, context) = (|| Table::new("posts", Flavour::Sqlite).id("id"), Context::new());
    let closed = Resource::new("posts", "7").acl("wall");
    let ruling = t.kw.ask(ada.id, "posts:view", Some(&closed), &context).await.unwrap();
    assert!(!ruling.decision.allowed());
    let ask = async |table: Table| t.kw.filter(ada.id, "posts:view", &table, &context).await;
    assert!(matches!(ask(posts()).await.unwrap(), Filter::Mixed(_)), "a row may have a list");
    assert_eq!(ask(posts().no_own_lists()).await.unwrap(), Filter::All);
    assert_eq!(ask(posts().no_own_lists().acl("wall")).await.unwrap(), Filter::None);
}

#[tokio::test]
async fn a_row_from_which_the_app_bans_somebody_is_never_among_those_that_need_no_check() {
    let (_folder, t, ada) = within(OWN_LISTS).await;
    let (subject, context) = (format!("user:{}", ada.id), Context::new());
    let (object, relation) = ("posts:7".to_owned(), "viewer".to_owned());
    let viewer = Relation { object, relation, subject: subject.clone() };
    t.kw.change_relations([viewer], []).await.unwrap().unwrap();
    let ruled = async |post: Resource| {
        t.kw.ask(ada.id, "posts:view", Some(&post), &context).await.unwrap().decision.allowed()
    };
    let post = || Resource::new("posts", "7");
    assert!(ruled(post()).await && !ruled(post().relation("banned", &subject)).await);
    let table = || Table::new("posts", Flavour::Sqlite).id("id").no_own_lists();
    let ask = async |table: Table| t.kw.filter(ada.id, "posts:view", &table, &context).await;
    assert!(matches!(ask(table()).await.unwrap(), Filter::Mixed(_)), "the app may ban");
    assert!(matches!(ask(table().no_own_relations()).await.unwrap(), Filter::Sql(_)));
}

const HOUSE: &str = r#"
version = 1
[permissions]
posts = ["view"]
[[rules]]
id = "own"
allow = ["posts:view"]
when = "resource.owner == principal.id"
[relations.posts]
viewer = "[user]"
grants."posts:view" = "viewer"
"#;

async fn house() -> (tempfile::TempDir, TestAuth, UserView) {
    within(HOUSE).await
}

async fn within(policy: &str) -> (tempfile::TempDir, TestAuth, UserView) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, policy).unwrap();
    let t = TestAuth::with(|builder| builder.policy(path)).await;
    let ada = t.user("ada@example.com").await;
    (folder, t, ada)
}

#[tokio::test]
async fn who_may_nothing_finds_nothing() {
    let (_folder, t, ada) = house().await;
    let posts = Table::new("posts", Flavour::Sqlite).numeric_id("id").owner("owner");
    let (kw, context) = (&t.kw, Context::new());
    let filter = kw.filter(ada.id, "posts:view", &posts, &context).await.unwrap();
    assert!(matches!(filter, Filter::Sql(_)), "{filter:?}");
    let filter = kw.filter_for_strangers("posts:view", &posts, &context).await.unwrap();
    assert_eq!(filter, Filter::None, "a stranger owns nothing");
    assert!(kw.filter(ada.id, "posts:veiw", &posts, &context).await.unwrap() == Filter::None);
    assert_eq!(kw.unknown_permissions(), 1);
    let scoped = Context::new().scopes(["unheard:of"]);
    assert_eq!(kw.filter(ada.id, "posts:view", &posts, &scoped).await.unwrap(), Filter::None);
    kw.act_on(ada.id, Act::Lock { reason: String::new() }).await.unwrap().unwrap();
    assert_eq!(kw.filter(ada.id, "posts:view", &posts, &context).await.unwrap(), Filter::None);
}

#[tokio::test]
async fn what_cannot_be_said_is_an_error_and_never_too_many_rows() {
    let (_folder, t, ada) = house().await;
    let ask = async |table: Table| t.kw.filter(ada.id, "posts:view", &table, &Context::new()).await;
    let table = || Table::new("posts", Flavour::Postgres);
    assert!(ask(table().numeric_id("id\" = 1 OR 1 = 1 --")).await.is_err());
    assert!(ask(table().numeric_id("id").acl("nowhere")).await.is_err());
    let mixed = ask(table().numeric_id("id")).await.unwrap();
    assert_eq!(
        mixed.exact(),
        None,
        "the condition looks at the owner, which the table does not have"
    );
    let object = |nth: u32| format!("posts:{nth}");
    for part in 0..11 {
        let add = (part * 100..(part + 1) * 100).map(|nth| Relation {
            object: object(nth),
            relation: "viewer".to_owned(),
            subject: format!("user:{}", ada.id),
        });
        t.kw.change_relations(add, []).await.unwrap().unwrap();
    }
    assert!(ask(table().numeric_id("id").owner("owner")).await.is_err(), "1,100 objects");
}
