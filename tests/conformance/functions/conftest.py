"""One function for most tests of the execution."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.functions.world import SOURCE, Function, make_function


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
