//! Policies of other systems decide here as they do there, and ours can be
//! taken elsewhere.

use keyward_authz::condition::{Cell, Facts};
use keyward_authz::export;
use keyward_authz::import::{self, Imported};
use keyward_authz::items::{Item, SharedWith};
use keyward_authz::policy::Policy;
use keyward_authz::relations::{Tuple, Tuples};
use keyward_authz::{Access, Permission, Question, Snapshot};
use serde_json::{Map, Value};

use crate::rows::{rows, strings};

#[track_caller]
fn snapshot(imported: &Imported) -> Snapshot {
    let policy = Policy::parse("imported.toml", &imported.policy);
    policy.unwrap_or_else(|error| panic!("{error}\n{}", imported.policy)).snapshot().clone()
}

#[track_caller]
fn may(snapshot: &Snapshot, role: &str, wanted: &str) -> bool {
    let access = Access::compile(snapshot, [role], []);
    access.check(&Permission::parse_as(snapshot.dialect(), wanted).unwrap()).allowed()
}

#[test]
fn a_shiro_ini_keeps_its_roles_and_leaves_passwords_behind() {
    let imported = import::shiro(include_str!("files/shiro.ini")).unwrap();
    let policy = snapshot(&imported);
    for (role, wanted, yes) in [
        ("admin", "anything", true),
        ("guest", "printer:query:lp7200", true),
        ("guest", "printer:manage", false),
        ("visitor", "lobby:enter", true),
    ] {
        assert_eq!(may(&policy, role, wanted), yes, "{role} {wanted}");
    }
    let pairs: Vec<_> =
        imported.assignments.iter().map(|(user, role)| format!("{user} {role}")).collect();
    assert_eq!(pairs, ["root admin", "guest guest", "guest visitor"]);
    assert!(!format!("{imported:?}").contains("secret"));
}

#[test]
fn a_casbin_policy_keeps_its_denials() {
    let (model, lines) =
        (include_str!("files/casbin_model.conf"), include_str!("files/casbin_policy.csv"));
    let casbin = import::casbin(model, lines).unwrap();
    let policy = snapshot(&casbin.imported);
    for (request, yes) in [
        (["bookkeeper", "ledger", "write"], true),
        (["ann", "ledger", "read"], true),
        (["ann", "ledger", "write"], false),
        (["bob", "ledger", "read"], false),
    ] {
        let (role, wanted) = casbin.ask(&request).unwrap();
        assert_eq!(may(&policy, &role, &wanted), yes, "{request:?}");
    }
    assert_eq!(casbin.ask(&["ann"]), None);
    let paths = import::casbin(model, &lines.replace("ledger", "/Ledger")).unwrap();
    let (role, wanted) = paths.ask(&["ann", "/Ledger", "read"]).unwrap();
    assert!(may(&snapshot(&paths.imported), &role, &wanted));
}

#[test]
fn what_casbin_says_and_we_do_not_is_refused_by_line() {
    let model = include_str!("files/casbin_model.conf");
    for (from, to, flaw) in [
        (
            "r.obj == p.obj",
            "keyMatch(r.obj, p.obj)",
            "line 14: matcher `keyMatch(r.obj,p.obj)` is not supported",
        ),
        (
            "some(where (p.eft == allow)) && ",
            "",
            "line 11: effect `!some(where(p.eft==deny))` is not supported",
        ),
    ] {
        let error = import::casbin(&model.replace(from, to), "").unwrap_err();
        assert_eq!(error.to_string(), flaw);
    }
}

#[test]
fn an_openfga_model_keeps_its_relations() {
    let imported = import::openfga(include_str!("files/model.fga")).unwrap();
    let policy = snapshot(&imported);
    let tuples: Tuples = [
        Tuple::new("document:a", "viewer", "group:g#member"),
        Tuple::new("group:g", "member", "user:ann"),
        Tuple::new("group:g", "member", "user:eve"),
        Tuple::new("document:a", "banned", "user:eve"),
        Tuple::new("document:b", "parent", "document:a"),
    ]
    .into_iter()
    .collect();
    for (object, subject, yes) in [
        ("document:a", "user:ann", true),
        ("document:b", "user:ann", true),
        ("document:a", "user:eve", false),
        ("document:b", "user:eve", false),
    ] {
        let got = policy.model().check(&[&tuples], object, "reader", subject);
        assert_eq!(got, Ok(yes), "{object} {subject}");
    }
    let error = import::openfga("type a\n  relations\n    define b: [a with c]").unwrap_err();
    assert_eq!(error.to_string(), "line 3: has a condition; those are not supported");
}

