//! Wrong types, in every field of every request, and in what stands in those fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyward::Keyward;
use keyward::authnzerver::{Authnzerver, Frontend};
use keyward::testing::{CHEAP, FakeClock, TestAuth};
use keyward_core::crypto::message::{Cipher, MessageKey};
use serde_json::{Map, Value, json};

use super::{PASSWORD, Site, key_of, text};
use crate::counting::Counting;

/// Every request with its fields, each with the types that it may be of. A field with `?`
/// may be left out, or null.
const REQUESTS: &[(&str, &str)] = &[
    (
        "session-new",
        "ip_address:str user_agent:str user_id:int|None expires:str \
         extra_info_json?:dict|None",
    ),
    ("session-exists", "session_token:str"),
    ("session-delete", "session_token:str"),
    ("session-delete-userid", "session_token:str user_id:int keep_current_session:bool"),
    ("user-login", "session_token:str email:str password:str"),
    ("user-logout", "session_token:str user_id:int"),
    ("user-passcheck", "session_token:str password:str"),
    ("user-passcheck-nosession", "email:str password:str"),
    (
        "user-new",
        "full_name:str email:str password:str extra_info?:dict|None \
         verify_retry_wait?:int|None system_id?:str",
    ),
    (
        "user-changepass",
        "user_id:int session_token:str full_name:str email:str current_password:str \
         new_password:str",
    ),
    (
        "user-changepass-nosession",
        "user_id:int full_name:str email:str current_password:str new_password:str",
    ),
    ("user-delete", "email:str user_id:int password:str"),
    ("user-list", "user_id:int|None"),
    ("user-lookup-email", "email:str"),
    ("user-lookup-match", "by:str match:Any"),
    ("user-edit", "user_id:int user_role:str session_token:str target_userid:int update_dict:dict"),
    ("user-resetpass", "email_address:str new_password:str session_token:str"),
    ("user-resetpass-nosession", "email_address:str new_password:str required_active:bool"),
    ("user-lock", "user_id:int user_role:str session_token:str target_userid:int action:str"),
    (
        "user-validatepass",
        "password:str email:str full_name:str min_pass_length?:int max_unsafe_similarity?:float \
         max_character_frequency?:float min_pwned_matches?:int",
    ),
    (
        "user-sendemail-signup",
        "email_address:str session_token:str created_info:dict server_name:str server_baseurl:str \
         account_verify_url?:str server_verify_url?:str verification_token:str \
         verification_expiry:int emailuser?:str emailpass?:str emailserver?:str emailport?:int \
         emailsender?:str",
    ),
    (
        "user-sendemail-forgotpass",
        "email_address:str session_token:str server_name:str server_baseurl:str \
         password_forgot_url:str verification_token:str verification_expiry:int emailuser?:str \
         emailpass?:str emailserver?:str emailport?:int emailsender?:str",
    ),
    ("user-set-emailverified", "email:str"),
    ("user-set-emailsent", "email:str email_type:str"),
    (
        "apikey-new",
        "issuer?:str audience:str subject:Any apiversion:str|int expires_days:int \
         not_valid_before:float user_id:int user_role:str ip_address:str user_agent:str \
         session_token:str",
    ),
    ("apikey-verify", KEY),
    ("apikey-revoke", KEY),
    (
        "apikey-new-nosession",
        "issuer:str audience:str subject:Any apiversion:str|int expires_seconds:int \
         not_valid_before:float user_id:int user_role:str ip_address:str refresh_expires:int \
         refresh_nbf:float",
    ),
    ("apikey-verify-nosession", KEY),
    ("apikey-revoke-nosession", KEY),
    ("apikey-revokeall-nosession", KEY),
    (
        "apikey-refresh-nosession",
        "apikey_dict:dict user_id:int user_role:str refresh_token:str ip_address:str \
         expires_seconds:int not_valid_before:float refresh_expires:int refresh_nbf:float",
    ),
    (
        "user-check-access",
        "user_id:int user_role:str action:str target_name:str target_owner:int \
         target_visibility:str target_sharedwith:str|None",
    ),
    ("user-check-limit", "user_id:int user_role:str limit_name:str value_to_check:Any"),
    ("internal-user-lock", "target_userid:int action:str"),
    ("internal-user-delete", "target_userid:int"),
    ("internal-user-edit", "target_userid:int update_dict:dict"),
    ("internal-session-edit", "target_session_token:str update_dict:dict"),
    ("session-setinfo", "session_token:str extra_info:dict"),
];

const KEY: &str = "apikey_dict:dict user_id?:int user_role?:str";

/// A field of a request.
#[derive(Clone, Copy, Debug)]
struct Field {
    name: &'static str,
    types: &'static str,
    is_required: bool,
}

