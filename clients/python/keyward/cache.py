"""Who a credential belongs to, remembered for a moment. Off unless asked for."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """At most `size` answers, each for `seconds`; keys are digests, never secrets.

    Whatever is remembered may be revoked meanwhile: `seconds` is how long somebody who
    was signed out elsewhere may still be taken for signed in. Sign-outs through the same
    client are forgotten at once. Refusals are not remembered.
    """

    def __init__(self, seconds: float, size: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        if not 0 < seconds <= 300:
            raise ValueError("a session may be remembered for at most 300 seconds")
        if size < 1:
            raise ValueError("a cache of nothing")
        self._seconds, self._size, self._clock = seconds, size, clock
        self._held: OrderedDict[bytes, tuple[float, T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> T | None:
        """What is remembered, if it is young enough."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            if found[0] <= self._clock():
                del self._held[key]
                return None
            return found[1]

    def put(self, key: bytes, value: T) -> None:
        """Remembers it; the oldest goes where there is no room."""
        with self._lock:
            self._held.pop(key, None)
            self._held[key] = (self._clock() + self._seconds, value)
            while len(self._held) > self._size:
                self._held.popitem(last=False)

    def forget(self, key: bytes) -> None:
        """Does not remember it any more."""
        with self._lock:
            self._held.pop(key, None)

    def clear(self) -> None:
        """Remembers nothing any more."""
        with self._lock:
            self._held.clear()
