//! What may come along of somebody. What has a fault of its own stays behind and is
//! told; whoever could not sign in as before, or is nobody, is refused.

use serde_json::{Map, Value};

use super::roles::Roles;
use super::{ImportTerms, Loss, Person, PersonName, name_problem};
use crate::crypto::otp::OtpSecret;
use crate::crypto::password::{self, HashError};
use crate::flow::sign_up::{self, Name};
use crate::id::UserId;
use crate::identifier::{self, Kind};
use crate::profile::{self, Party};
use crate::record::Identity;
use crate::refusal::Problem;
use crate::secret::Secret;
use crate::settings::Settings;

/// Somebody who may come in, if nobody is called so.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) names: Vec<(Name, bool)>,
    pub(super) name: String,
    pub(super) password: Option<String>,
    pub(super) properties: String,
    pub(super) roles: Vec<String>,
    pub(super) totp: Option<OtpSecret>,
    pub(super) codes: Vec<String>,
    pub(super) lost: Vec<Loss>,
    /// The account that they have here, if they were brought in before.
    pub(super) known: Option<UserId>,
    /// What the other system gave out may go on naming them.
    pub(super) known_of_old: bool,
}

pub(super) fn look(
    person: &Person,
    terms: &ImportTerms,
    roles: &mut Roles<'_>,
    settings: &Settings,
) -> Result<Checked, Problem> {
    if !is_id(&person.id) {
        return Err(Problem { field: "id", code: "id_invalid" });
    }
    let mut lost = person.lost.clone();
    let names = names(&person.names, &mut lost)?;
    let name = match sign_up::name_problem(&person.name) {
        None => person.name.trim().to_owned(),
        Some(_) => {
            lost.push(Loss::of("name"));
            String::new()
        }
    };
    let password = password(person.password.as_ref(), terms, &mut lost)?;
    if let (Some(_), false) = (person.unreadable.first(), terms.without_unreadable) {
        return Err(Problem { field: "totp", code: "second_factor_unreadable" });
    }
    lost.extend(person.unreadable.iter().copied().map(Loss::of));
    Ok(Checked {
        names,
        name,
        password,
        properties: properties(&person.properties, settings, &mut lost),
        roles: roles.of(&person.roles, &mut lost),
        totp: totp(person.totp.as_ref(), &mut lost),
        codes: codes(&person.codes, &mut lost),
        lost,
        known: None,
        known_of_old: false,
    })
}

fn is_id(text: &str) -> bool {
    (1..=Identity::MAX).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// The first of each kind, as it is compared.
fn names(given: &[PersonName], lost: &mut Vec<Loss>) -> Result<Vec<(Name, bool)>, Problem> {
    let mut names: Vec<(Name, bool)> = vec![];
    let mut fault = None;
    for PersonName { kind, value, is_verified } in given {
        let has = names.iter().any(|(name, _)| name.normal.kind == *kind);
        match identifier::normalise(*kind, value) {
            Ok(normal) if !has => {
                names.push((Name { typed: value.trim().to_owned(), normal }, *is_verified));
            }
            Ok(normal) if names.iter().any(|(name, _)| name.normal == normal) => {}
            Ok(_) => lost.push(Loss::of(another(*kind))),
            Err(_) => {
                fault = fault.or(Some(*kind));
                lost.push(Loss::of(kind.as_str()));
            }
        }
    }
    match (names.is_empty(), fault) {
        (false, _) => Ok(names),
        (true, None) => Err(Problem { field: "email", code: "identifier_required" }),
        (true, Some(kind)) => {
            Err(name_problem(kind, "email_invalid", "username_invalid", "phone_invalid"))
        }
    }
}

fn another(kind: Kind) -> &'static str {
    match kind {
        Kind::Email => "another email",
        Kind::Username => "another username",
        Kind::Phone => "another phone",
    }
}

/// Whoever knows it must be able to sign in with it, and everybody else meanwhile.
fn password(
    given: Option<&Secret>,
    terms: &ImportTerms,
    lost: &mut Vec<Loss>,
) -> Result<Option<String>, Problem> {
    let Some(stored) = given else { return Ok(None) };
    let code = match password::bearable(stored.reveal()) {
        Ok(()) => return Ok(Some(stored.reveal().to_owned())),
        Err(HashError::Absurd(_)) => "password_hash_costly",
        Err(_) => "password_hash_unknown",
    };
    if terms.without_unreadable {
        lost.push(Loss::of("password"));
        return Ok(None);
    }
    Err(Problem { field: "password_hash", code })
}

fn properties(given: &Map<String, Value>, settings: &Settings, lost: &mut Vec<Loss>) -> String {
    let mut kept = given.clone();
    for flaw in profile::look_at(&settings.profile, given, Party::Admin) {
        let name = flaw.field.strip_prefix("properties.").unwrap_or(&flaw.field);
        kept.remove(name);
        lost.push(Loss::one("property", name));
    }
    let text = Value::Object(kept).to_string();
    if text.len() <= MAX_PROPERTIES {
        return text;
    }
    lost.push(Loss::of("properties"));
    "{}".to_owned()
}

fn totp(given: Option<&OtpSecret>, lost: &mut Vec<Loss>) -> Option<OtpSecret> {
    let fits = given.is_none_or(|secret| TOTP_BYTES.contains(&secret.reveal().len()));
    if !fits {
        lost.push(Loss::of("totp"));
    }
    given.filter(|_| fits).cloned()
}

fn codes(given: &[Secret], lost: &mut Vec<Loss>) -> Vec<String> {
    let fits = |code: &&Secret| password::bearable(code.reveal()).is_ok();
    let kept: Vec<String> =
        given.iter().filter(fits).take(MAX_CODES).map(|code| code.reveal().to_owned()).collect();
    if kept.len() < given.len() {
        lost.push(Loss::of("recovery codes"));
    }
    kept
}

/// As at every account.
const MAX_PROPERTIES: usize = 16 * 1_024;
/// Each is tried when one is typed.
const MAX_CODES: usize = 10;
/// Bytes of the secret of an app: 80 bits at least.
const TOTP_BYTES: core::ops::RangeInclusive<usize> = 10..=128;
