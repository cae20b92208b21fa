//! From a configuration to a [`Builder`], and a database opened beside a server.

use std::path::{Path, PathBuf};

use keyward::breached::{BreachFilter, BreachRange, RangeOptions};
use keyward::captcha::SiteVerify;
use keyward::outbound::{Outbound, OutboundOptions};
use keyward::{Builder, ByChannel, Folder, Keyward};

use super::data::{self, DataDir};
use crate::args::Globals;
use crate::config::{Authnzerver, Breached, Config, Mail, Sms};
use crate::failure::{Failure, Outcome};

/// Where `serve` keeps its data.
pub(super) const DATA: &str = "data";
/// Where `dev` keeps its data.
pub(super) const DEV_DATA: &str = ".keyward-dev";

/// The library, set up as `config` says, with its files in `data`.
pub(super) fn builder(config: &Config, data: &Path) -> Outcome<Builder> {
    let mut builder = at(config, data)
        .outbox_folder(outbox(data))
        .migrate(config.database.migrate)
        .hashing(config.password.hash.clone(), config.password.threads)
        .rate_limits(config.limits.attempts, config.limits.requests)
        .trusted_proxies(config.server.trusted_proxies.iter().map(String::as_str))
        .settings(|settings| choose(config, settings));
    if config.password.pepper {
        builder = builder.pepper();
    }
    if let Some(key) = &config.root.root_key {
        builder = builder.root_key(key.reveal());
    }
    if config.database.plaintext {
        builder = builder.allow_plaintext_database();
    }
    if let Some(path) = &config.database.ssl_root {
        builder = builder.database_roots(path);
    }
    if let Some(file) = &config.policy.file {
        builder = builder.policy(file);
    }
    if let Some(domain) = &config.session.cookie_domain {
        builder = builder.cookie_domain(domain);
    }
    for site in &config.forward {
        builder = builder.site(site.clone());
    }
    if let Some(folder) = &config.branding.templates {
        builder = builder.templates(folder);
    }
    for provider in &config.providers {
        builder = builder.sign_in_at(provider.clone());
    }
    if !config.providers.is_empty() {
        builder = builder.ask_providers_by(outbound(config)?);
    }
    builder = with_breached(builder, config)?;
    if let Some(authnzerver) = &config.authnzerver {
        builder = builder.authnzerver(authnzerver.door()?);
    }
    if let Some(font) = &config.captcha_font {
        builder = builder.captcha_font(font);
    }
    if let Some(service) = &config.captcha_service {
        builder = builder.captcha_service(SiteVerify::new(outbound(config)?, service.clone())?);
    }
    Ok(builder)
}

/// With whoever knows breached passwords, if the configuration names one.
fn with_breached(builder: Builder, config: &Config) -> Outcome<Builder> {
    Ok(match &config.password.breached {
        Breached::Off => builder,
        Breached::Local(file) => builder.breached(BreachFilter::open(file)?),
        Breached::Range { url, fail_open } => {
            let at_least = config.authnzerver.as_ref().and_then(Authnzerver::breaches);
            let options = RangeOptions {
                url: url.clone(),
                fail_open: *fail_open,
                at_least: at_least.map_or(1, u64::from),
                ..Default::default()
            };
            builder.breached(BreachRange::new(outbound(config)?, options))
        }
    })
}

/// How other services are asked.
fn outbound(config: &Config) -> Outcome<Outbound> {
    let options = OutboundOptions {
        allow: config.outbound.allow.clone(),
        root_certificates: config.outbound.ssl_root.clone(),
        ..OutboundOptions::default()
    };
    Ok(Outbound::new(&options)?)
}

/// With the carriers of the configuration; mails that nobody carries go to a folder.
pub(super) fn with_carriers(
    builder: Builder,
    (mail, sms): (Option<&Mail>, Option<&Sms>),
    outbox: PathBuf,
) -> Outcome<Builder> {
    let mail = mail.map(Mail::carrier).transpose()?;
    let Some(sms) = sms else {
        return Ok(match mail {
            Some(mail) => builder.sender(mail),
            None => builder,
        });
    };
    let mail = mail.unwrap_or_else(|| Box::new(Folder::new(outbox)));
    Ok(builder.sender(ByChannel { mail, sms: sms.carrier()? }))
}

/// The file of an SQLite database; `None` for a database server.
pub(super) fn sqlite_file(config: &Config, data: &Path) -> Option<PathBuf> {
    match &config.database.url {
        None => Some(data.join("keyward.db")),
        Some(url) => url.strip_prefix("sqlite://").map(PathBuf::from),
    }
}

/// The file of the root key: beside an SQLite database, as in the library.
pub(super) fn key_file(config: &Config, data: &Path) -> PathBuf {
    match sqlite_file(config, data) {
        Some(file) => {
            let mut name = file.into_os_string();
            name.push(".keys");
            name.into()
        }
        None => data.join("root.key"),
    }
}

