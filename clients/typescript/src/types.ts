// What the API takes and gives.
//
// Written by clients/generate.py from the description of the API: change that.

/** What a problem can be; new releases of the server may add some. */
export type Code =
  | "bad_request"
  | "bad_json"
  | "unknown_field"
  | "validation_failed"
  | "unsupported_media_type"
  | "payload_too_large"
  | "method_not_allowed"
  | "not_found"
  | "conflict"
  | "precondition_failed"
  | "csrf_failed"
  | "host_not_allowed"
  | "unauthenticated"
  | "invalid_credentials"
  | "account_unverified"
  | "password_expired"
  | "mfa_required"
  | "mfa_invalid"
  | "mfa_expired"
  | "mfa_not_enrolled"
  | "mfa_last_method"
  | "session_required"
  | "token_invalid"
  | "session_expired"
  | "session_revoked"
  | "account_locked"
  | "code_invalid"
  | "code_expired"
  | "code_attempts_exceeded"
  | "webauthn_challenge_expired"
  | "webauthn_verification_failed"
  | "webauthn_unknown_credential"
  | "webauthn_duplicate"
  | "webauthn_origin_mismatch"
  | "webauthn_user_verification_required"
  | "provider_unknown"
  | "oauth_state_mismatch"
  | "oauth_state_expired"
  | "oauth_denied"
  | "oauth_email_unverified"
  | "oauth_account_exists"
  | "oauth_taken"
  | "oauth_upstream_error"
  | "last_way_in"
  | "method_disabled"
  | "recovery_disabled"
  | "verification_required"
  | "captcha_required"
  | "captcha_invalid"
  | "captcha_expired"
  | "link_invalid"
  | "resend_too_soon"
  | "sign_up_closed"
  | "invite_required"
  | "invite_invalid"
  | "domain_not_allowed"
  | "impersonation_forbidden"
  | "last_administrator"
  | "exclusive_roles"
  | "policy_invalid"
  | "policy_tests_fail"
  | "setup_done"
  | "outside_ceiling"
  | "proxy_unclear"
  | "path_unclear"
  | "header_spoofed"
  | "proxy_untrusted"
  | "site_unknown"
  | "https_required"
  | "missing_permission"
  | "missing_role"
  | "denied_by_rule"
  | "scope_insufficient"
  | "step_up_required"
  | "unknown_permission"
  | "refused_by_hook"
  | "rate_limited"
  | "decision_unavailable"
  | "busy"
  | "maintenance"
  | "database_unavailable"
  | "read_only";

/** What it may do. */
export interface Access {
  /** Those roles, with when they count. */
  assignments: Assignment[];
  /** Its direct permissions. */
  grants: Grant[];
  /** Names of the groups that it is in. */
  groups: string[];
  /** Those groups, with when they count. */
  memberships: Membership[];
  /** Names of the roles that it was given. */
  roles: string[];
}

/** An access control list. The first entry that applies decides. */
export interface AccessList {
  /** Its entries in order: `allow staff posts:edit`. */
  entries: string[];
  /** Its name, as resources name it. */
  name: string;
  /** Whether it stands where it cannot be changed from here. */
  read_only: boolean;
  /** For `If-Match`; 0 for a list of the policy file. */
  version: number;
}

/** What zxcvbn says, where it is built in. */
export interface Advice {
  /** 0, guessed at once, to 4. */
  score: number;
  suggestions: string[];
  warning?: string | null;
}

/** An answer to one question. */
export interface Answer {
  /** What would help: `step_up`. */
  advice?: string | null;
  /** Nothing when it cannot be decided right now, which is neither a yes nor a no. Only in a batch; alone, that is a 503. */
  allowed?: boolean | null;
  /** `allowed`, or one of the codes of problems. */
  code: string;
  /** Numeric limits of the roles held. */
  limits?: Record<string, NumericLimit>;
  permission: string;
  /** What the policy's author wrote for whoever is denied. */
  reason?: string | null;
}

/** A key of an account, without the key. */
export interface ApiKeyInfo {
  /** When it was made. */
  created_at: string;
  /** When it ends, if it does. */
  expires_at?: string | null;
  /** `crd_…` */
  id: string;
  /** What its owner calls it. */
  name: string;
  /** Where it may come from; none for everywhere. */
  networks: string[];
  /** When it begins to work, if not at once. */
  not_before?: string | null;
  /** Requests a day, counted for all processes; absent for no such bound. */
  per_day?: number | null;
  /** Requests a minute, if they are counted for themselves. */
  per_minute?: number | null;
  /** Patterns of what it may at most do; absent for all that its account may. */
  permissions?: string[] | null;
  /** Until when a token may give it anew, if one may. */
  refresh_until?: string | null;
  /** Names of scopes of the policy, which bind it as well; absent for no such bound. */
  scopes?: string[] | null;
  /** When it was last used, to the minute. */
  used_at?: string | null;
}

/** A role that an account was given. */
export interface Assignment {
  /** Counts until this moment. */
  expires_at?: string | null;
  /** Counts from this moment on. */
  not_before?: string | null;
  /** Its name. */
  role: string;
  /** Where it counts; empty for everywhere. */
  scope: string;
}

/** An entry of the audit log. */
export interface AuditEntry {
  /** Who did it. */
  actor?: string | null;
  /** When. */
  at: string;
  /** What. */
  data: unknown;
  /** `evt_…` */
  id: string;
  /** Address, client and identifier, unless erased. */
  personal?: unknown;
  /** Its place in the audit chain, once it has one. */
  position?: number | null;
  /** To whom. */
  subject?: string | null;
  /** The stable name: `sign_in.failed`. */
  type: string;
  /** The version of the data's shape. */
  version: number;
}

/** A flow that was begun. */
export interface Begun {
  flow_id: string;
}

/** A captcha. Its token and its answer are sent with what it is for, as `captcha_token` and `captcha`; each counts once. */
export interface Captcha {
  /** Where the recording is. `?lang=de` speaks German. */
  audio?: string | null;
  /** When it ends. */
  expires_at: string;
  /** Where the picture is, below the path that everything is mounted under. */
  image?: string | null;
  /** What has to be done. */
  kind: "proof_of_work" | "digits" | "service";
  /** The answer is a number below this. */
  most?: number | null;
  /** What stands before the number, with a full stop between, when it is hashed. */
  salt?: string | null;
  /** The service whose script asks: `turnstile`, `hcaptcha` or `recaptcha`, unless the app has one of its own. */
  service?: string | null;
  /** The key by which the service knows the site. */
  site_key?: string | null;
  /** SHA-256 of salt, full stop and number, in hexadecimal. */
  target?: string | null;
  token: string;
}

/** What one role says about one permission. */
export interface Cell {
  /** What the deciding rule covers, when that is more than this permission. */
  by?: string | null;
  /** What counts in the end: `allow`, `deny`, or nothing. */
  effect?: string | null;
  /** The role whose rule decides, when it is another one. */
  from?: string | null;
  /** The role's own rule for exactly this: `allow`, `deny`, or nothing. */
  own?: string | null;
}

/** See the API. */
export interface Change {
  /** `allow`, `deny`, or null for no rule. */
  effect: string | null;
  permission: string;
  role: string;
}

