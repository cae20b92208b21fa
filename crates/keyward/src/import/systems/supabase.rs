//! Supabase: its table `auth.users`, with the authenticator apps in `auth.mfa_factors`;
//! or the rows of that table in a file.

use keyward_core::crypto::otp::OtpSecret;
use keyward_core::flow::import::{Loss, Person, PersonName};
use keyward_core::port::Clock as _;
use keyward_core::time::Timestamp;
use serde_json::{Map, Value};

use super::{Hung, Layout, Reads, Tables, email, phone, stored, text};
use crate::engine::os::SystemClock;
use crate::import::row::{self, Row};
use crate::import::source::Fault;

pub(in crate::import) struct Supabase;

/// What is read of a row, however it came.
trait Cells {
    fn said(&self, name: &str) -> Option<&str>;
    fn object(&self, name: &str) -> Result<Map<String, Value>, Fault>;

    fn yes(&self, name: &str) -> bool {
        self.said(name).is_some_and(row::is_yes)
    }

    fn time(&self, name: &str) -> Result<Option<Timestamp>, Fault> {
        self.said(name).map_or(Ok(None), row::moment)
    }

    /// Whether it was, by the time at which it was.
    fn was(&self, name: &str) -> Result<bool, Fault> {
        Ok(self.yes(name) || self.time(name)?.is_some())
    }
}

impl Cells for Row {
    fn said(&self, name: &str) -> Option<&str> {
        self.text(name)
    }

    fn object(&self, name: &str) -> Result<Map<String, Value>, Fault> {
        Row::object(self, name).map(Option::unwrap_or_default)
    }
}

impl Cells for Map<String, Value> {
    fn said(&self, name: &str) -> Option<&str> {
        text(self, name).or_else(|| self.get(name)?.as_bool()?.then_some("true"))
    }

    fn object(&self, name: &str) -> Result<Map<String, Value>, Fault> {
        match self.get(name) {
            Some(Value::Object(object)) => Ok(object.clone()),
            Some(Value::String(text)) => Ok(serde_json::from_str(text).unwrap_or_default()),
            _ => Ok(Map::new()),
        }
    }
}

impl Reads for Supabase {
    fn key(&self) -> Option<&'static str> {
        Some("users")
    }

    fn of_row(&mut self, row: &Row) -> Result<Option<Person>, Fault> {
        person(row).map(Some)
    }

    fn of_json(&mut self, value: &Value) -> Result<Option<Person>, Fault> {
        person(value.as_object().ok_or(Fault::MALFORMED)?).map(Some)
    }
}

impl Tables for Supabase {
    fn layout(&self) -> Layout {
        Layout {
            table: "auth.users",
            key: "id",
            needed: &["email", "encrypted_password"],
            wanted: &[
                "email_confirmed_at",
                "phone",
                "phone_confirmed_at",
                "raw_user_meta_data",
                "raw_app_meta_data",
                "created_at",
                "banned_until",
                "deleted_at",
                "is_sso_user",
            ],
            hung: &[Hung {
                table: "auth.mfa_factors",
                key: "id",
                person: "user_id",
                wanted: &["factor_type", "status", "secret"],
            }],
            ..Layout::default()
        }
    }

    fn person(&mut self, row: &Row, hung: &[Vec<Row>]) -> Result<Person, Fault> {
        let mut person = person(row)?;
        let live = |row: &&Row| row.text("status") == Some("verified");
        for factor in hung.iter().flatten().filter(live) {
            let secret = factor.text("secret").and_then(|text| OtpSecret::import(text).ok());
            match (factor.text("factor_type"), secret) {
                (Some("totp"), Some(_)) if person.totp.is_some() => {
                    person.lost.push(Loss::of("another totp"));
                }
                (Some("totp"), Some(secret)) => person.totp = Some(secret),
                (Some("totp"), None) => person.unreadable.push("totp"),
                (other, _) => person.lost.push(Loss::one("factor", other.unwrap_or_default())),
            }
        }
        Ok(person)
    }
}

fn person(of: &impl Cells) -> Result<Person, Fault> {
    if of.said("deleted_at").is_some() {
        return Err(Fault::DELETED);
    }
    let own = of.object("raw_user_meta_data")?;
    let called = text(&own, "full_name").or_else(|| text(&own, "name"));
    let is_banned = of.time("banned_until")?.is_some_and(|until| until > SystemClock.now());
    Ok(Person {
        id: of.said("id").ok_or(Fault::NO_ID)?.to_owned(),
        names: names(of)?,
        name: called.unwrap_or_default().to_owned(),
        password: stored(of.said("encrypted_password")),
        created_at: of.time("created_at")?,
        locked: is_banned.then(|| "banned in Supabase".to_owned()),
        lost: lost(of)?,
        properties: own,
        ..Person::default()
    })
}

fn names(of: &impl Cells) -> Result<Vec<PersonName>, Fault> {
    let (by_email, by_phone) = (of.was("email_confirmed_at")?, of.was("phone_confirmed_at")?);
    let number = of.said("phone").map(|it| match it.starts_with('+') {
        true => it.to_owned(),
        // It is kept without.
        false => format!("+{it}"),
    });
    let names =
        [of.said("email").map(|it| email(it, by_email)), number.map(|it| phone(&it, by_phone))];
    Ok(names.into_iter().flatten().collect())
}

fn lost(of: &impl Cells) -> Result<Vec<Loss>, Fault> {
    let app = of.object("raw_app_meta_data")?;
    let usual = |name: &String| ["provider", "providers"].contains(&name.as_str());
    let metadata = (!app.keys().all(usual)).then(|| Loss::of("raw_app_meta_data"));
    let services = super::texts(&app, "providers").into_iter();
    let services = services.filter(|name| !["email", "phone"].contains(name));
    let services = services.map(|name| Loss::one("sign-in at", name));
    let sso = of.yes("is_sso_user").then(|| Loss::of("single sign-on"));
    Ok(metadata.into_iter().chain(services).chain(sso).collect())
}
