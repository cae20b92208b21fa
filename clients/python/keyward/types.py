"""What the API takes and gives.

Written by clients/generate.py from the description of the API: change that.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

# What a problem can be; new releases of the server may add some.
Code = Literal[
    "bad_request",
    "bad_json",
    "unknown_field",
    "validation_failed",
    "unsupported_media_type",
    "payload_too_large",
    "method_not_allowed",
    "not_found",
    "conflict",
    "precondition_failed",
    "csrf_failed",
    "host_not_allowed",
    "unauthenticated",
    "invalid_credentials",
    "account_unverified",
    "password_expired",
    "mfa_required",
    "mfa_invalid",
    "mfa_expired",
    "mfa_not_enrolled",
    "mfa_last_method",
    "session_required",
    "token_invalid",
    "session_expired",
    "session_revoked",
    "account_locked",
    "code_invalid",
    "code_expired",
    "code_attempts_exceeded",
    "webauthn_challenge_expired",
    "webauthn_verification_failed",
    "webauthn_unknown_credential",
    "webauthn_duplicate",
    "webauthn_origin_mismatch",
    "webauthn_user_verification_required",
    "provider_unknown",
    "oauth_state_mismatch",
    "oauth_state_expired",
    "oauth_denied",
    "oauth_email_unverified",
    "oauth_account_exists",
    "oauth_taken",
    "oauth_upstream_error",
    "last_way_in",
    "method_disabled",
    "recovery_disabled",
    "verification_required",
    "captcha_required",
    "captcha_invalid",
    "captcha_expired",
    "link_invalid",
    "resend_too_soon",
    "sign_up_closed",
    "invite_required",
    "invite_invalid",
    "domain_not_allowed",
    "impersonation_forbidden",
    "last_administrator",
    "exclusive_roles",
    "policy_invalid",
    "policy_tests_fail",
    "setup_done",
    "outside_ceiling",
    "proxy_unclear",
    "path_unclear",
    "header_spoofed",
    "proxy_untrusted",
    "site_unknown",
    "https_required",
    "missing_permission",
    "missing_role",
    "denied_by_rule",
    "scope_insufficient",
    "step_up_required",
    "unknown_permission",
    "refused_by_hook",
    "rate_limited",
    "decision_unavailable",
    "busy",
    "maintenance",
    "database_unavailable",
    "read_only",
]


class Access(TypedDict):
    """What it may do."""

    # Those roles, with when they count.
    assignments: list[Assignment]

    # Its direct permissions.
    grants: list[Grant]

    # Names of the groups that it is in.
    groups: list[str]

    # Those groups, with when they count.
    memberships: list[Membership]

    # Names of the roles that it was given.
    roles: list[str]


class AccessList(TypedDict):
    """An access control list. The first entry that applies decides."""

    # Its entries in order: `allow staff posts:edit`.
    entries: list[str]

    # Its name, as resources name it.
    name: str

    # Whether it stands where it cannot be changed from here.
    read_only: bool

    # For `If-Match`; 0 for a list of the policy file.
    version: int


class Advice(TypedDict):
    """What zxcvbn says, where it is built in."""

    # 0, guessed at once, to 4.
    score: int

    suggestions: list[str]

    warning: NotRequired[str | None]


class Answer(TypedDict):
    """An answer to one question."""

    # What would help: `step_up`.
    advice: NotRequired[str | None]

    # Nothing when it cannot be decided right now, which is neither a yes nor a no. Only in a
    # batch; alone, that is a 503.
    allowed: NotRequired[bool | None]

    # `allowed`, or one of the codes of problems.
    code: str

    # Numeric limits of the roles held.
    limits: NotRequired[dict[str, NumericLimit]]

    permission: str

    # What the policy's author wrote for whoever is denied.
    reason: NotRequired[str | None]


class ApiKeyInfo(TypedDict):
    """A key of an account, without the key."""

    # When it was made.
    created_at: str

    # When it ends, if it does.
    expires_at: NotRequired[str | None]

    # `crd_…`
    id: str

    # What its owner calls it.
    name: str

    # Where it may come from; none for everywhere.
    networks: list[str]

    # When it begins to work, if not at once.
    not_before: NotRequired[str | None]

    # Requests a day, counted for all processes; absent for no such bound.
    per_day: NotRequired[int | None]

    # Requests a minute, if they are counted for themselves.
    per_minute: NotRequired[int | None]

    # Patterns of what it may at most do; absent for all that its account may.
    permissions: NotRequired[list[str] | None]

    # Until when a token may give it anew, if one may.
    refresh_until: NotRequired[str | None]

    # Names of scopes of the policy, which bind it as well; absent for no such bound.
    scopes: NotRequired[list[str] | None]

    # When it was last used, to the minute.
    used_at: NotRequired[str | None]


class Assignment(TypedDict):
    """A role that an account was given."""

    # Counts until this moment.
    expires_at: NotRequired[str | None]

    # Counts from this moment on.
    not_before: NotRequired[str | None]

    # Its name.
    role: str

    # Where it counts; empty for everywhere.
    scope: str


class AuditEntry(TypedDict):
    """An entry of the audit log."""

    # Who did it.
    actor: NotRequired[str | None]

    # When.
    at: str

    # What.
    data: Any

    # `evt_…`
    id: str

    # Address, client and identifier, unless erased.
    personal: NotRequired[Any]

    # Its place in the audit chain, once it has one.
    position: NotRequired[int | None]

    # To whom.
    subject: NotRequired[str | None]

    # The stable name: `sign_in.failed`.
    type: str

    # The version of the data's shape.
    version: int


class Begun(TypedDict):
    """A flow that was begun."""

    flow_id: str


class Captcha(TypedDict):
    """A captcha. Its token and its answer are sent with what it is for, as `captcha_token` and `captcha`; each counts once."""

    # Where the recording is. `?lang=de` speaks German.
    audio: NotRequired[str | None]

    # When it ends.
    expires_at: str

    # Where the picture is, below the path that everything is mounted under.
    image: NotRequired[str | None]

    # What has to be done.
    kind: Literal["proof_of_work", "digits", "service"]

    # The answer is a number below this.
    most: NotRequired[int | None]

    # What stands before the number, with a full stop between, when it is hashed.
    salt: NotRequired[str | None]

    # The service whose script asks: `turnstile`, `hcaptcha` or `recaptcha`, unless the app has
    # one of its own.
    service: NotRequired[str | None]

    # The key by which the service knows the site.
    site_key: NotRequired[str | None]

    # SHA-256 of salt, full stop and number, in hexadecimal.
    target: NotRequired[str | None]

    token: str


# What one role says about one permission.
Cell = TypedDict(
    "Cell",
    {
        "by": 'NotRequired[str | None]',
        "effect": 'NotRequired[str | None]',
        "from": 'NotRequired[str | None]',
        "own": 'NotRequired[str | None]',
    },
)


class Change(TypedDict):
    """See the API."""

    # `allow`, `deny`, or null for no rule.
    effect: str | None

    permission: str

    role: str


class Changed(TypedDict):
    """How many things changed."""

    changed: int


class Config(TypedDict):
    """What a client must know to show the right forms."""

    # Whether somebody gets an account without a name.
    anonymous: bool

    brand: str

    # `email`, `username`, `phone`: what one may sign in with.
    identifiers: list[str]

    locales: list[str]

    # Whether the doors are closed for a while: administrators alone sign in.
    maintenance: bool

    # The ways to sign in that are on: `password`, `link`, `code`, `passkey`, `provider` (see
    # the pages, or `/login`, for which), and those of the app's own by their names.
    methods: list[str]

    # There are no rules about kinds of characters.
    password: Password

    # Whether people set a new password themselves who have forgotten theirs.
    recovery: bool

    # `open`, `domain` or `closed`.
    sign_up: str

    # `none` or `any`.
    verify: str


class Data(TypedDict):
    """An account that may, and why."""

    # From the account to the deciding rule: names of roles; none for a permission given
    # directly.
    path: list[str]

    # The deciding rule, such as `roles.editor.allow[0]`.
    rule: str

    # Who.
    user: User


class Error(TypedDict):
    """See the API."""

    code: NotRequired[str]

    field: NotRequired[str]

    message: NotRequired[str]


class ExclusiveRoles(TypedDict):
    """Roles of which nobody may be given two."""

    # The name of the set.
    name: str

    # The roles.
    roles: list[str]

    # Changes with everything above.
    version: int


class Factor(TypedDict):
    """Something that an account proves itself with, without its secret."""

    # When it was added.
    created_at: str

    # `password`, `totp`, `recovery_codes`, `passkey`, …
    kind: str


class Failure(TypedDict):
    """A test that fails."""

    # Its line, from 1.
    line: int

    # What was expected and what came.
    message: str

    # The test and what it asks for.
    test: str


class GetAdminAclReply(TypedDict):
    """A whole list."""

    data: list[AccessList]


class GetAdminAuditReply(TypedDict):
    """A part of a list, and where the next part begins."""

    data: list[AuditEntry]

    next_cursor: NotRequired[str | None]


class GetAdminAuditVerifyReply(TypedDict):
    """What a verification of the audit log found."""

    # Events with a place in the chain.
    events: int

    # What is wrong, if anything: where, and how.
    faults: list[str]

    # Events so young that they have none yet.
    unchained: int


class GetAdminExclusiveRolesReply(TypedDict):
    """A whole list."""

    data: list[ExclusiveRoles]


class GetAdminGroupsGroupMembersReply(TypedDict):
    """A part of a list, and where the next part begins."""

    data: list[Member]

    next_cursor: NotRequired[str | None]


class GetAdminGroupsReply(TypedDict):
    """A whole list."""

    data: list[Group]


class GetAdminHoldersReply(TypedDict):
    """Who holds a permission, as far as was looked."""

    # The accounts that may, newest first, of those that were looked at.
    data: list[Data]

    # How many accounts were looked at.
    looked_at: int

    # Where to look on, when there are more accounts.
    next_cursor: NotRequired[str | None]

    # The permission.
    permission: str

    # The roles that speak of it, by name.
    roles: list[Role]


class GetAdminInvitationsReply(TypedDict):
    """A part of a list, and where the next part begins."""

    data: list[Invitation]

    next_cursor: NotRequired[str | None]


class GetAdminMatrixReply(TypedDict):
    """A part of the matrix."""

    # The last permission of this part, when there are more.
    next_cursor: NotRequired[str | None]

    # The last role of this part, when there are more.
    next_role: NotRequired[str | None]

    # The rows, by name.
    permissions: list[Permission]

    # The columns, by name.
    roles: list[GetAdminMatrixReplyRole]

    # The version of the definitions; a change names it.
    version: int


class GetAdminMatrixReplyRole(TypedDict):
    """A role, as the matrix heads its column."""

    # What it is for.
    description: str

    # Whether it can be changed here: it is neither built in nor of the policy file.
    editable: bool

    # The roles that it inherits directly.
    inherits: list[str]

    # Its name.
    name: str


class GetAdminMessagesReply(TypedDict):
    """A whole list."""

    data: list[Message]


class GetAdminPolicyReply(TypedDict):
    """The stored policy document."""

    # In the form of a policy file; empty where it says nothing.
    text: str

    # Counts with each text; 0 where there was none yet.
    version: int


class GetAdminRelationsReply(TypedDict):
    """A part of a list, and where the next part begins."""

    data: list[Relation]

    next_cursor: NotRequired[str | None]


class GetAdminRolesReply(TypedDict):
    """A part of a list, and where the next part begins."""

    data: list[GetAdminRolesReplyRole]

    next_cursor: NotRequired[str | None]


class GetAdminRolesReplyRole(TypedDict):
    """A role with its rules."""

    # Patterns that it allows itself.
    allow: list[str]

    # Patterns that it denies itself.
    deny: list[str]

    # What it is for.
    description: str

    # Roles whose rules it has as well.
    inherits: list[str]

    # Its name.
    name: str

    # Whether it stands where it cannot be changed from here.
    read_only: bool

    # Changes with everything above; 0 if it is read only.
    version: int


class GetAdminUsersIdApiKeysReply(TypedDict):
    """A whole list."""

    data: list[ApiKeyInfo]


class GetAdminUsersIdPermissionsReply(TypedDict):
    """A whole list."""

    data: list[Grant]


class GetAdminUsersIdSessionsReply(TypedDict):
    """A whole list."""

    data: list[SessionInfo]


class GetAdminUsersIdWhyReply(TypedDict):
    """What outsiders are not told about refused attempts."""

    # Sign-ins and attempts, newest first.
    data: list[AuditEntry]

    # What is left for whoever the account does not know.
    limits: list[Limit]


class GetAdminUsersReply(TypedDict):
    """A part of a list, and where the next part begins."""

    data: list[User]

    next_cursor: NotRequired[str | None]


class GetMeConnectionsReply(TypedDict):
    """A whole list."""

    data: list[GetMeConnectionsReplyData]


class GetMeConnectionsReplyData(TypedDict):
    """An account elsewhere that is connected to one of ours."""

    # When it was connected.
    created_at: str

    # The address that the service told last.
    email: NotRequired[str | None]

    # `crd_…`
    id: str

    # The name that the service told last.
    name: NotRequired[str | None]

    # The service: `google`.
    provider: str

    # What the service calls its owner.
    provider_id: str

    # What people call it.
    title: str

    # When it was last used.
    used_at: str


class GetMeDevicesReply(TypedDict):
    """A whole list."""

    data: list[GetMeDevicesReplyData]


class GetMeDevicesReplyData(TypedDict):
    """A device that is spared the second factor."""

    # Its own description of itself.
    client: str

    # Since when it is trusted.
    created_at: str

    # Whether it is the one that asks.
    current: bool

    # Until when, exclusive.
    expires_at: str

    # `crd_…`
    id: str


class GetMeExportReply(TypedDict):
    """What is kept about somebody, for them to take along; no secret is in it."""

    # What it may do.
    access: Access

    # The account.
    account: User

    # What happened to it, newest first.
    activity: list[AuditEntry]

    # Whether more happened than is told here.
    activity_is_cut: bool

    # When it was put together.
    exported_at: str

    # What it proves itself with.
    factors: list[Factor]

    # What it is called and reached by.
    identifiers: list[GetMeExportReplyIdentifier]

    # Where somebody is signed in.
    sessions: list[SessionInfo]


class GetMeExportReplyIdentifier(TypedDict):
    """A name of an account with its dates."""

    # When it was added.
    created_at: str

    # `email`, `username` or `phone`.
    kind: str

    # As its owner typed it.
    value: str

    # When its owner proved to hold it.
    verified_at: NotRequired[str | None]


class GetMeFactorsReply(TypedDict):
    """Second factors of the app's own."""

    factors: list[GetMeFactorsReplyFactor]


