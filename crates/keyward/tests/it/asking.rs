//! Questions as an app asks them: about a resource, under circumstances, by
//! somebody in groups; on the policy that what they hold was compiled from.

use keyward::authz::condition::{Condition, Schema};
use keyward::authz::policy::Policy;
use keyward::authz::{Decision, Snapshot};
use keyward::testing::TestAuth;
use keyward::{Context, Resource, Ruling, UserView};

const POLICY: &str = r#"
version = 1

[permissions]
posts = ["view", "edit", "erase", "publish"]
files = ["view", "edit"]

[roles]
author = { allow = ["posts:view"] }
editor = { inherits = ["author"], allow = ["posts:*"] }
freelance = { inherits = ["editor"], deny = ["posts:publish"] }
root = { superuser = true }
banished = { locked = true }

[scopes]
"read:posts" = ["posts:view"]

[limits]
author = { per_minute = 60 }
editor = { per_minute = 600 }

[acl.site]
entries = ["allow staff posts:publish", "deny @everyone posts:erase", "allow @authenticated posts:view"]

[items.files]
actions = ["view", "edit"]
visibility = ["public", "shared", "private"]
[items.files.roles.author]
may_own = true
owned = ["view", "edit"]
other.public = ["view"]
other.shared = ["view"]

[[rules]]
id = "own-draft"
allow = ["posts:edit"]
when = "resource.owner == principal.id && resource.status == 'draft'"

[[rules]]
id = "freeze"
forbid = ["posts:publish"]
when = "context has frozen && context.frozen"
reason = "Nothing is published until {context.until}."

[[rules]]
id = "fresh"
forbid = ["posts:erase"]
unless = "context.mfa_age < duration('5m')"
advise = "step_up"

[relations.folder]
viewer = "[user]"
grants."posts:view" = "viewer"
"#;

fn policy(text: &str) -> Snapshot {
    Policy::parse("policy.toml", text).unwrap().snapshot().clone()
}

struct Office {
    t: TestAuth,
    ada: UserView,
}

impl Office {
    async fn open() -> Self {
        let t = TestAuth::new().await;
        t.enforce(policy(POLICY));
        let ada = t.user("ada@example.com").await;
        Self { t, ada }
    }

    async fn with(role: &str) -> Self {
        let office = Self::open().await;
        office.t.give_role(&office.ada, role).await;
        office
    }

    async fn ask(&self, permission: &str, on: Option<Resource>, context: Context) -> Ruling {
        self.t.kw.ask(self.ada.id, permission, on.as_ref(), &context).await.unwrap()
    }

    #[track_caller]
    fn check(ruling: &Ruling, decision: Decision, code: &str) {
        assert_eq!((ruling.decision, ruling.code), (decision, code));
    }
}

#[tokio::test]
async fn an_owner_edits_what_is_a_draft_still() {
    let office = Office::with("author").await;
    let own = |status: &str| {
        Resource::new("posts", 1).owned_by(office.ada.id).attribute("status", status)
    };
    let others = Resource::new("posts", 1).owned_by("usr_x").attribute("status", "draft");
    for (post, decision, code) in [
        (own("draft"), Decision::Allow, "allowed"),
        (own("published"), Decision::Deny, "missing_permission"),
        (others, Decision::Deny, "missing_permission"),
    ] {
        let ruling = office.ask("posts:edit", Some(post), Context::new()).await;
        Office::check(&ruling, decision, code);
    }
}

#[tokio::test]
async fn what_cannot_be_decided_is_an_error_and_never_a_no() {
    let office = Office::with("author").await;
    let vague = Resource::new("posts", 1).owned_by(office.ada.id);
    let ruling = office.ask("posts:edit", Some(vague), Context::new()).await;
    Office::check(&ruling, Decision::Indeterminate, "decision_unavailable");
    assert!(ruling.allowed().is_err());
    let lost = Resource::new("posts", 1).acl("nowhere");
    let asked = office.t.kw.ask(office.ada.id, "posts:view", Some(&lost), &Context::new()).await;
    assert!(asked.is_err(), "a list that nobody defined might deny");
}

