//! Where Keyward differs on purpose: one table of the flaws of other systems that it does
//! not share. A rule knows its rows by what they say, never by where they stand, and says
//! what is right instead; a row is *mended* where Keyward answers exactly that.

use serde_json::{Value, json};

/// A flaw, and what is right instead.
struct Rule {
    file: &'static str,
    section: &'static str,
    /// Whether a row is about it: the row, and what was recorded.
    applies: fn(&Value, &Value) -> bool,
    /// What should have been recorded.
    instead: fn(&mut Value),
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        file: "aiohttp_http.json",
        section: "transcript",
        applies: |_, answer| cookies(answer).any(|it| it["guards"] != json!([true, true])),
        instead: |answer| {
            for cookie in answer["cookies"].as_array_mut().into_iter().flatten() {
                cookie["guards"] = json!([true, true]);
            }
        },
        why: "no script reads the cookie, and no form of another site sends it (HttpOnly, SameSite)",
    },
    Rule {
        file: "asok.json",
        section: "totp_verify",
        applies: |row, _| row == "same_code_twice",
        instead: |answers| {
            for answer in answers.as_array_mut().into_iter().flatten().skip(1) {
                *answer = json!(false);
            }
        },
        why: "a code that was accepted is not accepted again (RFC 6238 section 5.2)",
    },
    Rule {
        file: "asok.json",
        section: "totp_uri",
        applies: |_, uri| uri["issuer"].as_str().is_some_and(|it| it.contains('+')),
        instead: |uri| {
            let spaced = uri["issuer"].as_str().map(|it| it.replace('+', " "));
            uri["issuer"] = json!(spaced);
        },
        why: "a space is `%20`: apps show the `+` of a form as it stands",
    },
    Rule {
        file: "asok.json",
        section: "magic",
        applies: |row, _| row["email"].as_str().is_some_and(|it| !it.contains('@')),
        instead: |answer| *answer = Value::Null,
        why: "a bearer token, signed by the same key in the same form, is no link for an address",
    },
    Rule {
        file: "asok.json",
        section: "rbac_user",
        applies: |row, _| {
            let name = row[0].as_str().unwrap_or_default().to_ascii_lowercase();
            name.starts_with("role string \"admin")
        },
        instead: |answer| *answer = json!(false),
        why: "what a role is called allows nothing: its permissions do, or `is_admin`",
    },
    Rule {
        file: "asok.json",
        section: "oauth_userinfo_normalise",
        applies: |_, user| user["provider_id"] == "None",
        instead: |user| *user = Value::Null,
        why: "an answer without an id names nobody: all whom it does not name would be one person",
    },
    Rule {
        file: "asok.json",
        section: "oauth_userinfo_normalise",
        applies: |_, user| user["email"].as_str().is_some_and(|it| !has_domain(it)),
        instead: |user| user["email"] = Value::Null,
        why: "what no mail could reach is no address",
    },
    Rule {
        file: "asok.json",
        section: "oauth_userinfo_normalise",
        applies: |_, user| user["picture"].as_str().is_some_and(|it| !it.starts_with("https://")),
        instead: |user| user["picture"] = Value::Null,
        why: "a picture is at an https address: whatever else stands there would go into pages",
    },
    Rule {
        file: "ticket_policy.json",
        section: "flows",
        applies: |row, _| row["path"] == "/getforget",
        instead: |user| *user = Value::Null,
        why: "renewing a ticket undoes no sign-out",
    },
    Rule {
        file: "ticket_policy.json",
        section: "flows",
        applies: |row, _| row["path"] == "/getremember",
        instead: |user| *user = json!("another"),
        why: "renewing the ticket of one does not undo the sign-in of another",
    },
];

/// What Keyward must answer to a row, and the reasons where it is not what was recorded.
pub(super) fn wanted(
    file: &str,
    section: &str,
    row: &Value,
    recorded: &Value,
) -> (Value, Vec<&'static str>) {
    let (mut wanted, mut reasons) = (recorded.clone(), Vec::new());
    for rule in RULES.iter().filter(|rule| (rule.file, rule.section) == (file, section)) {
        if (rule.applies)(row, &wanted) {
            (rule.instead)(&mut wanted);
            reasons.push(rule.why);
        }
    }
    (wanted, reasons)
}

/// What an answer makes of cookies.
fn cookies(answer: &Value) -> impl Iterator<Item = &Value> {
    answer["cookies"].as_array().into_iter().flatten()
}

fn has_domain(email: &str) -> bool {
    email.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The reason of each rule, for the test that wants a sample of each.
    pub(in crate::vectors) fn reasons() -> Vec<&'static str> {
        RULES.iter().map(|rule| rule.why).collect()
    }

    #[test]
    fn no_rule_is_about_a_row_of_another_section() {
        for rule in RULES {
            let row = json!("same_code_twice");
            let (wanted, reasons) = wanted("otp.json", rule.section, &row, &json!([true, true]));
            assert_eq!((wanted, reasons.len()), (json!([true, true]), 0), "{}", rule.why);
        }
    }
}
