//! Services that many people have an account with. To add one: a row.
//!
//! The addresses are those of the services' own documents, and change seldom; an
//! issuer whose row has no addresses is asked for them.

use serde_json::Value;

/// One service.
#[derive(Debug)]
pub(super) struct Preset {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// Stands for the service beside the id of a person; for OpenID Connect, its
    /// issuer. `{tenant}` is the operator's.
    pub(super) issuer: &'static str,
    pub(super) authorize: &'static str,
    pub(super) token: &'static str,
    pub(super) how: How,
    pub(super) scopes: &'static [&'static str],
    /// Parameters of its own.
    pub(super) also: &'static [(&'static str, &'static str)],
    /// Whether it takes PKCE. One that does not refuses the verifier.
    pub(super) pkce: bool,
    pub(super) secret: Shown,
    /// Whether a client may have no secret.
    pub(super) may_be_public: bool,
    pub(super) read: fn(&Value) -> Told,
}

/// How a service says who somebody is.
#[derive(Debug)]
pub(super) enum How {
    /// By an ID token, signed with keys that are found here.
    IdToken { keys: &'static str },
    /// By an answer from here, to whoever has the access token; and of addresses,
    /// from there.
    Answer { user: &'static str, emails: Option<&'static str> },
}

/// How our secret is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shown {
    /// In a header (RFC 6749 section 2.3.1).
    Header,
    /// In the form.
    Form,
    /// Signed anew each time.
    Signed,
}

/// What a service told of somebody.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) email_verified: bool,
    pub(super) name: Option<String>,
    pub(super) picture: Option<String>,
}

const OPENID: &[&str] = &["openid", "email", "profile"];

/// What most rows share.
const PLAIN: Preset = Preset {
    name: "oidc",
    title: "OpenID Connect",
    issuer: "",
    authorize: "",
    token: "",
    how: How::IdToken { keys: "" },
    scopes: OPENID,
    also: &[],
    pkce: true,
    secret: Shown::Form,
    may_be_public: false,
    read: claims,
};

/// Every service.
pub(super) const PRESETS: &[Preset] = &[
    Preset {
        name: "google",
        title: "Google",
        issuer: "https://accounts.google.com",
        authorize: "https://accounts.google.com/o/oauth2/v2/auth",
        token: "https://oauth2.googleapis.com/token",
        how: How::IdToken { keys: "https://www.googleapis.com/oauth2/v3/certs" },
        ..PLAIN
    },
    Preset {
        name: "github",
        title: "GitHub",
        issuer: "https://github.com",
        authorize: "https://github.com/login/oauth/authorize",
        token: "https://github.com/login/oauth/access_token",
        how: How::Answer {
            user: "https://api.github.com/user",
            emails: Some("https://api.github.com/user/emails"),
        },
        scopes: &["user:email"],
        read: github,
        ..PLAIN
    },
    Preset {
        name: "twitter",
        title: "X",
        issuer: "https://x.com",
        authorize: "https://x.com/i/oauth2/authorize",
        token: "https://api.x.com/2/oauth2/token",
        how: How::Answer {
            user: "https://api.x.com/2/users/me?user.fields=confirmed_email,profile_image_url",
            emails: None,
        },
        scopes: &["tweet.read", "users.read", "users.email"],
        secret: Shown::Header,
        may_be_public: true,
        read: twitter,
        ..PLAIN
    },
    Preset {
        name: "microsoft",
        title: "Microsoft",
        issuer: "https://login.microsoftonline.com/{tenant}/v2.0",
        authorize: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        token: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        how: How::IdToken {
            keys: "https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys",
        },
        read: microsoft,
        ..PLAIN
    },
    Preset {
        name: "apple",
        title: "Apple",
        issuer: "https://appleid.apple.com",
        authorize: "https://appleid.apple.com/auth/authorize",
        token: "https://appleid.apple.com/auth/token",
        how: How::IdToken { keys: "https://appleid.apple.com/auth/keys" },
        scopes: &["name", "email"],
        also: &[("response_mode", "form_post")],
        secret: Shown::Signed,
        ..PLAIN
    },
    Preset {
        name: "gitlab",
        title: "GitLab",
        issuer: "https://gitlab.com",
        authorize: "https://gitlab.com/oauth/authorize",
        token: "https://gitlab.com/oauth/token",
        how: How::IdToken { keys: "https://gitlab.com/oauth/discovery/keys" },
        ..PLAIN
    },
    Preset {
        name: "discord",
        title: "Discord",
        issuer: "https://discord.com",
        authorize: "https://discord.com/oauth2/authorize",
        token: "https://discord.com/api/oauth2/token",
        how: How::Answer { user: "https://discord.com/api/users/@me", emails: None },
        scopes: &["identify", "email"],
        read: discord,
        ..PLAIN
    },
    Preset {
        name: "facebook",
        title: "Facebook",
        issuer: "https://www.facebook.com",
        authorize: "https://www.facebook.com/v23.0/dialog/oauth",
        token: "https://graph.facebook.com/v23.0/oauth/access_token",
        how: How::Answer {
            user: "https://graph.facebook.com/v23.0/me?fields=id,name,email,picture",
            emails: None,
        },
        scopes: &["email", "public_profile"],
        read: facebook,
        ..PLAIN
    },
    Preset {
        name: "linkedin",
        title: "LinkedIn",
        issuer: "https://www.linkedin.com/oauth",
        authorize: "https://www.linkedin.com/oauth/v2/authorization",
        token: "https://www.linkedin.com/oauth/v2/accessToken",
        // Its ID token repeats no nonce, so it is not asked: who has the access
        // token, which comes to us alone, is told over TLS.
        how: How::Answer { user: "https://api.linkedin.com/v2/userinfo", emails: None },
        pkce: false,
        ..PLAIN
    },
    Preset {
        name: "slack",
        title: "Slack",
        issuer: "https://slack.com",
        authorize: "https://slack.com/openid/connect/authorize",
        token: "https://slack.com/api/openid.connect.token",
        how: How::IdToken { keys: "https://slack.com/openid/connect/keys" },
        ..PLAIN
    },
    Preset { may_be_public: true, ..PLAIN },
];

