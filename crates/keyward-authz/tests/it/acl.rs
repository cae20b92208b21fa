//! Access control lists, against aiohttp_auth_autz and Pyramid.

use keyward_authz::Effect;
use keyward_authz::acl::{Acl, AclEntry, Groups, What, Who};
use serde_json::{Value, json};

use crate::rows::{rows, strings};

fn acl(value: &Value) -> Option<Acl> {
    Some(Acl::new(value.as_array()?.iter().map(entry)))
}

fn entry(value: &Value) -> AclEntry {
    let effect = if value[0] == "allow" { Effect::Allow } else { Effect::Deny };
    let who = match value[1].as_str().unwrap() {
        "@everyone" => Who::Everyone,
        "@authenticated" => Who::Authenticated,
        name => Who::Group(name.into()),
    };
    let what = match &value[2] {
        Value::String(_) => What::Everything,
        names => What::Permissions(strings(names).into_iter().map(Box::from).collect()),
    };
    AclEntry { effect, who, what }
}

fn aiohttp(row: &[Value]) -> Value {
    let (local, global) = (acl(&row[3]), acl(&row[4]));
    let mut groups = match &row[1] {
        Value::Null => Groups::none(),
        names => Groups::of(strings(names)),
    };
    if !row[0].is_null() {
        groups = groups.authenticated();
    }
    let Some(acl) = Acl::in_force(local.as_ref(), global.as_ref()) else { return "error".into() };
    let hit = acl.decide(&groups, row[2].as_str().unwrap());
    hit.is_some_and(|hit| hit.effect == Effect::Allow).into()
}

#[test]
fn aiohttp_lists_decide_as_aiohttp_auth_autz_does() {
    for row in rows(include_str!("rows/aiohttp.json")) {
        assert_eq!(aiohttp(&row), row[5], "{row:?}");
    }
}

#[test]
fn chains_decide_as_pyramid_does_and_name_the_same_entry() {
    for row in rows(include_str!("rows/pyramid.json")) {
        let chain: Vec<Option<Acl>> = row[0].as_array().unwrap().iter().map(acl).collect();
        let names = strings(&row[1]);
        let mut groups = Groups::of(names.iter().copied().filter(|name| !name.starts_with('@')));
        if names.contains(&"@authenticated") {
            groups = groups.authenticated();
        }
        let upward = chain.iter().rev().map(Option::as_ref);
        let hit = Acl::decide_chain(upward, &groups, row[2].as_str().unwrap());
        let allowed = hit.is_some_and(|hit| hit.effect == Effect::Allow);
        let because = hit.map(|hit| [chain.len() - 1 - hit.level, hit.entry]);
        assert_eq!((json!(allowed), json!(because)), (row[3].clone(), row[4].clone()), "{row:?}");
    }
}
