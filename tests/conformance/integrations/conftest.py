"""One backend, and APIs in front of it, for all tests of integrations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.backend import Backend, serve_backend
from tests.conformance.gateway.world import Api, make_api


@pytest.fixture(scope="session")
def backend() -> Iterator[Backend]:
    """What stands behind the integrations."""
    with serve_backend() as running:
        yield running


@pytest.fixture
def new_api(gatelet: Any) -> Api:
    """An API without any route."""
    return make_api(gatelet, "integrations", {}, [])


@pytest.fixture(scope="session")
def wait_for_line() -> Callable[[Api, str], str]:
    """Finds a line of an API's execution log."""

    def wait(api: Api, text: str) -> str:
        logs = api.gatelet.client("logs")
        group = f"API-Gateway-Execution-Logs_{api.id}/prod"
        for _ in range(200):
            try:
                events = logs.filter_log_events(logGroupName=group)["events"]
            except logs.exceptions.ResourceNotFoundException:
                events = []
            for event in events:
                if text in event["message"]:
                    message: str = event["message"]
                    return message
            time.sleep(0.02)
        raise AssertionError(f"no line {text!r} in {group}")

    return wait
