"""Keyward in Starlette.

    app = Starlette(routes=[Route("/", home), Route("/edit", edit)])
    keyward.starlette.setup(app, AsyncKeyward("http://localhost:8080"))

    @requires("posts:edit")
    async def edit(request):
        return PlainTextResponse(f"Go on, {request.user.display_name}.")

`request.user` and `request.auth` are Starlette's own: its `requires("authenticated")`
works as well. Whoever is not signed in gets the 403 that Starlette gives; a bearer token
or key that is brought and refused is a 401. The functions of the flow (`login`,
`logout`, `register`, `verify`, `recover`, `reset`, `captcha`, …) take the request, and
the cookies that come of it are set on whatever response the handler gives.

    tokens = AsyncTokens(client, issuer="https://auth.example.com")
    keyward.starlette.setup(app, client, tokens=tokens)

verifies access tokens here and asks nobody about them: `request.user` is a `TokenUser`
then. What they may is still asked of Keyward, by `requires` and `can`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, BaseUser
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from ._async import AsyncKeyward
from ._guards import Decorator, F, Guards
from .errors import KeywardError
from .identity import Identity
from .web import Asked, Web, told

if TYPE_CHECKING:
    # They need the extra `jwt`.
    from .jose import Claims
    from .tokens import AsyncTokens

_CLIENT = "keyward.client"


class StarletteWeb(Web[HTTPConnection]):
    """The flow on Starlette's requests."""

    def client(self, request: HTTPConnection) -> AsyncKeyward:
        found = request.scope.get(_CLIENT)
        if not isinstance(found, AsyncKeyward):
            raise RuntimeError("keyward.starlette.setup was not called for this application")
        return found

    def asked(self, request: HTTPConnection) -> Asked:
        # A websocket is opened by a page: as if it changed something.
        method = request.scope.get("method", "POST")
        address = request.client.host if request.client else None
        return Asked(method, request.headers, request.cookies, address)

    def store(self, request: HTTPConnection) -> dict[str, Any]:
        store: dict[str, Any] = request.scope.setdefault("keyward.store", {})
        return store


web = StarletteWeb()


class KeywardUser(BaseUser):
    """`request.user` of somebody who is signed in."""

    def __init__(self, identity: Identity) -> None:
        self.keyward = identity

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def display_name(self) -> str:
        return self.keyward.name or self.keyward.username or self.keyward.email or self.keyward.id

    @property
    def identity(self) -> str:
        """`usr_…`"""
        return self.keyward.id

    @property
    def id(self) -> str:
        """`usr_…`"""
        return self.keyward.id

    @property
    def email(self) -> str | None:
        """The first e-mail address."""
        return self.keyward.email

    @property
    def roles(self) -> frozenset[str]:
        """Roles that are held."""
        return self.keyward.roles


class TokenUser(BaseUser):
    """`request.user` of whoever brought an access token that was verified here. A token
    says neither names nor roles."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def display_name(self) -> str:
        return self.claims.user_id

    @property
    def identity(self) -> str:
        """`usr_…`"""
        return self.claims.user_id

    @property
    def id(self) -> str:
        """`usr_…`"""
        return self.claims.user_id


class Refused(AuthenticationError):
    """A credential that was brought and is refused, or that cannot be looked at."""

    def __init__(self, error: KeywardError) -> None:
        super().__init__(str(error))
        self.error = error


class KeywardBackend(AuthenticationBackend):
    """Recognises whoever sent a request. The scopes are `authenticated` and, for each
    role, `role:NAME`. Permissions are no scopes: `requires` asks for them.

    With `tokens`, access tokens are verified here, and nobody is asked: one whose session
    has ended is seen when it expires, in five minutes at most. They give the scope
    `authenticated` alone. Everything else that is brought is asked of the server, or
    without `setup` belongs to somebody else.
    """

    def __init__(self, *, tokens: AsyncTokens | None = None) -> None:
        self.tokens = tokens

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser] | None:
        token = _access_token(conn) if self.tokens else None
        try:
            if self.tokens and token:
                return AuthCredentials(["authenticated"]), TokenUser(await self.tokens.verify(token))
            if self.tokens and _CLIENT not in conn.scope:
                return None
            found = await web.identify(conn)
        except KeywardError as error:
            raise Refused(error) from error
        if found is None:
            return None
        return AuthCredentials(["authenticated", *(f"role:{role}" for role in sorted(found.roles))]), KeywardUser(found)


def _access_token(conn: HTTPConnection) -> str | None:
    """What is brought as `Authorization: Bearer`, once, if it has the form of an access
    token; those of sessions and API keys have another."""
    brought = [value for name, value in conn.scope["headers"] if name == b"authorization"]
    if len(brought) != 1:
        return None
    scheme, _, token = brought[0].decode("latin-1").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.count(".") == 2 else None


def on_error(conn: HTTPConnection, error: Exception) -> Response:
    """The answer to a credential that was refused: 401, or 503 where nobody could tell."""
    return problem_response(error.error) if isinstance(error, Refused) else JSONResponse({"title": str(error)}, 400)


def problem_response(error: KeywardError) -> Response:
    """What went wrong, as a problem (RFC 9457)."""
    answer = told(error)
    return JSONResponse(answer.body, answer.status, answer.headers, "application/problem+json")


class CookieMiddleware:
    """Puts the client on the scope, and the cookies on the response."""

    def __init__(self, app: ASGIApp, client: AsyncKeyward) -> None:
        self.app, self.keyward = app, client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope[_CLIENT] = self.keyward

        async def sending(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                lines = web.set_cookies(HTTPConnection(scope))
                found = [(b"set-cookie", line.encode("latin-1")) for line in lines]
                message = {**message, "headers": [*message.get("headers", []), *found]}
            await send(message)

        await self.app(scope, receive, sending)


def setup(app: Starlette, client: AsyncKeyward, *, tokens: AsyncTokens | None = None) -> None:
    """Recognises people in every request, sets the cookies of the flow, and answers
    what Keyward refuses as problems. With `tokens`, access tokens are verified here."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, KeywardError)
        return problem_response(error)

    # The last one added is the outermost.
    app.add_middleware(AuthenticationMiddleware, backend=KeywardBackend(tokens=tokens), on_error=on_error)
    app.add_middleware(CookieMiddleware, client=client)
    app.add_exception_handler(KeywardError, refused)


