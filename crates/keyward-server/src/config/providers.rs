//! `[providers.NAME]`: services that people may sign in at. There are as many as an
//! operator writes down, so each is a table of its own.

use std::collections::BTreeMap;

use keyward::Secret;
use keyward::providers::{EmailTrust, ProviderOptions};

use super::fault::{Fault, Origin};
use super::key::{Key, Takes};
use super::raw::{Given, RawConfig, Value, parts};

/// What stands before the name of a service.
pub(super) const SECTION: &str = "providers";

const fn key(name: &'static str, takes: Takes, what: &'static str) -> Key {
    Key { name, takes, default: "", what }
}

pub(super) const KEYS: &[Key] = &[
    key(
        "providers.NAME.preset",
        Takes::Text,
        "Which service it is: apple, discord, facebook, github, gitlab, google, linkedin, microsoft, slack, twitter; or oidc for any issuer of OpenID Connect. Without it, the one of its name.",
    ),
    key("providers.NAME.client_id", Takes::Text, "The id that the service gave us."),
    key(
        "providers.NAME.client_secret",
        Takes::Secret,
        "The secret that the service gave us; for Apple, the .p8 file.",
    ),
    key("providers.NAME.title", Takes::Text, "What people call it: stands on the button."),
    key(
        "providers.NAME.issuer",
        Takes::Url,
        "Who it is, for oidc and for a GitLab of one's own: its doors are found by discovery.",
    ),
    key(
        "providers.NAME.tenant",
        Takes::Text,
        "The tenant at Microsoft: its id; or common (as without it), organizations, consumers.",
    ),
    key("providers.NAME.team_id", Takes::Text, "The team at Apple."),
    key("providers.NAME.key_id", Takes::Text, "The id of the key at Apple."),
    key(
        "providers.NAME.scopes",
        Takes::List,
        "What is asked for, in place of what the preset asks for.",
    ),
    Key {
        name: "providers.NAME.email",
        takes: Takes::Choice(&["as_told", "never", "always"]),
        default: "as_told",
        what: "When an address counts as proven: when the service says so, never, or always. Always is for a service of one's own: whoever can enter another's address there enters their account here.",
    },
    Key {
        name: "providers.NAME.store_tokens",
        takes: Takes::Flag,
        default: "false",
        what: "Keep, sealed, what the service gives to act for people there.",
    },
    key(
        "providers.NAME.redirect_uri",
        Takes::Url,
        "Where the service sends people back to, if not to our own page: https, or http on this machine.",
    ),
];

/// What was typed of one service, by the last part of each name.
#[derive(Debug, Default)]
pub(super) struct Typed(BTreeMap<&'static str, Given>);

impl Typed {
    pub(super) fn set(&mut self, key: &'static Key, given: Given) {
        self.0.insert(own_name(key), given);
    }
}

/// The part of a key behind the name of the service.
pub(super) fn own_name(key: &'static Key) -> &'static str {
    key.name.rsplit('.').next().unwrap_or_default()
}

/// The key of a service that a variable names, and the service: both in
/// `GOOGLE_CLIENT_ID`. A hyphen in the name of a service is an underscore there.
pub(super) fn in_variable(rest: &str) -> Option<(String, &'static Key)> {
    KEYS.iter().find_map(|key| {
        let end = format!("_{}", own_name(key).to_ascii_uppercase());
        let name = rest.strip_suffix(&end).filter(|name| !name.is_empty())?;
        Some((name.to_ascii_lowercase().replace('_', "-"), key))
    })
}

/// Every service, in the order of its name, and what is wrong with them.
pub(super) fn read(raw: &RawConfig, faults: &mut Vec<Fault>) -> Vec<ProviderOptions> {
    let mut all = vec![];
    for (name, typed) in raw.providers() {
        let mut r = Reader { name, typed, faults };
        let options = r.options();
        let place = typed.0.values().next().map_or(Origin::Default, |given| given.origin.clone());
        if r.faults.is_empty()
            && let Err(error) = options.validate()
        {
            let why = std::error::Error::source(&error).map(ToString::to_string);
            let why = why.unwrap_or_else(|| error.to_string());
            faults.push(Fault::new(place, format!("{SECTION}.{why}")));
        }
        all.push(options);
    }
    all
}

struct Reader<'a> {
    name: &'a str,
    typed: &'a Typed,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn options(&mut self) -> ProviderOptions {
        let email = match self.text("email").as_deref() {
            None | Some("as_told") => EmailTrust::AsTold,
            Some("never") => EmailTrust::Never,
            Some("always") => EmailTrust::Always,
            Some(_) => {
                self.refuse("email", "takes one of as_told, never, always");
                EmailTrust::Never
            }
        };
        ProviderOptions {
            preset: self.text("preset").unwrap_or_else(|| self.name.to_owned()),
            name: self.name.to_owned(),
            title: self.text("title"),
            client_id: self.text("client_id").unwrap_or_default(),
            client_secret: self.secret(),
            issuer: self.text("issuer"),
            tenant: self.text("tenant"),
            team_id: self.text("team_id"),
            key_id: self.text("key_id"),
            scopes: self.list("scopes"),
            email,
            store_tokens: self.flag("store_tokens"),
            redirect_uri: self.text("redirect_uri"),
        }
    }

    fn refuse(&mut self, own: &str, why: &str) {
        let origin = self.typed.0.get(own).map_or(Origin::Default, |given| given.origin.clone());
        let what = format!("{SECTION}.{}.{own} {why}", self.name);
        self.faults.push(Fault::new(origin, what));
    }

    fn text(&mut self, own: &str) -> Option<String> {
        match self.typed.0.get(own).map(|given| &given.value) {
            None => None,
            Some(Value::Text(text))
                if !text.trim().is_empty() && !text.contains(char::is_control) =>
            {
                Some(text.clone())
            }
            Some(_) => {
                self.refuse(own, "takes a text that is not empty");
                None
            }
        }
    }

    fn list(&mut self, own: &str) -> Option<Vec<String>> {
        match self.typed.0.get(own).map(|given| &given.value) {
            None => None,
            Some(Value::List(list)) => Some(list.clone()),
            Some(Value::Text(text)) => Some(parts(text)),
            Some(_) => {
                self.refuse(own, "takes a list of texts");
                None
            }
        }
    }

    fn flag(&mut self, own: &str) -> bool {
        match self.typed.0.get(own).map(|given| &given.value) {
            None => false,
            Some(Value::Flag(flag)) => *flag,
            Some(Value::Text(text)) if matches!(text.as_str(), "true" | "false") => text == "true",
            Some(_) => {
                self.refuse(own, "takes true or false");
                false
            }
        }
    }

    fn secret(&mut self) -> Option<Secret> {
        match self.typed.0.get("client_secret").map(|given| &given.value) {
            Some(Value::Secret(secret)) => Some(secret.clone()),
            _ => None,
        }
    }
}
