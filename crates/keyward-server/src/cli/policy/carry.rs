//! `keyward policy import` and `export`: from other systems, and to them.

use std::path::PathBuf;

use clap::ValueEnum;
use keyward::authz::import::{self, Imported};
use keyward::authz::{export, policy};

use super::{parsed, text_of};
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, note};

/// What to take over.
#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// The system
    #[arg(long, value_enum, value_name = "SYSTEM")]
    from: From,
    /// Its file; for casbin the model
    file: PathBuf,
    /// The policy lines (CSV), for casbin
    #[arg(required_if_eq("from", "casbin"))]
    lines: Option<PathBuf>,
}

/// What to give away.
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// The form
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The policy file
    file: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum From {
    /// An object of roles and their permissions: `{"editor": "posts.edit,posts.own"}`
    Asok,
    /// `permissions-model.json`
    Authnzerver,
    /// `shiro.ini`
    Shiro,
    /// A model and policy lines
    Casbin,
    /// A model in its own language
    Openfga,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// Every definition
    #[default]
    Json,
    /// Policies of Cedar
    Cedar,
    /// The roles as entities of Cedar
    CedarEntities,
}

impl Import {
    pub(super) fn run(self) -> Outcome {
        let text = text_of(&self.file)?;
        let imported = match (self.from, &self.lines) {
            (From::Asok, _) => import::asok(&text),
            (From::Authnzerver, _) => import::authnzerver(&text),
            (From::Shiro, _) => import::shiro(&text),
            (From::Openfga, _) => import::openfga(&text),
            (From::Casbin, lines) => {
                let lines = lines.as_deref().map(text_of).transpose()?.unwrap_or_default();
                import::casbin(&text, &lines).map(|casbin| casbin.imported)
            }
        };
        let Imported { policy, assignments } = imported.map_err(|flaw| {
            Failure::usage(format!("could not import {}: {flaw}", self.file.display()))
        })?;
        answer(policy::format(&policy).trim_end())?;
        for (subject, role) in &assignments {
            note(&format!("# {subject} has role {role}"));
        }
        Ok(())
    }
}

impl Export {
    pub(super) fn run(self) -> Outcome {
        let policy = parsed(&self.file)?;
        let snapshot = policy.snapshot();
        let text = match self.format {
            Format::Json => format!("{:#}", export::json(snapshot)),
            Format::Cedar => export::cedar(snapshot),
            Format::CedarEntities => format!("{:#}", export::cedar_entities(snapshot)),
        };
        Ok(answer(text.trim_end())?)
    }
}
