//! Every request there is: what it brings, what it is answered with, how often it may
//! be made, and who answers.

use keyward_core::port::Fut;

use super::answer::Answer;
use super::call::Call;
use super::schema::{Param, Type, flag, int, number, object, of, text};
use super::{access, accounts, edits, keys, letters, lists, sessions};

/// A request that a frontend can make.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// What older versions called it.
    pub(super) older: &'static [&'static str],
    pub(super) takes: &'static [Param],
    /// What its response always has.
    pub(super) gives: &'static [&'static str],
    /// From one client each minute.
    pub(super) per_minute: u32,
    /// It changes nothing: coming twice it does no harm.
    pub(super) only_reads: bool,
    pub(super) run: Run,
}

type Run = for<'a> fn(Call<'a>) -> Fut<'a, Result<Answer, keyward_core::Error>>;

/// Requests of one kind from one client each minute, where nothing else is said.
const USUAL: u32 = 720;
/// The same for a frontend that asks for itself.
const INTERNAL: u32 = 3_000;

const fn kind(
    name: &'static str,
    takes: &'static [Param],
    gives: &'static [&'static str],
    run: Run,
) -> Kind {
    Kind { name, older: &[], takes, gives, per_minute: USUAL, only_reads: false, run }
}

impl Kind {
    const fn older(mut self, names: &'static [&'static str]) -> Self {
        self.older = names;
        self
    }

    const fn at(mut self, per_minute: u32) -> Self {
        self.per_minute = per_minute;
        self
    }

    const fn reads(mut self) -> Self {
        self.only_reads = true;
        self
    }
}

/// The request of this name, and its place among all.
pub(super) fn find(name: &str) -> Option<(usize, &'static Kind)> {
    let is_it = |kind: &Kind| kind.name == name || kind.older.contains(&name);
    ROSTER.iter().enumerate().find(|(_, kind)| is_it(kind))
}

const INFO: &[&str] = &["session_info"];
const USER: &[&str] = &["user_id", "user_role"];
const PERSON: &[&str] = &["user_info"];
const NOTHING: &[&str] = &[];
const APIKEY: &[&str] = &["apikey", "expires"];
const REFRESHED: &[&str] = &["apikey", "expires", "refresh_token", "refresh_token_expires"];
const EMAILED: &[&str] = &["user_id", "email_address"];

const ANY: &[Type] = &[Type::Any];
const INT_OR_NONE: &[Type] = &[Type::Int, Type::Null];
const DICT_OR_NONE: &[Type] = &[Type::Object, Type::Null];
const TEXT_OR_INT: &[Type] = &[Type::Text, Type::Int];
const TEXTS: &[Type] = &[Type::Text];

const TOKEN: Param = text("session_token");

/// How a message would be sent by a frontend's own server: it is sent by ours.
const MAIL: [Param; 5] = [
    of("emailuser", TEXTS).optional(),
    of("emailpass", TEXTS).optional(),
    of("emailserver", TEXTS).optional(),
    int("emailport").optional(),
    of("emailsender", TEXTS).optional(),
];

const fn mailed<const N: usize, const M: usize>(own: [Param; N]) -> [Param; M] {
    let mut all = [MAIL[0]; M];
    let mut at = 0;
    while at < M {
        #[expect(clippy::indexing_slicing, reason = "computed by the compiler, in bounds")]
        {
            all[at] = if at < N { own[at] } else { MAIL[at - N] };
        }
        at += 1;
    }
    all
}

static SIGN_UP_MAIL: [Param; 14] = mailed([
    text("email_address"),
    TOKEN,
    object("created_info"),
    text("server_name"),
    text("server_baseurl"),
    text("account_verify_url").optional(),
    text("server_verify_url").optional(),
    text("verification_token"),
    int("verification_expiry"),
]);

static FORGOT_MAIL: [Param; 12] = mailed([
    text("email_address"),
    TOKEN,
    text("server_name"),
    text("server_baseurl"),
    text("password_forgot_url"),
    text("verification_token"),
    int("verification_expiry"),
]);

const KEY: [Param; 3] =
    [object("apikey_dict"), int("user_id").optional(), text("user_role").optional()];