def requires(
    scopes: str | Iterable[str], status_code: int = 403, redirect: str | None = None
) -> Decorator:
    """Like Starlette's own, of which it keeps the rules: all of `scopes` are needed;
    whoever lacks one gets `status_code`, or is sent to `redirect`; a websocket is closed.

    A scope that is neither `authenticated` nor one of `request.auth` is a permission, and
    asked of Keyward. It goes around functions, methods, and classes of endpoints.
    """
    wanted = [scopes] if isinstance(scopes, str) else list(scopes)

    async def holds(conn: HTTPConnection) -> bool:
        held = conn.auth.scopes
        lacking = [scope for scope in wanted if scope not in held]
        if not lacking:
            return True
        if "authenticated" in lacking or "authenticated" not in held or any(s.startswith("role:") for s in lacking):
            return False
        may = await web.caller(conn).can_each(*lacking)
        return all(may.values())

    def wrap(handler: F) -> F:
        wrapped: F = _around(handler, holds, status_code, redirect)
        return wrapped

    return wrap


def _around(handler: Any, holds: Callable[[HTTPConnection], Any], status_code: int, redirect: str | None) -> Any:
    if inspect.isclass(handler):
        for name in (*(method.lower() for method in _METHODS), "on_connect"):
            if (own := getattr(handler, name, None)) is not None:
                setattr(handler, name, _around(own, holds, status_code, redirect))
        return handler

    @functools.wraps(handler)
    async def guarded(*args: Any, **kwargs: Any) -> Any:
        conn = _found((*args, *kwargs.values()))
        if not await holds(conn):
            if isinstance(conn, WebSocket):
                await conn.close()
                return None
            if redirect is not None:
                target = f"{conn.url_for(redirect)}?next={_quoted(conn)}"
                return RedirectResponse(target, status_code=303)
            raise HTTPException(status_code=status_code)
        if inspect.iscoroutinefunction(inspect.unwrap(handler)):
            return await handler(*args, **kwargs)
        return await run_in_threadpool(handler, *args, **kwargs)

    return guarded


def _quoted(conn: HTTPConnection) -> str:
    from urllib.parse import quote_plus

    return quote_plus(str(conn.url))


def _found(arguments: tuple[Any, ...]) -> HTTPConnection:
    for argument in arguments:
        if isinstance(argument, HTTPConnection):
            return argument
    raise TypeError("a guarded handler is given no request")


_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class _StarletteGuards(Guards[HTTPConnection]):
    async def call_blocking(self, handler: Any, *args: Any, **kwargs: Any) -> Any:
        return await run_in_threadpool(handler, *args, **kwargs)


_guards = _StarletteGuards(web, _found, [method.lower() for method in _METHODS])


#: The request brings `Keyward-Captcha: TOKEN ANSWER`.
requires_captcha = _guards.captcha


def requires_verification(purpose: str) -> Decorator:
    """The request brings `Keyward-Verification: FLOW CODE` for this purpose."""
    return _guards.code(purpose)


def requires_second_factor(max_age: float | None = None) -> Decorator:
    """They proved a second factor, not longer ago than `max_age` seconds."""
    return _guards.second_factor(max_age)


identify, can, caller = web.identify, web.can, web.caller
register, login, logout, second_factor, step_up = web.register, web.login, web.logout, web.second_factor, web.step_up
verify, verify_link, resend = web.verify, web.verify_link, web.resend
recover, reset = web.recover, web.reset
captcha, captcha_image, captcha_audio = web.captcha, web.captcha_image, web.captcha_audio
spend_captcha, send_code, spend_code = web.spend_captcha, web.send_code, web.spend_code
