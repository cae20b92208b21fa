"""Everything at once, and the functions of the flow."""

from __future__ import annotations

from aiohttp import web as http

from .._async import AsyncKeyward
from .._guards import Decorator
from . import auth, autz
from ._web import CLIENT, web


def setup(
    app: http.Application,
    client: AsyncKeyward,
    autz_policy: autz.AbstractAutzPolicy | None = None,
    auth_policy: auth.AbstractAuthentication | None = None,
) -> None:
    """Recognises people and decides what they may, by Keyward unless other policies are
    given. What is refused is answered as a problem."""
    app[CLIENT] = client
    auth.setup(app, auth_policy or auth.KeywardAuthentication())
    autz.setup(app, autz_policy or autz.KeywardAutzPolicy())


#: The request brings `Keyward-Captcha: TOKEN ANSWER`.
requires_captcha = auth.guards.captcha


def requires_verification(purpose: str) -> Decorator:
    """The request brings `Keyward-Verification: FLOW CODE` for this purpose."""
    return auth.guards.code(purpose)


def requires_second_factor(max_age: float | None = None) -> Decorator:
    """They proved a second factor, not longer ago than `max_age` seconds."""
    return auth.guards.second_factor(max_age)


identify, can, caller = web.identify, web.can, web.caller
register, login, logout, second_factor, step_up = web.register, web.login, web.logout, web.second_factor, web.step_up
verify, verify_link, resend = web.verify, web.verify_link, web.resend
recover, reset = web.recover, web.reset
captcha, captcha_image, captcha_audio = web.captcha, web.captcha_image, web.captcha_audio
spend_captcha, send_code, spend_code = web.spend_captcha, web.send_code, web.spend_code