class GetMeFactorsReplyFactor(TypedDict):
    """A second factor of the app's own."""

    # Whether this account has it.
    enrolled: bool

    # What people read of it.
    label: str

    # Its word in addresses.
    name: str


class GetMePasskeysReply(TypedDict):
    """A whole list."""

    data: list[Passkey]


class GetMeRecoveryCodesReply(TypedDict):
    """How many recovery codes are left."""

    left: int

    # How many a new set has.
    of: int


class GetProvidersReply(TypedDict):
    """A whole list."""

    data: list[Provider]


class GetSessionCsrfReply(TypedDict):
    """The token that forms of this session carry."""

    csrf: str


class Grant(TypedDict):
    """A permission that an account holds directly."""

    # `allow` or `deny`.
    effect: str

    # Counts until this moment.
    expires_at: NotRequired[str | None]

    # Counts from this moment on.
    not_before: NotRequired[str | None]

    # The pattern.
    permission: str


class Group(TypedDict):
    """A group with the roles that it gives."""

    # When it was made.
    created_at: str

    # Who is meant.
    description: str

    # Its name.
    name: str

    # Roles that its members hold.
    roles: list[str]

    # Changes with everything above.
    version: int


class Identifier(TypedDict):
    """An identifier."""

    # `email`, `username` or `phone`.
    kind: str

    # As its owner typed it.
    value: str

    # Whether its owner proved to hold it.
    verified: bool


