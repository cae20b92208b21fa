"""Who asks: a session's token, an API key, or the cookies of a browser.

None of them shows its secret when it is printed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Every cookie of Keyward's begins so, on HTTPS with `__Host-` before it.
_OURS = re.compile(r"\A(?:__Host-)?kw_[a-z]+\Z")
_VALUE = re.compile(r"\A[A-Za-z0-9._-]{1,512}\Z")
#: As long as an access token may be.
_BEARER = re.compile(r"\A[A-Za-z0-9._~+/=-]{1,8192}\Z")
SESSION_COOKIES = ("__Host-kw_session", "kw_session")


class Credentials:
    """What is sent along with a request."""

    def headers(self) -> dict[str, str]:
        """The headers that bring it."""
        return {}

    def keep(self, lines: Iterable[str]) -> None:
        """Told of every `Set-Cookie` that came back."""

    def fingerprint(self) -> bytes | None:
        """What stands for it in a cache; nothing where it cannot be cached."""
        return None


class Nobody(Credentials):
    """Nothing is sent."""

    def __repr__(self) -> str:
        return "Nobody()"


@dataclass(frozen=True, repr=False)
class SessionToken(Credentials):
    """The token of a session, or another bearer token, as `Authorization: Bearer`."""

    token: str

    def __post_init__(self) -> None:
        if not _BEARER.match(self.token):
            raise ValueError("this is no bearer token")

    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def fingerprint(self) -> bytes | None:
        return hashlib.sha256(b"bearer " + self.token.encode()).digest()

    def __repr__(self) -> str:
        return "SessionToken(…)"


@dataclass(frozen=True, repr=False)
class ApiKey(Credentials):
    """An API key, as `X-Api-Key`."""

    key: str

    def __post_init__(self) -> None:
        if not _BEARER.match(self.key):
            raise ValueError("this is no API key")

    def headers(self) -> dict[str, str]:
        return {"x-api-key": self.key}

    def fingerprint(self) -> bytes | None:
        return hashlib.sha256(b"key " + self.key.encode()).digest()

    def __repr__(self) -> str:
        return "ApiKey(…)"


@dataclass(repr=False)
class Cookies(Credentials):
    """The cookies of one browser, Keyward's and no others.

    `changes` are the `Set-Cookie` lines that came back, in their order: a web
    application hands them on to its browser.
    """

    values: dict[str, str] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, cookies: Mapping[str, str]) -> Cookies:
        """Those of a request's cookies that are Keyward's. One that is malformed is
        left out: Keyward would refuse the whole request."""
        ours = {n: v for n, v in cookies.items() if _OURS.match(n) and _VALUE.match(v)}
        return cls(ours)

    @property
    def session(self) -> str | None:
        """The token of the session, if there is one."""
        found = (self.values.get(name) for name in SESSION_COOKIES)
        return next((value for value in found if value), None)

    def headers(self) -> dict[str, str]:
        if not self.values:
            return {}
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.values.items())}

    def keep(self, lines: Iterable[str]) -> None:
        for line in lines:
            first, *attributes = (part.strip() for part in line.split(";"))
            name, _, value = first.partition("=")
            if not _OURS.match(name):
                continue
            self.changes.append(line)
            gone = any(a.lower().replace(" ", "") == "max-age=0" for a in attributes)
            if gone or not value:
                self.values.pop(name, None)
            elif _VALUE.match(value):
                self.values[name] = value

    def fingerprint(self) -> bytes | None:
        # A session of somebody who acts as another goes before: do not mix them up.
        names = [n for n in self.values if n.endswith(("kw_session", "kw_as"))]
        if not names:
            return None
        text = "; ".join(f"{name}={self.values[name]}" for name in sorted(names))
        return hashlib.sha256(b"cookie " + text.encode()).digest()

    def __repr__(self) -> str:
        return f"Cookies({sorted(self.values)})"


def bearer(token: str) -> Credentials:
    """What a bearer token is: API keys may come as one."""
    return ApiKey(token) if token.startswith("kwk_") else SessionToken(token)
