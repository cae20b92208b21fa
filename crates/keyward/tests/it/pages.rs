//! The hosted pages, as a browser without scripts meets them.

mod html;
mod sign_in;
