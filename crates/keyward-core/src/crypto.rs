//! Every use of cryptography. Nothing outside this folder names a
//! cryptography crate.

pub(crate) mod hex;
pub mod keys;
pub mod mac;
pub mod otp;
pub mod password;
pub mod seal;
pub mod token;
#[cfg(feature = "passkeys")]
pub mod webauthn;

#[cfg(test)]
pub(crate) mod testing;
