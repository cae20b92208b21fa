"""A route of starlette-auth-toolkit for whoever brings a token that is in a database.

It is asked in this thread, without an object mapper: the least that it can cost.
"""

from __future__ import annotations

import os
import sqlite3

from starlette.authentication import BaseUser, SimpleUser
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette_auth_toolkit.base.backends import BaseTokenAuth

from route import guarded

TABLES = """
CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT NOT NULL);
CREATE TABLE token (token TEXT NOT NULL PRIMARY KEY, user INTEGER NOT NULL REFERENCES user (id));
INSERT INTO user VALUES (1, 'ada');
"""
OWNER = "SELECT user.username FROM token JOIN user ON user.id = token.user WHERE token.token = ?"


class TokenAuth(BaseTokenAuth):
    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database

    async def verify(self, token: str) -> BaseUser | None:
        row = self.database.execute(OWNER, (token,)).fetchone()
        return None if row is None else SimpleUser(row[0])


def on_error(conn: HTTPConnection, error: Exception) -> Response:
    return PlainTextResponse(str(error), status_code=401)


database = sqlite3.connect(os.environ["BENCH_DATABASE"])
database.executescript(TABLES)
database.execute("INSERT INTO token VALUES (?, 1)", (os.environ["BENCH_TOKEN"],))
database.commit()
app = guarded(TokenAuth(database), on_error)
