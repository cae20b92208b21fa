from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.authentication import requires as requires_of_starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

import keyward.starlette as kw
from keyward import AsyncKeyward

from .common import Framework, browser


async def me(request: Request) -> Response:
    return JSONResponse({"email": request.user.email if request.user.is_authenticated else None})


@requires_of_starlette("authenticated")
async def auth(request: Request) -> Response:
    return PlainTextResponse(request.user.display_name)


@kw.requires("posts:edit")
async def edit(request: Request) -> Response:
    return PlainTextResponse("edit")


@kw.requires(["authenticated", "posts:publish"])
def publish(request: Request) -> Response:
    return PlainTextResponse("publish")


@kw.requires("role:editor")
async def editors(request: Request) -> Response:
    return PlainTextResponse("editors")


@kw.requires("posts:publish", status_code=404)
async def hidden(request: Request) -> Response:
    return PlainTextResponse("hidden")


@kw.requires("posts:publish", redirect="me")
async def sent_away(request: Request) -> Response:
    return PlainTextResponse("sent_away")


@kw.requires("posts:edit")
class View(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        return PlainTextResponse("view")

    def post(self, request: Request) -> Response:
        return PlainTextResponse("changed")


@kw.requires_second_factor(max_age=600)
async def second(request: Request) -> Response:
    return PlainTextResponse("second")


@kw.requires_captcha
async def captcha_door(request: Request) -> Response:
    return PlainTextResponse("captcha")


@kw.requires_verification("launch")
async def code_door(request: Request) -> Response:
    return PlainTextResponse("code")


@kw.requires("posts:edit")
async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("open")
    await websocket.close()


async def login(request: Request) -> Response:
    return JSONResponse(await kw.login(request, **await request.json()))


async def second_factor(request: Request) -> Response:
    return JSONResponse(await kw.second_factor(request, **await request.json()))


async def logout(request: Request) -> Response:
    await kw.logout(request)
    return PlainTextResponse("bye")


async def register(request: Request) -> Response:
    return JSONResponse(await kw.register(request, **await request.json()))


async def verify(request: Request) -> Response:
    return JSONResponse(await kw.verify(request, **await request.json()))


async def recover(request: Request) -> Response:
    return JSONResponse(await kw.recover(request, **await request.json()))


async def reset(request: Request) -> Response:
    return JSONResponse(await kw.reset(request, **await request.json()))


async def captcha(request: Request) -> Response:
    return JSONResponse(await kw.captcha(request, **await request.json()))


async def code(request: Request) -> Response:
    return JSONResponse(await kw.send_code(request, "launch"))


def make(client: AsyncKeyward) -> Starlette:
    app = Starlette(
        routes=[
            Route("/me", me, name="me"),
            Route("/auth", auth),
            Route("/edit", edit),
            Route("/publish", publish),
            Route("/editors", editors),
            Route("/hidden", hidden),
            Route("/sent-away", sent_away),
            Route("/view", View),
            Route("/second", second),
            Route("/captcha-door", captcha_door),
            Route("/code-door", code_door),
            WebSocketRoute("/socket", socket),
            *(
                Route(f"/{handler.__name__.replace('_', '-')}", handler, methods=["POST"])
                for handler in (login, second_factor, logout, register, verify, recover, reset, captcha, code)
            ),
        ]
    )
    kw.setup(app, client)
    return app


@asynccontextmanager
async def start(client: AsyncKeyward) -> AsyncIterator[httpx.AsyncClient]:
    async with browser("http://app.example.com", httpx.ASGITransport(make(client))) as found:
        yield found


FRAMEWORK = Framework("starlette", start, nobody=403)