fn text(told: &Value, name: &str) -> Option<String> {
    told.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An id: a text, or a number that is none of nothing.
fn id(told: &Value, name: &str) -> Option<String> {
    let number = told.get(name).and_then(Value::as_u64).filter(|number| *number > 0);
    text(told, name).or_else(|| number.map(|number| number.to_string()))
}

/// `true`; some services write it as a text.
fn yes(told: &Value, name: &str) -> bool {
    told.get(name).is_some_and(|value| *value == true || *value == "true")
}

/// OpenID Connect Core section 5.1.
fn claims(told: &Value) -> Told {
    Told {
        id: text(told, "sub"),
        email: text(told, "email"),
        email_verified: yes(told, "email_verified"),
        name: text(told, "name"),
        picture: text(told, "picture"),
    }
}

/// An administrator of a tenant writes whatever they like into `email`; only where
/// the domain's owner was asked for, it is said so.
fn microsoft(told: &Value) -> Told {
    let proven =
        yes(told, "xms_edov") || told.get("xms_edov").is_some_and(|v| *v == 1 || *v == "1");
    Told { email_verified: proven, ..claims(told) }
}

/// The address of the profile is what its owner shows; what is proven is asked for.
fn github(told: &Value) -> Told {
    let emails = told.get("emails").and_then(Value::as_array);
    let mut verified = emails.into_iter().flatten().filter(|email| yes(email, "verified"));
    let primary = verified.clone().find(|email| yes(email, "primary"));
    let proven = primary.or_else(|| verified.next()).and_then(|email| text(email, "email"));
    Told {
        id: id(told, "id"),
        email_verified: proven.is_some(),
        email: proven.or_else(|| text(told, "email")),
        name: text(told, "name").or_else(|| text(told, "login")),
        picture: text(told, "avatar_url"),
    }
}

fn twitter(told: &Value) -> Told {
    let told = told.get("data").unwrap_or(&Value::Null);
    let email = text(told, "confirmed_email");
    Told {
        id: text(told, "id"),
        email_verified: email.is_some(),
        email,
        name: text(told, "name").or_else(|| text(told, "username")),
        picture: text(told, "profile_image_url"),
    }
}

fn discord(told: &Value) -> Told {
    let id = text(told, "id");
    let picture = id
        .as_ref()
        .zip(text(told, "avatar"))
        .map(|(id, avatar)| format!("https://cdn.discordapp.com/avatars/{id}/{avatar}.png"));
    Told {
        id,
        email: text(told, "email"),
        email_verified: yes(told, "verified"),
        name: text(told, "global_name").or_else(|| text(told, "username")),
        picture,
    }
}

/// It does not say whether an address is proven.
fn facebook(told: &Value) -> Told {
    let picture = told.pointer("/picture/data/url").and_then(Value::as_str);
    Told {
        id: text(told, "id"),
        email: text(told, "email"),
        email_verified: false,
        name: text(told, "name"),
        picture: picture.map(str::to_owned),
    }
}
