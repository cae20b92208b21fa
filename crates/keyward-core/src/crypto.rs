//! Every use of cryptography. Nothing outside this folder names a
//! cryptography crate.

pub mod api_key;
pub mod asok;
#[cfg(feature = "authnzerver")]
pub mod fernet;
pub(crate) mod hex;
#[cfg(any(feature = "oauth", feature = "tokens"))]
pub mod jose;
pub mod keys;
pub mod mac;
#[cfg(feature = "authnzerver")]
pub mod message;
pub mod otp;
pub mod password;
#[cfg(feature = "authnzerver")]
pub mod pii;
#[cfg(any(feature = "oauth", feature = "passkeys", feature = "tokens"))]
mod public_key;
#[cfg(feature = "tokens")]
pub mod refresh;
pub mod seal;
pub mod site_token;
#[cfg(feature = "tickets")]
pub mod ticket;
pub mod token;
#[cfg(feature = "passkeys")]
pub mod webauthn;

#[cfg(test)]
pub(crate) mod testing;
