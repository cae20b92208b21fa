"""A route for whoever brings an access token of Keyward's, verified in this process."""

from __future__ import annotations

import os

from keyward import AsyncKeyward
from keyward.starlette import KeywardBackend, on_error
from keyward.tokens import AsyncTokens
from route import guarded

tokens = AsyncTokens(AsyncKeyward(os.environ["BENCH_KEYWARD"]), issuer=os.environ["BENCH_ISSUER"])
app = guarded(KeywardBackend(tokens=tokens), on_error)
