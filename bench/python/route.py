"""The application of both token routes: they differ in who guards them."""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.authentication import AuthenticationBackend, requires
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


@requires("authenticated")
async def me(request: Request) -> Response:
    return PlainTextResponse(request.user.display_name)


def guarded(by: AuthenticationBackend, on_error: Callable[[HTTPConnection, Exception], Response]) -> Starlette:
    guard = Middleware(AuthenticationMiddleware, backend=by, on_error=on_error)
    return Starlette(routes=[Route("/", me)], middleware=[guard])
