//! Permissions given to one person directly, by forms on their page.

use keyward_core::port::Fut;

use super::person::told;
use crate::http::{Cx, Fault, Guard, Reply, Route, input};
use crate::routes::grants::{GrantInput, TakeInput, Wish, change};

const GRANT: Guard = Guard::Holding("roles:grant");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::post("/admin/people/{id}/permit", GRANT, give),
    Route::post("/admin/people/{id}/unpermit", GRANT, take),
];

async fn done(cx: Cx<'_>, wish: Result<Wish, Fault>, notice: &'static str) -> Result<Reply, Fault> {
    let done = match wish {
        Ok(wish) => change(&cx, wish).await,
        Err(fault) => Err(fault),
    };
    told(&cx, done, notice).await
}

fn give(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    let input = input::body(cx.request);
    Box::pin(done(cx, input.and_then(|input: GrantInput| input.to_wish()), "permission_given"))
}

fn take(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    let input = input::body(cx.request);
    Box::pin(done(cx, input.and_then(|input: TakeInput| input.to_wish()), "permission_taken"))
}
