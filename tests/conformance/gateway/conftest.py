"""One echoing function and one API, which most tests of the data plane share."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.gateway.world import ECHO, Api, make_api, uri
from tests.walk import create_function


@pytest.fixture(scope="session")
def echo(gatelet: Any) -> str:
    """The ARN of the function."""
    return create_function(gatelet, "gateway-echo", ECHO, Timeout=5)


@pytest.fixture(scope="session")
def closed(gatelet: Any) -> str:
    """The ARN of a function whose policy lets no API in."""
    return create_function(gatelet, "gateway-closed", ECHO)


@pytest.fixture(scope="session")
def api(gatelet: Any, echo: str) -> Api:
    """``/echo`` tells the event, ``/reply`` answers what it gets, ``/do/{what}`` misbehaves."""
    made = make_api(
        gatelet,
        "gateway",
        {
            "ANY /": uri(echo),
            "ANY /echo": uri(echo),
            "GET /echo/{id}": uri(echo),
            "GET /echo/{id}/{rest+}": uri(echo),
            "POST /reply": uri(echo),
            "GET /do/{what}": uri(echo),
            "GET /do/{what}/briefly": {**uri(echo), "timeoutInMillis": 100},
        },
        ["gateway-echo"],
    )
    made.deploy(variables={"table": "users-prod", "limit": "10"})
    return made
