"""Access tokens, verified without asking; with keys that the test made."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keyward import ApiKey, AsyncKeyward, Keyward, Retries, Unreachable, errors
from keyward.jose import KeySet, UnknownKey
from keyward.tokens import AsyncTokens, Claims, Tokens

ISSUER = "https://auth.example.com"
NOW = 1_700_000_000


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: Any) -> str:
    return encode(json.dumps(value, separators=(",", ":")).encode())


def whole(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


class Key:
    """A key of an issuer, of each kind that there is."""

    def __init__(self, kind: str, name: str = "key_1") -> None:
        self.kind, self.name = kind, name
        self.edwards = ed25519.Ed25519PrivateKey.generate()
        self.curve = ec.generate_private_key(ec.SECP256R1())
        self.rsa = rsa.generate_private_key(65537, 2048) if kind == "RS256" else None

    def jwk(self) -> dict[str, Any]:
        common = {"kid": self.name, "alg": self.kind, "use": "sig"}
        if self.kind == "EdDSA":
            return {**common, "kty": "OKP", "crv": "Ed25519", "x": encode(self.edwards.public_key().public_bytes_raw())}
        if self.kind == "ES256":
            numbers = self.curve.public_key().public_numbers()
            return {**common, "kty": "EC", "crv": "P-256", "x": encode(numbers.x.to_bytes(32)), "y": encode(numbers.y.to_bytes(32))}
        assert self.rsa
        public = self.rsa.public_key().public_numbers()
        return {**common, "kty": "RSA", "n": whole(public.n), "e": whole(public.e)}

    def signature(self, signed: bytes) -> bytes:
        if self.kind == "EdDSA":
            return self.edwards.sign(signed)
        if self.kind == "ES256":
            r, s = decode_dss_signature(self.curve.sign(signed, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32) + s.to_bytes(32)
        assert self.rsa
        return self.rsa.sign(signed, padding.PKCS1v15(), hashes.SHA256())

    def sign(self, said: Any, head: Any = None) -> str:
        head = {"alg": self.kind, "kid": self.name, "typ": "at+jwt"} if head is None else head
        signed = f"{part(head)}.{part(said)}"
        return f"{signed}.{encode(self.signature(signed.encode()))}"


EDWARDS = Key("EdDSA")
SAID: dict[str, Any] = {
    "iss": ISSUER, "aud": ISSUER, "sub": "usr_1", "sid": "ses_1", "client_id": "", "iat": NOW, "exp": NOW + 300,
    "auth_time": NOW, "acr": "aal1", "amr": ["password"], "jti": "1", "epoch": 0,
}


class Issuer:
    """A server that publishes keys, and knows whose tokens are still good."""

    def __init__(self, *keys: Key) -> None:
        self.keys, self.asked, self.is_up, self.ended = list(keys), list[str](), True, False
        self.refuses = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if not self.is_up:
            raise httpx.ConnectError("down")
        if self.refuses:
            return httpx.Response(self.refuses, json={"code": "unauthenticated", "title": "No.", "status": self.refuses})
        if request.url.path == "/.well-known/jwks.json":
            return httpx.Response(200, json={"keys": [key.jwk() for key in self.keys]})
        if self.ended:
            body = {"code": "session_revoked", "title": "Over.", "status": 401}
            return httpx.Response(401, json=body)
        return httpx.Response(200, json={"id": "usr_1"})


def tokens(issuer: Issuer, now: list[float] | None = None, **options: Any) -> Tokens:
    http = httpx.Client(transport=httpx.MockTransport(issuer))
    client = Keyward("http://localhost:1", http=http, retries=Retries(times=0))
    clock = (lambda: now[0]) if now else (lambda: float(NOW))
    return Tokens(client, issuer=ISSUER, clock=clock, **options)


@pytest.mark.parametrize("kind", ["EdDSA", "ES256", "RS256"])
def test_a_token_is_verified_with_the_published_key_and_nobody_is_asked(kind: str) -> None:
    key = Key(kind)
    issuer = Issuer(key)
    verifier = tokens(issuer)
    for _ in range(3):
        found = verifier.verify(key.sign({**SAID, "scope": "posts:* docs:view", "acr": "aal2"}))
    assert found == Claims("usr_1", "ses_1", "", ("posts:*", "docs:view"), NOW, NOW + 300, NOW, 2, ("password",), "1")
    assert issuer.asked == ["/.well-known/jwks.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example.com"}, {"aud": "https://other.example.com"}, {"aud": [ISSUER]}, {"exp": NOW}, {"exp": NOW - 1},
        {"iat": NOW + 61}, {"nbf": NOW + 61}, {"nbf": None}, {"sub": "1"}, {"sid": "1"}, {"sub": None}, {"exp": None}, {"exp": "2999"}, {"exp": True},
        {"exp": 1e12}, {"amr": "password"}, {"amr": [1]}, {"acr": "aal3"}, {"scope": ["a"]}, {"client_id": 1}, {"auth_time": None},
    ],
    ids=str,
)  # fmt: skip
def test_claims_that_are_not_ours_open_nothing(change: dict[str, Any]) -> None:
    with pytest.raises(errors.Unauthenticated):
        tokens(Issuer(EDWARDS)).verify(EDWARDS.sign({**SAID, **change}))
    without = {name: value for name, value in SAID.items() if name not in change}
    if not set(change) <= {"scope", "client_id", "nbf"}:
        with pytest.raises(errors.Unauthenticated):
            tokens(Issuer(EDWARDS)).verify(EDWARDS.sign(without))


@pytest.mark.parametrize(
    "head",
    [
        {"alg": "none", "kid": "key_1", "typ": "at+jwt"},
        {"alg": "HS256", "kid": "key_1", "typ": "at+jwt"},
        {"alg": "EdDSA", "kid": "key_1", "typ": "JWT"},
        {"alg": "EdDSA", "kid": "key_1"},
        {"alg": "EdDSA", "typ": "at+jwt"},
        {"alg": "EdDSA", "kid": ["key_1"], "typ": "at+jwt"},
        {"alg": "EdDSA", "kid": "key_1", "typ": "at+jwt", "crit": ["x"]},
        {"alg": "EdDSA", "kid": "key_1", "typ": "at+jwt", "jku": "https://evil.example.com/keys"},
        {"alg": "EdDSA", "kid": "key_1", "typ": "at+jwt", "jwk": EDWARDS.jwk()},
        [],
        "key_1",
        None,
        1,
    ],
    ids=str,
)
def test_nothing_that_a_head_says_is_believed(head: Any) -> None:
    signed = f"{part(head)}.{part(SAID)}"
    token = f"{signed}.{encode(EDWARDS.signature(signed.encode()))}"
    with pytest.raises(errors.Unauthenticated):
        tokens(Issuer(EDWARDS)).verify(token)


def test_a_changed_token_opens_nothing() -> None:
    good = EDWARDS.sign(SAID)
    verifier = tokens(Issuer(EDWARDS))
    assert verifier.verify(good).user_id == "usr_1"
    other = Key("EdDSA").sign(SAID)
    twice = part(SAID)[:-1] + encode(b',"sub":"usr_2"}')
    head, body, signature = good.split(".")
    bad = [other, "", ".", "..", "a.b.c", good + ".", f"{head}.{body}.", f"{head}.{twice}.{signature}", "a" * 9_000, good + "=", f" {good}"]
    bad += [good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :] for place in range(0, len(good), 7)]
    for token in bad:
        if token == good:
            continue
        with pytest.raises(errors.Unauthenticated):
            verifier.verify(token)
    # Signed by the right key, and said twice.
    repeated = json.dumps(SAID)[:-1] + ', "sub": "usr_2"}'
    signed = f"{head}.{encode(repeated.encode())}"
    with pytest.raises(errors.Unauthenticated):
        verifier.verify(f"{signed}.{encode(EDWARDS.signature(signed.encode()))}")


def test_keys_that_are_none_are_left_out() -> None:
    class Odd(Issuer):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            odd = [None, 1, {}, {"kid": "a"}, {"kid": "a", "kty": "oct", "k": "AAAA"}, {**EDWARDS.jwk(), "x": "AA", "kid": "b"}]
            odd += [{**EDWARDS.jwk(), "use": "enc", "kid": "c"}, {**EDWARDS.jwk(), "alg": "HS256", "kid": "d"}]
            return httpx.Response(200, json={"keys": [*odd, EDWARDS.jwk()]})

    assert tokens(Odd()).verify(EDWARDS.sign(SAID)).user_id == "usr_1"
    documents: list[dict[str, Any]] = [{}, {"keys": {}}, {"keys": None}, {"keys": "key_1"}]
    for document in documents:
        assert len(KeySet(document)) == 0


def test_a_new_key_is_found_and_strangers_cannot_make_us_ask_on_and_on() -> None:
    issuer, now = Issuer(EDWARDS), [float(NOW)]
    verifier = tokens(issuer, now)
    verifier.verify(EDWARDS.sign(SAID))
    newer = Key("ES256", "key_2")
    for _ in range(20):
        with pytest.raises(errors.Unauthenticated):
            verifier.verify(newer.sign(SAID))
    assert len(issuer.asked) == 1
    issuer.keys = [EDWARDS, newer]
    now[0] += 10
    assert verifier.verify(newer.sign(SAID)).user_id == "usr_1"
    assert len(issuer.asked) == 2
    # A key that was taken away is good for five minutes more, at most.
    issuer.keys = [newer]
    now[0] += 300
    with pytest.raises(errors.Unauthenticated):
        verifier.verify(EDWARDS.sign({**SAID, "exp": NOW + 10_000}))


def test_while_the_server_is_down_its_keys_are_good_for_a_while() -> None:
    issuer, now = Issuer(EDWARDS), [float(NOW)]
    verifier = tokens(issuer, now)
    lasting = EDWARDS.sign({**SAID, "exp": NOW + 10_000})
    verifier.verify(lasting)
    issuer.is_up = False
    now[0] += 599
    assert verifier.verify(lasting).user_id == "usr_1"
    now[0] += 1
    with pytest.raises(Unreachable):
        verifier.verify(lasting)


def test_a_server_that_is_down_is_left_to_rest() -> None:
    issuer, now = Issuer(EDWARDS), [float(NOW)]
    verifier = tokens(issuer, now)
    lasting, stranger = EDWARDS.sign({**SAID, "exp": NOW + 10_000}), Key("ES256", "key_2").sign(SAID)
    verifier.verify(lasting)
    issuer.is_up = False
    now[0] += 590
    for _ in range(20):
        assert verifier.verify(lasting).user_id == "usr_1"
        with pytest.raises(errors.Unauthenticated):
            verifier.verify(stranger)
    assert len(issuer.asked) == 2


async def test_whoever_comes_at_once_shares_one_request_and_what_came_of_it() -> None:
    issuer = Issuer(EDWARDS)

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return issuer(request)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    client = AsyncKeyward("http://localhost:1", http=http, retries=Retries(times=0))
    verifier, token = AsyncTokens(client, issuer=ISSUER, clock=lambda: float(NOW)), EDWARDS.sign(SAID)
    issuer.is_up = False
    found = await asyncio.gather(*(verifier.verify(token) for _ in range(50)), return_exceptions=True)
    assert all(isinstance(one, Unreachable) for one in found) and len(issuer.asked) == 1
    issuer.is_up = True
    good = await asyncio.gather(*(verifier.verify(token) for _ in range(50)))
    assert len(good) == 50 and len(issuer.asked) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_what_is_answered_about_keys_is_no_judgement_of_a_token(status: int) -> None:
    issuer = Issuer(EDWARDS)
    issuer.refuses = status
    with pytest.raises(errors.UnexpectedReply if status < 500 else errors.ServerError):
        tokens(issuer).verify(EDWARDS.sign(SAID))


def test_keys_are_asked_for_as_nobody() -> None:
    issuer, seen = Issuer(EDWARDS), list[httpx.Headers]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return issuer(request)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    client = Keyward("http://localhost:1", http=http, credentials=ApiKey("kwk_1"))
    assert Tokens(client, issuer=ISSUER, clock=lambda: float(NOW)).verify(EDWARDS.sign(SAID)).user_id == "usr_1"
    assert "x-api-key" not in seen[0]


@pytest.mark.parametrize("document", [[], {}, {"keys": None}, {"keys": [EDWARDS.jwk()] * 65}], ids=["list", "empty", "none", "many"])
def test_an_answer_that_is_no_set_of_keys_does_not_take_the_keys_away(document: Any) -> None:
    class Odd(Issuer):
        odd = False

        def __call__(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json=document) if self.odd else super().__call__(request)

    issuer, now = Odd(EDWARDS), [float(NOW)]
    verifier = tokens(issuer, now)
    lasting = EDWARDS.sign({**SAID, "exp": NOW + 10_000})
    verifier.verify(lasting)
    issuer.odd = True
    now[0] += 300
    assert verifier.verify(lasting).user_id == "usr_1"
    now[0] += 300
    with pytest.raises(errors.UnexpectedReply):
        verifier.verify(lasting)


def test_the_signature_of_a_token_is_looked_at_once_while_it_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    key = Key("EdDSA")
    token, keys = key.sign(SAID), KeySet({"keys": [key.jwk()]})
    terms = {"issuer": ISSUER, "audience": ISSUER}
    first = keys.verify(token, **terms, now=NOW)
    # Without the keys themselves: what is known now is remembered.
    monkeypatch.setattr(keys, "_keys", {})
    assert keys.verify(token, **terms, now=NOW + 1) is first
    others = [{**terms, "audience": "https://other.example.com"}, {**terms, "issuer": "https://other.example.com"}]
    for terms_of, now in [*((other, NOW) for other in others), (terms, first.expires_at), (terms, NOW - 1)]:
        with pytest.raises(UnknownKey):
            keys.verify(token, **terms_of, now=now)
    changed = token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:]
    with pytest.raises(UnknownKey):
        keys.verify(changed, **terms, now=NOW)


def test_a_set_of_keys_remembers_so_many_tokens_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyward.jose.REMEMBERED", 3)
    key = Key("EdDSA")
    keys = KeySet({"keys": [key.jwk()]})
    for number in range(8):
        keys.verify(key.sign({**SAID, "jti": f"{number}"}), issuer=ISSUER, audience=ISSUER, now=NOW)
        assert len(keys._verified) <= 3


def test_fresh_asks_whether_it_is_still_so() -> None:
    issuer = Issuer(EDWARDS)
    verifier = tokens(issuer)
    token = EDWARDS.sign(SAID)
    assert verifier.verify(token, fresh=True).user_id == "usr_1"
    issuer.ended = True
    assert verifier.verify(token).user_id == "usr_1"
    with pytest.raises(errors.SessionEnded):
        verifier.verify(token, fresh=True)
    issuer.is_up = False
    with pytest.raises(Unreachable):
        verifier.verify(token, fresh=True)
    with pytest.raises(errors.Unauthenticated):
        tokens(Issuer(EDWARDS)).verify(EDWARDS.sign({**SAID, "sub": "usr_2"}), fresh=True)
