"""Access tokens of a running server, verified with the keys that it publishes."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator

import pytest

from keyward import AsyncKeyward, Keyward, Unreachable, errors
from keyward.tokens import AsyncTokens, Tokens

from .conftest import PASSWORD, Person, Server, running


class Clock:
    """The time, until the test moves it."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def algorithm(token: str) -> str:
    head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    found: str = head["alg"]
    return found


@pytest.fixture(scope="module", params=["EdDSA", "ES256", "RS256"])
def signing(request: pytest.FixtureRequest) -> Iterator[tuple[str, Server]]:
    """A server whose keys are of that kind."""
    with running(KEYWARD_TOKENS_ALGORITHM=request.param) as found:
        yield request.param, found


def test_a_pair_is_good_here_until_it_ends_and_revoked_when_it_is_asked(signing: tuple[str, Server]) -> None:
    kind, server = signing
    clock = Clock()
    with Keyward(server.url) as keyward:
        ada = keyward.sign_in("ada@example.com", PASSWORD)
        pair = ada.post_token(client_id="app", scope="posts:edit posts:view")
        token = pair["access_token"]
        assert algorithm(token) == kind
        tokens = Tokens(keyward, issuer=server.issuer, clock=clock)
        claims = tokens.verify(token, fresh=True)
        assert (claims.user_id, claims.session_id) == (ada.get_me()["id"], pair["session_id"])
        assert (claims.client_id, claims.scopes) == ("app", ("posts:edit", "posts:view"))
        assert (claims.aal, claims.methods) == (1, ("password",))
        assert claims.expires_at - claims.issued_at == pair["expires_in"]

        keyward.post_token_revoke(token=token)
        assert tokens.verify(token) == claims
        with pytest.raises(errors.SessionEnded):
            tokens.verify(token, fresh=True)
        clock.now = claims.expires_at - 1
        assert tokens.verify(token) == claims
        clock.now = claims.expires_at
        with pytest.raises(errors.Unauthenticated):
            tokens.verify(token)
        assert ada.identify().session, "the session that it came from stays"


async def test_the_same_asynchronously(signing: tuple[str, Server]) -> None:
    kind, server = signing
    clock = Clock()
    async with AsyncKeyward(server.url) as keyward:
        ada = await keyward.sign_in("ada@example.com", PASSWORD)
        pair = await ada.post_token()
        token = pair["access_token"]
        assert algorithm(token) == kind
        tokens = AsyncTokens(keyward, issuer=server.issuer, clock=clock)
        claims = await tokens.verify(token, fresh=True)
        assert (claims.user_id, claims.session_id, claims.scopes) == (pair["user_id"], pair["session_id"], None)

        await keyward.post_token_revoke(token=token)
        assert await tokens.verify(token) == claims
        with pytest.raises(errors.SessionEnded):
            await tokens.verify(token, fresh=True)
        clock.now = claims.expires_at - 1
        assert await tokens.verify(token) == claims
        clock.now = claims.expires_at
        with pytest.raises(errors.Unauthenticated):
            await tokens.verify(token)
        assert (await ada.identify()).session


def test_tokens_of_another_issuer_and_for_another_audience_open_nothing(server: Server, keyward: Keyward, person: Person) -> None:
    token = keyward.sign_in(person.email, person.password).post_token()["access_token"]
    for issuer, audience in ((server.url, server.issuer), (server.issuer, server.url), ("https://evil.example.com", None)):
        with pytest.raises(errors.Unauthenticated):
            Tokens(keyward, issuer=issuer, audience=audience).verify(token)


def test_other_ends_of_a_session_are_seen_when_it_is_asked(server: Server, admin: Keyward, keyward: Keyward, person: Person) -> None:
    me = keyward.sign_in(person.email, person.password)
    tokens = Tokens(keyward, issuer=server.issuer)
    pair = me.post_token()
    following = keyward.post_token(grant_type="refresh_token", refresh_token=pair["refresh_token"])
    long = me.post_token(scope=" ".join(f"{'long' * 12}:a{number}" for number in range(90)))
    assert len(long["access_token"]) > 5_000
    held = [one["access_token"] for one in (pair, following, long)]
    for token in held:
        tokens.verify(token, fresh=True)
    with pytest.raises(errors.Unauthenticated):
        tokens.verify(pair["refresh_token"])
    admin.post_admin_users_id_lock(pair["user_id"])
    for token in held:
        tokens.verify(token)
        with pytest.raises(errors.Unauthenticated):
            tokens.verify(token, fresh=True)


def test_what_a_shared_secret_signed_is_for_the_server_alone_and_nobody_says_yes_for_it() -> None:
    with running(KEYWARD_TOKENS_ALGORITHM="HS256") as server, Keyward(server.url) as keyward:
        token = keyward.sign_in("ada@example.com", PASSWORD).post_token()["access_token"]
        tokens = Tokens(keyward, issuer=server.issuer)
        with pytest.raises(errors.Unauthenticated):
            tokens.verify(token)
    with Keyward(server.url) as keyward, pytest.raises(Unreachable):
        Tokens(keyward, issuer=server.issuer).verify(token)
