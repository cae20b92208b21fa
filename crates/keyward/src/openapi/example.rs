//! Examples for the description of the API, made of the schemas themselves: what
//! a schema allows is shown, and nothing else can be.

use serde_json::{Map, Value, json};

/// What a schema describes, as one would write it. Values go by the name of their
/// field; one that the schema does not allow in its place is passed over.
pub(super) fn of(schema: &Value) -> Value {
    value("", schema)
}

/// The same, for what goes by a name.
pub(super) fn named(name: &str, schema: &Value) -> Value {
    value(name, schema)
}

/// What stands in a path in the place of `{name}`: what an id is of, the part before says.
pub(super) fn in_path(path: &str, name: &str) -> Value {
    let before = path.split_once(&format!("/{{{name}}}")).map_or("", |(before, _)| before);
    let part = before.rsplit('/').next().unwrap_or_default();
    let prefix = match part {
        "sessions" => "ses",
        "api-keys" | "passkeys" | "devices" | "connections" => "crd",
        "invitations" => "inv",
        "address" | "verifications" | "recovery" | "codes" => "flw",
        "users" | "members" => "usr",
        "acl" => return named("acl", &json!({ "type": "string" })),
        _ => return named(name, &json!({ "type": "string" })),
    };
    Value::from(format!("{prefix}_{ID}"))
}

fn value(name: &str, schema: &Value) -> Value {
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    let given = list(schema, "examples").iter().chain(list(schema, "enum"));
    if let Some(first) = given.into_iter().next() {
        return first.clone();
    }
    if let Some(first) = ["oneOf", "anyOf"].iter().find_map(|k| list(schema, k).first()) {
        return value(name, first);
    }
    match kind(schema) {
        "object" => object(schema),
        "array" => array(name, schema),
        "boolean" => schema.get("default").cloned().unwrap_or(json!(true)),
        "integer" | "number" => number(name, schema),
        "string" => Value::from(text(name, schema)),
        // Anything: what the browser gives, what an app keeps.
        _ => json!({}),
    }
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The first type that is not null.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(one)) => one,
        Some(Value::Array(some)) => {
            some.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
        }
        _ => "",
    }
}

fn object(schema: &Value) -> Value {
    let fields = schema.get("properties").and_then(Value::as_object);
    let fields = fields.into_iter().flatten();
    Value::Object(
        fields.map(|(name, schema)| (name.clone(), value(name, schema))).collect::<Map<_, _>>(),
    )
}

fn array(name: &str, schema: &Value) -> Value {
    let items = schema.get("items");
    let one = items.map(|items| value(singular(name), items));
    one.into_iter().collect()
}

/// `roles` is a list of each `role`.
fn singular(name: &str) -> &str {
    match name {
        "entries" => "entry",
        "acl" | "shared_with" | "path" | "next" => name,
        "permissions" | "allow" | "deny" | "gains" | "loses" => "permission",
        _ => name.strip_suffix('s').unwrap_or(name),
    }
}

fn number(name: &str, schema: &Value) -> Value {
    let bound = |key| schema.get(key).and_then(Value::as_i64);
    let usual = NUMBERS.iter().find(|(known, _)| *known == name).map_or(1, |(_, usual)| *usual);
    let least = bound("minimum").unwrap_or(i64::MIN);
    let most = bound("maximum").unwrap_or(i64::MAX);
    json!(usual.clamp(least, most))
}

const NUMBERS: [(&str, i64); 6] =
    [("expires_in", 86_400), ("aal", 2), ("left", 9), ("of", 10), ("min_length", 8), ("score", 4)];

fn text(name: &str, schema: &Value) -> String {
    let described = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    if let Some(prefix) = prefix(described) {
        return format!("{prefix}_{ID}");
    }
    let usual = TEXTS.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    match (usual, name) {
        (Some(usual), _) => usual,
        (None, at) if at.ends_with("_at") || TIMES.contains(&at) => TIME.to_owned(),
        (None, id) if IDS.contains(&id) || id.ends_with("_id") => format!("{}_{ID}", short(id)),
        (None, _) => "a text".to_owned(),
    }
}

