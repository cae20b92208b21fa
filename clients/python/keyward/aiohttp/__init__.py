"""Keyward in aiohttp, with the names of aiohttp_auth_autz.

    app = web.Application()
    keyward.aiohttp.setup(app, AsyncKeyward("http://localhost:8080"))

    @autz_required("posts:edit")
    async def edit(request):
        return web.Response(text=await get_auth(request))

`auth` and `autz` are modules as there. `remember` takes what `login` of Keyward gave, and
not a name: that somebody is who they say is Keyward's to tell. A session that was
forgotten is over, also for whoever copied its cookie.
"""

from . import auth, autz, flow
from .auth import AbstractAuthentication, KeywardAuthentication, auth_required, forget, get_auth, get_identity, remember
from .autz import (
    AbstractACLAutzPolicy,
    AbstractAutzPolicy,
    Group,
    KeywardAutzPolicy,
    Permission,
    RoleACLAutzPolicy,
    autz_required,
    permit,
)
from .flow import (
    can,
    caller,
    captcha,
    captcha_audio,
    captcha_image,
    identify,
    login,
    logout,
    recover,
    register,
    requires_captcha,
    requires_second_factor,
    requires_verification,
    resend,
    reset,
    second_factor,
    send_code,
    setup,
    spend_captcha,
    spend_code,
    step_up,
    verify,
    verify_link,
)

__all__ = [
    "AbstractACLAutzPolicy",
    "AbstractAuthentication",
    "AbstractAutzPolicy",
    "Group",
    "KeywardAuthentication",
    "KeywardAutzPolicy",
    "Permission",
    "RoleACLAutzPolicy",
    "auth",
    "auth_required",
    "autz",
    "autz_required",
    "caller",
    "can",
    "captcha",
    "captcha_audio",
    "captcha_image",
    "flow",
    "forget",
    "get_auth",
    "get_identity",
    "identify",
    "login",
    "logout",
    "permit",
    "recover",
    "register",
    "remember",
    "requires_captcha",
    "requires_second_factor",
    "requires_verification",
    "resend",
    "reset",
    "second_factor",
    "send_code",
    "setup",
    "spend_captcha",
    "spend_code",
    "step_up",
    "verify",
    "verify_link",
]
