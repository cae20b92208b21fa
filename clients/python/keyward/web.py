"""What every framework's integration is made of.

A framework says of a request who sent it (`Asked`), and takes the cookies that came
back; the rest is here, once: recognising people, guards, and the whole flow from
registering to recovering an account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from . import types
from ._async import AsyncKeyward
from ._call import UNSET, Unset
from ._wire import Origin
from .credentials import ApiKey, Cookies, Credentials, Nobody, bearer
from .errors import (
    BadRequest,
    CaptchaRequired,
    CsrfFailed,
    Forbidden,
    Invalid,
    KeywardError,
    MissingPermission,
    Problem,
    StepUpRequired,
    Unauthenticated,
    refusal,
)
from .identity import Identity

R = TypeVar("R")
T = TypeVar("T")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


@dataclass
class State:
    """What is known of one request. It is kept on the request."""

    asked: Asked
    cookies: Cookies
    identity: Identity | None = None
    is_known: bool = False


@dataclass(frozen=True)
class Asked:
    """A request, as far as it says who sent it."""

    method: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    address: str | None = None

    def origin(self) -> Origin:
        """For whom Keyward is asked."""
        return Origin(self.address, self.headers.get("user-agent"), self.headers.get("accept-language"))

    def is_cross_site(self) -> bool:
        """Whether a page of another site sent it (Fetch Metadata, RFC 6454). What says
        nothing is no browser, or one whose cookies `SameSite=Lax` holds back."""
        site = self.headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        origin = self.headers.get("origin")
        return origin is not None and urlsplit(origin).netloc != self.headers.get("host")

    def credentials(self, cookies: Cookies) -> Credentials:
        """What it brings: a key, a bearer token, or the cookie, in this order. Two keys
        at once are refused, other schemes are the application's."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        token = token.strip()
        named = self.headers.get("x-api-key", "").strip()
        has_bearer = scheme.lower() == "bearer" and token.startswith(("ses_", "kwk_", "ey"))
        try:
            if named.startswith("kwk_"):
                if has_bearer:
                    raise refusal(BadRequest, "bad_request", "Two credentials at once.")
                return ApiKey(named)
            if has_bearer:
                return bearer(token)
        except ValueError as error:
            raise refusal(Unauthenticated, "unauthenticated", "Please sign in.") from error
        return cookies if cookies.session else Nobody()