#[tokio::test]
async fn lists_of_a_resource_see_groups_and_whoever_is_known() {
    let office = Office::open().await;
    let site = || Some(Resource::new("posts", 1).acl("site"));
    let view = office.ask("posts:view", site(), Context::new()).await;
    Office::check(&view, Decision::Allow, "allowed");
    let publish = office.ask("posts:publish", site(), Context::new()).await;
    Office::check(&publish, Decision::Deny, "missing_permission");
    let bare = office.ask("posts:view", None, Context::new()).await;
    Office::check(&bare, Decision::Deny, "missing_permission");
}

#[tokio::test]
async fn a_stranger_may_what_everyone_may() {
    let office = Office::open().await;
    let text = "version = 1\n[acl.door]\nentries = [\"allow @everyone posts:view\", \
                \"allow @authenticated posts:edit\"]\n";
    office.t.enforce(policy(text));
    let door = Resource::new("posts", 1).acl("door");
    for (permission, decision) in [("posts:view", Decision::Allow), ("posts:edit", Decision::Deny)]
    {
        let nowhere = Context::new();
        let ruling = office.t.kw.ask_for_strangers(permission, Some(&door), &nowhere).await;
        assert_eq!(ruling.unwrap().decision, decision, "{permission}");
    }
}

#[tokio::test]
async fn a_stored_group_counts_in_lists_and_conditions_while_one_is_in_it() {
    let office = Office::open().await;
    let text = "version = 1\n[acl.site]\nentries = [\"allow staff posts:view\"]\n[[rules]]\n\
                id = \"team\"\nallow = [\"posts:edit\"]\nwhen = \"'staff' in principal.groups\"\n";
    let site = || Some(Resource::new("posts", 1).acl("site"));
    let add = keyward::GroupChange::Add { description: String::new() };
    office.t.kw.change_group("staff", add).await.unwrap().unwrap();
    for (is_in, decision) in [(true, Decision::Allow), (false, Decision::Deny)] {
        let changed = match is_in {
            true => office.t.kw.join_group(office.ada.id, "staff", keyward::Term::ALWAYS).await,
            false => office.t.kw.leave_group(office.ada.id, "staff").await,
        };
        changed.unwrap().unwrap();
        office.t.enforce(policy(text));
        for permission in ["posts:view", "posts:edit"] {
            let ruling = office.ask(permission, site(), Context::new()).await;
            assert_eq!(ruling.decision, decision, "{permission} in the group: {is_in}");
        }
    }
}

#[tokio::test]
async fn the_app_says_which_groups_somebody_is_in() {
    let t = TestAuth::with(|builder| {
        builder.groups_of(|_| async { Ok(Some(vec!["staff".to_owned()])) })
    })
    .await;
    t.enforce(policy(POLICY));
    let office = Office { ada: t.user("ada@example.com").await, t };
    let site = Resource::new("posts", 1).acl("site");
    let ruling = office.ask("posts:publish", Some(site), Context::new()).await;
    Office::check(&ruling, Decision::Allow, "allowed");
}

/// As aiohttp_auth_autz has it: no groups at all is a ban, even from what is everyone's;
/// none in particular leaves everyone's, and that of all who are known.
#[tokio::test]
async fn no_groups_at_all_is_less_than_none_in_particular() {
    let entries = ["allow @everyone posts:view", "allow @authenticated posts:edit"];
    let entries = entries.map(str::to_owned);
    for (groups, may) in [(None, false), (Some(vec![]), true)] {
        let told = groups.clone();
        let t = TestAuth::with(|builder| {
            builder.groups_of(move |_| {
                let groups = told.clone();
                async move { Ok(groups) }
            })
        })
        .await;
        let ada = t.user("ada@example.com").await;
        t.kw.put_acl("site", entries.to_vec(), None).await.unwrap().unwrap();
        let site = Resource::new("posts", 1).acl("site");
        for permission in ["posts:view", "posts:edit"] {
            let ruling = t.kw.ask(ada.id, permission, Some(&site), &Context::new()).await.unwrap();
            assert_eq!(ruling.allowed().unwrap(), may, "{permission} with {groups:?}");
        }
        for (permission, may) in [("posts:view", true), ("posts:edit", false)] {
            let context = Context::new();
            let ruling = t.kw.ask_for_strangers(permission, Some(&site), &context).await.unwrap();
            assert_eq!(ruling.allowed().unwrap(), may, "the app is not asked about strangers");
        }
    }
}

