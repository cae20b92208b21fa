"""The flow on aiohttp's requests."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web as http

from .._async import AsyncKeyward
from ..errors import KeywardError
from ..web import Asked, Web, told

# Newer releases of aiohttp want keys that are no texts; older ones know only texts.
_KEY: Any = http.RequestKey("keyward", dict) if hasattr(http, "RequestKey") else "keyward"
CLIENT: http.AppKey[AsyncKeyward] = http.AppKey("keyward", AsyncKeyward)


class AiohttpWeb(Web[http.Request]):
    """The flow on aiohttp's requests."""

    def client(self, request: http.Request) -> AsyncKeyward:
        found = request.config_dict.get(CLIENT)
        if not isinstance(found, AsyncKeyward):
            raise RuntimeError("keyward.aiohttp.setup was not called for this application")
        return found

    def asked(self, request: http.Request) -> Asked:
        return Asked(request.method, request.headers, request.cookies, request.remote)

    def store(self, request: http.Request) -> dict[str, Any]:
        store: dict[str, Any] = request.setdefault(_KEY, {})
        return store


web = AiohttpWeb()


def find(arguments: tuple[Any, ...]) -> http.Request:
    """The request of a handler, also that of a view."""
    for argument in arguments:
        if isinstance(argument, http.Request):
            return argument
        if isinstance(argument, http.View):
            return argument.request
    raise TypeError("a guarded handler is given no request")


def as_response(error: KeywardError) -> http.HTTPException:
    """What went wrong, as what aiohttp's handlers raise: a problem (RFC 9457)."""
    answer = told(error)
    kinds: dict[int, type[http.HTTPException]] = {
        kind.status_code: kind
        for kind in vars(http).values()
        if isinstance(kind, type) and issubclass(kind, http.HTTPError) and kind.status_code >= 400
    }
    kind = kinds.get(answer.status, http.HTTPServiceUnavailable)
    text = json.dumps(answer.body)
    if kind is http.HTTPMethodNotAllowed or kind is http.HTTPRequestEntityTooLarge:
        kind = http.HTTPBadRequest
    return kind(text=text, content_type="application/problem+json", headers=answer.headers)
