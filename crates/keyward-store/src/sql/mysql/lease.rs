//! A pooled connection that goes back only if its work was finished.
//!
//! The client does not notice when somebody stops waiting for an answer: the
//! next one to use that connection would read it as their own. So one that was
//! left in the middle, by a time-out say, is closed instead.

use futures_util::FutureExt;
use keyward_core::Error;
use mysql_async::{Conn, Pool};

use super::wire::broken;

/// Dropped, it closes the connection.
pub(super) struct Lease(Option<Conn>);

impl Lease {
    pub(super) async fn from(pool: &Pool) -> Result<Self, Error> {
        let conn = pool.get_conn().await.map_err(|error| broken("reach the database", error))?;
        Ok(Self(Some(conn)))
    }

    pub(super) fn conn(&mut self) -> Result<&mut Conn, Error> {
        self.0.as_mut().ok_or_else(|| Error::new("use a connection that was given back"))
    }

    pub(super) fn give_back(mut self) {
        self.0.take();
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(conn) = self.0.take() {
            // Marks it as closed at once; whether the farewell gets through or
            // not, the socket goes with it.
            let _ = conn.disconnect().now_or_never();
        }
    }
}
