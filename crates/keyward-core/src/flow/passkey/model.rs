//! Names of authenticators by the id of their model, for a passkey that its
//! owner did not name. An authenticator can claim any model: it is a label.

use core::fmt::Write as _;

/// The name of a model, or nothing if it is none of these.
pub(super) fn name(model: &str) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == model).map_or("", |(_, name)| name)
}

/// The id as 32 hexadecimal digits.
pub(super) fn text(aaguid: &[u8; 16]) -> String {
    aaguid.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// As their makers publish them.
const NAMES: &[(&str, &str)] = &[
    ("fbfc3007154e4ecc8c0b6e020557d7bd", "iCloud Keychain"),
    ("dd4ec289e01d41c9bb8970fa845d4bf2", "iCloud Keychain"),
    ("ea9b8d664d011d213ce4b6b48cb575d4", "Google Password Manager"),
    ("adce000235bcc60a648b0b25f1f05503", "Chrome on Mac"),
    ("08987058cadc4b81b6e130de50dcbe96", "Windows Hello"),
    ("9ddd1817af5a4672a2b93e3dd95000a9", "Windows Hello"),
    ("6028b017b1d44c02b4b3afcdafc96bb2", "Windows Hello"),
    ("bada5566a7aa401fbd9645619a55120d", "1Password"),
    ("d548826e79b4db40a3d811116f7e8349", "Bitwarden"),
    ("531126d6e717415c93203d9aa6981239", "Dashlane"),
    ("fdb141b25d84443e8a354698c205a502", "KeePassXC"),
    ("0ea242b443c44a1b8b17dd6d0b6baec6", "Keeper"),
    ("b84e404815dc4dd08640f4f60813c8af", "NordPass"),
    ("50726f746f6e5061737350726f746f6e", "Proton Pass"),
    ("53414d53554e47000000000000000000", "Samsung Pass"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_is_spelt_as_it_is_stored() {
        for (model, name) in NAMES {
            let digits = model.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            assert!(model.len() == 32 && digits && !name.is_empty(), "{model}");
        }
        let bytes = [0xd5, 0x48, 0x82, 0x6e, 0x79, 0xb4, 0xdb, 0x40];
        let bytes = [bytes, [0xa3, 0xd8, 0x11, 0x11, 0x6f, 0x7e, 0x83, 0x49]].concat();
        assert_eq!(name(&text(&bytes.try_into().unwrap())), "Bitwarden");
        assert_eq!(name(&text(&[0; 16])), "");
    }
}
