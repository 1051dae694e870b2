"""Long work with values off the event loop: a request of megabytes must not hold up the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

from gatelet.control.operation import Call

_P = ParamSpec("_P")
_T = TypeVar("_T")

_SHORT_BYTES: Final = 32_768
"""What is read or written within two or three milliseconds, whatever it consists of."""


def body_size(call: Call) -> int:
    """Bytes of the request's body; a body that came in chunks counts as a long one."""
    length = call.headers.get("content-length", "")
    return int(length) if length.isdecimal() else _SHORT_BYTES + 1


def statements_size(call: Call) -> int:
    """Bytes of values that take as long as the request's statements: some 2 µs a byte, sixteen times a value's."""
    return 16 * body_size(call)


async def worked(size: int, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """The result of the work on so many bytes: in a thread if they are many. Raises what the work raises."""
    if size <= _SHORT_BYTES:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)


def let_go(*lists: list[Any]) -> None:
    """Forget what is in the lists, one by one: all at once, that holds up every thread for as long as it takes."""
    for values in lists:
        while values:
            values.pop()
