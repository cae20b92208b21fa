//! The password rules of authnzerver.

use keyward_core::password::likeness::{LikenessRules, flaws, normalise, similarity};
use keyward_core::secret::Secret;
use serde::Deserialize;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Vectors {
    policy: Policy,
    password_policy: Vec<Row>,
    #[serde(default)]
    normalize: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Policy {
    passpolicy: String,
    fqdn: String,
}

#[derive(Deserialize)]
struct Row {
    full_name: String,
    email: String,
    password: String,
    similarity_fqdn_email_name: [f64; 3],
    ok: bool,
    messages: Vec<String>,
}

/// Compares `authnzerver_validation.json`.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    let vectors: Vectors = serde_json::from_str(text)?;
    let rules = rules(&vectors.policy.passpolicy)?;
    for (place, row) in vectors.password_policy.iter().enumerate() {
        let id = format!("password_policy[{place}]");
        if row.messages.iter().any(|it| it.contains("common")) {
            comparison.leave_out(id, 1, "it needs authnzerver's list of words");
            continue;
        }
        let names = [vectors.policy.fqdn.as_str(), &row.email, &row.full_name];
        let said = flaws(&Secret::new(row.password.as_str()), &names, rules);
        comparison.row(format!("{id}: ok"), said.is_empty(), row.ok);
        comparison.row(format!("{id}: messages"), said, row.messages.clone());
        let like = names.map(|name| percent(&row.password, name));
        comparison.row(format!("{id}: similarity"), like, row.similarity_fqdn_email_name);
    }
    for (place, (text, normal)) in vectors.normalize.iter().enumerate() {
        comparison.row(format!("normalize[{place}]"), normalise(text), normal.clone());
    }
    Ok(())
}

/// As the rules compare them: the first 256 characters, squeezed and folded.
fn percent(password: &str, name: &str) -> f64 {
    let seen: String = password.chars().take(256).collect();
    let squeezed = seen.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    (similarity(&squeezed, &name.to_lowercase()) * 100.0).round() / 100.0
}

/// `min_pass_length:12; max_unsafe_similarity:50; max_char_frequency:0.3; …`
fn rules(text: &str) -> Result<LikenessRules> {
    let mut rules = LikenessRules::default();
    for part in text.split(';') {
        match part.trim().split_once(':') {
            Some(("min_pass_length", value)) => rules.min_length = value.trim().parse()?,
            Some(("max_unsafe_similarity", value)) => {
                rules.max_similarity = value.trim().parse()?
            }
            Some(("max_char_frequency", value)) => rules.max_frequency = value.trim().parse()?,
            _ => {}
        }
    }
    Ok(rules)
}
