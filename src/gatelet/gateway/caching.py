"""What of a stage's responses is kept, under which key, and how long. Pure.

Reference: apigateway-authorization-limits section 10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gatelet.aws.scope import Scope
from gatelet.gateway.method_settings import EVERY_METHOD, settings_key
from gatelet.http.response import Response

SIZES: Mapping[str, int] = {
    size: int(float(size) * 1024**3) for size in ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
}
"""Bytes by AWS's names, which are gigabytes."""
DEFAULT_SIZE = "0.5"
_INTEGRATION = "integration.request."
_TRACE = "x-amzn-trace-id"
_OF_ONE_REQUEST = frozenset(("x-amzn-requestid", "x-amz-apigw-id", _TRACE))


class InvalidKeyParameter(ValueError):
    """A cache key parameter whose value cannot be told."""


@dataclass(frozen=True, slots=True)
class CachePlan:
    """How a method's responses are kept."""

    namespace: str
    """The stage's, or its canary's own."""
    prefix: str
    """Which method's: ``cacheNamespace`` and the verb."""
    parameters: tuple[str, ...]
    """Names of variables (``method.request.querystring.userId``); a constant begins with ``'``."""
    ttl: float
    capacity: int
    """Bytes."""
    authorized_control: bool
    """``requireAuthorizationForCacheControl``."""
    strategy: str
    """``unauthorizedCacheControlHeaderStrategy``."""


def cache_namespace(scope: Scope, api_id: str, stage: str) -> str:
    """The name of a stage's cache."""
    return f"{scope.account}/{scope.region}/{api_id}/{stage}"


def compile_cache(
    stage: Mapping[str, Any], namespace: str, resource: tuple[str, str], verb: str, integration: Mapping[str, Any]
) -> CachePlan | None:
    """How the method's responses are kept; None: they are not. ``resource`` is its id and path.

    An entry of ``*/*`` caches GET alone. Raises InvalidKeyParameter.
    """
    resource_id, path = resource
    key = settings_key(stage, path, verb)
    if not stage.get("cacheClusterEnabled") or key is None or (key == EVERY_METHOD and verb != "GET"):
        return None
    settings = stage["methodSettings"][key]
    ttl = float(settings.get("cacheTtlInSeconds", 300))
    if not settings.get("cachingEnabled") or ttl <= 0:
        return None
    mappings = integration.get("requestParameters") or {}
    return CachePlan(
        namespace=namespace,
        prefix=f"{integration.get('cacheNamespace') or resource_id}/{verb}",
        parameters=tuple(_source(name, mappings) for name in integration.get("cacheKeyParameters") or ()),
        ttl=ttl,
        capacity=SIZES.get(stage.get("cacheClusterSize") or DEFAULT_SIZE, SIZES[DEFAULT_SIZE]),
        authorized_control=bool(settings.get("requireAuthorizationForCacheControl", True)),
        strategy=settings.get("unauthorizedCacheControlHeaderStrategy", "SUCCEED_WITH_RESPONSE_HEADER"),
    )


def _source(name: str, mappings: Mapping[str, str]) -> str:
    """What a key parameter's value is taken from: one of the integration's has that of its mapping."""
    source = mappings.get(name, "''") if name.startswith(_INTEGRATION) else name
    if source.startswith("method.request.body"):
        raise InvalidKeyParameter(f"Gatelet does not support the cache key parameter {name}, which is of the body")
    return source


def pack(response: Response) -> bytes | None:
    """A response as it is kept, without what belongs to its own request; None: a streamed one."""
    if not isinstance(response.body, bytes):
        return None
    # At CRLF alone: Latin-1 has other characters that Python takes for the end of a line.
    lines = response.raw_headers.decode("latin-1").split("\r\n")[:-1]
    kept = [f"{line}\r\n" for line in lines if line.partition(":")[0].lower() not in _OF_ONE_REQUEST]
    traced = any(line.lower().startswith(_TRACE) for line in lines)
    return orjson.dumps([response.status, "".join(kept), response.headers, traced]) + b"\n" + response.body


def unpack(kept: bytes, own: Callable[[bool], str]) -> Response:
    """The response that was kept; ``own`` gives the lines of the request at hand, with a trace id or without."""
    head, _, body = kept.partition(b"\n")
    status, raw, headers, traced = orjson.loads(head)
    lines = own(traced) + raw
    return Response(status, [(name, value) for name, value in headers], body, lines.encode("latin-1"))