/** How many things changed. */
export interface Changed {
  changed: number;
}

/** What a client must know to show the right forms. */
export interface Config {
  /** Whether somebody gets an account without a name. */
  anonymous: boolean;
  brand: string;
  /** `email`, `username`, `phone`: what one may sign in with. */
  identifiers: string[];
  locales: string[];
  /** Whether the doors are closed for a while: administrators alone sign in. */
  maintenance: boolean;
  /** The ways to sign in that are on: `password`, `link`, `code`, `passkey`, `provider` (see the pages, or `/login`, for which), and those of the app's own by their names. */
  methods: string[];
  /** There are no rules about kinds of characters. */
  password: Password;
  /** Whether people set a new password themselves who have forgotten theirs. */
  recovery: boolean;
  /** `open`, `domain` or `closed`. */
  sign_up: string;
  /** `none` or `any`. */
  verify: string;
}

/** An account that may, and why. */
export interface Data {
  /** From the account to the deciding rule: names of roles; none for a permission given directly. */
  path: string[];
  /** The deciding rule, such as `roles.editor.allow[0]`. */
  rule: string;
  /** Who. */
  user: User;
}

/** See the API. */
export interface Error {
  code?: string;
  field?: string;
  message?: string;
}

/** Roles of which nobody may be given two. */
export interface ExclusiveRoles {
  /** The name of the set. */
  name: string;
  /** The roles. */
  roles: string[];
  /** Changes with everything above. */
  version: number;
}

/** Something that an account proves itself with, without its secret. */
export interface Factor {
  /** When it was added. */
  created_at: string;
  /** `password`, `totp`, `recovery_codes`, `passkey`, … */
  kind: string;
}

/** A test that fails. */
export interface Failure {
  /** Its line, from 1. */
  line: number;
  /** What was expected and what came. */
  message: string;
  /** The test and what it asks for. */
  test: string;
}

/** A whole list. */
export interface GetAdminAclReply {
  data: AccessList[];
}

/** A part of a list, and where the next part begins. */
export interface GetAdminAuditReply {
  data: AuditEntry[];
  next_cursor?: string | null;
}

/** What a verification of the audit log found. */
export interface GetAdminAuditVerifyReply {
  /** Events with a place in the chain. */
  events: number;
  /** What is wrong, if anything: where, and how. */
  faults: string[];
  /** Events so young that they have none yet. */
  unchained: number;
}

/** A whole list. */
export interface GetAdminExclusiveRolesReply {
  data: ExclusiveRoles[];
}

/** A part of a list, and where the next part begins. */
export interface GetAdminGroupsGroupMembersReply {
  data: Member[];
  next_cursor?: string | null;
}

/** A whole list. */
export interface GetAdminGroupsReply {
  data: Group[];
}

/** Who holds a permission, as far as was looked. */
export interface GetAdminHoldersReply {
  /** The accounts that may, newest first, of those that were looked at. */
  data: Data[];
  /** How many accounts were looked at. */
  looked_at: number;
  /** Where to look on, when there are more accounts. */
  next_cursor?: string | null;
  /** The permission. */
  permission: string;
  /** The roles that speak of it, by name. */
  roles: Role[];
}

/** A part of a list, and where the next part begins. */
export interface GetAdminInvitationsReply {
  data: Invitation[];
  next_cursor?: string | null;
}

/** A part of the matrix. */
export interface GetAdminMatrixReply {
  /** The last permission of this part, when there are more. */
  next_cursor?: string | null;
  /** The last role of this part, when there are more. */
  next_role?: string | null;
  /** The rows, by name. */
  permissions: Permission[];
  /** The columns, by name. */
  roles: GetAdminMatrixReplyRole[];
  /** The version of the definitions; a change names it. */
  version: number;
}

/** A role, as the matrix heads its column. */
export interface GetAdminMatrixReplyRole {
  /** What it is for. */
  description: string;
  /** Whether it can be changed here: it is neither built in nor of the policy file. */
  editable: boolean;
  /** The roles that it inherits directly. */
  inherits: string[];
  /** Its name. */
  name: string;
}

/** A whole list. */
export interface GetAdminMessagesReply {
  data: Message[];
}

/** The stored policy document. */
export interface GetAdminPolicyReply {
  /** In the form of a policy file; empty where it says nothing. */
  text: string;
  /** Counts with each text; 0 where there was none yet. */
  version: number;
}

/** A part of a list, and where the next part begins. */
export interface GetAdminRelationsReply {
  data: Relation[];
  next_cursor?: string | null;
}

/** A part of a list, and where the next part begins. */
export interface GetAdminRolesReply {
  data: GetAdminRolesReplyRole[];
  next_cursor?: string | null;
}

/** A role with its rules. */
export interface GetAdminRolesReplyRole {
  /** Patterns that it allows itself. */
  allow: string[];
  /** Patterns that it denies itself. */
  deny: string[];
  /** What it is for. */
  description: string;
  /** Roles whose rules it has as well. */
  inherits: string[];
  /** Its name. */
  name: string;
  /** Whether it stands where it cannot be changed from here. */
  read_only: boolean;
  /** Changes with everything above; 0 if it is read only. */
  version: number;
}

/** A whole list. */
export interface GetAdminUsersIdApiKeysReply {
  data: ApiKeyInfo[];
}

/** A whole list. */
export interface GetAdminUsersIdPermissionsReply {
  data: Grant[];
}

/** A whole list. */
export interface GetAdminUsersIdSessionsReply {
  data: SessionInfo[];
}

/** What outsiders are not told about refused attempts. */
export interface GetAdminUsersIdWhyReply {
  /** Sign-ins and attempts, newest first. */
  data: AuditEntry[];
  /** What is left for whoever the account does not know. */
  limits: Limit[];
}

/** A part of a list, and where the next part begins. */
export interface GetAdminUsersReply {
  data: User[];
  next_cursor?: string | null;
}

/** A whole list. */
export interface GetMeConnectionsReply {
  data: GetMeConnectionsReplyData[];
}

/** An account elsewhere that is connected to one of ours. */
export interface GetMeConnectionsReplyData {
  /** When it was connected. */
  created_at: string;
  /** The address that the service told last. */
  email?: string | null;
  /** `crd_…` */
  id: string;
  /** The name that the service told last. */
  name?: string | null;
  /** The service: `google`. */
  provider: string;
  /** What the service calls its owner. */
  provider_id: string;
  /** What people call it. */
  title: string;
  /** When it was last used. */
  used_at: string;
}

/** A whole list. */
export interface GetMeDevicesReply {
  data: GetMeDevicesReplyData[];
}

/** A device that is spared the second factor. */
export interface GetMeDevicesReplyData {
  /** Its own description of itself. */
  client: string;
  /** Since when it is trusted. */
  created_at: string;
  /** Whether it is the one that asks. */
  current: boolean;
  /** Until when, exclusive. */
  expires_at: string;
  /** `crd_…` */
  id: string;
}

