//! What people are told, where more than one request says it.

pub(super) const REFUSED: &str = "That request was refused.";
pub(super) const NO_SIGN_IN: &str = "Sorry, that user name and password do not open an account.";
pub(super) const NO_SESSION: &str = "No session token found. It may have expired.";
pub(super) const SIGN_UP: &str = "Thanks for signing up. Unless there is an account with this \
                                  address already, a message with a verification code will be \
                                  sent to it.";
pub(super) const DENIED: &str = "That is not permitted.";
