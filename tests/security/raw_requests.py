"""Hostile raw requests: what each is, its bytes, and the status that refuses it.

Every one must be answered with that status and a closed connection, without the handler being called. The
requests that must be *accepted* although they look odd stand at the end, so that strictness has a measure too.
RFC 9112 (message syntax) is the law; sizes are AWS's (apigateway-data-plane section 13).
"""

from __future__ import annotations

from typing import NamedTuple

_GET = b"GET / HTTP/1.1\r\n"
_POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
_CHUNKED = _POST + b"Transfer-Encoding: chunked\r\n\r\n"


class Hostile(NamedTuple):
    """A request, and the status that refuses it."""

    name: str
    data: bytes
    status: int = 400


def _header(line: bytes) -> bytes:
    return _GET + b"Host: a\r\n" + line + b"\r\n\r\n"


HOSTILE = [
    # Two ideas of where the body ends (RFC 9112 6.3)
    Hostile("length and chunked", _POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Hostile("chunked and length", _POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
    Hostile("same length twice", _POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
    Hostile("two lengths", _POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    Hostile("two lengths, other case", _POST + b"Content-Length: 1\r\ncontent-length: 2\r\n\r\nab"),
    Hostile("list of lengths", _POST + b"Content-Length: 5,5\r\n\r\nabcde"),
    Hostile("signed length", _POST + b"Content-Length: +5\r\n\r\nabcde"),
    Hostile("negative length", _POST + b"Content-Length: -5\r\n\r\nabcde"),
    Hostile("hexadecimal length", _POST + b"Content-Length: 0x5\r\n\r\nabcde"),
    Hostile("fractional length", _POST + b"Content-Length: 5.0\r\n\r\nabcde"),
    Hostile("empty length", _POST + b"Content-Length:\r\n\r\n"),
    Hostile("length of words", _POST + b"Content-Length: five\r\n\r\n"),
    Hostile("length with space", _POST + b"Content-Length: 1 1\r\n\r\n"),
    Hostile("length overflows", _POST + b"Content-Length: 18446744073709551617\r\n\r\na"),
    Hostile("transfer gzip", _POST + b"Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
    Hostile("transfer identity", _POST + b"Transfer-Encoding: identity\r\n\r\n"),
    Hostile("transfer gzip, chunked", _POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    Hostile("transfer chunked, identity", _POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    Hostile("transfer chunked twice", _POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    Hostile(
        "two transfer headers", _POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    Hostile("transfer xchunked", _POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    Hostile("transfer quoted", _POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n'),
    Hostile("transfer with VT", _POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    Hostile("transfer empty", _POST + b"Transfer-Encoding:\r\n\r\n"),
    Hostile("chunked in 1.0", b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    # Line ends (RFC 9112 2.2)
    Hostile("bare LF everywhere", b"GET / HTTP/1.1\nHost: a\n\n"),
    Hostile("bare LF after request line", b"GET / HTTP/1.1\nHost: a\r\n\r\n"),
    Hostile("bare LF between headers", _GET + b"Host: a\nX: y\r\n\r\n"),
    Hostile("bare LF before the end", _GET + b"Host: a\r\n\n"),
    Hostile("bare CR in value", _header(b"X: y\rContent-Length: 3")),
    Hostile("CR CR LF", _GET + b"Host: a\r\r\n\r\n"),
    Hostile("two empty lines first", b"\r\n\r\n" + _GET + b"Host: a\r\n\r\n"),
    Hostile("LF first", b"\n" + _GET + b"Host: a\r\n\r\n"),
    Hostile("CR first", b"\r" + _GET + b"Host: a\r\n\r\n"),
    # Header lines (RFC 9112 5.1, 5.2)
    Hostile("folded with space", _header(b"X: y\r\n z")),
    Hostile("folded with tab", _header(b"X: y\r\n\tz")),
    Hostile("folded length", _POST + b"X: y\r\n Content-Length: 3\r\n\r\nabc"),
    Hostile("first header folded", _GET + b" Host: a\r\n\r\n"),
    Hostile("space before colon", _header(b"X : y")),
    Hostile("tab before colon", _header(b"X\t: y")),
    Hostile("space before colon of length", _POST + b"Content-Length : 3\r\n\r\nabc"),
    Hostile("space in name", _header(b"X Y: z")),
    Hostile("empty name", _header(b": y")),
    Hostile("no colon", _header(b"X")),
    Hostile("name is no token", _header(b"X(Y): z")),
    Hostile("name beyond ASCII", _header(b"X\xe9: y")),
    Hostile("NUL in name", _header(b"X\0: y")),
    Hostile("NUL in value", _header(b"X: y\0z")),
    Hostile("NUL at the value's end", _header(b"X: y\0")),
    Hostile("control byte in value", _header(b"X: y\x01z")),
    Hostile("escape in value", _header(b"X: \x1b[2J")),
    Hostile("DEL in value", _header(b"X: y\x7f")),
    Hostile("control byte far in", _header(b"X: " + b"a" * 70 + b"\x02" + b"a" * 70)),
    # Host (RFC 9112 3.2)
    Hostile("no Host", _GET + b"X: y\r\n\r\n"),
    Hostile("no header at all", _GET + b"\r\n"),
    Hostile("two Hosts", _header(b"Host: b")),
    Hostile("same Host twice", _header(b"host: a")),
    Hostile("empty Host", _GET + b"Host:\r\n\r\n"),
    Hostile("Host with path", _GET + b"Host: a/b\r\n\r\n"),
    Hostile("Host with user", _GET + b"Host: b@a\r\n\r\n"),
    Hostile("Host with space", _GET + b"Host: a b\r\n\r\n"),
    Hostile("Host with list", _GET + b'Host: a"b\r\n\r\n'),
    Hostile("Host with bad port", _GET + b"Host: a:8x\r\n\r\n"),
    Hostile("Host beyond ASCII", _GET + b"Host: \xe9\r\n\r\n"),
    Hostile("two Hosts in 1.0", b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    # Request line (RFC 9112 3)
    Hostile("HTTP/0.9", b"GET /\r\n"),
    Hostile("HTTP/0.9 with end", b"GET /\r\n\r\n"),
    Hostile("version 0.9", b"GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
    Hostile("version 1.2", b"GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
    Hostile("version 2.0", b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
    Hostile("version 1.10", b"GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
    Hostile("version in lower case", b"GET / http/1.1\r\nHost: a\r\n\r\n"),
    Hostile("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Hostile("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    Hostile("another protocol", b"GET / RTSP/1.0\r\n\r\n"),
    Hostile("ICE", b"SOURCE / ICE/1.0\r\n\r\n"),
    Hostile("method is no token", b"G@T / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("method in lower case", b"get / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("unknown method", b"FETCH / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("no method", b" / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("two spaces after method", b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("two spaces before version", b"GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("space after version", b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
    Hostile("tabs between", b"GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("space in target", b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("NUL in target", b"GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("control byte in target", b"GET /a\x01b HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("target beyond ASCII", b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("query beyond ASCII", b"GET /?\xe9 HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("fragment", b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("target without slash", b"GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("asterisk", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("CONNECT", b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"),
    Hostile("absolute, other host", b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("absolute, other port", b"GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("absolute, with user", b"GET http://b@a/ HTTP/1.1\r\nHost: b@a\r\n\r\n"),
    Hostile("absolute, other scheme", b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Hostile("absolute, no host", b"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
    # Chunks (RFC 9112 7.1)
    Hostile("chunk size in words", _CHUNKED + b"x\r\n\r\n"),
    Hostile("chunk size with 0x", _CHUNKED + b"0x1\r\na\r\n0\r\n\r\n"),
    Hostile("chunk size signed", _CHUNKED + b"+1\r\na\r\n0\r\n\r\n"),
    Hostile("chunk size empty", _CHUNKED + b"\r\na\r\n0\r\n\r\n"),
    Hostile("chunk size with space", _CHUNKED + b"1 \r\na\r\n0\r\n\r\n"),
    Hostile("chunk size after space", _CHUNKED + b" 1\r\na\r\n0\r\n\r\n"),
    Hostile("chunk size of 17 digits", _CHUNKED + b"00000000000000001\r\na\r\n0\r\n\r\n"),
    Hostile("chunk size with underscore", _CHUNKED + b"1_0\r\n"),
    Hostile("chunk size ends in LF", _CHUNKED + b"1\na\r\n0\r\n\r\n"),
    Hostile("chunk data ends in LF", _CHUNKED + b"1\r\na\n0\r\n\r\n"),
    Hostile("chunk longer than said", _CHUNKED + b"1\r\nab\r\n0\r\n\r\n"),
    Hostile("chunk shorter than said", _CHUNKED + b"3\r\na\r\n0\r\n\r\n"),
    Hostile("CR inside chunk size", _CHUNKED + b"1\r;a\r\na\r\n0\r\n\r\n"),
    Hostile("extension too long", _CHUNKED + b"1;" + b"a" * 300 + b"\r\na\r\n0\r\n\r\n"),
    Hostile("extension without end", _CHUNKED + b"1;" + b"a" * 300),
    Hostile("extensions too long in all", _CHUNKED + (b"1;" + b"a" * 200 + b"\r\na\r\n") * 60 + b"0\r\n\r\n"),
    Hostile("extension with NUL", _CHUNKED + b"1;\0\r\na\r\n0\r\n\r\n"),
    Hostile("trailer is no header", _CHUNKED + b"0\r\nno colon\r\n\r\n"),
    Hostile("trailer with space before colon", _CHUNKED + b"0\r\nX : y\r\n\r\n"),
    Hostile("trailer folded", _CHUNKED + b"0\r\nX: y\r\n z\r\n\r\n"),
    Hostile("trailer ends in LF", _CHUNKED + b"0\r\nX: y\n\r\n"),
    Hostile("trailer too long", _CHUNKED + b"0\r\nX: " + b"a" * 11_000 + b"\r\n\r\n"),
    Hostile("trailer without end", _CHUNKED + b"0\r\nX: " + b"a" * 11_000),
    Hostile("trailers too long in all", _CHUNKED + b"0\r\n" + b"X: aaaaaaaa\r\n" * 1_000 + b"\r\n"),
    # Sizes
    Hostile("header over the limit", _header(b"X: " + b"a" * 10_240), 431),
    Hostile("header over the limit, no end", _GET + b"Host: a\r\nX: " + b"a" * 10_300, 431),
    Hostile("many small headers", _GET + b"Host: a\r\n" + b"a:\r\n" * 2_600 + b"\r\n", 431),
    Hostile("target over the limit", b"GET /" + b"a" * 10_240 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    Hostile("target over the limit, no end", b"GET /" + b"a" * 10_400, 414),
    Hostile("body over the limit", _POST + b"Content-Length: 10485761\r\n\r\n", 413),
    Hostile("body far over the limit", _POST + b"Content-Length: 9223372036854775807\r\n\r\n", 413),
    Hostile("body over the limit, announced", _POST + b"Expect: 100-continue\r\nContent-Length: 10485761\r\n\r\n", 413),
    Hostile("chunk over the limit", _CHUNKED + b"a00001\r\n", 413),
    Hostile("chunk size of 64 bits", _CHUNKED + b"ffffffffffffffff\r\na", 413),
    Hostile("another expectation", _POST + b"Expect: a-miracle\r\nContent-Length: 1\r\n\r\na", 417),
]

ACCEPTED = [
    ("an empty line first", b"\r\n" + _GET + b"Host: a\r\n\r\n"),
    ("Host with port", _GET + b"Host: a.b-c_d:65535\r\n\r\n"),
    ("Host of IPv6", _GET + b"Host: [::1]:80\r\n\r\n"),
    ("no Host in 1.0", b"GET / HTTP/1.0\r\n\r\n"),
    ("absolute", b"GET http://A/x?y HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("absolute without path", b"GET http://a?y HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("value beyond ASCII", _header(b"X: \xe9\xff")),
    ("no space after colon", _header(b"X:y")),
    ("empty value", _header(b"X:")),
    ("upgrade not taken", _header(b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c")),
    ("upgrade with body", _POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\na"),
    ("Chunked in another case", _POST + b"Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"),
    ("chunk extension", _CHUNKED + b'1;a="b c";d\r\na\r\n0;e\r\n\r\n'),
    ("trailers", _CHUNKED + b"1\r\na\r\n0\r\nX: y\r\nZ:\r\n\r\n"),
    ("leading zeros", _POST + b"Content-Length: 0001\r\n\r\na"),
    ("header of just the limit", _GET + b"Host: a\r\nX: " + b"a" * (10_240 - 16 - 9 - 5) + b"\r\n\r\n"),
    ("odd characters in the target", b"GET /a%2Fb//..;{}|^`<>\"'?a=b|{} HTTP/1.1\r\nHost: a\r\n\r\n"),
]
