//! What was typed, and what it means: [`RawConfig`] becomes a [`Config`], or a
//! list of everything that is wrong with it.
//!
//! Order: option > `KEYWARD_*` > environment file > configuration file > default.
//! To add a setting: a [`Key`] and a field in its section's file.

mod account;
mod admin;
pub(crate) mod authnzerver;
mod branding;
mod captcha;
mod carrier;
pub(crate) mod command;
mod database;
mod environment;
mod fault;
mod file;
mod forward;
mod key;
mod limits;
mod log;
mod mail;
mod metrics;
mod mfa;
mod outbound;
mod passkeys;
mod password;
mod policy;
mod profile;
mod providers;
mod raw;
mod reader;
mod reference;
mod root;
mod schema;
mod server;
mod session;
mod sign_in;
mod sms;
mod tokens;
pub(crate) mod units;

use std::path::{Path, PathBuf};

pub(crate) use account::Account;
pub(crate) use admin::Admin;
pub(crate) use authnzerver::Authnzerver;
pub(crate) use branding::Branding;
pub(crate) use database::Database;
pub(crate) use environment::{authnzerver_variables, no_color};
pub(crate) use fault::Origin;
pub(crate) use key::nearest;
pub(crate) use limits::Limits;
pub(crate) use log::Log;
pub(crate) use mail::Mail;
pub(crate) use metrics::Metrics;
pub(crate) use mfa::Mfa;
pub(crate) use outbound::Outbound;
pub(crate) use password::{Breached, Password};
pub(crate) use policy::Policy;
pub(crate) use raw::{RawConfig, without_password as shown_url};
pub(crate) use root::Root;
pub(crate) use server::Server;
pub(crate) use session::Session;
pub(crate) use sign_in::SignIn;
pub(crate) use sms::Sms;

use crate::args::Globals;
use crate::failure::{Failure, Outcome};
use environment::Environment;
use fault::Fault;
use reader::Reader;

/// Read when it is there and no other was named.
const FILE: &str = "keyward.toml";

/// Everything an operator may choose.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) root: Root,
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) sign_in: SignIn,
    pub(crate) password: Password,
    pub(crate) session: Session,
    pub(crate) tokens: keyward::Tokens,
    pub(crate) mfa: Mfa,
    pub(crate) account: Account,
    pub(crate) passkeys: keyward::Passkeys,
    pub(crate) forward: Vec<keyward::forward::Site>,
    pub(crate) profile: Vec<keyward::Field>,
    pub(crate) mail: Option<Mail>,
    pub(crate) sms: Option<Sms>,
    pub(crate) limits: Limits,
    pub(crate) captcha: keyward::Captcha,
    pub(crate) captcha_font: Option<PathBuf>,
    pub(crate) captcha_service: Option<keyward::captcha::SiteVerifyOptions>,
    pub(crate) policy: Policy,
    pub(crate) branding: Branding,
    pub(crate) log: Log,
    pub(crate) metrics: Metrics,
    pub(crate) admin: Option<Admin>,
    pub(crate) outbound: Outbound,
    pub(crate) providers: Vec<keyward::providers::ProviderOptions>,
    pub(crate) authnzerver: Option<Authnzerver>,
}

impl Config {
    /// Reads file and environment; `options` adds what the command line says.
    pub(crate) fn load(globals: &Globals, options: impl FnOnce(&mut RawConfig)) -> Outcome<Self> {
        Self::understand(&raw(globals, options))
    }

    /// What it means.
    pub(crate) fn understand(raw: &RawConfig) -> Outcome<Self> {
        let (mut r, mut of_providers) = (Reader::new(raw), vec![]);
        let config = Self {
            root: Root::read(&mut r),
            server: Server::read(&mut r),
            database: Database::read(&mut r),
            sign_in: SignIn::read(&mut r),
            password: Password::read(&mut r),
            session: Session::read(&mut r),
            tokens: tokens::read(&mut r),
            mfa: Mfa::read(&mut r),
            account: Account::read(&mut r),
            passkeys: passkeys::read(&mut r),
            forward: forward::read(&mut r),
            profile: profile::read(&mut r),
            mail: Mail::read(&mut r),
            sms: Sms::read(&mut r),
            limits: Limits::read(&mut r),
            captcha: captcha::read(&mut r),
            captcha_font: captcha::font(&mut r),
            captcha_service: captcha::service(&mut r),
            policy: Policy::read(&mut r),
            branding: Branding::read(&mut r),
            log: Log::read(&mut r),
            metrics: Metrics::read(&mut r),
            admin: Admin::read(&mut r),
            outbound: Outbound::read(&mut r),
            providers: providers::read(raw, &mut of_providers),
            authnzerver: Authnzerver::read(&mut r),
        };
        let further = r.faults().into_iter().chain(of_providers).filter(|_| !raw.is_unread);
        let faults = fault::told(raw.faults.iter().cloned().chain(further).collect());
        if faults.is_empty() {
            return Ok(config);
        }
        let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
        Err(Failure::usage(lines.join("\n")))
    }
}

/// What file and environment say now of closing the doors: the one setting that a running
/// server reads again.
pub(crate) fn maintenance(globals: &Globals) -> Outcome<bool> {
    let raw = raw(globals, |_| ());
    let mut r = Reader::new(&raw);
    let on = server::maintenance(&mut r);
    let faults: Vec<Fault> = raw.faults.iter().cloned().chain(r.faults()).collect();
    if faults.is_empty() {
        return Ok(on);
    }
    let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
    Err(Failure::usage(lines.join("\n")))
}

/// What was typed: file, then environment, then options.
pub(crate) fn raw(globals: &Globals, options: impl FnOnce(&mut RawConfig)) -> RawConfig {
    let mut raw = RawConfig::default();
    let mut environment = Environment::of_process();
    if let Some(path) = &globals.env_file {
        environment.add_file(&mut raw, path);
    }
    if let Some(path) = file_path(globals, &environment) {
        file::read(&mut raw, &path);
    }
    environment.read(&mut raw);
    let data_dir = globals.data_dir.as_deref().map(Path::to_string_lossy);
    raw.option("data_dir", "--data-dir", data_dir.as_deref());
    options(&mut raw);
    raw
}

fn file_path(globals: &Globals, environment: &Environment) -> Option<PathBuf> {
    let named = globals.config.clone().or_else(|| environment.config_file().map(PathBuf::from));
    named.or_else(|| Some(PathBuf::from(FILE)).filter(|path| path.is_file()))
}

#[cfg(test)]
mod tests;
