//! May this person do that, and why?

use keyward_core::port::Fut;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::nav;
use super::super::render::Page;
use super::explained::explained;
use crate::context::{Context, attributes};
use crate::engine::policy::parse;
use crate::http::{Code, Cx, Fault, Guard, Problem, Reply, Route};
use crate::resource::Resource;

pub(in crate::pages) const ROUTES: &[Route] =
    &[Route::get("/admin/check", Guard::Holding("access:explain"), show)];

/// The question, in the query: it can be sent to a colleague.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct CheckInput {
    subject: String,
    permission: String,
    /// `type:id`.
    resource: String,
    /// Who owns it: an id, or whatever the app calls owners.
    owner: String,
    /// Its attributes, a JSON object.
    attributes: String,
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: CheckInput = nav::asked(&cx)?;
        let page = Page::new(&cx, "admin_check.html")
            .with("here", "check")
            .with("asked", &input)
            .with("known", cx.auth.known_permissions());
        // A link may bring the person alone: the question is still to be asked.
        if input.permission.is_empty() {
            return page.with("answer", ()).reply();
        }
        // The guard lets in who may see rules; an answer is about people as well.
        if !nav::holds(cx.caller.entry()?, "users:view") {
            let missing = Problem::new(Code::MissingPermission);
            return Err(missing.param("permission", "users:view").into());
        }
        match answer(&cx, &input).await {
            Ok(answer) => page.with("answer", answer).reply(),
            Err(fault) => page.with("answer", ()).refused(fault, cx.id),
        }
    })
}

fn wrong(field: &str, code: &'static str) -> Fault {
    Problem::new(Code::ValidationFailed).field(field, code).into()
}

/// The decision and its reasons, about whoever goes by this name.
async fn answer(cx: &Cx<'_>, input: &CheckInput) -> Result<Value, Fault> {
    let person = cx.auth.find_person(&input.subject).await?;
    let person = person.ok_or_else(|| wrong("subject", "subject_unknown"))?;
    let wanted = parse(&input.permission).map_err(|_| wrong("permission", "permission_invalid"))?;
    let resource = input.to_resource()?;
    let account = cx.auth.account(person.id).await?.ok_or(Code::NotFound)?;
    let (asker, context) = (account.asker(), Context::new());
    let why = cx.auth.reasons(asker, &wanted, resource.as_ref(), &context).await?;
    let roles: Vec<String> = account.access.roles().iter().map(ToString::to_string).collect();
    Ok(json!({ "person": person, "roles": roles, "why": explained(&why) }))
}

impl CheckInput {
    fn to_resource(&self) -> Result<Option<Resource>, Fault> {
        if self.resource.is_empty() {
            // What is said of a resource needs one.
            let said = !self.owner.is_empty() || !self.attributes.is_empty();
            return if said { Err(wrong("resource", "missing")) } else { Ok(None) };
        }
        let mut resource: Resource =
            Resource::named(&self.resource).ok_or_else(|| wrong("resource", "resource_invalid"))?;
        if !self.owner.is_empty() {
            resource = resource.owned_by(&self.owner);
        }
        let read = |text: &str| attributes(&serde_json::from_str::<Map<String, Value>>(text).ok()?);
        if !self.attributes.is_empty() {
            let read = read(&self.attributes);
            resource.attributes = read.ok_or_else(|| wrong("attributes", "attributes_invalid"))?;
        }
        Ok(Some(resource))
    }
}
