//! What accounts are called: kinds of identifier, and the one text each
//! compares by.

mod email;
mod phone;
mod text;
mod username;

/// A kind of identifier.
#[derive(
    Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A name of the person's own choice.
    Username,
    /// A telephone number, E.164.
    Phone,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Email, Self::Username, Self::Phone];

    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
            Self::Phone => "phone",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }
}

/// An identifier as it is compared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Normalised {
    /// Which kind.
    pub kind: Kind,
    /// The text that must be equal.
    pub text: String,
    /// UTS #39 skeleton: names that look alike share it. Usernames only.
    pub skeleton: Option<String>,
}

/// A text that is no identifier of its kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BadIdentifier;

impl core::fmt::Display for BadIdentifier {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("no identifier of this kind")
    }
}

impl std::error::Error for BadIdentifier {}

/// The text that `raw` compares by. Applying it again changes nothing.
pub fn normalise(kind: Kind, raw: &str) -> Result<Normalised, BadIdentifier> {
    let found = match kind {
        Kind::Email => email::normalise(raw).map(|text| (text, None)),
        Kind::Username => username::normalise(raw).map(|(text, skeleton)| (text, Some(skeleton))),
        Kind::Phone => phone::normalise(raw).map(|text| (text, None)),
    };
    let (text, skeleton) = found.ok_or(BadIdentifier)?;
    Ok(Normalised { kind, text, skeleton })
}

/// Which kind a text is, if one field takes all of them.
pub fn guess(raw: &str) -> Kind {
    let raw = raw.trim();
    if raw.contains(['@', '\u{ff20}', '\u{fe6b}']) {
        Kind::Email
    } else if raw.strip_prefix('+').is_some_and(|rest| rest.contains(|c: char| c.is_ascii_digit()))
    {
        Kind::Phone
    } else {
        Kind::Username
    }
}

/// One spelling for all that compare alike, of whatever may be no identifier at all: so
/// that a limit that counts names that nobody has counts as the limit of an account does.
pub fn folded(raw: &str) -> String {
    let found = normalise(guess(raw), raw);
    found.map_or_else(|_| raw.to_lowercase(), |normal| normal.text)
}

