"""SigV4's canonical request: what the client signed, rebuilt from the request as it came.

Reference: identity section 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Protocol
from urllib.parse import quote, unquote_to_bytes

from gatelet.wire.message import WireRequest

_PATH_SAFE: Final = "/~"
_PLAIN_PATH: Final = re.compile(r"/|(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?")
"""A path whose every form is the same."""
_PLAIN_QUERY: Final = re.compile(r"[A-Za-z0-9_.~-]*(?:=[A-Za-z0-9_.~-]*)?(?:&[A-Za-z0-9_.~-]*(?:=[A-Za-z0-9_.~-]*)?)*")
"""A query string in which nothing is encoded, or could be."""
_QUERY_SAFE: Final = "-_.~"
_DOTS: Final = re.compile(r"/\.\.?(?:/|$)")
_SLASHES: Final = re.compile(r"/{2,}")


class Signed(Protocol):
    """What is signed, for which service (gatelet.wire.authorization.Claim fits)."""

    @property
    def service(self) -> str: ...
    @property
    def signed_headers(self) -> Sequence[str]: ...
    @property
    def names(self) -> str:
        """The signed headers in one text."""


def canonical_requests(
    request: WireRequest, signed: Signed, payload_hash: str, *, presigned: bool = False
) -> list[str]:
    """The canonical requests that a correct client may have signed, the likeliest first.

    Clients disagree on whether a query string is signed as it is sent or encoded anew; both forms stand for the same
    request. What a path may be signed as is the service's. Raises KeyError: a signed header did not come.
    """
    values = request.values if len(request.values) == len(request.headers) else _joined(request.headers)
    lines = [f"{name}:{' '.join(values[name].split())}\n" for name in signed.signed_headers]
    method, tail = request.method.upper(), f"{''.join(lines)}\n{signed.names}\n{payload_hash}"
    requests = []
    queries = canonical_queries(request.query, presigned=presigned)
    for path in canonical_paths(request.path, signed.service):
        for query in queries:
            requests.append(f"{method}\n{path}\n{query}\n{tail}")  # noqa: PERF401 - this is quicker for one
    return requests


def _joined(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """All values of every header, by its name in lower case."""
    every: dict[str, list[str]] = {}
    for name, value in headers:
        every.setdefault(name.lower(), []).append(value.strip())
    return {name: ",".join(held) for name, held in every.items()}


def canonical_paths(path: str, service: str) -> Sequence[str]:
    """What the path (raw) is signed as: S3 takes it encoded once, other services the encoded path encoded again.

    Other services resolve ``.``, ``..`` and doubled slashes first; execute-api, whose resources such segments can
    name, does not resolve dots: a signature of ``/b`` is none of ``/a/../b`` (identity section 1.2).
    """
    raw = path or "/"
    if _PLAIN_PATH.fullmatch(raw):
        return (raw,)
    if service == "s3":
        return _distinct([raw, _quote(unquote_to_bytes(raw.encode("latin-1")))])
    if service != "execute-api":
        return (_quote(_normalised(raw).encode("latin-1")),)
    exact = _quote(raw.encode("latin-1"))
    return (exact,) if _DOTS.search(raw) else _distinct([_SLASHES.sub("/", exact), exact])


def canonical_queries(query: str, *, presigned: bool) -> list[str]:
    """The forms of the query string (raw): sorted as sent, and sorted after encoding anew.

    The signature of a presigned request is left out.
    """
    if not query:
        return [""]
    plain = _PLAIN_QUERY.fullmatch(query) is not None
    if plain and "&" not in query and not presigned:
        return [query if "=" in query else f"{query}="]
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if part and not (presigned and name == "X-Amz-Signature"):
            pairs.append((name, value))
    if plain:
        return ["&".join([f"{name}={value}" for name, value in sorted(pairs)])]
    anew = [(_requote(name), _requote(value)) for name, value in pairs]
    return _distinct(["&".join(f"{name}={value}" for name, value in sorted(form)) for form in (pairs, anew)])


def _normalised(path: str) -> str:
    """Without ``.``, ``..`` and doubled slashes; a slash at the end stays."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    return "/" + "/".join(segments) + ("/" if segments and path.endswith("/") else "")


def _quote(data: bytes) -> str:
    return quote(data, safe=_PATH_SAFE)


def _requote(text: str) -> str:
    return quote(unquote_to_bytes(text.encode("latin-1")), safe=_QUERY_SAFE)


def _distinct(forms: list[str]) -> list[str]:
    return list(dict.fromkeys(forms))
