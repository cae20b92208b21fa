"""The same story in every framework, against a running server."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from keyward import ApiKey, AsyncKeyward, Cookies, Keyward, Retries, types

from .apps import aiohttp_app, fastapi_app, sanic_app, starlette_app, tornado_app
from .apps.common import Framework
from .conftest import PASSWORD, Person, Server, free_port
from .test_server import totp

FRAMEWORKS = [app.FRAMEWORK for app in (starlette_app, fastapi_app, sanic_app, aiohttp_app, tornado_app)]


@pytest.fixture(params=FRAMEWORKS, ids=lambda framework: str(framework.name))
def framework(request: pytest.FixtureRequest) -> Framework:
    found: Framework = request.param
    return found


@pytest.fixture
async def app(framework: Framework, akeyward: AsyncKeyward) -> AsyncIterator[httpx.AsyncClient]:
    async with framework.start(akeyward) as browser:
        yield browser


async def login(app: httpx.AsyncClient, person: Person) -> httpx.Response:
    return await app.post("/login", json={"identifier": person.email, "password": person.password})


async def status(app: httpx.AsyncClient, path: str, **more: Any) -> int:
    return (await app.get(path, **more)).status_code


def solved(captcha: types.Captcha | dict[str, Any]) -> str:
    salt, target, most = captcha["salt"], captcha["target"], captcha["most"]
    return next(str(n) for n in range(most or 0) if hashlib.sha256(f"{salt}.{n}".encode()).hexdigest() == target)


async def test_nobody_stays_out(app: httpx.AsyncClient, framework: Framework) -> None:
    assert (await app.get("/me")).json() == {"email": None}
    for path in ("/auth", "/edit", "/view"):
        wanted = 403 if (framework.name, path) in (("aiohttp", "/edit"), ("aiohttp", "/view")) else framework.nobody
        assert await status(app, path) == wanted, path
    assert (await app.post("/view")).status_code in (401, 403)


async def test_somebody_gets_as_far_as_they_may(app: httpx.AsyncClient, editor: Person, person: Person) -> None:
    assert (await login(app, editor)).json()["status"] == "complete"
    assert (await app.get("/me")).json() == {"email": editor.email}
    for path in ("/auth", "/edit", "/view"):
        assert await status(app, path) == 200, path
    assert (await app.post("/view")).text.strip('"') == "changed"
    assert await status(app, "/publish") == 403
    app.cookies.clear()
    await login(app, person)
    assert await status(app, "/auth") == 200
    assert await status(app, "/edit") == 403 and await status(app, "/view") == 403


async def test_roles_are_looked_at(app: httpx.AsyncClient, framework: Framework, editor: Person, person: Person) -> None:
    if framework.name == "aiohttp":
        assert await status(app, "/editors") == 404  # aiohttp_auth_autz has no roles.
        return
    assert await status(app, "/editors") == framework.nobody
    await login(app, person)
    assert await status(app, "/editors") == 403
    app.cookies.clear()
    await login(app, editor)
    assert await status(app, "/editors") == 200


async def test_the_cookie_is_set_with_every_flag_and_cleared(app: httpx.AsyncClient, person: Person) -> None:
    reply = await login(app, person)
    (line,) = [c for c in reply.headers.get_list("set-cookie") if c.startswith("kw_session=")]
    assert "HttpOnly" in line and "SameSite=Lax" in line and "Path=/" in line
    copied = dict(app.cookies)
    reply = await app.post("/logout")
    assert reply.status_code == 200
    assert any(c.startswith("kw_session=;") and "Max-Age=0" in c for c in reply.headers.get_list("set-cookie"))
    assert (await app.get("/me")).json() == {"email": None}
    # Whoever copied the cookie is out as well.
    app.cookies.update(copied)
    assert (await app.get("/me")).json() == {"email": None}
    # And nobody may sign out.
    app.cookies.clear()
    assert (await app.post("/logout")).status_code == 200


async def test_wrong_passwords_are_refused(app: httpx.AsyncClient, person: Person) -> None:
    for name in (person.email, "nobody@example.com"):
        reply = await login(app, Person(name, "wrong horse battery"))
        assert reply.status_code == 401 and "set-cookie" not in reply.headers
        assert (reply.json().get("problem") or reply.json())["code"] == "invalid_credentials"


async def test_registering_verifying_and_recovering(app: httpx.AsyncClient, framework: Framework, server: Server) -> None:
    email = f"new-{framework.name}@example.com"
    outcome = (await app.post("/register", json={"email": email, "password": PASSWORD, "name": "New"})).json()
    assert outcome["status"] == "needs_verification"
    letter = server.letter(email)
    wrong = await app.post("/verify", json={"flow_id": outcome["flow_id"], "code": "000000" if letter["code"] != "000000" else "1"})
    assert wrong.status_code == 422
    done = await app.post("/verify", json={"flow_id": outcome["flow_id"], "code": letter["code"]})
    assert done.json()["status"] == "complete"
    assert (await app.get("/me")).json() == {"email": email}
    # The password is forgotten; recovering asks for a captcha first.
    app.cookies.clear()
    refused = await app.post("/recover", json={"identifier": email})
    assert refused.status_code == 403
    captcha = (await app.post("/captcha", json={"purpose": "recovery"})).json()
    given = {"identifier": email, "captcha_token": captcha["token"], "captcha": solved(captcha)}
    server.clear_inbox()
    flow = (await app.post("/recover", json=given)).json()["flow_id"]
    code = server.letter(email)["code"]
    reply = await app.post("/reset", json={"flow_id": flow, "code": code, "password": "another horse battery"})
    assert reply.json()["status"] == "complete"
    assert (await app.get("/me")).json() == {"email": email}


async def test_a_second_factor(app: httpx.AsyncClient, framework: Framework, keyward: Keyward, person: Person) -> None:
    await login(app, person)
    assert await status(app, "/second") == 401
    me = keyward.sign_in(person.email, person.password)
    begun = me.post_me_totp()
    import time

    codes = me.post_me_totp_confirm(flow_id=begun["flow_id"], code=totp(begun["secret"], time.time()))["recovery_codes"]
    app.cookies.clear()
    step = (await login(app, person)).json()
    assert step["status"] == "needs_mfa"
    assert (await app.get("/me")).json() == {"email": None}
    answer = {"flow_id": step["flow_id"], "method": "recovery_code", "code": codes[0]}
    # Another browser that learnt of it cannot answer.
    kept = dict(app.cookies)
    app.cookies.clear()
    assert (await app.post("/second-factor", json=answer)).status_code in (410, 422)
    app.cookies.update(kept)
    assert (await app.post("/second-factor", json=answer)).json()["status"] == "complete"
    assert await status(app, "/second") == 200


async def test_tokens_and_keys_open_the_same_doors(app: httpx.AsyncClient, keyward: Keyward, editor: Person) -> None:
    me = keyward.sign_in(editor.email, editor.password)
    token = me.credentials.headers()["authorization"]
    key = me.post_me_api_keys(name="ci", permissions=["posts:edit"])["api_key"]
    for headers in ({"authorization": token}, {"x-api-key": key}, {"authorization": f"Bearer {key}"}):
        assert (await app.get("/me", headers=headers)).json() == {"email": editor.email}
        assert await status(app, "/edit", headers=headers) == 200
        assert await status(app, "/publish", headers=headers) == 403
    both = {"authorization": token, "x-api-key": key}
    assert await status(app, "/me", headers=both) == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer ses_01kcvw6h00e9a8x3n5q7r2t4v6.AAAA"},
        {"authorization": "bearer kwk_nothing"},
        {"x-api-key": "kwk_nothing"},
        {"authorization": "Bearer ses_a b"},
    ],
)
async def test_what_is_brought_and_refused_is_never_passed_over(app: httpx.AsyncClient, editor: Person, headers: dict[str, str]) -> None:
    await login(app, editor)
    reply = await app.get("/me", headers=headers)
    assert reply.status_code == 401 and reply.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("scheme", ["Basic YWRhOng=", "Token abc", "Bearer theirs", "Bearer", "", "Digest x"])
async def test_what_belongs_to_others_does_not_hide_the_cookie(app: httpx.AsyncClient, editor: Person, scheme: str) -> None:
    await login(app, editor)
    assert (await app.get("/me", headers={"authorization": scheme})).json() == {"email": editor.email}


@pytest.mark.parametrize("cookie", ["kw_session=", "kw_session=x", "kw_session=ses_a.b", 'kw_session="a;b"', "kw_session=%00"])
async def test_a_cookie_that_is_none_is_nobodys(app: httpx.AsyncClient, cookie: str) -> None:
    assert (await app.get("/me", headers={"cookie": cookie})).json() == {"email": None}


async def test_another_site_cannot_act_in_somebodys_name(app: httpx.AsyncClient, editor: Person) -> None:
    await login(app, editor)
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example.com"}, {"origin": "null"}):
        assert (await app.post("/view", headers=headers)).status_code == 403, headers
        assert (await app.post("/logout", headers=headers)).status_code == 403, headers
        given = {"identifier": editor.email, "password": editor.password}
        assert (await app.post("/login", headers=headers, json=given)).status_code == 403, headers
        # Following a link is another thing.
        assert await status(app, "/edit", headers=headers) == 200, headers
    own = {"sec-fetch-site": "same-origin", "origin": str(app.base_url).rstrip("/")}
    assert (await app.post("/view", headers=own)).status_code == 200


async def test_a_captcha_at_a_door_counts_once(app: httpx.AsyncClient) -> None:
    refused = await app.get("/captcha-door")
    assert refused.status_code == 403
    problem = refused.json().get("problem") or refused.json()
    assert (problem["code"], problem["purpose"]) == ("captcha_required", "app")
    captcha = (await app.post("/captcha", json={"purpose": "app"})).json()
    good = {"keyward-captcha": f"{captcha['token']} {solved(captcha)}"}
    assert await status(app, "/captcha-door", headers=good) == 200
    assert await status(app, "/captcha-door", headers=good) == 422
    for bad in (captcha["token"], f"{captcha['token']} x", "a b", "a"):
        assert await status(app, "/captcha-door", headers={"keyward-captcha": bad}) in (403, 422), bad
    other = (await app.post("/captcha", json={"purpose": "sign_in"})).json()
    assert await status(app, "/captcha-door", headers={"keyward-captcha": f"{other['token']} {solved(other)}"}) == 422


async def test_a_code_at_a_door_is_for_its_owner_and_counts_once(app: httpx.AsyncClient, server: Server, person: Person, editor: Person) -> None:
    assert await status(app, "/code-door") == 401
    await login(app, person)
    refused = await app.get("/code-door")
    problem = refused.json().get("problem") or refused.json()
    assert (refused.status_code, problem["code"], problem["purpose"]) == (403, "verification_required", "launch")
    flow = (await app.post("/code")).json()["flow_id"]
    good = {"keyward-verification": f"{flow} {server.letter(person.email)['code']}"}
    for bad in (f"{flow} 1", ".. 123456", "x 123456"):
        assert await status(app, "/code-door", headers={"keyward-verification": bad}) == 422, bad
    kept = dict(app.cookies)
    app.cookies.clear()
    await login(app, editor)
    assert await status(app, "/code-door", headers=good) == 422
    app.cookies.clear()
    app.cookies.update(kept)
    assert await status(app, "/code-door", headers=good) == 200
    assert await status(app, "/code-door", headers=good) == 422


async def test_without_an_answer_there_is_neither_a_yes_nor_a_no(framework: Framework) -> None:
    client = AsyncKeyward(f"http://127.0.0.1:{free_port()}", retries=Retries(times=0))
    async with client, framework.start(client) as app:
        for path in ("/me", "/auth", "/edit", "/view"):
            reply = await app.get(path, headers={"cookie": "kw_session=ses_a.b"})
            assert (reply.status_code, reply.headers["retry-after"]) == (503, "1"), path


async def test_a_role_that_is_taken_away_counts_at_once(app: httpx.AsyncClient, admin: Keyward, editor: Person, editors: str) -> None:
    await login(app, editor)
    assert await status(app, "/edit") == 200
    (found,) = admin.get_admin_users(email=editor.email)["data"]
    admin.delete_admin_users_id_roles_role(found["id"], editors)
    assert await status(app, "/edit") == 403
    admin.post_admin_users_id_lock(found["id"])
    assert (await app.get("/me")).json() == {"email": None}


# What each keeps of its own


async def test_starlette_keeps_its_ways(akeyward: AsyncKeyward, person: Person, editor: Person) -> None:
    async with starlette_app.start(akeyward) as app:
        await login(app, person)
        assert await status(app, "/hidden") == 404
        away = await app.get("/sent-away")
        assert away.status_code == 303 and away.headers["location"].endswith("/me?next=http%3A%2F%2Fapp.example.com%2Fsent-away")
    from starlette.testclient import TestClient
    from starlette.websockets import WebSocketDisconnect

    for who, opens in ((None, False), (person, False), (editor, True)):
        async with starlette_app.start(akeyward) as app:
            if who:
                await login(app, who)
            cookies = dict(app.cookies)
        url = str(akeyward._wire.base)
        with TestClient(starlette_app.make(AsyncKeyward(url)), cookies=cookies) as client:
            if opens:
                with client.websocket_connect("/socket") as socket:
                    assert socket.receive_text() == "open"
                with pytest.raises(WebSocketDisconnect):
                    with client.websocket_connect("/socket", headers={"origin": "https://evil.example.com"}) as socket:
                        socket.receive_text()
            else:
                with pytest.raises(WebSocketDisconnect):
                    with client.websocket_connect("/socket") as socket:
                        socket.receive_text()


async def test_fastapi_describes_its_doors(akeyward: AsyncKeyward, editor: Person) -> None:
    async with fastapi_app.start(akeyward) as app:
        described = (await app.get("/openapi.json")).json()
        assert {"KeywardBearer", "KeywardCookie", "KeywardKey"} <= set(described["components"]["securitySchemes"])
        assert described["paths"]["/edit"]["get"]["security"]
        assert await status(app, "/either") == 401
        await login(app, editor)
        assert await status(app, "/either") == 200


async def test_sanic_guards_views_and_answers_as_sanic_security(akeyward: AsyncKeyward, server: Server, editor: Person) -> None:
    async with sanic_app.start(akeyward) as app:
        for path in ("/method", "/whole", "/auth-called", "/either"):
            reply = await app.get(path)
            assert (reply.status_code, reply.json()["code"], reply.json()["data"]) == (401, 401, "Unauthenticated"), path
        await login(app, editor)
        for path in ("/method", "/whole", "/auth-called", "/either"):
            assert await status(app, path) == 200, path
        refused = (await app.get("/publish")).json()
        assert (refused["code"], refused["data"], refused["problem"]["code"]) == (403, "MissingPermission", "missing_permission")
        # A form brings the captcha and the code as well.
        captcha = (await app.post("/captcha", json={"purpose": "app"})).json()
        form = {"captcha_token": captcha["token"], "captcha": solved(captcha)}
        assert (await app.post("/captcha-form", data=form)).status_code == 200
        assert (await app.post("/captcha-form", data=form)).status_code == 422
        assert (await app.post("/captcha-form", data={"captcha": "1"})).status_code == 403
        flow = (await app.post("/code")).json()["flow_id"]
        form = {"flow_id": flow, "code": server.letter(editor.email)["code"]}
        assert (await app.post("/code-form", data=form)).status_code == 200


def test_a_guard_without_names_is_a_mistake_and_no_open_door() -> None:
    import keyward.fastapi
    import keyward.sanic
    import keyward.tornado

    for guard in (
        keyward.sanic.requires_permission,
        keyward.sanic.require_permissions,
        keyward.sanic.requires_role,
        keyward.tornado.requires_permission,
        keyward.tornado.requires_role,
        keyward.fastapi.require,
        keyward.fastapi.require_any,
        keyward.fastapi.require_role,
    ):
        with pytest.raises(TypeError):
            guard()
    with pytest.raises(TypeError):
        keyward.sanic.requires_permission(lambda request: None)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        keyward.sanic.requires_verification(lambda request: None)  # type: ignore[arg-type]


async def test_aiohttp_keeps_a_cookie_also_with_a_raised_redirect(akeyward: AsyncKeyward, person: Person) -> None:
    async with aiohttp_app.start(akeyward) as app:
        assert await status(app, "/method") == 401
        reply = await app.post("/login-and-go", json={"identifier": person.email, "password": person.password})
        assert reply.status_code == 303
        assert (await app.get("/me")).json() == {"email": person.email}
        assert await status(app, "/method") == 200


async def test_tornado_checks_keys_and_xsrf(akeyward: AsyncKeyward, keyward: Keyward, editor: Person) -> None:
    key = keyward.sign_in(editor.email, editor.password).post_me_api_keys(name="ci")["api_key"]
    async with tornado_app.start(akeyward, xsrf_cookies=True) as app:
        assert (await app.get("/key")).json() == {"good": False, "email": None}
        assert (await app.get("/key", headers={"x-api-key": key})).json() == {"good": True, "email": editor.email}
        assert await status(app, "/key", headers={"x-api-key": "kwk_nothing"}) == 401
        # A cookie needs the XSRF token; a key does not.
        assert (await app.post("/view", headers={"x-api-key": key})).status_code == 200
        assert (await login(app, editor)).status_code == 403


def test_what_an_application_may_not_know_is_not_printed() -> None:
    for who in (ApiKey("kwk_secret"), Cookies({"kw_session": "ses_secret"})):
        assert "secret" not in f"{who!r} {who!s}"