/// The prefix in `\`usr_…\``, which descriptions of ids begin with.
fn prefix(described: &str) -> Option<&str> {
    described.strip_prefix('`')?.split_once("_…`").map(|(prefix, _)| prefix)
}

/// Fields that hold an id, mostly of an account.
const IDS: [&str; 3] = ["id", "actor", "user"];

fn short(name: &str) -> &'static str {
    match name {
        "flow_id" => "flw",
        "session_id" => "ses",
        _ => "usr",
    }
}

const ID: &str = "01kcvw6h00e9a8x3n5q7r2t4v6";
const TIME: &str = "2026-11-24T13:58:07.123456Z";
const TIMES: [&str; 3] = ["at", "not_before", "auth_time"];
/// Things end after they begin, and in the future.
const END: &str = "2099-12-31T00:00:00Z";

/// What stands in fields of these names.
const TEXTS: [(&str, &str); 82] = [
    ("set", "payments"),
    ("factor", "fob"),
    ("expires_at", END),
    ("refresh_until", END),
    ("network", "192.0.2.0/24"),
    ("purpose", "sign_in"),
    ("provider", "google"),
    ("captcha", "k7m2p"),
    ("captcha_token", "kwc_example"),
    ("invitation", "kwi_example"),
    ("api_key", "kwk_example"),
    ("place", "https://github.com/acme/app"),
    ("refresh_token", "kwr_example"),
    ("client_id", "app"),
    ("token_type_hint", "refresh_token"),
    ("error", "access_denied"),
    ("iss", "https://accounts.google.com"),
    ("answer", "what the app's own way asks for"),
    ("status", "active"),
    ("state", "sent"),
    ("type", "posts"),
    ("effect", "allow"),
    ("owner", "user:ada"),
    ("acl", "wall"),
    ("shared_with", "group:staff"),
    ("visibility", "private"),
    ("next", "mfa"),
    ("next_cursor", "bmV4dA"),
    ("attestation", "none"),
    ("model", "Windows Hello"),
    ("transport", "internal"),
    ("recovery_code", "7q2f-9kd4-xw3m-c8tn"),
    ("lock_reason", "lost laptop"),
    ("last_error", "the mail server answered 421"),
    ("by", "owner"),
    ("path", "editor"),
    ("inherit", "reader"),
    ("locale", "en"),
    ("sign_up", "open"),
    ("verify", "any"),
    ("decision", "allow"),
    ("advice", "A few unrelated words work well."),
    ("text", "version = 1"),
    ("message", "There is no such role."),
    ("test", "editors edit"),
    ("email", "ada@example.com"),
    ("identifier", "ada@example.com"),
    ("username", "ada"),
    ("phone", "+4915112345678"),
    ("name", "Ada Lovelace"),
    ("value", "ada@example.com"),
    ("password", "correct horse battery"),
    ("current_password", "correct horse battery"),
    ("new_password", "staple battery horse correct"),
    ("code", "123456"),
    ("token", "kws_example"),
    ("flow_token", "example"),
    ("csrf", "example"),
    ("secret", "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"),
    ("shown", "Write this into your fob: JBSW Y3DP EHPK 3PXP"),
    ("uri", "otpauth://totp/Acme:ada%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Acme"),
    ("qr", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"),
    ("permission", "posts:edit"),
    ("rule", "posts:edit"),
    ("scope", "posts:edit"),
    ("role", "editor"),
    ("group", "staff"),
    ("subject", "user:ada"),
    ("object", "post:7"),
    ("relation", "editor"),
    ("entry", "allow staff posts:edit"),
    ("return_to", "/reports"),
    ("method", "totp"),
    ("kind", "email"),
    ("channel", "mail"),
    ("template", "verify"),
    ("address", "203.0.113.7"),
    ("client", "Firefox · Linux"),
    ("brand", "Acme"),
    ("description", "Edits what others wrote"),
    ("reason", "left the company"),
    ("aaguid", "00000000000000000000000000000000"),
];
