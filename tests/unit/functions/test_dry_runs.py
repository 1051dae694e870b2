"""DryRun: whether a function could be invoked, and nothing more (lambda-execution section 1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.functions.world import ACCOUNT, API_ARN, World

from gatelet.functions.invocation import (
    FunctionNotFound,
    FunctionNotReady,
    FunctionTarget,
    Invocation,
    PermissionDenied,
)

SOURCE = "def handler(event, context):\n    raise SystemExit\n"


def check(world: World, target: FunctionTarget, source_arn: str = API_ARN) -> None:
    asked = Invocation(target, b"{}", "id", "Root=1-x", source_arn=source_arn, source_account=ACCOUNT)
    world.run(world.service.check_invocation(asked))


def test_nothing_runs(forking: World) -> None:
    target = forking.function(SOURCE)
    check(forking, target)
    assert forking.log(target) == []


@pytest.mark.parametrize(
    ("settings", "changes", "source_arn", "error"),
    [
        ({}, {"name": "nothing"}, API_ARN, FunctionNotFound),
        ({}, {"qualifier": "7"}, API_ARN, FunctionNotFound),
        ({"serving": False}, {}, API_ARN, FunctionNotReady),
        ({"permitted": False}, {}, API_ARN, PermissionDenied),
        ({}, {}, API_ARN.replace("GET", "PUT"), PermissionDenied),
    ],
    ids=["function", "version", "pending", "no policy", "another method"],
)
def test_what_is_refused(
    forking: World, settings: dict[str, Any], changes: dict[str, str], source_arn: str, error: type[Exception]
) -> None:
    target = forking.function(SOURCE, **settings)
    with pytest.raises(error):
        check(forking, replace(target, **changes), source_arn)
