"""Lambda's operations without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.control.plane import Plane
from tests.walk import ROLE, archive

ZIP = archive("def lambda_handler(event, context):\n    return event\n")
OTHER_ZIP = archive("def lambda_handler(event, context):\n    return None\n")
ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"


class LambdaPlane(Plane):
    """With short ways to make functions."""

    def create(self, name: str = "f", **params: Any) -> dict[str, Any]:
        """CreateFunction with what is mandatory; the answer."""
        given = {"Runtime": "python3.12", "Role": ROLE, "Handler": "a.b", "Code": {"ZipFile": ZIP}, **params}
        return self("CreateFunction", FunctionName=name, **given)

    def create_active(self, name: str = "f", **params: Any) -> dict[str, Any]:
        """A function that is Active; its configuration."""
        self.create(name, **params)
        self.settle()
        return self("GetFunctionConfiguration", FunctionName=name)

    def refused_create(self, name: str = "f", **params: Any) -> tuple[str, str | None]:
        """CreateFunction that fails."""
        given = {"Runtime": "python3.12", "Role": ROLE, "Handler": "a.b", "Code": {"ZipFile": ZIP}, **params}
        return self.fails("CreateFunction", FunctionName=name, **given)


@pytest.fixture
def plane() -> Iterator[LambdaPlane]:
    with asyncio.Runner() as runner:
        made = LambdaPlane(runner, "lambda")
        yield made
        made.run(made.ports.background.stop())
