//! What `openapi.json` says is what the API does.

use keyward::testing::{PASSWORD, TestAuth};
use serde_json::{Value, json};

/// Doors without a body of their own, either way: they say what they do by name.
const BARE: [&str; 4] = [
    "get /api/v1/session/events",
    "post /api/v1/sign-out",
    "get /api/v1/captcha/{token}/image",
    "get /api/v1/captcha/{token}/audio",
];

#[test]
fn every_door_of_the_api_is_described() {
    let document = keyward::openapi();
    let mut count = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let door = format!("{method} {path}");
            count += 1;
            if BARE.contains(&door.as_str()) {
                continue;
            }
            let told = &operation["responses"]["2XX"]["content"]["application/json"]["schema"];
            let asked = &operation["requestBody"]["content"]["application/json"]["schema"];
            if method == "get" {
                assert!(told["properties"].is_object(), "{door} gives something");
            }
            for schema in [asked, told].into_iter().filter(|schema| !schema.is_null()) {
                assert_eq!(schema["type"], "object", "{door}: {schema}");
                assert!(!schema.to_string().contains("$ref"), "{door} stands alone");
            }
            if !asked.is_null() {
                assert_eq!(asked["additionalProperties"], false, "{door} refuses the unknown");
            }
        }
    }
    let table = keyward::route_table(false);
    let doors = table.lines().filter(|line| line.contains(" /api/") && !line.contains(" Proxy "));
    assert_eq!(count, doors.count());
}

#[tokio::test]
async fn replies_are_of_the_types_that_are_described() {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    let client = t.pages();
    let body = json!({ "identifier": "root@example.com", "password": PASSWORD });
    let sign_in = client.post("/api/v1/sign-in", &body).await;
    for (door, name) in [("groups", "staff"), ("roles", "payer"), ("roles", "approver")] {
        let reply = client.post(&format!("/api/v1/admin/{door}"), &json!({ "name": name })).await;
        assert_eq!(reply.status(), 201, "{}", reply.text());
    }
    let set = json!({ "roles": ["approver", "payer"] });
    let kept = client.json(http::Method::PUT, "/api/v1/admin/exclusive-roles/payments", &set);
    assert_eq!(kept.await.status(), 204);
    let list = json!({ "entries": ["allow staff posts:edit"] });
    let kept = client.json(http::Method::PUT, "/api/v1/admin/acl/wall", &list).await;
    assert_eq!(kept.status(), 200, "{}", kept.text());
    let document = keyward::openapi();
    check(&document, "/api/v1/sign-in", "post", &sign_in.json());
    for (path, operations) in document["paths"].as_object().unwrap() {
        let bare = BARE.contains(&format!("get {path}").as_str());
        if operations["get"].is_null() || bare {
            continue;
        }
        let asks = path.ends_with("/holders") || path.ends_with("/can");
        let query = if asks { "?permission=posts:edit" } else { "" };
        let named = path.replace("{group}", "staff").replace("{set}", "payments");
        let named = named.replace("{role}", "payer");
        let named = named.replace("{name}", "wall");
        let door = format!("{}{query}", named.replace("{id}", &root.id.to_string()));
        let reply = client.get(&door).await;
        assert_eq!(reply.status(), 200, "{path}: {}", reply.text());
        check(&document, path, "get", &reply.json());
    }
    let body = json!({ "password": PASSWORD });
    let reply = client.post("/api/v1/password/check", &body).await;
    check(&document, "/api/v1/password/check", "post", &reply.json());
    let reply = client.post("/api/v1/recovery", &json!({ "identifier": "a@example.com" })).await;
    check(&document, "/api/v1/recovery", "post", &reply.json());
}

fn check(document: &Value, path: &str, method: &str, found: &Value) {
    let told = &document["paths"][path][method]["responses"]["2XX"]["content"];
    fits(&told["application/json"]["schema"], found, path);
}

