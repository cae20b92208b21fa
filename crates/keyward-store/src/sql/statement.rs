//! Every statement the store can run, written once. A test prepares each one on
//! each database.
//!
//! `?` is a placeholder; a `{word}` is one of the [`COLUMNS`] below or one of
//! the differences in [`dialect`](super::dialect).

use super::dialect::Dialect;

/// Columns of each record, in the order in which `decode` reads them.
pub(crate) const COLUMNS: &[(&str, &str)] = &[
    (
        "user",
        "u.id, u.tenant_id, u.name, u.properties, u.created_at, u.updated_at, u.locked_at, \
         u.lock_reason, u.deleted_at, u.deleted_by, u.must_change_password, u.session_epoch, \
         u.access_version, u.version",
    ),
    (
        "identifier",
        "i.user_id, i.tenant_id, i.kind, i.normal, i.value, i.skeleton, i.verified_at, \
         i.created_at",
    ),
    ("identity", "tenant_id, issuer, subject, user_id, credential_id, created_at"),
    ("credential", "c.id, c.user_id, c.kind, c.data, c.created_at"),
    (
        "session",
        "s.id, s.user_id, s.secret_hash, s.kind, s.epoch, s.aal, s.methods, s.auth_time, \
         s.created_at, s.seen_at, s.idle, s.expires_at, s.remember, s.client, s.address, s.data, \
         s.impersonator_id, s.impersonator_session, s.family",
    ),
    (
        "challenge",
        "id, purpose, user_id, kind, normal, code_hash, link_hash, browser_hash, \
         attempts_left, created_at, expires_at, sent_at, epoch, data",
    ),
    (
        "message",
        "id, flow_id, user_id, channel, template, payload, state, created_at, due_at, \
         expires_at, attempts, last_error",
    ),
    (
        "event",
        "e.id, e.made_at, e.kind, e.version, e.actor_id, e.subject_id, e.body, e.salt, \
         e.personal, e.place, e.hash FROM kw_events e",
    ),
    (
        "invitation",
        "id, secret_hash, email, normal, roles, is_mailed, made_by, created_at, expires_at, \
         used_by, used_at, revoked_at",
    ),
    ("assignment", "user_id, role, scope, not_before, expires_at, granted_by, created_at"),
    ("grant", "user_id, effect, pattern, not_before, expires_at, granted_by, created_at"),
    (
        "membership",
        "m.user_id, m.group_name, m.not_before, m.expires_at, m.granted_by, m.created_at",
    ),
    ("tuple", "object_type, object_id, relation, subject_relation, subject_type, subject_id"),
    (
        "bearer",
        "(SELECT user_id FROM kw_identifiers WHERE tenant_id = ? AND kind = ? AND normal = ?)",
    ),
];

macro_rules! statements {
    ($($name:ident = $sql:literal;)*) => {
        /// Names a statement.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Statement { $($name),* }

        impl Statement {
            /// Each with its template.
            pub(crate) const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, $sql)),*];
        }
    };
}