class Invitation(TypedDict):
    """An invitation as it is seen."""

    # When it was made.
    created_at: str

    # Whose address it is for; absent for whoever has the link.
    email: NotRequired[str | None]

    # Ends at this moment, exclusive.
    expires_at: str

    # `inv_…`
    id: str

    # Who invites; absent for the command line and the app.
    made_by: NotRequired[str | None]

    # Roles that the account will hold.
    roles: list[str]

    # `open`, `used`, `revoked` or `expired`.
    status: str

    # Who came by it.
    used_by: NotRequired[str | None]


class Limit(TypedDict):
    """A limit of an account, and how much of it is used."""

    # Its name, as in the documentation.
    limit: str

    # Units that there are.
    of: int

    # When the next one can be had, if none is left.
    until: NotRequired[str | None]

    # Units that are gone.
    used: int


class Member(TypedDict):
    """A member of a group."""

    # Counts until this moment.
    expires_at: NotRequired[str | None]

    # Counts from this moment on.
    not_before: NotRequired[str | None]

    # Who.
    user: User


class Membership(TypedDict):
    """A group that an account was put into."""

    # Counts until this moment.
    expires_at: NotRequired[str | None]

    # Its name.
    group: str

    # Counts from this moment on.
    not_before: NotRequired[str | None]


