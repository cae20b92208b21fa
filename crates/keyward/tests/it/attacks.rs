//! Attacks that broke others, each held against this service; numbered as in
//! the list of attack classes.

mod class_05_session_fixation;
mod class_07_one_time_secrets_used_twice;
mod class_19_resource_exhaustion;
mod class_21_browser_boundary;
