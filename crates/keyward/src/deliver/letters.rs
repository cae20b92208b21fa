//! Writing messages: subject, text and HTML in the reader's language.

use keyward_core::flow::challenge::Letter;
use keyward_core::record::{Channel, Message};

use super::Outgoing;
use crate::engine::Keyward;

/// What a template says, before names and secrets are filled in.
struct Words {
    subject: &'static str,
    lead: &'static str,
    code: &'static str,
    link: &'static str,
    foot: &'static str,
}

/// Writes the message that `letter` asks for.
pub(super) fn write(auth: &Keyward, message: &Message, letter: &Letter) -> Outgoing {
    let words = words(&message.template, &letter.language);
    let brand = &auth.0.settings.brand;
    let link = letter.link.as_ref().map(|secret| auth.link(path(&message.template), secret));
    let fill = |text: &str| text.replace("{brand}", brand);
    let short = message.channel == Channel::Sms;
    let text = if short {
        let code = letter.code.as_deref().unwrap_or_default();
        fill(words.code).replace("{code}", code)
    } else {
        plain(&words, brand, letter, link.as_deref())
    };
    Outgoing {
        id: message.id.to_string(),
        channel: message.channel,
        to: letter.to.clone(),
        subject: if short { String::new() } else { fill(words.subject) },
        text,
        html: if short { String::new() } else { html(&words, brand, letter, link.as_deref()) },
        code: letter.code.clone(),
        link,
    }
}

fn path(template: &str) -> &'static str {
    match template {
        "recover" => "/recover/",
        _ => "/verify/",
    }
}

fn paragraphs(words: &Words, brand: &str, letter: &Letter) -> Vec<String> {
    let mut parts = vec![words.lead.replace("{brand}", brand)];
    if let Some(code) = &letter.code {
        parts.push(words.code.replace("{brand}", brand).replace("{code}", code));
    }
    parts
}

fn plain(words: &Words, brand: &str, letter: &Letter, link: Option<&str>) -> String {
    let mut parts = paragraphs(words, brand, letter);
    if let Some(link) = link {
        parts.push(format!("{}\n{link}", words.link));
    }
    parts.push(words.foot.replace("{brand}", brand));
    parts.join("\n\n") + "\n"
}

fn html(words: &Words, brand: &str, letter: &Letter, link: Option<&str>) -> String {
    let mut body = String::new();
    for part in paragraphs(words, brand, letter) {
        body.push_str(&format!("<p>{}</p>", escape(&part)));
    }
    if let Some(link) = link {
        let (href, label) = (escape(link), escape(words.link));
        body.push_str(&format!("<p><a href=\"{href}\">{label}</a></p>"));
    }
    let foot = escape(&words.foot.replace("{brand}", brand));
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>{}</title></head>\
         <body style=\"font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto\">\
         {body}<p style=\"color:#666;font-size:14px\">{foot}</p></body></html>",
        escape(brand)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn words(template: &str, language: &str) -> Words {
    match language {
        "de" => german(template),
        _ => english(template),
    }
}

fn german(template: &str) -> Words {
    match template {
        "verify" => Words {
            subject: "Bestätigen Sie Ihre Adresse bei {brand}",
            lead: "Willkommen bei {brand}. Bitte bestätigen Sie, dass diese Adresse Ihnen gehört.",
            code: "Ihr Code für {brand}: {code}",
            link: "Adresse bestätigen",
            foot: "Wenn Sie das nicht waren, müssen Sie nichts tun.",
        },
        "recover" => Words {
            subject: "Neues Passwort für {brand}",
            lead: "Jemand möchte für Ihr Konto bei {brand} ein neues Passwort setzen.",
            code: "Ihr Code für {brand}: {code}",
            link: "Neues Passwort setzen",
            foot: "Wenn Sie das nicht waren, müssen Sie nichts tun. Ihr Passwort gilt weiter.",
        },
        "already_registered" => Words {
            subject: "Sie haben schon ein Konto bei {brand}",
            lead: "Jemand wollte mit dieser Adresse ein Konto bei {brand} anlegen, aber es gibt \
                   schon eines. Melden Sie sich an oder setzen Sie ein neues Passwort.",
            code: "{code}",
            link: "",
            foot: "Wenn Sie das nicht waren, müssen Sie nichts tun.",
        },
        _ => Words {
            subject: "Ihr Passwort bei {brand} wurde geändert",
            lead: "Das Passwort Ihres Kontos bei {brand} wurde soeben geändert.",
            code: "{code}",
            link: "",
            foot: "Wenn Sie das nicht waren, setzen Sie sofort ein neues Passwort.",
        },
    }
}

fn english(template: &str) -> Words {
    match template {
        "verify" => Words {
            subject: "Confirm your address for {brand}",
            lead: "Welcome to {brand}. Please confirm that this address is yours.",
            code: "Your code for {brand} is {code}",
            link: "Confirm this address",
            foot: "If this was not you, there is nothing to do.",
        },
        "recover" => Words {
            subject: "New password for {brand}",
            lead: "Someone asked to set a new password for your account at {brand}.",
            code: "Your code for {brand} is {code}",
            link: "Set a new password",
            foot: "If this was not you, there is nothing to do: your password still works.",
        },
        "already_registered" => Words {
            subject: "You already have an account at {brand}",
            lead: "Someone tried to sign up at {brand} with this address, but there is an \
                   account already. Sign in, or set a new password.",
            code: "{code}",
            link: "",
            foot: "If this was not you, there is nothing to do.",
        },
        _ => Words {
            subject: "Your password at {brand} was changed",
            lead: "The password of your account at {brand} was changed just now.",
            code: "{code}",
            link: "",
            foot: "If this was not you, set a new password at once.",
        },
    }
}
