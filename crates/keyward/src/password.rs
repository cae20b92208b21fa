//! Password hashes, with or without a [`Keyward`](crate::Keyward): made, verified and
//! judged. What Keyward itself writes is Argon2id; with the feature `legacy-hashes`
//! it reads what passlib, Django, Werkzeug, Asok, asyncauth, Firebase, WordPress,
//! Apache and LDAP directories wrote.
//!
//! ```
//! use keyward::Secret;
//! use keyward::password::{Hashers, Policy};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let policy = Policy::CHEAPEST;
//! let hashers = Hashers::new(policy);
//! let stored = hashers.hash(&Secret::new("correct horse battery staple")).await?;
//! let checked = hashers.verify(&Secret::new("correct horse battery staple"), &stored).await?;
//! assert!(checked.is_right && checked.renewed.is_none());
//! # Ok::<(), keyward::password::HashError>(())
//! # }).unwrap();
//! ```

use keyward_core::crypto::password::{Arena, hash as hash_as, verify_with};
pub use keyward_core::crypto::password::{
    Format, HashError, MAX_PASSWORD, Policy, Scheme, describe, identify, needs_rehash, verify,
};
#[cfg(feature = "legacy-hashes")]
pub use keyward_core::crypto::password::{from_asyncauth, wrap};

use crate::Secret;
use crate::engine::os::OsRandom;

/// An ordered list of hashers, as passlib's contexts and starlette-auth-toolkit's
/// multi-hasher are: the first makes new hashes, every other one is verified and
/// renewed by the first.
#[derive(Clone, Debug)]
pub struct Hashers {
    first: Scheme,
    /// `None` while every form that can be read is accepted.
    others: Option<Vec<Format>>,
}

/// What a verification found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checked {
    /// Whether the password was right.
    pub is_right: bool,
    /// What to store in place of the old form: the password was right, and the
    /// first hasher would write something else today.
    pub renewed: Option<String>,
}

impl Hashers {
    /// Makes new hashes by `scheme`, and verifies every form that can be read.
    pub fn new(scheme: impl Into<Scheme>) -> Self {
        Self { first: scheme.into(), others: None }
    }

    /// Verifies these forms and the first hasher's own, and no others: they are
    /// [`HashError::Unknown`].
    #[must_use]
    pub fn only(self, others: impl Into<Vec<Format>>) -> Self {
        Self { others: Some(others.into()), ..self }
    }

    /// Hashes a new password on a thread for slow work.
    ///
    /// # Errors
    /// More than [`MAX_PASSWORD`] bytes, a scheme out of bounds, or no memory.
    pub async fn hash(&self, password: &Secret) -> Result<String, HashError> {
        let (hashers, password) = (self.clone(), password.clone());
        slowly(move || hashers.hash_blocking(&password)).await
    }

    /// Same, on this thread.
    ///
    /// # Errors
    /// As [`hash`](Self::hash).
    pub fn hash_blocking(&self, password: &Secret) -> Result<String, HashError> {
        hash_as(password, &self.first, &mut OsRandom)
    }

    /// Checks a password on a thread for slow work, and renews its hash if need be.
    ///
    /// # Errors
    /// `stored` is of no accepted form, malformed, or asks for absurd work: none of
    /// these is a wrong password.
    pub async fn verify(&self, password: &Secret, stored: &str) -> Result<Checked, HashError> {
        let (hashers, password, stored) = (self.clone(), password.clone(), stored.to_owned());
        slowly(move || hashers.verify_blocking(&password, &stored)).await
    }

    /// Same, on this thread.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_blocking(&self, password: &Secret, stored: &str) -> Result<Checked, HashError> {
        if !self.accepts(stored) {
            return Err(HashError::Unknown);
        }
        let is_right = verify_with(&mut Arena::default(), password, stored)?;
        let is_due = is_right && self.needs_rehash(stored);
        let renewed = is_due.then(|| self.hash_blocking(password)).transpose()?;
        Ok(Checked { is_right, renewed })
    }

    /// Whether the first hasher would write another form or another cost today.
    pub fn needs_rehash(&self, stored: &str) -> bool {
        needs_rehash(stored, &self.first)
    }

    fn accepts(&self, stored: &str) -> bool {
        let Some(others) = &self.others else { return true };
        let form = identify(stored);
        form.is_some_and(|form| form == self.first.format() || others.contains(&form))
    }
}

async fn slowly<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> Result<T, HashError> {
    // A thread that panicked had no memory left.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(HashError::NoMemory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_hasher_renews_what_others_wrote() {
        let password = Secret::new("correct horse");
        let old = Hashers::new(Policy::CHEAPEST).hash(&password).await.unwrap();
        let hashers = Hashers::new(Policy { iterations: 2, ..Policy::CHEAPEST });
        let checked = hashers.verify(&password, &old).await.unwrap();
        let renewed = checked.renewed.unwrap();
        assert!(checked.is_right && describe(&renewed).unwrap().contains("t=2"));
        let again = hashers.verify(&password, &renewed).await.unwrap();
        assert_eq!(again, Checked { is_right: true, renewed: None });
        let wrong = hashers.verify(&Secret::new("other"), &old).await.unwrap();
        assert_eq!(wrong, Checked { is_right: false, renewed: None });
    }

    #[cfg(feature = "legacy-hashes")]
    #[tokio::test]
    async fn forms_that_are_not_listed_are_an_error_and_not_a_no() {
        let password = Secret::new("correct horse");
        let stored = Hashers::new(Scheme::Pbkdf2Sha256 { rounds: 1 }).hash(&password).await;
        let stored = stored.unwrap();
        let hashers = Hashers::new(Policy::CHEAPEST);
        assert!(hashers.verify(&password, &stored).await.unwrap().is_right);
        let strict = hashers.clone().only([Format::Bcrypt]);
        assert_eq!(strict.verify(&password, &stored).await, Err(HashError::Unknown));
        let listed = hashers.only([Format::Pbkdf2Sha256]);
        assert!(listed.verify(&password, &stored).await.unwrap().renewed.is_some());
        let own = strict.hash(&password).await.unwrap();
        assert!(strict.verify(&password, &own).await.unwrap().is_right);
    }
}