/// In the order of authnzerver's own table, with one of 0.1.3 at the end.
pub(super) static ROSTER: &[Kind] = &[
    kind(
        "session-new",
        &[
            text("ip_address"),
            text("user_agent"),
            of("user_id", INT_OR_NONE),
            text("expires"),
            of("extra_info_json", DICT_OR_NONE).optional(),
        ],
        &["session_token", "expires"],
        |call| Box::pin(sessions::new(call)),
    ),
    kind("session-exists", &[TOKEN], INFO, |call| Box::pin(sessions::exists(call))).reads(),
    kind("session-delete", &[TOKEN], NOTHING, |call| Box::pin(sessions::delete(call))),
    kind(
        "session-delete-userid",
        &[TOKEN, int("user_id"), flag("keep_current_session")],
        NOTHING,
        |call| Box::pin(sessions::delete_of_user(call)),
    ),
    kind("user-login", &[TOKEN, text("email"), text("password")], USER, |call| {
        Box::pin(sessions::log_in(call))
    })
    .at(10),
    kind("user-logout", &[TOKEN, int("user_id")], &["user_id"], |call| {
        Box::pin(sessions::log_out(call))
    })
    .at(10),
    kind("user-passcheck", &[TOKEN, text("password")], USER, |call| {
        Box::pin(sessions::check_password(call))
    }),
    kind("user-passcheck-nosession", &[text("email"), text("password")], USER, |call| {
        Box::pin(sessions::check_password_of(call))
    }),
    kind(
        "user-new",
        &[
            text("full_name"),
            text("email"),
            text("password"),
            of("extra_info", DICT_OR_NONE).optional(),
            of("verify_retry_wait", INT_OR_NONE).optional(),
            of("system_id", TEXTS).optional(),
        ],
        &["user_email", "user_id", "system_id", "send_verification"],
        |call| Box::pin(accounts::new(call)),
    )
    .at(5),
    kind(
        "user-changepass",
        &[
            int("user_id"),
            TOKEN,
            text("full_name"),
            text("email"),
            text("current_password"),
            text("new_password"),
        ],
        &["user_id", "email"],
        |call| Box::pin(accounts::change_password(call)),
    )
    .at(5),
    kind(
        "user-changepass-nosession",
        &[
            int("user_id"),
            text("full_name"),
            text("email"),
            text("current_password"),
            text("new_password"),
        ],
        &["user_id", "email"],
        |call| Box::pin(accounts::change_password_of(call)),
    ),
    kind(
        "user-delete",
        &[text("email"), int("user_id"), text("password")],
        &["user_id", "email"],
        |call| Box::pin(accounts::delete(call)),
    ),
    kind("user-list", &[of("user_id", INT_OR_NONE)], PERSON, |call| Box::pin(lists::list(call)))
        .reads(),
    kind("user-lookup-email", &[text("email")], PERSON, |call| Box::pin(lists::by_email(call)))
        .reads(),
    kind("user-lookup-match", &[text("by"), of("match", ANY)], PERSON, |call| {
        Box::pin(lists::by_match(call))
    })
    .reads(),
    kind(
        "user-edit",
        &[int("user_id"), text("user_role"), TOKEN, int("target_userid"), object("update_dict")],
        PERSON,
        |call| Box::pin(edits::edit(call)),
    )
    .at(10),
    kind(
        "user-resetpass",
        &[text("email_address"), text("new_password"), TOKEN],
        NOTHING,
        |call| Box::pin(accounts::reset_password(call)),
    )
    .at(5),
    kind(
        "user-resetpass-nosession",
        &[text("email_address"), text("new_password"), flag("required_active")],
        NOTHING,
        |call| Box::pin(accounts::reset_password_of(call)),
    ),
    kind(
        "user-lock",
        &[int("user_id"), text("user_role"), TOKEN, int("target_userid"), text("action")],
        PERSON,
        |call| Box::pin(edits::toggle_lock(call)),
    ),
    kind(
        "user-validatepass",
        &[
            text("password"),
            text("email"),
            text("full_name"),
            int("min_pass_length").optional(),
            number("max_unsafe_similarity").optional(),
            number("max_character_frequency").optional(),
            int("min_pwned_matches").optional(),
        ],
        NOTHING,
        |call| Box::pin(accounts::validate_password(call)),
    )
    .reads(),
    kind("user-sendemail-signup", &SIGN_UP_MAIL, EMAILED, |call| Box::pin(letters::sign_up(call)))
        .older(&["user-signup-sendemail", "user-signup-email"])
        .at(2),
    kind("user-sendemail-forgotpass", &FORGOT_MAIL, EMAILED, |call| {
        Box::pin(letters::forgot(call))
    })
    .older(&["user-forgotpass-sendemail", "user-forgotpass-email"])
    .at(2),
    kind(
        "user-set-emailverified",
        &[text("email")],
        &["user_id", "is_active", "user_role"],
        |call| Box::pin(accounts::set_verified(call)),
    )
    .older(&["user-verify-emailaddr", "user-verify-email"]),
    kind(
        "user-set-emailsent",
        &[text("email"), text("email_type")],
        &["email", "user_id", "user_role", "is_active"],
        |call| Box::pin(letters::set_sent(call)),
    )
    .at(2),
    kind(
        "apikey-new",
        &[
            text("issuer").optional(),
            text("audience"),
            of("subject", ANY),
            of("apiversion", TEXT_OR_INT),
            int("expires_days"),
            number("not_valid_before"),
            int("user_id"),
            text("user_role"),
            text("ip_address"),
            text("user_agent"),
            TOKEN,
        ],
        APIKEY,
        |call| Box::pin(keys::new(call)),
    )
    .at(30),
    kind("apikey-verify", &KEY, NOTHING, |call| Box::pin(keys::verify(call))).reads(),
    kind("apikey-revoke", &KEY, NOTHING, |call| Box::pin(keys::revoke(call))),
    kind(
        "apikey-new-nosession",
        &[
            text("issuer"),
            text("audience"),
            of("subject", ANY),
            of("apiversion", TEXT_OR_INT),
            int("expires_seconds"),
            number("not_valid_before"),
            int("user_id"),
            text("user_role"),
            text("ip_address"),
            int("refresh_expires"),
            number("refresh_nbf"),
        ],
        REFRESHED,
        |call| Box::pin(keys::new_without_session(call)),
    )
    .at(30),
    kind("apikey-verify-nosession", &KEY, NOTHING, |call| {
        Box::pin(keys::verify_without_session(call))
    })
    .reads(),
    kind("apikey-revoke-nosession", &KEY, NOTHING, |call| {
        Box::pin(keys::revoke_without_session(call))
    }),
    kind("apikey-revokeall-nosession", &KEY, &["revoked_keys"], |call| {
        Box::pin(keys::revoke_all(call))
    }),
    kind(
        "apikey-refresh-nosession",
        &[
            object("apikey_dict"),
            int("user_id"),
            text("user_role"),
            text("refresh_token"),
            text("ip_address"),
            int("expires_seconds"),
            number("not_valid_before"),
            int("refresh_expires"),
            number("refresh_nbf"),
        ],
        REFRESHED,
        |call| Box::pin(keys::refresh(call)),
    )
    .at(30),
    kind(
        "user-check-access",
        &[
            int("user_id"),
            text("user_role"),
            text("action"),
            text("target_name"),
            int("target_owner"),
            text("target_visibility"),
            of("target_sharedwith", &[Type::Text, Type::Null]),
        ],
        NOTHING,
        |call| Box::pin(access::check(call)),
    )
    .reads(),
    kind(
        "user-check-limit",
        &[int("user_id"), text("user_role"), text("limit_name"), of("value_to_check", ANY)],
        NOTHING,
        |call| Box::pin(access::check_limit(call)),
    )
    .reads(),
    kind("internal-user-lock", &[int("target_userid"), text("action")], PERSON, |call| {
        Box::pin(edits::toggle_lock_by_frontend(call))
    })
    .at(INTERNAL),
    kind("internal-user-delete", &[int("target_userid")], &["user_id", "email"], |call| {
        Box::pin(accounts::delete_by_frontend(call))
    })
    .at(INTERNAL),
    kind("internal-user-edit", &[int("target_userid"), object("update_dict")], PERSON, |call| {
        Box::pin(edits::edit_by_frontend(call))
    })
    .at(INTERNAL),
    kind(
        "internal-session-edit",
        &[text("target_session_token"), object("update_dict")],
        INFO,
        |call| Box::pin(sessions::edit(call)),
    )
    .at(INTERNAL),
    kind("session-setinfo", &[TOKEN, object("extra_info")], INFO, |call| {
        Box::pin(sessions::set_info(call))
    }),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn all_38_requests_are_there_and_the_names_of_every_version() {
        let names: BTreeSet<&str> = ROSTER
            .iter()
            .flat_map(|kind| [kind.name].into_iter().chain(kind.older.iter().copied()))
            .collect();
        assert_eq!(ROSTER.len(), 39, "38, and one of 0.1.3");
        assert_eq!(names.len(), 45, "no name twice");
        for older in ["session-setinfo", "user-verify-emailaddr", "user-signup-email"] {
            assert!(find(older).is_some(), "{older}");
        }
        assert!(find("user-").is_none());
    }
}
