"""The synchronous client.

Written by clients/generate.py from `_async.py`: change that.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import httpx

from . import _wire, types
from ._call import UNSET, Call, Event
from ._operations import Operations
from ._shared import NextStep, checked_url, granted, is_boundable, token_of
from .cache import Cache
from .credentials import Credentials, Nobody, SessionToken
from .errors import Problem
from .identity import Identity


class Keyward(Operations):
    """A Keyward server, as seen by one caller.

    `url` is where the server listens. Beyond this machine it must be `https`, unless
    `plaintext=True` says that the network is trusted. `host` is the public name of the
    server, where it is not the one in `url`. `timeout` is in seconds and for each
    attempt. `cache` remembers for so many seconds whom a credential belongs to; 0, the
    default, asks each time.

    One client serves many callers and keeps no cookies: `using` makes one that asks
    with other credentials over the same connections.
    """

    def __init__(
        self,
        url: str,
        *,
        credentials: Credentials | None = None,
        host: str | None = None,
        timeout: float = 5.0,
        retries: _wire.Retries | None = None,
        cache: float = 0,
        plaintext: bool = False,
        http: httpx.Client | None = None,
    ) -> None:
        base = checked_url(url, plaintext)
        self._wire = _wire.Wire(base, host, retries or _wire.Retries())
        self._owned = http is None
        self._http = http or httpx.Client(
            timeout=timeout, cookies=_wire.no_jar(), follow_redirects=False, trust_env=False
        )
        self._cache: Cache[Identity] | None = Cache(cache) if cache else None
        self._origin = _wire.NO_ORIGIN
        self.credentials: Credentials = credentials or Nobody()

    def using(self, credentials: Credentials, origin: _wire.Origin = _wire.NO_ORIGIN) -> Keyward:
        """The same server, asked with other credentials, for the one at `origin`."""
        other = copy.copy(self)
        other.credentials, other._origin, other._owned = credentials, origin, False
        return other

    def close(self) -> None:
        """Closes the connections, unless they are another client's."""
        if self._owned:
            self._http.close()

    def __enter__(self) -> Keyward:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Signing in and being somebody

    def sign_in(self, identifier: str, password: str, *, remember: bool = False) -> Keyward:
        """Signs in, and is a client of that session.

        Raises `InvalidCredentials`, and `NextStep` where the password is right and
        something more is needed.
        """
        outcome = self.post_sign_in(
            identifier=identifier, password=password, remember=remember, session="token"
        )
        return self.using(SessionToken(token_of(outcome)), self._origin)

    def second_factor(self, step: NextStep, code: str, method: str = "totp") -> Keyward:
        """Answers what `sign_in` raised, and is a client of the session."""
        outcome = self.post_sign_in_mfa(
            flow_id=step.flow_id or "",
            method=method,
            code=code,
            flow_token=step.flow_token if step.flow_token else UNSET,
        )
        return self.using(SessionToken(token_of(outcome)), self._origin)

    def sign_out(self) -> None:
        """Ends the session."""
        self.forget()
        self.post_sign_out()

    def identify(self, *, fresh: bool = False) -> Identity:
        """Who the credentials belong to.

        Remembered answers are used only if the client was made with `cache`, and not
        with `fresh=True`. Raises `Unauthenticated`.
        """
        key = self.credentials.fingerprint() if self._cache else None
        if self._cache and key and not fresh and (known := self._cache.get(key)):
            return known
        try:
            found = self._identify()
        except Problem:
            self.forget()
            raise
        if self._cache and key:
            self._cache.put(key, found)
        return found

    def _identify(self) -> Identity:
        if is_boundable(self.credentials):
            user = self.get_me()
            held = self.get_me_permissions()
            return Identity(user, None, frozenset(held["roles"]))
        session = self.get_session()
        return Identity(session["user"], session, frozenset(session["roles"]))

    def forget(self) -> None:
        """Does not remember any more whom the credentials belong to."""
        key = self.credentials.fingerprint()
        if self._cache and key:
            self._cache.forget(key)

    # What they may do

    def can(
        self, permission: str, resource: types.Resource | str | None = None, context: dict[str, Any] | None = None
    ) -> bool:
        """Whether they may. `resource` is what it is about: `posts:42`, or what the
        application knows of it. Raises `Unavailable` where it cannot be decided, and
        `Unauthenticated` where nobody is signed in; neither is a no."""
        if isinstance(resource, str):
            return granted(self.get_can(permission=permission, resource=resource))
        answer = self.post_can(
            permission=permission,
            resource=UNSET if resource is None else resource,
            context=UNSET if context is None else context,
        )
        return granted(answer)

    def can_each(self, *permissions: str) -> dict[str, bool]:
        """The same for up to 100 permissions at once."""
        questions: list[types.Question] = [{"permission": permission} for permission in permissions]
        answers = (self.post_can_batch(questions=questions))["answers"]
        return {asked: granted(answer) for asked, answer in zip(permissions, answers, strict=True)}

    # Sending

    def _send(self, call: Call) -> httpx.Response:
        request = self._wire.request(self._http, call, self.credentials, self._origin)
        attempt = 0
        while True:
            try:
                response = self._http.send(request)
            except httpx.TransportError as error:
                pause = self._wire.wait(call, attempt, error)
                if pause is None:
                    raise _wire.unreachable(error) from error
            else:
                pause = self._wire.wait(call, attempt, response)
                if pause is None:
                    self.credentials.keep(response.headers.get_list("set-cookie"))
                    return response
            attempt += 1
            time.sleep(pause)

    def _json(self, call: Call) -> Any:
        return _wire.value(self._send(call))

    def _bytes(self, call: Call) -> bytes:
        response = self._send(call)
        _wire.raise_for(response)
        return response.content

    def _events(self, call: Call) -> Iterator[Event]:
        request = self._wire.request(self._http, call, self.credentials, self._origin)
        request.headers["accept"] = "text/event-stream"
        # A stream is silent for as long as nothing happens.
        request.extensions = {**request.extensions, "timeout": httpx.Timeout(5.0, read=None).as_dict()}
        try:
            response = self._http.send(request, stream=True)
        except httpx.TransportError as error:
            raise _wire.unreachable(error) from error
        try:
            if response.status_code >= 300:
                response.read()
            _wire.raise_for(response)
            reader = _wire.EventReader()
            for line in response.iter_lines():
                for event in reader.line(line):
                    yield event
        except httpx.TransportError as error:
            raise _wire.unreachable(error) from error
        finally:
            response.close()