/** What is kept about somebody, for them to take along; no secret is in it. */
export interface GetMeExportReply {
  /** What it may do. */
  access: Access;
  /** The account. */
  account: User;
  /** What happened to it, newest first. */
  activity: AuditEntry[];
  /** Whether more happened than is told here. */
  activity_is_cut: boolean;
  /** When it was put together. */
  exported_at: string;
  /** What it proves itself with. */
  factors: Factor[];
  /** What it is called and reached by. */
  identifiers: GetMeExportReplyIdentifier[];
  /** Where somebody is signed in. */
  sessions: SessionInfo[];
}

/** A name of an account with its dates. */
export interface GetMeExportReplyIdentifier {
  /** When it was added. */
  created_at: string;
  /** `email`, `username` or `phone`. */
  kind: string;
  /** As its owner typed it. */
  value: string;
  /** When its owner proved to hold it. */
  verified_at?: string | null;
}

/** Second factors of the app's own. */
export interface GetMeFactorsReply {
  factors: GetMeFactorsReplyFactor[];
}

/** A second factor of the app's own. */
export interface GetMeFactorsReplyFactor {
  /** Whether this account has it. */
  enrolled: boolean;
  /** What people read of it. */
  label: string;
  /** Its word in addresses. */
  name: string;
}

/** A whole list. */
export interface GetMePasskeysReply {
  data: Passkey[];
}

/** How many recovery codes are left. */
export interface GetMeRecoveryCodesReply {
  left: number;
  /** How many a new set has. */
  of: number;
}

/** A whole list. */
export interface GetProvidersReply {
  data: Provider[];
}

/** The token that forms of this session carry. */
export interface GetSessionCsrfReply {
  csrf: string;
}

/** A permission that an account holds directly. */
export interface Grant {
  /** `allow` or `deny`. */
  effect: string;
  /** Counts until this moment. */
  expires_at?: string | null;
  /** Counts from this moment on. */
  not_before?: string | null;
  /** The pattern. */
  permission: string;
}

/** A group with the roles that it gives. */
export interface Group {
  /** When it was made. */
  created_at: string;
  /** Who is meant. */
  description: string;
  /** Its name. */
  name: string;
  /** Roles that its members hold. */
  roles: string[];
  /** Changes with everything above. */
  version: number;
}

/** An identifier. */
export interface Identifier {
  /** `email`, `username` or `phone`. */
  kind: string;
  /** As its owner typed it. */
  value: string;
  /** Whether its owner proved to hold it. */
  verified: boolean;
}

/** An invitation as it is seen. */
export interface Invitation {
  /** When it was made. */
  created_at: string;
  /** Whose address it is for; absent for whoever has the link. */
  email?: string | null;
  /** Ends at this moment, exclusive. */
  expires_at: string;
  /** `inv_…` */
  id: string;
  /** Who invites; absent for the command line and the app. */
  made_by?: string | null;
  /** Roles that the account will hold. */
  roles: string[];
  /** `open`, `used`, `revoked` or `expired`. */
  status: string;
  /** Who came by it. */
  used_by?: string | null;
}

/** A limit of an account, and how much of it is used. */
export interface Limit {
  /** Its name, as in the documentation. */
  limit: string;
  /** Units that there are. */
  of: number;
  /** When the next one can be had, if none is left. */
  until?: string | null;
  /** Units that are gone. */
  used: number;
}

/** A member of a group. */
export interface Member {
  /** Counts until this moment. */
  expires_at?: string | null;
  /** Counts from this moment on. */
  not_before?: string | null;
  /** Who. */
  user: User;
}

/** A group that an account was put into. */
export interface Membership {
  /** Counts until this moment. */
  expires_at?: string | null;
  /** Its name. */
  group: string;
  /** Counts from this moment on. */
  not_before?: string | null;
}

/** A message of the outbox, without its content. */
export interface Message {
  /** Times it was tried. */
  attempts: number;
  /** `mail` or `sms`. */
  channel: string;
  /** When it was asked for. */
  created_at: string;
  /** When it is tried next. */
  due_at: string;
  /** `msg_…` */
  id: string;
  /** What went wrong last. */
  last_error: string;
  /** `pending`, `sent`, `failed` or `expired`. */
  state: string;
  /** Which template. */
  template: string;
  /** To whom, if they have an account. */
  user?: string | null;
}

/** A mistake in a text. */
export interface Mistake {
  /** The character in the line, from 1. */
  column: number;
  /** The line, from 1. */
  line: number;
  /** What is wrong, as half a sentence. */
  message: string;
  /** What was meant perhaps. */
  suggestion?: string | null;
}

/** A key, shown once. */
export interface NewApiKey {
  /** `kwk_…`: it is stored nowhere. */
  api_key: string;
  /** When it was made. */
  created_at: string;
  /** When it ends, if it does. */
  expires_at?: string | null;
  /** `crd_…` */
  id: string;
  /** What its owner calls it. */
  name: string;
  /** Where it may come from; none for everywhere. */
  networks: string[];
  /** When it begins to work, if not at once. */
  not_before?: string | null;
  /** Requests a day, counted for all processes; absent for no such bound. */
  per_day?: number | null;
  /** Requests a minute, if they are counted for themselves. */
  per_minute?: number | null;
  /** Patterns of what it may at most do; absent for all that its account may. */
  permissions?: string[] | null;
  /** `kwf_…`: gives it anew once, if it was made so. It is stored nowhere as well. */
  refresh_token?: string | null;
  /** Until when a token may give it anew, if one may. */
  refresh_until?: string | null;
  /** Names of scopes of the policy, which bind it as well; absent for no such bound. */
  scopes?: string[] | null;
  /** When it was last used, to the minute. */
  used_at?: string | null;
}

/** A numeric limit; both kinds are exclusive. */
export interface NumericLimit {
  /** A value must be more than this. */
  above?: number | null;
  /** A value must be less than this. */
  below?: number | null;
}

/** What an attempt led to; what is absent does not apply. */
export interface Outcome {
  /** To be typed in the browser that asked. */
  code?: string | null;
  /** The flow whose code is awaited. */
  flow_id?: string | null;
  /** Given back with the second factor, where a token was asked for. */
  flow_token?: string | null;
  /** What the second factor can be answered with. */
  methods?: string[];
  /** What can be done next. */
  next?: string[];
  session_id?: string | null;
  /** How far an attempt has come. */
  status: "complete" | "needs_verification" | "needs_mfa" | "code_sent" | "link_sent" | "other_browser" | "verified" | "connected" | "stopped" | "too_late" | "undone";
  /** For `Authorization: Bearer`, where a token was asked for. */
  token?: string | null;
  /** An account. */
  user?: User | null;
}

/** A passkey of an account. */
export interface Passkey {
  /** The model of its authenticator, as it says itself: 32 hexadecimal digits. */
  aaguid: string;
  /** What vouched for the model: `none`, `self`, `certificate`; `unknown` for a statement that is not verified. */
  attestation: string;
  /** When it was added. */
  created_at: string;
  /** `crd_…` */
  id: string;
  /** What its maker calls it; empty where that is not known. */
  model: string;
  /** What its owner calls it, or else what its maker does; may be empty. */
  name: string;
  /** Whether its owner has it on other devices, or in the cloud. */
  synced: boolean;
  /** How browsers reach it: `internal`, `hybrid`, `usb`, … */
  transports: string[];
  /** When it was last used. */
  used_at?: string | null;
}

