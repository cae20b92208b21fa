//! `[forward]`: sites behind a proxy that asks here about each request.

use keyward::forward::{Needs, Site};
use keyward::{all, any};

use super::key::{Key, Takes};
use super::reader::Reader;

const NAME: &str = "forward.rules";

pub(super) const KEYS: &[Key] = &[Key {
    name: NAME,
    takes: Takes::List,
    default: "",
    what: "Who may go where at a site behind a proxy, each as `https://HOST [GET,POST] PATH NEEDS`; the first that fits decides. PATH is `/about`, `/assets/*` (that and all below it) or `otherwise`; NEEDS is `nothing`, `sign_in`, `closed`, `all PERMISSION,...` or `any PERMISSION,...`. Whatever no rule names asks for sign_in.",
}];

/// Sites behind a proxy.
pub(super) fn read(r: &mut Reader<'_>) -> Vec<Site> {
    let mut sites: Vec<(String, Site)> = vec![];
    for text in r.list(NAME) {
        if let Err(why) = rule(&text, &mut sites) {
            r.refuse(NAME, format!("cannot read `{text}`: {why}"));
        }
    }
    sites.into_iter().map(|(_, site)| site).collect()
}

fn rule(text: &str, sites: &mut Vec<(String, Site)>) -> Result<(), String> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        return Err("a site is missing: https://HOST".into());
    }
    let origin = words.remove(0);
    let methods = words.first().copied().filter(|word| is_methods(word));
    if methods.is_some() {
        words.remove(0);
    }
    let methods: Option<Vec<&str>> = methods.map(|text| text.split(',').collect());
    let (path, needs) = match words.as_slice() {
        [path, needs @ ..] => (*path, read_needs(needs)?),
        [] => return Err("a path is missing: /about".into()),
    };
    let place = sites.iter().position(|(known, _)| known == origin);
    let site = match place.map(|place| sites.remove(place)) {
        Some((_, site)) => site,
        None => Site::new(origin).map_err(said)?,
    };
    let site = match (path, methods) {
        ("otherwise", None) => site.otherwise(needs),
        ("otherwise", Some(_)) => return Err("`otherwise` is by every method".into()),
        (path, None) => site.rule(path, needs),
        (path, Some(methods)) => site.rule_for(&methods, path, needs),
    };
    sites.push((origin.to_owned(), site.map_err(said)?));
    Ok(())
}

fn is_methods(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_uppercase() || b == b',')
}

fn read_needs(words: &[&str]) -> Result<Needs, String> {
    Ok(match words {
        ["nothing"] => Needs::Nothing,
        ["sign_in"] => Needs::SignIn,
        ["closed"] => Needs::Closed,
        ["all", names] => Needs::Permission(all(names.split(','))),
        ["any", names] => Needs::Permission(any(names.split(','))),
        _ => return Err("use nothing, sign_in, closed, all P or any P".into()),
    })
}

fn said(error: keyward::Error) -> String {
    let why = std::error::Error::source(&error).map(ToString::to_string);
    why.unwrap_or_else(|| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_one_site_are_together() {
        let mut sites = vec![];
        for text in [
            "https://app.example.com /assets/* nothing",
            "https://wiki.example.com otherwise all wiki:read",
            "https://app.example.com GET,HEAD /posts/* any posts:read,posts:edit",
            "https://app.example.com otherwise closed",
        ] {
            rule(text, &mut sites).unwrap();
        }
        assert_eq!(sites.len(), 2);
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for text in [
            "",
            "https://app.example.com",
            "https://app.example.com /a",
            "https://app.example.com /a maybe",
            "https://app.example.com /a all",
            "https://app.example.com /../a sign_in",
            "https://app.example.com GET otherwise sign_in",
            "http://app.example.com /a sign_in",
            "https://app.example.com /a all not a permission",
        ] {
            assert!(rule(text, &mut vec![]).is_err(), "{text}");
        }
    }
}
