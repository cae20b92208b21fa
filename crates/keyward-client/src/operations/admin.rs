//! What administrators do.
//!
//! Written by `clients/generate.py` from the description of the API: change that.

use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::Client;
use crate::call::{Call, Json, Nothing};
use crate::types::{Outcome, User};

impl Client {
    /// List access control lists.
    ///
    /// `GET /api/v1/admin/acl`, for whoever holds `acl:view`.
    pub fn get_admin_acl(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/acl", &[])
    }

    /// Remove an access control list.
    ///
    /// `DELETE /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`.
    pub fn delete_admin_acl_name(&self, name: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/acl/{name}", &[name])
    }

    /// Show an access control list.
    ///
    /// `GET /api/v1/admin/acl/{name}`, for whoever holds `acl:view`.
    pub fn get_admin_acl_name(&self, name: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/acl/{name}", &[name])
    }

    /// Replace an access control list.
    ///
    /// `PUT /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`.
    ///
    /// Body: `entries`.
    pub fn put_admin_acl_name(&self, name: &str, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/admin/acl/{name}", &[name]).body(body)
    }

    /// List the audit log, newest first.
    ///
    /// `GET /api/v1/admin/audit`, for whoever holds `audit:view`.
    ///
    /// Query: perhaps `cursor`, `lang`, `limit`, `type`, `user`.
    pub fn get_admin_audit(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/audit", &[]).takes("cursor lang limit type user")
    }

    /// Verify the chain of the audit log.
    ///
    /// `GET /api/v1/admin/audit/verify`, for whoever holds `audit:view`.
    pub fn get_admin_audit_verify(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/audit/verify", &[])
    }

    /// List the sets of roles that exclude each other.
    ///
    /// `GET /api/v1/admin/exclusive-roles`, for whoever holds `roles:view`.
    pub fn get_admin_exclusive_roles(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/exclusive-roles", &[])
    }

    /// Remove a set of exclusive roles.
    ///
    /// `DELETE /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:edit`.
    pub fn delete_admin_exclusive_roles_set(&self, set: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/exclusive-roles/{set}", &[set])
    }

    /// Show a set of exclusive roles.
    ///
    /// `GET /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:view`.
    pub fn get_admin_exclusive_roles_set(&self, set: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/exclusive-roles/{set}", &[set])
    }

