"""What becomes of a response header: passed, renamed to ``x-amzn-Remapped-*`` or dropped.

Reference: apigateway-data-plane section 8.3. Names are case-insensitive and keep their spelling.
"""

from __future__ import annotations

REMAPPED = frozenset(
    (
        "authorization",
        "connection",
        "content-length",
        "content-md5",
        "date",
        "expect",
        "host",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "trailer",
        "upgrade",
        "user-agent",
        "www-authenticate",
        # The gateway's own: recorded for x-amzn-RequestId; the other two likewise, so that there is one of each.
        "x-amzn-requestid",
        "x-amz-apigw-id",
        "x-amzn-trace-id",
    )
)
DROPPED = frozenset(("transfer-encoding",))
NOT_PROXIED = DROPPED | {"via", "keep-alive"}
"""Of an HTTP_PROXY endpoint; Content-Encoding goes where it was undone (integrations/endpoint.py)."""
REMAPPED_PREFIX = "x-amzn-Remapped-"

_TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CONTROLS = bytes(code for code in (*range(32), 127) if code != 9)


def response_header_name(name: str) -> str | None:
    """The name under which a header reaches the client; None: it does not."""
    key = name.lower()
    if key in DROPPED:
        return None
    return REMAPPED_PREFIX + name if key in REMAPPED else name


def proxied_header_name(name: str) -> str | None:
    """The name under which a header of an HTTP_PROXY endpoint reaches the client; None: it does not.

    The trace id is the endpoint's own if it sent one.
    """
    key = name.lower()
    if key in NOT_PROXIED:
        return None
    return REMAPPED_PREFIX + name if key in REMAPPED and key != "x-amzn-trace-id" else name


def is_name(name: bytes) -> bool:
    """Whether this is a token, as RFC 9110 section 5.6.2 has it."""
    return bool(name) and not name.translate(None, _TOKEN)


def is_value(value: bytes) -> bool:
    """Whether this can stand in a header line: no CR, LF, NUL or other control character but the tab."""
    return len(value.translate(None, _CONTROLS)) == len(value)


def rewrite_block(block: bytes) -> bytes | None:
    """A function's header lines as the client gets them, or None: they are no header lines.

    Content-Type is ``application/json`` where there is none.
    """
    if not block:
        return b"Content-Type: application/json\r\n"
    *lines, rest = block.split(b"\r\n")
    if rest:
        return None
    out: list[bytes] = []
    typed = False
    for line in lines:
        name, colon, value = line.partition(b":")
        value = value.strip(b" \t")
        if not colon or not is_name(name) or not is_value(value):
            return None
        shown = response_header_name(name.decode("ascii"))
        if shown is not None:
            typed = typed or name.lower() == b"content-type"
            out.append(b"%b: %b\r\n" % (shown.encode("ascii"), value))
    if not typed:
        out.append(b"Content-Type: application/json\r\n")
    return b"".join(out)