/// Where messages go while no mail server is configured.
pub(super) fn outbox(data: &Path) -> PathBuf {
    data.join("outbox")
}

fn at(config: &Config, data: &Path) -> Builder {
    let key = key_file(config, data);
    match (sqlite_file(config, data), &config.database.url) {
        (None, Some(url)) => Keyward::connect(url).keys(key),
        (file, _) => Keyward::sqlite(file.unwrap_or_default()).keys(key),
    }
}

fn choose(config: &Config, settings: &mut keyward::Settings) {
    settings.brand.clone_from(&config.branding.name);
    settings.identifiers.clone_from(&config.sign_in.identifiers);
    settings.sign_up.clone_from(&config.sign_in.sign_up);
    settings.sign_up_asks = config.sign_in.asks;
    settings.anonymous = config.sign_in.anonymous;
    settings.recovery = config.sign_in.recovery;
    settings.profile.clone_from(&config.profile);
    settings.invitation_lifetime = config.sign_in.invitation_lifetime;
    settings.verify = config.sign_in.verify;
    settings.challenge_lifetime = config.sign_in.code_lifetime;
    settings.challenge_attempts = config.sign_in.code_attempts;
    settings.resend_wait = config.sign_in.resend_wait;
    settings.password_min = config.password.min_length;
    settings.tokens = config.tokens.clone();
    settings.session_idle = config.session.idle;
    settings.session_absolute = config.session.absolute;
    settings.session_brief_idle = config.session.brief_idle;
    settings.mfa.clone_from(&config.mfa.required);
    settings.mfa_lifetime = config.mfa.lifetime;
    settings.step_up_age = config.mfa.step_up_age;
    settings.trust_lifetime = config.mfa.trust;
    settings.captcha.clone_from(&config.captcha);
    settings.undo_lifetime = config.account.undo;
    settings.deletion_grace = config.account.deletion_grace;
    settings.anonymous_lifetime = config.account.anonymous_lifetime;
    settings.impersonation_lifetime = config.account.impersonation;
    settings.passkeys.clone_from(&config.passkeys);
    settings.guesses = config.limits.guesses;
    settings.guesses_long = config.limits.guesses_long;
    settings.failures = config.limits.failures;
    settings.address_guesses = config.limits.address_guesses;
    settings.network_guesses = config.limits.network_guesses;
    settings.network_messages = config.limits.network_messages;
    settings.all_texts = config.limits.all_texts;
    settings.requests = config.limits.messages;
}

/// Opens the database that a server may be using at this moment: nothing is
/// created, migrated or delivered.
pub(crate) async fn beside(globals: &Globals) -> Outcome<Keyward> {
    Ok(settled(globals)?.build().await?)
}

/// The library as configured, but with nothing remembered: for what needs no
/// database.
pub(crate) async fn without_database(globals: &Globals) -> Outcome<Keyward> {
    let config = Config::load(globals, |_| ())?;
    let mut builder = Keyward::memory().settings(|settings| {
        choose(&config, settings);
        // Nobody comes to a door here, so no service is asked.
        settings.captcha = keyward::Captcha::default();
    });
    if let Some(folder) = &config.branding.templates {
        builder = builder.templates(folder);
    }
    if let Some(url) = &config.root.public_url {
        builder = builder.public_url(url);
    }
    Ok(builder.build().await?)
}

/// The library, set up for the database that is meant, which must be there.
pub(crate) fn settled(globals: &Globals) -> Outcome<Builder> {
    let config = Config::load(globals, |_| ())?;
    let data = data_dir(&config)?;
    if let Some(missing) = sqlite_file(&config, &data).filter(|file| !file.is_file()) {
        let text = format!("no database at {}: start a server first", missing.display());
        return Err(Failure::usage(text));
    }
    let url = config.root.public_url.clone().or_else(|| data::announced(&data));
    let builder = builder(&config, &data)?.beside();
    Ok(match url {
        Some(url) => builder.public_url(&url),
        None => builder,
    })
}

/// The library, set up for the database that is meant, while no server uses the
/// data folder; none starts as long as the folder is held.
pub(crate) fn alone(globals: &Globals) -> Outcome<(Builder, DataDir)> {
    let config = Config::load(globals, |_| ())?;
    let held = DataDir::lock(&data_dir(&config)?)?;
    Ok((builder(&config, held.path())?, held))
}

/// The data folder that is meant: the one named, else the one that is there.
pub(crate) fn data_dir(config: &Config) -> Outcome<PathBuf> {
    if let Some(named) = &config.root.data_dir {
        return Ok(named.clone());
    }
    let there = [DATA, DEV_DATA].into_iter().map(PathBuf::from).find(|path| path.is_dir());
    match there {
        Some(path) => Ok(path),
        None if config.database.url.is_some() => Ok(DATA.into()),
        None => Err(Failure::usage("no database here: name its folder with --data-dir")),
    }
}