impl Field {
    fn all(fields: &'static str) -> Vec<Self> {
        let field = |text: &'static str| {
            let (name, types) = text.split_once(':').unwrap();
            let is_required = !name.ends_with('?');
            Self { name: name.trim_end_matches('?'), types, is_required }
        };
        fields.split_whitespace().map(field).collect()
    }

    fn takes(self, value: &Value) -> bool {
        let is = |wanted: &str| match wanted {
            "str" => value.is_string(),
            "int" => value.is_i64(),
            "float" => value.is_number(),
            "dict" => value.is_object(),
            "bool" => value.is_boolean(),
            "None" => value.is_null(),
            _ => !value.is_null(),
        };
        self.types.split('|').any(is) || value.is_null() && !self.is_required
    }

    /// One that is of no type of it.
    fn wrong(self) -> Value {
        values().into_iter().find(|value| !self.takes(value)).unwrap()
    }
}

/// One of each type, and numbers that fit nowhere.
fn values() -> Vec<Value> {
    vec![
        json!([]),
        json!(null),
        json!(true),
        json!(7),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!("text"),
        json!({}),
    ]
}

/// A site where each write is counted, with Ada, who may do everything, and her session.
struct World {
    site: Site,
    store: Arc<Counting>,
    ada: i64,
    token: String,
}

const EMAIL: &str = "ada@example.org";
const ROLE: &str = "superuser";

impl World {
    async fn new() -> Self {
        let (store, clock) = (Arc::new(Counting::default()), FakeClock::default());
        let text = key_of(Cipher::Fernet);
        let how = Authnzerver::new().frontend(Frontend::new("site", [&text]).unwrap());
        let kw = Keyward::with_store(store.clone())
            .clock(Arc::new(clock.clone()))
            .hashing(CHEAP, 1)
            .root_key("c45a0e9b7d1f3862a58e94c6017b3df2e68d5a904cf71b23890e6d4fb1a7c352")
            .public_url("http://localhost")
            .rate_limits(10_000, 1_000_000)
            .with_inbox()
            // Each message that comes once is written down.
            .authnzerver(how.accept_repeats())
            .build()
            .await
            .unwrap();
        let key = MessageKey::parse(&text).unwrap();
        let site = Site { t: TestAuth::around(kw, clock), key };
        let ada = site.person_as(EMAIL, ROLE).await;
        let token = site.session(Some(ada)).await;
        store.taken();
        Self { site, store, ada, token }
    }

    /// A good value for a field.
    fn good(&self, field: Field) -> Value {
        match field.name {
            "session_token" | "target_session_token" => self.token.clone().into(),
            "user_id" | "target_userid" | "target_owner" => self.ada.into(),
            "user_role" => ROLE.into(),
            "email" | "email_address" => EMAIL.into(),
            "password" | "current_password" => PASSWORD.into(),
            "new_password" => "another hydrangea typhoon 43".into(),
            "full_name" => "Bob Babbage".into(),
            "ip_address" => "192.0.2.7".into(),
            "user_agent" => "firefox".into(),
            "by" => "full_name".into(),
            "action" => "lock".into(),
            "update_dict" => json!({ "full_name": "Eve" }),
            "extra_info" | "extra_info_json" => json!({ "seen": 2 }),
            "server_baseurl" => "https://site.example.org".into(),
            _ => match field.types.split('|').next().unwrap() {
                "int" => json!(60),
                "float" => json!(0.25),
                "dict" => json!({ "a": 1 }),
                "bool" => json!(true),
                _ => json!("text"),
            },
        }
    }

    fn body(&self, fields: &[Field]) -> Map<String, Value> {
        fields.iter().map(|field| (field.name.to_owned(), self.good(*field))).collect()
    }

    /// Asks, and it must be refused for this reason without a write.
    async fn refuses(&self, request: &str, body: Value, reason: &str) -> Value {
        let said = body.to_string();
        let answer = self.site.ask(request, body).await;
        assert_eq!(answer["success"], false, "{request} {said}");
        assert_eq!(answer["failure_reason"], reason, "{request} {said}");
        assert_eq!(self.store.taken().1, [""; 0], "{request} {said}");
        answer
    }
}

const INVALID: &str = "invalid request parameters";

/// What the answer says is wrong, by field.
fn problems(answer: &Value) -> BTreeMap<String, (String, Value, Value)> {
    let all = answer["response"]["problems"].as_array().unwrap();
    let one = |it: &Value| {
        let rest =
            (text(&it["problem"]), it["required_type"].clone(), it["required_param"].clone());
        (text(&it["param"]), rest)
    };
    all.iter().map(one).collect()
}