class Message(TypedDict):
    """A message of the outbox, without its content."""

    # Times it was tried.
    attempts: int

    # `mail` or `sms`.
    channel: str

    # When it was asked for.
    created_at: str

    # When it is tried next.
    due_at: str

    # `msg_…`
    id: str

    # What went wrong last.
    last_error: str

    # `pending`, `sent`, `failed` or `expired`.
    state: str

    # Which template.
    template: str

    # To whom, if they have an account.
    user: NotRequired[str | None]


class Mistake(TypedDict):
    """A mistake in a text."""

    # The character in the line, from 1.
    column: int

    # The line, from 1.
    line: int

    # What is wrong, as half a sentence.
    message: str

    # What was meant perhaps.
    suggestion: NotRequired[str | None]


class NewApiKey(TypedDict):
    """A key, shown once."""

    # `kwk_…`: it is stored nowhere.
    api_key: str

    # When it was made.
    created_at: str

    # When it ends, if it does.
    expires_at: NotRequired[str | None]

    # `crd_…`
    id: str

    # What its owner calls it.
    name: str

    # Where it may come from; none for everywhere.
    networks: list[str]

    # When it begins to work, if not at once.
    not_before: NotRequired[str | None]

    # Requests a day, counted for all processes; absent for no such bound.
    per_day: NotRequired[int | None]

    # Requests a minute, if they are counted for themselves.
    per_minute: NotRequired[int | None]

    # Patterns of what it may at most do; absent for all that its account may.
    permissions: NotRequired[list[str] | None]

    # `kwf_…`: gives it anew once, if it was made so. It is stored nowhere as well.
    refresh_token: NotRequired[str | None]

    # Until when a token may give it anew, if one may.
    refresh_until: NotRequired[str | None]

    # Names of scopes of the policy, which bind it as well; absent for no such bound.
    scopes: NotRequired[list[str] | None]

    # When it was last used, to the minute.
    used_at: NotRequired[str | None]


