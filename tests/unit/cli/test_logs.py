"""The names that `gatelet logs` takes, and how an event is shown."""

from __future__ import annotations

import pytest

from gatelet.cli.follow import print_event
from gatelet.cli.logs import log_group


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("getUser", "/aws/lambda/getUser"),
        ("getUser:prod", "/aws/lambda/getUser"),
        ("arn:aws:lambda:us-east-1:000000000000:function:getUser", "/aws/lambda/getUser"),
        ("arn:aws:lambda:us-east-1:000000000000:function:getUser:prod", "/aws/lambda/getUser"),
        ("/aws/lambda/getUser", "/aws/lambda/getUser"),
        ("API-Gateway-Execution-Logs_abc/prod", "API-Gateway-Execution-Logs_abc/prod"),
        ("arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/getUser", "/aws/lambda/getUser"),
        ("arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/getUser:*", "/aws/lambda/getUser"),
        ("arn:short", "arn:short"),
    ],
)
def test_the_log_group_of_a_name(name: str, group: str) -> None:
    assert log_group(name) == group


def test_an_event_is_one_line_with_its_own_newline_gone(capsys: pytest.CaptureFixture[str]) -> None:
    print_event({"message": "END RequestId: 1\n"}, "users  ")
    print_event({"message": "two\nlines\n\n"})
    assert capsys.readouterr().out == "users  END RequestId: 1\ntwo\nlines\n"
