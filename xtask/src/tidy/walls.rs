//! Who may know whom.

use proc_macro2::TokenTree;

use super::Fault;
use super::house::House;
use super::source::Source;
use crate::project::Member;

/// The line of crates: each may use those before it.
const LINE: [&str; 5] =
    ["keyward-authz", "keyward-core", "keyward-store", "keyward", "keyward-server"];

/// What a crate never uses, however far left it stands.
const NEVER: &[(&str, &[&str])] = &[
    ("keyward-authz", &["tokio", "http", "axum", "rusqlite", "jiff", "rand", "getrandom"]),
    ("keyward-core", &["tokio", "http", "axum", "hyper", "rusqlite", "getrandom", "rand"]),
    ("keyward-store", &["http", "axum", "hyper"]),
    ("keyward", &["clap", "toml"]),
    ("keyward-server", &["keyward-core", "keyward-store", "keyward-authz"]),
];

/// What stands beside the line, and what of ours it may use: of the core, a client needs
/// what verifies a token. Nobody on the line uses it.
const LEAF: (&str, &[&str]) = ("keyward-client", &["keyward-core"]);

/// Cryptography has one home.
const CRYPTOGRAPHY: [&str; 21] = [
    "aes_gcm",
    "argon2",
    "argon2_rust",
    "aws_lc_rs",
    "bcrypt",
    "blake2",
    "crypto_secretbox",
    "ed25519_dalek",
    "hkdf",
    "hmac",
    "jsonwebtoken",
    "md5",
    "p256",
    "pbkdf2",
    "ring",
    "scrypt",
    "sha1",
    "sha2",
    "sha3",
    "sha_crypt",
    "subtle",
];

/// What the core depends on beside it. What stands in neither list is a fault, so that
/// no new cryptography is outside the wall.
const NO_CRYPTOGRAPHY: [&str; 11] = [
    "base64",
    "caseless",
    "crc32fast",
    "idna",
    "keyward-authz",
    "serde",
    "serde_json",
    "unicode-normalization",
    "unicode-security",
    "zeroize",
    "zxcvbn",
];

/// How statements begin.
const STATEMENTS: [&str; 15] = [
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "CREATE UNIQUE ",
    "CREATE DATABASE ",
    "CREATE SCHEMA ",
    "DROP ",
    "ALTER TABLE ",
    "PRAGMA ",
    "BEGIN ",
    "TRUNCATE ",
];

/// Imports go one way only.
pub(super) fn dependencies(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for member in &house.members {
        let Some(place) = LINE.iter().position(|name| *name == member.name) else { continue };
        let right = LINE.get(place + 1..).unwrap_or_default();
        let never = NEVER.iter().find(|(name, _)| *name == member.name).map(|(_, never)| *never);
        let barred = |name: &&String| {
            right.contains(&name.as_str())
                || never.is_some_and(|never| never.contains(&name.as_str()))
        };
        faults.extend(member.dependencies.iter().filter(barred).map(|name| Fault {
            file: format!("crates/{}/Cargo.toml", member.name),
            line: None,
            what: format!("`{}` must not depend on `{name}`", member.name),
        }));
    }
    faults
}

/// Whatever the core uses is known to be cryptography, or not to be.
pub(super) fn known_cryptography(house: &House) -> Vec<Fault> {
    let core = house.members.iter().filter(|member| member.name == "keyward-core");
    let unknown = core.flat_map(|member| &member.dependencies).filter(|name| !is_sorted(name));
    unknown
        .map(|name| Fault {
            file: "xtask/src/tidy/walls.rs".to_owned(),
            line: None,
            what: format!("say whether `{name}` is cryptography"),
        })
        .collect()
}

/// Packages and the crates in them are not always written alike: `md-5` brings `md5`.
fn is_sorted(package: &str) -> bool {
    let bare = package.replace(['-', '_'], "");
    NO_CRYPTOGRAPHY.contains(&package)
        || CRYPTOGRAPHY.iter().any(|name| name.replace('_', "") == bare)
}

