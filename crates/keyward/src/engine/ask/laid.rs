//! Lays out what a question borrows. Nothing is laid out that nothing looks at:
//! a plain check allocates nothing.

use keyward_authz::acl::Acl;
use keyward_authz::condition::Cell;
use keyward_authz::items::Item;
use keyward_authz::{Block, Permission, Question, Related, Snapshot};
use keyward_core::Error;
use keyward_core::identifier::Kind;
use keyward_core::record::Identifier;
use keyward_core::time::Timestamp;

use super::{Asked, Asker};
use crate::engine::hooks::OwnBlock;
use crate::resource::Resource;

pub(super) type Cells<'a> = Vec<(&'a str, Cell<'a>)>;

/// Makes the question, and does `then` with it.
pub(super) fn with_question<'s, T>(
    asker: Asker<'s>,
    asked: &Asked<'_>,
    blocks: &[OwnBlock],
    now: Timestamp,
    then: impl FnOnce(&'s Snapshot, &Question<'_>) -> T,
) -> Result<T, Error> {
    let snapshot = &asker.policy.snapshot;
    // Conditions look at attributes, and a block of the app's may look at anything.
    let looked_at = !snapshot.rules().is_empty() || !blocks.is_empty();
    let names = match looked_at || asked.resource.is_some() {
        true => Names::of(asker, asked),
        false => Names::default(),
    };
    let facts = match looked_at {
        true => Records::of(asker, asked, &names, now),
        false => Records::default(),
    };
    let shared = asked.resource.map(Resource::shared_names).unwrap_or_default();
    let acl = chain(snapshot, asked.resource)?;
    let scopes = asked.context.scopes.as_ref();
    let ceiling = scopes.map(|it| snapshot.scope_ceiling(it.iter().map(String::as_str)));
    let ceilings: Vec<_> = ceiling.iter().chain(asker.ceilings).collect();
    let tuples = asked.resource.zip(asked.around).map(|(it, around)| [&around.tuples, &it.tuples]);
    let tuples = tuples.as_ref().map(<[_; 2]>::as_slice);
    let mut question = Question::new(asker.access, asked.wanted);
    question.banned = asker.is_shut_out();
    question.subject = names.id.as_deref();
    question.groups = Some(&asker.groups.listed);
    question.ceilings = &ceilings;
    question.acl = &acl;
    let custom: Vec<&dyn Block> = blocks.iter().map(|block| &**block as &dyn Block).collect();
    question.custom = &custom;
    question.facts = facts.facts();
    if let Some(resource) = asked.resource {
        question.item = item(asked.wanted, resource, &shared);
        let whole = asked.around.is_some_and(|around| around.whole);
        let named = names.object.as_deref().zip(names.subject.as_deref()).zip(tuples);
        question.related =
            named.map(|((object, subject), tuples)| Related { object, subject, tuples, whole });
    }
    Ok(then(snapshot, &question))
}

/// An item counts for the table of its own type only.
pub(super) fn item<'a>(
    wanted: &Permission,
    resource: &'a Resource,
    shared: &'a [&'a str],
) -> Option<Item<'a>> {
    let kind = wanted.as_str().split(':').next();
    let is_it = resource.is_item() && kind == Some(&resource.kind);
    is_it.then(|| Item {
        owner: resource.owner.as_deref(),
        visibility: resource.visibility,
        shared: resource.sharing(shared),
    })
}

/// The lists that a resource names. One that the policy lacks might have been
/// the one that denies.
fn chain<'a>(
    snapshot: &'a Snapshot,
    resource: Option<&Resource>,
) -> Result<Vec<Option<&'a Acl>>, Error> {
    let names = resource.map(|it| it.acl.iter()).into_iter().flatten();
    let lists = names.map(|name| {
        let found = snapshot.acl(name);
        let missing = || Error::because("find an access control list", format!("no `{name}`"));
        found.map(Some).ok_or_else(missing)
    });
    lists.collect()
}

/// What is rendered for one question.
#[derive(Default)]
pub(super) struct Names {
    id: Option<String>,
    object: Option<String>,
    subject: Option<String>,
}

