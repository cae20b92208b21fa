"""Whoever was recognised."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import types


@dataclass(frozen=True)
class Identity:
    """An account that proved who it is, by a session or an API key.

    `session` is missing where it was an API key or an access token. What it may do is asked of the server
    (`can`), and not read from here: roles say who somebody is.
    """

    user: types.User
    session: types.Session | None = None
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def id(self) -> str:
        """`usr_…`"""
        return self.user["id"]

    @property
    def name(self) -> str:
        """What to call them; may be empty."""
        return self.user["name"]

    @property
    def email(self) -> str | None:
        """The first e-mail address."""
        return self.user.get("email")

    @property
    def username(self) -> str | None:
        """The username."""
        return self.user.get("username")

    @property
    def aal(self) -> int:
        """Assurance level of the session: 2 with a second factor; 1 for API keys."""
        return self.session["aal"] if self.session else 1

    @property
    def data(self) -> Any:
        """The app's own data on the session."""
        return self.session.get("data") if self.session else {}

    @property
    def impersonated_by(self) -> str | None:
        """Who acts in this session, where it is not the person whose it is."""
        return self.session.get("impersonated_by") if self.session else None

    @property
    def is_anonymous(self) -> bool:
        """Whether the account has no name to sign in by."""
        return not self.user["identifiers"]
