"""aiohttp_auth_autz's example and its decisions, as they were recorded."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from keyward import AsyncKeyward, Keyward
from keyward.aiohttp import AbstractACLAutzPolicy, Group, Permission, auth, autz

from .apps.aiohttp_app import serving
from .conftest import PASSWORD, ROOT

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "examples"))
import aiohttp_example

RECORDED = json.loads((HERE / "rows" / "aiohttp_http.json").read_text(encoding="utf-8"))["transcript"]
COOKIE = [row for row in RECORDED if row["flow"] == "cookie"]
SESSION = [row for row in RECORDED if row["flow"].startswith("session")]
WRONG = [row for row in RECORDED if "result" in row]

# Steps that were not recorded, by the row before which they were made.
UNRECORDED = {
    id(COOKIE[3]): ["GET /login?username=bob&password=bob_password"],
    id(SESSION[4]): ["GET /logout"],
    id(SESSION[5]): ["GET /login?username=alice&password=alice_password"],
}


@pytest.fixture(scope="module")
def people(admin: Keyward) -> Iterator[dict[str, str]]:
    """Bob of the guests and the staff, and Alice of the guests. Their passwords are
    longer here: `bob_password` is one that anybody would guess."""
    for role in ("guest", "staff"):
        admin.post_admin_roles(name=role, description="")
    for name, roles in (("bob", ("guest", "staff")), ("alice", ("guest",))):
        made = admin.post_admin_users(
            username=name, password=PASSWORD, name=name, email=f"{name}-of-the-example@example.com", verified=True
        )
        for role in roles:
            admin.put_admin_users_id_roles_role(made["id"], role)
    yield {"bob_password": PASSWORD, "alice_password": PASSWORD}


async def step(app: httpx.AsyncClient, request: str, people: dict[str, str]) -> httpx.Response:
    method, path = request.split(" ", 1)
    for recorded, ours in people.items():
        path = path.replace(f"password={recorded}", f"password={ours}")
    return await app.request(method, path)


def cookies(lines: list[str]) -> list[str]:
    """What becomes of cookies, whatever they are called."""
    return ["cleared" if "Max-Age=0" in line else "set" for line in lines]


@pytest.mark.parametrize("rows", [COOKIE, SESSION], ids=["ticket in a cookie", "ticket in a session"])
async def test_the_example_answers_as_recorded(rows: list[dict[str, Any]], akeyward: AsyncKeyward, people: dict[str, str]) -> None:
    assert len(rows) == 7
    async with serving(aiohttp_example.make(akeyward)) as app:
        for row in rows:
            for request in UNRECORDED.get(id(row), []):
                assert (await step(app, request, people)).status_code == 200
            reply = await step(app, row["request"], people)
            assert (reply.status_code, reply.text) == (row["status"], row["body"]), row
            assert reply.headers.get("www-authenticate") == row["www_authenticate"]
            lines = [line for line in reply.headers.get_list("set-cookie") if line.startswith("kw_session=")]
            assert cookies(lines) == cookies(row["set_cookie"]), row
            assert all("HttpOnly" in line and "SameSite=Lax" in line for line in lines)


@pytest.mark.parametrize("row", WRONG, ids=lambda row: row["flow"].replace(" ", "-"))
def test_a_policy_of_the_wrong_kind_is_an_assertion(row: dict[str, Any]) -> None:
    module = auth if row["flow"].startswith("auth_") else autz
    with pytest.raises(AssertionError):
        module.setup(web.Application(), object())
    assert row["result"] == "AssertionError"


@pytest.mark.parametrize(
    ("user", "statuses"),
    [
        (None, {"/": 200, "/view": 403, "/admin": 403, "/edit": 403, "/logout": 401}),
        ("bob", {"/": 200, "/view": 200, "/admin": 200, "/edit": 403, "/logout": 200}),
        ("alice", {"/": 200, "/view": 200, "/admin": 403, "/edit": 403, "/logout": 200}),
        ("nobody", {"/": 200, "/view": 403, "/admin": 403, "/edit": 403, "/logout": 200}),
    ],
)
async def test_everybody_of_the_example(
    user: str | None, statuses: dict[str, int], akeyward: AsyncKeyward, admin: Keyward, people: dict[str, str]
) -> None:
    if user == "nobody":
        admin.post_admin_users(username=user, password=PASSWORD, name="", email="n@example.com", verified=True)
    async with serving(aiohttp_example.make(akeyward)) as app:
        if user:
            assert (await app.get("/login", params={"username": user, "password": PASSWORD})).status_code == 200
        assert {path: (await app.get(path)).status_code for path in statuses} == statuses
        text = (await app.get("/login")).text
        assert text == "401: Unauthorized"


# Decisions


class Listed(AbstractACLAutzPolicy):
    def __init__(self, context: Any, groups: Any) -> None:
        super().__init__(context)
        self.groups = groups

    async def acl_groups(self, user_identity: str | None) -> Any:
        return self.groups


def entries(recorded: Any) -> Any:
    if recorded is None:
        return None
    named = {"@everyone": Group.Everyone, "@authenticateduser": Group.AuthenticatedUser, "@authenticated": Group.AuthenticatedUser}
    return [
        (Permission[action.capitalize()], named.get(group.lower(), group), set(permissions))
        for action, group, permissions in recorded
    ]


def decisions() -> list[tuple[Any, ...]]:
    """User, groups, permission, local and global list, and what was decided: the rows of
    the engine's own tests, or all that were recorded where those are."""
    full = Path(os.environ.get("KEYWARD_VECTORS", "/nowhere")) / "aiohttp_acl.json"
    if not full.exists():
        path = ROOT / "crates/keyward-authz/tests/it/rows/aiohttp.json"
        return [tuple(row) for row in json.loads(path.read_text(encoding="utf-8"))["rows"]]
    found = json.loads(full.read_text(encoding="utf-8"))
    names = ("user", "acl_groups", "permission", "local_context", "global_context", "result")
    return [tuple(row[name] for name in names) for row in (*found["cases"], *found["bulk"])]