impl Names {
    pub(super) fn of(asker: Asker<'_>, asked: &Asked<'_>) -> Self {
        let id = asker.user.map(|user| user.id.to_string());
        // A stranger is not among the users of whom relations speak, all of them or not.
        let user = id.as_ref().map(|id| format!("user:{id}"));
        Self {
            object: asked.resource.map(Resource::object),
            subject: user.filter(|_| asked.resource.is_some()),
            id,
        }
    }
}

/// The attributes that conditions look at. Ours come first, so that nobody's
/// stand in their place.
#[derive(Default)]
pub(super) struct Records<'a> {
    pub(super) principal: Cells<'a>,
    resource: Cells<'a>,
    pub(super) context: Cells<'a>,
}

impl<'a> Records<'a> {
    pub(super) fn of(
        asker: Asker<'a>,
        asked: &'a Asked<'_>,
        names: &'a Names,
        now: Timestamp,
    ) -> Self {
        Self {
            principal: principal(asker, asked, names),
            resource: asked.resource.map(resource).unwrap_or_default(),
            context: context(asker, asked, now),
        }
    }

    fn facts(&self) -> keyward_authz::condition::Facts<'_> {
        keyward_authz::condition::Facts {
            principal: &self.principal,
            resource: &self.resource,
            context: &self.context,
        }
    }
}

fn principal<'a>(asker: Asker<'a>, asked: &'a Asked<'_>, names: &'a Names) -> Cells<'a> {
    // An address that nobody proved to hold gives nothing.
    let is_proven = |it: &&Identifier| it.kind == Kind::Username || it.verified_at.is_some();
    let named = |kind| {
        let mut all = asker.identifiers.iter().filter(is_proven);
        all.find(|it| it.kind == kind).map(|it| Cell::Text(&it.value))
    };
    let ours = [
        ("id", names.id.as_deref().map(Cell::Text)),
        ("roles", Some(Cell::Names(asker.access.all_roles()))),
        ("groups", Some(Cell::Names(&asker.groups.names))),
        ("email", named(Kind::Email)),
        ("username", named(Kind::Username)),
        ("phone", named(Kind::Phone)),
        ("created_at", asker.user.map(|user| Cell::Time(user.created_at.as_micros()))),
    ];
    let ours = ours.into_iter().filter_map(|(name, cell)| Some((name, cell?)));
    let theirs = asked.context.principal.iter().map(|(name, it)| (name.as_str(), it.cell()));
    let free = theirs.filter(|(name, _)| !PRINCIPAL.contains(name));
    ours.chain(free).collect()
}

pub(super) fn resource(it: &Resource) -> Cells<'_> {
    let ours = [
        ("type", Some(Cell::Text(&it.kind))),
        ("id", Some(Cell::Text(&it.id))),
        ("owner", it.owner.as_deref().map(Cell::Text)),
        ("visibility", it.visibility.map(|it| Cell::Text(it.name()))),
    ];
    let ours = ours.into_iter().filter_map(|(name, cell)| Some((name, cell?)));
    ours.chain(it.attributes.iter().map(|(name, it)| (name.as_str(), it.cell()))).collect()
}

fn context<'a>(asker: Asker<'a>, asked: &'a Asked<'_>, now: Timestamp) -> Cells<'a> {
    let mut all = vec![("now", Cell::Time(now.as_micros()))];
    if let Some(session) = asker.session {
        let age = now.as_micros().saturating_sub(session.auth_time.as_micros());
        // Whoever proved one factor only never proved a second one.
        let mfa_age = if session.aal >= 2 { age } else { i64::MAX };
        all.push(("aal", Cell::Int(session.aal.into())));
        all.push(("auth_age", Cell::Span(age)));
        all.push(("mfa_age", Cell::Span(mfa_age)));
        all.extend(asker.address.map(|it| ("ip", Cell::Net(it.into()))));
    }
    let theirs = asked.context.facts.iter().map(|(name, it)| (name.as_str(), it.cell()));
    // In a session of ours, what we do not know of it is not the app's to say.
    let known: &[&str] = if asker.session.is_some() { &CONTEXT } else { &["now"] };
    all.extend(theirs.filter(|(name, _)| !known.contains(name)));
    all
}

/// What conditions are told of whoever asks by us alone, known or not.
const PRINCIPAL: [&str; 7] = ["id", "roles", "groups", "email", "username", "phone", "created_at"];
/// What they are told of a session by us alone.
const CONTEXT: [&str; 5] = ["now", "aal", "auth_age", "mfa_age", "ip"];