/** There are no rules about kinds of characters. */
export interface Password {
  max_bytes: number;
  min_length: number;
}

/** The app's data on a session. */
export interface PatchSessionReply {
  data: unknown;
}

/** A permission, or a pattern that a rule mentions. */
export interface Permission {
  /** What each role says, in the order of the columns. */
  cells: Cell[];
  /** What it is about: its first part. */
  kind: string;
  /** Whether the catalogue of the policy has it. */
  listed: boolean;
  /** Its name. */
  permission: string;
}

/** What somebody may do. */
export interface Permissions {
  /** Patterns that are allowed, by roles and grants. */
  allow: string[];
  /** Whether the patterns say all. Where rules with conditions decide as well, or blocks of the app's own, they do not: ask. */
  complete: boolean;
  /** Patterns that are denied, whatever else allows them. */
  deny: string[];
  groups: string[];
  /** Numeric limits of the roles held. */
  limits: Record<string, NumericLimit>;
  /** Where the policy lists permissions: those of them that are allowed now, about no resource, by all that decides. */
  permissions?: string[] | null;
  roles: string[];
  /** Patterns that an API key is bound to: it may do nothing else of this. */
  within?: string[] | null;
}

/** A role or a group that was made. */
export interface PostAdminGroupsReply {
  name: string;
}

/** An invitation that was made. */
export interface PostAdminInvitationsReply {
  /** When it was made. */
  created_at: string;
  /** Whose address it is for; absent for whoever has the link. */
  email?: string | null;
  /** Ends at this moment, exclusive. */
  expires_at: string;
  /** `inv_…` */
  id: string;
  /** The link, where nobody was mailed it: shown once. */
  link?: string | null;
  /** Who invites; absent for the command line and the app. */
  made_by?: string | null;
  /** Roles that the account will hold. */
  roles: string[];
  /** `open`, `used`, `revoked` or `expired`. */
  status: string;
  /** Who came by it. */
  used_by?: string | null;
}

/** What a change of the matrix would do. */
export interface PostAdminMatrixReviewReply {
  /** Each cell that would change. */
  changes: PostAdminMatrixReviewReplyChange[];
  /** Whether there are more accounts than were counted. */
  more_people: boolean;
  /** Accounts that hold one of these roles. */
  people: number;
  /** Each role whose holders gain or lose something, by name. */
  roles: PostAdminMatrixReviewReplyRole[];
  /** The version of the definitions that it was compared with. */
  version: number;
}

/** A cell that would change. */
export interface PostAdminMatrixReviewReplyChange {
  /** Its own rule then. */
  now?: string | null;
  /** The pattern. */
  permission: string;
  /** Which role. */
  role: string;
  /** Its own rule now. */
  was?: string | null;
}

/** What the holders of a role gain and lose by it, as far as this role goes. */
export interface PostAdminMatrixReviewReplyRole {
  /** What it allows then and not now; at most 50. */
  gains: string[];
  /** What it allows now and not then; at most 50. */
  loses: string[];
  /** Whether more is gained or lost than is named. */
  more: boolean;
  /** Accounts that hold it. */
  people: number;
  /** Its name. */
  role: string;
}

/** What a text would do in place of the policy document. */
export interface PostAdminPolicyCheckReply {
  /** What cannot be read; at most 50, in order. */
  mistakes: Mistake[];
  /** Whether there are more accounts than were counted. */
  more_people: boolean;
  /** Accounts that hold one of these roles. */
  people: number;
  /** The code that saving it would be refused with, unless forced; nothing if it would be saved. */
  refusal?: string | null;
  /** Each role whose holders gain or lose something, by name. What conditions, lists, items and relations give is not compared. */
  roles: PostAdminMatrixReviewReplyRole[];
  /** What came of the tests in it; nothing where it cannot be read. */
  tests?: Tests | null;
  /** The version of the document that it was compared with. */
  version: number;
}

/** An answer to each question, in their order. */
export interface PostCanBatchReply {
  answers: Answer[];
}

/** Why. Whoever lacks `access:explain` sees the decision, its code and what the policy's author wrote for people. */
export interface PostCanExplainReply {
  code: string;
  decision: string;
  http: number;
  /** What the policy's author wrote for whoever is denied. */
  reason?: string | null;
}

/** Where to go. */
export interface PostMeConnectionsReply {
  /** The page of the service. A browser that goes there must keep the cookie that comes along here. */
  authorize_url: string;
  /** Given back at the end, where the session will be a token. */
  flow_token?: string | null;
}

/** A second factor that was enrolled. */
export interface PostMeFactorsFactorConfirmReply {
  /** Shown once; empty if the account had some. */
  recovery_codes: string[];
  session_id: string;
  /** For `Authorization: Bearer`, where the session was a token. */
  token?: string | null;
}

/** A second factor of the app's own that is being enrolled. */
export interface PostMeFactorsFactorReply {
  flow_id: string;
  /** What the person needs to set it up, shown once; plain text. */
  shown: string;
}

/** A ceremony that was begun. */
export interface PostMePasskeysOptionsReply {
  /** Which flow the answer belongs to. */
  flow_id: string;
  /** For `PublicKeyCredential.parseCreationOptionsFromJSON()`, or `parseRequestOptionsFromJSON()`. */
  public_key: unknown;
}

/** Recovery codes, shown once. */
export interface PostMeRecoveryCodesReply {
  recovery_codes: string[];
}

/** An authenticator app that is being enrolled. */
export interface PostMeTotpReply {
  flow_id: string;
  /** The same as a QR code: an SVG element. */
  qr: string;
  /** Base32, for whoever types it. */
  secret: string;
  /** `otpauth://…`, for an app. */
  uri: string;
}

/** What a password is worth. */
export interface PostPasswordCheckReply {
  /** Whether it would be accepted. */
  acceptable: boolean;
  /** What zxcvbn says, where it is built in. */
  advice?: Advice | null;
  /** Shortest in characters. */
  min_length: number;
  /** Codes of what is wrong with it. */
  problems: string[];
}

/** What is said of a token to whoever may ask (RFC 7662 section 2.2). Of one that opens nothing, `active` alone. */
export interface PostTokenIntrospectReply {
  /** Whether it opens something now. */
  active: boolean;
  /** For whom. */
  aud?: string | null;
  /** The client that it was given to. */
  client_id?: string | null;
  /** When it ends, in seconds since the Unix epoch. */
  exp?: number | null;
  /** When it was made. */
  iat?: number | null;
  /** Who made it. */
  iss?: string | null;
  /** Its own name. */
  jti?: string | null;
  /** Patterns of what it may at most do, with spaces between. */
  scope?: string | null;
  /** The session that is its family: `ses_…`. */
  sid?: string | null;
  /** Whose: `usr_…`. */
  sub?: string | null;
  /** `access_token` or `refresh_token`. */
  token_type?: string | null;
}

/** An access token and the refresh token that follows it (RFC 6749 section 5.1). */
export interface PostTokenReply {
  /** A JSON web token (RFC 9068), for `Authorization: Bearer`. */
  access_token: string;
  /** Seconds for which the access token works. */
  expires_in: number;
  /** `kwr_…`: works once. */
  refresh_token: string;
  scope?: string | null;
  /** The session that is their family. */
  session_id: string;
  token_type: string;
  user_id: string;
}

