"""Several clients at once, and a disk that is full for a while (design section 6)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import OTHER_ZIP, ZIP, LambdaPlane
from tests.walk import ROLE

from gatelet.aws.errors import AwsError
from gatelet.control.lambda_ import settle
from gatelet.control.lambda_.functions import create_function
from gatelet.control.lambda_.permissions import add_permission
from gatelet.control.lambda_.updates import update_function_code
from gatelet.storage.ports import Delete, Put, StorageFull


async def together(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


def test_one_of_two_creations_wins(plane: LambdaPlane) -> None:
    given: Any = {"FunctionName": "f", "Runtime": "python3.12", "Role": ROLE, "Handler": "a.b"}
    calls = [create_function(plane.call(), {**given, "Code": {"ZipFile": data}}) for data in (ZIP, OTHER_ZIP)]
    won, lost = plane.run(together(*calls))
    assert won["State"] == "Pending"
    assert isinstance(lost, AwsError)
    assert lost.code == "ResourceConflictException"
    plane.settle()
    assert list(plane.blobs.held.values()) == [ZIP], "the loser's archive is gone"


def test_no_permission_is_lost(plane: LambdaPlane) -> None:
    plane.create_active()
    given: Any = {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    calls = [add_permission(plane.call(), {**given, "StatementId": f"s{number}"}) for number in range(20)]
    plane.run(together(*calls))
    policy = json.loads(plane("GetPolicy", FunctionName="f")["Policy"])
    assert sorted(statement["Sid"] for statement in policy["Statement"]) == sorted(f"s{n}" for n in range(20))


def test_one_of_two_updates_wins(plane: LambdaPlane) -> None:
    plane.create_active()
    plane.functions.ready.clear()
    calls = [update_function_code(plane.call(), {"FunctionName": "f", "ZipFile": data}) for data in (ZIP, OTHER_ZIP)]
    answers = plane.run(together(*calls))
    assert [isinstance(answer, AwsError) for answer in answers] == [False, True]
    plane.functions.ready.set()
    plane.settle()
    assert list(plane.blobs.held.values()) == [ZIP]


def test_a_full_disk_delays_and_loses_nothing(plane: LambdaPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "_RETRY_SECONDS", 0)
    plane.create()
    refusals = iter([StorageFull(), StorageFull()])
    write = plane.records.write

    async def full_twice(*writes: Put | Delete) -> int:
        refusal = next(refusals, None)
        if refusal is not None:
            raise refusal
        return await write(*writes)

    monkeypatch.setattr(plane.records, "write", full_twice)
    plane.settle()
    assert plane("GetFunctionConfiguration", FunctionName="f")["State"] == "Active"
