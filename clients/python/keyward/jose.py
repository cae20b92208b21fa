"""Access tokens of Keyward (RFC 9068), verified without asking. Needs `cryptography`
(`pip install "keyward[jwt]"`).

Which algorithm a token is verified by is said by the key, never by the token: its head
must be exactly that of the key. Symmetric keys are not taken, nor keys that come along
in a token. Nothing here asks anybody; `keyward.tokens` does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .errors import Unauthenticated, refusal

#: Characters of a token, at most.
LONGEST = 8 * 1024
#: Seconds by which the clocks of two machines may differ.
LEEWAY = 60
#: Tokens that a set of keys remembers, at most.
REMEMBERED = 4096
_PART = re.compile(r"\A[A-Za-z0-9_-]+\Z")
Verify = Callable[[bytes, bytes], None]


class UnknownKey(Exception):
    """The token was signed by a key that is not in this set; a newer set may have it."""


@dataclass(frozen=True)
class Claims:
    """What a token says. It was true when it was made."""

    user_id: str
    session_id: str
    client_id: str
    #: Patterns of what it may at most do; nothing for all that the account may.
    scopes: tuple[str, ...] | None
    issued_at: int
    expires_at: int
    auth_time: int
    aal: int
    methods: tuple[str, ...]
    token_id: str


def refused(why: str) -> Unauthenticated:
    """A token that opens nothing. The reason is for the log, and not for whoever sent it."""
    error = refusal(Unauthenticated, "unauthenticated", "Please sign in.")
    assert isinstance(error, Unauthenticated)
    error.add_note(why)
    return error


def decode(text: str) -> bytes:
    """Base64url without padding, written in the one way that there is. Raises
    `ValueError` for anything else."""
    if not _PART.match(text):
        raise ValueError("no base64url")
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != text:
        raise ValueError("base64url with bits left over")
    return found


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which nothing is said twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("something is said twice")
    return found


def number(text: str) -> int:
    return int.from_bytes(decode(text), "big")


def verifier(jwk: Mapping[str, Any]) -> tuple[str, Verify] | None:
    """The algorithm of a public key (RFC 7517, RFC 8037), and what verifies by it; nothing
    for keys of other kinds. Raises `ValueError` for a key that is none."""
    kind = (jwk.get("kty"), jwk.get("crv"))
    if kind == ("OKP", "Ed25519"):
        edwards = ed25519.Ed25519PublicKey.from_public_bytes(decode(jwk["x"]))
        return "EdDSA", lambda signature, signed: edwards.verify(signature, signed)
    if kind == ("EC", "P-256"):
        curve = ec.EllipticCurvePublicNumbers(number(jwk["x"]), number(jwk["y"]), ec.SECP256R1()).public_key()

        def by_curve(signature: bytes, signed: bytes) -> None:
            if len(signature) != 64:
                raise InvalidSignature
            halves = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
            curve.verify(encode_dss_signature(*halves), signed, ec.ECDSA(hashes.SHA256()))

        return "ES256", by_curve
    if kind == ("RSA", None):
        key = rsa.RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key()
        if not 2048 <= key.key_size <= 8192:
            raise ValueError("an RSA key of that size")
        return "RS256", lambda signature, signed: key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    return None


@dataclass(frozen=True)
class _Verified:
    """A token whose signature was looked at, and for whom and when."""

    issuer: str
    audience: str
    at: float
    claims: Claims

    def holds(self, issuer: str, audience: str, now: float) -> bool:
        meant = self.issuer == issuer and self.audience == audience
        return meant and self.at <= now < self.claims.expires_at


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


class KeySet:
    """Keys by their names (`kid`). One that is none, or has no name, is left out.

    A token that was good is remembered by its digest until it ends, so that its signature
    is looked at once; with the set of keys all of it is forgotten."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._keys: dict[str, tuple[str, Verify]] = {}
        self._verified: dict[bytes, _Verified] = {}
        keys = document.get("keys")
        for jwk in keys if isinstance(keys, list) else []:
            try:
                name, found = jwk["kid"], verifier(jwk)
            except (KeyError, TypeError, ValueError, AttributeError):
                continue
            if isinstance(name, str) and found and jwk.get("use", "sig") == "sig" and jwk.get("alg", found[0]) == found[0]:
                self._keys[name] = found

    def __len__(self) -> int:
        return len(self._keys)

    def verify(self, token: str, *, issuer: str, audience: str, now: float) -> Claims:
        """What a token says, if it is good. Raises `Unauthenticated`, and `UnknownKey`
        where a newer set may help."""
        if len(token) > LONGEST or token.count(".") != 2:
            raise refused("no token")
        if known := self.known(token, issuer=issuer, audience=audience, now=now):
            return known
        found = self._looked_at(token, issuer, audience, now)
        if len(self._verified) >= REMEMBERED:
            self._verified.clear()
        self._verified[_digest(token)] = _Verified(issuer, audience, now, found)
        return found

    def known(self, token: str, *, issuer: str, audience: str, now: float) -> Claims | None:
        """What a token says that was good before, and is still."""
        if len(token) > LONGEST:
            return None
        found = self._verified.get(_digest(token))
        return found.claims if found and found.holds(issuer, audience, now) else None

    def _looked_at(self, token: str, issuer: str, audience: str, now: float) -> Claims:
        signed, _, signature = token.rpartition(".")
        head, _, body = signed.partition(".")
        try:
            header = json.loads(decode(head), object_pairs_hook=once)
            key = self._keys.get(header["kid"])
            expected = {"alg": key[0], "kid": header["kid"], "typ": "at+jwt"} if key else header
            if not isinstance(header["kid"], str) or header != expected:
                raise refused("the head of the token is not that of the key")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise refused("the head cannot be read") from error
        if key is None:
            raise UnknownKey(header["kid"])
        try:
            key[1](decode(signature), signed.encode())
            said = json.loads(decode(body), object_pairs_hook=once)
        except (InvalidSignature, ValueError, RecursionError, binascii.Error) as error:
            raise refused("the signature is not right") from error
        return claims(said, issuer, audience, now)


