"""The forms of a function URL."""

from __future__ import annotations

import pytest

from gatelet.functions.urls.address import UrlAddress, parse_function_url, shown_url

HOST = "abc123.lambda-url.eu-west-1"


@pytest.mark.parametrize(
    ("host", "path", "address"),
    [
        (f"{HOST}.on.aws", "/a%2Fb", UrlAddress("abc123", "/a%2Fb", f"{HOST}.on.aws")),
        (f"{HOST}.localhost:4566", "/", UrlAddress("abc123", "/", f"{HOST}.localhost")),
        (f"{HOST.upper()}.On.Aws.", "/", UrlAddress("abc123", "/", f"{HOST}.on.aws")),
        (f"{HOST}.localhost.localstack.cloud", "/", UrlAddress("abc123", "/", f"{HOST}.localhost.localstack.cloud")),
        ("127.0.0.1:4566", "/_aws/lambda-url/abc123/x//y", UrlAddress("abc123", "/x//y")),
        ("127.0.0.1:4566", "/_aws/lambda-url/abc123", UrlAddress("abc123", "/")),
        (
            f"{HOST}.on.aws",
            "/_aws/lambda-url/other/",
            UrlAddress("abc123", "/_aws/lambda-url/other/", f"{HOST}.on.aws"),
        ),
        ("127.0.0.1", "/_aws/lambda-url/", None),
        ("127.0.0.1", "/2021-10-31/functions/f/url", None),
        (f"{HOST}.on.aws.example.com", "/", None),
        ("lambda-url.eu-west-1.on.aws", "/", None),
        (f"x.{HOST}.on.aws", "/", None),
    ],
)
def test_forms(host: str, path: str, address: UrlAddress | None) -> None:
    assert parse_function_url(host, path) == address


def test_the_url_that_is_shown_is_one_of_them() -> None:
    url = shown_url("http://127.0.0.1:4566", "abc123")
    assert parse_function_url("127.0.0.1:4566", url.removeprefix("http://127.0.0.1:4566")) == UrlAddress("abc123", "/")
