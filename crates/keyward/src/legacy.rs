//! What other systems gave out, read by an app that moves from them: links, codes and
//! tokens that are about still. Nothing is written so here, and nobody is signed in by
//! it: look for the account, and vouch for it by
//! [`Keyward::sign_in_vouched`](crate::Keyward::sign_in_vouched). A link is one factor, and
//! the session says so: whoever has a second is not asked for it by that.
//!
//! ```
//! use keyward::{Secret, Timestamp, legacy};
//!
//! // A link that Asok sent, as it comes in at `/auth/magic/callback?token=…`.
//! let key = b"test-secret-key-for-auth-tests-0123456789";
//! let token = "alice@example.com|1700003600.babb26941a321fbe49cd1d62ea83f998b2d1083c666c9231c26f41e996facdde";
//! let now = Timestamp::from_secs(1_700_000_000);
//! let mut spent = Vec::new();
//! let link = legacy::magic_link(key, token, now, |mark| spent.contains(mark)).unwrap();
//! assert_eq!(link.email, "alice@example.com");
//! // It works once: its mark is kept until its time is over.
//! spent.push(link.mark);
//! assert!(legacy::magic_link(key, token, now, |mark| spent.contains(mark)).is_none());
//!
//! // A session cookie of asyncauth or sanic-security.
//! assert!(legacy::verify_shared("no token", &Secret::new("AUTH.secret"), now).is_err());
//! ```

#[cfg(feature = "legacy-hashes")]
pub use keyward_core::crypto::asok::open_totp;
pub use keyward_core::crypto::asok::{
    MagicLink, backup_code, magic_link, stored_backup_code, unsign,
};
pub use keyward_core::crypto::jose::{Fault, verify_shared};
