"""Access tokens, verified with the keys that the server publishes.

Written by clients/generate.py from `_tokens_async.py`: change that.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from . import jose
from ._sync import Keyward
from ._call import Call
from .credentials import SessionToken
from .errors import KeywardError

#: Seconds for which a set of keys is used without asking for a newer one.
FRESH = 300
#: Seconds between two requests for a set that strangers' tokens may cause.
PAUSE = 10


class Tokens:
    """Verifies access tokens on this machine.

    `issuer` is the server's public URL, `audience` what the tokens are for (the same,
    unless `tokens.audience` says otherwise). A token that is good here may belong to a
    session that has ended: by default that is seen when it expires, in five minutes at
    most; with `fresh=True` the server is asked as well.
    """

    def __init__(
        self,
        client: Keyward,
        *,
        issuer: str,
        audience: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client, self._issuer, self._audience = client, issuer, audience or issuer
        self._clock, self._lock = clock, threading.Lock()
        self._keys = jose.KeySet({})
        self._read_at: float | None = None

    def verify(self, token: str, *, fresh: bool = False) -> jose.Claims:
        """What the token says. Raises `Unauthenticated` where it opens nothing, and
        `Unreachable` or `ServerError` where the keys, or with `fresh` the session, cannot
        be looked at."""
        claims = self._verified(token)
        if fresh:
            # The server looks at the session, the account and its epoch.
            who = self._client.using(SessionToken(token)).get_me()
            if who["id"] != claims.user_id:
                raise jose.refused("the server says that it is another's")
        return claims

    def _verified(self, token: str) -> jose.Claims:
        for newest in (False, True):
            keys = self._key_set(newest)
            try:
                return keys.verify(token, issuer=self._issuer, audience=self._audience, now=self._clock())
            except jose.UnknownKey:
                continue
        raise jose.refused("no key of the server's signed it")

    def _key_set(self, newest: bool) -> jose.KeySet:
        with self._lock:
            now = self._clock()
            age = FRESH if self._read_at is None else now - self._read_at
            if 0 <= age < (PAUSE if newest else FRESH):
                return self._keys
            try:
                document = self._client._json(Call("GET", "/.well-known/jwks.json", safe=True))
            except KeywardError:
                # Keys that were good a moment ago still are; for how long is bounded.
                if self._read_at is None or age >= 2 * FRESH:
                    raise
                return self._keys
            self._keys, self._read_at = jose.KeySet(document if isinstance(document, dict) else {}), now
            return self._keys
