"""What a method of the API asks for, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote


class Unset(Enum):
    """The type of `UNSET`: a field that is left out, where `None` would be sent."""

    UNSET = "unset"

    def __bool__(self) -> bool:
        return False


UNSET = Unset.UNSET


@dataclass(frozen=True)
class Call:
    """One request.

    `safe` says that asking again changes nothing, so that it may be repeated when
    the network or the server fails.
    """

    method: str
    path: str
    query: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None
    if_match: str | int | None = None
    safe: bool = False


@dataclass(frozen=True)
class Event:
    """An event of a stream: its name, and what it brings."""

    name: str
    data: str


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields without those that were left out."""
    return {name: value for name, value in fields.items() if value is not UNSET}


def segment(text: str) -> str:
    """A part of a path. One that would lead to another path is refused.

    Raises `ValueError` for an empty text and for `.` and `..`, which are not parts but
    directions.
    """
    if text in ("", ".", ".."):
        raise ValueError(f"{text!r} cannot be part of a path")
    return quote(text, safe="")
