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
    /// `GET /api/v1/admin/acl`, for whoever holds `acl:view`.
    pub fn get_admin_acl(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/acl", &[])
    }

    /// `DELETE /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`.
    pub fn delete_admin_acl_name(&self, name: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/acl/{name}", &[name])
    }

    /// `GET /api/v1/admin/acl/{name}`, for whoever holds `acl:view`.
    pub fn get_admin_acl_name(&self, name: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/acl/{name}", &[name])
    }

    /// `PUT /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`.
    ///
    /// Body: `entries`.
    pub fn put_admin_acl_name(&self, name: &str, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/admin/acl/{name}", &[name]).body(body)
    }

    /// `GET /api/v1/admin/audit`, for whoever holds `audit:view`.
    ///
    /// Query: perhaps `cursor`, `lang`, `limit`, `type`, `user`.
    pub fn get_admin_audit(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/audit", &[]).takes("cursor lang limit type user")
    }

    /// `GET /api/v1/admin/audit/verify`, for whoever holds `audit:view`.
    pub fn get_admin_audit_verify(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/audit/verify", &[])
    }

    /// `GET /api/v1/admin/exclusive-roles`, for whoever holds `roles:view`.
    pub fn get_admin_exclusive_roles(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/exclusive-roles", &[])
    }

    /// `DELETE /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:edit`.
    pub fn delete_admin_exclusive_roles_set(&self, set: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/exclusive-roles/{set}", &[set])
    }

    /// `GET /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:view`.
    pub fn get_admin_exclusive_roles_set(&self, set: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/exclusive-roles/{set}", &[set])
    }

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

    /// `GET /api/v1/admin/groups`, for whoever holds `groups:view`.
    pub fn get_admin_groups(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/groups", &[])
    }

    /// `POST /api/v1/admin/groups`, for whoever holds `groups:edit`.
    ///
    /// Body: `name`; perhaps `description`.
    pub fn post_admin_groups(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/groups", &[]).body(body)
    }

    /// `DELETE /api/v1/admin/groups/{group}`, for whoever holds `groups:edit`.
    ///
    /// Query: perhaps `force`.
    pub fn delete_admin_groups_group(&self, group: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/groups/{group}", &[group]).takes("force")
    }

    /// `GET /api/v1/admin/groups/{group}`, for whoever holds `groups:view`.
    pub fn get_admin_groups_group(&self, group: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/groups/{group}", &[group])
    }

    /// `GET /api/v1/admin/groups/{group}/members`, for whoever holds `groups:view`.
    ///
    /// Query: perhaps `cursor`, `limit`.
    pub fn get_admin_groups_group_members(&self, group: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/groups/{group}/members", &[group])
            .takes("cursor limit")
    }

    /// `DELETE /api/v1/admin/groups/{group}/members/{user}`, for whoever holds `groups:grant`.
    pub fn delete_admin_groups_group_members_user(
        &self,
        group: &str,
        user: &str,
    ) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/groups/{group}/members/{user}", &[group, user])
    }

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

    /// `GET /api/v1/admin/holders`, for whoever holds `users:view`.
    ///
    /// Query: perhaps `cursor`, `limit`, `permission`, `role`.
    pub fn get_admin_holders(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/holders", &[]).takes("cursor limit permission role")
    }

    /// `GET /api/v1/admin/invitations`, for whoever holds `invitations:view`.
    ///
    /// Query: perhaps `cursor`.
    pub fn get_admin_invitations(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/invitations", &[]).takes("cursor")
    }

    /// `POST /api/v1/admin/invitations`, for whoever holds `invitations:edit`.
    ///
    /// Body: perhaps `email`, `expires_in`, `roles`.
    pub fn post_admin_invitations(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/invitations", &[]).body(body)
    }

    /// `DELETE /api/v1/admin/invitations/{id}`, for whoever holds `invitations:edit`.
    pub fn delete_admin_invitations_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/invitations/{id}", &[id])
    }

    /// `GET /api/v1/admin/matrix`, for whoever holds `roles:view`.
    ///
    /// Query: perhaps `also`, `cursor`, `limit`, `q`, `role`, `roles_cursor`, `roles_limit`.
    pub fn get_admin_matrix(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/matrix", &[])
            .takes("also cursor limit q role roles_cursor roles_limit")
    }

    /// `PUT /api/v1/admin/matrix`, for whoever holds `roles:edit`.
    ///
    /// Body: `changes`, `version`; perhaps `force`.
    pub fn put_admin_matrix(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/admin/matrix", &[]).body(body)
    }

    /// `POST /api/v1/admin/matrix/review`, for whoever holds `roles:edit`.
    ///
    /// Body: `changes`, `version`; perhaps `force`.
    pub fn post_admin_matrix_review(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/matrix/review", &[]).body(body).safe()
    }

    /// `GET /api/v1/admin/messages`, for whoever holds `messages:view`.
    pub fn get_admin_messages(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/messages", &[])
    }

    /// `GET /api/v1/admin/policy`, for whoever holds `policy:view`.
    pub fn get_admin_policy(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/policy", &[])
    }

    /// `PUT /api/v1/admin/policy`, for whoever holds `policy:edit`.
    ///
    /// Body: `text`; perhaps `force`, `version`.
    pub fn put_admin_policy(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/admin/policy", &[]).body(body)
    }

    /// `POST /api/v1/admin/policy/check`, for whoever holds `policy:edit`.
    ///
    /// Body: `text`.
    pub fn post_admin_policy_check(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/policy/check", &[]).body(body).safe()
    }

    /// `DELETE /api/v1/admin/relations`, for whoever holds `relations:edit`.
    ///
    /// Query: perhaps `object`, `relation`, `subject`.
    pub fn delete_admin_relations(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/relations", &[]).takes("object relation subject")
    }

    /// `GET /api/v1/admin/relations`, for whoever holds `relations:view`.
    ///
    /// Query: perhaps `cursor`, `limit`, `object`, `relation`, `subject`.
    pub fn get_admin_relations(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/relations", &[])
            .takes("cursor limit object relation subject")
    }

    /// `POST /api/v1/admin/relations`, for whoever holds `relations:edit`.
    ///
    /// Body: perhaps `add`, `remove`.
    pub fn post_admin_relations(&self, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/admin/relations", &[]).body(body)
    }

    /// `GET /api/v1/admin/roles`, for whoever holds `roles:view`.
    ///
    /// Query: perhaps `cursor`, `limit`, `q`.
    pub fn get_admin_roles(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/roles", &[]).takes("cursor limit q")
    }

    /// `POST /api/v1/admin/roles`, for whoever holds `roles:edit`.
    ///
    /// Body: `name`; perhaps `description`.
    pub fn post_admin_roles(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/roles", &[]).body(body)
    }

    /// `DELETE /api/v1/admin/roles/{role}`, for whoever holds `roles:edit`.
    ///
    /// Query: perhaps `force`.
    pub fn delete_admin_roles_role(&self, role: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/roles/{role}", &[role]).takes("force")
    }

    /// `GET /api/v1/admin/roles/{role}`, for whoever holds `roles:view`.
    pub fn get_admin_roles_role(&self, role: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/roles/{role}", &[role])
    }

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

    /// `PUT /api/v1/admin/roles/{role}/permissions`, for whoever holds `roles:edit`.
    ///
    /// Body: `permission`; perhaps `effect`, `force`.
    pub fn put_admin_roles_role_permissions(
        &self,
        role: &str,
        body: impl Serialize,
    ) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/admin/roles/{role}/permissions", &[role]).body(body)
    }

    /// `GET /api/v1/admin/users`, for whoever holds `users:view`.
    ///
    /// Query: perhaps `cursor`, `email`, `lang`, `limit`, `phone`, `property`, `q`, `role`,
    /// `status`, `username`, `value`.
    pub fn get_admin_users(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users", &[])
            .takes("cursor email lang limit phone property q role status username value")
    }

    /// `POST /api/v1/admin/users`, for whoever holds `users:edit`.
    ///
    /// Body: perhaps `email`, `name`, `password`, `phone`, `username`, `verified`.
    pub fn post_admin_users(&self, body: impl Serialize) -> Call<'_, Json<User>> {
        self.call(Method::POST, "/api/v1/admin/users", &[]).body(body)
    }

    /// `DELETE /api/v1/admin/users/{id}`, for whoever holds `users:edit`.
    pub fn delete_admin_users_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}", &[id])
    }

    /// `GET /api/v1/admin/users/{id}`, for whoever holds `users:view`.
    pub fn get_admin_users_id(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}", &[id])
    }

    /// `PATCH /api/v1/admin/users/{id}`, for whoever holds `users:edit`.
    ///
    /// Body: perhaps `email`, `name`, `phone`, `properties`, `username`.
    pub fn patch_admin_users_id(&self, id: &str, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PATCH, "/api/v1/admin/users/{id}", &[id]).body(body)
    }

    /// `DELETE /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:edit`.
    pub fn delete_admin_users_id_api_keys(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/api-keys", &[id])
    }

    /// `GET /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:view`.
    pub fn get_admin_users_id_api_keys(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}/api-keys", &[id])
    }

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

    /// `DELETE /api/v1/admin/users/{id}/api-keys/{key}`, for whoever holds `users:edit`.
    pub fn delete_admin_users_id_api_keys_key(&self, id: &str, key: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/api-keys/{key}", &[id, key])
    }

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

    /// `DELETE /api/v1/admin/users/{id}/permissions`, for whoever holds `roles:grant`.
    ///
    /// Query: perhaps `effect`, `permission`.
    pub fn delete_admin_users_id_permissions(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/permissions", &[id])
            .takes("effect permission")
    }

    /// `GET /api/v1/admin/users/{id}/permissions`, for whoever holds `users:view`.
    pub fn get_admin_users_id_permissions(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}/permissions", &[id])
    }

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

    /// `POST /api/v1/admin/users/{id}/reset-mfa`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_reset_mfa(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/reset-mfa", &[id])
    }

    /// `POST /api/v1/admin/users/{id}/restore`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_restore(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/restore", &[id])
    }

    /// `DELETE /api/v1/admin/users/{id}/roles/{role}`, for whoever holds `roles:grant`.
    pub fn delete_admin_users_id_roles_role(&self, id: &str, role: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/roles/{role}", &[id, role])
    }

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

    /// `GET /api/v1/admin/users/{id}/sessions`, for whoever holds `users:view`.
    pub fn get_admin_users_id_sessions(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}/sessions", &[id])
    }

    /// `DELETE /api/v1/admin/users/{id}/sessions/{session}`, for whoever holds `users:edit`.
    pub fn delete_admin_users_id_sessions_session(
        &self,
        id: &str,
        session: &str,
    ) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/admin/users/{id}/sessions/{session}", &[id, session])
    }

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

    /// `POST /api/v1/admin/users/{id}/sign-out`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_sign_out(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/sign-out", &[id])
    }

    /// `POST /api/v1/admin/users/{id}/unlock`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_unlock(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/unlock", &[id])
    }

    /// `POST /api/v1/admin/users/{id}/verify`, for whoever holds `users:edit`.
    pub fn post_admin_users_id_verify(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/admin/users/{id}/verify", &[id])
    }

    /// `GET /api/v1/admin/users/{id}/why`, for whoever holds `users:view`.
    pub fn get_admin_users_id_why(&self, id: &str) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/admin/users/{id}/why", &[id])
    }
}
