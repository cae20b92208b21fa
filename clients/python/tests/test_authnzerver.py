"""authnzerver's own frontend, unchanged, against Keyward in authnzerver's place."""

from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import importlib
import importlib.util
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
import tornado.httpserver
import tornado.web
from cryptography.fernet import Fernet

from .conftest import await_ready_at, free_port

PASSWORD = "vexing hydrangea tornado 42"
OTHER = "another zeppelin landed 99"
_people = itertools.count(1)
_requests = itertools.count(1)


def frontendbase() -> Any:
    """The package from PyPI, with the file that it lacks and the function that it imports."""
    found = importlib.util.find_spec("authnzerver")
    assert found is not None and found.submodule_search_locations
    missing = Path(next(iter(found.submodule_search_locations)), "disposable_email_blocklist.conf")
    if not missing.exists():
        missing.write_text("mailinator.com\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        authdb = importlib.import_module("authnzerver.authdb")
        setattr(authdb, "check_role_limits", lambda role, rate_60sec=None: True)
        return importlib.import_module("authnzerver.frontendbase")


@dataclass(frozen=True)
class Place:
    url: str
    key: str

    def send(self, sealed: bytes) -> httpx.Response:
        return httpx.post(self.url, content=sealed, timeout=30)

    def ask(self, request: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Sealed and opened by the helpers of the package."""
        reqid = next(_requests)
        message = {"request": request, "body": body, "reqid": reqid, **more}
        reply = self.send(frontendbase().encrypt_request(message, self.key))
        assert reply.status_code == 200, (request, reply.status_code, reply.text)
        answer: dict[str, Any] = frontendbase().decrypt_response(reply.content, self.key)
        assert answer["reqid"] == reqid and answer["messages"] == answer["message"]
        assert answer["success"] == answer["response"]["success"]
        return answer

    def done(self, request: str, **body: Any) -> dict[str, Any]:
        answer = self.ask(request, body)
        assert answer["success"], (request, answer)
        response: dict[str, Any] = answer["response"]
        return response

    def refused(self, request: str, **body: Any) -> str:
        answer = self.ask(request, body)
        assert not answer["success"], (request, answer)
        reason: str = answer["failure_reason"]
        return reason

    def session(self, user_id: int | None = None) -> str:
        token: str = self.done("session-new", **session_of(user_id))["session_token"]
        return token

    def person(self, role: str | None = None) -> tuple[int, str]:
        email = f"person{next(_people)}@example.org"
        number: int = self.done("user-new", full_name="Ada Byron", email=email, password=PASSWORD)["user_id"]
        self.done("user-set-emailverified", email=email)
        if role:
            self.done("internal-user-edit", target_userid=number, update_dict={"user_role": role})
        return number, email

    def is_open(self, token: str) -> bool:
        return bool(self.ask("session-exists", {"session_token": token})["success"])


def session_of(user_id: int | None) -> dict[str, Any]:
    expires = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(days=7)
    return {
        "ip_address": "192.0.2.7",
        "user_agent": "firefox",
        "user_id": user_id,
        # The package's encoder of JSON writes it.
        "expires": expires,
        "extra_info_json": {},
    }


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    frontendbase_encoder()
    binary = os.environ.get("KEYWARD_BIN")
    assert binary, "KEYWARD_BIN must name the server to test against"
    folder, port, key = tempfile.mkdtemp(prefix="keyward-authnzerver-"), free_port(), Fernet.generate_key().decode()
    Path(folder, "secret").write_text(key + "\n")
    settings = {
        "AUTHNZERVER_SECRET": f"{folder}/secret",
        "AUTHNZERVER_BASEDIR": folder,
        "AUTHNZERVER_LISTEN": "127.0.0.1",
        "AUTHNZERVER_PORT": str(port),
        "AUTHNZERVER_PIISALT": "super-random-salt",
        "AUTHNZERVER_WORKERS": "4",
        "AUTHNZERVER_ADMIN_EMAIL": "root1@example.org",
        "AUTHNZERVER_ADMIN_PASSWORD": PASSWORD,
        "KEYWARD_LIMITS_NETWORK_GUESSES": "6000 / 1h",
        "KEYWARD_LIMITS_ADDRESS_GUESSES": "6000 / 1h",
        "KEYWARD_LIMITS_ATTEMPTS": "6000 / 1m",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEYWARD_", "AUTHNZERVER_"))}
    log = open(f"{folder}/log", "wb")
    child = subprocess.Popen([binary, "serve", "--authnzerver"], cwd=folder, env={**kept, **settings}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        await_ready_at(child, f"{url}/health", folder)
        yield Place(url, key)
    finally:
        child.kill()
        child.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def frontendbase_encoder() -> None:
    """Times as the package's server side makes its frontends write them."""

    class Encoder(json.JSONEncoder):
        def default(self, o: Any) -> Any:
            if isinstance(o, datetime):
                return o.isoformat()
            return o.decode() if isinstance(o, bytes) else super().default(o)

    setattr(json, "_default_encoder", Encoder())


def test_the_first_administrator_is_number_one_and_a_superuser(place: Place) -> None:
    found = place.done("user-lookup-email", email="root1@example.org")["user_info"]
    assert (found["user_id"], found["user_role"], found["is_active"]) == (1, "superuser", True)
    listed = place.done("user-list", user_id=None)["user_info"]
    assert [user["user_id"] for user in listed][:3] == [1, 2, 3]


def test_sessions(place: Place) -> None:
    number, _ = place.person()
    tokens = [place.session(number) for _ in range(4)]
    info = place.done("session-exists", session_token=tokens[0])["session_info"]
    assert (info["user_id"], info["user_role"], info["ip_address"]) == (number, "authenticated", "192.0.2.7")
    datetime.strptime(info["expires"], "%Y-%m-%dT%H:%M:%S.%f")
    place.done("session-delete-userid", session_token=tokens[0], user_id=number, keep_current_session=True)
    assert [place.is_open(token) for token in tokens] == [True, False, False, False]
    place.done("session-delete", session_token=tokens[0])
    assert not place.is_open(tokens[0])
    nobody = place.session()
    edited = place.done("internal-session-edit", target_session_token=nobody, update_dict={"a": 1})
    assert edited["session_info"]["extra_info_json"] == {"a": 1}
    place.done("session-setinfo", session_token=nobody, extra_info={"b": 2})
    assert place.done("session-exists", session_token=nobody)["session_info"]["extra_info_json"] == {"b": 2}


def test_signing_up_in_and_out(place: Place) -> None:
    email = "signs.up@example.org"
    made = place.done("user-new", full_name="Signs Up", email=email, password=PASSWORD)
    assert made["send_verification"] and made["user_email"] == email and made["system_id"]
    login = {"email": email, "password": PASSWORD}
    place.refused("user-login", session_token=place.session(), **login)
    letter = {
        "email_address": email, "session_token": place.session(), "created_info": made, "server_name": "Site",
        "server_baseurl": "https://site.example.org", "account_verify_url": "/verify", "verification_token": "tok",
        "verification_expiry": 900,
    }
    assert place.done("user-sendemail-signup", **letter)["email_address"] == email
    assert place.done("user-set-emailverified", email=email)["user_role"] == "authenticated"
    place.refused("user-signup-sendemail", **letter)
    token = place.session()
    there = place.done("user-login", session_token=token, **login)
    assert (there["user_id"], there["user_role"]) == (made["user_id"], "authenticated")
    assert not place.is_open(token)
    token = place.session(made["user_id"])
    assert place.refused("user-logout", session_token=token, user_id=99) == "user does not exist"
    place.done("user-logout", session_token=token, user_id=made["user_id"])
    again = place.ask("user-new", {"full_name": "Signs Up", "email": email, "password": PASSWORD})
    assert not again["success"] and not again["response"]["send_verification"]


def test_passwords(place: Place) -> None:
    number, email = place.person()
    token, other = place.session(number), place.session(number)
    place.done("user-passcheck", session_token=token, password=PASSWORD)
    place.refused("user-passcheck", session_token=token, password="wrong")
    place.done("user-passcheck-nosession", email=email, password=PASSWORD)
    place.done("user-validatepass", password=PASSWORD, email=email, full_name="Ada Byron")
    assert place.refused("user-validatepass", password="short", email=email, full_name="Ada") == "password is insecure or invalid"
    who = {"user_id": number, "full_name": "Ada Byron", "email": email}
    place.done("user-changepass", session_token=token, current_password=PASSWORD, new_password=OTHER, **who)
    assert place.is_open(token) and not place.is_open(other)
    place.done("user-changepass-nosession", current_password=OTHER, new_password=PASSWORD, **who)
    forgot = {
        "email_address": email, "session_token": place.session(), "server_name": "Site", "server_baseurl": "https://site.example.org",
        "password_forgot_url": "/reset", "verification_token": "tok", "verification_expiry": 900,
    }
    place.done("user-sendemail-forgotpass", **forgot)
    assert place.refused("user-forgotpass-sendemail", **forgot) == "too soon"
    place.done("user-set-emailsent", email=email, email_type="signup")
    place.done("user-resetpass", email_address=email, new_password=OTHER, session_token=place.session())
    place.done("user-resetpass-nosession", email_address=email, new_password=PASSWORD, required_active=True)
    place.done("user-delete", email=email, user_id=number, password=PASSWORD)
    place.refused("user-passcheck-nosession", email=email, password=PASSWORD)


def test_people_are_looked_up_changed_and_locked(place: Place) -> None:
    number, email = place.person()
    token = place.session(number)
    found = place.done("user-lookup-match", by="email", match=email)["user_info"]
    assert [user["user_id"] for user in found] == [number]
    own = {"user_id": number, "user_role": "authenticated", "session_token": token}
    edited = place.done("user-edit", target_userid=number, update_dict={"full_name": "Countess"}, **own)
    assert edited["user_info"]["full_name"] == "Countess"
    place.refused("user-edit", target_userid=number, update_dict={"user_role": "superuser"}, **own)
    root = {"user_id": 1, "user_role": "superuser", "session_token": place.session(1)}
    locked = place.done("user-lock", target_userid=number, action="lock", **root)
    assert locked["user_info"]["user_role"] == "locked" and not place.is_open(token)
    place.done("user-lock", target_userid=number, action="unlock", **root)
    place.done("internal-user-lock", target_userid=number, action="lock")
    place.done("internal-user-lock", target_userid=number, action="unlock")
    place.done("internal-user-edit", target_userid=number, update_dict={"extra_info": {"plan": "gold"}})
    place.done("internal-user-delete", target_userid=number)


def test_keys_of_a_session(place: Place) -> None:
    number, _ = place.person()
    who = {"user_id": number, "user_role": "authenticated"}
    made = place.done(
        "apikey-new", issuer="site", audience="site", subject="all", apiversion=1, expires_days=1, not_valid_before=0.0,
        ip_address="192.0.2.7", user_agent="firefox", session_token=place.session(number), **who,
    )
    key = json.loads(made["apikey"])
    place.done("apikey-verify", apikey_dict=key, **who)
    place.refused("apikey-verify", apikey_dict={**key, "sub": "/other"}, **who)
    place.done("apikey-revoke", apikey_dict=key, **who)
    place.refused("apikey-verify", apikey_dict=key, **who)


def test_keys_without_a_session(place: Place) -> None:
    number, _ = place.person()
    who = {"user_id": number, "user_role": "authenticated"}
    times = {"expires_seconds": 60, "not_valid_before": 0, "refresh_expires": 3600, "refresh_nbf": 0, "ip_address": "192.0.2.7"}
    terms = {"issuer": "site", "audience": "site", "subject": "all", "apiversion": "1"}
    made = place.done("apikey-new-nosession", **terms, **times, **who)
    key = json.loads(made["apikey"])
    place.done("apikey-verify-nosession", apikey_dict=key, **who)
    next_one = place.done("apikey-refresh-nosession", apikey_dict=key, refresh_token=made["refresh_token"], **times, **who)
    place.refused("apikey-refresh-nosession", apikey_dict=key, refresh_token=made["refresh_token"], **times, **who)
    place.refused("apikey-verify-nosession", apikey_dict=key, **who)
    key = json.loads(next_one["apikey"])
    place.done("apikey-verify-nosession", apikey_dict=key, **who)
    other = json.loads(place.done("apikey-new-nosession", **terms, **times, **who)["apikey"])
    place.done("apikey-revoke-nosession", apikey_dict=other, **who)
    assert place.done("apikey-revokeall-nosession", apikey_dict=key, **who)["revoked_keys"] == 1


def test_access_and_limits(place: Place) -> None:
    number, _ = place.person()
    who = {"user_id": number, "user_role": "authenticated"}
    wish = {"target_name": "dataset", "target_owner": number, "target_visibility": "private", "target_sharedwith": ""}
    place.done("user-check-access", action="edit", **wish, **who)
    assert place.refused("user-check-access", action="change_owner", **wish, **who) == "action not permitted"
    place.done("user-check-limit", limit_name="max_requests_per_minute", value_to_check=5999, **who)
    place.refused("user-check-limit", limit_name="max_requests_per_minute", value_to_check=6000, **who)


ALL = {
    "session-new", "session-exists", "session-delete", "session-delete-userid", "user-login", "user-logout",
    "user-passcheck", "user-passcheck-nosession", "user-new", "user-changepass", "user-changepass-nosession",
    "user-delete", "user-list", "user-lookup-email", "user-lookup-match", "user-edit", "user-resetpass",
    "user-resetpass-nosession", "user-lock", "user-validatepass", "user-sendemail-signup", "user-sendemail-forgotpass",
    "user-set-emailverified", "user-set-emailsent", "apikey-new", "apikey-verify", "apikey-revoke",
    "apikey-new-nosession", "apikey-verify-nosession", "apikey-revoke-nosession", "apikey-revokeall-nosession",
    "apikey-refresh-nosession", "user-check-access", "user-check-limit", "internal-user-lock", "internal-user-delete",
    "internal-user-edit", "internal-session-edit",
}


def test_every_request_is_known_and_says_what_it_lacks(place: Place) -> None:
    assert len(ALL) == 38
    handlers = importlib.import_module("authnzerver.handlers")
    for request in sorted(ALL | set(handlers.request_functions)):
        answer = place.ask(request, {})
        assert answer["failure_reason"] == "invalid request parameters", request
        problems = answer["response"]["problems"]
        assert problems and {problem["problem"] for problem in problems} == {"missing"}, request
        wrong = {problem["param"]: object_of_no_type(problem["required_type"]) for problem in problems}
        answer = place.ask(request, wrong)
        assert "incorrect type" in {problem["problem"] for problem in answer["response"]["problems"]}, request


def object_of_no_type(types: list[str]) -> Any:
    """A list is of no type that any request takes; null stands in where anything else does."""
    return None if types == ["Any"] else []


def test_messages_that_are_none(place: Place) -> None:
    fernet = Fernet(place.key)

    def sealed(message: object, at: int | None = None) -> bytes:
        plain = json.dumps(message).encode()
        now = int(datetime.now(timezone.utc).timestamp())
        return base64.b64encode(fernet.encrypt_at_time(plain, now if at is None else at))

    good = {"request": "session-exists", "body": {"session_token": "x"}, "reqid": "r-1"}
    once = sealed(good)
    assert [place.send(once).status_code for _ in range(2)] == [200, 401]
    for bad, status in (
        (b"", 401),
        (b"nothing", 401),
        (fernet.encrypt(json.dumps(good).encode()), 401),
        (base64.b64encode(Fernet(Fernet.generate_key()).encrypt(b"{}")), 401),
        (sealed(good, at=0), 401),
        (sealed({**good, "request": "session-"}), 400),
        (sealed({**good, "body": []}), 400),
        (sealed({"request": "session-exists", "body": {}}), 400),
        (sealed([]), 400),
    ):
        assert place.send(bad).status_code == status, bad
    assert httpx.get(place.url).status_code == 405
    assert httpx.post(place.url, content=sealed(good), headers={"host": "evil.example.com"}).status_code == 404
    assert httpx.get(f"{place.url}/health").json()["Health-Ok"] is True


def test_a_client_that_asks_too_often_waits(place: Place) -> None:
    message = {"request": "user-new", "body": {"full_name": "x", "email": "x", "password": "x"}, "client_ipaddr": "198.51.100.9"}
    codes = []
    for reqid in range(8):
        sealed = frontendbase().encrypt_request({**message, "reqid": reqid}, place.key)
        reply = place.send(sealed)
        codes.append(reply.status_code)
    assert codes == [200] * 5 + [429] * 3
    assert int(reply.headers["retry-after"]) > 0


def application(place: Place, folder: str) -> tornado.web.Application:
    """A site of three pages on the package's own handler."""
    base: Any = frontendbase().BaseHandler

    class Me(base):  # type: ignore[misc]
        def get(self) -> None:
            self.write({"user": self.current_user["user_id"], "role": self.current_user["user_role"]})

    class Login(base):  # type: ignore[misc]
        async def post(self) -> None:
            ok, answer, messages = await self.authnzerver_request(
                "user-login",
                {"session_token": self.current_user["session_token"], "email": self.get_argument("email"), "password": self.get_argument("password")},
            )
            # The session that asked is gone: another takes its place.
            await self.new_session_token(answer["user_id"] if ok else 2)
            self.set_status(200 if ok else 401)
            self.write({"messages": messages})

        def check_xsrf_cookie(self) -> None:
            """Not what is tested here."""

    class Key(base):  # type: ignore[misc]
        async def get(self) -> None:
            if self.apikey_dict is not None:
                self.write({"key_of": self.current_user["user_id"]})
                return
            user = self.current_user
            ok, answer, _ = await self.authnzerver_request(
                "apikey-new",
                {
                    "issuer": "site", "audience": self.request.host, "subject": "all", "apiversion": 1, "expires_days": 1,
                    "not_valid_before": 0, "user_id": user["user_id"], "user_role": user["user_role"],
                    "ip_address": self.request.remote_ip, "user_agent": self.request.headers["User-Agent"],
                    "session_token": user["session_token"],
                },
            )
            self.set_status(200 if ok else 403)
            self.write(self.ferneter.encrypt(answer["apikey"].encode()) if ok else b"")

    told = {
        "authnzerver": place.url,
        "fernetkey": place.key,
        "executor": concurrent.futures.ThreadPoolExecutor(2),
        "session_settings": {"expiry_days": 7, "cookie_name": "site", "cookie_secure": False},
        "api_settings": {"maxrate_60sec": 0, "version": 1, "expiry_days": 1, "issuer": "site"},
        "email_settings": {},
        "cachedir": folder,
    }
    pages = [("/", Me, told), ("/login", Login, told), ("/key", Key, told)]
    return tornado.web.Application(pages, cookie_secret="of this site")


@pytest.fixture
async def site(place: Place) -> AsyncIterator[httpx.AsyncClient]:
    folder = tempfile.mkdtemp(prefix="keyward-site-")
    port = free_port()
    server = tornado.httpserver.HTTPServer(application(place, folder))
    server.listen(port, "127.0.0.1")
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as browser:
            yield browser
    finally:
        server.stop()
        await server.close_all_connections()
        shutil.rmtree(folder, ignore_errors=True)


async def test_its_own_handler_signs_people_in(place: Place, site: httpx.AsyncClient) -> None:
    number, email = await asyncio.to_thread(place.person)
    assert (await site.get("/")).json() == {"user": 2, "role": "anonymous"}
    cookie = site.cookies["site"]
    assert (await site.get("/")).json()["user"] == 2 and site.cookies["site"] == cookie
    wrong = await site.post("/login", data={"email": email, "password": "wrong"})
    assert wrong.status_code == 401 and (await site.get("/")).json()["user"] == 2
    right = await site.post("/login", data={"email": email.upper(), "password": PASSWORD})
    assert right.status_code == 200, right.text
    assert (await site.get("/")).json() == {"user": number, "role": "authenticated"}
    assert site.cookies["site"] != cookie


async def test_its_own_handler_takes_keys(place: Place, site: httpx.AsyncClient) -> None:
    number, email = await asyncio.to_thread(place.person)
    assert (await site.get("/")).status_code == 200
    assert (await site.get("/key")).status_code == 403, "nobody has no keys"
    await site.post("/login", data={"email": email, "password": PASSWORD})
    key = (await site.get("/key")).text
    bearer = {"authorization": f"Bearer {key}"}
    site.cookies.clear()
    assert (await site.get("/key", headers=bearer)).json() == {"key_of": number}
    await asyncio.to_thread(lambda: place.done("internal-user-lock", target_userid=number, action="lock"))
    assert (await site.get("/key", headers=bearer)).status_code == 401