/** A problem (RFC 9457). */
export interface Problem {
  code: "bad_request" | "bad_json" | "unknown_field" | "validation_failed" | "unsupported_media_type" | "payload_too_large" | "method_not_allowed" | "not_found" | "conflict" | "precondition_failed" | "csrf_failed" | "host_not_allowed" | "unauthenticated" | "invalid_credentials" | "account_unverified" | "password_expired" | "mfa_required" | "mfa_invalid" | "mfa_expired" | "mfa_not_enrolled" | "mfa_last_method" | "session_required" | "token_invalid" | "session_expired" | "session_revoked" | "account_locked" | "code_invalid" | "code_expired" | "code_attempts_exceeded" | "webauthn_challenge_expired" | "webauthn_verification_failed" | "webauthn_unknown_credential" | "webauthn_duplicate" | "webauthn_origin_mismatch" | "webauthn_user_verification_required" | "provider_unknown" | "oauth_state_mismatch" | "oauth_state_expired" | "oauth_denied" | "oauth_email_unverified" | "oauth_account_exists" | "oauth_taken" | "oauth_upstream_error" | "last_way_in" | "method_disabled" | "recovery_disabled" | "verification_required" | "captcha_required" | "captcha_invalid" | "captcha_expired" | "link_invalid" | "resend_too_soon" | "sign_up_closed" | "invite_required" | "invite_invalid" | "domain_not_allowed" | "impersonation_forbidden" | "last_administrator" | "exclusive_roles" | "policy_invalid" | "policy_tests_fail" | "setup_done" | "outside_ceiling" | "proxy_unclear" | "path_unclear" | "header_spoofed" | "proxy_untrusted" | "site_unknown" | "https_required" | "missing_permission" | "missing_role" | "denied_by_rule" | "scope_insufficient" | "step_up_required" | "unknown_permission" | "refused_by_hook" | "rate_limited" | "decision_unavailable" | "busy" | "maintenance" | "database_unavailable" | "read_only";
  detail?: string;
  errors?: Error[];
  instance: string;
  /** Seconds. */
  retry_after?: number;
  status: number;
  title: string;
  type: string;
}

/** A service that people may sign in at. */
export interface Provider {
  /** What it goes by in URLs: `google`. */
  name: string;
  /** What people call it: `Google`. */
  title: string;
}

/** What was saved. */
export interface PutAdminPolicyReply {
  /** The version of the document from now on. */
  version: number;
}

/** See the API. */
export interface Question {
  permission: string;
  /** A resource that somebody tells of. What the app knows of it goes before. */
  resource?: Resource | null;
}

/** Who has which relation with what. */
export interface Relation {
  /** `document:roof` */
  object: string;
  /** `viewer` */
  relation: string;
  /** `user:usr_…`, `user:*` or `group:builders#member` */
  subject: string;
}

/** A resource that somebody tells of. What the app knows of it goes before. */
export interface Resource {
  /** Names of access control lists, from its own up to the root. */
  acl?: string[];
  /** For conditions: true or false, whole numbers, texts and lists of those; or `{"datetime": …}`, `{"duration": …}`, `{"ip": …}`. */
  attributes?: Record<string, unknown>;
  id: string;
  owner?: string | null;
  shared_with?: string[];
  type: string;
  /** `public`, `unlisted`, `shared` or `private`. */
  visibility?: string | null;
}

/** A role that speaks of the permission. */
export interface Role {
  /** What that rule covers. */
  by: string;
  /** `allow` or `deny`. */
  effect: string;
  /** The role whose rule decides, when it is inherited. */
  from?: string | null;
  /** Its name. */
  name: string;
}

/** The body of `GET /session`. */
export interface Session {
  /** Assurance level. */
  aal: number;
  /** When the person last proved who they are. */
  auth_time: string;
  /** When it was opened. */
  created_at: string;
  /** The app's own data. */
  data: unknown;
  /** When it ends, whatever happens. */
  expires_at: string;
  /** `ses_…` */
  id: string;
  /** Who acts in it, where that is not the person whose it is. */
  impersonated_by?: string | null;
  /** What was proven. */
  methods: string[];
  /** Roles that are held. */
  roles: string[];
  /** Whose. */
  user: User;
}

/** A session in a list. */
export interface SessionInfo {
  /** The client's address when it was opened. */
  address: string;
  /** The client's own description of itself. */
  client: string;
  /** When it was opened. */
  created_at: string;
  /** Whether it is the one that asks. */
  current: boolean;
  /** When it ends if it is not used again. */
  ends_at: string;
  /** `ses_…` */
  id: string;
  /** What was proven. */
  methods: string[];
  /** When it was last used, within a minute. */
  seen_at: string;
}

/** What came of the tests in it; nothing where it cannot be read. */
export interface Tests {
  /** How many were not. */
  failed: number;
  /** Those that were not; at most 50, in order. */
  failures: Failure[];
  /** How many were met. */
  passed: number;
}

/** Who. */
export interface User {
  /** When the account was made. */
  created_at: string;
  /** The first of each kind. */
  email?: string | null;
  /** `usr_…` */
  id: string;
  /** Every identifier. */
  identifiers: Identifier[];
  /** What to call them; may be empty. */
  name: string;
  /** The phone number. */
  phone?: string | null;
  /** The app's free properties. */
  properties: unknown;
  /** `active`, `locked` or `deleted`. */
  status: string;
  /** The username. */
  username?: string | null;
  /** The row's version, for `If-Match`. */
  version: number;
}

/** An account with what it holds. */
export interface UserDetail {
  /** Those roles, with when they count. */
  assignments: Assignment[];
  /** When the account was made. */
  created_at: string;
  /** The first of each kind. */
  email?: string | null;
  /** Its direct permissions. */
  grants: Grant[];
  /** Names of the groups that it is in. */
  groups: string[];
  /** `usr_…` */
  id: string;
  /** Every identifier. */
  identifiers: Identifier[];
  lock_reason: string;
  /** Those groups, with when they count. */
  memberships: Membership[];
  /** What to call them; may be empty. */
  name: string;
  /** The phone number. */
  phone?: string | null;
  /** The app's free properties. */
  properties: unknown;
  /** Names of the roles that it was given. */
  roles: string[];
  /** `active`, `locked` or `deleted`. */
  status: string;
  /** The username. */
  username?: string | null;
  /** The row's version, for `If-Match`. */
  version: number;
}

/** What `put_admin_acl_name` takes. */
export interface PutAdminAclNameInput {
  /** At most 100, such as `allow staff posts:view,posts:edit`. */
  entries: string[];
}

/** What `get_admin_audit` takes. */
export interface GetAdminAuditInput {
  cursor?: string | null;
  /** Looked at where every page's language is chosen. */
  lang?: string | null;
  limit?: number | null;
  type?: string | null;
  user?: string | null;
}

/** What `put_admin_exclusive_roles_set` takes. */
export interface PutAdminExclusiveRolesSetInput {
  roles: string[];
}

