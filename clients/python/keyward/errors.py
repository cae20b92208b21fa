"""What goes wrong, as exceptions.

Everything is a `KeywardError`. `Problem` is an answer of the server that says no
(RFC 9457); its subclasses are by status and, where a caller usually does something
about it, by code. `Unreachable` and `UnexpectedReply` mean that there was no answer,
which is never to be taken for a no or a yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class KeywardError(Exception):
    """Anything that goes wrong here."""


class Unreachable(KeywardError):
    """The server could not be asked, or did not answer in time."""


class UnexpectedReply(KeywardError):
    """What answered is not Keyward, or much newer."""


class Problem(KeywardError):
    """The server refused, or failed, and says why.

    `code` is stable; `retry_after` is in seconds, where it is worth coming again;
    `errors` names the fields that are wrong; `extra` has whatever else the problem
    says, such as `permission` or `purpose`.
    """

    status: int = 500

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: int | None = None) -> None:
        self.status = status
        self.code: str = str(body.get("code", ""))
        self.title: str = str(body.get("title", ""))
        self.detail: str | None = body.get("detail")
        self.instance: str | None = body.get("instance")
        self.errors: list[dict[str, Any]] = list(body.get("errors") or [])
        said = body.get("retry_after", retry_after)
        self.retry_after: int | None = said if isinstance(said, int) else retry_after
        known = ("type", "code", "title", "status", "detail", "instance", "errors", "retry_after")
        self.extra: dict[str, Any] = {key: value for key, value in body.items() if key not in known}
        self.body: dict[str, Any] = dict(body)
        super().__init__(f"{status} {self.code}: {self.detail or self.title}")

    @property
    def permission(self) -> str | None:
        """The permission that was lacking, where that is the reason."""
        found = self.extra.get("permission")
        return found if isinstance(found, str) else None


class BadRequest(Problem):
    """400: the request is malformed."""


class Unauthenticated(Problem):
    """401: nobody is signed in, or not with this."""


class Forbidden(Problem):
    """403: they may not."""


class NotFound(Problem):
    """404."""


class Conflict(Problem):
    """409: it exists already, or has changed meanwhile."""


class Gone(Problem):
    """410: a code, a link or a captcha has ended."""


class PreconditionFailed(Problem):
    """412: it has changed since it was read."""


class Invalid(Problem):
    """422: something of the input is wrong; `errors` names the fields."""


class TooManyRequests(Problem):
    """429: wait `retry_after` seconds."""


class ServerError(Problem):
    """5xx: the server failed. It is neither a yes nor a no."""


class Unavailable(ServerError):
    """503: it cannot be answered right now; `retry_after` says when to come again."""


class InvalidCredentials(Unauthenticated):
    """`invalid_credentials`: name or password is wrong, or the account is closed."""


class SessionEnded(Unauthenticated):
    """`session_expired` or `session_revoked`."""


class StepUpRequired(Unauthenticated):
    """`step_up_required`: a recent proof is needed; `extra` has `aal` and `max_age`."""


class MissingPermission(Forbidden):
    """`missing_permission`; see `permission`."""


class CaptchaRequired(Forbidden):
    """`captcha_required`: solve one for `extra["purpose"]` first."""


class CsrfFailed(Forbidden):
    """`csrf_failed`: a page of another site sent the request."""


class SecondFactorMissing(Forbidden):
    """`mfa_not_enrolled` or `mfa_required`."""


class Unverified(Forbidden):
    """`account_unverified`: an address must be confirmed first."""


_BY_STATUS: dict[int, type[Problem]] = {
    400: BadRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: PreconditionFailed,
    422: Invalid,
    429: TooManyRequests,
    503: Unavailable,
}

_BY_CODE: dict[str, type[Problem]] = {
    "account_unverified": Unverified,
    "captcha_required": CaptchaRequired,
    "csrf_failed": CsrfFailed,
    "invalid_credentials": InvalidCredentials,
    "mfa_not_enrolled": SecondFactorMissing,
    "mfa_required": SecondFactorMissing,
    "missing_permission": MissingPermission,
    "session_expired": SessionEnded,
    "session_revoked": SessionEnded,
    "step_up_required": StepUpRequired,
}


def problem(status: int, body: Mapping[str, Any], retry_after: int | None = None) -> Problem:
    """The exception for an answer of the server.

    The status decides; a code chooses a subclass of what the status says, so that a
    code that comes with another status is not taken for what it is not.
    """
    found = _BY_STATUS.get(status, ServerError if status >= 500 else Problem)
    closer = _BY_CODE.get(str(body.get("code", "")))
    if closer is not None and issubclass(closer, found):
        found = closer
    return found(status, body, retry_after)


def refusal(kind: type[Problem], code: str, title: str, **extra: Any) -> Problem:
    """A refusal of our own, in the form of the server's."""
    status = next(status for status, base in _BY_STATUS.items() if issubclass(kind, base))
    return kind(status, {"code": code, "title": title, "status": status, **extra})
