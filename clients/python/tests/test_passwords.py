"""What Keyward stores of a password, read by the library that others read passwords with.

The rows are what Keyward creates: its own tests hold them against it, byte for byte.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from passlib.hash import argon2, bcrypt, pbkdf2_sha256, sha256_crypt  # type: ignore[import-untyped]

ROWS = json.loads((Path(__file__).parent / "rows" / "created_hashes.json").read_text(encoding="utf-8"))
# passlib is older than what it asks for versions.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
READERS = {"argon2id": argon2, "bcrypt": bcrypt, "pbkdf2_sha256": pbkdf2_sha256, "sha256_crypt": sha256_crypt}


def test_there_are_rows_of_every_scheme_that_creates() -> None:
    assert {row["scheme"] for row in ROWS} == set(READERS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['scheme']} {row['password']!r}")
def test_passlib_verifies_what_keyward_created(row: dict[str, str]) -> None:
    reader = READERS[row["scheme"]]
    assert reader.identify(row["stored"])
    assert reader.verify(row["password"], row["stored"])
    assert not reader.verify(row["password"] + "x", row["stored"])
