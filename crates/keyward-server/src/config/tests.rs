//! Files that are wrong, and what is said about them.

use std::path::Path;

use super::*;

/// What is wrong with this configuration file.
fn faults(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyward.toml");
    std::fs::write(&path, text).unwrap();
    let mut raw = RawConfig::default();
    file::read(&mut raw, &path);
    let prefix = format!("{}/", folder.path().display());
    match Config::understand(&raw) {
        Ok(_) => String::new(),
        Err(failure) => failure.text().replace(&prefix, ""),
    }
}

#[test]
fn no_configuration_is_a_configuration() {
    assert_eq!(faults(""), "");
    let config = Config::understand(&RawConfig::default()).unwrap();
    let (ours, library) = (&config, keyward::Settings::default());
    // Stated twice, so that an operator can read them; they must say the same.
    assert_eq!(ours.session.idle, library.session_idle);
    assert_eq!(ours.session.absolute, library.session_absolute);
    assert_eq!(ours.session.brief_idle, library.session_brief_idle);
    assert_eq!(ours.password.min_length, library.password_min);
    assert_eq!(ours.password.hash, keyward::HashPolicy::default());
    assert_eq!(ours.sign_in.identifiers, library.identifiers);
    assert_eq!(ours.sign_in.sign_up, library.sign_up);
    assert_eq!(ours.sign_in.verify, library.verify);
    assert_eq!(ours.sign_in.code_lifetime, library.challenge_lifetime);
    assert_eq!(ours.sign_in.code_attempts, library.challenge_attempts);
    assert_eq!(ours.sign_in.resend_wait, library.resend_wait);
    assert_eq!(ours.mfa.required, library.mfa);
    assert_eq!(ours.mfa.lifetime, library.mfa_lifetime);
    assert_eq!(ours.mfa.step_up_age, library.step_up_age);
    assert_eq!(ours.mfa.trust, library.trust_lifetime);
    assert_eq!(ours.limits.guesses, library.guesses);
    assert_eq!(ours.limits.messages, library.requests);
    assert_eq!(ours.branding.name, library.brand);
}

#[test]
fn every_fault_has_its_place_and_its_remedy() {
    for (text, expected) in FAULTS {
        assert_eq!(faults(text), *expected, "{text}");
    }
}

#[test]
fn services_are_sections_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "s3cret\n").unwrap();
    let path = folder.path().join("keyward.toml");
    let text = format!(
        "[providers.google]\nclient_id = \"g\"\nclient_secret_file = {0:?}\n\
         [providers.work]\npreset = \"oidc\"\nissuer = \"https://id.example.com\"\n\
         client_id = \"w\"\nclient_secret_file = {0:?}\nemail = \"always\"\n",
        secret.to_str().unwrap()
    );
    std::fs::write(&path, text).unwrap();
    let mut raw = RawConfig::default();
    file::read(&mut raw, &path);
    let config = Config::understand(&raw).unwrap();
    let found: Vec<_> = config.providers.iter().map(|p| (&*p.name, &*p.preset)).collect();
    assert_eq!(found, [("google", "google"), ("work", "oidc")]);
    let first = &config.providers[0];
    assert_eq!(first.client_secret.as_ref().unwrap().reveal(), "s3cret");
    assert_eq!(config.providers[1].email, keyward::providers::EmailTrust::Always);
}

#[test]
fn a_service_is_named_in_the_environment_as_well() {
    let check = |variable: &str, service: &str, own: &str| {
        let (found, key) = providers::in_variable(variable).unwrap();
        assert_eq!((&*found, providers::own_name(key)), (service, own));
    };
    check("GOOGLE_CLIENT_ID", "google", "client_id");
    check("MY_WORK_STORE_TOKENS", "my-work", "store_tokens");
    assert!(providers::in_variable("_CLIENT_ID").is_none());
    assert!(providers::in_variable("GOOGLE_COLOUR").is_none());
}