/** What `post_admin_groups` takes. */
export interface PostAdminGroupsInput {
  /** What it is for. */
  description?: string;
  /** 1 to 64 of a-z, 0-9, dot, hyphen and underscore. */
  name: string;
}

/** What `delete_admin_groups_group` takes. */
export interface DeleteAdminGroupsGroupInput {
  /** Although nobody could administer any more. */
  force?: boolean;
}

/** What `get_admin_groups_group_members` takes. */
export interface GetAdminGroupsGroupMembersInput {
  cursor?: string | null;
  limit?: number | null;
}

/** What `put_admin_groups_group_members_user` takes. */
export interface PutAdminGroupsGroupMembersUserInput {
  /** Counts until this moment. */
  expires_at?: string | null;
  /** Counts from this moment on. */
  not_before?: string | null;
}

/** What `put_admin_groups_group_roles` takes. */
export interface PutAdminGroupsGroupRolesInput {
  /** Although nobody could administer any more. */
  force?: boolean;
  roles: string[];
}

/** What `get_admin_holders` takes. */
export interface GetAdminHoldersInput {
  /** The `next_cursor` of the part before. */
  cursor?: string;
  /** Accounts that are looked at: 1 to 200; 100 if not given. */
  limit?: number | null;
  /** The permission. */
  permission?: string;
  /** Only holders of this role. */
  role?: string;
}

/** What `get_admin_invitations` takes. */
export interface GetAdminInvitationsInput {
  /** The `next_cursor` of the page before. */
  cursor?: string | null;
}

/** What `post_admin_invitations` takes. */
export interface PostAdminInvitationsInput {
  /** Whose address it is for: the link is mailed there and shown to nobody else. */
  email?: string | null;
  /** How long it can be used, in seconds. */
  expires_in?: number | null;
  /** Roles that the account will hold. */
  roles?: string[];
}

/** What `get_admin_matrix` takes. */
export interface GetAdminMatrixInput {
  /** A permission or pattern that is shown in any case. */
  also?: string;
  /** The `next_cursor` of the part before. */
  cursor?: string;
  /** Permissions in one part: 1 to 200; 100 if not given. */
  limit?: number | null;
  /** Only permissions that contain this text. */
  q?: string;
  /** Only roles whose name contains this text. */
  role?: string;
  /** The `next_role` of the part before. */
  roles_cursor?: string;
  /** Roles in one part: 1 to 50; 20 if not given. */
  roles_limit?: number | null;
}

/** What `put_admin_matrix` takes. */
export interface PutAdminMatrixInput {
  /** At most 200 cells, each once. */
  changes: Change[];
  /** Although nobody could administer any more. */
  force?: boolean;
  /** The `version` that the matrix had. */
  version: number;
}

/** What `post_admin_matrix_review` takes. */
export interface PostAdminMatrixReviewInput {
  /** At most 200 cells, each once. */
  changes: Change[];
  /** Although nobody could administer any more. */
  force?: boolean;
  /** The `version` that the matrix had. */
  version: number;
}

/** What `put_admin_policy` takes. */
export interface PutAdminPolicyInput {
  /** Although no administrator could undo it any more. */
  force?: boolean;
  /** At most 256 KiB, in the form of a policy file; empty for no document. */
  text: string;
  /** The version that was seen; here or in `If-Match`. */
  version?: number | null;
}

/** What `post_admin_policy_check` takes. */
export interface PostAdminPolicyCheckInput {
  /** In the form of a policy file. */
  text: string;
}

/** What `delete_admin_relations` takes. */
export interface DeleteAdminRelationsInput {
  /** `document:roof` */
  object?: string;
  /** `viewer` */
  relation?: string;
  /** `user:usr_…`, `user:*` or `group:builders#member` */
  subject?: string;
}

/** What `get_admin_relations` takes. */
export interface GetAdminRelationsInput {
  cursor?: string | null;
  limit?: number | null;
  /** Only with this object, `document:roof`, or with objects of this type. */
  object?: string | null;
  relation?: string | null;
  /** Only with this subject, `user:usr_…`, its sets included, or of this type. */
  subject?: string | null;
}

/** What `post_admin_relations` takes. */
export interface PostAdminRelationsInput {
  add?: Relation[];
  remove?: Relation[];
}

/** What `get_admin_roles` takes. */
export interface GetAdminRolesInput {
  /** The `next_cursor` of the part before. */
  cursor?: string;
  /** 1 to 200; 50 if not given. */
  limit?: number | null;
  /** Only roles whose name contains this text. */
  q?: string;
}

/** What `post_admin_roles` takes. */
export interface PostAdminRolesInput {
  /** What it is for. */
  description?: string;
  /** 1 to 64 of a-z, 0-9, dot, hyphen and underscore. */
  name: string;
}

/** What `delete_admin_roles_role` takes. */
export interface DeleteAdminRolesRoleInput {
  /** Although nobody could administer any more. */
  force?: boolean;
}

/** What `put_admin_roles_role_inherits` takes. */
export interface PutAdminRolesRoleInheritsInput {
  /** Although nobody could administer any more. */
  force?: boolean;
  inherits: string[];
}

/** What `put_admin_roles_role_permissions` takes. */
export interface PutAdminRolesRolePermissionsInput {
  /** `allow`, `deny`, or null to remove the rule. */
  effect: string | null;
  /** Although nobody could administer any more. */
  force?: boolean;
  permission: string;
}

/** What `get_admin_users` takes. */
export interface GetAdminUsersInput {
  cursor?: string | null;
  email?: string | null;
  /** Looked at where every page's language is chosen. */
  lang?: string | null;
  limit?: number | null;
  phone?: string | null;
  /** Only those whose property of this name is `value`. */
  property?: string | null;
  q?: string;
  role?: string | null;
  status?: string | null;
  username?: string | null;
  value?: string | null;
}

/** What `post_admin_users` takes. */
export interface PostAdminUsersInput {
  email?: string | null;
  name?: string;
  password?: string | null;
  phone?: string | null;
  username?: string | null;
  verified?: boolean;
}

/** What `patch_admin_users_id` takes. */
export interface PatchAdminUsersIdInput {
  email?: string | null;
  name?: string | null;
  phone?: string | null;
  properties?: Record<string, unknown> | null;
  username?: string | null;
}

/** What `post_admin_users_id_api_keys` takes. */
export interface PostAdminUsersIdApiKeysInput {
  /** When it ends (RFC 3339 in UTC); never, if absent. */
  expires_at?: string | null;
  /** What to call it; 1 to 100 characters. */
  name: string;
  /** Where it may come from, as `192.0.2.0/24`; everywhere, if empty. */
  networks?: string[];
  /** When it begins to work (RFC 3339 in UTC); at once, if absent. */
  not_before?: string | null;
  /** Requests a day, counted for all processes; no such bound, if absent. */
  per_day?: number | null;
  /** Requests a minute; as many as the address may, if absent. */
  per_minute?: number | null;
  /** Patterns of what it may at most do; all that the account may, if absent. */
  permissions?: string[] | null;
  /** Until when (RFC 3339 in UTC) a token that is shown beside it gives it anew, each time for as long as it was made for; no such token, if absent. Needs `expires_at`. */
  refresh_until?: string | null;
  /** Names of scopes of the policy, which bind it as well; no such bound, if absent. */
  scopes?: string[] | null;
}