class Web(Generic[R]):
    """The flow on requests of one framework. Each framework fills in three methods."""

    def client(self, request: R) -> AsyncKeyward:
        """The client that the application was set up with."""
        raise NotImplementedError

    def asked(self, request: R) -> Asked:
        """What the request says."""
        raise NotImplementedError

    def store(self, request: R) -> dict[str, Any]:
        """Where something may be kept for as long as the request lives."""
        raise NotImplementedError

    def state(self, request: R) -> State:
        """What is known of the request."""
        store = self.store(request)
        found = store.get("keyward")
        if not isinstance(found, State):
            asked = self.asked(request)
            found = store["keyward"] = State(asked, Cookies.of(asked.cookies))
        return found

    def set_cookies(self, request: R) -> list[str]:
        """The `Set-Cookie` lines for the response, each handed out once."""
        store = self.store(request).get("keyward")
        if not isinstance(store, State):
            return []
        lines = list(store.cookies.changes)
        store.cookies.changes.clear()
        return lines

    def _as(self, request: R, who: Credentials) -> AsyncKeyward:
        return self.client(request).using(who, self.state(request).asked.origin())

    def caller(self, request: R) -> AsyncKeyward:
        """A client that asks as whoever sent the request."""
        state = self.state(request)
        return self._as(request, state.asked.credentials(state.cookies))

    def browser(self, request: R) -> AsyncKeyward:
        """A client that asks as the browser: with its cookies, whatever they are."""
        return self._as(request, self.state(request).cookies)

    # Who is it?

    async def identify(self, request: R, *, fresh: bool = False) -> Identity | None:
        """Whoever sent the request, or nobody.

        A cookie that is good no more is nobody's; a token or a key that was brought and
        is refused is never passed over: that raises `Unauthenticated`. A cookie does not
        count for an unsafe request of another site: that raises `CsrfFailed`. What
        cannot be told right now raises `Unreachable` or `ServerError`.
        """
        state = self.state(request)
        if state.is_known and not fresh:
            return state.identity
        who = state.asked.credentials(state.cookies)
        state.identity = None
        if not isinstance(who, Nobody):
            if isinstance(who, Cookies) and state.asked.method not in SAFE and state.asked.is_cross_site():
                raise refusal(CsrfFailed, "csrf_failed", "The request came from another site.")
            try:
                state.identity = await self._as(request, who).identify(fresh=fresh)
            except Unauthenticated:
                if not isinstance(who, Cookies):
                    raise
        state.is_known = True
        return state.identity

    async def demand(self, request: R, *, fresh: bool = False) -> Identity:
        """Whoever sent the request. Raises `Unauthenticated` where that is nobody."""
        found = await self.identify(request, fresh=fresh)
        if found is None:
            raise refusal(Unauthenticated, "unauthenticated", "Please sign in.")
        return found

    # May they?

    async def can(self, request: R, permission: str, resource: types.Resource | str | None = None) -> bool:
        """Whether they may; nobody may nothing."""
        if await self.identify(request) is None:
            return False
        return await self.caller(request).can(permission, resource)

    async def demand_permissions(self, request: R, wanted: Iterable[str], *, any_of: bool = False) -> Identity:
        """Whoever may do all of `wanted`, or any of it. All of nothing is met by whoever
        is signed in, any of nothing by nobody. Raises `MissingPermission`."""
        identity = await self.demand(request)
        wanted = tuple(wanted)
        may = await self.caller(request).can_each(*wanted) if wanted else {}
        missing = [permission for permission in wanted if not may[permission]]
        if missing if not any_of else len(missing) == len(wanted):
            more = {"permission": missing[0]} if missing else {}
            raise refusal(MissingPermission, "missing_permission", "You may not do this.", **more)
        return identity

    async def demand_roles(self, request: R, wanted: Iterable[str], *, any_of: bool = True) -> Identity:
        """Whoever holds any of these roles, or all of them. Raises `Forbidden`."""
        identity = await self.demand(request)
        wanted = set(wanted)
        held = wanted & identity.roles
        if not (held if any_of else held == wanted):
            raise refusal(Forbidden, "missing_role", "This is for others.")
        return identity

    async def demand_second_factor(self, request: R, max_age: float | None = None) -> Identity:
        """Whoever proved a second factor, not longer ago than `max_age` seconds. Raises
        `StepUpRequired`, which `step_up` answers."""
        identity = await self.demand(request, fresh=True)
        session = identity.session
        if session is None or session["aal"] < 2 or (max_age is not None and age(session["auth_time"]) > max_age):
            more = {"aal": 2} if max_age is None else {"aal": 2, "max_age": max_age}
            raise refusal(StepUpRequired, "step_up_required", "Please prove again who you are.", **more)
        return identity

    # The whole flow

    async def register(
        self,
        request: R,
        *,
        email: str | None = None,
        password: str | None = None,
        username: str | None = None,
        phone: str | None = None,
        name: str | None = None,
        properties: dict[str, Any] | None = None,
        invitation: str | None = None,
        captcha_token: str | None = None,
        captcha: str | None = None,
    ) -> types.Outcome:
        """Makes an account. `needs_verification` names the flow that `verify` answers."""
        given = {
            "email": email,
            "password": password,
            "username": username,
            "phone": phone,
            "name": name,
            "properties": properties,
            "invitation": invitation,
            "captcha_token": captcha_token,
            "captcha": captcha,
        }
        named: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        return self._changed(request, await self._door(request).post_sign_up(**named))

    async def login(
        self,
        request: R,
        identifier: str,
        password: str,
        *,
        remember: bool = False,
        captcha_token: str | None = None,
        captcha: str | None = None,
    ) -> types.Outcome:
        """Signs in and sets the cookie. `needs_mfa` names the flow that `second_factor`
        answers. Raises `InvalidCredentials`."""
        outcome = await self._door(request).post_sign_in(
            identifier=identifier,
            password=password,
            remember=remember,
            captcha_token=unless_none(captcha_token),
            captcha=unless_none(captcha),
        )
        return self._changed(request, outcome)

    async def second_factor(
        self, request: R, flow_id: str, code: str, *, method: str = "totp", trust_device: bool = False
    ) -> types.Outcome:
        """Answers `needs_mfa`, in the browser that began, and sets the cookie."""
        outcome = await self._door(request).post_sign_in_mfa(
            flow_id=flow_id, method=method, code=code, trust_device=trust_device
        )
        return self._changed(request, outcome)

    async def step_up(self, request: R, code: str, *, method: str = "totp") -> types.Outcome:
        """Proves again who they are; the session is replaced."""
        outcome = await self._door(request).post_session_step_up(method=method, code=code)
        return self._changed(request, outcome)

    async def logout(self, request: R) -> None:
        """Ends the session and clears the cookie, also where there was none."""
        await self._door(request).sign_out()
        self._changed(request, None)

    async def verify(self, request: R, flow_id: str, code: str) -> types.Outcome:
        """Proves the address that a code was sent to. In the browser that registered
        this signs in as well."""
        return self._changed(request, await self._door(request).post_verifications_id_confirm(flow_id, code=code))

    async def verify_link(self, request: R, token: str) -> types.Outcome:
        """The same by the link of the letter."""
        return self._changed(request, await self._door(request).post_verify_link(token=token))

    async def resend(self, request: R, flow_id: str) -> None:
        """Sends the code again, after a wait."""
        await self._door(request).post_verifications_id_resend(flow_id)

    async def recover(
        self, request: R, identifier: str, *, captcha_token: str | None = None, captcha: str | None = None
    ) -> types.Outcome:
        """Sends a code to whoever forgot a password; the answer tells nobody who that is."""
        outcome = await self._door(request).post_recovery(
            identifier=identifier, captcha_token=unless_none(captcha_token), captcha=unless_none(captcha)
        )
        return self._changed(request, outcome)

    async def reset(self, request: R, flow_id: str, code: str, password: str) -> types.Outcome:
        """Sets a new password with that code, and signs in."""
        outcome = await self._door(request).post_recovery_id_confirm(flow_id, code=code, password=password)
        return self._changed(request, outcome)

    async def captcha(self, request: R, purpose: str = "app", *, digits: bool = False) -> types.Captcha:
        """A captcha for `purpose`. With `digits` it is seen and heard, and not computed."""
        kind: Literal["digits"] | Unset = "digits" if digits else UNSET
        return await self._door(request).post_captcha(purpose=purpose, kind=kind)

    async def captcha_image(self, request: R, token: str) -> bytes:
        """The picture of a captcha of digits, as PNG."""
        return await self._door(request).get_captcha_token_image(token)

    async def captcha_audio(self, request: R, token: str) -> bytes:
        """The recording of a captcha of digits, as WAV."""
        return await self._door(request).get_captcha_token_audio(token)

    # Proofs for doors of the application's own

    async def spend_captcha(self, request: R, token: str | None, answer: str | None) -> None:
        """Counts a captcha of the purpose `app`, once. Raises `CaptchaRequired`, and
        `Invalid` or `Gone` for one that is not right or has ended."""
        if not token or not answer:
            title = "Please solve the captcha first."
            raise refusal(CaptchaRequired, "captcha_required", title, purpose="app")
        await self._door(request).post_captcha_spend(captcha_token=token, captcha=answer)

    async def send_code(self, request: R, purpose: str) -> types.Begun:
        """Sends whoever is signed in a code that is good for `purpose` alone."""
        await self.demand(request)
        return await self.caller(request).post_me_codes(purpose=purpose)

    async def spend_code(self, request: R, purpose: str, flow_id: str | None, code: str | None) -> None:
        """Counts such a code, once. Raises `Forbidden` with `verification_required` where
        there is none, and `Invalid` or `Gone` for one that is not right or has ended."""
        await self.demand(request)
        if not flow_id or not code:
            title = "A code that is sent to you is needed as well."
            raise refusal(Forbidden, "verification_required", title, purpose=purpose)
        if flow_id in (".", ".."):
            raise refusal(Invalid, "code_invalid", "The code is not right.")
        await self.caller(request).post_me_codes_id_spend(flow_id, purpose=purpose, code=code)

    def _door(self, request: R) -> AsyncKeyward:
        # Nobody is signed in to, or out of, an account by a page of another site.
        state = self.state(request)
        if state.asked.method not in SAFE and state.asked.is_cross_site():
            raise refusal(CsrfFailed, "csrf_failed", "The request came from another site.")
        return self.browser(request)

    def _changed(self, request: R, outcome: T) -> T:
        """Whoever is there now may be somebody else."""
        state = self.state(request)
        state.identity, state.is_known = None, False
        return outcome


