from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
from aiohttp import web

import keyward.aiohttp as kw
from keyward import AsyncKeyward

from .common import Framework, browser, shown

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def me(request: web.Request) -> web.Response:
    return web.json_response(shown(await kw.get_identity(request)))


@kw.auth_required
async def auth(request: web.Request) -> web.Response:
    return web.Response(text=await kw.get_auth(request))


@kw.autz_required("posts:edit")
async def edit(request: web.Request) -> web.Response:
    return web.Response(text="edit")


@kw.autz_required("posts:publish")
async def publish(request: web.Request) -> web.Response:
    return web.Response(text="publish")


@kw.autz_required("posts:edit")
class View(web.View):
    async def get(self) -> web.Response:
        return web.Response(text="view")

    async def post(self) -> web.Response:
        return web.Response(text="changed")


class Methods(web.View):
    @kw.auth_required
    async def get(self) -> web.Response:
        return web.Response(text="method")


@kw.requires_second_factor(max_age=600)
async def second(request: web.Request) -> web.Response:
    return web.Response(text="second")


@kw.requires_captcha
async def captcha_door(request: web.Request) -> web.Response:
    return web.Response(text="captcha")


@kw.requires_verification("launch")
async def code_door(request: web.Request) -> web.Response:
    return web.Response(text="code")


async def login(request: web.Request) -> web.Response:
    return web.json_response(await kw.login(request, **await request.json()))


async def login_and_go(request: web.Request) -> web.Response:
    await kw.login(request, **await request.json())
    raise web.HTTPSeeOther("/me")


async def second_factor(request: web.Request) -> web.Response:
    return web.json_response(await kw.second_factor(request, **await request.json()))


async def logout(request: web.Request) -> web.Response:
    await kw.logout(request)
    return web.Response(text="bye")


async def register(request: web.Request) -> web.Response:
    return web.json_response(await kw.register(request, **await request.json()))


async def verify(request: web.Request) -> web.Response:
    return web.json_response(await kw.verify(request, **await request.json()))


async def recover(request: web.Request) -> web.Response:
    return web.json_response(await kw.recover(request, **await request.json()))


async def reset(request: web.Request) -> web.Response:
    return web.json_response(await kw.reset(request, **await request.json()))


async def captcha(request: web.Request) -> web.Response:
    return web.json_response(await kw.captcha(request, **await request.json()))


async def code(request: web.Request) -> web.Response:
    return web.json_response(await kw.send_code(request, "launch"))


def make(client: AsyncKeyward) -> web.Application:
    app = web.Application()
    looked: list[Handler] = [me, auth, edit, publish, second, captcha_door, code_door]
    done: list[Handler] = [login, login_and_go, second_factor, logout, register, verify, recover, reset, captcha, code]
    for handler in looked:
        app.router.add_get(f"/{handler.__name__.replace('_', '-')}", handler)
    for handler in done:
        app.router.add_post(f"/{handler.__name__.replace('_', '-')}", handler)
    app.router.add_view("/view", View)
    app.router.add_view("/method", Methods)
    kw.setup(app, client)
    return app


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[httpx.AsyncClient]:
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    _, port, *_ = runner.addresses[0]
    try:
        async with browser(f"http://127.0.0.1:{port}") as found:
            yield found
    finally:
        await runner.cleanup()


@asynccontextmanager
async def start(client: AsyncKeyward) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(make(client)) as found:
        yield found


FRAMEWORK = Framework("aiohttp", start)
