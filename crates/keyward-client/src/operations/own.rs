//! What people do with their own account.
//!
//! Written by `clients/generate.py` from the description of the API: change that.

use http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Client;
use crate::call::{Call, Json, Nothing};
use crate::types::{Outcome, User};

impl Client {
    /// `DELETE /api/v1/me`, for whoever is signed in.
    pub fn delete_me(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me", &[])
    }

    /// `GET /api/v1/me`, for whoever is signed in or has a key.
    pub fn get_me(&self) -> Call<'_, Json<User>> {
        self.call(Method::GET, "/api/v1/me", &[])
    }

    /// `PATCH /api/v1/me`, for whoever is signed in.
    ///
    /// Body: perhaps `name`, `properties`.
    pub fn patch_me(&self, body: impl Serialize) -> Call<'_, Json<User>> {
        self.call(Method::PATCH, "/api/v1/me", &[]).body(body)
    }

    /// `GET /api/v1/me/activity`, for whoever is signed in.
    ///
    /// Query: perhaps `cursor`.
    pub fn get_me_activity(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/activity", &[]).takes("cursor")
    }

    /// `POST /api/v1/me/address-link`, for whoever is signed in.
    ///
    /// Body: `token`.
    pub fn post_me_address_link(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/me/address-link", &[]).body(body)
    }

    /// `DELETE /api/v1/me/address/{id}`, for whoever is signed in.
    pub fn delete_me_address_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/address/{id}", &[id])
    }

    /// `POST /api/v1/me/address/{id}/confirm`, for whoever is signed in.
    ///
    /// Body: `code`.
    pub fn post_me_address_id_confirm(
        &self,
        id: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/me/address/{id}/confirm", &[id]).body(body)
    }

    /// `POST /api/v1/me/address/{id}/resend`, for whoever is signed in.
    pub fn post_me_address_id_resend(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/me/address/{id}/resend", &[id])
    }

    /// `DELETE /api/v1/me/api-keys`, for whoever is signed in.
    pub fn delete_me_api_keys(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/api-keys", &[])
    }

    /// `GET /api/v1/me/api-keys`, for whoever is signed in.
    pub fn get_me_api_keys(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/api-keys", &[])
    }

    /// `POST /api/v1/me/api-keys`, for whoever is signed in.
    ///
    /// Body: `name`; perhaps `expires_at`, `networks`, `not_before`, `per_day`, `per_minute`,
    /// `permissions`, `refresh_until`, `scopes`.
    pub fn post_me_api_keys(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/api-keys", &[]).body(body)
    }

    /// `DELETE /api/v1/me/api-keys/{key}`, for whoever is signed in.
    pub fn delete_me_api_keys_key(&self, key: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/api-keys/{key}", &[key])
    }

    /// `POST /api/v1/me/api-keys/{key}/rotate`, for whoever is signed in.
    ///
    /// Body: perhaps `overlap`.
    pub fn post_me_api_keys_key_rotate(
        &self,
        key: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/api-keys/{key}/rotate", &[key]).body(body)
    }

    /// `POST /api/v1/me/codes`, for whoever is signed in.
    ///
    /// Body: `purpose`.
    pub fn post_me_codes(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/codes", &[]).body(body)
    }

    /// `POST /api/v1/me/codes/{id}/spend`, for whoever is signed in.
    ///
    /// Body: `code`, `purpose`.
    pub fn post_me_codes_id_spend(&self, id: &str, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/me/codes/{id}/spend", &[id]).body(body)
    }

    /// `GET /api/v1/me/connections`, for whoever is signed in.
    pub fn get_me_connections(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/connections", &[])
    }

    /// `POST /api/v1/me/connections`, for whoever is signed in.
    ///
    /// Body: `provider`; perhaps `return_to`, `session`.
    pub fn post_me_connections(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/connections", &[]).body(body)
    }

    /// `DELETE /api/v1/me/connections/{id}`, for whoever is signed in.
    pub fn delete_me_connections_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/connections/{id}", &[id])
    }

    /// `DELETE /api/v1/me/devices`, for whoever is signed in.
    pub fn delete_me_devices(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/devices", &[])
    }

    /// `GET /api/v1/me/devices`, for whoever is signed in.
    pub fn get_me_devices(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/devices", &[])
    }

    /// `DELETE /api/v1/me/devices/{id}`, for whoever is signed in.
    pub fn delete_me_devices_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/devices/{id}", &[id])
    }

    /// `DELETE /api/v1/me/email`, for whoever is signed in.
    pub fn delete_me_email(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/email", &[])
    }

    /// `PUT /api/v1/me/email`, for whoever is signed in.
    ///
    /// Body: `email`.
    pub fn put_me_email(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/me/email", &[]).body(body)
    }

    /// `GET /api/v1/me/export`, for whoever is signed in.
    pub fn get_me_export(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/export", &[])
    }

    /// `GET /api/v1/me/factors`, for whoever is signed in.
    pub fn get_me_factors(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/factors", &[])
    }

    /// `DELETE /api/v1/me/factors/{factor}`, for whoever is signed in.
    pub fn delete_me_factors_factor(&self, factor: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/factors/{factor}", &[factor])
    }

    /// `POST /api/v1/me/factors/{factor}`, for whoever is signed in, perhaps without a second
    /// factor.
    pub fn post_me_factors_factor(&self, factor: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/factors/{factor}", &[factor])
    }

    /// `POST /api/v1/me/factors/{factor}/confirm`, for whoever is signed in, perhaps without a
    /// second factor.
    ///
    /// Body: `code`, `flow_id`.
    pub fn post_me_factors_factor_confirm(
        &self,
        factor: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/factors/{factor}/confirm", &[factor]).body(body)
    }

    /// `GET /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor.
    pub fn get_me_passkeys(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/passkeys", &[])
    }

    /// `POST /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor.
    ///
    /// Body: `credential`, `flow_id`; perhaps `name`.
    pub fn post_me_passkeys(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/passkeys", &[]).body(body)
    }

    /// `POST /api/v1/me/passkeys/options`, for whoever is signed in, perhaps without a second
    /// factor.
    pub fn post_me_passkeys_options(&self) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/passkeys/options", &[]).body(json!({}))
    }

    /// `DELETE /api/v1/me/passkeys/{id}`, for whoever is signed in.
    pub fn delete_me_passkeys_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/passkeys/{id}", &[id])
    }

    /// `PATCH /api/v1/me/passkeys/{id}`, for whoever is signed in.
    ///
    /// Body: `name`.
    pub fn patch_me_passkeys_id(&self, id: &str, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::PATCH, "/api/v1/me/passkeys/{id}", &[id]).body(body)
    }

    /// `PUT /api/v1/me/password`, for whoever is signed in.
    ///
    /// Body: `new_password`; perhaps `current_password`, `keep_other_sessions`.
    pub fn put_me_password(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::PUT, "/api/v1/me/password", &[]).body(body)
    }

    /// `GET /api/v1/me/permissions`, for whoever is signed in or has a key.
    pub fn get_me_permissions(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/permissions", &[])
    }

    /// `DELETE /api/v1/me/phone`, for whoever is signed in.
    pub fn delete_me_phone(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/phone", &[])
    }

    /// `PUT /api/v1/me/phone`, for whoever is signed in.
    ///
    /// Body: `phone`.
    pub fn put_me_phone(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/me/phone", &[]).body(body)
    }

    /// `GET /api/v1/me/recovery-codes`, for whoever is signed in.
    pub fn get_me_recovery_codes(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/recovery-codes", &[])
    }

    /// `POST /api/v1/me/recovery-codes`, for whoever is signed in.
    pub fn post_me_recovery_codes(&self) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/recovery-codes", &[])
    }

    /// `DELETE /api/v1/me/sessions`, for whoever is signed in.
    pub fn delete_me_sessions(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/sessions", &[])
    }

    /// `GET /api/v1/me/sessions`, for whoever is signed in.
    pub fn get_me_sessions(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/sessions", &[])
    }

    /// `DELETE /api/v1/me/sessions/{id}`, for whoever is signed in.
    pub fn delete_me_sessions_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/sessions/{id}", &[id])
    }

    /// `DELETE /api/v1/me/totp`, for whoever is signed in.
    pub fn delete_me_totp(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/totp", &[])
    }

    /// `POST /api/v1/me/totp`, for whoever is signed in, perhaps without a second factor.
    pub fn post_me_totp(&self) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/totp", &[])
    }

    /// `POST /api/v1/me/totp/confirm`, for whoever is signed in, perhaps without a second factor.
    ///
    /// Body: `code`, `flow_id`.
    pub fn post_me_totp_confirm(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/totp/confirm", &[]).body(body)
    }

    /// `DELETE /api/v1/me/username`, for whoever is signed in.
    pub fn delete_me_username(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/username", &[])
    }

    /// `PUT /api/v1/me/username`, for whoever is signed in.
    ///
    /// Body: `username`.
    pub fn put_me_username(&self, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/me/username", &[]).body(body)
    }
}
