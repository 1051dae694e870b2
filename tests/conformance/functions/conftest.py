"""One function for most tests of the execution, alone and beside an extension: it must not see a difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.conformance.functions.extensions import BesideExtension
from tests.conformance.functions.world import SOURCE, Function, make_function
from tests.conftest import RunningGatelet


@pytest.fixture(scope="session", params=["alone", "beside an extension"])
def gatelet(
    request: pytest.FixtureRequest, gatelet: RunningGatelet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """The run's own Gatelet; or another, whose functions all have a layer with an extension."""
    if request.param == "alone":
        yield gatelet
        return
    other = RunningGatelet(tmp_path_factory.mktemp("beside") / "data")
    other.start()
    yield BesideExtension(other)
    other.stop()


@pytest.fixture(scope="session")
def function(gatelet: Any) -> Function:
    """Its event chooses what it does."""
    return make_function(
        gatelet,
        "executed",
        {"lambda_function.py": SOURCE},
        MemorySize=256,
        Timeout=20,
        Environment={"Variables": {"TABLE": "users", "AWS_XRAY_CONTEXT_MISSING": "own", "TZ": "Europe/Berlin"}},
    )
