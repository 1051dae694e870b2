"""The head of a request: request line and headers, parsed by httptools and then checked for what it lets pass.

llhttp refuses bare LF and CR, obs-fold, spaces around a name, control bytes, every odd ``Content-Length``
and its pairing with ``Transfer-Encoding``. It accepts HTTP/0.9 and 2.0, RTSP and ICE, runs of spaces in the
request line, ``Transfer-Encoding: gzip, chunked``, any or no ``Host``: those are refused here (RFC 9112).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import httptools

from gatelet.http.errors import BadRequest, ExpectationFailed, HeaderTooLarge, TargetTooLong
from gatelet.http.limits import Limits
from gatelet.http.request import first_values

_FRAMING: Final = frozenset(("content-length", "transfer-encoding", "connection", "expect"))
"""The headers that say, beside Host, where a message ends and what becomes of its connection."""
_HOST: Final = re.compile(r"(?:[A-Za-z0-9.\-_~!$&'()*+,;=%]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_ABSOLUTE: Final = re.compile(rb"https?://([^/?#@]+)(.*)", re.IGNORECASE | re.DOTALL)
_BARE_LF: Final = re.compile(rb"(?<!\r)\n")
_REQUEST_LINE_EXTRA: Final = 32
"""Room for a method, two spaces and the version beside a target of the greatest length."""


@lru_cache(maxsize=1024)
def _is_host(value: str) -> bool:
    return _HOST.fullmatch(value) is not None


class HeadParser:
    """Parses one head at a time; the attributes describe the last one, until the next ``parse``."""

    __slots__ = (
        "_parser",
        "_target",
        "_unusual",
        "chunked",
        "content_length",
        "expects_continue",
        "has_body",
        "headers",
        "http_1_1",
        "keep_alive",
        "method",
        "path",
        "query",
        "values",
    )

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._unusual = False
        self._target = b""
        self.method = ""
        self.path = ""
        self.query = ""
        self.headers: list[tuple[str, str]] = []
        self.values: Mapping[str, str] = {}
        self.http_1_1 = True
        self.keep_alive = True
        self.content_length = 0
        self.has_body = False
        self.chunked = False
        self.expects_continue = False

    def on_url(self, target: bytes) -> None:
        """Called by httptools."""
        self._target += target

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by httptools, for a head that is all ASCII; it leaves white space at a value's end."""
        self.headers.append((name.decode(), value.rstrip().decode()))

    def on_latin_header(self, name: bytes, value: bytes) -> None:
        """The same for any other head (decoding is the greater part of the work, and ASCII is quicker)."""
        self.headers.append((name.decode("latin-1"), value.rstrip().decode("latin-1")))

    def release(self) -> None:
        """Break the reference cycle with httptools; nothing can be parsed any more."""
        del self._parser

    def parse(self, head: bytes) -> None:
        """Parse a whole head, blank line included. Raises Refusal."""
        line_end = head.find(b"\r\n")
        version = head[line_end - 9 : line_end] if line_end > 9 else b""
        plain = version == b" HTTP/1.1"
        if not plain and version != b" HTTP/1.0":
            raise BadRequest("Unsupported HTTP version")
        if self._unusual:
            self._forget()
        self._target = b""
        headers: list[tuple[str, str]] = []
        self.headers = headers
        parser = self._parser
        if not head.isascii():
            parser = httptools.HttpRequestParser(_Latin(self))
            plain = False
        try:
            parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            plain = False  # no protocol to switch to: answered as if not asked
        except httptools.HttpParserError as error:
            raise BadRequest(f"Bad request: {error}") from error
        method = parser.get_method()
        target = self._target
        if len(method) + len(target) + 10 != line_end:
            raise BadRequest("Invalid request line")
        self.method = method.decode()
        self.values = values = first_values(headers)
        if not plain or len(values) != len(headers) or "host" not in values or not _FRAMING.isdisjoint(values):
            self._unusual = True
            self.http_1_1 = version == b" HTTP/1.1"
            self._take_framing()
        elif not _is_host(values["host"]):
            raise BadRequest("Invalid Host header")
        if target[:1] != b"/":
            target = self._reduce(target)
        if b"#" in target:
            raise BadRequest("Invalid request target")
        self.path, _, self.query = target.decode().partition("?")

    def _forget(self) -> None:
        """Back to a plain HTTP/1.1 request without a body, after one that was anything else.

        A body does not pass through the parser, so its parser cannot be used for the next head.
        """
        self._parser = httptools.HttpRequestParser(self)
        self._unusual = self.has_body = self.chunked = self.expects_continue = False
        self.http_1_1 = self.keep_alive = True
        self.content_length = 0

    def _take_framing(self) -> None:
        found: dict[str, str] = {}
        options: set[str] = set()
        for name, value in self.headers:
            key = name.lower()
            if key == "connection":
                options.update(option.strip(" \t") for option in value.lower().split(","))
            elif key != "host" and key not in _FRAMING:
                continue
            elif key in found:
                raise BadRequest(f"Duplicate {key} header")
            else:
                found[key] = value
        self.keep_alive = "close" not in options and (self.http_1_1 or "keep-alive" in options)
        self._check_host(found.get("host"))
        self._take_body(found.get("content-length"), found.get("transfer-encoding"))
        expect = found.get("expect")
        if expect is not None and self.http_1_1:
            if expect.lower() != "100-continue":
                raise ExpectationFailed
            self.expects_continue = True

    def _check_host(self, host: str | None) -> None:
        if host is None:
            if self.http_1_1:
                raise BadRequest("Missing Host header")
        elif not _is_host(host):
            raise BadRequest("Invalid Host header")

    def _take_body(self, length: str | None, coding: str | None) -> None:
        if coding is not None:
            if length is not None or coding.lower() != "chunked" or not self.http_1_1:
                raise BadRequest("Invalid Transfer-Encoding")
            self.chunked = True
        elif length is not None:
            if not (length.isascii() and length.isdigit()):
                raise BadRequest("Invalid Content-Length")
            self.content_length = int(length)
        self.has_body = self.chunked or self.content_length > 0

    def _reduce(self, target: bytes) -> bytes:
        """The origin form of an absolute target, whose authority must be the Host header's."""
        match = _ABSOLUTE.fullmatch(target)
        if match is None:
            raise BadRequest("Invalid request target")
        authority, rest = match[1].decode("latin-1"), match[2]
        host = self.values.get("host", authority)
        if not _is_host(authority) or host.lower() != authority.lower():
            raise BadRequest("Request target and Host header differ")
        return bytes(rest) if rest[:1] == b"/" else b"/" + rest


class _Latin:
    """What httptools calls for a head with bytes beyond ASCII."""

    __slots__ = ("on_header", "on_url")

    def __init__(self, head: HeadParser) -> None:
        self.on_url = head.on_url
        self.on_header = head.on_latin_header


def check_size(head: bytes, size: int, limits: Limits) -> None:
    """Refuse a head (whole or begun) whose lines take ``size`` bytes. Raises HeaderTooLarge, TargetTooLong."""
    first = head[: limits.url_characters + _REQUEST_LINE_EXTRA].partition(b"\r\n")[0].split(b" ", 2)
    if len(first) > 1 and len(first[1]) > limits.url_characters:
        raise TargetTooLong
    if size > limits.header_bytes:
        raise HeaderTooLarge(limits.header_bytes)


def check_begun(head: bytes) -> None:
    """Refuse at once what cannot become a valid head, rather than wait for its end. Raises Refusal."""
    if _BARE_LF.search(head):
        raise BadRequest("Bare LF in header")
    head = head.removeprefix(b"\r\n")
    line_end = head.find(b"\r\n")
    if line_end >= 0 and not head[:line_end].endswith((b" HTTP/1.1", b" HTTP/1.0")):
        raise BadRequest("Unsupported HTTP version")