/** What `post_admin_users_id_api_keys_key_rotate` takes. */
export interface PostAdminUsersIdApiKeysKeyRotateInput {
  /** Seconds for which the old key still works; 30 days at most. */
  overlap?: number;
}

/** What `post_admin_users_id_impersonate` takes. */
export interface PostAdminUsersIdImpersonateInput {
  /** Why: 1 to 300 characters, for the log. */
  reason: string;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
}

/** What `post_admin_users_id_lock` takes. */
export interface PostAdminUsersIdLockInput {
  reason?: string;
}

/** What `delete_admin_users_id_permissions` takes. */
export interface DeleteAdminUsersIdPermissionsInput {
  /** `allow` or `deny`. */
  effect?: string;
  /** As it was given. */
  permission?: string;
}

/** What `put_admin_users_id_permissions` takes. */
export interface PutAdminUsersIdPermissionsInput {
  /** `allow` or `deny`. */
  effect: string;
  /** Counts until this moment. */
  expires_at?: string | null;
  /** Counts from this moment on: RFC 3339 in UTC, or a date. */
  not_before?: string | null;
  /** Such as `posts:edit` or `posts:*`. */
  permission: string;
}

/** What `put_admin_users_id_roles_role` takes. */
export interface PutAdminUsersIdRolesRoleInput {
  /** Counts until this moment. */
  expires_at?: string | null;
  /** Counts from this moment on. */
  not_before?: string | null;
}

/** What `post_admin_users_id_set_password` takes. */
export interface PostAdminUsersIdSetPasswordInput {
  password: string;
  temporary?: boolean;
}

/** What `post_api_keys_refresh` takes. */
export interface PostApiKeysRefreshInput {
  /** `kwf_…`, as it was shown beside the key. */
  refresh_token: string;
}

/** What `post_api_keys_report` takes. */
export interface PostApiKeysReportInput {
  /** What was found. */
  api_key: string;
  /** Where; at most 500 characters. */
  place?: string;
}

/** What `get_can` takes. */
export interface GetCanInput {
  permission?: string;
  /** `type:id` */
  resource?: string | null;
}

/** What `post_can` takes. */
export interface PostCanInput {
  /** For conditions. What Keyward knows itself cannot be told otherwise. */
  context?: Record<string, unknown>;
  permission: string;
  /** A resource that somebody tells of. What the app knows of it goes before. */
  resource?: Resource | null;
}

/** What `post_can_batch` takes. */
export interface PostCanBatchInput {
  context?: Record<string, unknown>;
  /** At most 100. */
  questions: Question[];
}

/** What `post_can_explain` takes. */
export interface PostCanExplainInput {
  context?: Record<string, unknown>;
  permission: string;
  /** A resource that somebody tells of. What the app knows of it goes before. */
  resource?: Resource | null;
  /** Somebody else: id, e-mail address, username or phone number. Needs the permission `access:explain`. */
  subject?: string | null;
}

/** What `post_captcha` takes. */
export interface PostCaptchaInput {
  /** What can be done; whatever is offered first if it does not matter. */
  kind?: "proof_of_work" | "digits" | "service" | null;
  /** What it is for: `sign_up`, `sign_in`, `recovery`, `sign_in_link` or `app`. */
  purpose: string;
}

/** What `post_captcha_spend` takes. */
export interface PostCaptchaSpendInput {
  captcha: string;
  captcha_token: string;
}

/** What `patch_me` takes. */
export interface PatchMeInput {
  name?: string | null;
  properties?: Record<string, unknown> | null;
}

/** What `get_me_activity` takes. */
export interface GetMeActivityInput {
  /** The `next_cursor` of the page before. */
  cursor?: string | null;
}

/** What `post_me_address_link` takes. */
export interface PostMeAddressLinkInput {
  token: string;
}

/** What `post_me_address_id_confirm` takes. */
export interface PostMeAddressIdConfirmInput {
  code: string;
}

/** What `post_me_api_keys` takes. */
export interface PostMeApiKeysInput {
  /** When it ends (RFC 3339 in UTC); never, if absent. */
  expires_at?: string | null;
  /** What to call it; 1 to 100 characters. */
  name: string;
  /** Where it may come from, as `192.0.2.0/24`; everywhere, if empty. */
  networks?: string[];
  /** When it begins to work (RFC 3339 in UTC); at once, if absent. */
  not_before?: string | null;
  /** Requests a day, counted for all processes; no such bound, if absent. */
  per_day?: number | null;
  /** Requests a minute; as many as the address may, if absent. */
  per_minute?: number | null;
  /** Patterns of what it may at most do; all that the account may, if absent. */
  permissions?: string[] | null;
  /** Until when (RFC 3339 in UTC) a token that is shown beside it gives it anew, each time for as long as it was made for; no such token, if absent. Needs `expires_at`. */
  refresh_until?: string | null;
  /** Names of scopes of the policy, which bind it as well; no such bound, if absent. */
  scopes?: string[] | null;
}

/** What `post_me_api_keys_key_rotate` takes. */
export interface PostMeApiKeysKeyRotateInput {
  /** Seconds for which the old key still works; 30 days at most. */
  overlap?: number;
}

/** What `post_me_codes` takes. */
export interface PostMeCodesInput {
  /** A word of the app's own: letters, digits, `_`, `-`, `.` and `:`, at most 64. */
  purpose: string;
}

/** What `post_me_codes_id_spend` takes. */
export interface PostMeCodesIdSpendInput {
  code: string;
  purpose: string;
}

/** What `post_me_connections` takes. */
export interface PostMeConnectionsInput {
  /** `google` */
  provider: string;
  /** Where the hosted page goes once connected: a path on this host. */
  return_to?: string | null;
  /** How the session that asks is held. */
  session?: "cookie" | "token";
}

/** What `put_me_email` takes. */
export interface PutMeEmailInput {
  email: string;
}

/** What `post_me_factors_factor_confirm` takes. */
export interface PostMeFactorsFactorConfirmInput {
  code: string;
  flow_id: string;
}

/** What `post_me_passkeys` takes. */
export interface PostMePasskeysInput {
  /** `PublicKeyCredential.toJSON()`. */
  credential: unknown;
  flow_id: string;
  /** What to call it, at most 100 characters. */
  name?: string;
}

/** What `patch_me_passkeys_id` takes. */
export interface PatchMePasskeysIdInput {
  /** What to call it, at most 100 characters; empty for its maker's name. */
  name: string;
}

/** What `put_me_password` takes. */
export interface PutMePasswordInput {
  /** Absent for an account that has none yet. */
  current_password?: string | null;
  keep_other_sessions?: boolean;
  new_password: string;
}

/** What `put_me_phone` takes. */
export interface PutMePhoneInput {
  phone: string;
}

/** What `post_me_totp_confirm` takes. */
export interface PostMeTotpConfirmInput {
  code: string;
  flow_id: string;
}

/** What `put_me_username` takes. */
export interface PutMeUsernameInput {
  username: string;
}

/** What `post_password_check` takes. */
export interface PostPasswordCheckInput {
  password: string;
}

