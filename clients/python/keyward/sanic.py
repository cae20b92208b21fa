"""Keyward in Sanic, with the names of sanic-security and asyncauth.

    app = Sanic("app")
    keyward.sanic.setup(app, AsyncKeyward("http://localhost:8080"))

    @app.get("/edit")
    @requires_permission("posts:edit")
    async def edit(request):
        return json({"name": request.ctx.identity.name})

Guards go around functions, methods and whole class-based views. They put whoever it is
on `request.ctx.identity` and their session on `request.ctx.session`. What is refused is
answered as `{"message", "code", "data"}`, where `data` names the error.

What is kept of the originals: `requires_permission` and `requires_role` ask for any of
what they name, `require_permissions` for all. What is not: nobody learns whether an
account exists, and codes are counted on the server.
"""

from __future__ import annotations

from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.response import json

from ._async import AsyncKeyward
from ._guards import CAPTCHA, VERIFICATION, Decorator, Guards
from .errors import KeywardError, Problem
from .web import Asked, State, Web, told


class SanicWeb(Web[Request]):
    """The flow on Sanic's requests."""

    def client(self, request: Request) -> AsyncKeyward:
        found = getattr(request.app.ctx, "keyward", None)
        if not isinstance(found, AsyncKeyward):
            raise RuntimeError("keyward.sanic.setup was not called for this application")
        return found

    def asked(self, request: Request) -> Asked:
        cookies = {name: str(request.cookies.get(name)) for name in request.cookies or {}}
        headers = {name.lower(): value for name, value in request.headers.items()}
        return Asked(request.method, headers, cookies, request.remote_addr or request.ip)

    def store(self, request: Request) -> dict[str, Any]:
        if not hasattr(request.ctx, "keyward_store"):
            request.ctx.keyward_store = {}
        store: dict[str, Any] = request.ctx.keyward_store
        return store

    def state(self, request: Request) -> State:
        found = super().state(request)
        request.ctx.identity = found.identity
        request.ctx.session = found.identity.session if found.identity else None
        return found


web = SanicWeb()


def setup(app: Sanic[Any, Any], client: AsyncKeyward) -> None:
    """Sets the cookies of the flow, and answers what is refused."""
    app.ctx.keyward = client

    async def cookies(request: Request, response: Any) -> None:
        for line in web.set_cookies(request):
            response.headers.add("set-cookie", line)

    async def refused(request: Request, error: KeywardError) -> HTTPResponse:
        return error_response(error)

    app.middleware("response")(cookies)
    app.error_handler.add(KeywardError, refused)


def error_response(error: KeywardError) -> HTTPResponse:
    """`{"message", "code", "data"}`, as sanic-security answers."""
    answer = told(error)
    message = answer.body.get("detail") or answer.body["title"]
    body = {"message": message, "code": answer.status, "data": type(error).__name__}
    if isinstance(error, Problem):
        body["problem"] = answer.body
    return json(body, status=answer.status, headers=answer.headers)


def _found(arguments: tuple[Any, ...]) -> Request:
    for argument in arguments:
        if isinstance(argument, Request):
            return argument
    raise TypeError("a guarded handler is given no request")


class _SanicGuards(Guards[Request]):
    async def pass_or_raise(self, request: Request, check: Any) -> None:
        await check(request)
        # Puts on the request what is known now.
        web.state(request)

    async def check_captcha(self, request: Request) -> None:
        """A form may bring it, as `captcha_token` and `captcha`."""
        if form := _form(request, CAPTCHA):
            await web.spend_captcha(request, form.get("captcha_token"), form.get("captcha"))
        else:
            await super().check_captcha(request)

    async def check_code(self, request: Request, purpose: str) -> None:
        """A form may bring it, as `flow_id` and `code`."""
        if form := _form(request, VERIFICATION):
            await web.spend_code(request, purpose, form.get("flow_id"), form.get("code"))
        else:
            await super().check_code(request, purpose)


def _form(request: Request, header: str) -> Any:
    return request.form if request.method not in ("GET", "HEAD") and header not in request.headers else None


_guards = _SanicGuards(web, _found, ("get", "head", "post", "put", "patch", "delete", "options"))


#: Somebody is signed in; 401 where nobody is.
requires_authentication = _guards.authenticated


def requires_permission(*permissions: str) -> Decorator:
    """They may do any of this, as in sanic-security."""
    return _guards.permissions(permissions, any_of=True)


def require_permissions(*permissions: str) -> Decorator:
    """They may do all of this, as in asyncauth."""
    return _guards.permissions(permissions, any_of=False)


def requires_role(*roles: str) -> Decorator:
    """They hold any of these roles."""
    return _guards.roles(roles, any_of=True)


#: As asyncauth calls it.
require_roles = requires_role


#: The request brings `Keyward-Captcha: TOKEN ANSWER`, or a form the fields `captcha_token`
#: and `captcha`.
requires_captcha = _guards.captcha


def requires_verification(purpose: str = "verification") -> Decorator:
    """The request brings `Keyward-Verification: FLOW CODE`, or the fields `flow_id` and
    `code` in a form: a code that `send_code` sent for this purpose."""
    return _guards.code(purpose)


def requires_two_step(tag: str = "2sv") -> Decorator:
    """The same by the name of sanic-security: a code for this tag."""
    return requires_verification(tag)


#: As sanic-security calls it.
requires_two_step_verification = requires_two_step


def requires_second_factor(max_age: float | None = None) -> Decorator:
    """They proved a second factor, not longer ago than `max_age` seconds."""
    return _guards.second_factor(max_age)


async def request_two_step_verification(request: Request, tag: str = "2sv") -> str:
    """Sends whoever is signed in a code for this tag; the flow that it answers."""
    return (await web.send_code(request, tag))["flow_id"]


identify, can, caller = web.identify, web.can, web.caller
register, login, logout, second_factor, step_up = web.register, web.login, web.logout, web.second_factor, web.step_up
verify, verify_link, resend = web.verify, web.verify_link, web.resend
recover, reset = web.recover, web.reset
captcha, captcha_image, captcha_audio = web.captcha, web.captcha_image, web.captcha_audio
spend_captcha, send_code, spend_code = web.spend_captcha, web.send_code, web.spend_code
