//! Sign-in, users and permissions for Rust applications.
//!
//! Start with [`Keyward::sqlite`], add [`Keyward::pages`] to your router, and
//! ask for a [`User`] in a handler.

#[cfg(any(feature = "actix", feature = "axum"))]
mod adapt;
mod addresses;
mod api_keys;
pub mod authn;
#[cfg(feature = "authnzerver")]
pub mod authnzerver;
pub mod breached;
#[cfg(feature = "captcha")]
pub mod captcha;
mod context;
mod deliver;
#[cfg(doctest)]
mod documents;
mod engine;
mod entering;
mod factors;
#[cfg(feature = "forward-auth")]
pub mod forward;
#[doc(hidden)]
pub mod fuzzing;
mod groups;
mod hashing;
mod hex;
mod http;
mod impersonation;
#[cfg(feature = "import")]
#[cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
    allow(dead_code, reason = "without a database to read from, files alone are")
)]
pub mod import;
mod invitations;
mod keyfile;
#[cfg(feature = "tokens")]
pub mod legacy;
mod lists;
mod matrix;
pub mod methods;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod migrate;
mod open;
mod openapi;
#[cfg(feature = "outbound")]
pub mod outbound;
mod own;
mod own_users;
mod pages;
#[cfg(feature = "passkeys")]
mod passkeys;
pub mod password;
mod people;
#[cfg(feature = "policy-file")]
mod policy;
#[cfg(feature = "oauth")]
pub mod providers;
pub mod rate_limit;
mod relations;
#[cfg(any(feature = "actix", feature = "axum", feature = "forward-auth"))]
mod required;
mod resource;
mod roles;
mod routes;
pub mod second_factors;
pub mod serve;
mod session_token;
mod table;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tokens")]
mod tokens;
pub mod totp;

mod verification;
mod view;

#[cfg(feature = "actix")]
pub mod actix {
    //! Keyward in an actix-web application: the same doors, extractors and guards.

    #[cfg(feature = "captcha")]
    pub use crate::adapt::actix::require_captcha;
    pub use crate::adapt::actix::{
        Doors, Gate, Rejection, layer, pages, rate_limit, require, require_role,
        require_verification, routes,
    };
}

#[cfg(feature = "authenticator")]
pub mod authenticator {
    //! A passkey in software: what a phone or a security key does, for tests and tours.

    pub use keyward_core::crypto::webauthn::authenticator::{
        Authenticator, Behaviour, Passkey, Refused,
    };
    pub use keyward_core::crypto::webauthn::key::Algorithm;
}

