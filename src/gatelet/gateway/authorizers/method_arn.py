"""The ARN that policies are asked about: it has one spelling for each method that a request can reach. Pure.

The path is the request's own (apigateway-authorization-limits section 4.3), but for what two readers could read
differently: the router takes ``/%61dmin`` and ``/admin/`` for ``/admin``, so a policy about one is about all of them.
Literal segments are spelled as the resource spells them, and in parameters the characters that need no encoding
stand for themselves (RFC 3986 section 6.2.2); every other encoded character, ``%2F`` above all, stays encoded.
"""

from __future__ import annotations

import re

from gatelet.aws.quotas import GATEWAY_METHOD_ARN_BYTES
from gatelet.gateway.errors import MethodArnTooLong
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.trace import Trace

_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def method_arn(snapshot: Snapshot, trace: Trace) -> str:
    """The ARN of the method that the request calls. Raises MethodArnTooLong."""
    path = trace.address.path.lstrip("/")
    if "%" in path or path.endswith("/"):
        template = "/" if trace.route is None else trace.route.resource.path
        path = plain_path(f"/{path}", template).removeprefix("/")
    arn = f"{snapshot.arn}/{trace.verb}/{path}"
    if len(arn) > GATEWAY_METHOD_ARN_BYTES:
        raise MethodArnTooLong
    return arn


def plain_path(path: str, template: str) -> str:
    """The one spelling of a path that the resource at ``template`` (``/users/{id}``) serves."""
    if "%" not in path and not path.endswith("/"):
        return path
    named = template.strip("/").split("/")
    segments = path.strip("/").split("/")
    plain = [
        named[index] if index < len(named) and named[index] and not named[index].startswith("{") else _plain(segment)
        for index, segment in enumerate(segments)
    ]
    return "/" + "/".join(plain)


def _plain(segment: str) -> str:
    return _ENCODED.sub(_character, segment) if "%" in segment else segment


def _character(encoded: re.Match[str]) -> str:
    character = chr(int(encoded[0][1:], 16))
    return character if character in _UNRESERVED else encoded[0].upper()
