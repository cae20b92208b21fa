//! The settings as a page of the documentation.

use super::key::{self, Key, Takes};

/// What stands above the tables.
const HEAD: &str = "# Configuration

Every setting is optional. A value comes from, in this order: an option of the
command line, the environment, `--env-file`, the file (`-c FILE`, or
`keyward.toml` where the server is started), the default. What is not known is
refused, with its place and the name that was probably meant.

Times are written `500ms`, `30s`, `15m`, `12h` or `14d`, sizes `19 MiB`, rates
`10 / 1m`. In the environment, lists are separated by commas, and `NAME_FILE`
names a file that holds the value of `NAME`. In the file, secrets are always
named this way: `password_file` under `[database]`. A service to sign in at is a
section of its own, `[providers.google]`; in the environment its name is in capitals,
with underscores for hyphens: `KEYWARD_PROVIDERS_GOOGLE_CLIENT_ID`.

This page is written by `keyward config reference`; `keyward config schema`
writes the same as a JSON schema.
";

/// The whole page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut section = None;
    for key in key::described() {
        let own = key.name.rsplit_once('.').map_or("", |(section, _)| section);
        if section != Some(own) {
            page.push_str(&heading(own));
            section = Some(own);
        }
        page.push_str(&row(key));
    }
    page
}

fn heading(section: &str) -> String {
    let title = match section {
        "" => "Before any section".to_owned(),
        section => format!("`[{section}]`"),
    };
    format!(
        "\n## {title}\n\n| key | environment | takes | default | what it is |\n|---|---|---|---|---|\n"
    )
}

fn row(key: &Key) -> String {
    let name = key.in_file();
    let takes = match key.takes {
        Takes::Secret => "the path of a file".to_owned(),
        Takes::Duration => "a time".to_owned(),
        Takes::Size => "a size".to_owned(),
        Takes::Rate => "a rate".to_owned(),
        takes => takes.words(),
    };
    let default = match key.default {
        "" => "–".to_owned(),
        default => format!("`{default}`"),
    };
    format!("| `{name}` | `{}` | {takes} | {default} | {} |\n", key.variable(), key.what)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_the_one_that_is_checked_in() {
        let golden = include_str!("../../../../docs/configuration.md");
        assert!(golden == super::page(), "run `keyward config reference > docs/configuration.md`");
    }
}