class NumericLimit(TypedDict):
    """A numeric limit; both kinds are exclusive."""

    # A value must be more than this.
    above: NotRequired[int | None]

    # A value must be less than this.
    below: NotRequired[int | None]


class Outcome(TypedDict):
    """What an attempt led to; what is absent does not apply."""

    # To be typed in the browser that asked.
    code: NotRequired[str | None]

    # The flow whose code is awaited.
    flow_id: NotRequired[str | None]

    # Given back with the second factor, where a token was asked for.
    flow_token: NotRequired[str | None]

    # What the second factor can be answered with.
    methods: NotRequired[list[str]]

    # What can be done next.
    next: NotRequired[list[str]]

    session_id: NotRequired[str | None]

    # How far an attempt has come.
    status: Literal["complete", "needs_verification", "needs_mfa", "code_sent", "link_sent", "other_browser", "verified", "connected", "stopped", "too_late", "undone"]

    # For `Authorization: Bearer`, where a token was asked for.
    token: NotRequired[str | None]

    # An account.
    user: NotRequired[User | None]


class Passkey(TypedDict):
    """A passkey of an account."""

    # The model of its authenticator, as it says itself: 32 hexadecimal digits.
    aaguid: str

    # What vouched for the model: `none`, `self`, `certificate`; `unknown` for a statement that
    # is not verified.
    attestation: str

    # When it was added.
    created_at: str

    # `crd_…`
    id: str

    # What its maker calls it; empty where that is not known.
    model: str

    # What its owner calls it, or else what its maker does; may be empty.
    name: str

    # Whether its owner has it on other devices, or in the cloud.
    synced: bool

    # How browsers reach it: `internal`, `hybrid`, `usb`, …
    transports: list[str]

    # When it was last used.
    used_at: NotRequired[str | None]


class Password(TypedDict):
    """There are no rules about kinds of characters."""

    max_bytes: int

    min_length: int


class PatchSessionReply(TypedDict):
    """The app's data on a session."""

    data: Any


class Permission(TypedDict):
    """A permission, or a pattern that a rule mentions."""

    # What each role says, in the order of the columns.
    cells: list[Cell]

    # What it is about: its first part.
    kind: str

    # Whether the catalogue of the policy has it.
    listed: bool

    # Its name.
    permission: str


