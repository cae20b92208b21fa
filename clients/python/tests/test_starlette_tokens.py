"""Access tokens in Starlette, verified in the application itself."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.authentication import requires as requires_of_starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import keyward.starlette as kw
from keyward import AsyncKeyward, Retries
from keyward.tokens import AsyncTokens

from .apps.common import browser
from .test_tokens import EDWARDS, ISSUER, NOW, SAID, Issuer, Key


@requires_of_starlette("authenticated")
async def me(request: Request) -> Response:
    return PlainTextResponse(request.user.display_name)


async def anybody(request: Request) -> Response:
    return PlainTextResponse(request.user.display_name or "nobody")


ROUTES = [Route("/me", me), Route("/", anybody)]


def client_of(issuer: Issuer) -> AsyncKeyward:
    http = httpx.AsyncClient(transport=httpx.MockTransport(issuer))
    return AsyncKeyward("http://localhost:1", http=http, retries=Retries(times=0))


def set_up(issuer: Issuer) -> Starlette:
    app, client = Starlette(routes=ROUTES), client_of(issuer)
    kw.setup(app, client, tokens=AsyncTokens(client, issuer=ISSUER, clock=lambda: float(NOW)))
    return app


def alone(issuer: Issuer) -> Starlette:
    """The backend without `setup`."""
    tokens = AsyncTokens(client_of(issuer), issuer=ISSUER, clock=lambda: float(NOW))
    guard = Middleware(AuthenticationMiddleware, backend=kw.KeywardBackend(tokens=tokens), on_error=kw.on_error)
    return Starlette(routes=ROUTES, middleware=[guard])


async def ask(app: Starlette, path: str, *brought: str) -> tuple[int, str]:
    async with browser("http://app.example.com", httpx.ASGITransport(app)) as found:
        reply = await found.get(path, headers=[("authorization", one) for one in brought])
        return reply.status_code, reply.text


@pytest.mark.parametrize("make", [set_up, alone])
async def test_an_access_token_is_verified_here_and_nobody_is_asked(make) -> None:  # type: ignore[no-untyped-def]
    issuer = Issuer(EDWARDS)
    app = make(issuer)
    good = EDWARDS.sign(SAID)
    for scheme in ("Bearer", "bearer"):
        assert await ask(app, "/me", f"{scheme} {good}") == (200, "usr_1")
    assert issuer.asked == ["/.well-known/jwks.json"], "for the keys, once"


@pytest.mark.parametrize("make", [set_up, alone])
async def test_one_that_is_no_good_is_refused_and_not_passed_over(make) -> None:  # type: ignore[no-untyped-def]
    app = make(Issuer(EDWARDS))
    good = EDWARDS.sign(SAID)
    for bad in (good[:-2], good + "x", "a.b.c", "..", EDWARDS.sign({**SAID, "exp": NOW}), Key("EdDSA").sign(SAID)):
        for path in ("/me", "/"):
            status, text = await ask(app, path, f"Bearer {bad}")
            assert status == 401 and "unauthenticated" in text, (path, bad)


@pytest.mark.parametrize("make", [set_up, alone])
async def test_without_one_nobody_is_anybody(make) -> None:  # type: ignore[no-untyped-def]
    app = make(Issuer(EDWARDS))
    assert await ask(app, "/") == (200, "nobody")
    assert (await ask(app, "/me"))[0] == 403


@pytest.mark.parametrize("make", [set_up, alone])
async def test_keys_that_cannot_be_looked_at_are_no_answer(make) -> None:  # type: ignore[no-untyped-def]
    issuer = Issuer(EDWARDS)
    issuer.is_up = False
    assert (await ask(make(issuer), "/me", f"Bearer {EDWARDS.sign(SAID)}"))[0] == 503


async def test_another_kind_of_token_is_asked_of_the_server() -> None:
    issuer = Issuer(EDWARDS)
    issuer.ended = True
    status, text = await ask(set_up(issuer), "/me", "Bearer ses_1.abc")
    assert (status, "session_revoked" in text) == (401, True), text
    assert "/.well-known/jwks.json" not in issuer.asked and issuer.asked
    assert (await ask(alone(issuer), "/", "Bearer ses_1.abc")) == (200, "nobody"), "without `setup` it is not ours"


async def test_two_at_once_are_not_judged_here() -> None:
    issuer = Issuer(EDWARDS)
    issuer.ended = True
    good = f"Bearer {EDWARDS.sign(SAID)}"
    assert (await ask(set_up(issuer), "/me", good, good))[0] == 401
    assert "/.well-known/jwks.json" not in issuer.asked and issuer.asked
