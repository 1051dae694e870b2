"""TestInvokeMethod through boto3, its log taken apart."""

from __future__ import annotations

import re
from typing import Any

from tests.conformance.gateway.world import Api

LINE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4} : (.*)")


def run(api: Api, route: str, **members: Any) -> tuple[dict[str, Any], list[str]]:
    """The answer, and the lines of its log without their moments."""
    verb, path = route.split(" ")
    answer = api.client.test_invoke_method(restApiId=api.id, resourceId=api.resource(path), httpMethod=verb, **members)
    first, *lines, last = answer["log"].split("\n")
    assert first.startswith("Execution log for request ")
    assert last == ""
    matched = [LINE.fullmatch(line) for line in lines]
    return answer, [match[1] if match else "" for match in matched]
