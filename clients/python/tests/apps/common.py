"""What every framework's application of the tests has in common."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import httpx

from keyward import AsyncKeyward, Identity

Start = Callable[[AsyncKeyward], AbstractAsyncContextManager[httpx.AsyncClient]]


@dataclass(frozen=True)
class Framework:
    """An application with the paths that `test_frameworks.py` asks."""

    name: str
    start: Start
    #: What nobody is answered at a guarded door.
    nobody: int = 401


def browser(url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client that keeps cookies, as a browser does."""
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=20, trust_env=False)


def shown(identity: Identity | None) -> dict[str, object]:
    return {"email": identity.email if identity else None}


__all__ = ["AsyncIterator", "Framework", "browser", "shown"]
