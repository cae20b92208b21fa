//! Templates: embedded, each replaceable by a file of the same name.

use std::path::Path;
use std::sync::Arc;

use keyward_core::Error;
use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, ErrorKind, State, UndefinedBehavior};
use serde_json::Map;

use super::texts::{Texts, fill};
use crate::deliver::letters::{Kind, LETTERS};

macro_rules! embedded {
    ($($name:literal)*) => {
        /// Every template there is.
        pub(crate) const EMBEDDED: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../pages/templates/", $name)))),*];
    };
}

embedded! {
    "account.html" "account_api_keys.html" "account_codes.html" "account_connections.html" "account_layout.html" "account_menu.html" "account_passkeys.html" "account_password.html" "account_sessions.html"
    "account_step_up.html" "account_totp.html" "captcha.html" "login_mfa.html"
    "admin_audit.html" "admin_check.html" "admin_group.html" "admin_groups.html" "admin_invitations.html" "admin_layout.html" "admin_menu.html" "admin_matrix.html" "admin_matrix_review.html"
    "admin_acl.html" "admin_acls.html" "admin_entries.html" "admin_exclusive.html" "admin_relations.html"
    "admin_effect.html" "admin_messages.html" "admin_policy.html" "admin_people.html" "admin_who.html"
    "admin_person.html" "admin_person_add.html" "admin_role.html" "admin_roles.html" "dev_inbox.html"
    "error.html" "fields.html" "hand_over.html" "layout.html" "login.html" "login_ask.html" "login_away.html" "login_by.html" "login_failed.html" "login_link.html" "login_nameless.html" "login_providers.html" "login_sent.html" "login_ways.html" "logout.html" "macros.html" "mail.html" "mail.txt" "maintenance.html" "passkey_form.html"
    "recover.html" "recover_code.html" "recover_link.html" "recover_off.html" "recover_stop.html" "setup.html" "signup.html" "sms.txt"
    "summary.html" "verify.html" "verify_link.html" "wait.html"
    "account_address.html" "account_address_code.html" "account_activity.html" "account_address_link.html" "account_data.html" "account_factor.html" "restore.html" "undo.html"
}

/// Templates, ready to be rendered.
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    /// The embedded ones, and in their place those of `folder`, each of which
    /// must have a known name and parse.
    pub(crate) fn load(texts: &Arc<Texts>, folder: Option<&Path>) -> Result<Self, Error> {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.add_function("t", translate(texts.clone()));
        env.add_filter("address", address);
        env.add_filter("when", when);
        env.add_filter("client", client);
        env.add_filter("called", called);
        for (name, source) in EMBEDDED {
            let added = env.add_template(name, source);
            added.map_err(|cause| Error::because("read an embedded template", cause))?;
        }
        if let Some(folder) = folder {
            replace(&mut env, folder)?;
        }
        Ok(Self(env))
    }

    /// Renders one page. A name that the page does not know is an error, never a blank.
    pub(crate) fn render(
        &self,
        name: &str,
        values: Map<String, serde_json::Value>,
    ) -> Result<String, Error> {
        let template = self.0.get_template(name);
        let page = template.and_then(|t| t.render(minijinja::value::Serde(values)));
        page.map_err(|cause| Error::because("render a page", cause))
    }

    /// Whether there is a template of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get_template(name).is_ok()
    }
}

/// The template of one letter alone: `mail_verify.html` is used for it in place
/// of `mail.html`.
pub(crate) fn own_name(format: &str, letter: &str) -> String {
    format.replace('.', &format!("_{letter}."))
}

/// What all letters are written by.
const LETTER_FORMATS: [&str; 3] = ["mail.html", "mail.txt", "sms.txt"];

/// Whether a file of this name has a place.
fn replaces(name: &str) -> bool {
    let own = |letter: &Kind| LETTER_FORMATS.iter().any(|f| own_name(f, letter.name) == name);
    EMBEDDED.iter().any(|(known, _)| *known == name) || LETTERS.iter().any(own)
}

fn replace(env: &mut Environment<'static>, folder: &Path) -> Result<(), Error> {
    let entries = std::fs::read_dir(folder)
        .map_err(|cause| Error::because("read the folder of templates", cause))?;
    for entry in entries {
        let path = entry.map_err(|e| Error::because("read the folder of templates", e))?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        if !replaces(&name) {
            let why = format!("{} replaces no template of ours", path.display());
            return Err(Error::because("use the folder of templates", why));
        }
        let source = std::fs::read_to_string(&path)
            .map_err(|cause| Error::because("read a template", cause))?;
        env.add_template_owned(name, source)
            .map_err(|cause| Error::because("use a template", cause))?;
    }
    Ok(())
}

/// `t("key", n=3)`: the text of a key in the page's language.
fn translate(
    texts: Arc<Texts>,
) -> impl Fn(&State<'_, '_>, &str, Kwargs) -> Result<String, minijinja::Error> + Send + Sync {
    move |state, key, values| {
        let language = state.lookup("lang");
        let language = language.as_ref().and_then(Value::as_str).unwrap_or("en");
        let text = texts.find(language, key).ok_or_else(|| {
            minijinja::Error::new(ErrorKind::InvalidOperation, format!("no text `{key}`"))
        })?;
        let names: Vec<&str> = values.args().collect();
        let given: Result<Vec<(&str, String)>, _> =
            names.into_iter().map(|n| Ok((n, values.get::<Value>(n)?.to_string()))).collect();
        given.map(|given| fill(text, given.into_iter()))
    }
}

/// An address in HTML, with its slashes as they are: not every program that looks
/// for links in mails reads entities.
fn address(text: &str) -> Value {
    let escaped = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#x27;")]
        .iter()
        .fold(text.to_owned(), |text, (letter, entity)| text.replace(letter, entity));
    Value::from_safe_string(escaped)
}

/// An instant for people, where no script makes it local: `2026-11-24 13:58 UTC`.
fn when(instant: &str) -> String {
    let minute: String = instant.chars().take(16).collect();
    format!("{} UTC", minute.replace('T', " "))
}

/// A `User-Agent` in two words, `Firefox · Windows`; as it is where it is no
/// browser's. A guess, for recognition only: anybody may claim to be anything.
fn client(agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => agent.chars().take(60).collect(),
    }
}

/// Marks of browsers, the more special ones first: most claim to be several.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Marks of systems, the more special ones first.
const SYSTEMS: [(&str, &str); 6] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
];

/// What to call an account: its name, or the first thing that tells it from others.
fn called(account: &Value) -> String {
    let texts = ["name", "email", "username", "phone", "id"].into_iter().filter_map(|name| {
        account.get_attr(name).ok()?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    });
    texts.take(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_leave_its_attribute() {
        let told = address("https://a.example/?a=1&b='\"><script>").to_string();
        assert_eq!(told, "https://a.example/?a=1&amp;b=&#x27;&quot;&gt;&lt;script&gt;");
    }

    #[test]
    fn a_browser_is_told_in_two_words() {
        let check = |agent: &str, told: &str| assert_eq!(client(agent), told, "{agent}");
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox · Linux",
        );
        check(
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
            "Edge · Windows",
        );
        check("curl/8.5.0", "curl/8.5.0");
        check("", "");
    }
}
