from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Body, Depends, FastAPI, Request

import keyward.fastapi as kw
from keyward import AsyncKeyward, Identity

from .common import Framework, browser, shown

router = APIRouter()
Given = Annotated[dict[str, Any], Body()]


@router.get("/me")
async def me(user: Annotated[Identity | None, Depends(kw.optional_user)]) -> Any:
    return shown(user)


@router.get("/auth")
async def auth(user: Annotated[Identity, Depends(kw.current_user)]) -> Any:
    return user.name


@router.get("/edit")
def edit(user: Annotated[Identity, Depends(kw.require("posts:edit"))]) -> Any:
    return "edit"


@router.get("/publish")
async def publish(user: Annotated[Identity, Depends(kw.require("posts:edit", "posts:publish"))]) -> Any:
    return "publish"


@router.get("/either", dependencies=[Depends(kw.require_any("posts:publish", "posts:edit"))])
async def either() -> Any:
    return "either"


@router.get("/editors", dependencies=[Depends(kw.require_role("editor"))])
async def editors() -> Any:
    return "editors"


@router.get("/view", dependencies=[Depends(kw.require("posts:edit"))])
async def view() -> Any:
    return "view"


@router.post("/view", dependencies=[Depends(kw.require("posts:edit"))])
async def change() -> Any:
    return "changed"


@router.get("/second", dependencies=[Depends(kw.require_second_factor(600))])
async def second() -> Any:
    return "second"


@router.get("/captcha-door", dependencies=[Depends(kw.require_captcha)])
async def captcha_door() -> Any:
    return "captcha"


@router.get("/code-door", dependencies=[Depends(kw.require_verification("launch"))])
async def code_door() -> Any:
    return "code"


@router.post("/login")
async def login(request: Request, given: Given) -> Any:
    return await kw.login(request, **given)


@router.post("/second-factor")
async def second_factor(request: Request, given: Given) -> Any:
    return await kw.second_factor(request, **given)


@router.post("/logout")
async def logout(request: Request) -> Any:
    await kw.logout(request)
    return "bye"


@router.post("/register")
async def register(request: Request, given: Given) -> Any:
    return await kw.register(request, **given)


@router.post("/verify")
async def verify(request: Request, given: Given) -> Any:
    return await kw.verify(request, **given)


@router.post("/recover")
async def recover(request: Request, given: Given) -> Any:
    return await kw.recover(request, **given)


@router.post("/reset")
async def reset(request: Request, given: Given) -> Any:
    return await kw.reset(request, **given)


@router.post("/captcha")
async def captcha(request: Request, given: Given) -> Any:
    return await kw.captcha(request, **given)


@router.post("/code")
async def code(request: Request) -> Any:
    return await kw.send_code(request, "launch")


def make(client: AsyncKeyward) -> FastAPI:
    app = FastAPI()
    app.include_router(router)
    kw.setup(app, client)
    return app


@asynccontextmanager
async def start(client: AsyncKeyward) -> AsyncIterator[httpx.AsyncClient]:
    async with browser("http://app.example.com", httpx.ASGITransport(make(client))) as found:
        yield found


FRAMEWORK = Framework("fastapi", start)