#[cfg(any(feature = "actix", feature = "axum"))]
pub use adapt::around::ClientAddress;
#[cfg(feature = "axum")]
pub use adapt::axum::{AuthLayer, ProofLayer, RateLimitLayer, RequireLayer};
#[cfg(any(feature = "actix", feature = "axum"))]
pub use adapt::permit::{NamedPermission, Permit};
#[cfg(any(feature = "actix", feature = "axum"))]
pub use adapt::principal::{Principal, Session, User};
#[cfg(all(feature = "captcha", any(feature = "actix", feature = "axum")))]
pub use adapt::solved::SolvedCaptcha;
#[cfg(any(feature = "actix", feature = "axum"))]
pub use adapt::verified::{NamedPurpose, Verified};
pub use api_keys::{ApiKeyView, NewApiKey};
pub use context::Context;
#[cfg(feature = "outbound")]
pub use deliver::api::gateway::{Gateway, GatewayOptions};
#[cfg(feature = "outbound")]
pub use deliver::api::mail::{MailApi, MailApiOptions, MailService};
#[cfg(feature = "outbound")]
pub use deliver::api::twilio::{Twilio, TwilioOptions};
pub use deliver::channels::ByChannel;
pub use deliver::folder::Folder;
pub use deliver::inbox::Inbox;
#[cfg(feature = "smtp")]
pub use deliver::smtp::{Smtp, SmtpOptions};
pub use deliver::{Outgoing, SendError, Sender};
pub use engine::Keyward;
pub use engine::ask::Ruling;
pub use engine::ask::replay::{Replay, Replayed};
pub use engine::builder::Builder;
pub use engine::chain::AuditReport;
pub use engine::hooks::{SignInAttempt, SignUpAttempt, Veto};
pub use engine::os::{OsRandom, SystemClock};
#[cfg(feature = "policy-file")]
pub use engine::policy::file::PolicyFileStatus;
pub use engine::resources::Resources;
pub use entering::{Entered, EnteredBy, NewSignUp, SecondFactor};
pub use factors::{EnrolledFactor, EnrollingTotp, SecondFactors};
pub use hashing::HashCost;
pub use http::cors::Cors;
pub use http::problem::words as refusal_words;
pub use http::shape::ProblemView;
pub use http::{Body, MAX_BODY, Reply, Request, field_codes, problem_codes};
pub use impersonation::ImpersonatedSession;
pub use invitations::{InvitationView, MadeInvitation, NewInvitation};
pub use keyward_authz as authz;
pub use keyward_core::crypto::keys::RootKey;
pub use keyward_core::crypto::password::Policy as HashPolicy;
pub use keyward_core::flow::Client;
pub use keyward_core::flow::admin::{Act, EditPerson, Names};
pub use keyward_core::flow::api_key::ApiKeyTerms;
pub use keyward_core::flow::challenge::Answer as Given;
pub use keyward_core::flow::group::{ChangeGroup, GroupChange};
pub use keyward_core::flow::matrix::{Cell, ChangeMatrix};
#[cfg(feature = "policy-file")]
pub use keyward_core::flow::policy::{ChangePolicy, MAX_DOCUMENT};
pub use keyward_core::flow::recover::Stopped;
pub use keyward_core::flow::relation::Relation;
pub use keyward_core::flow::role::{ChangeRole, RoleChange};
pub use keyward_core::flow::sign_in_link::Sent;
pub use keyward_core::flow::verify::Asked;
pub use keyward_core::id;
pub use keyward_core::identifier::Kind;
pub use keyward_core::port;
pub use keyward_core::profile::{Field, FieldKind, Party};
pub use keyward_core::record::{Channel, Term, Tuple};
pub use keyward_core::refusal::Refusal;
pub use keyward_core::settings::{
    Ask, Asks, Attestation, Captcha, CaptchaFor, CaptchaKind, Counter, MfaMode, OldAsok, Passkeys,
    Rate, Settings, SignUpMode, Signing, Tokens, UserVerification, VerifyMode, When,
};
pub use keyward_core::time::Timestamp;
pub use keyward_core::{Error, Secret};
pub use keyward_store as store;
pub use keyward_store::Migrate;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub use keyward_store::TableColumns;
pub use matrix::{
    CellChange, CellView, ColumnView, Holder, HolderQuery, HoldersView, HoldingRole, MatrixQuery,
    MatrixView, ReviewView, RoleReview, RowView,
};
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub use migrate::{Database, Migration, Progress};
pub use openapi::document as openapi;
pub use own::{DeviceView, ExportView, FactorView, NameView};
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub use own_users::TableUsers;
pub use own_users::{StoredUser, Users};
#[cfg(feature = "passkeys")]
pub use passkeys::{PasskeyBegun, PasskeyView};
pub use people::{Answer, NewPerson, Vouched};
#[cfg(feature = "policy-file")]
pub use policy::{FailureView, MistakeView, PolicyCheckView, PolicyView, TestsView};
#[cfg(any(feature = "actix", feature = "axum", feature = "forward-auth"))]
pub use required::{Required, all, any};
pub use resource::{Protected, Resource};
pub use roles::RoleQuery;
pub use routes::{RouteView, list as route_list, own_permissions, table as route_table};
pub use session_token::OpenedSession;
pub use table::{Flavour, Table};
#[cfg(feature = "tokens")]
pub use tokens::{AccessToken, Introspection, OldSystem, TokenKeyView, TokenPair, TokenTerms};
pub use view::{
    AclView, AssignmentView, EventView, ExclusiveView, GrantView, GroupView, Holdings,
    IdentifierView, LimitRow, MemberView, MembershipView, MessageView, RelationView, RoleView,
    SessionRow, SessionView, UserView, event_types,
};

/// What can fail when nobody is refused.
pub type Result<T> = std::result::Result<T, Error>;
