"""Guards as decorators: they find the request among what a handler is given, so that
they go around functions, methods and whole classes alike."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, Protocol, TypeVar, overload

from .web import Web, two_words

R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])
Check = Callable[[R], Awaitable[Any]]
#: Headers that bring a solved captcha and a code, as in the library.
CAPTCHA = "keyward-captcha"
VERIFICATION = "keyward-verification"


class Decorator(Protocol):
    """What goes around a handler and leaves its type as it is."""

    def __call__(self, handler: F, /) -> F: ...


class Guards(Generic[R]):
    """The decorators of one framework.

    `find` picks the request out of a handler's arguments, `methods` names the methods of
    a class that handle requests, `refused` turns what was raised into what the framework
    raises or answers.
    """

    def __init__(self, web: Web[R], find: Callable[[tuple[Any, ...]], R], methods: Iterable[str]) -> None:
        self.web, self.find, self.methods = web, find, tuple(methods)

    def around(self, handler: Any, check: Check[R]) -> Any:
        """`handler` behind `check`; all handlers of it, if it is a class."""
        if inspect.isclass(handler):
            for name in self.methods:
                if (own := getattr(handler, name, None)) is not None:
                    setattr(handler, name, self.around(own, check))
            return handler
        is_async = inspect.iscoroutinefunction(inspect.unwrap(handler))

        @functools.wraps(handler)
        async def guarded(*args: Any, **kwargs: Any) -> Any:
            await self.pass_or_raise(self.find((*args, *kwargs.values())), check)
            if is_async:
                return await handler(*args, **kwargs)
            result = await self.call_blocking(handler, *args, **kwargs)
            return await result if inspect.isawaitable(result) else result

        return guarded

    async def pass_or_raise(self, request: R, check: Check[R]) -> None:
        """Runs the check. A framework that answers otherwise overrides this."""
        await check(request)

    async def call_blocking(self, handler: Any, *args: Any, **kwargs: Any) -> Any:
        """Runs a handler that is no coroutine."""
        return handler(*args, **kwargs)

    def decorator(self, check: Check[R], bare: tuple[Any, ...] = ()) -> Any:
        """For `@guard` and `@guard()`: `bare` is the handler in the first case."""
        if len(bare) == 1 and callable(bare[0]):
            return self.around(bare[0], check)
        return self.wrapping(check)

    def wrapping(self, check: Check[R]) -> Decorator:
        """For `@guard(…)`."""

        def wrap(handler: F) -> F:
            wrapped: F = self.around(handler, check)
            return wrapped

        return wrap

    # What they check

    @overload
    def authenticated(self, handler: F, /) -> F: ...

    @overload
    def authenticated(self) -> Decorator: ...

    def authenticated(self, *bare: Any) -> Any:
        """Somebody is signed in. With parentheses or without."""
        return self.decorator(self.web.demand, bare)

    def permissions(self, wanted: tuple[str, ...], any_of: bool) -> Decorator:
        """They may do all of it, or any."""
        if not wanted or not all(isinstance(name, str) for name in wanted):
            raise TypeError("a guard needs the names of permissions")
        return self.wrapping(lambda request: self.web.demand_permissions(request, wanted, any_of=any_of))

    def roles(self, wanted: tuple[str, ...], any_of: bool) -> Decorator:
        """They hold any of the roles, or all."""
        if not wanted or not all(isinstance(name, str) for name in wanted):
            raise TypeError("a guard needs the names of roles")
        return self.wrapping(lambda request: self.web.demand_roles(request, wanted, any_of=any_of))

    def second_factor(self, max_age: float | None = None) -> Decorator:
        """They proved a second factor, perhaps lately."""
        return self.wrapping(lambda request: self.web.demand_second_factor(request, max_age))

    @overload
    def captcha(self, handler: F, /) -> F: ...

    @overload
    def captcha(self) -> Decorator: ...

    def captcha(self, *bare: Any) -> Any:
        """The request brings `Keyward-Captcha: TOKEN ANSWER`. With parentheses or without."""
        return self.decorator(self.check_captcha, bare)

    async def check_captcha(self, request: R) -> None:
        """Spends the captcha that the request brings."""
        brought = two_words(self.web.state(request).asked.headers.get(CAPTCHA))
        await self.web.spend_captcha(request, *(brought or (None, None)))

    def code(self, purpose: str) -> Decorator:
        """The request brings a code that was sent for `purpose`."""

        if not isinstance(purpose, str):
            raise TypeError("a guard needs the word for what a code is for")
        return self.wrapping(lambda request: self.check_code(request, purpose))

    async def check_code(self, request: R, purpose: str) -> None:
        """Spends the code that the request brings."""
        brought = two_words(self.web.state(request).asked.headers.get(VERIFICATION))
        await self.web.spend_code(request, purpose, *(brought or (None, None)))
