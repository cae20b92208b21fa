"""What is sent, repeated, kept and raised, with a server that the test plays."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from keyward import ApiKey, Cookies, Keyward, Nobody, Origin, Retries, SessionToken, UnexpectedReply, Unreachable, errors
from keyward._shared import checked_url
from keyward.cache import Cache
from keyward.errors import Problem

USER = {"id": "usr_1", "name": "Ada", "identifiers": [], "status": "active", "properties": {}, "created_at": "", "version": 1}
SESSION = {"id": "ses_1", "user": USER, "roles": ["editor"], "methods": ["password"], "aal": 1, "auth_time": "", "created_at": "", "expires_at": "", "data": {}}


def client(answer: Callable[[httpx.Request], httpx.Response], **options: Any) -> Keyward:
    options.setdefault("retries", Retries(times=2, first=0.0))
    return Keyward("http://localhost:1", http=httpx.Client(transport=httpx.MockTransport(answer)), **options)


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    body = {"type": f"urn:keyward:problem:{code}", "code": code, "title": "No.", "status": status, "instance": "req_1", **more}
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json"})


class Script:
    """Answers one after the other; the last one again and again."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers, self.requests = list(answers), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        # A response is read once.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "bad_json", errors.BadRequest),
        (401, "unauthenticated", errors.Unauthenticated),
        (401, "invalid_credentials", errors.InvalidCredentials),
        (401, "session_revoked", errors.SessionEnded),
        (401, "step_up_required", errors.StepUpRequired),
        (403, "missing_permission", errors.MissingPermission),
        (403, "captcha_required", errors.CaptchaRequired),
        (403, "account_unverified", errors.Unverified),
        (404, "not_found", errors.NotFound),
        (409, "conflict", errors.Conflict),
        (410, "code_expired", errors.Gone),
        (412, "precondition_failed", errors.PreconditionFailed),
        (418, "new_one", Problem),
        (422, "validation_failed", errors.Invalid),
        (429, "rate_limited", errors.TooManyRequests),
        (500, "new_one", errors.ServerError),
        (503, "busy", errors.Unavailable),
        (507, "read_only", errors.ServerError),
    ],
)
def test_each_problem_is_an_exception_of_its_kind(status: int, code: str, kind: type[Problem]) -> None:
    fields = [{"field": "email", "code": "bad"}]
    with client(Script(problem(status, code, errors=fields, permission="posts:edit"))) as keyward:
        with pytest.raises(Problem) as raised:
            keyward.post_sign_out()
    assert type(raised.value) is kind
    assert (raised.value.status, raised.value.code, raised.value.instance) == (status, code, "req_1")
    assert (raised.value.errors, raised.value.permission) == (fields, "posts:edit")


def test_a_code_that_comes_with_another_status_is_what_the_status_says() -> None:
    with pytest.raises(Problem) as raised:
        client(Script(problem(503, "missing_permission")), retries=Retries(times=0)).get_me()
    assert type(raised.value) is errors.Unavailable


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502, text="<h1>Bad gateway</h1>"),
        httpx.Response(401, json={"message": "who are you"}),
        httpx.Response(401, json=["unauthenticated"]),
        httpx.Response(302, headers={"location": "http://elsewhere.example.com/"}),
        httpx.Response(200, text="<h1>Hello</h1>"),
    ],
)
def test_what_is_not_keyward_is_neither_a_yes_nor_a_no(answer: httpx.Response) -> None:
    script = Script(answer)
    with pytest.raises(UnexpectedReply):
        client(script, credentials=SessionToken("ses_1.x"), retries=Retries(times=0)).get_session()
    assert len(script.requests) == 1


def test_what_changes_nothing_is_asked_again() -> None:
    busy = problem(503, "busy", retry_after=0)
    script = Script(busy, httpx.ReadTimeout("slow"), httpx.Response(200, json=SESSION))
    assert client(script).get_session()["id"] == "ses_1"
    assert len(script.requests) == 3
    # A question is one as well, although it is posted.
    script = Script(busy, httpx.Response(200, json={"permission": "a:b", "code": "allowed", "allowed": True}))
    assert client(script).can("a:b")