statements! {
    User = "SELECT {user} FROM kw_users u WHERE u.id = ?";
    UserBy = "SELECT {user} FROM kw_users u WHERE u.id = {bearer}";
    Identifiers = "SELECT {identifier} FROM kw_identifiers i WHERE i.user_id = ? \
        ORDER BY i.created_at, i.kind, i.normal";
    IdentifiersBy = "SELECT {identifier} FROM kw_identifiers i WHERE i.user_id = {bearer} \
        ORDER BY i.created_at, i.kind, i.normal";
    Credentials = "SELECT {credential} FROM kw_credentials c WHERE c.user_id = ? \
        ORDER BY c.created_at, c.id";
    CredentialsBy = "SELECT {credential} FROM kw_credentials c WHERE c.user_id = {bearer} \
        ORDER BY c.created_at, c.id";
    Identity = "SELECT {identity} FROM kw_identities WHERE tenant_id = ? AND issuer = ? \
        AND subject = ?";
    IsTaken = "SELECT 1 FROM kw_identifiers WHERE tenant_id = ? AND kind = ? AND normal = ?";
    IsSkeletonTaken = "SELECT 1 FROM kw_identifiers WHERE tenant_id = ? AND skeleton = ?";
    Session = "SELECT {session}, {user} FROM kw_sessions s JOIN kw_users u ON u.id = s.user_id \
        WHERE s.id = ?";
    SessionsOf = "SELECT {session} FROM kw_sessions s WHERE s.user_id = ? \
        ORDER BY s.id DESC LIMIT 500";
    Challenge = "SELECT {challenge} FROM kw_challenges WHERE id = ?";
    PolicyVersion = "SELECT version FROM kw_policy WHERE id = 1";
    Roles = "SELECT name, description, created_at FROM kw_roles ORDER BY name";
    Rules = "SELECT role, effect, pattern FROM kw_role_rules ORDER BY role, effect, pattern";
    Assignments = "SELECT {assignment} FROM kw_assignments WHERE user_id = ? \
        ORDER BY role, scope";
    Grants = "SELECT {grant} FROM kw_grants WHERE user_id = ? ORDER BY effect, pattern";
    Memberships = "SELECT {membership} FROM kw_memberships m WHERE m.user_id = ? \
        ORDER BY m.group_name";
    RoleParents = "SELECT role, parent FROM kw_role_parents ORDER BY role, parent";
    Groups = "SELECT name, description, created_at FROM kw_groups ORDER BY name";
    GroupRoles = "SELECT group_name, role FROM kw_group_roles ORDER BY group_name, role";
    ExclusiveRoles = "SELECT set_name, role FROM kw_exclusive_roles ORDER BY set_name, role";
    Acls = "SELECT name, entries, version FROM kw_acls ORDER BY name";
    PolicyDocument = "SELECT version, body FROM kw_policy_documents WHERE id = 1";
    DueMessages = "SELECT {message} FROM kw_messages WHERE state = 'pending' AND due_at <= ? \
        AND channel = ? ORDER BY due_at, id LIMIT ?";
    Message = "SELECT {message} FROM kw_messages WHERE id = ?";
    Messages = "SELECT {message} FROM kw_messages WHERE id < ? ORDER BY id DESC LIMIT ?";
    Invitation = "SELECT {invitation} FROM kw_invitations WHERE id = ?";
    Invitations = "SELECT {invitation} FROM kw_invitations WHERE id < ? ORDER BY id DESC LIMIT ?";
    Unchained = "SELECT {event} WHERE e.place IS NULL ORDER BY e.id LIMIT ?";
    Chain = "SELECT {event} WHERE e.place > ? ORDER BY e.place LIMIT ?";
    Meta = "SELECT value FROM kw_meta WHERE name = ?";
    Newest = "SELECT COALESCE(MAX(seq), 0) FROM kw_changes";
    Changes = "SELECT MAX(seq), user_id FROM kw_changes WHERE seq > ?{or late 10000000} \
        GROUP BY user_id";
    Tat = "SELECT tat FROM kw_limits WHERE limit_key = ?";

    AddUser = "INSERT INTO kw_users (id, tenant_id, name, name_folded, properties, created_at, \
        updated_at, locked_at, lock_reason, deleted_at, deleted_by, must_change_password, \
        session_epoch, access_version, version) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    SwapUser = "UPDATE kw_users SET tenant_id = ?, name = ?, name_folded = ?, properties = ?, \
        created_at = ?, updated_at = ?, locked_at = ?, lock_reason = ?, deleted_at = ?, \
        deleted_by = ?, must_change_password = ?, session_epoch = ?, version = ? WHERE id = ? AND version = ?";
    EraseUser = "DELETE FROM kw_users WHERE id = ? AND version = ? AND deleted_at IS NOT NULL";
    EraseIdentifiers = "DELETE FROM kw_identifiers WHERE user_id = ?";
    EraseIdentities = "DELETE FROM kw_identities WHERE credential_id IN \
        (SELECT id FROM kw_credentials WHERE user_id = ?)";
    EraseCredentials = "DELETE FROM kw_credentials WHERE user_id = ?";
    EraseMessages = "DELETE FROM kw_messages WHERE user_id = ?";
    EraseAssignments = "DELETE FROM kw_assignments WHERE user_id = ?";
    EraseGrants = "DELETE FROM kw_grants WHERE user_id = ?";
    EraseMemberships = "DELETE FROM kw_memberships WHERE user_id = ?";
    EraseRelationsOf = "DELETE FROM kw_relations WHERE subject_type = ? AND subject_id = ?";
    EraseRelationsWith = "DELETE FROM kw_relations WHERE object_type = ? AND object_id = ?";
    ErasePersonal = "UPDATE kw_events SET salt = NULL, personal = NULL WHERE subject_id = ?";
    EraseActor = "UPDATE kw_events SET salt = NULL, personal = NULL WHERE actor_id = ? \
        AND (subject_id IS NULL OR subject_id <> actor_id)";
    BumpAccess = "UPDATE kw_users SET access_version = access_version + 1 WHERE id = ?";
    SwapAccess = "UPDATE kw_users SET access_version = access_version + 1 \
        WHERE id = ? AND access_version = ?";
    BumpAccessOfRole = "UPDATE kw_users SET access_version = access_version + 1 \
        WHERE id IN (SELECT user_id FROM kw_assignments WHERE role = ?)";
    AddIdentifier = "INSERT INTO kw_identifiers (user_id, tenant_id, kind, normal, value, \
        skeleton, verified_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    RemoveIdentifier = "DELETE FROM kw_identifiers WHERE user_id = ? AND kind = ? AND normal = ?";
    VerifyIdentifier = "UPDATE kw_identifiers SET verified_at = COALESCE(verified_at, ?) \
        WHERE user_id = ? AND kind = ? AND normal = ?";
    AddCredential = "INSERT INTO kw_credentials (id, user_id, kind, data, created_at) \
        VALUES (?, ?, ?, ?, ?)";
    SwapCredential = "UPDATE kw_credentials SET data = ? WHERE id = ? AND data = ?";
    SpendCredential = "DELETE FROM kw_credentials WHERE id = ?";
    AddIdentity = "INSERT INTO kw_identities (tenant_id, issuer, subject, user_id, \
        credential_id, created_at) VALUES (?, ?, ?, ?, ?, ?)";
    RemoveIdentity = "DELETE FROM kw_identities WHERE credential_id = ?";
    OpenSession = "INSERT INTO kw_sessions (id, user_id, secret_hash, kind, epoch, aal, methods, \
        auth_time, created_at, seen_at, idle, expires_at, remember, client, address, data, \
        impersonator_id, impersonator_session, family, ends_at) SELECT ?, u.id, ?, ?, \
        u.session_epoch, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? \
        FROM kw_users u WHERE u.id = ? AND u.session_epoch = ? AND u.locked_at IS NULL \
        AND u.deleted_at IS NULL{for update}";
    TouchSession = "UPDATE kw_sessions SET ends_at = CASE WHEN idle > expires_at - ? \
        THEN expires_at ELSE ? + idle END, seen_at = ? WHERE id = ? AND seen_at < ?";
    SwapSessionData = "UPDATE kw_sessions SET data = ? WHERE id = ? AND data = ?";
    RotateFamily = "UPDATE kw_sessions SET secret_hash = ?, family = ?, seen_at = ? \
        WHERE id = ? AND secret_hash = ?";
    CloseSession = "DELETE FROM kw_sessions WHERE id = ?";
    CloseSessionsOf = "DELETE FROM kw_sessions WHERE user_id = ? AND id <> ?";
    AddChallenge = "INSERT INTO kw_challenges ({challenge}) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    TakeAttempt = "UPDATE kw_challenges SET attempts_left = attempts_left - 1 \
        WHERE id = ? AND attempts_left > 0";
    RenewChallenge = "UPDATE kw_challenges SET code_hash = ?, link_hash = ?, sent_at = ? \
        WHERE id = ? AND code_hash = ?";
    SpendChallenge = "DELETE FROM kw_challenges WHERE id = ?";
    KillChallenges = "DELETE FROM kw_challenges \
        WHERE user_id = ? AND purpose = ? AND kind = ? AND normal = ?";
    KillChallengesOf = "DELETE FROM kw_challenges WHERE user_id = ?";
    AddMessage = "INSERT INTO kw_messages ({message}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    KillMessagesOf = "UPDATE kw_messages SET state = 'expired', payload = ? \
        WHERE flow_id = ? AND state = 'pending'";
    LeaseMessage = "UPDATE kw_messages SET due_at = ?, attempts = attempts + 1 \
        WHERE id = ? AND due_at = ? AND state = 'pending'";
    FinishMessage = "UPDATE kw_messages SET state = ?, payload = ?, last_error = ? \
        WHERE id = ? AND state = 'pending'";
    RetryMessage = "UPDATE kw_messages SET due_at = ?, last_error = ? \
        WHERE id = ? AND state = 'pending'";
    MakeLimit = "INSERT INTO kw_limits (limit_key, tat) VALUES (?, ?){or keep limit_key}";
    Take = "UPDATE kw_limits SET tat = CASE WHEN tat < ? THEN ? ELSE tat END + ? \
        WHERE limit_key = ? AND tat <= ?";
    ClampLimit = "UPDATE kw_limits SET tat = ? WHERE limit_key = ? AND tat > ?";
    GiveBack = "UPDATE kw_limits SET tat = tat - ? WHERE limit_key = ?";
    BumpPolicy = "UPDATE kw_policy SET version = version + 1 WHERE id = 1";
    SwapPolicy = "UPDATE kw_policy SET version = version + 1 WHERE id = 1 AND version = ?";
    SeePolicy = "UPDATE kw_policy SET version = version WHERE id = 1 AND version = ?";
    AddPolicyDocument = "INSERT INTO kw_policy_documents (id, version, body) VALUES (1, 1, ?)";
    SwapPolicyDocument = "UPDATE kw_policy_documents SET version = version + 1, body = ? \
        WHERE id = 1 AND version = ?";
    AddRole = "INSERT INTO kw_roles (name, description, created_at) VALUES (?, ?, ?)";
    RemoveRole = "DELETE FROM kw_roles WHERE name = ?";
    RemoveRulesOf = "DELETE FROM kw_role_rules WHERE role = ?";
    TouchRole = "UPDATE kw_roles SET name = name WHERE name = ?";
    RemoveParents = "DELETE FROM kw_role_parents WHERE role = ?";
    RemoveHeirs = "DELETE FROM kw_role_parents WHERE parent = ?";
    AddParent = "INSERT INTO kw_role_parents (role, parent) VALUES (?, ?)";
    AddGroup = "INSERT INTO kw_groups (name, description, created_at) VALUES (?, ?, ?)";
    RemoveGroup = "DELETE FROM kw_groups WHERE name = ?";
    TouchGroup = "UPDATE kw_groups SET name = name WHERE name = ?";
    BumpAccessOfGroup = "UPDATE kw_users SET access_version = access_version + 1 \
        WHERE id IN (SELECT user_id FROM kw_memberships WHERE group_name = ?)";
    RemoveMembershipsOf = "DELETE FROM kw_memberships WHERE group_name = ?";
    RemoveGroupRoles = "DELETE FROM kw_group_roles WHERE group_name = ?";
    RemoveRoleOfGroups = "DELETE FROM kw_group_roles WHERE role = ?";
    AddGroupRole = "INSERT INTO kw_group_roles (group_name, role) VALUES (?, ?)";
    RemoveMembership = "DELETE FROM kw_memberships WHERE user_id = ? AND group_name = ?";
    AddMembership = "INSERT INTO kw_memberships (user_id, group_name, not_before, expires_at, \
        granted_by, created_at) VALUES (?, ?, ?, ?, ?, ?)";
    RemoveExclusive = "DELETE FROM kw_exclusive_roles WHERE set_name = ?";
    RemoveRoleOfExclusive = "DELETE FROM kw_exclusive_roles WHERE role = ?";
    AddExclusiveRole = "INSERT INTO kw_exclusive_roles (set_name, role) VALUES (?, ?)";
    AddAcl = "INSERT INTO kw_acls (name, entries, version) VALUES (?, ?, ?)";
    SwapAcl = "UPDATE kw_acls SET entries = ?, version = ? WHERE name = ? AND version = ?";
    RemoveAcl = "DELETE FROM kw_acls WHERE name = ? AND version = ?";
    AddTuple = "INSERT INTO kw_relations ({tuple}) VALUES (?, ?, ?, ?, ?, ?){or keep relation}";
    RemoveTuple = "DELETE FROM kw_relations WHERE object_type = ? AND object_id = ? \
        AND relation = ? AND subject_relation = ? AND subject_type = ? AND subject_id = ?";
    RemoveAssignmentsOf = "DELETE FROM kw_assignments WHERE role = ?";
    AddRule = "INSERT INTO kw_role_rules (role, effect, pattern) VALUES (?, ?, ?){or keep role}";
    RemoveRule = "DELETE FROM kw_role_rules WHERE role = ? AND effect = ? AND pattern = ?";
    RemoveAssignment = "DELETE FROM kw_assignments WHERE user_id = ? AND role = ? AND scope = ?";
    AddAssignment = "INSERT INTO kw_assignments ({assignment}) VALUES (?, ?, ?, ?, ?, ?, ?)";
    RemoveGrant = "DELETE FROM kw_grants WHERE user_id = ? AND effect = ? AND pattern = ?";
    AddGrant = "INSERT INTO kw_grants ({grant}) VALUES (?, ?, ?, ?, ?, ?, ?)";
    AddEvent = "INSERT INTO kw_events (id, made_at, kind, version, actor_id, subject_id, body, \
        salt, personal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    LinkEvent = "UPDATE kw_events SET place = ?, hash = ? WHERE id = ? AND place IS NULL";
    AddMeta = "INSERT INTO kw_meta (name, value) VALUES (?, ?)";
    KeepMeta = "INSERT INTO kw_meta (name, value) VALUES (?, ?){or keep name}";
    SetMeta = "UPDATE kw_meta SET value = ? WHERE name = ?";
    SwapMeta = "UPDATE kw_meta SET value = ? WHERE name = ? AND value = ?";
    NoteChange = "INSERT INTO kw_changes (user_id, made_at) VALUES (?, {now})";
    AddInvitation = "INSERT INTO kw_invitations (id, secret_hash, email, normal, roles, \
        is_mailed, made_by, created_at, expires_at, used_by, used_at, revoked_at) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    SpendInvitation = "UPDATE kw_invitations SET used_by = ?, used_at = ? WHERE id = ? \
        AND used_at IS NULL AND revoked_at IS NULL";
    RevokeInvitation = "UPDATE kw_invitations SET revoked_at = ? WHERE id = ? \
        AND used_at IS NULL AND revoked_at IS NULL";
    PurgeInvitations = "DELETE FROM kw_invitations \
        WHERE {some id}{of kw_invitations}expires_at < ?{end 1000}";
    PurgeSessions = "DELETE FROM kw_sessions WHERE {some id}{of kw_sessions}ends_at < ?{end 5000}";
    PurgeChallenges = "DELETE FROM kw_challenges \
        WHERE {some id}{of kw_challenges}expires_at < ?{end 5000}";
    PurgeMessages = "DELETE FROM kw_messages \
        WHERE {some id}{of kw_messages}state <> 'pending' AND expires_at < ?{end 5000}";
    PurgeLimits = "DELETE FROM kw_limits WHERE limit_key BETWEEN ? AND ? AND tat < ?";
    PurgeChanges = "DELETE FROM kw_changes WHERE {some seq}{of kw_changes}made_at < ?{end 5000}";
    AddDecoyUser = "INSERT INTO kw_decoy_users (id, tenant_id, name, name_folded, properties, \
        created_at, updated_at, locked_at, lock_reason, deleted_at, deleted_by, \
        must_change_password, session_epoch, access_version, version) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    AddDecoyIdentifier = "INSERT INTO kw_decoy_identifiers (user_id, tenant_id, kind, normal, \
        value, skeleton, verified_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    AddDecoyCredential = "INSERT INTO kw_decoy_credentials (id, user_id, kind, data, created_at) \
        VALUES (?, ?, ?, ?, ?)";
    PurgeDecoyUsers = "DELETE FROM kw_decoy_users \
        WHERE {some id}{of kw_decoy_users}created_at < ?{end 5000}";
    PurgeDecoyIdentifiers = "DELETE FROM kw_decoy_identifiers \
        WHERE {some tenant_id}{of kw_decoy_identifiers}created_at < ?{end 5000}";
    PurgeDecoyCredentials = "DELETE FROM kw_decoy_credentials \
        WHERE {some id}{of kw_decoy_credentials}created_at < ?{end 5000}";
}

/// The statements as one database understands them.
#[derive(Debug)]
pub(crate) struct Texts {
    dialect: Dialect,
    texts: Vec<String>,
}

impl Texts {
    /// Renders every statement once.
    pub(crate) fn new(dialect: Dialect) -> Self {
        let texts = Statement::ALL.iter().map(|(_, template)| dialect.render(template)).collect();
        Self { dialect, texts }
    }

    /// For statements that are put together at run time.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The text of `statement`.
    pub(crate) fn get(&self, statement: Statement) -> &str {
        // `ALL` and the enum come from one list, so the index is always there.
        self.texts.get(statement as usize).map_or("", String::as_str)
    }
}
