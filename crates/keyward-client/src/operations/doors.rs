//! Signing in and up, questions, and what is there for everybody.
//!
//! Written by `clients/generate.py` from the description of the API: change that.

use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::Client;
use crate::call::{Call, Json, Nothing, Raw, Stream};
use crate::types::{Answer, Outcome, Session};

impl Client {
    /// Get an API key anew by the token beside it.
    ///
    /// `POST /api/v1/api-keys/refresh`, for anybody.
    ///
    /// Body: `refresh_token`.
    pub fn post_api_keys_refresh(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/api-keys/refresh", &[]).body(body)
    }

    /// Report an API key that was found in public.
    ///
    /// `POST /api/v1/api-keys/report`, for anybody.
    ///
    /// Body: `api_key`; perhaps `place`.
    pub fn post_api_keys_report(&self, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/api-keys/report", &[]).body(body)
    }

    /// Ask whether one may do something.
    ///
    /// `GET /api/v1/can`, for whoever is signed in or has a key.
    ///
    /// Query: perhaps `permission`, `resource`.
    pub fn get_can(&self) -> Call<'_, Json<Answer>> {
        self.call(Method::GET, "/api/v1/can", &[]).takes("permission resource")
    }

    /// Ask whether one may do something, with circumstances.
    ///
    /// `POST /api/v1/can`, for whoever is signed in or has a key.
    ///
    /// Body: `permission`; perhaps `context`, `resource`.
    pub fn post_can(&self, body: impl Serialize) -> Call<'_, Json<Answer>> {
        self.call(Method::POST, "/api/v1/can", &[]).body(body).safe()
    }

    /// Ask up to 100 such questions at once.
    ///
    /// `POST /api/v1/can/batch`, for whoever is signed in or has a key.
    ///
    /// Body: `questions`; perhaps `context`.
    pub fn post_can_batch(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/can/batch", &[]).body(body).safe()
    }

    /// Ask why one may or may not.
    ///
    /// `POST /api/v1/can/explain`, for whoever is signed in or has a key.
    ///
    /// Body: `permission`; perhaps `context`, `resource`, `subject`.
    pub fn post_can_explain(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/can/explain", &[]).body(body).safe()
    }

    /// Get a captcha.
    ///
    /// `POST /api/v1/captcha`, for anybody.
    ///
    /// Body: `purpose`; perhaps `kind`.
    pub fn post_captcha(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/captcha", &[]).body(body)
    }

    /// Spend a solved captcha at a door of the app's own.
    ///
    /// `POST /api/v1/captcha/spend`, for anybody.
    ///
    /// Body: `captcha`, `captcha_token`.
    pub fn post_captcha_spend(&self, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/captcha/spend", &[]).body(body)
    }

    /// Hear a captcha.
    ///
    /// `GET /api/v1/captcha/{token}/audio`, for anybody.
    pub fn get_captcha_token_audio(&self, token: &str) -> Call<'_, Raw> {
        self.call(Method::GET, "/api/v1/captcha/{token}/audio", &[token])
    }

    /// See a captcha.
    ///
    /// `GET /api/v1/captcha/{token}/image`, for anybody.
    pub fn get_captcha_token_image(&self, token: &str) -> Call<'_, Raw> {
        self.call(Method::GET, "/api/v1/captcha/{token}/image", &[token])
    }

    /// Show what this server offers.
    ///
    /// `GET /api/v1/config`, for anybody.
    pub fn get_config(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/config", &[])
    }

    /// Stop acting as somebody else.
    ///
    /// `POST /api/v1/impersonation/stop`, for whoever is signed in, perhaps without a second
    /// factor.
    pub fn post_impersonation_stop(&self) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/impersonation/stop", &[])
    }

    /// Say how good a password would be.
    ///
    /// `POST /api/v1/password/check`, for anybody.
    ///
    /// Body: `password`.
    pub fn post_password_check(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/password/check", &[]).body(body).safe()
    }

    /// List the services that one can sign in at.
    ///
    /// `GET /api/v1/providers`, for anybody.
    pub fn get_providers(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/providers", &[])
    }

    /// Begin to set a new password.
    ///
    /// `POST /api/v1/recovery`, for anybody.
    ///
    /// Body: `identifier`; perhaps `captcha`, `captcha_token`.
    pub fn post_recovery(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/recovery", &[]).body(body)
    }

    /// Set a new password by the link.
    ///
    /// `POST /api/v1/recovery-link`, for anybody.
    ///
    /// Body: `password`, `token`; perhaps `keep_other_sessions`, `session`.
    pub fn post_recovery_link(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/recovery-link", &[]).body(body)
    }

    /// Stop a recovery that somebody else began.
    ///
    /// `POST /api/v1/recovery-stop`, for anybody.
    ///
    /// Body: `token`.
    pub fn post_recovery_stop(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/recovery-stop", &[]).body(body)
    }

    /// Set a new password by the code.
    ///
    /// `POST /api/v1/recovery/{id}/confirm`, for anybody.
    ///
    /// Body: `code`, `password`; perhaps `keep_other_sessions`, `session`.
    pub fn post_recovery_id_confirm(
        &self,
        id: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/recovery/{id}/confirm", &[id]).body(body)
    }

    /// Bring one's deleted account back.
    ///
    /// `POST /api/v1/restore-link`, for anybody.
    ///
    /// Body: `token`.
    pub fn post_restore_link(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/restore-link", &[]).body(body)
    }

    /// Show the session.
    ///
    /// `GET /api/v1/session`, for whoever is signed in.
    pub fn get_session(&self) -> Call<'_, Json<Session>> {
        self.call(Method::GET, "/api/v1/session", &[])
    }

    /// Change the app's data on the session.
    ///
    /// `PATCH /api/v1/session`, for whoever is signed in.
    ///
    /// Body: `data`.
    pub fn patch_session(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::PATCH, "/api/v1/session", &[]).body(body)
    }

    /// Get the token for forms.
    ///
    /// `GET /api/v1/session/csrf`, for whoever is signed in.
    pub fn get_session_csrf(&self) -> Call<'_, Json<Value>> {
        self.call(Method::GET, "/api/v1/session/csrf", &[])
    }

    /// Follow the session until it ends.
    ///
    /// `GET /api/v1/session/events`, for whoever is signed in.
    pub fn get_session_events(&self) -> Call<'_, Stream> {
        self.call(Method::GET, "/api/v1/session/events", &[])
    }

    /// Prove again who one is.
    ///
    /// `POST /api/v1/session/step-up`, for whoever is signed in, perhaps without a second factor.
    ///
    /// Body: `code`, `method`.
    pub fn post_session_step_up(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/session/step-up", &[]).body(body)
    }

    /// Make the first administrator.
    ///
    /// `POST /api/v1/setup`, for anybody.
    ///
    /// Body: `email`, `password`, `token`; perhaps `name`, `session`.
    pub fn post_setup(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/setup", &[]).body(body)
    }

    /// Sign in with a password.
    ///
    /// `POST /api/v1/sign-in`, for anybody.
    ///
    /// Body: `identifier`, `password`; perhaps `captcha`, `captcha_token`, `remember`, `session`.
    pub fn post_sign_in(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-in", &[]).body(body)
    }

    /// Begin without an account.
    ///
    /// `POST /api/v1/sign-in/anonymous`, for anybody.
    ///
    /// Body: perhaps `session`.
    pub fn post_sign_in_anonymous(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-in/anonymous", &[]).body(body)
    }

    /// Sign in by a way of the app's own.
    ///
    /// `POST /api/v1/sign-in/by/{method}`, for anybody.
    ///
    /// Body: `answer`, `identifier`; perhaps `captcha`, `captcha_token`, `remember`, `session`.
    pub fn post_sign_in_by_method(
        &self,
        method: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-in/by/{method}", &[method]).body(body)
    }

    /// Have a code for signing in sent.
    ///
    /// `POST /api/v1/sign-in/code`, for anybody.
    ///
    /// Body: `identifier`; perhaps `captcha`, `captcha_token`, `return_to`.
    pub fn post_sign_in_code(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-in/code", &[]).body(body)
    }

    /// Sign in with the code.
    ///
    /// `POST /api/v1/sign-in/code/confirm`, for anybody.
    ///
    /// Body: `code`, `flow_id`; perhaps `remember`, `session`.
    pub fn post_sign_in_code_confirm(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-in/code/confirm", &[]).body(body)
    }

    /// Send the code for signing in again.
    ///
    /// `POST /api/v1/sign-in/code/resend`, for anybody.
    ///
    /// Body: `flow_id`.
    pub fn post_sign_in_code_resend(&self, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/sign-in/code/resend", &[]).body(body)
    }

    /// Have a link for signing in sent.
    ///
    /// `POST /api/v1/sign-in/link`, for anybody.
    ///
    /// Body: `identifier`; perhaps `captcha`, `captcha_token`, `return_to`.
    pub fn post_sign_in_link(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-in/link", &[]).body(body)
    }

    /// Sign in with the link or its code.
    ///
    /// `POST /api/v1/sign-in/link/confirm`, for anybody.
    ///
    /// Body: perhaps `code`, `flow_id`, `remember`, `session`, `token`.
    pub fn post_sign_in_link_confirm(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-in/link/confirm", &[]).body(body)
    }

    /// Send the link for signing in again.
    ///
    /// `POST /api/v1/sign-in/link/resend`, for anybody.
    ///
    /// Body: `flow_id`.
    pub fn post_sign_in_link_resend(&self, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/sign-in/link/resend", &[]).body(body)
    }

    /// Finish signing in with a second factor.
    ///
    /// `POST /api/v1/sign-in/mfa`, for anybody.
    ///
    /// Body: `code`, `flow_id`, `method`; perhaps `flow_token`, `trust_device`.
    pub fn post_sign_in_mfa(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-in/mfa", &[]).body(body)
    }

    /// Begin to sign in at a service.
    ///
    /// `POST /api/v1/sign-in/provider`, for anybody.
    ///
    /// Body: `provider`; perhaps `again`, `remember`, `return_to`, `session`.
    pub fn post_sign_in_provider(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/sign-in/provider", &[]).body(body)
    }

    /// Come back from a service.
    ///
    /// `POST /api/v1/sign-in/provider/callback`, for anybody.
    ///
    /// Body: `provider`; perhaps `code`, `error`, `flow_token`, `iss`, `remember`, `session`,
    /// `state`, `user`.
    pub fn post_sign_in_provider_callback(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-in/provider/callback", &[]).body(body)
    }

    /// Sign out.
    ///
    /// `POST /api/v1/sign-out`, for anybody.
    pub fn post_sign_out(&self) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/sign-out", &[])
    }

    /// End every session of one's own.
    ///
    /// `POST /api/v1/sign-out/all`, for whoever is signed in.
    pub fn post_sign_out_all(&self) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/sign-out/all", &[])
    }

    /// Sign up.
    ///
    /// `POST /api/v1/sign-up`, for anybody.
    ///
    /// Body: perhaps `captcha`, `captcha_token`, `email`, `invitation`, `name`, `password`,
    /// `phone`, `properties`, `session`, `username`.
    pub fn post_sign_up(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/sign-up", &[]).body(body)
    }

    /// Get an access token.
    ///
    /// `POST /api/v1/token`, for anybody.
    ///
    /// Body: perhaps `captcha`, `captcha_token`, `client_id`, `grant_type`, `password`,
    /// `refresh_token`, `scope`, `username`.
    pub fn post_token(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/token", &[]).body(body)
    }

    /// Ask what a token is worth.
    ///
    /// `POST /api/v1/token/introspect`, for whoever holds `tokens:introspect`.
    ///
    /// Body: `token`; perhaps `token_type_hint`.
    pub fn post_token_introspect(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/token/introspect", &[]).body(body)
    }

    /// Make a token worthless.
    ///
    /// `POST /api/v1/token/revoke`, for anybody.
    ///
    /// Body: `token`; perhaps `token_type_hint`.
    pub fn post_token_revoke(&self, body: impl Serialize) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/token/revoke", &[]).body(body)
    }

    /// Take a change of an address back.
    ///
    /// `POST /api/v1/undo-link`, for anybody.
    ///
    /// Body: `token`.
    pub fn post_undo_link(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/undo-link", &[]).body(body)
    }

    /// Have a code sent that proves one's address.
    ///
    /// `POST /api/v1/verifications`, for whoever is signed in.
    pub fn post_verifications(&self) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/verifications", &[])
    }

    /// Prove an address by the code.
    ///
    /// `POST /api/v1/verifications/{id}/confirm`, for anybody.
    ///
    /// Body: `code`; perhaps `session`.
    pub fn post_verifications_id_confirm(
        &self,
        id: &str,
        body: impl Serialize,
    ) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/verifications/{id}/confirm", &[id]).body(body)
    }

    /// Send the code again.
    ///
    /// `POST /api/v1/verifications/{id}/resend`, for anybody.
    pub fn post_verifications_id_resend(&self, id: &str) -> Call<'_, Nothing> {
        self.call(Method::POST, "/api/v1/verifications/{id}/resend", &[id])
    }

    /// Prove an address by the link.
    ///
    /// `POST /api/v1/verify-link`, for anybody.
    ///
    /// Body: `token`; perhaps `session`.
    pub fn post_verify_link(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/verify-link", &[]).body(body)
    }

    /// Sign in with a passkey.
    ///
    /// `POST /api/v1/webauthn/sign-in`, for anybody.
    ///
    /// Body: `credential`, `flow_id`; perhaps `remember`, `session`.
    pub fn post_webauthn_sign_in(&self, body: impl Serialize) -> Call<'_, Json<Outcome>> {
        self.call(Method::POST, "/api/v1/webauthn/sign-in", &[]).body(body)
    }

    /// Begin to sign in with a passkey.
    ///
    /// `POST /api/v1/webauthn/sign-in/options`, for anybody.
    ///
    /// Body: perhaps `flow_id`, `flow_token`.
    pub fn post_webauthn_sign_in_options(&self, body: impl Serialize) -> Call<'_, Json<Value>> {
        self.call(Method::POST, "/api/v1/webauthn/sign-in/options", &[]).body(body)
    }
}