/// Every field that came is described, has a described type, and none is missing.
fn fits(schema: &Value, found: &Value, at: &str) {
    let kinds = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let kind = match found {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{at} is {kind}, not {kinds:?}");
    for item in found.as_array().into_iter().flatten() {
        fits(&schema["items"], item, &format!("{at}[]"));
    }
    let (Some(fields), Some(known)) = (found.as_object(), schema["properties"].as_object()) else {
        return;
    };
    for (name, value) in fields {
        let described = known.get(name).unwrap_or_else(|| panic!("{at}.{name} is not described"));
        fits(described, value, &format!("{at}.{name}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(fields.contains_key(name.as_str().unwrap()), "{at} has no {name}");
    }
}

/// What depends on what there is, and not on how the example is written.
const OF_STATE: [&str; 6] = [
    "role_unknown",
    "email_taken",
    "username_taken",
    "phone_taken",
    "scope_unknown",
    "type_unknown",
];

#[tokio::test]
async fn every_example_of_an_administrators_body_is_accepted_as_it_is_written() {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    for role in ["editor", "reader", "approver", "payer"] {
        t.role(role, &[]).await;
    }
    let add = keyward::GroupChange::Add { description: String::new() };
    t.kw.change_group("staff", add).await.unwrap().unwrap();
    let client = t.pages().login_as(&root).await;
    let document = keyward::openapi();
    let mut count = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let example = &operation["requestBody"]["content"]["application/json"]["example"];
            if example.is_null() || !path.contains("/admin/") {
                continue;
            }
            let ada = t.user(&format!("{method}{count}@example.com")).await.id.to_string();
            let mut named = path.replace("{id}", &ada).replace("{user}", &ada);
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = format!("{{{}}}", parameter["name"].as_str().unwrap());
                named = named.replace(&name, parameter["example"].as_str().unwrap());
            }
            let method: http::Method = method.to_uppercase().parse().unwrap();
            let reply = client.json(method.clone(), &named, example).await;
            let door = format!("{method} {path} {example}: {}", reply.text());
            assert!(reply.code() != "bad_json" && reply.code() != "unknown_field", "{door}");
            for error in reply.json()["errors"].as_array().into_iter().flatten() {
                assert!(OF_STATE.contains(&error["code"].as_str().unwrap()), "{door}");
            }
            assert!(!reply.status().is_server_error(), "{door}");
            count += 1;
        }
    }
    assert!(count > 20, "{count} examples");
}

#[test]
fn every_example_is_what_its_schema_says() {
    let document = keyward::openapi();
    let mut count = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let door = format!("{method} {path}");
            let told = operation["responses"]["2XX"]["content"].as_object();
            let asked = operation["requestBody"]["content"].as_object();
            for (kind, content) in told.into_iter().chain(asked).flatten() {
                let example = content.get("example").unwrap_or_else(|| panic!("{door} has none"));
                valid(&content["schema"], example, &format!("{door} {kind}"));
                count += 1;
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                valid(&parameter["schema"], &parameter["example"], &format!("{door} {parameter}"));
            }
        }
    }
    assert!(count > 100, "{count} examples");
}

/// What a JSON schema may say of ours. A word that this does not know is a failure,
/// so nothing is passed over.
fn valid(schema: &Value, found: &Value, at: &str) {
    let words = schema.as_object().cloned().unwrap_or_default();
    for (word, said) in &words {
        match word.as_str() {
            "description" | "title" | "default" | "format" | "$schema" | "examples" => {}
            "type" => {
                let kinds = said.as_array().cloned().unwrap_or_else(|| vec![said.clone()]);
                let fits = kinds.iter().any(|kind| is_a(kind.as_str().unwrap(), found));
                assert!(fits, "{at}: {found} is none of {said}");
            }
            "const" => assert_eq!(found, said, "{at}"),
            "enum" => assert!(said.as_array().unwrap().contains(found), "{at}: {found} in {said}"),
            "minimum" => assert!(found.as_f64() >= said.as_f64(), "{at}: {found}"),
            "maximum" => assert!(found.as_f64() <= said.as_f64(), "{at}: {found}"),
            "items" => {
                let items = found.as_array().into_iter().flatten();
                items.for_each(|item| valid(said, item, &format!("{at}[]")));
            }
            "properties" => {
                for (name, field) in said.as_object().unwrap() {
                    if let Some(inner) = found.get(name) {
                        valid(field, inner, &format!("{at}.{name}"));
                    }
                }
            }
            "required" => {
                for name in said.as_array().unwrap() {
                    assert!(found.get(name.as_str().unwrap()).is_some(), "{at} lacks {name}");
                }
            }
            "additionalProperties" if *said == false => {
                let known = words.get("properties").and_then(Value::as_object);
                let is_known = |name: &String| known.is_some_and(|known| known.contains_key(name));
                assert!(found.as_object().unwrap().keys().all(is_known), "{at}: {found}");
            }
            "additionalProperties" => {
                let known = words.get("properties").and_then(Value::as_object);
                for (name, field) in found.as_object().into_iter().flatten() {
                    if known.is_none_or(|known| !known.contains_key(name)) {
                        valid(said, field, &format!("{at}.{name}"));
                    }
                }
            }
            "oneOf" | "anyOf" => {
                let some = said.as_array().unwrap();
                assert!(some.iter().any(|one| fits_one(one, found)), "{at}: {found} of {said}");
            }
            other => panic!("{at}: what is `{other}`?"),
        }
    }
}

/// Whether it is one of several: of this constant, of this type, or of one within.
fn fits_one(schema: &Value, found: &Value) -> bool {
    let within = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    match (schema.get("const"), within) {
        (Some(only), _) => only == found,
        (None, Some(within)) => within.iter().any(|one| fits_one(one, found)),
        (None, None) => schema["type"].as_str().is_some_and(|kind| is_a(kind, found)),
    }
}

fn is_a(kind: &str, found: &Value) -> bool {
    match kind {
        "null" => found.is_null(),
        "boolean" => found.is_boolean(),
        "integer" => found.is_i64() || found.is_u64(),
        "number" => found.is_number(),
        "string" => found.is_string(),
        "array" => found.is_array(),
        "object" => found.is_object(),
        other => panic!("no type {other}"),
    }
}
