//! What is remembered: one struct for each row, as it comes out of a store.

mod access;
mod acl;
mod challenge;
mod document;
mod event;
mod family;
mod holding;
mod identity;
mod invitation;
mod message;
mod session;
mod tag;
mod tuple;
mod user;

pub use access::{Assignment, Definitions, ExclusiveSet, Grant, Group, Membership, Role, RoleRule};
pub use acl::AclRow;
pub use challenge::{Challenge, Purpose};
pub use document::PolicyDocument;
pub use event::{Event, EventRow, Personal, PersonalPart, Reason, What};
pub use family::{Family, Rotation};
pub use holding::{Held, Term};
pub use identity::Identity;
pub use invitation::Invitation;
pub use message::{Channel, Message, MessageState};
pub use session::{Impersonator, Session, SessionKind};
pub use tuple::{Tuple, is_name, object_of};
pub use user::{Credential, DeletedBy, Identifier, Subject, User};