const FAULTS: &[(&str, &str)] = &[
    (
        "[providers.google]\nclient_secret = \"x\"",
        "keyward.toml:2:1  providers.google.client_secret is a secret: keep it in a file of its \
         own, and name that with providers.google.client_secret_file",
    ),
    (
        "[providers.google]\nclient_idd = \"x\"",
        "keyward.toml:2:1  unknown key providers.google.client_idd, did you mean \
         providers.google.client_id?",
    ),
    (
        "[providers.work]\nclient_id = \"x\"",
        "keyward.toml:2:13  providers.work: no such preset; there are google, github, twitter, \
         microsoft, apple, gitlab, discord, facebook, linkedin, slack, oidc",
    ),
    (
        "[providers.work]\npreset = \"oidc\"\nclient_id = \"x\"\nissuer = \"http://id.example.com\"",
        "keyward.toml:3:13  providers.work: http://id.example.com must be https, except on this \
         machine",
    ),
    ("[providers]\ngoogle = 1", "keyward.toml:2:1  a service is a section: [providers.google]"),
    (
        "[mfa]\nrequired = \"roles\"",
        "keyward.toml:2:12  mfa.required is roles, so mfa.roles must name some",
    ),
    (
        "[mfa]\nroles = [\"admin\"]",
        "keyward.toml:2:9  mfa.roles counts only when mfa.required is roles",
    ),
    (
        "[session]\nidel = \"1d\"",
        "keyward.toml:2:1  unknown key session.idel, did you mean session.idle?",
    ),
    ("[sesion]\nidle = \"1d\"", "keyward.toml:1:2  unknown key sesion, did you mean session?"),
    (
        "[session]\nidle = \"14\"",
        "keyward.toml:2:8  session.idle takes a time with a unit, such as \"30s\", \"15m\", \"12h\" or \"14d\"",
    ),
    (
        "[session]\nidle = 14",
        "keyward.toml:2:8  session.idle takes a time with a unit, such as \"30s\", \"15m\", \"12h\" or \"14d\"",
    ),
    (
        "[session]\nidle = \"31d\"",
        "keyward.toml:2:8  session.idle must not be longer than session.absolute",
    ),
    (
        "[password]\nhash = { memory = \"19 MB\" }",
        "keyward.toml:2:19  password.hash.memory takes a size with a unit, such as \"19 MiB\"",
    ),
    ("[password]\nmin_length = 3", "keyward.toml:2:14  password.min_length must be from 8 to 128"),
    (
        "[password]\nmin_length = true",
        "keyward.toml:2:14  password.min_length takes a whole number",
    ),
    (
        "[sign_in]\nsign_up = \"opne\"",
        "keyward.toml:2:11  sign_in.sign_up takes one of open, domain, invite, closed",
    ),
    (
        "[database]\npassword = \"hunter2\"",
        "keyward.toml:2:1  database.password is a secret: keep it in a file of its own, and name that with database.password_file",
    ),
    (
        "[database]\nurl = \"postgres://kw@db/kw\"\npassword_file = \"/nowhere/at/all\"",
        "keyward.toml:3:17  cannot read /nowhere/at/all: No such file or directory (os error 2)",
    ),
    (
        "[server]\nlisten = \"8080\"",
        "keyward.toml:2:10  server.listen must be HOST:PORT, such as \"0.0.0.0:8080\" or \"[::1]:8080\"",
    ),
    (
        "[server]\ntrusted_proxies = [\"10.0.0.0/40\"]",
        "keyward.toml:2:19  server.trusted_proxies takes networks such as \"10.0.0.0/8\", not `10.0.0.0/40`",
    ),
    (
        "public_url = \"auth.example.com\"",
        "keyward.toml:1:14  public_url must be scheme, host and port, such as \"https://auth.example.com\"",
    ),
    (
        "[limits]\nattempts = 30",
        "keyward.toml:2:12  limits.attempts takes a rate, such as \"10 / 1m\"",
    ),
    (
        "[server]\ntls_cert = \"a.pem\"",
        "keyward.toml:2:12  server.tls_cert needs server.tls_key as well",
    ),
    ("session = 3", "keyward.toml:1:1  session is a section: write [session]"),
];

#[test]
fn broken_toml_is_told_with_its_place() {
    assert!(
        faults("[server\nlisten = 1").starts_with("keyward.toml:1:8  "),
        "{}",
        faults("[server\nlisten = 1")
    );
    assert!(
        faults("a = \"b\"\na = \"c\"").contains("keyward.toml:2:1"),
        "{}",
        faults("a = \"b\"\na = \"c\"")
    );
}

#[test]
fn all_faults_are_told_at_once() {
    let told =
        faults("[session]\nidel = \"1d\"\n[password]\nmin_length = 3\n[log]\nformat = \"xml\"");
    assert_eq!(told.lines().count(), 3, "{told}");
}

#[test]
fn a_later_layer_wins() {
    let key = key::find("server.listen").unwrap();
    let mut raw = RawConfig::default();
    let listen = |raw: &RawConfig| Config::understand(raw).unwrap().server.listen;
    assert_eq!(listen(&raw), "localhost:8080");
    raw.set(key, raw::Value::Text("a:1".into()), fault::Origin::at(Path::new("f"), "", 0));
    assert_eq!(listen(&raw), "a:1");
    raw.set(key, raw::Value::Text("b:2".into()), fault::Origin::Variable("V".into()));
    assert_eq!(listen(&raw), "b:2");
    raw.option("server.listen", "--listen", None);
    assert_eq!(listen(&raw), "b:2");
    raw.option("server.listen", "--listen", Some("c:3"));
    assert_eq!(listen(&raw), "c:3");
}