#[tokio::test]
async fn every_field_of_every_request_is_known_here() {
    let world = World::new().await;
    assert_eq!(REQUESTS.len(), 39, "38, and one of 0.1.3");
    for (request, fields) in REQUESTS {
        let fields = Field::all(fields);
        let body = fields.iter().map(|it| (it.name.to_owned(), it.wrong())).collect();
        let answer = world.refuses(request, Value::Object(body), INVALID).await;
        let told = problems(&answer);
        assert_eq!(told.len(), fields.len(), "{request}: {told:?}");
        for field in fields {
            let (problem, types, is_required) = &told[field.name];
            let types: Vec<&str> =
                types.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
            // Whoever takes a float takes a whole number.
            let wanted = field.types.replace("float", "float|int");
            assert_eq!(types.join("|"), wanted, "{request} {field:?}");
            assert_eq!(problem, "incorrect type", "{request} {field:?}");
            assert_eq!(*is_required, field.is_required, "{request} {field:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_type_in_any_field_is_told_and_nothing_is_written() {
    let world = World::new().await;
    let mut count = 0;
    for (request, fields) in REQUESTS {
        let fields = Field::all(fields);
        for field in &fields {
            for value in values().into_iter().filter(|value| !field.takes(value)) {
                let mut body = world.body(&fields);
                body.insert(field.name.to_owned(), value);
                let answer = world.refuses(request, Value::Object(body), INVALID).await;
                let told: Vec<String> = problems(&answer).into_keys().collect();
                assert_eq!(told, [field.name], "{request}");
                count += 1;
            }
        }
    }
    assert!(count > 1_000, "{count}");
    assert!(world.site.is_open(&world.token).await);
    assert!(world.site.logs_in(EMAIL, PASSWORD).await);
}

#[tokio::test]
async fn a_field_that_is_missing_is_told_and_nothing_is_written() {
    let world = World::new().await;
    for (request, fields) in REQUESTS {
        let fields = Field::all(fields);
        for field in fields.iter().filter(|field| field.is_required) {
            let mut body = world.body(&fields);
            body.remove(field.name);
            let answer = world.refuses(request, Value::Object(body), INVALID).await;
            let told = problems(&answer);
            assert_eq!(told[field.name].0, "missing", "{request} {}", field.name);
            assert_eq!(told.len(), 1, "{request}");
        }
    }
}

#[tokio::test]
async fn absurd_values_of_the_right_type_are_answered_as_others_are() {
    let absurd = [
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(-1e300),
        json!(1e300),
        json!(""),
        json!("\u{0}\u{202e}\r\n"),
        json!("x".repeat(5_000)),
        json!({}),
        json!({ "": [null, { "a": [[]] }], "__delete__": "__delete__", "\u{0}": 1e300 }),
        json!([[], {}]),
        json!(false),
    ];
    let world = World::new().await;
    for (request, fields) in REQUESTS {
        let fields = Field::all(fields);
        for field in &fields {
            for value in absurd.iter().filter(|value| field.takes(value)) {
                let mut body = world.body(&fields);
                body.insert(field.name.to_owned(), value.clone());
                // It looks at the envelope, and that the status is 200.
                world.site.ask(request, Value::Object(body)).await;
            }
        }
    }
}

#[tokio::test]
async fn wrong_types_in_an_update_change_nothing_of_it() {
    let world = World::new().await;
    let update = |field: &str, value: Value| {
        json!({
            "user_id": world.ada, "user_role": ROLE, "session_token": world.token,
            "target_userid": world.ada, "update_dict": { "full_name": "Eve", field: value },
        })
    };
    for request in ["user-edit", "internal-user-edit"] {
        for (field, types) in [
            ("full_name", "str"),
            ("email", "str"),
            ("user_role", "str"),
            ("is_active", "bool"),
            ("email_verified", "bool"),
            ("extra_info", "dict"),
        ] {
            let is_allowed = field != "extra_info" || request == "internal-user-edit";
            let reason = if is_allowed { "invalid update" } else { "disallowed update" };
            let known = Field { name: field, types, is_required: true };
            for value in values().into_iter().filter(|value| !known.takes(value)) {
                world.refuses(request, update(field, value), reason).await;
            }
        }
        for (field, value, reason) in [
            ("email", json!("text"), "invalid update"),
            ("user_role", json!("text"), "invalid update"),
            ("email_verified", json!(false), "invalid update"),
            ("password", json!("text"), "disallowed update"),
            ("user_id", json!(7), "disallowed update"),
        ] {
            world.refuses(request, update(field, value), reason).await;
        }
    }
    let found = world.site.done("user-list", json!({ "user_id": world.ada })).await;
    assert_eq!(found["user_info"][0]["full_name"], "Ada Byron");
}

#[tokio::test]
async fn wrong_types_in_the_claims_of_a_key_make_it_none() {
    let world = World::new().await;
    let session = json!({
        "issuer": "site", "audience": "api.example.org", "subject": "all", "apiversion": 1,
        "expires_days": 7, "expires_seconds": 3600, "not_valid_before": 0, "user_id": world.ada,
        "user_role": ROLE, "ip_address": "192.0.2.7", "user_agent": "firefox",
        "session_token": world.token, "refresh_expires": 86_400, "refresh_nbf": 0,
    });
    let mut fields = session;
    for (kind, requests) in [
        ("", vec!["verify", "revoke"]),
        ("-nosession", vec!["verify", "revoke", "revokeall", "refresh"]),
    ] {
        let issued = world.site.done(&format!("apikey-new{kind}"), fields.clone()).await;
        let key: Map<String, Value> = serde_json::from_str(&text(&issued["apikey"])).unwrap();
        fields["refresh_token"] = issued["refresh_token"].clone();
        world.store.taken();
        for claim in key.keys() {
            for value in values().into_iter().filter(|value| *value != key[claim]) {
                let mut bad = key.clone();
                bad.insert(claim.clone(), value);
                for request in &requests {
                    let mut body = fields.clone();
                    body["apikey_dict"] = Value::Object(bad.clone());
                    let request = format!("apikey-{request}{kind}");
                    world.refuses(&request, body, "API key is invalid").await;
                }
            }
        }
        fields["apikey_dict"] = Value::Object(key);
        world.site.done(&format!("apikey-verify{kind}"), fields.clone()).await;
    }
}

#[tokio::test]
async fn wrong_types_in_what_a_letter_is_about_send_none() {
    let world = World::new().await;
    let new = json!({ "full_name": "Bob", "email": "bob@example.org", "password": PASSWORD });
    let created = world.site.done("user-new", new).await;
    world.store.taken();
    let fields = Field::all(REQUESTS.iter().find(|(name, _)| *name == LETTER).unwrap().1);
    for (name, types) in [("user_id", "int"), ("send_verification", "bool")] {
        let known = Field { name, types, is_required: true };
        let absent = values().into_iter().filter(|value| !known.takes(value) || name == "user_id");
        for value in absent {
            let mut body = world.body(&fields);
            let mut created = created.clone();
            created[name] = value;
            body.insert("email_address".into(), "bob@example.org".into());
            body.insert("created_info".into(), created);
            let reason = "user is not waiting for verification";
            world.refuses(LETTER, Value::Object(body), reason).await;
        }
    }
}

const LETTER: &str = "user-sendemail-signup";

#[tokio::test]
async fn people_are_found_by_what_matches_whatever_its_type() {
    let world = World::new().await;
    for by in [
        "user_id",
        "system_id",
        "full_name",
        "email",
        "email_verified",
        "is_active",
        "user_role",
        "extra_info",
        "created_on",
        "password",
        "",
    ] {
        for value in values().into_iter().filter(|value| !value.is_null() && *value != true) {
            let body = json!({ "by": by, "match": value });
            let answer = world.site.ask("user-lookup-match", body).await;
            let found = answer["response"]["user_info"].as_array().map_or(0, Vec::len);
            // An empty object is held by every one.
            let all = if by == "extra_info" && value.is_object() { 1 } else { 0 };
            assert!(found >= all && (found == 0 || all == 1), "{by} {value}: {answer}");
            assert_eq!(world.store.taken().1, [""; 0], "{by} {value}");
        }
    }
}

#[tokio::test]
async fn a_message_of_other_types_is_no_request() {
    let world = World::new().await;
    let good = json!({ "request": "session-exists", "body": { "session_token": world.token },
        "reqid": 7, "client_ipaddr": "192.0.2.7" });
    for (name, types) in
        [("request", "none"), ("body", "none"), ("reqid", "int|str"), ("client_ipaddr", "None")]
    {
        let known = Field { name, types, is_required: true };
        for value in values() {
            if types == "none" && value == json!({}) || types != "none" && known.takes(&value) {
                continue;
            }
            let mut bad = good.clone();
            bad[name] = value;
            let sealed = world.site.sealed(&bad, world.site.now());
            let (status, answer) = world.site.send(&sealed).await;
            assert_eq!((status, answer), (400, Value::Null), "{bad}");
            assert_eq!(world.store.taken().1, [""; 0], "{bad}");
        }
    }
    let sealed = world.site.sealed(&good, world.site.now());
    assert_eq!(world.site.send(&sealed).await.0, 200);
}