/// A leaf uses what it may, and is used by nobody on the line.
pub(super) fn leaf(house: &House) -> Vec<Fault> {
    let (leaf, may) = LEAF;
    let is_ours = |name: &&String| LINE.contains(&name.as_str());
    let is_barred = |member: &Member, name: &&String| match member.name == leaf {
        true => is_ours(name) && !may.contains(&name.as_str()),
        false => LINE.contains(&member.name.as_str()) && *name == leaf,
    };
    let pairs = house.members.iter().flat_map(|member| {
        let barred = member.dependencies.iter().filter(move |name| is_barred(member, name));
        barred.map(move |name| (member, name))
    });
    pairs
        .map(|(member, name)| Fault {
            file: format!("crates/{}/Cargo.toml", member.name),
            line: None,
            what: format!("`{}` must not depend on `{name}`", member.name),
        })
        .collect()
}

/// No crate is built that `deny.toml` bans altogether. `cargo deny` also knows
/// the bans with exceptions, licences and sources.
pub(super) fn bans(house: &House) -> Vec<Fault> {
    let banned = house.bans.lines().filter(|line| !line.contains("wrappers")).filter_map(|line| {
        let (name, _) = line.trim().strip_prefix("{ crate = \"")?.split_once('"')?;
        Some(name)
    });
    banned
        .filter(|name| house.built.iter().any(|built| built == name))
        .map(|name| Fault {
            file: "deny.toml".to_owned(),
            line: None,
            what: format!("`{name}` is banned, and built: see `cargo tree -i {name}`"),
        })
        .collect()
}

/// The server can do nothing that the library cannot.
pub(super) fn server_imports(source: &Source) -> Vec<Fault> {
    if !source.path.starts_with("crates/keyward-server/src/") {
        return Vec::new();
    }
    let inside = ["keyward_core", "keyward_store", "keyward_authz"];
    let named = source.idents().filter(|ident| inside.iter().any(|inside| ident == inside));
    named
        .map(|ident| {
            let what = format!("the server names `{ident}`; it uses `keyward` only");
            source.fault(Some(ident.span().start().line), what)
        })
        .collect()
}

/// Statements are written in one place.
pub(super) fn sql(source: &Source) -> Vec<Fault> {
    if !source.is_product() || source.is_within("sql") {
        return Vec::new();
    }
    let is_statement = |text: &str| {
        let text = text.trim_start_matches(['b', 'r', '#', '"', ' ', '\n']);
        STATEMENTS.iter().any(|start| text.starts_with(start))
    };
    source
        .literals()
        .filter(|literal| is_statement(&literal.to_string()))
        .map(|literal| {
            source.fault(Some(literal.span().start().line), "SQL outside `sql/`".to_owned())
        })
        .collect()
}

/// Cryptography is used in one place.
pub(super) fn cryptography(source: &Source) -> Vec<Fault> {
    if !source.is_product() || source.is_within("crypto") {
        return Vec::new();
    }
    source
        .tokens
        .windows(3)
        .filter_map(|window| {
            named_crate(window).filter(|name| CRYPTOGRAPHY.contains(&name.0.as_str()))
        })
        .map(|(name, line)| {
            source.fault(Some(line), format!("cryptography crate `{name}` named outside `crypto/`"))
        })
        .collect()
}