class Permissions(TypedDict):
    """What somebody may do."""

    # Patterns that are allowed, by roles and grants.
    allow: list[str]

    # Whether the patterns say all. Where rules with conditions decide as well, or blocks of the
    # app's own, they do not: ask.
    complete: bool

    # Patterns that are denied, whatever else allows them.
    deny: list[str]

    groups: list[str]

    # Numeric limits of the roles held.
    limits: dict[str, NumericLimit]

    # Where the policy lists permissions: those of them that are allowed now, about no resource,
    # by all that decides.
    permissions: NotRequired[list[str] | None]

    roles: list[str]

    # Patterns that an API key is bound to: it may do nothing else of this.
    within: NotRequired[list[str] | None]


class PostAdminGroupsReply(TypedDict):
    """A role or a group that was made."""

    name: str


class PostAdminInvitationsReply(TypedDict):
    """An invitation that was made."""

    # When it was made.
    created_at: str

    # Whose address it is for; absent for whoever has the link.
    email: NotRequired[str | None]

    # Ends at this moment, exclusive.
    expires_at: str

    # `inv_…`
    id: str

    # The link, where nobody was mailed it: shown once.
    link: NotRequired[str | None]

    # Who invites; absent for the command line and the app.
    made_by: NotRequired[str | None]

    # Roles that the account will hold.
    roles: list[str]

    # `open`, `used`, `revoked` or `expired`.
    status: str

    # Who came by it.
    used_by: NotRequired[str | None]


class PostAdminMatrixReviewReply(TypedDict):
    """What a change of the matrix would do."""

    # Each cell that would change.
    changes: list[PostAdminMatrixReviewReplyChange]

    # Whether there are more accounts than were counted.
    more_people: bool

    # Accounts that hold one of these roles.
    people: int

    # Each role whose holders gain or lose something, by name.
    roles: list[PostAdminMatrixReviewReplyRole]

    # The version of the definitions that it was compared with.
    version: int


class PostAdminMatrixReviewReplyChange(TypedDict):
    """A cell that would change."""

    # Its own rule then.
    now: NotRequired[str | None]

    # The pattern.
    permission: str

    # Which role.
    role: str

    # Its own rule now.
    was: NotRequired[str | None]


class PostAdminMatrixReviewReplyRole(TypedDict):
    """What the holders of a role gain and lose by it, as far as this role goes."""

    # What it allows then and not now; at most 50.
    gains: list[str]

    # What it allows now and not then; at most 50.
    loses: list[str]

    # Whether more is gained or lost than is named.
    more: bool

    # Accounts that hold it.
    people: int

    # Its name.
    role: str


class PostAdminPolicyCheckReply(TypedDict):
    """What a text would do in place of the policy document."""

    # What cannot be read; at most 50, in order.
    mistakes: list[Mistake]

    # Whether there are more accounts than were counted.
    more_people: bool

    # Accounts that hold one of these roles.
    people: int

    # The code that saving it would be refused with, unless forced; nothing if it would be
    # saved.
    refusal: NotRequired[str | None]

    # Each role whose holders gain or lose something, by name. What conditions, lists, items and
    # relations give is not compared.
    roles: list[PostAdminMatrixReviewReplyRole]

    # What came of the tests in it; nothing where it cannot be read.
    tests: NotRequired[Tests | None]

    # The version of the document that it was compared with.
    version: int


class PostCanBatchReply(TypedDict):
    """An answer to each question, in their order."""

    answers: list[Answer]


class PostCanExplainReply(TypedDict):
    """Why. Whoever lacks `access:explain` sees the decision, its code and what the policy's author wrote for people."""

    code: str

    decision: str

    http: int

    # What the policy's author wrote for whoever is denied.
    reason: NotRequired[str | None]


class PostMeConnectionsReply(TypedDict):
    """Where to go."""

    # The page of the service. A browser that goes there must keep the cookie that comes along
    # here.
    authorize_url: str

    # Given back at the end, where the session will be a token.
    flow_token: NotRequired[str | None]


class PostMeFactorsFactorConfirmReply(TypedDict):
    """A second factor that was enrolled."""

    # Shown once; empty if the account had some.
    recovery_codes: list[str]

    session_id: str

    # For `Authorization: Bearer`, where the session was a token.
    token: NotRequired[str | None]


