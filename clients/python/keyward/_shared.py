"""What both clients do without asking anybody."""

from __future__ import annotations

from urllib.parse import urlsplit

from . import types
from .credentials import ApiKey, Credentials, SessionToken
from .errors import KeywardError, Unavailable, UnexpectedReply

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NextStep(KeywardError):
    """Signing in goes on: nothing is open yet.

    `status` is `needs_mfa` or `needs_verification`; `methods` are what the second factor
    can be answered with.
    """

    def __init__(self, outcome: types.Outcome) -> None:
        self.outcome = outcome
        self.status = outcome["status"]
        self.flow_id = outcome.get("flow_id")
        self.flow_token = outcome.get("flow_token")
        self.methods = list(outcome.get("methods") or [])
        super().__init__(self.status)


def checked_url(url: str, plaintext: bool) -> str:
    """The address without a slash at its end.

    Raises `ValueError` for what is no such address, and for plain HTTP beyond this
    machine unless it was asked for: whoever reads the wire would have every session.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{url!r} is not the address of a server")
    if parts.username or parts.password:
        raise ValueError("an address with a password in it")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not plaintext:
        raise ValueError(f"{url!r} is not encrypted; plaintext=True says that the network is trusted")
    return url.rstrip("/")


def is_boundable(who: Credentials) -> bool:
    """Whether it may be bound to less than its account: an API key, or an access token. It
    has no session that it could tell of."""
    return isinstance(who, ApiKey) or (isinstance(who, SessionToken) and who.token.startswith("ey"))


def token_of(outcome: types.Outcome) -> str:
    """The token of a session that was opened. Raises `NextStep` where none was."""
    token = outcome.get("token")
    if outcome["status"] == "complete" and token:
        return token
    if outcome["status"] == "complete":
        raise UnexpectedReply("a session without its token")
    raise NextStep(outcome)


def granted(answer: types.Answer) -> bool:
    """Yes or no. What could not be decided is neither."""
    allowed = answer.get("allowed")
    if allowed is None:
        body = {"code": answer.get("code", "decision_unavailable"), "title": "It cannot be decided right now."}
        raise Unavailable(503, body)
    return allowed