/** What `post_recovery` takes. */
export interface PostRecoveryInput {
  /** The answer to a captcha, where one is asked for. */
  captcha?: string | null;
  /** The captcha that it answers. */
  captcha_token?: string | null;
  identifier: string;
}

/** What `post_recovery_link` takes. */
export interface PostRecoveryLinkInput {
  keep_other_sessions?: boolean;
  password: string;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
  token: string;
}

/** What `post_recovery_stop` takes. */
export interface PostRecoveryStopInput {
  token: string;
}

/** What `post_recovery_id_confirm` takes. */
export interface PostRecoveryIdConfirmInput {
  code: string;
  keep_other_sessions?: boolean;
  password: string;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
}

/** What `post_restore_link` takes. */
export interface PostRestoreLinkInput {
  token: string;
}

/** What `patch_session` takes. */
export interface PatchSessionInput {
  data: Record<string, unknown>;
}

/** What `post_session_step_up` takes. */
export interface PostSessionStepUpInput {
  code: string;
  /** `password`, or where the account has a second factor that: `totp`, `recovery_code`. */
  method: string;
}

/** What `post_setup` takes. */
export interface PostSetupInput {
  email: string;
  name?: string;
  password: string;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
  token: string;
}

/** What `post_sign_in` takes. */
export interface PostSignInInput {
  /** The answer to a captcha, where one is asked for. */
  captcha?: string | null;
  /** The captcha that it answers. */
  captcha_token?: string | null;
  identifier: string;
  password: string;
  remember?: boolean;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
}

/** What `post_sign_in_anonymous` takes. */
export interface PostSignInAnonymousInput {
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
}

/** What `post_sign_in_by_method` takes. */
export interface PostSignInByMethodInput {
  /** What proves it. */
  answer: string;
  /** The answer to a captcha, where one is asked for. */
  captcha?: string | null;
  /** The captcha that it answers. */
  captcha_token?: string | null;
  /** As the method knows the person. */
  identifier: string;
  remember?: boolean;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
}

/** What `post_sign_in_code` takes. */
export interface PostSignInCodeInput {
  /** The answer to a captcha, where one is asked for. */
  captcha?: string | null;
  /** The captcha that it answers. */
  captcha_token?: string | null;
  identifier: string;
  /** Where the hosted page goes once signed in: a path on this host. */
  return_to?: string | null;
}

/** What `post_sign_in_code_confirm` takes. */
export interface PostSignInCodeConfirmInput {
  code: string;
  flow_id: string;
  remember?: boolean;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
}

/** What `post_sign_in_code_resend` takes. */
export interface PostSignInCodeResendInput {
  flow_id: string;
}

/** What `post_sign_in_link` takes. */
export interface PostSignInLinkInput {
  /** The answer to a captcha, where one is asked for. */
  captcha?: string | null;
  /** The captcha that it answers. */
  captcha_token?: string | null;
  identifier: string;
  /** Where the hosted page goes once signed in: a path on this host. */
  return_to?: string | null;
}

/** What `post_sign_in_link_confirm` takes. */
export interface PostSignInLinkConfirmInput {
  code?: string | null;
  flow_id?: string | null;
  remember?: boolean;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
  token?: string | null;
}

/** What `post_sign_in_link_resend` takes. */
export interface PostSignInLinkResendInput {
  flow_id: string;
}

/** What `post_sign_in_mfa` takes. */
export interface PostSignInMfaInput {
  code: string;
  flow_id: string;
  /** Where the session will be a token: what the sign-in answered. A browser has it in a cookie. */
  flow_token?: string | null;
  /** What the flow is answered with: `totp`, `recovery_code`. */
  method: string;
  /** Spare this device the second factor for 30 days. */
  trust_device?: boolean;
}

/** What `post_sign_in_provider` takes. */
export interface PostSignInProviderInput {
  /** Whether the service shall ask who it is, even if it knows: for a recent proof. */
  again?: boolean;
  /** `google` */
  provider: string;
  remember?: boolean;
  /** Where the hosted page goes once signed in: a path on this host. */
  return_to?: string | null;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
}

/** What `post_sign_in_provider_callback` takes. */
export interface PostSignInProviderCallbackInput {
  code?: string | null;
  error?: string | null;
  /** Where the session will be a token: what the beginning answered. */
  flow_token?: string | null;
  /** Who answers (RFC 9207). */
  iss?: string | null;
  provider: string;
  remember?: boolean;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
  state?: string | null;
  /** What Apple tells of a person when they first come. */
  user?: string | null;
}

/** What `post_sign_up` takes. */
export interface PostSignUpInput {
  /** The answer to a captcha, where one is asked for. */
  captcha?: string | null;
  /** The captcha that it answers. */
  captcha_token?: string | null;
  email?: string | null;
  /** The secret of an invitation's link. */
  invitation?: string | null;
  name?: string | null;
  password?: string | null;
  phone?: string | null;
  /** The fields that the app defines. */
  properties?: Record<string, unknown>;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
  username?: string | null;
}

/** What `post_token` takes. */
export interface PostTokenInput {
  /** The answer to a captcha, where one is asked for. */
  captcha?: string | null;
  /** The captcha that it answers. */
  captcha_token?: string | null;
  /** The client's name for itself, at most 100 characters. */
  client_id?: string;
  /** What tokens are asked for with. */
  grant_type?: "session" | "password" | "refresh_token";
  /** With `password`. */
  password?: string | null;
  /** With `refresh_token`: `kwr_…` */
  refresh_token?: string | null;
  /** Patterns of what the tokens may at most do, with spaces between; all that the account may, if absent. A refresh keeps what was asked for first. */
  scope?: string | null;
  /** With `password`: e-mail address, username or phone number. */
  username?: string | null;
}

/** What `post_token_introspect` takes. */
export interface PostTokenIntrospectInput {
  /** An access or a refresh token. */
  token: string;
  /** `access_token` or `refresh_token`; not needed. */
  token_type_hint?: string | null;
}

/** What `post_token_revoke` takes. */
export interface PostTokenRevokeInput {
  /** An access or a refresh token. */
  token: string;
  /** `access_token` or `refresh_token`; not needed. */
  token_type_hint?: string | null;
}

/** What `post_undo_link` takes. */
export interface PostUndoLinkInput {
  token: string;
}

/** What `post_verifications_id_confirm` takes. */
export interface PostVerificationsIdConfirmInput {
  code: string;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
}

/** What `post_verify_link` takes. */
export interface PostVerifyLinkInput {
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
  token: string;
}

/** What `post_webauthn_sign_in` takes. */
export interface PostWebauthnSignInInput {
  /** `PublicKeyCredential.toJSON()`. */
  credential: unknown;
  flow_id: string;
  remember?: boolean;
  /** How the client wants to hold its session. */
  session?: "cookie" | "token";
}

/** What `post_webauthn_sign_in_options` takes. */
export interface PostWebauthnSignInOptionsInput {
  /** The sign-in that awaits a second factor, if a passkey shall be it: it is answered at `/sign-in/mfa`, with the method `passkey`. */
  flow_id?: string | null;
  /** Where the session will be a token: what the sign-in answered. */
  flow_token?: string | null;
}