/// The crate at the beginning of a path or after `use`, and its line: a word
/// with `::` or `;` behind it, and none before.
fn named_crate(window: &[TokenTree]) -> Option<(String, usize)> {
    let [before, TokenTree::Ident(name), TokenTree::Punct(after)] = window else { return None };
    let leads = match before {
        TokenTree::Punct(before) => before.as_char() != ':' && before.as_char() != '.',
        _ => true,
    };
    let imported = matches!(before, TokenTree::Ident(before) if before == "use");
    let goes_on = after.as_char() == ':' && after.spacing() == proc_macro2::Spacing::Joint;
    (leads && (goes_on || imported)).then(|| (name.to_string(), name.span().start().line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(name: &str, dependency: &str) -> House {
        let member = Member {
            name: name.into(),
            features: Vec::new(),
            dependencies: vec![dependency.into()],
            is_library: true,
        };
        House { members: vec![member], ..House::default() }
    }

    #[test]
    fn imports_go_one_way() {
        for (name, dependency, fine) in [
            ("keyward-core", "keyward-authz", true),
            ("keyward-core", "serde", true),
            ("keyward-core", "keyward-store", false),
            ("keyward-authz", "keyward-core", false),
            ("keyward-core", "tokio", false),
            ("keyward", "clap", false),
            ("keyward-server", "keyward", true),
            ("keyward-server", "keyward-store", false),
            ("xtask", "keyward-core", true),
        ] {
            let faults = dependencies(&house(name, dependency));
            assert_eq!(faults.is_empty(), fine, "{name} uses {dependency}: {faults:?}");
        }
    }

    #[test]
    fn what_the_core_uses_is_cryptography_or_not() {
        for (name, dependency, fine) in [
            ("keyward-core", "sha3", true),
            ("keyward-core", "md-5", true),
            ("keyward-core", "zeroize", true),
            ("keyward-core", "chacha20poly1305", false),
            ("keyward", "chacha20poly1305", true),
        ] {
            let faults = known_cryptography(&house(name, dependency));
            assert_eq!(faults.is_empty(), fine, "{name} uses {dependency}: {faults:?}");
        }
    }

    #[test]
    fn a_leaf_hangs_on_the_core_and_nothing_hangs_on_it() {
        for (name, dependency, fine) in [
            ("keyward-client", "keyward-core", true),
            ("keyward-client", "hyper", true),
            ("keyward-client", "keyward", false),
            ("keyward-client", "keyward-store", false),
            ("keyward-client", "keyward-authz", false),
            ("keyward", "keyward-client", false),
            ("keyward-server", "keyward-client", false),
            ("xtask", "keyward-client", true),
        ] {
            let faults = leaf(&house(name, dependency));
            assert_eq!(faults.is_empty(), fine, "{name} uses {dependency}: {faults:?}");
        }
    }

    #[test]
    fn a_banned_crate_is_not_built() {
        let list = "deny = [\n  { crate = \"ring\", reason = \"one provider\" },\n  \
                    { crate = \"chrono\", wrappers = [\"zxcvbn\"], reason = \"jiff\" },\n]";
        for (built, fine) in [("ring", false), ("chrono", true), ("rustls", true)] {
            let built = vec![built.to_owned()];
            let faults = bans(&House { bans: list.into(), built, ..House::default() });
            assert_eq!(faults.is_empty(), fine, "{faults:?}");
        }
    }

    #[test]
    fn each_wall_holds() {
        let server = "crates/keyward-server/src/a.rs";
        let core = "crates/keyward-core/src/flow/a.rs";
        for (rule, path, code, fine) in [
            (server_imports as fn(&Source) -> Vec<Fault>, server, "use keyward_core::Id;", false),
            (server_imports, server, "use keyward::Id; // keyward_core", true),
            (sql, core, "let a = \"SELECT id FROM kw_users\";", false),
            (sql, core, "let a = r#\"\n  DELETE FROM kw_users\"#;", false),
            (sql, core, "let a = \"Select a file\"; // SELECT id", true),
            (sql, "crates/keyward-store/src/sql/a.rs", "let a = \"SELECT 1\";", true),
            (cryptography, core, "use sha2::Digest;", false),
            (cryptography, core, "use subtle;", false),
            (cryptography, core, "use sha3::Sha3_256;", false),
            (cryptography, core, "let a = crypto_secretbox::Nonce::default();", false),
            (cryptography, core, "fn a() { hmac::Hmac::new(b); }", false),
            (cryptography, core, "use crate::crypto::password::argon2::Cost;", true),
            (cryptography, core, "let hmac: u8 = sha2; // argon2::", true),
            (cryptography, "crates/keyward-core/src/crypto/mac.rs", "use sha2::Digest;", true),
        ] {
            let faults = rule(&Source::new(path, code));
            assert_eq!(faults.is_empty(), fine, "{path}: {code}: {faults:?}");
        }
    }
}
