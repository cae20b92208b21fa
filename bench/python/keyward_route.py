"""A route for whoever brings an access token of Keyward's, verified in this process."""

from __future__ import annotations

import os

from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser, SimpleUser
from starlette.requests import HTTPConnection

from keyward import AsyncKeyward
from keyward.errors import KeywardError
from keyward.starlette import Refused, on_error
from keyward.tokens import AsyncTokens
from route import guarded


class AccessTokens(AuthenticationBackend):
    """Whose token it is, by the keys that the server publishes."""

    def __init__(self, tokens: AsyncTokens) -> None:
        self.tokens = tokens

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser] | None:
        scheme, _, token = conn.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            claims = await self.tokens.verify(token)
        except KeywardError as error:
            raise Refused(error) from error
        return AuthCredentials(["authenticated"]), SimpleUser(claims.user_id)


tokens = AsyncTokens(AsyncKeyward(os.environ["BENCH_KEYWARD"]), issuer=os.environ["BENCH_ISSUER"])
app = guarded(AccessTokens(tokens), on_error)