class PostMeFactorsFactorReply(TypedDict):
    """A second factor of the app's own that is being enrolled."""

    flow_id: str

    # What the person needs to set it up, shown once; plain text.
    shown: str


class PostMePasskeysOptionsReply(TypedDict):
    """A ceremony that was begun."""

    # Which flow the answer belongs to.
    flow_id: str

    # For `PublicKeyCredential.parseCreationOptionsFromJSON()`, or
    # `parseRequestOptionsFromJSON()`.
    public_key: Any


class PostMeRecoveryCodesReply(TypedDict):
    """Recovery codes, shown once."""

    recovery_codes: list[str]


class PostMeTotpReply(TypedDict):
    """An authenticator app that is being enrolled."""

    flow_id: str

    # The same as a QR code: an SVG element.
    qr: str

    # Base32, for whoever types it.
    secret: str

    # `otpauth://…`, for an app.
    uri: str


class PostPasswordCheckReply(TypedDict):
    """What a password is worth."""

    # Whether it would be accepted.
    acceptable: bool

    # What zxcvbn says, where it is built in.
    advice: NotRequired[Advice | None]

    # Shortest in characters.
    min_length: int

    # Codes of what is wrong with it.
    problems: list[str]


class PostTokenIntrospectReply(TypedDict):
    """What is said of a token to whoever may ask (RFC 7662 section 2.2). Of one that opens nothing, `active` alone."""

    # Whether it opens something now.
    active: bool

    # For whom.
    aud: NotRequired[str | None]

    # The client that it was given to.
    client_id: NotRequired[str | None]

    # When it ends, in seconds since the Unix epoch.
    exp: NotRequired[int | None]

    # When it was made.
    iat: NotRequired[int | None]

    # Who made it.
    iss: NotRequired[str | None]

    # Its own name.
    jti: NotRequired[str | None]

    # Patterns of what it may at most do, with spaces between.
    scope: NotRequired[str | None]

    # The session that is its family: `ses_…`.
    sid: NotRequired[str | None]

    # Whose: `usr_…`.
    sub: NotRequired[str | None]

    # `access_token` or `refresh_token`.
    token_type: NotRequired[str | None]


class PostTokenReply(TypedDict):
    """An access token and the refresh token that follows it (RFC 6749 section 5.1)."""

    # A JSON web token (RFC 9068), for `Authorization: Bearer`.
    access_token: str

    # Seconds for which the access token works.
    expires_in: int

    # `kwr_…`: works once.
    refresh_token: str

    scope: NotRequired[str | None]

    # The session that is their family.
    session_id: str

    token_type: str

    user_id: str


class Problem(TypedDict):
    """A problem (RFC 9457)."""

    code: Literal["bad_request", "bad_json", "unknown_field", "validation_failed", "unsupported_media_type", "payload_too_large", "method_not_allowed", "not_found", "conflict", "precondition_failed", "csrf_failed", "host_not_allowed", "unauthenticated", "invalid_credentials", "account_unverified", "password_expired", "mfa_required", "mfa_invalid", "mfa_expired", "mfa_not_enrolled", "mfa_last_method", "session_required", "token_invalid", "session_expired", "session_revoked", "account_locked", "code_invalid", "code_expired", "code_attempts_exceeded", "webauthn_challenge_expired", "webauthn_verification_failed", "webauthn_unknown_credential", "webauthn_duplicate", "webauthn_origin_mismatch", "webauthn_user_verification_required", "provider_unknown", "oauth_state_mismatch", "oauth_state_expired", "oauth_denied", "oauth_email_unverified", "oauth_account_exists", "oauth_taken", "oauth_upstream_error", "last_way_in", "method_disabled", "recovery_disabled", "verification_required", "captcha_required", "captcha_invalid", "captcha_expired", "link_invalid", "resend_too_soon", "sign_up_closed", "invite_required", "invite_invalid", "domain_not_allowed", "impersonation_forbidden", "last_administrator", "exclusive_roles", "policy_invalid", "policy_tests_fail", "setup_done", "outside_ceiling", "proxy_unclear", "path_unclear", "header_spoofed", "proxy_untrusted", "site_unknown", "https_required", "missing_permission", "missing_role", "denied_by_rule", "scope_insufficient", "step_up_required", "unknown_permission", "refused_by_hook", "rate_limited", "decision_unavailable", "busy", "maintenance", "database_unavailable", "read_only"]

    detail: NotRequired[str]

    errors: NotRequired[list[Error]]

    instance: str

    # Seconds.
    retry_after: NotRequired[int]

    status: int

    title: str

    type: str


