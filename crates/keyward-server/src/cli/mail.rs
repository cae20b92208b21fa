//! `keyward mail`: what people read in the letters that we send.

use clap::{Subcommand, ValueEnum};
use keyward::{Channel, Keyward};

use super::print::{self, Column};
use crate::args::Globals;
use crate::failure::{Failure, Outcome};
use crate::run::{block_on, open};
use crate::terminal::answer;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the letters by name
    List,
    /// Print a letter as people get it, with a code and a link that open nothing
    Preview {
        /// Its name, as `keyward mail list` says
        letter: String,
        /// The language
        #[arg(long, value_name = "CODE", default_value = "en")]
        lang: String,
        /// Which form of it
        #[arg(long = "as", value_enum, default_value_t)]
        form: Form,
    },
}

/// The forms of a letter.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Form {
    /// The plain text of a mail
    #[default]
    Text,
    /// The HTML of a mail
    Html,
    /// A text message
    Sms,
}

const NAMES: &[Column<&str>] = &[("LETTER", |name| (*name).to_owned())];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::List => print::list(
                globals.output,
                &Keyward::letter_names().collect::<Vec<_>>(),
                NAMES,
                "letters",
            ),
            Self::Preview { letter, lang, form } => preview(globals, &letter, &lang, form),
        }
    }
}

fn preview(globals: &Globals, letter: &str, lang: &str, form: Form) -> Outcome {
    if !Keyward::letter_languages().any(|known| known == lang) {
        let known: Vec<&str> = Keyward::letter_languages().collect();
        return Err(Failure::usage(format!("no language {lang}; there are {}", known.join(", "))));
    }
    // As configured, but for the database: a letter needs none.
    let auth = block_on(open::without_database(globals))?;
    let channel = if form == Form::Sms { Channel::Sms } else { Channel::Mail };
    let found = auth.letter_preview(letter, channel, lang)?;
    let found = found.ok_or_else(|| {
        let names: Vec<&str> = Keyward::letter_names().collect();
        Failure::usage(format!("no letter `{letter}`; there are {}", names.join(", ")))
    })?;
    Ok(answer(&match form {
        Form::Html => found.html,
        Form::Sms => found.text,
        Form::Text => format!("Subject: {}\n\n{}", found.subject, found.text.trim_end()),
    })?)
}
