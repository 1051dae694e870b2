"""URIs of endpoints and services with parameters in them (apigateway-data-plane 9.2 and 9.3)."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.endpoint_uri import EndpointUri, clean_query, encode_query, fill_path
from gatelet.gateway.service_uri import ServiceUri
from gatelet.http.client.errors import InvalidTarget

VALUES = st.text(st.characters(codec="utf-8"), max_size=12)


@pytest.mark.parametrize(
    ("uri", "values", "authority", "path", "query"),
    [
        ("http://a.test", {}, "a.test", "/", ""),
        ("http://a.test?x=1", {}, "a.test", "/", "x=1"),
        (
            "https://a.test:8443/v1/{id}?q={id}",
            {"id": "a b/ü?"},
            "a.test:8443",
            "/v1/a%20b/%C3%BC%3F",
            "q=a%20b%2F%C3%BC%3F",
        ),
        ("http://a.test/{proxy+}", {"proxy": "x/y"}, "a.test", "/x/y", ""),
        ("http://a.test/{id}/x", {}, "a.test", "//x", ""),
        ("http://{host}.test:{port}/", {"host": "a-b.c", "port": "8080"}, "a-b.c.test:8080", "/", ""),
        ("http://a.test/../b/{x}", {"x": "c"}, "a.test", "/../b/c", ""),
    ],
)
def test_filled_in(uri: str, values: dict[str, str], authority: str, path: str, query: str) -> None:
    origin, *rest = EndpointUri.parse(uri).fill(values)
    assert (origin.authority, *rest) == (authority, path, query)


@pytest.mark.parametrize(
    "uri", ["", "a.test", "ftp://a.test", "http://a.test:22/", "http://a.test/ x", "http://a@b/{x}"]
)
def test_no_endpoint(uri: str) -> None:
    with pytest.raises(InvalidTarget):
        EndpointUri.parse(uri)


@pytest.mark.parametrize(
    ("uri", "value"),
    [
        ("http://{x}.test/", "a/b"),
        ("http://{x}.test/", "a@evil"),
        ("http://{x}.test/", "evil#"),
        ("http://{x}.test/", ""),
        ("http://{x}.test/", "[::1]"),
        ("http://a.test:{x}/", "22"),
        ("http://a.test:{x}/", "8080/"),
        ("http://a.test/{x}", ".."),
        ("http://a.test/{x}", "b/../../c"),
        ("http://a.test/b/{x}/c", "."),
        ("http://a.test/.{x}/c", "."),
    ],
)
def test_values_that_would_leave_their_place(uri: str, value: str) -> None:
    with pytest.raises(InvalidTarget):
        EndpointUri.parse(uri).fill({"x": value})


@given(VALUES, VALUES)
def test_a_value_stays_in_its_place(path_value: str, query_value: str) -> None:
    uri = EndpointUri.parse("http://a.test:8080/v1/{p}/end?fixed=1&q={q}")
    try:
        origin, path, query = uri.fill({"p": path_value, "q": query_value})
    except InvalidTarget:
        assert {".", ".."} & set(path_value.split("/"))
        return
    assert origin.authority == "a.test:8080"
    assert path.startswith("/v1/")
    assert path.endswith("/end")
    assert unquote(path[4:-4]) == path_value
    assert query.startswith("fixed=1&q=")
    assert unquote(query[10:]) == query_value
    assert not set(" \r\n?#\\") & set(path)
    assert not set(" \r\n#&\\") & set(query[10:])


@given(st.lists(st.tuples(VALUES, VALUES), max_size=4))
def test_mapped_query_parameters_stay_apart(pairs: list[tuple[str, str]]) -> None:
    query = encode_query(pairs)
    kept = [(name, value) for name, value in pairs if value]
    found = [part.split("=") for part in query.split("&")] if query else []
    assert [(unquote(name), unquote(value)) for name, value in found] == kept


@given(st.text(st.characters(max_codepoint=255), max_size=20))
def test_a_clients_query_can_be_sent(query: str) -> None:
    assert all("\x21" <= character <= "\x7e" for character in clean_query(query))


@pytest.mark.parametrize("query", ["a=1&b=%20+&c=/?:@!$'()*,;~", "x=%2F%zz", "a"])
def test_a_clients_query_stays_as_it_is(query: str) -> None:
    assert clean_query(query) == query


def test_a_path_without_placeholders_is_not_looked_at() -> None:
    assert fill_path("/a/../%7E", {"a": ".."}) == "/a/../%7E"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dynamodb:action/GetItem", ("dynamodb", "GetItem", "/", "")),
        ("sns:action/Publish&TopicArn=a&x={y}", ("sns", "Publish", "/", "TopicArn=a&x={y}")),
        ("s3:path/{bucket}/{key}?acl", ("s3", None, "/{bucket}/{key}", "acl")),
        ("sqs:path//0/queue", ("sqs", None, "/0/queue", "")),
        ("data.iot:path/x", ("data.iot", None, "/x", "")),
    ],
)
def test_service_uris(text: str, expected: tuple[str, str | None, str, str]) -> None:
    uri = ServiceUri.parse(f"arn:aws:apigateway:eu-west-1:{text}")
    assert uri.region == "eu-west-1"
    assert (uri.service, uri.action, uri.path, uri.query) == expected


@pytest.mark.parametrize("text", ["sns:other/x", "sns:action/", "sns:action/a b", "sns", "sns:path/a b", "sns:path/é"])
def test_no_service_uri(text: str) -> None:
    with pytest.raises(InvalidTarget):
        ServiceUri.parse(f"arn:aws:apigateway:eu-west-1:{text}")


@pytest.mark.parametrize(
    ("text", "invokes"),
    [
        ("lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:f/invocations", True),
        ("lambda:path/2015-03-31/functions/f/configuration", False),
        ("lambda:path/2015-03-31/functions", False),
        ("sqs:path/2015-03-31/functions/f/invocations", False),
    ],
)
def test_what_invokes_a_function(text: str, invokes: bool) -> None:
    assert ServiceUri.parse(f"arn:aws:apigateway:eu-west-1:{text}").invokes_function is invokes
