//! From a method and a path to a route.

use std::collections::HashMap;

use ::http::Method;
use keyward_core::Error;

use super::{Code, Fault, Method4, Problem, Route};
use crate::routes;

/// What the `{name}` parts of a path were.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// The part of this name; empty if the route has none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// The routes of one path, each at the place of its method.
type Methods = [Option<Route>; Method4::COUNT];

/// Every route, ready to be found.
pub(crate) struct Router {
    paths: matchit::Router<Methods>,
}

impl Router {
    /// Lays the table out.
    pub(crate) fn new(dev: bool) -> Result<Self, Error> {
        let mut grouped: HashMap<&str, Methods> = HashMap::new();
        for route in routes::all(dev) {
            let methods = grouped.entry(route.path).or_insert([None; Method4::COUNT]);
            if let Some(place) = methods.get_mut(route.method as usize) {
                *place = Some(route);
            }
        }
        let mut paths = matchit::Router::new();
        for (path, methods) in grouped {
            let added = paths.insert(path, methods);
            added.map_err(|cause| Error::because("lay out the routes", cause))?;
        }
        Ok(Self { paths })
    }

    /// Whether a path has a route, by whatever method.
    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn knows(&self, path: &str) -> bool {
        self.paths.at(path).is_ok()
    }

    /// The route of a request, with the variable parts of its path decoded.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Result<(&Route, Params), Fault> {
        let found = self.paths.at(path).map_err(|_| Code::NotFound)?;
        let wanted = Method4::of(method);
        let route = wanted.and_then(|m| found.value.get(m as usize).and_then(Option::as_ref));
        let route = route.ok_or_else(|| Problem::not_allowed(&allowed(found.value)))?;
        let params = found.params.iter().map(|(k, v)| Ok((k.to_owned(), decode(v)?)));
        Ok((route, Params(params.collect::<Result<_, Fault>>()?)))
    }
}

/// The verbs that a path takes, as `Allow` lists them.
fn allowed(routes: &[Option<Route>]) -> String {
    let methods = routes.iter().flatten().map(|route| route.method);
    let names = methods.map(|method| match method {
        Method4::Get => "GET, HEAD",
        other => other.as_str(),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Percent-decodes once; what is not UTF-8 or has control characters is not found.
fn decode(part: &str) -> Result<String, Fault> {
    if !super::input::is_percent_encoded(part.as_bytes()) {
        return Err(Code::NotFound.into());
    }
    let text = percent_encoding::percent_decode_str(part).decode_utf8();
    let text = text.map_err(|_| Code::NotFound)?;
    if text.chars().any(char::is_control) { Err(Code::NotFound.into()) } else { Ok(text.into()) }
}
