"""Keyward in FastAPI.

    app = FastAPI()
    keyward.fastapi.setup(app, AsyncKeyward("http://localhost:8080"))

    @app.get("/edit")
    async def edit(user: Annotated[Identity, Depends(require("posts:edit"))]):
        return {"name": user.name}

What is refused is answered as a problem: 401 where nobody is signed in, 403 where they
may not, 503 where it cannot be decided. The functions of the flow are those of
`keyward.starlette`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from . import starlette as _starlette
from ._async import AsyncKeyward
from ._guards import CAPTCHA, VERIFICATION
from .errors import KeywardError
from .identity import Identity
from .web import two_words

# Named in the description of the application's API; nothing is decided by them.
_bearer = HTTPBearer(auto_error=False, scheme_name="KeywardBearer")
_key = APIKeyHeader(name="X-Api-Key", auto_error=False, scheme_name="KeywardKey")
_cookie = APIKeyCookie(name="__Host-kw_session", auto_error=False, scheme_name="KeywardCookie")

web = _starlette.web


def setup(app: FastAPI, client: AsyncKeyward) -> None:
    """Sets the cookies of the flow, and answers what is refused as problems. Nobody is
    recognised before a dependency asks who it is."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, KeywardError)
        return _starlette.problem_response(error)

    app.add_middleware(_starlette.CookieMiddleware, client=client)
    app.add_exception_handler(KeywardError, refused)


async def current_user(
    conn: HTTPConnection,
    bearer: object = Depends(_bearer),
    key: object = Depends(_key),
    cookie: object = Depends(_cookie),
) -> Identity:
    """Whoever is signed in; 401 where nobody is."""
    return await web.demand(conn)


async def optional_user(conn: HTTPConnection) -> Identity | None:
    """Whoever is signed in, or nobody. A token that is brought and refused is a 401."""
    return await web.identify(conn)


Dependency = Callable[..., Awaitable[Identity]]


def require(*permissions: str) -> Dependency:
    """Whoever may do all of this."""
    return _demand(permissions, any_of=False)


def require_any(*permissions: str) -> Dependency:
    """Whoever may do any of this."""
    return _demand(permissions, any_of=True)


def _demand(permissions: tuple[str, ...], *, any_of: bool) -> Dependency:
    if not permissions:
        raise TypeError("a guard needs the names of permissions")

    async def demanded(conn: HTTPConnection, user: Annotated[Identity, Depends(current_user)]) -> Identity:
        return await web.demand_permissions(conn, permissions, any_of=any_of)

    return demanded


def require_role(*roles: str) -> Dependency:
    """Whoever holds any of these roles."""
    if not roles:
        raise TypeError("a guard needs the names of roles")

    async def demanded(conn: HTTPConnection, user: Annotated[Identity, Depends(current_user)]) -> Identity:
        return await web.demand_roles(conn, roles)

    return demanded


def require_second_factor(max_age: float | None = None) -> Dependency:
    """Whoever proved a second factor, not longer ago than `max_age` seconds."""

    async def demanded(conn: HTTPConnection, user: Annotated[Identity, Depends(current_user)]) -> Identity:
        return await web.demand_second_factor(conn, max_age)

    return demanded


async def require_captcha(conn: HTTPConnection) -> None:
    """The request brings `Keyward-Captcha: TOKEN ANSWER`."""
    await web.spend_captcha(conn, *(two_words(conn.headers.get(CAPTCHA)) or (None, None)))


def require_verification(purpose: str) -> Callable[..., Awaitable[None]]:
    """The request brings `Keyward-Verification: FLOW CODE` for this purpose."""

    async def demanded(conn: HTTPConnection) -> None:
        await web.spend_code(conn, purpose, *(two_words(conn.headers.get(VERIFICATION)) or (None, None)))

    return demanded


identify, can, caller = web.identify, web.can, web.caller
register, login, logout, second_factor, step_up = web.register, web.login, web.logout, web.second_factor, web.step_up
verify, verify_link, resend = web.verify, web.verify_link, web.resend
recover, reset = web.recover, web.reset
captcha, captcha_image, captcha_audio = web.captcha, web.captcha_image, web.captcha_audio
spend_captcha, send_code, spend_code = web.spend_captcha, web.send_code, web.spend_code
