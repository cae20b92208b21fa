"""Every operation of the API is a method, and asks for exactly what it says."""

from __future__ import annotations

import inspect
import json
import keyword
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest

from keyward import AsyncKeyward, Event, Keyward

from .conftest import ROOT, Server

DESCRIBED = json.loads((ROOT / "crates/keyward/tests/it/golden/openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, methods in DESCRIBED["paths"].items()
    for method, operation in methods.items()
]


def arguments(operation: dict[str, Any], signature: inspect.Signature) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
    """Examples of the description as arguments, and what they should become."""
    named: dict[str, Any] = {"path": {}, "query": {}, "body": None}
    for parameter in operation["parameters"]:
        named[parameter["in"]][parameter["name"]] = parameter["example"]
    if "requestBody" in operation:
        named["body"] = operation["requestBody"]["content"]["application/json"]["example"]
    taken = {"self"}
    keywords: dict[str, Any] = {}
    for place in ("path", "body", "query"):
        for name, value in (named[place] or {}).items():
            while keyword.iskeyword(name) or name in taken:
                name += "_"
            taken.add(name)
            if place != "path":
                keywords[name] = value
    positional = [name for name, p in signature.parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD and name != "self"]
    return [named["path"][name] for name in positional], keywords, named


def expected(path: str, method: str, named: dict[str, Any]) -> tuple[str, bytes, dict[str, str], Any]:
    for name, value in named["path"].items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    query = {n: ("true" if v is True else "false" if v is False else str(v)) for n, v in named["query"].items()}
    return method.upper(), path.encode(), query, named["body"]


def made(request: httpx.Request) -> tuple[str, bytes, dict[str, str], Any]:
    raw = request.url.raw_path.split(b"?")[0]
    return request.method, raw, dict(request.url.params), json.loads(request.content) if request.content else None


class Seen:
    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.headers["accept"] == "text/event-stream":
            return httpx.Response(200, text="event: open\ndata: 1\n\n")
        return httpx.Response(200, json={})


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_each_operation_is_a_method_that_asks_for_exactly_that(path: str, method: str, operation: dict[str, Any]) -> None:
    seen = Seen()
    client = Keyward("http://localhost:1", http=httpx.Client(transport=httpx.MockTransport(seen)))
    function = getattr(client, operation["operationId"])
    positional, keywords, named = arguments(operation, inspect.signature(function))
    result: Any = function(*positional, **keywords)
    if inspect.isgenerator(result):
        assert [(event.name, event.data) for event in cast("Iterator[Event]", result)] == [("open", "1")]
    (request,) = seen.requests
    assert made(request) == expected(path, method, named)
    if named["body"]:
        assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
async def test_each_is_one_of_the_asynchronous_client_as_well(path: str, method: str, operation: dict[str, Any]) -> None:
    seen = Seen()
    client = AsyncKeyward("http://localhost:1", http=httpx.AsyncClient(transport=httpx.MockTransport(seen)))
    function = getattr(client, operation["operationId"])
    positional, keywords, named = arguments(operation, inspect.signature(function))
    result: Any = function(*positional, **keywords)
    if inspect.isasyncgen(result):
        assert [(event.name, event.data) async for event in cast("AsyncIterator[Event]", result)] == [("open", "1")]
    else:
        await result
    (request,) = seen.requests
    assert made(request) == expected(path, method, named)


def test_there_is_no_method_for_what_the_api_does_not_have() -> None:
    from keyward._operations import AsyncOperations, Operations

    described = {str(p.id) for p in OPERATIONS}
    for kind in (Operations, AsyncOperations):
        assert {name for name in vars(kind) if not name.startswith("_")} == described


def test_a_running_server_has_what_the_client_was_made_for(server: Server) -> None:
    running = httpx.get(f"{server.url}/openapi.json").json()
    assert {path: set(methods) for path, methods in running["paths"].items()} == {
        path: set(methods) for path, methods in DESCRIBED["paths"].items()
    }
