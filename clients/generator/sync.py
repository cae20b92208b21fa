"""The synchronous client, made of the asynchronous one: they cannot drift apart."""

from __future__ import annotations

import re

WORDS = (
    ("AsyncKeyward", "Keyward"),
    ("AsyncTokens", "Tokens"),
    ("from ._async import", "from ._sync import"),
    ("asyncio.Lock", "threading.Lock"),
    ("import asyncio\nimport time\n", "import threading\nimport time\n"),
    ("publishes: asynchronously.\"\"\"", "publishes.\n\nWritten by clients/generate.py from `_tokens_async.py`: change that.\n\"\"\""),
    ("AsyncOperations", "Operations"),
    ("AsyncClient", "Client"),
    ("AsyncIterator", "Iterator"),
    ("__aenter__", "__enter__"),
    ("__aexit__", "__exit__"),
    ("aclose", "close"),
    ("aread", "read"),
    ("aiter_lines", "iter_lines"),
    ("asyncio.sleep", "time.sleep"),
    ("import asyncio\nimport copy\n", "import copy\nimport time\n"),
    ('"""The asynchronous client."""', '"""The synchronous client.\n\nWritten by clients/generate.py from `_async.py`: change that.\n"""'),
)


def of(source: str) -> str:
    for before, after in WORDS:
        source = source.replace(before, after)
    return re.sub(r"\basync (?=def |for |with )|\bawait ", "", source)
