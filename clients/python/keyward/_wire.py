"""How calls become requests and replies become values: the same for both clients."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from datetime import datetime, timezone
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any

import httpx

from ._call import Call, Event
from .credentials import Credentials
from .errors import KeywardError, UnexpectedReply, Unreachable, problem

# The largest reply that is read; an export of all that is known of somebody is the largest there is.
LARGEST = 32 * 1024 * 1024


@dataclass(frozen=True)
class Retries:
    """How often something is asked again, and how long to wait for it, in seconds.

    Only what changes nothing is asked again after it was sent; anything is when it
    certainly was not sent. A `Retry-After` is waited for if it is at most `longest`;
    otherwise the problem is raised at once, with `retry_after`.
    """

    times: int = 2
    first: float = 0.1
    longest: float = 5.0


@dataclass(frozen=True)
class Origin:
    """For whom a web application asks: sent along, so that limits and known devices are
    those of the browser and not of the application. The server believes the address
    only if the application is one of its `trusted_proxies`."""

    address: str | None = None
    agent: str | None = None
    language: str | None = None

    def headers(self) -> dict[str, str]:
        named = {
            "x-forwarded-for": address(self.address),
            "user-agent": self.agent,
            "accept-language": self.language,
        }
        return {name: value for name, value in named.items() if value and printable(value)}


NO_ORIGIN = Origin()


def address(text: str | None) -> str | None:
    """One address, or nothing: a list would speak for proxies that are not ours."""
    try:
        return str(ip_address((text or "").split("%")[0]))
    except ValueError:
        return None


def printable(text: str) -> bool:
    return len(text) <= 512 and all(" " <= c <= "~" for c in text)


def no_jar() -> CookieJar:
    """A jar that keeps nothing: one client serves many people."""
    return CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))


@dataclass
class Wire:
    """What both clients share."""

    base: str
    host: str | None
    retries: Retries
    headers: dict[str, str] = field(default_factory=dict)

    def request(
        self, http: httpx.Client | httpx.AsyncClient, call: Call, who: Credentials, origin: Origin
    ) -> httpx.Request:
        headers = {"accept": "application/json", **self.headers, **origin.headers(), **who.headers()}
        if self.host:
            headers["host"] = self.host
        if call.if_match is not None:
            headers["if-match"] = f'"{call.if_match}"' if isinstance(call.if_match, int) else call.if_match
        content = None
        if call.body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(call.body, ensure_ascii=False, allow_nan=False).encode()
        elif call.method not in ("GET", "HEAD") and "cookie" in headers:
            # A cookie counts for an unsafe method with JSON only, however empty.
            headers["content-type"] = "application/json"
        query = {name: text(value) for name, value in (call.query or {}).items() if value is not None}
        url = self.base + call.path
        return http.build_request(call.method, url, params=query or None, headers=headers, content=content)

    def wait(self, call: Call, attempt: int, why: httpx.Response | httpx.TransportError) -> float | None:
        """Seconds until it is asked again; nothing if it is not."""
        if attempt >= self.retries.times:
            return None
        pause = self.retries.first * float(2**attempt) * (0.5 + random.random() / 2)
        if isinstance(why, httpx.TransportError):
            unsent = isinstance(why, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
            return pause if call.safe or unsent else None
        if not call.safe or why.status_code not in (429, 502, 503, 504):
            return None
        said = retry_after(why.headers)
        if said is not None and said > self.retries.longest:
            return None
        return max(pause, float(said or 0))


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def retry_after(headers: Mapping[str, str]) -> int | None:
    """`Retry-After` in seconds (RFC 9110, section 10.2.3), however it is written."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return int(said)
    try:
        when = parsedate_to_datetime(said)
        if when.tzinfo is None:
            when = when.replace(tzinfo=timezone.utc)
        return max(0, round((when - datetime.now(timezone.utc)).total_seconds()))
    except (ValueError, TypeError, OverflowError):
        return None


def unreachable(error: httpx.HTTPError) -> KeywardError:
    return Unreachable(f"{type(error).__name__}: {error}")


def raise_for(response: httpx.Response) -> None:
    """Raises what an answer of 300 and more says. Redirects are not followed: they
    would carry the credentials along."""
    if response.status_code < 300:
        return
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("code"), str):
        raise UnexpectedReply(f"{response.status_code} from {response.url.copy_with(query=None)}, without a code")
    raise problem(response.status_code, body, retry_after(response.headers))


def value(response: httpx.Response) -> Any:
    """The JSON of an answer, or nothing where it is empty."""
    raise_for(response)
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as error:
        raise UnexpectedReply("an answer that is no JSON") from error


class EventReader:
    """Reads an event stream (WHATWG HTML, section 9.2) line by line."""

    def __init__(self) -> None:
        self._name, self._data = "message", list[str]()

    def line(self, line: str) -> Iterator[Event]:
        if not line:
            if self._data or self._name != "message":
                yield Event(self._name, "\n".join(self._data))
            self._name, self._data = "message", []
            return
        field, _, rest = line.partition(":")
        rest = rest.removeprefix(" ")
        if field == "event":
            self._name = rest
        elif field == "data":
            self._data.append(rest)
