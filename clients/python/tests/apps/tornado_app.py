from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import tornado.httpserver
import tornado.netutil
import tornado.web

import keyward.tornado as kw
from keyward import AsyncKeyward
from keyward.tornado import BaseHandler

from .common import Framework, browser, shown


class Given(BaseHandler):
    @property
    def given(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.request.body)
        return found


class Me(BaseHandler):
    async def get(self) -> None:
        self.write(shown(self.current_user))


class Auth(BaseHandler):
    @kw.requires_authentication
    async def get(self) -> None:
        assert self.current_user
        self.write(self.current_user.name)


class Edit(BaseHandler):
    @kw.requires_permission("posts:edit")
    def get(self) -> None:
        self.write("edit")


class Publish(BaseHandler):
    @kw.requires_permission("posts:edit", "posts:publish")
    async def get(self) -> None:
        self.write("publish")


class Editors(BaseHandler):
    @kw.requires_role("editor")
    async def get(self) -> None:
        self.write("editors")


@kw.requires_permission("posts:edit")
class View(BaseHandler):
    async def get(self) -> None:
        self.write("view")

    async def post(self) -> None:
        self.write("changed")


class Second(BaseHandler):
    @kw.requires_second_factor(max_age=600)
    async def get(self) -> None:
        self.write("second")


class CaptchaDoor(BaseHandler):
    @kw.requires_captcha
    async def get(self) -> None:
        self.write("captcha")


class CodeDoor(BaseHandler):
    @kw.requires_verification("launch")
    async def get(self) -> None:
        self.write("code")


class Key(BaseHandler):
    async def get(self) -> None:
        good, who = await self.keycheck()
        self.write({"good": good, **shown(who)})


class Login(Given):
    async def post(self) -> None:
        self.write(dict(await self.login(**self.given)))


class SecondFactor(Given):
    async def post(self) -> None:
        self.write(dict(await kw.web.second_factor(self, **self.given)))


class Logout(Given):
    async def post(self) -> None:
        await self.logout()
        self.write("bye")


class Register(Given):
    async def post(self) -> None:
        self.write(dict(await self.register(**self.given)))


class Verify(Given):
    async def post(self) -> None:
        self.write(dict(await self.verify(**self.given)))


class Recover(Given):
    async def post(self) -> None:
        self.write(dict(await self.recover(**self.given)))


class Reset(Given):
    async def post(self) -> None:
        self.write(dict(await self.reset(**self.given)))


class Captcha(Given):
    async def post(self) -> None:
        self.write(dict(await self.captcha(**self.given)))


class Code(Given):
    async def post(self) -> None:
        self.write(dict(await kw.web.send_code(self, "launch")))


def make(client: AsyncKeyward, **settings: Any) -> tornado.web.Application:
    paths = {
        "me": Me,
        "auth": Auth,
        "edit": Edit,
        "publish": Publish,
        "editors": Editors,
        "view": View,
        "second": Second,
        "captcha-door": CaptchaDoor,
        "code-door": CodeDoor,
        "key": Key,
        "login": Login,
        "second-factor": SecondFactor,
        "logout": Logout,
        "register": Register,
        "verify": Verify,
        "recover": Recover,
        "reset": Reset,
        "captcha": Captcha,
        "code": Code,
    }
    return tornado.web.Application([(f"/{path}", handler) for path, handler in paths.items()], keyward=client, **settings)


@asynccontextmanager
async def start(client: AsyncKeyward, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    server = tornado.httpserver.HTTPServer(make(client, **settings))
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    try:
        async with browser(f"http://127.0.0.1:{sockets[0].getsockname()[1]}") as found:
            yield found
    finally:
        server.stop()
        await server.close_all_connections()


FRAMEWORK = Framework("tornado", start)