def test_what_changes_something_is_never_sent_twice() -> None:
    for failure in (problem(503, "busy", retry_after=0), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")):
        script = Script(failure, httpx.Response(200, json={}))
        with pytest.raises(errors.KeywardError):
            client(script).post_sign_up(email="ada@example.com")
        assert len(script.requests) == 1


def test_what_was_certainly_not_sent_is_sent_again() -> None:
    script = Script(httpx.ConnectError("refused"), httpx.Response(202, json={"status": "needs_verification"}))
    assert client(script).post_sign_up(email="ada@example.com")["status"] == "needs_verification"
    with pytest.raises(Unreachable):
        client(Script(httpx.ConnectError("refused"))).post_sign_out()


def test_a_long_wait_is_told_and_not_waited_for() -> None:
    late = httpx.Response(429, json=problem(429, "rate_limited").json(), headers={"retry-after": "3600"})
    script = Script(late)
    with pytest.raises(errors.TooManyRequests) as raised:
        client(script).get_me()
    assert (raised.value.retry_after, len(script.requests)) == (3600, 1)


@pytest.mark.parametrize("said", ["soon", "", "-1", "1e9", "99999999999999999999", "Wed, 99 Foo 2026 00:00:00 GMT"])
def test_a_wait_that_cannot_be_read_is_none(said: str) -> None:
    from keyward._wire import retry_after

    assert retry_after({"retry-after": said}) is None
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0


def test_credentials_come_in_their_own_header_and_show_nothing() -> None:
    for who, header, value in (
        (SessionToken("ses_1.secret"), "authorization", "Bearer ses_1.secret"),
        (ApiKey("kwk_secret"), "x-api-key", "kwk_secret"),
        (Cookies.of({"kw_session": "ses_1.secret", "theirs": "1"}), "cookie", "kw_session=ses_1.secret"),
    ):
        script = Script(httpx.Response(200, json=SESSION))
        client(script, credentials=who).get_session()
        assert script.requests[0].headers[header] == value
        assert "secret" not in repr(who)
    script = Script(httpx.Response(200, json={}))
    client(script, credentials=Nobody()).get_config()
    assert not {"authorization", "x-api-key", "cookie"} & set(script.requests[0].headers)


@pytest.mark.parametrize("text", ["", "a b", "a\r\nx-admin: 1", "ü", "a" * 8193])
def test_a_credential_that_would_break_a_header_is_refused(text: str) -> None:
    for kind in (SessionToken, ApiKey):
        with pytest.raises(ValueError):
            kind(text)
    assert Cookies.of({"kw_session": text, "kw_session; x": "1"}).headers() == {}


def test_a_client_that_serves_many_keeps_nobodys_cookies() -> None:
    set_cookie = {"set-cookie": "kw_session=ses_1.a; Path=/; HttpOnly"}
    script = Script(httpx.Response(200, json=SESSION, headers=set_cookie))
    keyward = Keyward("http://localhost:1")
    keyward._http = httpx.Client(transport=httpx.MockTransport(script), cookies=keyward._http.cookies.jar)
    keyward.get_config()
    keyward.get_config()
    assert "cookie" not in script.requests[1].headers


def test_a_browser_keeps_its_cookies_and_hands_on_the_changes() -> None:
    cookies = Cookies.of({"kw_device": "d"})
    line = "kw_session=ses_1.a; Path=/; HttpOnly; SameSite=Lax"
    script = Script(httpx.Response(200, json={}, headers=[("set-cookie", line), ("set-cookie", "other=1")]), httpx.Response(204))
    keyward = client(script, credentials=cookies)
    keyward.post_sign_in(identifier="ada", password="x")
    assert (cookies.session, cookies.changes) == ("ses_1.a", [line])
    keyward.post_sign_out()
    sent = script.requests[1].headers
    # Without a body it must still be JSON: that is what a cookie counts with.
    assert (sent["cookie"], sent["content-type"]) == ("kw_device=d; kw_session=ses_1.a", "application/json")
    cookies.keep(["kw_session=; Path=/; Max-Age=0"])
    assert cookies.session is None


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_a_part_of_a_path_cannot_lead_to_another_path(part: str) -> None:
    script = Script(httpx.Response(204))
    with pytest.raises(ValueError):
        client(script).delete_admin_users_id(part)
    client(script).delete_admin_users_id("../roles/admin?force=true#x")
    (sent,) = script.requests
    assert sent.url.raw_path == b"/api/v1/admin/users/..%2Froles%2Fadmin%3Fforce%3Dtrue%23x"


@pytest.mark.parametrize(
    "url", ["", "localhost:8080", "ftp://localhost", "http://user:pw@localhost", "http://auth.example.com", "https://a.example.com?x=1"]
)
def test_an_address_that_would_leak_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        Keyward(url)
    assert checked_url("http://auth.example.com/", plaintext=True) == "http://auth.example.com"


def test_whom_it_is_asked_for_is_sent_along_and_nothing_else_can_be() -> None:
    script = Script(httpx.Response(200, json=SESSION))
    good = Origin(address="203.0.113.9", agent="Browser/1", language="de")
    client(script).using(SessionToken("t"), good).get_session()
    sent = script.requests[0].headers
    assert (sent["x-forwarded-for"], sent["user-agent"], sent["accept-language"]) == ("203.0.113.9", "Browser/1", "de")
    planted = Origin(address="1.2.3.4, 5.6.7.8", agent="a\r\nx-admin: 1")
    client(script).using(SessionToken("t"), planted).get_session()
    assert "x-forwarded-for" not in script.requests[1].headers
    assert "x-admin" not in script.requests[1].headers


def test_a_server_is_asked_by_its_public_name() -> None:
    script = Script(httpx.Response(200, json=SESSION))
    client(script, host="auth.example.com").get_config()
    assert script.requests[0].headers["host"] == "auth.example.com"
    assert script.requests[0].url.host == "localhost"


def test_versions_are_sent_as_entity_tags() -> None:
    script = Script(httpx.Response(200, json={}))
    client(script).patch_admin_users_id("usr_1", name="Ada", if_match=3)
    assert script.requests[0].headers["if-match"] == '"3"'
    assert json.loads(script.requests[0].content) == {"name": "Ada"}


def test_nothing_is_sent_for_what_is_left_out_and_null_for_none() -> None:
    script = Script(httpx.Response(200, json={}))
    client(script).patch_admin_users_id("usr_1", phone=None)
    assert json.loads(script.requests[0].content) == {"phone": None}


def test_nobody_is_remembered_unless_that_is_asked_for() -> None:
    script = Script(httpx.Response(200, json=SESSION))
    keyward = client(script, credentials=SessionToken("t"))
    assert keyward.identify().roles == {"editor"}
    keyward.identify()
    assert len(script.requests) == 2


def test_a_remembered_answer_ends_by_itself_when_asked_and_with_the_session() -> None:
    now = [0.0]
    script = Script(httpx.Response(200, json=SESSION))
    keyward = client(script, credentials=SessionToken("t"), cache=5)
    keyward._cache = Cache(5, clock=lambda: now[0])

    def asked() -> int:
        return len(script.requests)

    keyward.identify()
    keyward.identify()
    assert asked() == 1
    # Another credential is another person.
    keyward.using(SessionToken("u")).identify()
    assert asked() == 2
    keyward.identify(fresh=True)
    assert asked() == 3
    now[0] = 5.0
    keyward.identify()
    assert asked() == 4
    keyward.sign_out()
    keyward.identify()
    assert asked() == 6


def test_a_refusal_is_not_remembered_and_ends_what_was() -> None:
    script = Script(httpx.Response(200, json=SESSION), problem(401, "session_revoked"), problem(401, "session_revoked"))
    keyward = client(script, credentials=SessionToken("t"), cache=60)
    keyward.identify()
    for _ in range(2):
        with pytest.raises(errors.SessionEnded):
            keyward.identify(fresh=True)
    with pytest.raises(errors.SessionEnded):
        keyward.identify()


def test_a_cache_stays_small_and_cannot_be_for_long() -> None:
    cache: Cache[int] = Cache(1, size=2, clock=lambda: 0.0)
    for number in range(3):
        cache.put(bytes([number]), number)
    assert [cache.get(bytes([n])) for n in range(3)] == [None, 1, 2]
    for seconds in (0, -1, 301):
        with pytest.raises(ValueError):
            Cache[int](seconds)


def test_what_cannot_be_decided_is_no_no() -> None:
    script = Script(httpx.Response(200, json={"permission": "a:b", "code": "decision_unavailable", "allowed": None}))
    with pytest.raises(errors.Unavailable):
        client(script).can("a:b")
