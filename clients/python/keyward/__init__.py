"""Keyward from Python: sign-in, users and permissions.

    from keyward import Keyward

    with Keyward("http://localhost:8080") as server:
        ada = server.sign_in("ada@example.com", "correct horse battery")
        print(ada.identify().name, ada.can("reports:view"))

`AsyncKeyward` is the same for `asyncio`. Frameworks are in modules of their own:
`keyward.starlette`, `keyward.fastapi`, `keyward.sanic`, `keyward.aiohttp` and
`keyward.tornado`.
"""

from . import errors, types
from ._async import AsyncKeyward
from ._call import UNSET, Event
from ._shared import NextStep
from ._sync import Keyward
from ._wire import Origin, Retries
from .credentials import ApiKey, Cookies, Credentials, Nobody, SessionToken
from .errors import KeywardError, Problem, UnexpectedReply, Unreachable
from .identity import Identity

__all__ = [
    "UNSET",
    "ApiKey",
    "AsyncKeyward",
    "Cookies",
    "Credentials",
    "Event",
    "Identity",
    "Keyward",
    "KeywardError",
    "NextStep",
    "Nobody",
    "Origin",
    "Problem",
    "Retries",
    "SessionToken",
    "UnexpectedReply",
    "Unreachable",
    "errors",
    "types",
]
