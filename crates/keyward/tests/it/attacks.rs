//! Attacks that broke others, each held against this service; numbered as in
//! the list of attack classes.

mod class_01_address_taken_over;
mod class_01_pre_hijacking_by_a_password;
#[cfg(feature = "oauth")]
mod class_01_pre_hijacking_by_a_service;
mod class_02_open_redirect;
#[cfg(feature = "forward-auth")]
mod class_03_forwarded_headers_trusted;
mod class_03_headers_believed;
mod class_04_enumeration;
mod class_05_session_fixation;
mod class_06_trusted_devices_outlive;
mod class_06_zombie_credentials;
#[cfg(feature = "captcha")]
mod class_07_captcha_used_twice;
mod class_07_one_time_secrets_used_twice;
#[cfg(feature = "oauth")]
mod class_07_provider_state_used_twice;
mod class_07_second_factor_replayed;
mod class_08_addresses_flooded;
mod class_08_passwords_guessed;
mod class_08_second_factor_guessed;
mod class_09_second_factor_bypassed;
#[cfg(feature = "oauth")]
mod class_10_login_csrf_and_mix_up;
#[cfg(feature = "tokens")]
mod class_12_token_validation;
mod class_12_tokens_changed;
mod class_13_identity_confusion;
#[cfg(feature = "oauth")]
mod class_13_recycled_and_shared_names;
mod class_14_broken_access_control;
#[cfg(feature = "forward-auth")]
mod class_15_forward_auth_paths;
mod class_15_rule_and_path_mismatch;
mod class_16_markup_in_pages_and_mails;
#[cfg(feature = "oauth")]
mod class_17_ssrf_through_discovery;
mod class_18_injection;
mod class_19_resource_exhaustion;
mod class_20_authenticators_failing_open;
mod class_20_failing_open;
mod class_21_browser_boundary;
mod class_22_replay_of_protected_messages;
#[cfg(feature = "authnzerver")]
mod class_22_sealed_messages_sent_again;