def claims(said: Any, issuer: str, audience: str, now: float) -> Claims:
    """What was signed, if it is for us and for now."""
    texts = ("iss", "sub", "aud", "jti", "sid", "acr")
    numbers = ("iat", "exp", "auth_time")
    if (
        not isinstance(said, dict)
        or not all(isinstance(said.get(name), str) for name in texts)
        or not all(type(said.get(name)) is int for name in numbers)
        or type(said.get("nbf", 0)) is not int
        or not isinstance(said.get("amr"), list)
        or not all(isinstance(method, str) for method in said["amr"])
        or not isinstance(said.get("client_id", ""), str)
        or not isinstance(said.get("scope", ""), str)
        or said["acr"] not in ("aal1", "aal2")
    ):
        raise refused("claims are missing, or of another kind")
    if said["iss"] != issuer or said["aud"] != audience:
        raise refused("it is of another issuer or for another audience")
    if now >= said["exp"] or max(said["iat"], said.get("nbf", 0)) > now + LEEWAY:
        raise refused("it has ended, or not begun")
    if not said["sub"].startswith("usr_") or not said["sid"].startswith("ses_"):
        raise refused("it is nobody's")
    scope = said.get("scope")
    return Claims(
        user_id=said["sub"],
        session_id=said["sid"],
        client_id=said.get("client_id", ""),
        scopes=None if scope is None else tuple(scope.split()),
        issued_at=said["iat"],
        expires_at=said["exp"],
        auth_time=said["auth_time"],
        aal=2 if said["acr"] == "aal2" else 1,
        methods=tuple(said["amr"]),
        token_id=said["jti"],
    )