#[tokio::test]
async fn whoever_the_app_bans_may_do_nothing_from_the_next_request_on() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let banned = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&banned);
    let t = TestAuth::with(|builder| {
        builder.groups_of(move |_| {
            let banned = told.load(Ordering::SeqCst);
            async move { Ok((!banned).then(Vec::new)) }
        })
    })
    .await;
    let ada = t.user("ada@example.com").await;
    t.kw.grant("ada@example.com", "reports:view").await.unwrap();
    let reports = axum::routing::get(|| async { "n" }).layer(t.kw.require("reports:view"));
    let client = t.client(axum::Router::new().route("/reports", reports)).login_as(&ada).await;
    assert_eq!(client.get("/reports").await.text(), "n");
    banned.store(true, Ordering::SeqCst);
    let refused = client.get("/reports").await;
    assert_eq!((refused.status().as_u16(), refused.code().as_str()), (403, "denied_by_rule"));
    assert!(!t.kw.can(ada.id, "reports:view").await.unwrap());
}

#[tokio::test]
async fn a_failure_to_learn_the_groups_is_a_503() {
    let broken = || keyward::Error::new("ask the directory");
    let t =
        TestAuth::with(|builder| builder.groups_of(move |_| async move { Err(broken()) })).await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    assert_eq!(client.get("/api/v1/session").await.status(), 503);
    assert!(t.kw.can(ada.id, "reports:view").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_app_that_does_not_answer_is_not_waited_for() {
    let t = TestAuth::with(|builder| builder.groups_of(|_| std::future::pending())).await;
    let ada = t.user("ada@example.com").await;
    assert!(t.kw.can(ada.id, "reports:view").await.is_err());
}

#[tokio::test]
async fn a_locked_account_may_do_nothing() {
    let office = Office::with("editor").await;
    let act = keyward::Act::Lock { reason: String::new() };
    office.t.kw.act_on(office.ada.id, act).await.unwrap().unwrap();
    let ruling = office.ask("posts:view", None, Context::new()).await;
    Office::check(&ruling, Decision::Deny, "denied_by_rule");
}

#[tokio::test]
async fn each_denial_has_its_code() {
    let office = Office::with("freelance").await;
    let frozen = Context::new().fact("frozen", true).fact("until", "noon");
    for (permission, context, code) in [
        ("posts:view", Context::new().scopes(["read:posts"]), "allowed"),
        ("posts:edit", Context::new().scopes(["read:posts"]), "scope_insufficient"),
        ("posts:edit", Context::new().scopes(["nonsense"]), "scope_insufficient"),
        ("posts:publish", Context::new(), "denied_by_rule"),
        ("posts:publish", frozen, "denied_by_rule"),
        ("files:edit", Context::new(), "missing_permission"),
        ("posts:edti", Context::new(), "unknown_permission"),
    ] {
        let ruling = office.ask(permission, None, context).await;
        assert_eq!(ruling.code, code, "{permission}");
    }
    assert_eq!(office.t.kw.unknown_permissions(), 1);
    office.t.give_role(&office.ada, "banished").await;
    assert_eq!(office.ask("posts:view", None, Context::new()).await.code, "outside_ceiling");
}

#[tokio::test]
async fn the_reason_that_people_are_told_is_the_authors() {
    let office = Office::with("editor").await;
    let frozen = Context::new().fact("frozen", true).fact("until", "noon");
    let ruling = office.ask("posts:publish", None, frozen).await;
    assert_eq!(ruling.reason.as_deref(), Some("Nothing is published until noon."));
}

#[tokio::test]
async fn the_limits_of_all_roles_come_with_the_answer() {
    use keyward::authz::limits::Limit;
    let office = Office::with("editor").await;
    let ruling = office.ask("posts:view", None, Context::new()).await;
    assert_eq!(ruling.limits.get("per_minute"), Some(&Limit::Below(600)));
}

#[tokio::test]
async fn items_count_for_the_table_of_their_own_type() {
    use keyward::authz::items::Visibility;
    let office = Office::with("author").await;
    let shared = |kind: &str| Resource::new(kind, 1).owned_by("usr_x").visible(Visibility::Shared);
    let with_ada = shared("files").shared_with([office.ada.id]);
    for (on, permission, decision) in [
        (with_ada.clone(), "files:view", Decision::Allow),
        (with_ada, "files:edit", Decision::Deny),
        (shared("files"), "files:view", Decision::Deny),
        (shared("files").shared_with_everybody(), "files:view", Decision::Allow),
        (shared("posts").shared_with_everybody(), "files:view", Decision::Deny),
    ] {
        let told = format!("{permission} on {on:?}");
        let ruling = office.ask(permission, Some(on), Context::new()).await;
        assert_eq!(ruling.decision, decision, "{told}");
    }
}

#[tokio::test]
async fn a_relation_that_comes_with_the_resource_counts() {
    let office = Office::open().await;
    let folder = |who: &str| Some(Resource::new("folder", 1).relation("viewer", who));
    let ada = format!("user:{}", office.ada.id);
    for (who, decision) in [(ada.as_str(), Decision::Allow), ("user:usr_x", Decision::Deny)] {
        let ruling = office.ask("posts:view", folder(who), Context::new()).await;
        assert_eq!(ruling.decision, decision, "{who}");
    }
}

#[tokio::test]
async fn a_session_that_proved_one_factor_must_step_up() {
    let office = Office::with("editor").await;
    let erase = axum::routing::get(|| async { "gone" }).layer(office.t.kw.require("posts:erase"));
    let app = axum::Router::new().route("/erase", erase);
    let client = office.t.client(app).login_as(&office.ada).await;
    let reply = client.get("/erase").await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (401, "step_up_required"));
    let challenge = reply.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
}

#[tokio::test]
async fn a_rule_that_hides_says_that_there_is_nothing() {
    let office = Office::with("editor").await;
    let text = "version = 1\n[roles]\neditor = { allow = [\"posts:*\"] }\n[[rules]]\nid = \"secret\"\n\
                forbid = [\"posts:view\"]\nhide = true\nreason = \"secret\"\n";
    office.t.enforce(policy(text));
    let view = axum::routing::get(|| async { "text" }).layer(office.t.kw.require("posts:view"));
    let app = axum::Router::new().route("/view", view).merge(office.t.kw.routes());
    let client = office.t.client(app).login_as(&office.ada).await;
    let reply = client.get("/view").await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (404, "not_found"));
    let body = serde_json::json!({ "permission": "posts:view" });
    for path in ["/api/v1/can", "/api/v1/can/explain"] {
        let answer = client.post(path, &body).await;
        assert_eq!(answer.json()["code"], "not_found", "{path}: {}", answer.text());
        assert!(!answer.text().contains("secret"), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn conditions_see_where_a_request_comes_from() {
    let office = Office::with("editor").await;
    let text = "version = 1\n[roles]\neditor = { allow = [\"*\"] }\n[[rules]]\nid = \"inside\"\n\
                forbid = [\"posts:view\"]\nunless = \"context.ip in ip('10.0.0.0/8')\"\n";
    office.t.enforce(policy(text));
    let session = office.t.kw.sign_in_user(&office.ada.id).await.unwrap().unwrap();
    for (peer, allowed) in [("10.1.2.3", true), ("192.0.2.1", false)] {
        // What a request says of its own address counts for nothing.
        let body = r#"{"permission":"posts:view","context":{"ip":"10.9.9.9"}}"#;
        let request = axum::http::Request::post("/api/v1/can")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", session.token().reveal()));
        let request = request.body(body.into()).unwrap();
        let reply = office.t.kw.handle(request, peer.parse().ok()).await;
        let keyward::Body::Full(bytes) = reply.into_body() else { panic!("a whole body") };
        let answer: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(answer["allowed"], allowed, "{peer}: {answer}");
    }
}

// A forger of facts: what we know of a session, the app's context cannot say.
#[tokio::test]
async fn facts_of_ours_cannot_be_told_otherwise() {
    let office = Office::with("editor").await;
    let forged = Context::new().principal("id", "usr_x").principal("roles", "root");
    let own = Resource::new("posts", 1).owned_by("usr_x").attribute("owner", "usr_y");
    let facts = "principal.id == 'usr_x' || resource.owner == 'usr_y'";
    assert!(Condition::compile(facts, &Schema::default()).is_ok());
    let text = format!(
        "version = 1\n[[rules]]\nid = \"forged\"\nallow = [\"posts:edit\"]\nwhen = \"{facts}\"\n"
    );
    office.t.enforce(policy(&text));
    let ruling = office.ask("posts:edit", Some(own), forged).await;
    Office::check(&ruling, Decision::Deny, "missing_permission");
}

#[tokio::test]
async fn the_power_to_do_everything_is_written_down_once_a_minute() {
    use std::time::Duration;
    let office = Office::with("root").await;
    let mut changes = 0;
    for (wait, added) in [(0, 1), (0, 0), (59, 0), (2, 1)] {
        office.t.clock.advance(Duration::from_secs(wait));
        let ruling = office.ask("posts:edit", None, Context::new()).await;
        Office::check(&ruling, Decision::Allow, "allowed");
        changes += added;
        assert_eq!(noted(&office, changes).await, changes, "after {wait} s");
    }
    let post = Resource::new("posts", 1);
    office.ask("posts:edit", Some(post), Context::new()).await;
    assert_eq!(noted(&office, changes + 1).await, changes + 1, "another resource");
}

/// How many uses the log holds, once it holds as many as expected.
async fn noted(office: &Office, expected: usize) -> usize {
    let kind = Some("access.superuser_used".to_owned());
    let query = keyward::port::EventQuery { kind, limit: 100, ..Default::default() };
    for _ in 0..1000 {
        let found = office.t.kw.audit(&query).await.unwrap();
        if found.len() >= expected {
            return found.len();
        }
        tokio::task::yield_now().await;
    }
    office.t.kw.audit(&query).await.unwrap().len()
}

#[tokio::test]
async fn a_permission_that_nobody_defined_is_an_error_in_development() {
    let t = TestAuth::with(|builder| builder.dev()).await;
    t.enforce(policy(POLICY));
    let ada = t.user("ada@example.com").await;
    assert!(t.kw.can(ada.id, "posts:edti").await.is_err());
    assert!(!t.kw.can(ada.id, "posts:view").await.unwrap());
}

#[tokio::test]
async fn a_block_of_the_apps_own_decides_beside_the_policy() {
    use keyward::authz::{Opinion, Question};
    let says = |question: &Question<'_>| match question.wanted.as_str() {
        "posts:peek" => Opinion::Allow,
        "posts:edit" => Opinion::Deny,
        "posts:risk" => Opinion::MayDeny,
        _ => Opinion::NoOpinion,
    };
    let t = keyward::testing::TestAuth::with(|builder| builder.block(says)).await;
    let ada = t.user("ada@example.com").await;
    t.role("editor", &["posts:edit", "posts:view", "posts:risk"]).await;
    t.give_role(&ada, "editor").await;
    let can = async |permission: &str| t.kw.can(ada.id, permission).await;
    assert!(can("posts:view").await.unwrap(), "it has nothing to say");
    assert!(can("posts:peek").await.unwrap(), "it allows");
    assert!(!can("posts:edit").await.unwrap(), "it denies what a role allows");
    assert!(!can("posts:other").await.unwrap());
    can("posts:risk").await.unwrap_err();
    let client = t.pages().login_as(&ada).await;
    let reply = client.get("/api/v1/can?permission=posts:risk").await;
    assert_eq!(reply.status(), 503, "what it cannot say is neither a yes nor a no");
    let why = t.kw.why(ada.id, "posts:edit", None, &Context::new()).await.unwrap().unwrap();
    assert_eq!(why.code, "denied_by_rule");
}

#[tokio::test]
async fn what_would_help_is_a_group_and_never_what_a_list_says_for_somebody_else() {
    let t = TestAuth::new().await;
    let (ada, eve) = (t.user("ada@example.com").await, t.user("eve@example.com").await);
    let entries = ["allow chiefs posts:view".to_owned(), format!("allow {} posts:view", eve.id)];
    t.kw.put_acl("wall", entries.to_vec(), None).await.unwrap().unwrap();
    let post = Resource::new("posts", "1").acl("wall");
    let why = t.kw.why(ada.id, "posts:view", Some(&post), &Context::new()).await.unwrap().unwrap();
    assert!(!why.decision.allowed());
    let fixes = why.to_fix();
    assert!(fixes.contains(&"put the subject in group chiefs (acl.wall[0])".into()), "{fixes:?}");
    assert!(fixes.iter().all(|fix| !fix.contains(&eve.id.to_string())), "{fixes:?}");
    let why = t.kw.why(eve.id, "posts:view", Some(&post), &Context::new()).await.unwrap().unwrap();
    assert!(why.decision.allowed(), "the entry is good for whom it names");
}

#[tokio::test]
async fn a_policy_of_another_system_decides_as_a_block_in_its_own_dialect() {
    use keyward::authz::{Question, import};
    let ini = "[users]\n[roles]\nclerk = Printer:print, printer:query:*\n";
    let shiro = import::shiro(ini).unwrap().policy;
    let shiro = Policy::parse("shiro.toml", &shiro).unwrap().snapshot().clone();
    let says = move |question: &Question<'_>| shiro.opinion(question);
    let t = TestAuth::with(|builder| builder.block(says)).await;
    let (ada, eve) = (t.user("ada@example.com").await, t.user("eve@example.com").await);
    t.role("clerk", &["posts:view"]).await;
    t.give_role(&ada, "clerk").await;
    let can = async |who: &UserView, permission: &str| t.kw.can(who.id, permission).await.unwrap();
    assert!(can(&ada, "posts:view").await, "what is stored goes on to count");
    assert!(can(&ada, "printer:print:lobby").await, "a short grant implies the rest, in any case");
    assert!(!can(&ada, "printer:mend").await);
    assert!(!can(&eve, "printer:print").await, "who is no clerk here is none there");
    t.kw.assign_role(ada.id, "clerk", false).await.unwrap().unwrap();
    assert!(!can(&ada, "printer:print").await, "and no longer than they are");
}

#[tokio::test]
async fn lists_know_of_a_block_of_the_apps_own_or_say_that_they_do_not() {
    use keyward::authz::{Opinion, Permission, Question};
    let says = |question: &Question<'_>| match question.wanted.as_str() {
        "posts:peek" => Opinion::Allow,
        "posts:edit" => Opinion::Deny,
        "posts:risk" => Opinion::MayDeny,
        _ => Opinion::NoOpinion,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    let text = "version = 1\n[permissions]\nposts = [\"view\", \"edit\", \"peek\", \"risk\"]\n\
                [roles]\neditor = { allow = [\"posts:edit\", \"posts:view\", \"posts:risk\"] }\n";
    std::fs::write(&path, text).unwrap();
    let t = TestAuth::with(|builder| builder.policy(&path).block(says)).await;
    let (ada, eve) = (t.user("ada@example.com").await, t.user("eve@example.com").await);
    t.kw.assign_role(ada.id, "editor", true).await.unwrap().unwrap();
    let held = t.pages().login_as(&ada).await.get("/api/v1/me/permissions").await.json();
    let mut listed: Vec<&str> =
        held["permissions"].as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
    listed.sort_unstable();
    assert_eq!(listed, ["posts:peek", "posts:view"], "{held}");
    assert_eq!(held["complete"], false, "the patterns still name what the block denies");
    let holders = async |permission: &str| {
        let permission = Permission::parse(permission).unwrap();
        let query = keyward::HolderQuery { permission, role: None, after: None, limit: 200 };
        let found = t.kw.holders(&query).await.unwrap().data;
        // In the order of their ids: of two that were minted at once, either may be first.
        let mut found: Vec<_> = found.into_iter().map(|holder| holder.user.id).collect();
        found.sort_unstable_by_key(|id| *id != eve.id);
        found
    };
    assert_eq!(holders("posts:view").await, [ada.id]);
    assert_eq!(holders("posts:edit").await, [], "it denies what a role allows");
    assert_eq!(holders("posts:risk").await, [], "of whom it cannot say");
    assert_eq!(holders("posts:peek").await, [eve.id, ada.id], "it allows everybody");

    let plain = TestAuth::new().await;
    let ada = plain.user("ada@example.com").await;
    let held = plain.pages().login_as(&ada).await.get("/api/v1/me/permissions").await.json();
    assert_eq!(held["complete"], true, "{held}");
    assert_eq!(held.get("permissions"), None, "nothing is listed");
}
