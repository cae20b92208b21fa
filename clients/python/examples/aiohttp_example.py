"""The example application of aiohttp_auth_autz, with Keyward in place of its own users.

    keyward dev
    python examples/aiohttp_example.py

What is different: people and their passwords are Keyward's, their groups are its roles,
and whoever signed out is signed out everywhere.
"""

from __future__ import annotations

from aiohttp import web

from keyward import AsyncKeyward
from keyward.aiohttp import Group, Permission, RoleACLAutzPolicy, auth, autz, login, setup
from keyward.errors import InvalidCredentials

BASE = "http://127.0.0.1:8080"

# The first entry that applies decides.
CONTEXT: list[autz.Entry] = [
    (Permission.Allow, "guest", {"view"}),
    (Permission.Deny, "guest", {"edit"}),
    (Permission.Allow, "staff", {"view", "edit", "admin_view"}),
    (Permission.Allow, Group.Everyone, {"view_home"}),
]


async def sign_in(request: web.Request) -> web.Response:
    try:
        await login(request, request.query.get("username", ""), request.query.get("password", ""))
    except InvalidCredentials:
        raise web.HTTPUnauthorized() from None
    return web.Response(text="Ok")


@auth.auth_required
async def sign_out(request: web.Request) -> web.Response:
    await auth.forget(request)
    return web.Response(text="Ok")


@autz.autz_required("view_home")
async def home(request: web.Request) -> web.Response:
    text = "Home page."
    if await autz.permit(request, "admin_view"):
        text += f" Admin page: {BASE}/admin"
    if await auth.get_auth(request) is not None:
        text += f" Logout: {BASE}/logout"
    return web.Response(text=text)


@autz.autz_required("admin_view")
async def admin(request: web.Request) -> web.Response:
    return web.Response(text="Admin Page")


@autz.autz_required("view")
class View(web.View):
    async def get(self) -> web.Response:
        return web.Response(text="View Page")


@autz.autz_required("edit")
async def edit(request: web.Request) -> web.Response:
    return web.Response(text="Edit Page")


def make(client: AsyncKeyward) -> web.Application:
    app = web.Application()
    setup(app, client, autz_policy=RoleACLAutzPolicy(CONTEXT))
    app.router.add_get("/", home)
    app.router.add_get("/login", sign_in)
    app.router.add_get("/logout", sign_out)
    app.router.add_get("/admin", admin)
    app.router.add_view("/view", View)
    app.router.add_get("/edit", edit)
    return app


if __name__ == "__main__":
    web.run_app(make(AsyncKeyward("http://localhost:8080")), host="127.0.0.1", port=8081)
