//! Proof that somebody may: a value that only the check can make.

use std::fmt;
use std::marker::PhantomData;

use keyward_authz::Permission;
use keyward_core::Error;

use super::principal::User;
use crate::engine::Keyward;
use crate::engine::groups::Known;
use crate::engine::policy::parse;
use crate::http::{Code, Fault};
use crate::resource::Protected;

/// A permission as a type: see [`permission!`](crate::permission).
pub trait NamedPermission {
    /// Such as `posts:edit`.
    const NAME: &'static str;
    /// Fails to compile where [`NAME`](Self::NAME) is no permission.
    const IS_WELL_FORMED: () =
        assert!(is_well_formed(Self::NAME), "a permission looks like `posts:edit`");
}

/// Makes a type of a permission, to ask for it as [`Permit`](crate::Permit).
///
/// ```
/// keyward::permission!(
///     /// To change what a post says.
///     pub EditPosts = "posts:edit"
/// );
/// ```
///
/// What is no permission does not compile:
///
/// ```compile_fail,E0080
/// keyward::permission!(EditPosts = "posts:*");
/// ```
#[macro_export]
macro_rules! permission {
    ($(#[$doc:meta])* $seen:vis $name:ident = $text:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        $seen enum $name {}

        impl $crate::NamedPermission for $name {
            const NAME: &'static str = $text;
        }

        const _: () = <$name as $crate::NamedPermission>::IS_WELL_FORMED;
    };
}

/// Proof that a person was found to hold the permission `P`. An extractor in a
/// handler, and an argument of whatever must not be called without: nothing but
/// the check makes one.
///
/// ```
/// # use keyward::Permit;
/// keyward::permission!(ErasePosts = "posts:erase");
///
/// fn erase(by: &Permit<ErasePosts>, post: u64) {
///     println!("{} erases {post}", by.user().name);
/// }
/// ```
///
/// It cannot be made by hand:
///
/// ```compile_fail,E0451
/// # use keyward::{Permit, User};
/// keyward::permission!(ErasePosts = "posts:erase");
/// fn forge(user: User) -> Permit<ErasePosts> {
///     Permit { user, proves: std::marker::PhantomData }
/// }
/// ```
pub struct Permit<P> {
    user: User,
    proves: PhantomData<fn() -> P>,
}

impl<P: NamedPermission> fmt::Debug for Permit<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({} for {})", P::NAME, self.user.id)
    }
}

impl<P> Permit<P> {
    /// Who may.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Who may.
    pub fn into_user(self) -> User {
        self.user
    }
}

impl<P: NamedPermission> Permit<P> {
    /// Checks whoever came in.
    pub(super) fn check(auth: &Keyward, known: Option<&Known>) -> Result<Self, Fault> {
        let known = known.ok_or(Code::Unauthenticated)?;
        auth.demand(known.asker(), &named::<P>()?)?;
        Ok(Self { user: User::new(auth, known), proves: PhantomData })
    }
}

impl User {
    /// Proof that they may do `P` at all, if they may. What cannot be decided is
    /// an error, never a no.
    pub fn permit<P: NamedPermission>(&self) -> Result<Option<Permit<P>>, Error> {
        let permit = || Permit { user: self.clone(), proves: PhantomData };
        Ok(self.holds(&named::<P>()?)?.then(permit))
    }

    /// Proof that they may do `P` to this, if they may.
    pub async fn permit_on<P: NamedPermission>(
        &self,
        resource: &impl Protected,
    ) -> Result<Option<Permit<P>>, Error> {
        let permit = || Permit { user: self.clone(), proves: PhantomData };
        Ok(self.can_on(P::NAME, resource).await?.then(permit))
    }
}

fn named<P: NamedPermission>() -> Result<Permission, Error> {
    let () = P::IS_WELL_FORMED;
    parse(P::NAME)
}

/// Whether this is parts of `a-z0-9_-` between colons.
const fn is_well_formed(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let mut is_open = true;
    while let [first, others @ ..] = rest {
        is_open = match first {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => false,
            b':' if !is_open => true,
            _ => return false,
        };
        rest = others;
    }
    !is_open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compiles_is_a_permission() {
        for (text, fine) in [
            ("posts:edit", true),
            ("posts", true),
            ("posts:edit:42", true),
            ("", false),
            ("posts:", false),
            (":edit", false),
            ("posts::edit", false),
            ("posts:*", false),
            ("posts:Edit", false),
            ("posts:a,b", false),
        ] {
            assert_eq!(is_well_formed(text), fine, "{text}");
            assert!(!fine || Permission::parse(text).is_ok(), "{text}");
        }
    }
}