    /// Let nobody have two of these roles.
    ///
    /// `PUT /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:edit`.
    ///
    /// Body: `roles`.
    pub fn put_admin_exclusive_roles_set(
        &self,
        set: &str,
        body: impl Serialize,
    ) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/admin/exclusive-roles/{set}", &[set]).body(body)
    }

    /// List groups.
    ///
    /// `GET /api/v1/admin/groups`, for whoever holds `groups:view`.
    pub fn get_admin_groups(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/groups", &[])
    }

    /// Make a group.
    ///
    /// `POST /api/v1/admin/groups`, for whoever holds `groups:edit`.
    ///
    /// Body: `name`; perhaps `description`.
    pub fn post_admin_groups(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/groups", &[]).body(body)
    }

    /// Remove a group.
    ///
    /// `DELETE /api/v1/admin/groups/{group}`, for whoever holds `groups:edit`.
    ///
    /// Query: perhaps `force`.
    pub fn delete_admin_groups_group(&self, group: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/groups/{group}", &[group]).takes("force")
    }

    /// Show a group.
    ///
    /// `GET /api/v1/admin/groups/{group}`, for whoever holds `groups:view`.
    pub fn get_admin_groups_group(&self, group: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/groups/{group}", &[group])
    }

    /// List who is in a group.
    ///
    /// `GET /api/v1/admin/groups/{group}/members`, for whoever holds `groups:view`.
    ///
    /// Query: perhaps `cursor`, `limit`.
    pub fn get_admin_groups_group_members(&self, group: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/groups/{group}/members", &[group])
            .takes("cursor limit")
    }

    /// Take an account out of a group.
    ///
    /// `DELETE /api/v1/admin/groups/{group}/members/{user}`, for whoever holds `groups:grant`.
    pub fn delete_admin_groups_group_members_user(
        &self,
        group: &str,
        user: &str,
    ) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/groups/{group}/members/{user}", &[group, user])
    }

    /// Put an account into a group.
    ///
    /// `PUT /api/v1/admin/groups/{group}/members/{user}`, for whoever holds `groups:grant`.
    ///
    /// Body: perhaps `expires_at`, `not_before`.
    pub fn put_admin_groups_group_members_user(
        &self,
        group: &str,
        user: &str,
        body: impl Serialize,
    ) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/admin/groups/{group}/members/{user}", &[group, user])
            .body(body)
    }

    /// Set the roles that a group gives.
    ///
    /// `PUT /api/v1/admin/groups/{group}/roles`, for whoever holds `groups:edit`.
    ///
    /// Body: `roles`; perhaps `force`.
    pub fn put_admin_groups_group_roles(
        &self,
        group: &str,
        body: impl Serialize,
    ) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/admin/groups/{group}/roles", &[group]).body(body)
    }

    /// Find who holds a permission, and by which rule.
    ///
    /// `GET /api/v1/admin/holders`, for whoever holds `users:view`.
    ///
    /// Query: perhaps `cursor`, `limit`, `permission`, `role`.
    pub fn get_admin_holders(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/holders", &[]).takes("cursor limit permission role")
    }

    /// List invitations, newest first.
    ///
    /// `GET /api/v1/admin/invitations`, for whoever holds `invitations:view`.
    ///
    /// Query: perhaps `cursor`.
    pub fn get_admin_invitations(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/invitations", &[]).takes("cursor")
    }

    /// Invite somebody.
    ///
    /// `POST /api/v1/admin/invitations`, for whoever holds `invitations:edit`.
    ///
    /// Body: perhaps `email`, `expires_in`, `roles`.
    pub fn post_admin_invitations(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/invitations", &[]).body(body)
    }

    /// Take an invitation back.
    ///
    /// `DELETE /api/v1/admin/invitations/{id}`, for whoever holds `invitations:edit`.
    pub fn delete_admin_invitations_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/invitations/{id}", &[id])
    }

    /// Show roles against permissions.
    ///
    /// `GET /api/v1/admin/matrix`, for whoever holds `roles:view`.
    ///
    /// Query: perhaps `also`, `cursor`, `limit`, `q`, `role`, `roles_cursor`, `roles_limit`.
    pub fn get_admin_matrix(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/matrix", &[])
            .takes("also cursor limit q role roles_cursor roles_limit")
    }

    /// Change cells of the matrix, all or none.
    ///
    /// `PUT /api/v1/admin/matrix`, for whoever holds `roles:edit`.
    ///
    /// Body: `changes`, `version`; perhaps `force`.
    pub fn put_admin_matrix(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/admin/matrix", &[]).body(body)
    }

    /// Say what a change of the matrix would do.
    ///
    /// `POST /api/v1/admin/matrix/review`, for whoever holds `roles:edit`.
    ///
    /// Body: `changes`, `version`; perhaps `force`.
    pub fn post_admin_matrix_review(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/matrix/review", &[]).body(body).safe()
    }

    /// List the outbox.
    ///
    /// `GET /api/v1/admin/messages`, for whoever holds `messages:view`.
    pub fn get_admin_messages(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/messages", &[])
    }

    /// Show the stored policy document.
    ///
    /// `GET /api/v1/admin/policy`, for whoever holds `policy:view`.
    pub fn get_admin_policy(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/policy", &[])
    }

    /// Replace the stored policy document.
    ///
    /// `PUT /api/v1/admin/policy`, for whoever holds `policy:edit`.
    ///
    /// Body: `text`; perhaps `force`, `version`.
    pub fn put_admin_policy(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/admin/policy", &[]).body(body)
    }

    /// Say what a policy document would change.
    ///
    /// `POST /api/v1/admin/policy/check`, for whoever holds `policy:edit`.
    ///
    /// Body: `text`.
    pub fn post_admin_policy_check(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/policy/check", &[]).body(body).safe()
    }

    /// Remove a relation.
    ///
    /// `DELETE /api/v1/admin/relations`, for whoever holds `relations:edit`.
    ///
    /// Query: perhaps `object`, `relation`, `subject`.
    pub fn delete_admin_relations(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/relations", &[]).takes("object relation subject")
    }

    /// List stored relations.
    ///
    /// `GET /api/v1/admin/relations`, for whoever holds `relations:view`.
    ///
    /// Query: perhaps `cursor`, `limit`, `object`, `relation`, `subject`.
    pub fn get_admin_relations(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/relations", &[])
            .takes("cursor limit object relation subject")
    }

    /// Add and remove relations.
    ///
    /// `POST /api/v1/admin/relations`, for whoever holds `relations:edit`.
    ///
    /// Body: perhaps `add`, `remove`.
    pub fn post_admin_relations(&self, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/admin/relations", &[]).body(body)
    }

    /// List roles.
    ///
    /// `GET /api/v1/admin/roles`, for whoever holds `roles:view`.
    ///
    /// Query: perhaps `cursor`, `limit`, `q`.
    pub fn get_admin_roles(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/roles", &[]).takes("cursor limit q")
    }

    /// Make a role.
    ///
    /// `POST /api/v1/admin/roles`, for whoever holds `roles:edit`.
    ///
    /// Body: `name`; perhaps `description`.
    pub fn post_admin_roles(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/roles", &[]).body(body)
    }

    /// Remove a role.
    ///
    /// `DELETE /api/v1/admin/roles/{role}`, for whoever holds `roles:edit`.
    ///
    /// Query: perhaps `force`.
    pub fn delete_admin_roles_role(&self, role: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/roles/{role}", &[role]).takes("force")
    }

    /// Show a role.
    ///
    /// `GET /api/v1/admin/roles/{role}`, for whoever holds `roles:view`.
    pub fn get_admin_roles_role(&self, role: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/roles/{role}", &[role])
    }

    /// Set the roles that a role inherits.
    ///
    /// `PUT /api/v1/admin/roles/{role}/inherits`, for whoever holds `roles:edit`.
    ///
    /// Body: `inherits`; perhaps `force`.
    pub fn put_admin_roles_role_inherits(
        &self,
        role: &str,
        body: impl Serialize,
    ) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/admin/roles/{role}/inherits", &[role]).body(body)
    }

    /// Set or remove a rule of a role.
    ///
    /// `PUT /api/v1/admin/roles/{role}/permissions`, for whoever holds `roles:edit`.
    ///
    /// Body: `effect`, `permission`; perhaps `force`.
    pub fn put_admin_roles_role_permissions(
        &self,
        role: &str,
        body: impl Serialize,
    ) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/admin/roles/{role}/permissions", &[role]).body(body)
    }

    /// Find accounts, newest first.
    ///
    /// `GET /api/v1/admin/users`, for whoever holds `users:view`.
    ///
    /// Query: perhaps `cursor`, `email`, `lang`, `limit`, `phone`, `property`, `q`, `role`,
    /// `status`, `username`, `value`.
    pub fn get_admin_users(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users", &[])
            .takes("cursor email lang limit phone property q role status username value")
    }

    /// Add an account.
    ///
    /// `POST /api/v1/admin/users`, for whoever holds `users:edit`.
    ///
    /// Body: perhaps `email`, `name`, `password`, `phone`, `username`, `verified`.
    pub fn post_admin_users(&self, body: impl Serialize) -> Call<'_, Json<User>> {
        self.call(Method::POST, "/api/v1/admin/users", &[]).body(body)
    }

    /// Delete an account.
    ///
    /// `DELETE /api/v1/admin/users/{id}`, for whoever holds `users:edit`.
    pub fn delete_admin_users_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}", &[id])
    }

    /// Show an account with what it holds.
    ///
    /// `GET /api/v1/admin/users/{id}`, for whoever holds `users:view`.
    pub fn get_admin_users_id(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}", &[id])
    }

    /// Change names and properties of an account.
    ///
    /// `PATCH /api/v1/admin/users/{id}`, for whoever holds `users:edit`.
    ///
    /// Body: perhaps `email`, `name`, `phone`, `properties`, `username`.
    pub fn patch_admin_users_id(&self, id: &str, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PATCH, "/api/v1/admin/users/{id}", &[id]).body(body)
    }

    /// End every API key of an account.
    ///
    /// `DELETE /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:edit`.
    pub fn delete_admin_users_id_api_keys(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/api-keys", &[id])
    }

    /// List the API keys of an account.
    ///
    /// `GET /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:view`.
    pub fn get_admin_users_id_api_keys(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}/api-keys", &[id])
    }

    /// Make an API key for an account.
    ///
    /// `POST /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:edit`.
    ///
    /// Body: `name`; perhaps `expires_at`, `networks`, `not_before`, `per_day`, `per_minute`,
    /// `permissions`, `refresh_until`, `scopes`.
    pub fn post_admin_users_id_api_keys(
        &self,
        id: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/api-keys", &[id]).body(body)
    }

    /// End an API key of an account.
    ///
    /// `DELETE /api/v1/admin/users/{id}/api-keys/{key}`, for whoever holds `users:edit`.
    pub fn delete_admin_users_id_api_keys_key(&self, id: &str, key: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/api-keys/{key}", &[id, key])
    }

    /// Replace an API key of an account.
    ///
    /// `POST /api/v1/admin/users/{id}/api-keys/{key}/rotate`, for whoever holds `users:edit`.
    ///
    /// Body: perhaps `overlap`.
    pub fn post_admin_users_id_api_keys_key_rotate(
        &self,
        id: &str,
        key: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/api-keys/{key}/rotate", &[id, key])
            .body(body)
    }

    /// Act as somebody else for a while.
    ///
    /// `POST /api/v1/admin/users/{id}/impersonate`, for whoever holds `users:impersonate`.
    ///
    /// Body: `reason`; perhaps `session`.
    pub fn post_admin_users_id_impersonate(
        &self,
        id: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/impersonate", &[id]).body(body)
    }

    /// Lock an account and end its sessions.
    ///
    /// `POST /api/v1/admin/users/{id}/lock`, for whoever holds `users:edit`.
    ///
    /// Body: perhaps `reason`.
    pub fn post_admin_users_id_lock(
        &self,
        id: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/lock", &[id]).body(body)
    }

    /// Take a permission that was given directly.
    ///
    /// `DELETE /api/v1/admin/users/{id}/permissions`, for whoever holds `roles:grant`.
    ///
    /// Query: perhaps `effect`, `permission`.
    pub fn delete_admin_users_id_permissions(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/permissions", &[id])
            .takes("effect permission")
    }

    /// List permissions that were given directly.
    ///
    /// `GET /api/v1/admin/users/{id}/permissions`, for whoever holds `users:view`.
    pub fn get_admin_users_id_permissions(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}/permissions", &[id])
    }

    /// Give or deny a permission directly.
    ///
    /// `PUT /api/v1/admin/users/{id}/permissions`, for whoever holds `roles:grant`.
    ///
    /// Body: `effect`, `permission`; perhaps `expires_at`, `not_before`.
    pub fn put_admin_users_id_permissions(
        &self,
        id: &str,
        body: impl Serialize,
    ) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/admin/users/{id}/permissions", &[id]).body(body)
    }

    /// Remove the second factors of an account.
    ///
    /// `POST /api/v1/admin/users/{id}/reset-mfa`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_reset_mfa(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/reset-mfa", &[id])
    }

    /// Bring a deleted account back.
    ///
    /// `POST /api/v1/admin/users/{id}/restore`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_restore(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/restore", &[id])
    }

    /// Take a role from an account.
    ///
    /// `DELETE /api/v1/admin/users/{id}/roles/{role}`, for whoever holds `roles:grant`.
    pub fn delete_admin_users_id_roles_role(&self, id: &str, role: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/roles/{role}", &[id, role])
    }

    /// Give a role to an account.
    ///
    /// `PUT /api/v1/admin/users/{id}/roles/{role}`, for whoever holds `roles:grant`.
    ///
    /// Body: perhaps `expires_at`, `not_before`.
    pub fn put_admin_users_id_roles_role(
        &self,
        id: &str,
        role: &str,
        body: impl Serialize,
    ) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/admin/users/{id}/roles/{role}", &[id, role]).body(body)
    }

    /// List the sessions of an account.
    ///
    /// `GET /api/v1/admin/users/{id}/sessions`, for whoever holds `users:view`.
    pub fn get_admin_users_id_sessions(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}/sessions", &[id])
    }

    /// End a session of an account.
    ///
    /// `DELETE /api/v1/admin/users/{id}/sessions/{session}`, for whoever holds `users:edit`.
    pub fn delete_admin_users_id_sessions_session(
        &self,
        id: &str,
        session: &str,
    ) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/sessions/{session}", &[id, session])
    }

    /// Set the password of an account.
    ///
    /// `POST /api/v1/admin/users/{id}/set-password`, for whoever holds `users:edit`.
    ///
    /// Body: `password`; perhaps `temporary`.
    pub fn post_admin_users_id_set_password(
        &self,
        id: &str,
        body: impl Serialize,
    ) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/set-password", &[id]).body(body)
    }

    /// End every session of an account.
    ///
    /// `POST /api/v1/admin/users/{id}/sign-out`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_sign_out(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/sign-out", &[id])
    }

    /// Unlock an account.
    ///
    /// `POST /api/v1/admin/users/{id}/unlock`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_unlock(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/unlock", &[id])
    }

    /// Count every address of an account as proven.
    ///
    /// `POST /api/v1/admin/users/{id}/verify`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_verify(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/verify", &[id])
    }

    /// Say why somebody could or could not sign in.
    ///
    /// `GET /api/v1/admin/users/{id}/why`, for whoever holds `users:view`.
    pub fn get_admin_users_id_why(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}/why", &[id])
    }
}