def unless_none(value: str | None) -> str | Unset:
    return UNSET if value is None else value


def age(when: str) -> float:
    """Seconds since a time of the server's. What cannot be read is long ago."""
    try:
        then = datetime.fromisoformat(when.replace("Z", "+00:00"))
        return (datetime.now(timezone.utc) - then).total_seconds()
    except (ValueError, TypeError):
        return float("inf")


@dataclass(frozen=True)
class Told:
    """How something that went wrong is answered."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def told(error: KeywardError) -> Told:
    """A problem is answered as it is. What could not be asked is a 503: never a yes, and
    never a no that somebody could take for an answer."""
    if isinstance(error, Problem):
        headers = {"cache-control": "no-store"}
        if error.retry_after is not None:
            headers["retry-after"] = str(error.retry_after)
        if error.status == 401:
            headers["www-authenticate"] = 'Bearer realm="keyward"'
        return Told(error.status, {**error.body, "status": error.status}, headers)
    body = {"code": "decision_unavailable", "title": "It cannot be decided right now.", "status": 503}
    return Told(503, body, {"cache-control": "no-store", "retry-after": "1"})


def two_words(text: str | None) -> tuple[str, str] | None:
    """`FIRST SECOND` of a header."""
    first, _, second = (text or "").strip().partition(" ")
    return (first, second.strip()) if first and second.strip() else None
