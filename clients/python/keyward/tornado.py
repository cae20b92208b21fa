"""Keyward in Tornado, with the names of authnzerver's frontend.

    class Edit(BaseHandler):
        @requires_permission("posts:edit")
        async def get(self):
            self.write({"name": self.current_user.name})

    app = Application([("/edit", Edit)], keyward=AsyncKeyward("http://localhost:8080"))

`current_user` is whoever is signed in, or nothing; it is there before a handler runs.
`keycheck` says the same of a key in `Authorization: Bearer` or `X-Api-Key`. Requests that
bring one need no XSRF token; all others do, where the application sets `xsrf_cookies`.
"""

from __future__ import annotations

from typing import Any

from tornado.web import RequestHandler

from . import types
from ._async import AsyncKeyward
from ._guards import Decorator, Guards
from .credentials import ApiKey, SessionToken
from .errors import KeywardError, Unauthenticated
from .identity import Identity
from .web import Asked, Web, told


class TornadoWeb(Web[RequestHandler]):
    """The flow on Tornado's handlers."""

    def client(self, request: RequestHandler) -> AsyncKeyward:
        found = request.application.settings.get("keyward")
        if not isinstance(found, AsyncKeyward):
            raise RuntimeError("the application has no setting keyward=AsyncKeyward(…)")
        return found

    def asked(self, request: RequestHandler) -> Asked:
        asked = request.request
        cookies = {name: morsel.value for name, morsel in asked.cookies.items()}
        headers = {name.lower(): value for name, value in asked.headers.get_all()}
        return Asked(asked.method or "GET", headers, cookies, asked.remote_ip)

    def store(self, request: RequestHandler) -> dict[str, Any]:
        if not hasattr(request, "_keyward"):
            request._keyward = {}  # type: ignore[attr-defined]
        store: dict[str, Any] = request._keyward  # type: ignore[attr-defined]
        return store


web = TornadoWeb()


class BaseHandler(RequestHandler):
    """A handler that knows who sent its request."""

    current_user: Identity | None

    async def prepare(self) -> None:
        """Recognises whoever sent it. A handler with a `prepare` of its own calls this
        first."""
        self.current_user = await web.identify(self)

    def get_current_user(self) -> Identity | None:
        """Whoever was recognised."""
        return web.state(self).identity

    def check_xsrf_cookie(self) -> None:
        """Not asked of what no browser sends by itself: a key or a bearer token."""
        state = web.state(self)
        if not isinstance(state.asked.credentials(state.cookies), (ApiKey, SessionToken)):
            super().check_xsrf_cookie()

    async def keycheck(self) -> tuple[bool, Identity | None]:
        """Whether the request brings a key or a token that is good, and whose."""
        state = web.state(self)
        if not isinstance(state.asked.credentials(state.cookies), (ApiKey, SessionToken)):
            return False, None
        try:
            found = await web.demand(self, fresh=True)
        except Unauthenticated:
            return False, None
        return True, found

    async def can(self, permission: str, resource: types.Resource | str | None = None) -> bool:
        """Whether they may; nobody may nothing."""
        return await web.can(self, permission, resource)

    def flush(self, include_footers: bool = False) -> Any:
        """Sets the cookies before anything is sent."""
        if not self._headers_written:
            for line in web.set_cookies(self):
                self.add_header("Set-Cookie", line)
        return super().flush(include_footers)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """What is refused is no fault of ours."""
        if not isinstance(value, KeywardError):
            super().log_exception(typ, value, tb)

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """What Keyward refuses is answered as it says."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        super().send_error(told(error).status if isinstance(error, KeywardError) else status_code, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A problem (RFC 9457), where it is one."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if not isinstance(error, KeywardError):
            super().write_error(status_code, **kwargs)
            return
        answer = told(error)
        for name, value in answer.headers.items():
            self.set_header(name, value)
        self.finish(answer.body)
        self.set_header("Content-Type", "application/problem+json")

    # The whole flow

    async def register(self, **given: Any) -> types.Outcome:
        """See `Web.register`."""
        return await web.register(self, **given)

    async def login(self, identifier: str, password: str, **more: Any) -> types.Outcome:
        """See `Web.login`."""
        return await web.login(self, identifier, password, **more)

    async def logout(self) -> None:
        """See `Web.logout`."""
        await web.logout(self)

    async def verify(self, flow_id: str, code: str) -> types.Outcome:
        """See `Web.verify`."""
        return await web.verify(self, flow_id, code)

    async def recover(self, identifier: str, **more: Any) -> types.Outcome:
        """See `Web.recover`."""
        return await web.recover(self, identifier, **more)

    async def reset(self, flow_id: str, code: str, password: str) -> types.Outcome:
        """See `Web.reset`."""
        return await web.reset(self, flow_id, code, password)

    async def captcha(self, purpose: str = "app", *, digits: bool = False) -> types.Captcha:
        """See `Web.captcha`."""
        return await web.captcha(self, purpose, digits=digits)


def _found(arguments: tuple[Any, ...]) -> RequestHandler:
    for argument in arguments:
        if isinstance(argument, RequestHandler):
            return argument
    raise TypeError("a guarded handler is no handler's method")


_guards = Guards(web, _found, ("get", "head", "post", "put", "patch", "delete", "options"))


#: Somebody is signed in; 401 where nobody is.
requires_authentication = _guards.authenticated


def requires_permission(*permissions: str) -> Decorator:
    """They may do all of this."""
    return _guards.permissions(permissions, any_of=False)


def requires_role(*roles: str) -> Decorator:
    """They hold any of these roles."""
    return _guards.roles(roles, any_of=True)


#: The request brings `Keyward-Captcha: TOKEN ANSWER`.
requires_captcha = _guards.captcha


def requires_verification(purpose: str) -> Decorator:
    """The request brings `Keyward-Verification: FLOW CODE` for this purpose."""
    return _guards.code(purpose)


def requires_second_factor(max_age: float | None = None) -> Decorator:
    """They proved a second factor, not longer ago than `max_age` seconds."""
    return _guards.second_factor(max_age)


__all__ = [
    "BaseHandler",
    "requires_authentication",
    "requires_captcha",
    "requires_permission",
    "requires_role",
    "requires_second_factor",
    "requires_verification",
    "web",
]
