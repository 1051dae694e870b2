"""The lenient reader of MOCK requests (apigateway-data-plane 9.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.integrations.mock_request import status_of


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"statusCode": 200}', 200),
        ("{statusCode: 200}", 200),  # recorded
        ("{'statusCode': 200}", 200),
        (' {\n  "statusCode" : 404,\n}\n', 404),
        ('{"statusCode": 200,}', 200),
        ("{super{ f}oo: [ba r], statusCode: 201}", 201),
        ('{"a": {"statusCode": 500}, "statusCode": 200}', 200),
        ('{"a": "}, statusCode: 500", statusCode: 200}', 200),
        ('{"a": "\\"", "statusCode": 200}', 200),
        ('{"statusCode": 200, "statusCode": 404}', 404),
        ('{"statusCode": 999999}', 999999),
        ('{"statusCode": -1}', -1),
        ('{"statusCode": "200"}', None),
        ('{"statusCode": 200.5}', None),
        ('{"statusCode": two}', None),
        ('{"statusCode": }', None),
        ('{"statuscode": 200}', None),
        ('{"statusCode": 200', None),
        ('"statusCode": 200}', None),
        ('{"statusCode: 200}', None),
        ("{'statusCode: 200}", None),
        ('{"a": [1, "statusCode": 200}', None),
        ('{"a": 1}}, "statusCode": 200}', None),
        ("{}", None),
        ("", None),
        ("{", None),
        ("200", None),
    ],
)
def test_what_is_read(text: str, status: int | None) -> None:
    assert status_of(text) == status


@given(st.text("{}[]\"':,\\ 1astuCode", max_size=40))
def test_any_text_gives_a_status_or_none(text: str) -> None:
    assert status_of(text) is None or isinstance(status_of(text), int)
