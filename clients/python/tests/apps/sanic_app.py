from __future__ import annotations

import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from sanic import HTTPResponse, Request, Sanic
from sanic.response import json, text
from sanic.views import HTTPMethodView

import keyward.sanic as kw
from keyward import AsyncKeyward

from .common import Framework, browser, shown

_numbers = itertools.count()


async def me(request: Request) -> HTTPResponse:
    return json(shown(await kw.identify(request)))


@kw.requires_authentication
async def auth(request: Request) -> HTTPResponse:
    assert request.ctx.session["id"].startswith("ses_")
    return text(request.ctx.identity.name)


@kw.requires_authentication()
async def auth_called(request: Request) -> HTTPResponse:
    return text(request.ctx.identity.name)


@kw.requires_permission("posts:edit")
async def edit(request: Request) -> HTTPResponse:
    return text("edit")


@kw.require_permissions("posts:edit", "posts:publish")
async def publish(request: Request) -> HTTPResponse:
    return text("publish")


@kw.requires_permission("posts:publish", "posts:edit")
async def either(request: Request) -> HTTPResponse:
    return text("either")


@kw.requires_role("chief", "editor")
def editors(request: Request) -> HTTPResponse:
    return text("editors")


class View(HTTPMethodView):
    decorators = [kw.requires_permission("posts:edit")]

    async def get(self, request: Request) -> HTTPResponse:
        return text("view")

    async def post(self, request: Request) -> HTTPResponse:
        return text("changed")


class Methods(HTTPMethodView):
    @kw.requires_permission("posts:edit")
    async def get(self, request: Request) -> HTTPResponse:
        return text("method")


@kw.requires_permission("posts:edit")
class Whole(HTTPMethodView):
    async def get(self, request: Request) -> HTTPResponse:
        return text("whole")


@kw.requires_second_factor(max_age=600)
async def second(request: Request) -> HTTPResponse:
    return text("second")


@kw.requires_captcha()
async def captcha_door(request: Request) -> HTTPResponse:
    return text("captcha")


@kw.requires_two_step("launch")
async def code_door(request: Request) -> HTTPResponse:
    return text("code")


async def login(request: Request) -> HTTPResponse:
    return json(await kw.login(request, **request.json))


async def second_factor(request: Request) -> HTTPResponse:
    return json(await kw.second_factor(request, **request.json))


async def logout(request: Request) -> HTTPResponse:
    await kw.logout(request)
    return text("bye")


async def register(request: Request) -> HTTPResponse:
    return json(await kw.register(request, **request.json))


async def verify(request: Request) -> HTTPResponse:
    return json(await kw.verify(request, **request.json))


async def recover(request: Request) -> HTTPResponse:
    return json(await kw.recover(request, **request.json))


async def reset(request: Request) -> HTTPResponse:
    return json(await kw.reset(request, **request.json))


async def captcha(request: Request) -> HTTPResponse:
    return json(await kw.captcha(request, **request.json))


async def code(request: Request) -> HTTPResponse:
    return json({"flow_id": await kw.request_two_step_verification(request, "launch")})


def make(client: AsyncKeyward) -> Any:
    app = Sanic(f"app{next(_numbers)}", configure_logging=False)
    # Sanic rewrites its own code at start, which works once in a process.
    app.config.TOUCHUP = False
    looked: list[Any] = [me, auth, auth_called, edit, publish, either, editors, second, captcha_door, code_door]
    for handler in looked:
        app.add_route(handler, f"/{handler.__name__.replace('_', '-')}")
    app.add_route(captcha_door, "/captcha-form", methods=["POST"], name="captcha_form")
    app.add_route(code_door, "/code-form", methods=["POST"], name="code_form")
    for handler in (login, second_factor, logout, register, verify, recover, reset, captcha, code):
        app.add_route(handler, f"/{handler.__name__.replace('_', '-')}", methods=["POST"])
    app.add_route(View.as_view(), "/view")
    app.add_route(Methods.as_view(), "/method")
    app.add_route(Whole.as_view(), "/whole")
    kw.setup(app, client)
    return app


@asynccontextmanager
async def start(client: AsyncKeyward) -> AsyncIterator[httpx.AsyncClient]:
    app = make(client)
    # Sanic takes a port 0 for its own; a socket that is bound already it takes as it is.
    sock = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.start_serving()
    port = sock.getsockname()[1]
    try:
        async with browser(f"http://127.0.0.1:{port}") as found:
            yield found
    finally:
        await server.close()


FRAMEWORK = Framework("sanic", start)
