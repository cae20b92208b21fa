//! What a guard of the app's asks for: one permission or role, all of some, or
//! any of some.

use keyward_authz::Permission;
use keyward_core::Error;

/// What somebody must hold. One name or a bare list: all of it. See [`all`] and
/// [`any`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    how: How,
    names: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    All,
    Any,
}

/// All of these. All of none is met by whoever is signed in.
pub fn all<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Required {
    Required { how: How::All, names: names.into_iter().map(Into::into).collect() }
}

/// One of these at least. Any of none is met by nobody.
pub fn any<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Required {
    Required { how: How::Any, names: names.into_iter().map(Into::into).collect() }
}

impl From<&str> for Required {
    fn from(name: &str) -> Self {
        all([name])
    }
}

impl From<&String> for Required {
    fn from(name: &String) -> Self {
        all([name])
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Required {
    fn from(names: [S; N]) -> Self {
        all(names)
    }
}

impl<S: Into<String>> From<Vec<S>> for Required {
    fn from(names: Vec<S>) -> Self {
        all(names)
    }
}

/// What a guard asks for, read once.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Permissions(How, Vec<Permission>),
    #[cfg_attr(
        not(any(feature = "actix", feature = "axum")),
        allow(dead_code, reason = "sites behind a proxy ask for permissions alone")
    )]
    Roles(How, Vec<String>),
    /// It lets nobody go on: what it asks for has no meaning.
    Unreadable(Unreadable),
}

/// A permission of a guard that is none.
#[derive(Clone, Debug)]
pub(crate) struct Unreadable(String);

impl Unreadable {
    pub(crate) fn to_error(&self) -> Error {
        Error::because("read the permission of a guard", self.0.clone())
    }
}

impl Wanted {
    pub(crate) fn permissions(required: Required) -> Self {
        let read = required.names.iter().map(|name| Permission::parse(name));
        match read.collect() {
            Ok(wanted) => Self::Permissions(required.how, wanted),
            Err(flaw) => Self::Unreadable(Unreadable(flaw.to_string())),
        }
    }

    #[cfg(any(feature = "actix", feature = "axum"))]
    pub(crate) fn roles(required: Required) -> Self {
        Self::Roles(required.how, required.names)
    }

    #[cfg(any(feature = "actix", feature = "axum"))]
    pub(crate) fn how(&self) -> How {
        match self {
            Self::Permissions(how, _) | Self::Roles(how, _) => *how,
            Self::Unreadable(_) => How::All,
        }
    }
}