#[test]
fn an_authnzerver_model_without_its_parts_is_refused() {
    for (text, flaw) in [
        ("[]", "needs `roles` to be an array of texts"),
        (r#"{"roles": ["a", 5]}"#, "needs `roles` to be an array of texts"),
        (r#"{"roles": []}"#, "needs `role_policy` to be an object"),
    ] {
        assert_eq!(import::authnzerver(text).unwrap_err().to_string(), flaw, "{text}");
    }
}

const AUTHNZERVER: &str = include_str!("rows/authnzerver.json");

/// What the permission model of another system decides here once it is imported.
struct Model(Snapshot);

impl Model {
    #[track_caller]
    fn of(model: &Value) -> Self {
        Self(snapshot(&import::authnzerver(&model.to_string()).unwrap()))
    }

    /// Role, subject, action, kind, owner, visibility, shared with; nothing for a role
    /// that the model does not have.
    fn decides(
        &self,
        [role, subject, action, kind, owner, visibility, shared]: [&str; 7],
    ) -> Option<bool> {
        self.0.role(role)?;
        let access = Access::compile(&self.0, [role], []);
        let Ok(wanted) = Permission::parse(&format!("{kind}:{action}")) else { return Some(false) };
        let item = Item {
            owner: Some(owner),
            visibility: visibility.parse().ok(),
            // Shared with its anonymous user, shared with all.
            shared: SharedWith::Csv { list: shared, everybody: 2 },
        };
        let question = Question {
            subject: Some(subject),
            item: Some(item),
            ..Question::new(&access, &wanted)
        };
        Some(self.0.decide(&question).decision.allowed())
    }
}

fn authnzerver_model() -> Value {
    serde_json::from_str::<Value>(AUTHNZERVER).unwrap()["policy"].take()
}

#[test]
fn an_imported_authnzerver_model_decides_as_authnzerver_does() {
    let model = Model::of(&authnzerver_model());
    let rows = rows(AUTHNZERVER);
    assert!(rows.len() > 100);
    for row in rows {
        let question: Vec<&str> = row[..7].iter().map(|it| it.as_str().unwrap()).collect();
        let answer = model.decides(question.try_into().unwrap());
        assert_eq!(answer, row[7].as_bool(), "{row:?}");
    }
}

#[test]
fn imported_limits_admit_what_authnzerver_admits() {
    let mut table: Value = serde_json::from_str(AUTHNZERVER).unwrap();
    let model = Model::of(&table["policy"].take());
    let rows: Vec<Vec<Value>> = serde_json::from_value(table["limits"].take()).unwrap();
    let counted = rows.iter().filter_map(|row| Some((row, row[2].as_f64()?, row[3].as_bool()?)));
    let mut outside = 0;
    for (row, value, answer) in counted {
        let (role, name) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        assert_eq!(model.0.limits().admit([role], name, value as i64), answer, "{row:?}");
        outside += usize::from(!answer);
    }
    assert!(outside > 5, "limits that are not there admit everything");
}

#[test]
fn nothing_that_an_authnzerver_model_says_is_lost_by_the_import() {
    let public = ["authenticated", "4", "view", "dataset", "9", "public", ""];
    let private = ["staff", "5", "list", "dataset", "9", "private", ""];
    let own = ["authenticated", "4", "edit", "dataset", "4", "private", ""];
    let unlisted = ["authenticated", "4", "view", "dataset", "9", "unlisted", ""];
    let plain = Model::of(&authnzerver_model());
    for question in [public, private, own, unlisted] {
        assert_eq!(plain.decides(question), Some(true), "{question:?}");
    }
    let dataset = "/item_policy/dataset";
    let role = "/role_policy/authenticated";
    for (place, value, question) in [
        (format!("{dataset}/invalid_roles"), serde_json::json!(["authenticated"]), public),
        (format!("{dataset}/valid_visibilities"), serde_json::json!(["private"]), public),
        (format!("{dataset}/valid_role_actions"), serde_json::json!(["list", "edit"]), public),
        (format!("{role}/can_own_items"), serde_json::json!([]), own),
        (format!("{role}/allowed_actions_for_owned"), serde_json::json!(["view"]), own),
        (format!("{role}/allowed_actions_for_other/unlisted"), serde_json::json!([]), unlisted),
        (
            "/role_policy/staff/allowed_actions_for_other/private".to_owned(),
            serde_json::json!([]),
            private,
        ),
    ] {
        let mut model = authnzerver_model();
        *model.pointer_mut(&place).unwrap() = value;
        assert_eq!(Model::of(&model).decides(question), Some(false), "{place}");
    }
    let mut model = authnzerver_model();
    let limits = serde_json::json!({ "key_bits": { "type": "min", "limit": 127 } });
    *model.pointer_mut(&format!("{role}/limits")).unwrap() = limits;
    let model = Model::of(&model);
    for (bits, admitted) in [(128, true), (127, false)] {
        assert_eq!(model.0.limits().admit(["authenticated"], "key_bits", bits), admitted);
    }
}

#[test]
fn the_policies_of_the_authzen_interop_pass_their_tests() {
    for text in [include_str!("files/authzen_todo.toml"), include_str!("files/authzen_search.toml")]
    {
        let policy = Policy::parse("authzen.toml", text).unwrap_or_else(|error| panic!("{error}"));
        let report = policy.test();
        assert!(report.passed(), "{}", report.tap());
    }
}

#[test]
fn our_policy_can_be_taken_elsewhere() {
    let policy = Policy::parse("house.toml", include_str!("files/house.toml")).unwrap();
    let cedar = export::cedar(policy.snapshot());
    let json = format!("{:#}\n", export::json(policy.snapshot()));
    let entities = format!("{:#}\n", export::cedar_entities(policy.snapshot()));
    for (made, golden) in [
        (cedar, include_str!("files/house.cedar")),
        (json, include_str!("files/house.json")),
        (entities, include_str!("files/house.entities.json")),
    ] {
        assert_eq!(made, golden, "{made}");
    }
}

/// Whether somebody with these roles may edit a post of this owner: all of it, or
/// this field.
fn edits(policy: &Snapshot, roles: &[String], owner: &str, field: Option<&str>) -> bool {
    let access = Access::compile(policy, roles.iter().map(String::as_str), []);
    let wanted = Permission::parse_as(policy.dialect(), "posts.edit").unwrap();
    let mut question = Question::new(&access, &wanted);
    let principal = [("id", Cell::Text("7")), ("roles", Cell::Names(access.all_roles()))];
    let resource = [("owner", Cell::Text(owner))];
    let context: Vec<_> = field.map(|field| ("field", Cell::Text(field))).into_iter().collect();
    question.facts = Facts { principal: &principal, resource: &resource, context: &context };
    policy.decide(&question).decision.allowed()
}

#[test]
fn asoks_rules_about_rows_and_fields_become_conditions() {
    for row in rows(include_str!("rows/asok_rules.json")) {
        let lists = strings(&row[0]);
        let names: Vec<String> = (0..lists.len()).map(|nth| format!("role-{nth}")).collect();
        let lists = lists.into_iter().map(Value::from);
        let mut table: Map<String, Value> = names.iter().cloned().zip(lists).collect();
        // The rules narrow; what there is to narrow comes by another role.
        table.insert("editor".into(), "posts.view,posts.edit".into());
        let imported = import::asok(&Value::Object(table).to_string()).unwrap();
        let policy = snapshot(&imported);
        let admin = (row[1] == true).then(|| "is_admin".to_owned());
        let held: Vec<String> =
            names.into_iter().chain(["editor".to_owned()]).chain(admin).collect();
        let (own_alone, locked) = (row[2] == true, strings(&row[3]));
        assert!(edits(&policy, &held, "7", None), "one's own: {row:?}");
        assert_eq!(edits(&policy, &held, "8", None), !own_alone, "another's: {row:?}");
        for field in ["title", "body"] {
            let yes = edits(&policy, &held, "7", Some(field));
            assert_eq!(yes, !locked.contains(&field), "{field}: {row:?}");
        }
    }
    import::asok("[]").unwrap_err();
    import::asok("{\"is_admin\": \"posts.view\"}").unwrap_err();
}
