"""What they may do: `permit` and `autz_required`, by Keyward's policy or by an access
control list of the application's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

from aiohttp import web as http

from .._guards import Decorator
from ..errors import Unauthenticated
from . import auth
from ._web import web as _web

POLICY = "autz"
NO_CONTEXT = (
    "Context should be specified globally through acl autz policy or passed as a parameter "
    "of permit function or autz_required decorator."
)


class Permission(Enum):
    """What an entry of a list does."""

    Allow = True
    Deny = False


class Group(Enum):
    """Groups that nobody is put into. No text is one of them."""

    Everyone = "Everyone"
    AuthenticatedUser = "AuthenticatedUser"


Entry = tuple[Permission, "str | Group", Iterable[str]]


class AbstractAutzPolicy:
    """Says whether somebody may."""

    async def permit(self, user_identity: str | None, permission: str, context: Any = None) -> bool:
        """Whether `user_identity`, or nobody, may."""
        raise NotImplementedError

    async def permit_request(self, request: http.Request, permission: str, context: Any = None) -> bool:
        """The same of whoever sent a request."""
        return await self.permit(await auth.get_auth(request), permission, context)


class KeywardAutzPolicy(AbstractAutzPolicy):
    """Asks Keyward. The context is what it is about: `posts:42`, or what the application
    knows of it."""

    async def permit_request(self, request: http.Request, permission: str, context: Any = None) -> bool:
        try:
            return await _web.can(request, permission, context)
        except Unauthenticated:
            return False


class AbstractACLAutzPolicy(AbstractAutzPolicy):
    """An access control list in the application: the first entry whose group is held and
    which names the permission decides; without one, the answer is no.

    A list that comes with the question replaces the policy's own, also an empty one.
    Entries that are none raise `TypeError`, where aiohttp_auth_autz denied in silence.
    """

    def __init__(self, context: Sequence[Entry] | None = None) -> None:
        self.context = None if context is None else checked(context)

    async def acl_groups(self, user_identity: str | None) -> Iterable[str] | None:
        """The groups of somebody, or of nobody. `None` is a ban: not even what is
        everyone's is allowed."""
        raise NotImplementedError

    async def permit(self, user_identity: str | None, permission: str, context: Any = None) -> bool:
        entries = self.context if context is None else checked(context)
        return decide(entries, await self.acl_groups(user_identity), user_identity is not None, permission)


Checked = list[tuple[Permission, "str | Group", frozenset[str]]]


def decide(entries: Checked | None, found: Iterable[str] | None, is_somebody: bool, permission: str) -> bool:
    """The first entry that applies decides; without one, the answer is no."""
    if entries is None:
        raise RuntimeError(NO_CONTEXT)
    if found is None:
        return False
    if isinstance(found, str):
        raise TypeError("acl_groups gives a list of names, and not one name")
    groups: set[str | Group] = {*found, Group.Everyone}
    if is_somebody:
        groups.add(Group.AuthenticatedUser)
    for action, group, permissions in entries:
        if group in groups and permission in permissions:
            return action is Permission.Allow
    return False


def checked(context: Iterable[Any]) -> Checked:
    """The entries of a list. A mistake in one must not open or close anything."""
    entries = []
    for entry in context:
        action, group, permissions = entry
        if not isinstance(action, Permission) or not isinstance(group, (str, Group)) or isinstance(permissions, str):
            raise TypeError(f"{entry!r} is no entry of an access control list")
        entries.append((action, group, frozenset(permissions)))
    return entries


def autz_middleware(policy: AbstractAutzPolicy) -> Any:
    """Makes the policy known to the functions here."""
    assert isinstance(policy, AbstractAutzPolicy), "Authorization policy should be an AbstractAutzPolicy"

    @http.middleware
    async def middleware(request: http.Request, handler: Any) -> http.StreamResponse:
        _web.store(request)[POLICY] = policy
        response: http.StreamResponse = await handler(request)
        return response

    return middleware


def setup(app: http.Application, policy: AbstractAutzPolicy) -> None:
    """The middleware, in an application."""
    app.middlewares.append(autz_middleware(policy))


async def permit(request: http.Request, permission: str, context: Any = None) -> bool:
    """Whether whoever sent the request may. What cannot be decided raises."""
    policy = _web.store(request).get(POLICY)
    if not isinstance(policy, AbstractAutzPolicy):
        raise RuntimeError("autz_middleware not installed.")
    return await policy.permit_request(request, permission, context)


def autz_required(permission: str, context: Any = None) -> Decorator:
    """403 where they may not, also for nobody. For functions, methods and classes of
    views."""

    async def check(request: http.Request) -> None:
        if not await permit(request, permission, context):
            raise http.HTTPForbidden()

    return auth.guards.wrapping(check)


class RoleACLAutzPolicy(AbstractACLAutzPolicy):
    """A list in the application whose groups are the roles that Keyward knows of."""

    async def acl_groups(self, user_identity: str | None) -> Iterable[str] | None:
        raise RuntimeError("roles are looked up by request: ask with permit, or put them into acl_groups")

    async def permit_request(self, request: http.Request, permission: str, context: Any = None) -> bool:
        entries = self.context if context is None else checked(context)
        found = await _web.identify(request)
        return decide(entries, found.roles if found else (), found is not None, permission)
