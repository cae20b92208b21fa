//! What must be there before a frontend is answered: the roles of the model, and the
//! accounts that stand for nobody in particular.

use keyward_core::Error;
use keyward_core::flow::authnzerver::{
    ANONYMOUS, GiveNumber, IMPORTED, ISSUER, LOCKED, PutSystem, SUPERUSER,
};
use keyward_core::flow::role::{ChangeRole, RoleChange};
use keyward_core::flow::setup::ADMIN_ROLE;
use keyward_core::id::UserId;
use keyward_core::port::LastingQuery;
use keyward_core::refusal::Refusal;

use super::call::Call;
use super::people::is_state;

/// Who stands for everybody who is not signed in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    pub(super) anonymous: UserId,
}

impl Call<'_> {
    /// Makes what is not there yet, once.
    pub(super) async fn settled(&self) -> Result<Settled, Error> {
        self.room.settled.get_or_try_init(|| self.settle()).await.copied()
    }

    async fn settle(&self) -> Result<Settled, Error> {
        for role in self.room.how.model.roles().filter(|role| !is_state(role)) {
            let description = "a role of authnzerver's permission model".to_owned();
            let flow = ChangeRole::new(role, RoleChange::Add { description });
            match self.run(&flow).await? {
                Ok(()) | Err(Refusal::Conflict) => {}
                Err(_) => tracing::warn!(role, "could not add a role of the permission model"),
            }
        }
        let anonymous = self.put(ANONYMOUS, "Anonymous user").await?;
        self.put(LOCKED, "Locked user").await?;
        self.number_administrator().await?;
        Ok(Settled { anonymous })
    }

    async fn put(&self, number: i64, name: &'static str) -> Result<UserId, Error> {
        let put = self.run(&PutSystem { number, name }).await?;
        put.map_err(|_| Error::new("make an account of the system"))
    }

    /// The first administrator is number 1, unless another one is or they have one.
    async fn number_administrator(&self) -> Result<(), Error> {
        let store = &self.auth.0.store;
        if store.identity(ISSUER, &SUPERUSER.to_string()).await?.is_some() {
            return Ok(());
        }
        if let Some(brought) = store.identity(IMPORTED, &SUPERUSER.to_string()).await? {
            self.run(&GiveNumber { user: brought.user, number: None }).await?.ok();
            return Ok(());
        }
        let (roles, now) = (vec![ADMIN_ROLE.to_owned()], self.auth.now());
        let query = LastingQuery { roles, groups: vec![], now, limit: 1 };
        if let Some(user) = store.lasting_holders(&query).await?.first() {
            self.run(&GiveNumber { user: *user, number: Some(SUPERUSER) }).await?.ok();
        }
        Ok(())
    }
}
