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
from .credentials import Nobody, SessionToken
from .errors import KeywardError, Problem, UnexpectedReply

#: Seconds for which a set of keys is used without asking for a newer one.
FRESH = 300
#: Seconds for which it is used while no newer one can be had.
KEPT = 2 * FRESH
#: Seconds between two requests for a set that strangers' tokens may cause.
PAUSE = 10
#: Keys of a set, at most.
MOST_KEYS = 64


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
        self._asked_at: float | None = None
        self._asked = 0
        self._failure: KeywardError | None = None

    def verify(self, token: str, *, fresh: bool = False) -> jose.Claims:
        """What the token says. Raises `Unauthenticated` where it opens nothing, and
        `Unreachable`, `UnexpectedReply` or `ServerError` where the keys, or with `fresh` the
        session, cannot be looked at, which is neither a yes nor a no."""
        claims = self._known(token) or self._verified(token)
        if fresh:
            # The server looks at the session, the account and its epoch.
            who = self._client.using(SessionToken(token)).get_me()
            if who["id"] != claims.user_id:
                raise jose.refused("the server says that it is another's")
        return claims

    def _known(self, token: str) -> jose.Claims | None:
        """What a token says that was good before, by keys that are new enough: nobody waits
        for it, whoever else asks for newer ones."""
        now, read_at = self._clock(), self._read_at
        if read_at is None or not 0 <= now - read_at < FRESH:
            return None
        return self._keys.known(token, issuer=self._issuer, audience=self._audience, now=now)

    def _verified(self, token: str) -> jose.Claims:
        for newest in (False, True):
            keys = self._key_set(newest)
            try:
                return keys.verify(token, issuer=self._issuer, audience=self._audience, now=self._clock())
            except jose.UnknownKey:
                continue
        raise jose.refused("no key of the server's signed it")

    def _key_set(self, newest: bool) -> jose.KeySet:
        asked = self._asked
        with self._lock:
            if self._is_within(PAUSE if newest else FRESH, self._read_at):
                return self._keys
            if self._is_within(KEPT, self._read_at) and self._is_within(PAUSE, self._asked_at):
                return self._keys
            if self._failure and self._asked != asked:
                # Whoever waited shares what came of it.
                raise self._failure
            return self._ask()

    def _ask(self) -> jose.KeySet:
        begun, self._failure = self._clock(), None
        try:
            self._keys, self._read_at = self._published(), begun
        except KeywardError as error:
            self._failure = error
            # Keys that were good a moment ago still are; for how long is bounded.
            if not self._is_within(KEPT, self._read_at):
                raise
        finally:
            self._asked, self._asked_at = self._asked + 1, self._clock()
        return self._keys

    def _published(self) -> jose.KeySet:
        """Asked for as nobody: a credential of the client that is refused says nothing
        about keys, and that there are none is no judgement of a token."""
        try:
            document = self._client.using(Nobody())._json(Call("GET", "/.well-known/jwks.json", safe=True))
        except Problem as error:
            if error.status >= 500:
                raise
            raise UnexpectedReply("a server that publishes no keys") from error
        keys = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(keys, list) or len(keys) > MOST_KEYS:
            raise UnexpectedReply("a set of keys that is none")
        return jose.KeySet(document)

    def _is_within(self, seconds: float, since: float | None) -> bool:
        return since is not None and 0 <= self._clock() - since < seconds
