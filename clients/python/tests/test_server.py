"""The client and a running server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

import pytest

from keyward import ApiKey, AsyncKeyward, Cookies, Keyward, NextStep, Nobody, Origin, SessionToken, errors

from .conftest import PASSWORD, Person, Server, somebody


def totp(secret: str, now: float) -> str:
    """RFC 6238 with SHA-1, six digits and thirty seconds."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(now) // 30), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def test_signing_in_being_somebody_and_signing_out(keyward: Keyward, editor: Person) -> None:
    me = keyward.sign_in(editor.email, editor.password)
    identity = me.identify()
    assert (identity.email, set(identity.roles), identity.aal) == (editor.email, {"editor"}, 1)
    assert me.can("posts:edit") and not me.can("posts:publish")
    assert me.can_each("posts:edit", "posts:publish") == {"posts:edit": True, "posts:publish": False}
    me.sign_out()
    with pytest.raises(errors.Unauthenticated):
        me.identify()


async def test_the_same_asynchronously(akeyward: AsyncKeyward, editor: Person) -> None:
    me = await akeyward.sign_in(editor.email, editor.password)
    assert (await me.identify()).email == editor.email
    assert await me.can("posts:edit") and not await me.can("posts:publish")
    await me.sign_out()
    with pytest.raises(errors.Unauthenticated):
        await me.identify()


def test_wrong_passwords_and_unknown_people_are_refused_alike(keyward: Keyward, person: Person) -> None:
    for name in (person.email, "nobody@example.com"):
        with pytest.raises(errors.InvalidCredentials) as raised:
            keyward.sign_in(name, "wrong horse battery")
        assert raised.value.code == "invalid_credentials"


def test_signing_up_as_a_browser(server: Server, keyward: Keyward) -> None:
    browser = keyward.using(Cookies())
    outcome = browser.post_sign_up(email="grace@example.com", password=PASSWORD, name="Grace")
    assert outcome["status"] == "needs_verification"
    code = server.letter("grace@example.com")["code"]
    done = browser.post_verifications_id_confirm(outcome["flow_id"] or "", code=code)
    assert done["status"] == "complete" and "token" not in done
    assert browser.identify().email == "grace@example.com"
    browser.sign_out()
    with pytest.raises(errors.Unauthenticated):
        browser.identify()


def test_a_second_factor(keyward: Keyward, person: Person) -> None:
    me = keyward.sign_in(person.email, person.password)
    begun = me.post_me_totp()
    enrolled = me.post_me_totp_confirm(flow_id=begun["flow_id"], code=totp(begun["secret"], time.time()))
    assert len(enrolled["recovery_codes"]) == 10
    with pytest.raises(NextStep) as raised:
        keyward.sign_in(person.email, person.password)
    assert (raised.value.status, raised.value.methods) == ("needs_mfa", ["totp", "recovery_code"])
    again = keyward.second_factor(raised.value, enrolled["recovery_codes"][0], "recovery_code")
    assert again.identify().aal == 2


def test_an_api_key(keyward: Keyward, editor: Person) -> None:
    me = keyward.sign_in(editor.email, editor.password)
    made = me.post_me_api_keys(name="ci", permissions=["posts:edit"])
    program = keyward.using(ApiKey(made["api_key"]))
    assert (program.identify().email, program.identify().session) == (editor.email, None)
    assert program.can("posts:edit") and not program.can("posts:publish")
    with pytest.raises(errors.Forbidden) as raised:
        program.get_session()
    assert raised.value.code == "session_required"


def test_administration(admin: Keyward, keyward: Keyward, person: Person) -> None:
    (found,) = admin.get_admin_users(email=person.email)["data"]
    detail = admin.get_admin_users_id(found["id"])
    admin.patch_admin_users_id(found["id"], name="Lin", if_match=detail["version"])
    with pytest.raises(errors.PreconditionFailed):
        admin.patch_admin_users_id(found["id"], name="Max", if_match=detail["version"])
    me = keyward.sign_in(person.email, person.password)
    admin.post_admin_users_id_lock(found["id"])
    with pytest.raises(errors.Unauthenticated):
        me.identify()
    with pytest.raises(errors.MissingPermission) as raised:
        keyward.sign_in(somebody(admin).email, PASSWORD).get_admin_users()
    assert raised.value.permission == "users:view"


def test_pictures_and_recordings_are_bytes(keyward: Keyward) -> None:
    asked = keyward.post_captcha(purpose="app", kind="digits")
    assert keyward.get_captcha_token_image(asked["token"]).startswith(b"\x89PNG")
    assert keyward.get_captcha_token_audio(asked["token"]).startswith(b"RIFF")


def test_the_stream_says_when_a_session_ends(keyward: Keyward, person: Person) -> None:
    me = keyward.sign_in(person.email, person.password)
    events = me.get_session_events()
    assert next(events).name == "open"
    me.sign_out()
    assert next(events).name == "ended"
    events.close()  # type: ignore[attr-defined]


def test_a_refused_stream_is_a_problem(keyward: Keyward) -> None:
    with pytest.raises(errors.Unauthenticated):
        next(keyward.using(SessionToken("ses_none.none")).get_session_events())


@pytest.mark.parametrize("text", ["x" * 3000, "ses_", "ses_01kcvw6h00e9a8x3n5q7r2t4v6.AAAA", "a/b+c=", "~"])
def test_tokens_that_are_none_are_refused_as_tokens(keyward: Keyward, text: str) -> None:
    with pytest.raises(errors.Unauthenticated):
        keyward.using(SessionToken(text)).identify()


def test_whom_it_is_asked_for_is_whom_the_server_sees(keyward: Keyward, person: Person) -> None:
    browser = Origin(address="203.0.113.9", agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    me = keyward.using(Nobody(), browser).sign_in(person.email, person.password)
    (session,) = me.get_me_sessions()["data"]
    assert session["address"] == "203.0.113.9" and "Firefox" in session["client"]


def test_an_unreachable_server_is_said_to_be_so() -> None:
    from keyward import Retries, Unreachable

    from .conftest import free_port

    with Keyward(f"http://127.0.0.1:{free_port()}", retries=Retries(times=0)) as nobody:
        with pytest.raises(Unreachable):
            nobody.get_config()