/// An address as its owner recognises it and nobody else learns it:
/// `a•••@example.com`, `•••67`. Another kind is shown as it is.
pub fn mask(kind: Kind, normal: &str) -> String {
    match kind {
        Kind::Email => {
            let first: String = normal.chars().take(1).collect();
            let domain = normal.rsplit_once('@').map_or("", |(_, domain)| domain);
            format!("{first}•••@{domain}")
        }
        Kind::Phone => {
            let last = normal.char_indices().rev().nth(1).map_or(0, |(at, _)| at);
            format!("•••{}", normal.get(last..).unwrap_or_default())
        }
        Kind::Username => normal.to_owned(),
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, raw: &str, expected: Option<&str>) {
        let found = normalise(kind, raw).ok().map(|n| n.text);
        assert_eq!(found.as_deref(), expected, "{kind:?} {raw:?}");
        if let Some(text) = found {
            assert_eq!(normalise(kind, &text).unwrap().text, text, "again changes nothing");
        }
    }

    #[test]
    fn e_mail_addresses_compare_folded() {
        use Kind::Email;
        check(Email, "Ada@Example.COM", Some("ada@example.com"));
        check(Email, " ada+news@example.com ", Some("ada+news@example.com"));
        check(Email, "ada@bücher.example", Some("ada@xn--bcher-kva.example"));
        check(Email, "ＡＤＡ@example.com", Some("ada@example.com"));
        check(Email, "straße@example.com", Some("strasse@example.com"));
    }

    #[test]
    fn a_masked_address_shows_little() {
        assert_eq!(mask(Kind::Email, "ada@example.com"), "a•••@example.com");
        assert_eq!(mask(Kind::Email, "é@example.com"), "é•••@example.com");
        assert_eq!(mask(Kind::Phone, "+4915112345678"), "•••78");
        assert_eq!(mask(Kind::Phone, ""), "•••");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        use Kind::Email;
        for raw in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost@example.com",
            "ada＠example.com",
            "\"ada\"@example.com",
            "ada @example.com",
            "ada@exam ple.com",
            "ada@example..com",
            "ada@-example.com",
            "ada\u{0}@example.com",
            "ada\u{202e}@example.com",
            "ada@example",
            "ada\u{200b}@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "a..b@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@xn--example-.com",
            "ada@[127.0.0.1]",
        ] {
            check(Email, raw, None);
        }
        check(Email, &format!("{}@example.com", "a".repeat(65)), None);
        check(Email, &format!("a@{}.com", "b.".repeat(130)), None);
    }

    #[test]
    fn a_local_part_keeps_to_one_script() {
        use Kind::Email;
        check(Email, "иван@example.com", Some("иван@example.com"));
        check(Email, "иван+1@example.com", Some("иван+1@example.com"));
        check(Email, "pаypal@example.com", None); // Cyrillic а
        check(Email, "o'brien@example.com", Some("o'brien@example.com"));
        check(Email, "o\u{2019}brien@example.com", None);
    }

    #[test]
    fn a_domain_has_one_spelling() {
        use Kind::Email;
        check(Email, "ada@EXAMPLE\u{3002}com", Some("ada@example.com"));
        check(Email, "ada@B\u{dc}CHER.example", Some("ada@xn--bcher-kva.example"));
        check(Email, "ada@XN--Bcher-kva.example", Some("ada@xn--bcher-kva.example"));
        check(Email, "ada@fa\u{df}.de", Some("ada@xn--fa-hia.de"));
        // Punycode of plain ASCII and of nothing.
        check(Email, "ada@xn--example-.com", None);
        check(Email, "ada@xn--example-.xn--com-", None);
        check(Email, "ada@xn--.com", None);
        check(Email, "ada@example.com.", None);
        check(Email, "ada@ex_ample.com", None);
        check(Email, "ada@ab--cd.com", None);
        check(Email, "ada@1.2.3.4", None);
    }

    #[test]
    fn usernames_that_look_alike_share_a_skeleton() {
        let skeleton = |raw| normalise(Kind::Username, raw).unwrap().skeleton;
        assert_eq!(skeleton("paypal"), skeleton("paypa1"));
        assert_eq!(skeleton("Ada"), skeleton("ada"));
        assert_ne!(skeleton("ada"), skeleton("bob"));
    }

    #[test]
    fn usernames_keep_to_one_script_and_plain_characters() {
        use Kind::Username;
        check(Username, "Ada.Lovelace", Some("ada.lovelace"));
        check(Username, "марина", Some("марина"));
        check(Username, "pаypal", None); // Cyrillic а
        for raw in [
            "",
            "a",
            "a b",
            "a@b",
            "-ada",
            "ada/..",
            "ada\u{200d}x",
            "ad\na",
            "usr_01hf7yat00fzzvyzzzzzzzzzzz",
        ] {
            check(Username, raw, None);
        }
        check(Username, &"x".repeat(65), None);
        check(Username, &"x".repeat(64), Some(&"x".repeat(64)));
        check(Username, "\u{ff21}\u{ff44}\u{ff41}", Some("ada"));
        check(Username, "\u{e9}milie", Some("\u{e9}milie"));
        check(Username, "e\u{301}milie", Some("\u{e9}milie"));
        check(Username, "東京タワー", Some("東京タワー"));
        check(Username, &format!("zal{}go", "\u{300}\u{301}\u{302}\u{303}\u{308}"), None);
        check(Username, "x\u{310}\u{310}y", None);
        check(Username, "\u{1d4d0}\u{1d4ed}\u{1d4ea}", Some("ada"));
        check(Username, "adа", None); // Cyrillic а
        check(Username, "ada\u{2800}", None);
        check(Username, "ada\u{3164}", None);
    }

    #[test]
    fn a_name_in_another_script_shares_the_skeleton_it_imitates() {
        let skeleton = |raw| normalise(Kind::Username, raw).unwrap().skeleton;
        // Wholly Cyrillic, and still the same to the eye.
        assert_eq!(skeleton("сосо"), skeleton("coco"));
        assert_eq!(skeleton("modern"), skeleton("rnodern"));
        assert_eq!(skeleton("b0b"), skeleton("bob"));
        assert_eq!(skeleton("1ili"), skeleton("lili"));
    }

    #[test]
    fn one_field_takes_every_kind() {
        let check = |raw, kind| assert_eq!(guess(raw), kind, "{raw}");
        check("ada", Kind::Username);
        check(" ada@example.com ", Kind::Email);
        check("ada\u{ff20}example.com", Kind::Email);
        check("+44 20 7946 0000", Kind::Phone);
        check("442079460000", Kind::Username);
        check("+ada", Kind::Username);
        check("", Kind::Username);
    }

    #[test]
    fn phone_numbers_are_e_164() {
        use Kind::Phone;
        check(Phone, "+44 20 7946-0000", Some("+442079460000"));
        check(Phone, "+1 (202) 555.0100", Some("+12025550100"));
        for raw in [
            "",
            "+",
            "020 7946 0000",
            "+0123456789",
            "+123456",
            "+1234567890123456",
            "+44x2079460000",
        ] {
            check(Phone, raw, None);
        }
    }
}
