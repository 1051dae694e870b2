"""GetCallerIdentity: identity section 3."""

from __future__ import annotations

import asyncio

from tests.unit.control.plane import Plane


def test_the_caller_is_told_who_it_is() -> None:
    with asyncio.Runner() as runner:
        assert Plane(runner, "sts")("GetCallerIdentity") == {
            "UserId": "000000000000",
            "Account": "000000000000",
            "Arn": "arn:aws:iam::000000000000:root",
        }
