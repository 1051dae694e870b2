"""Which service a call is for."""

from __future__ import annotations

import pytest

from gatelet.http.request import Request
from gatelet.server.services import service_of


def request(path: str = "/", *headers: tuple[str, str]) -> Request:
    return Request.of("GET", path, "", list(headers), b"", "127.0.0.1")


@pytest.mark.parametrize(
    ("signing_name", "asked", "service"),
    [
        ("apigateway", request("/restapis"), "apigateway"),
        ("apigateway", request("/v2/apis"), "apigatewayv2"),  # HTTP APIs share the signing name
        ("lambda", request("/v2/apis"), "lambda"),
        ("monitoring", request(), "cloudwatch"),
        ("nothing", request("/", ("X-Amz-Target", "Logs_20140328.DescribeLogGroups")), None),  # the scope decides
        (None, request("/", ("X-Amz-Target", "Logs_20140328.DescribeLogGroups")), "logs"),
        (None, request("/", ("Host", "IAM.amazonaws.com")), "iam"),
        (None, request("/", ("Host", "localhost:4566")), None),
    ],
)
def test_the_service(signing_name: str | None, asked: Request, service: str | None) -> None:
    """The credential's scope, then the target, then the host."""
    assert service_of(asked, signing_name) == service
