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
    /// Delete one's account.
    ///
    /// `DELETE /api/v1/me`, for whoever is signed in.
    pub fn delete_me(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me", &[])
    }

    /// Show one's account.
    ///
    /// `GET /api/v1/me`, for whoever is signed in or has a key.
    pub fn get_me(&self) -> Call<'_, Json<User>> {
        self.call(Method::GET, "/api/v1/me", &[])
    }

    /// Change one's name and properties.
    ///
    /// `PATCH /api/v1/me`, for whoever is signed in.
    ///
    /// Body: perhaps `name`, `properties`.
    pub fn patch_me(&self, body: impl Serialize) -> Call<'_, Json<User>> {
        self.call(Method::PATCH, "/api/v1/me", &[]).body(body)
    }

    /// List what happened to one's account.
    ///
    /// `GET /api/v1/me/activity`, for whoever is signed in.
    ///
    /// Query: perhaps `cursor`.
    pub fn get_me_activity(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/activity", &[]).takes("cursor")
    }

    /// Confirm a new address by the link that was sent there.
    ///
    /// `POST /api/v1/me/address-link`, for whoever is signed in.
    ///
    /// Body: `token`.
    pub fn post_me_address_link(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/me/address-link", &[]).body(body)
    }

    /// Forget a new address that waits to be confirmed.
    ///
    /// `DELETE /api/v1/me/address/{id}`, for whoever is signed in.
    pub fn delete_me_address_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/address/{id}", &[id])
    }

    /// Confirm a new address by the code that was sent there.
    ///
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

    /// Send the code for a new address again.
    ///
    /// `POST /api/v1/me/address/{id}/resend`, for whoever is signed in.
    pub fn post_me_address_id_resend(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/me/address/{id}/resend", &[id])
    }

    /// End every API key of one's own.
    ///
    /// `DELETE /api/v1/me/api-keys`, for whoever is signed in.
    pub fn delete_me_api_keys(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/api-keys", &[])
    }

    /// List one's API keys.
    ///
    /// `GET /api/v1/me/api-keys`, for whoever is signed in.
    pub fn get_me_api_keys(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/api-keys", &[])
    }

    /// Make an API key.
    ///
    /// `POST /api/v1/me/api-keys`, for whoever is signed in.
    ///
    /// Body: `name`; perhaps `expires_at`, `networks`, `not_before`, `per_day`, `per_minute`,
    /// `permissions`, `refresh_until`, `scopes`.
    pub fn post_me_api_keys(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/api-keys", &[]).body(body)
    }

    /// End an API key.
    ///
    /// `DELETE /api/v1/me/api-keys/{key}`, for whoever is signed in.
    pub fn delete_me_api_keys_key(&self, key: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/api-keys/{key}", &[key])
    }

    /// Replace an API key.
    ///
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

    /// Get a code for something of the app's own.
    ///
    /// `POST /api/v1/me/codes`, for whoever is signed in.
    ///
    /// Body: `purpose`.
    pub fn post_me_codes(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/codes", &[]).body(body)
    }

    /// Spend such a code.
    ///
    /// `POST /api/v1/me/codes/{id}/spend`, for whoever is signed in.
    ///
    /// Body: `code`, `purpose`.
    pub fn post_me_codes_id_spend(&self, id: &str, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/me/codes/{id}/spend", &[id]).body(body)
    }

    /// List the services that one signs in at.
    ///
    /// `GET /api/v1/me/connections`, for whoever is signed in.
    pub fn get_me_connections(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/connections", &[])
    }

    /// Begin to connect a service.
    ///
    /// `POST /api/v1/me/connections`, for whoever is signed in.
    ///
    /// Body: `provider`; perhaps `return_to`, `session`.
    pub fn post_me_connections(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/connections", &[]).body(body)
    }

    /// Disconnect a service.
    ///
    /// `DELETE /api/v1/me/connections/{id}`, for whoever is signed in.
    pub fn delete_me_connections_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/connections/{id}", &[id])
    }

    /// Forget every device that is spared the second factor.
    ///
    /// `DELETE /api/v1/me/devices`, for whoever is signed in.
    pub fn delete_me_devices(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/devices", &[])
    }

    /// List devices that are spared the second factor.
    ///
    /// `GET /api/v1/me/devices`, for whoever is signed in.
    pub fn get_me_devices(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/devices", &[])
    }

    /// Forget such a device.
    ///
    /// `DELETE /api/v1/me/devices/{id}`, for whoever is signed in.
    pub fn delete_me_devices_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/devices/{id}", &[id])
    }

    /// Remove one's e-mail address.
    ///
    /// `DELETE /api/v1/me/email`, for whoever is signed in.
    pub fn delete_me_email(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/email", &[])
    }

    /// Ask for another e-mail address.
    ///
    /// `PUT /api/v1/me/email`, for whoever is signed in.
    ///
    /// Body: `email`.
    pub fn put_me_email(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/me/email", &[]).body(body)
    }

    /// Get all that is kept about one.
    ///
    /// `GET /api/v1/me/export`, for whoever is signed in.
    pub fn get_me_export(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/export", &[])
    }

    /// List one's second factors.
    ///
    /// `GET /api/v1/me/factors`, for whoever is signed in.
    pub fn get_me_factors(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/factors", &[])
    }

    /// Remove a second factor of the app's own.
    ///
    /// `DELETE /api/v1/me/factors/{factor}`, for whoever is signed in.
    pub fn delete_me_factors_factor(&self, factor: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/factors/{factor}", &[factor])
    }

    /// Begin to set up a second factor of the app's own.
    ///
    /// `POST /api/v1/me/factors/{factor}`, for whoever is signed in, perhaps without a second
    /// factor.
    pub fn post_me_factors_factor(&self, factor: &str) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/factors/{factor}", &[factor])
    }

    /// Finish setting such a factor up.
    ///
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

    /// List one's passkeys.
    ///
    /// `GET /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor.
    pub fn get_me_passkeys(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/passkeys", &[])
    }

    /// Add the passkey that the browser made.
    ///
    /// `POST /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor.
    ///
    /// Body: `credential`, `flow_id`; perhaps `name`.
    pub fn post_me_passkeys(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/passkeys", &[]).body(body)
    }

    /// Begin to add a passkey.
    ///
    /// `POST /api/v1/me/passkeys/options`, for whoever is signed in, perhaps without a second
    /// factor.
    pub fn post_me_passkeys_options(&self) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/passkeys/options", &[]).body(json!({}))
    }

    /// Remove a passkey.
    ///
    /// `DELETE /api/v1/me/passkeys/{id}`, for whoever is signed in.
    pub fn delete_me_passkeys_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/passkeys/{id}", &[id])
    }

    /// Name a passkey.
    ///
    /// `PATCH /api/v1/me/passkeys/{id}`, for whoever is signed in.
    ///
    /// Body: `name`.
    pub fn patch_me_passkeys_id(&self, id: &str, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::PATCH, "/api/v1/me/passkeys/{id}", &[id]).body(body)
    }

    /// Change one's password.
    ///
    /// `PUT /api/v1/me/password`, for whoever is signed in.
    ///
    /// Body: `new_password`; perhaps `current_password`, `keep_other_sessions`.
    pub fn put_me_password(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::PUT, "/api/v1/me/password", &[]).body(body)
    }

    /// List what one holds.
    ///
    /// `GET /api/v1/me/permissions`, for whoever is signed in or has a key.
    pub fn get_me_permissions(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/permissions", &[])
    }

    /// Remove one's phone number.
    ///
    /// `DELETE /api/v1/me/phone`, for whoever is signed in.
    pub fn delete_me_phone(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/phone", &[])
    }

    /// Ask for another phone number.
    ///
    /// `PUT /api/v1/me/phone`, for whoever is signed in.
    ///
    /// Body: `phone`.
    pub fn put_me_phone(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PUT, "/api/v1/me/phone", &[]).body(body)
    }

    /// Count the recovery codes that are left.
    ///
    /// `GET /api/v1/me/recovery-codes`, for whoever is signed in.
    pub fn get_me_recovery_codes(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/recovery-codes", &[])
    }

    /// Get new recovery codes.
    ///
    /// `POST /api/v1/me/recovery-codes`, for whoever is signed in.
    pub fn post_me_recovery_codes(&self) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/recovery-codes", &[])
    }

    /// End every other session of one's own.
    ///
    /// `DELETE /api/v1/me/sessions`, for whoever is signed in.
    pub fn delete_me_sessions(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/sessions", &[])
    }

    /// List one's sessions.
    ///
    /// `GET /api/v1/me/sessions`, for whoever is signed in.
    pub fn get_me_sessions(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/me/sessions", &[])
    }

    /// End a session of one's own.
    ///
    /// `DELETE /api/v1/me/sessions/{id}`, for whoever is signed in.
    pub fn delete_me_sessions_id(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/sessions/{id}", &[id])
    }

    /// Remove the authenticator app.
    ///
    /// `DELETE /api/v1/me/totp`, for whoever is signed in.
    pub fn delete_me_totp(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/totp", &[])
    }

    /// Begin to set up an authenticator app.
    ///
    /// `POST /api/v1/me/totp`, for whoever is signed in, perhaps without a second factor.
    pub fn post_me_totp(&self) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/totp", &[])
    }

    /// Finish setting it up.
    ///
    /// `POST /api/v1/me/totp/confirm`, for whoever is signed in, perhaps without a second factor.
    ///
    /// Body: `code`, `flow_id`.
    pub fn post_me_totp_confirm(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/me/totp/confirm", &[]).body(body)
    }

    /// Remove one's username.
    ///
    /// `DELETE /api/v1/me/username`, for whoever is signed in.
    pub fn delete_me_username(&self) -> Call<'_, Nothing> {
        self.call(Method::DELETE, "/api/v1/me/username", &[])
    }

    /// Set one's username.
    ///
    /// `PUT /api/v1/me/username`, for whoever is signed in.
    ///
    /// Body: `username`.
    pub fn put_me_username(&self, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::PUT, "/api/v1/me/username", &[]).body(body)
    }
}