class Provider(TypedDict):
    """A service that people may sign in at."""

    # What it goes by in URLs: `google`.
    name: str

    # What people call it: `Google`.
    title: str


class PutAdminPolicyReply(TypedDict):
    """What was saved."""

    # The version of the document from now on.
    version: int


class Question(TypedDict):
    """See the API."""

    permission: str

    # A resource that somebody tells of. What the app knows of it goes before.
    resource: NotRequired[Resource | None]


class Relation(TypedDict):
    """Who has which relation with what."""

    # `document:roof`
    object: str

    # `viewer`
    relation: str

    # `user:usr_…`, `user:*` or `group:builders#member`
    subject: str


class Resource(TypedDict):
    """A resource that somebody tells of. What the app knows of it goes before."""

    # Names of access control lists, from its own up to the root.
    acl: NotRequired[list[str]]

    # For conditions: true or false, whole numbers, texts and lists of those; or `{"datetime":
    # …}`, `{"duration": …}`, `{"ip": …}`.
    attributes: NotRequired[dict[str, Any]]

    id: str

    owner: NotRequired[str | None]

    shared_with: NotRequired[list[str]]

    type: str

    # `public`, `unlisted`, `shared` or `private`.
    visibility: NotRequired[str | None]


# A role that speaks of the permission.
Role = TypedDict(
    "Role",
    {
        "by": 'str',
        "effect": 'str',
        "from": 'NotRequired[str | None]',
        "name": 'str',
    },
)


class Session(TypedDict):
    """The body of `GET /session`."""

    # Assurance level.
    aal: int

    # When the person last proved who they are.
    auth_time: str

    # When it was opened.
    created_at: str

    # The app's own data.
    data: Any

    # When it ends, whatever happens.
    expires_at: str

    # `ses_…`
    id: str

    # Who acts in it, where that is not the person whose it is.
    impersonated_by: NotRequired[str | None]

    # What was proven.
    methods: list[str]

    # Roles that are held.
    roles: list[str]

    # Whose.
    user: User


class SessionInfo(TypedDict):
    """A session in a list."""

    # The client's address when it was opened.
    address: str

    # The client's own description of itself.
    client: str

    # When it was opened.
    created_at: str

    # Whether it is the one that asks.
    current: bool

    # When it ends if it is not used again.
    ends_at: str

    # `ses_…`
    id: str

    # What was proven.
    methods: list[str]

    # When it was last used, within a minute.
    seen_at: str


class Tests(TypedDict):
    """What came of the tests in it; nothing where it cannot be read."""

    # How many were not.
    failed: int

    # Those that were not; at most 50, in order.
    failures: list[Failure]

    # How many were met.
    passed: int


class User(TypedDict):
    """Who."""

    # When the account was made.
    created_at: str

    # The first of each kind.
    email: NotRequired[str | None]

    # `usr_…`
    id: str

    # Every identifier.
    identifiers: list[Identifier]

    # What to call them; may be empty.
    name: str

    # The phone number.
    phone: NotRequired[str | None]

    # The app's free properties.
    properties: Any

    # `active`, `locked` or `deleted`.
    status: str

    # The username.
    username: NotRequired[str | None]

    # The row's version, for `If-Match`.
    version: int


class UserDetail(TypedDict):
    """An account with what it holds."""

    # Those roles, with when they count.
    assignments: list[Assignment]

    # When the account was made.
    created_at: str

    # The first of each kind.
    email: NotRequired[str | None]

    # Its direct permissions.
    grants: list[Grant]

    # Names of the groups that it is in.
    groups: list[str]

    # `usr_…`
    id: str

    # Every identifier.
    identifiers: list[Identifier]

    lock_reason: str

    # Those groups, with when they count.
    memberships: list[Membership]

    # What to call them; may be empty.
    name: str

    # The phone number.
    phone: NotRequired[str | None]

    # The app's free properties.
    properties: Any

    # Names of the roles that it was given.
    roles: list[str]

    # `active`, `locked` or `deleted`.
    status: str

    # The username.
    username: NotRequired[str | None]

    # The row's version, for `If-Match`.
    version: int
