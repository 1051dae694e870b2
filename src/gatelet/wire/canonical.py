"""SigV4's canonical request: what the client signed, rebuilt from the request as it came.

Reference: identity section 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from gatelet.wire.message import WireRequest

_PATH_SAFE: Final = "/~"
_PLAIN_PATH: Final = re.compile(r"/|(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?")
"""A path whose every form is the same."""
_PLAIN_QUERY: Final = re.compile(r"[A-Za-z0-9_.~-]*(?:=[A-Za-z0-9_.~-]*)?(?:&[A-Za-z0-9_.~-]*(?:=[A-Za-z0-9_.~-]*)?)*")
"""A query string in which nothing is encoded, or could be."""
_QUERY_SAFE: Final = "-_.~"


def header_values(request: WireRequest, name: str) -> list[str]:
    """All values of a header, in order (``name`` in lower case)."""
    return [value for key, value in request.headers if key.lower() == name]


def canonical_requests(
    request: WireRequest, service: str, signed_headers: Sequence[str], payload_hash: str, *, presigned: bool = False
) -> Iterator[str]:
    """The canonical requests that a correct client may have signed, the likeliest first.

    Clients disagree on how often a path is encoded (S3 and execute-api), and on whether a query string is
    signed as it is sent or encoded anew; every form stands for the same request.
    """
    values: dict[str, list[str]] = {}
    for name, value in request.headers:
        values.setdefault(name.lower(), []).append(" ".join(value.split()))
    headers = "".join(f"{name}:{','.join(values.get(name, ()))}\n" for name in signed_headers)
    tail = f"{headers}\n{';'.join(signed_headers)}\n{payload_hash}"
    for path in canonical_paths(request.path, service):
        for query in canonical_queries(request.query, presigned=presigned):
            yield f"{request.method.upper()}\n{path}\n{query}\n{tail}"


def canonical_paths(path: str, service: str) -> list[str]:
    """The forms of the path (raw): S3's single encoding, the double encoding elsewhere, both for execute-api."""
    raw = path or "/"
    if _PLAIN_PATH.fullmatch(raw):
        return [raw]
    single = [raw, _quote(unquote_to_bytes(raw.encode("latin-1")))]
    double = [_quote(_normalised(raw).encode("latin-1")), _quote(raw.encode("latin-1"))]
    if service == "s3":
        return _distinct(single)
    return _distinct(double + single if service == "execute-api" else double[:1])


def canonical_queries(query: str, *, presigned: bool) -> list[str]:
    """The forms of the query string (raw): sorted as sent, and sorted after encoding anew.

    The signature of a presigned request is left out.
    """
    if not query:
        return [""]
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if part and not (presigned and name == "X-Amz-Signature"):
            pairs.append((name, value))
    if _PLAIN_QUERY.fullmatch(query):
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
