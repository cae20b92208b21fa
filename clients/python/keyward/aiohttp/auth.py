"""Who sent a request: `get_auth`, `remember`, `forget`, `auth_required`."""

from __future__ import annotations

from typing import Any

from aiohttp import web as http

from .. import types
from .._guards import F, Guards
from ..errors import KeywardError
from ..identity import Identity
from ._web import as_response, find
from ._web import web as _web

POLICY = "auth"


class AbstractAuthentication:
    """How an application knows who sent a request. Fill in all three."""

    async def remember(self, request: http.Request, user_identity: Any) -> None:
        """The next requests of this browser are theirs."""
        raise NotImplementedError

    async def forget(self, request: http.Request) -> None:
        """The next requests of this browser are nobody's."""
        raise NotImplementedError

    async def get(self, request: http.Request) -> str | None:
        """The id of whoever sent it, or nothing."""
        raise NotImplementedError

    async def process_response(self, request: http.Request, response: http.StreamResponse) -> None:
        """Has a look at each response, also at one that was raised."""


class KeywardAuthentication(AbstractAuthentication):
    """Sessions of Keyward, in its cookie, as a bearer token, or an API key."""

    async def remember(self, request: http.Request, user_identity: Any) -> None:
        """Keeps a session that Keyward opened: an outcome with a `token`, or the token.
        Raises `TypeError` for anything else, such as a name."""
        token = user_identity.get("token") if isinstance(user_identity, dict) else user_identity
        if not isinstance(token, str) or not token.startswith("ses_"):
            raise TypeError("remember takes what Keyward gave when somebody signed in, and not who that is")
        state = _web.state(request)
        # A browser keeps what begins with __Host- on HTTPS only, and that is where it belongs.
        secure = request.secure or bool(request.headers.get("x-forwarded-proto", "").lower() == "https")
        name, more = ("__Host-kw_session", "; Secure") if secure else ("kw_session", "")
        state.cookies.keep([f"{name}={token}; Path=/; HttpOnly; SameSite=Lax{more}"])
        state.identity, state.is_known = None, False

    async def forget(self, request: http.Request) -> None:
        await _web.logout(request)

    async def get(self, request: http.Request) -> str | None:
        found = await _web.identify(request)
        return found.id if found else None


def auth_middleware(policy: AbstractAuthentication) -> Any:
    """Makes the policy known to the functions here."""
    assert isinstance(policy, AbstractAuthentication), "Authentication policy should be an AbstractAuthentication"

    @http.middleware
    async def middleware(request: http.Request, handler: Any) -> http.StreamResponse:
        _web.store(request)[POLICY] = policy
        try:
            response: http.StreamResponse = await handler(request)
        except KeywardError as error:
            response = as_response(error)
        except http.HTTPException as raised:
            response = raised
        await policy.process_response(request, response)
        _set_cookies(request, response)
        if isinstance(response, http.HTTPException):
            raise response
        return response

    return middleware


def _set_cookies(request: http.Request, response: http.StreamResponse) -> None:
    lines = _web.set_cookies(request)
    if lines and response.prepared:
        raise RuntimeError("Cannot save cookie into prepared response")
    for line in lines:
        response.headers.add("Set-Cookie", line)


def setup(app: http.Application, policy: AbstractAuthentication) -> None:
    """The middleware, in an application."""
    app.middlewares.append(auth_middleware(policy))


def _policy(request: http.Request) -> AbstractAuthentication:
    policy = _web.store(request).get(POLICY)
    if not isinstance(policy, AbstractAuthentication):
        raise RuntimeError("auth_middleware not installed")
    return policy


async def get_auth(request: http.Request) -> str | None:
    """The id of whoever sent it (`usr_…`), or nothing. Raises `Unauthenticated` for a
    token that was brought and is refused."""
    return await _policy(request).get(request)


async def get_identity(request: http.Request) -> Identity | None:
    """Whoever sent it, with name, addresses, session and roles."""
    _policy(request)
    return await _web.identify(request)


async def remember(request: http.Request, user_identity: types.Outcome | str) -> None:
    """The next requests of this browser are theirs."""
    await _policy(request).remember(request, user_identity)


async def forget(request: http.Request) -> None:
    """The next requests of this browser are nobody's; the session is over."""
    await _policy(request).forget(request)


class AiohttpGuards(Guards[http.Request]):
    """The guards raise what aiohttp's handlers raise."""

    async def pass_or_raise(self, request: http.Request, check: Any) -> None:
        _policy(request)
        await check(request)


guards = AiohttpGuards(_web, find, ("get", "head", "post", "put", "patch", "delete", "options"))


async def _somebody(request: http.Request) -> None:
    if await get_auth(request) is None:
        raise http.HTTPUnauthorized()


def auth_required(handler: F) -> F:
    """401 where nobody is signed in. For functions, methods and classes of views."""
    guarded: F = guards.around(handler, _somebody)
    return guarded