async def test_decisions_are_as_recorded() -> None:
    rows = decisions()
    assert len(rows) >= 20
    for user, groups, permission, local, everywhere, result in rows:
        policy = Listed(entries(everywhere), groups)
        asked = policy.permit(user, permission, entries(local))
        if local is None and everywhere is None:
            with pytest.raises(RuntimeError):
                await asked
        else:
            assert await asked is result, (user, groups, permission, local, everywhere)
    print(f"{len(rows)} decisions")


@pytest.mark.parametrize(
    "entry", [(Permission.Allow, "g", "edit"), ("Allow", "g", {"x"}), (True, "g", {"x"}), (Permission.Allow, None, {"x"})]
)
async def test_an_entry_that_is_none_is_a_mistake_and_neither_opens_nor_closes(entry: Any) -> None:
    with pytest.raises(TypeError):
        Listed([entry], ["g"])
    with pytest.raises(TypeError):
        await Listed([], ["g"]).permit("u", "x", [entry])
    with pytest.raises(TypeError):
        await Listed([(Permission.Allow, "a", {"x"})], "ab").permit("u", "x")


async def test_without_the_middlewares_it_is_said_so() -> None:
    from aiohttp.test_utils import make_mocked_request

    request = make_mocked_request("GET", "/")
    for asked, text in (
        (auth.get_auth(request), "auth_middleware not installed"),
        (auth.remember(request, "ses_1"), "auth_middleware not installed"),
        (auth.forget(request), "auth_middleware not installed"),
        (autz.permit(request, "x"), "autz_middleware not installed."),
    ):
        with pytest.raises(RuntimeError, match=text):
            await asked


async def test_remember_takes_a_session_and_no_name(akeyward: AsyncKeyward, keyward: Keyward, people: dict[str, str]) -> None:
    token = keyward.post_sign_in(identifier="bob", password=PASSWORD, session="token")
    given: list[Any] = [token, "bob", "usr_01kcvw6h00e9a8x3n5q7r2t4v6", None]

    async def remember(request: web.Request) -> web.Response:
        await auth.remember(request, given[int(request.query["n"])])
        return web.Response(text=str(await auth.get_auth(request)))

    app = aiohttp_example.make(akeyward)
    app.router.add_get("/remember", remember)
    async with serving(app) as browser:
        reply = await browser.get("/remember?n=0")
        # Known at once, not from the next request on.
        assert reply.text.startswith("usr_")
        assert (await browser.get("/admin")).text == "Admin Page"
        for number in range(1, len(given)):
            assert (await browser.get(f"/remember?n={number}")).status_code == 500
