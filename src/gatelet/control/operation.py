"""What an operation is given, and how a function becomes one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gatelet.aws.scope import Scope
from gatelet.control.ports import Ports
from gatelet.identity.principals import Principal
from gatelet.identity.request_keys import Circumstances


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised call of the control plane.

    ``endpoint`` is the base URL that the client used (``http://127.0.0.1:4566``), for answers that hold
    URLs. ``headers`` have lower-case names.
    """

    scope: Scope
    principal: Principal
    request_id: str
    endpoint: str
    ports: Ports
    headers: Mapping[str, str] = field(default_factory=dict)
    circumstances: Circumstances | None = None
    """What policies may look at besides the caller; None: the moment alone."""
    added_headers: dict[str, str] = field(default_factory=dict)
    """Headers of the response that the operation's model does not name."""


Request = Any
"""The parsed request: a dict with the members that botocore names (a TypedDict at the definition)."""

Response = Mapping[str, Any]
"""The response's members as botocore names them; members that are None are left out on the wire."""

Operation = Callable[[Call, Request], Awaitable[Response]]

_F = TypeVar("_F", bound=Callable[..., Awaitable[Mapping[str, Any]]])

MARK = "__aws_operation__"


def operation(service: str, name: str) -> Callable[[_F], _F]:
    """Mark a function as the operation of that name, for example ``@operation("apigateway", "PutMethod")``."""

    def mark(function: _F) -> _F:
        setattr(function, MARK, (service, name))
        return function

    return mark
