//! Every use of cryptography. Nothing outside this folder names a
//! cryptography crate.

pub mod api_key;
pub(crate) mod hex;
#[cfg(feature = "oauth")]
pub mod jose;
pub mod keys;
pub mod mac;
pub mod otp;
pub mod password;
#[cfg(any(feature = "oauth", feature = "passkeys"))]
mod public_key;
pub mod seal;
pub mod site_token;
#[cfg(feature = "tickets")]
pub mod ticket;
pub mod token;
#[cfg(feature = "passkeys")]
pub mod webauthn;

#[cfg(test)]
pub(crate) mod testing;
