"""contentHandling and binary media types over HTTP: both tables of apigateway-data-plane section 10."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from tests.backend import PNG, Backend
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.methods import add

HANDLING = {"none": None, "text": "CONVERT_TO_TEXT", "binary": "CONVERT_TO_BINARY"}
IMAGE = b"\x89PNG\r\n\x1a\n"
BROKEN = b"a\xff"
REPLACED = "a\ufffd"


@pytest.fixture(scope="module")
def handled(gatelet: Any, backend: Backend) -> Api:
    """``/in/{handling}`` echoes requests, ``/out/{handling}/{payload}`` answers text, base64 or an image."""
    api = make_api(gatelet, "handled", {}, [], binaryMediaTypes=["image/png", "audio/*"])
    http: dict[str, Any] = {"type": "HTTP", "integrationHttpMethod": "POST"}
    payloads = {"words": "/text/no%20base64!", "base64": f"/text/{b64encode(IMAGE).decode()}", "image": "/png"}
    for name, handling in HANDLING.items():
        given: dict[str, Any] = {} if handling is None else {"contentHandling": handling}
        add(api, f"POST /in/{name}", **http, uri=f"{backend.url}/echo", **given, responses={"200": {}})
        for payload, path in payloads.items():
            add(api, f"GET /out/{name}/{payload}", **http, uri=f"{backend.url}{path}", responses={"200": given})
    templated: dict[str, Any] = {"requestTemplates": {"image/png": '{"image": "$input.body"}'}}
    for name in ("none", "text"):
        given = {} if HANDLING[name] is None else {"contentHandling": HANDLING[name]}
        add(
            api,
            f"POST /in/{name}/template",
            **http,
            **templated,
            **given,
            uri=f"{backend.url}/echo",
            responses={"200": {}},
        )
        wrapped = {**given, "responseTemplates": {"application/json": '{"data":"$input.body"}'}}
        add(api, f"GET /out/{name}/template", **http, uri=f"{backend.url}/png", responses={"200": wrapped})
    api.deploy()
    return api


@pytest.mark.parametrize(
    ("content_type", "handling", "body", "sent"),
    [
        ("text/plain", "none", BROKEN, REPLACED.encode()),
        ("text/plain", "text", BROKEN, REPLACED.encode()),
        ("text/plain", "binary", b64encode(IMAGE), IMAGE),
        ("text/plain", "binary", b"no base64!", 500),
        ("image/png", "none", IMAGE, IMAGE),
        ("image/png", "text", IMAGE, b64encode(IMAGE)),
        ("image/png", "binary", IMAGE, IMAGE),
        ("image/png; q=1", "none", IMAGE, IMAGE),
        ("audio/wav", "none", IMAGE, IMAGE),
    ],
)
def test_requests(handled: Api, content_type: str, handling: str, body: bytes, sent: bytes | int) -> None:
    answer = handled.send("POST", f"/in/{handling}", [("Content-Type", content_type)], body)
    if isinstance(sent, int):
        assert answer.status == sent
    else:
        assert answer.json()["body"].encode("latin-1") == sent


@pytest.mark.parametrize(("handling", "sent"), [("none", 500), ("text", b'{"image": "%b"}' % b64encode(IMAGE))])
def test_a_request_template_needs_text(handled: Api, handling: str, sent: bytes | int) -> None:
    answer = handled.send("POST", f"/in/{handling}/template", [("Content-Type", "image/png")], IMAGE)
    assert (answer.status if isinstance(sent, int) else answer.json()["body"].encode("latin-1")) == sent


@pytest.mark.parametrize(
    ("payload", "accept", "handling", "body"),
    [
        ("base64", "text/plain", "none", b64encode(IMAGE)),
        ("base64", "text/plain", "text", b64encode(IMAGE)),
        ("base64", "text/plain", "binary", IMAGE),
        ("words", "text/plain", "binary", 500),
        ("base64", "image/png", "none", IMAGE),
        ("words", "image/png", "none", 500),
        ("base64", "image/png", "text", b64encode(IMAGE)),
        ("base64", "image/png", "binary", IMAGE),
        ("image", "text/plain", "none", b64encode(PNG)),
        ("image", "text/plain", "text", b64encode(PNG)),
        ("image", "text/plain", "binary", PNG),
        ("image", "image/png", "none", PNG),
        ("image", "image/png", "text", b64encode(PNG)),
        ("image", "image/png", "binary", PNG),
        # Only Accept's first media type counts, and a wildcard in it matches nothing
        ("image", "text/plain, image/png", "none", b64encode(PNG)),
        ("image", "image/*", "none", b64encode(PNG)),
        ("image", "image/png;q=0.8, text/plain", "none", PNG),
    ],
)
def test_responses(handled: Api, payload: str, accept: str, handling: str, body: bytes | int) -> None:
    answer = handled.send("GET", f"/out/{handling}/{payload}", [("Accept", accept)])
    assert (answer.status if isinstance(body, int) else answer.body) == body


@pytest.mark.parametrize(("handling", "body"), [("none", 500), ("text", b'{"data":"%b"}' % b64encode(PNG))])
def test_a_response_template_needs_text(handled: Api, handling: str, body: bytes | int) -> None:
    answer = handled.send("GET", f"/out/{handling}/template", [("Accept", "image/png")])
    assert (answer.status if isinstance(body, int) else answer.body) == body
