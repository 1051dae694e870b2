"""States, LastUpdateStatus and RevisionIds: lambda-control-plane section 5."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ARN, OTHER_ZIP, ZIP, LambdaPlane

from gatelet.aws.errors import AwsError
from gatelet.control.lambda_.life import TRANSITIONS, UNSETTLED, Event, Phase, enter, phase_of
from gatelet.control.lambda_.settle import resume

IN_PROGRESS = f"The operation cannot be performed at this time. An update is in progress for resource: {ARN}"
PENDING = "The operation cannot be performed at this time. The function is currently in the following state: Pending"
STALE = (
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
    "retrieve the latest Revision Id"
)


def configuration(plane: LambdaPlane) -> dict[str, Any]:
    return plane("GetFunctionConfiguration", FunctionName="f")


def test_every_phase_can_be_told_from_its_members() -> None:
    for before, phase in itertools.product(Phase, Phase):
        members: dict[str, Any] = {"FunctionName": "f"}
        enter(before, members, "why", "InternalError")
        enter(phase, members, "why", "InternalError")
        assert phase_of(members) is phase


def test_a_function_settles_from_every_unsettled_phase() -> None:
    for phase in Phase:
        settles = all((phase, event) in TRANSITIONS for event in (Event.READY, Event.BROKEN))
        assert settles is (phase in UNSETTLED)
        assert ((phase, Event.UPDATE) in TRANSITIONS) is (phase not in UNSETTLED)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("UpdateFunctionCode", {"ZipFile": OTHER_ZIP}),
        ("UpdateFunctionCode", {"ZipFile": ZIP}),
        ("UpdateFunctionConfiguration", {"Timeout": 9}),
        ("UpdateFunctionConfiguration", {}),
    ],
)
def test_an_update_even_a_redundant_one_goes_the_whole_cycle(
    plane: LambdaPlane, operation: str, params: dict[str, Any]
) -> None:
    before = plane.create_active()
    plane.clock.time += 60
    answer = plane(operation, FunctionName="f", **params)
    assert {key: answer[key] for key in answer if key.startswith(("State", "LastUpdate"))} == {
        "State": "Active",
        "LastUpdateStatus": "InProgress",
        "LastUpdateStatusReason": "The function is being created.",
        "LastUpdateStatusReasonCode": "Creating",
    }
    assert answer["LastModified"] == "2026-01-01T00:01:00.250+0000"
    plane.settle()
    after = configuration(plane)
    assert (after["State"], after["LastUpdateStatus"]) == ("Active", "Successful")
    assert "LastUpdateStatusReason" not in after
    assert len({before["RevisionId"], answer["RevisionId"], after["RevisionId"]}) == 3


def stored(plane: LambdaPlane) -> dict[str, Any]:
    return next(record.value for key, record in plane.records.rows.items() if key.kind == "Function")


def test_the_previous_revision_serves_until_the_new_one_is_ready(plane: LambdaPlane) -> None:
    plane.create_active()
    serving = stored(plane)["serving"]
    assert serving["code"] == stored(plane)["code"]
    plane.functions.ready.clear()
    plane("UpdateFunctionCode", FunctionName="f", ZipFile=OTHER_ZIP)
    assert stored(plane)["serving"] == serving
    assert set(plane.blobs.held.values()) == {ZIP, OTHER_ZIP}
    plane.functions.ready.set()
    plane.settle()
    now = stored(plane)["serving"]
    assert now["code"] == stored(plane)["code"] != serving["code"]
    assert now["configuration"]["CodeSha256"] == now["code"]["sha256"]
    assert "State" not in now["configuration"]
    assert "LastUpdateStatus" not in now["configuration"]
    assert list(plane.blobs.held.values()) == [OTHER_ZIP], "what nothing refers to is deleted"


@pytest.mark.parametrize(
    ("operation", "params"),
    [("UpdateFunctionCode", {"ZipFile": OTHER_ZIP}), ("UpdateFunctionConfiguration", {"Timeout": 9})],
)
def test_one_update_at_a_time(plane: LambdaPlane, operation: str, params: dict[str, Any]) -> None:
    plane.functions.ready.clear()
    plane.create()
    assert plane.fails(operation, FunctionName="f", **params) == ("ResourceConflictException", PENDING)
    plane.functions.ready.set()
    plane.settle()
    plane.functions.ready.clear()
    plane("UpdateFunctionConfiguration", FunctionName="f", Timeout=8)
    assert plane.fails(operation, FunctionName="f", **params) == ("ResourceConflictException", IN_PROGRESS)
    plane.functions.ready.set()
    plane.settle()
    assert configuration(plane)["Timeout"] == 8


@pytest.mark.parametrize(
    ("operation", "params"),
    [("UpdateFunctionCode", {"ZipFile": OTHER_ZIP}), ("UpdateFunctionConfiguration", {"Timeout": 9})],
)
def test_a_stale_revision_id(plane: LambdaPlane, operation: str, params: dict[str, Any]) -> None:
    created = plane.create()
    plane.settle()
    refused = plane.refusal(operation, FunctionName="f", RevisionId=created["RevisionId"], **params)
    assert (refused.code, refused.status, refused.message) == ("PreconditionFailedException", 412, STALE)
    plane(operation, FunctionName="f", RevisionId=configuration(plane)["RevisionId"], **params)


def test_a_dry_run_shows_and_changes_nothing(plane: LambdaPlane) -> None:
    before = plane.create_active()
    rows = dict(plane.records.rows)
    answer = plane("UpdateFunctionCode", FunctionName="f", ZipFile=OTHER_ZIP, DryRun=True)
    assert answer["CodeSha256"] != before["CodeSha256"]
    assert answer["CodeSize"] == len(OTHER_ZIP)
    assert answer["RevisionId"] == before["RevisionId"]
    assert plane.records.rows == rows
    assert list(plane.blobs.held.values()) == [ZIP]
    assert configuration(plane) == before
    assert plane.fails("UpdateFunctionCode", FunctionName="f", ZipFile=b"x", DryRun=True)[0] == (
        "InvalidParameterValueException"
    )


def test_code_that_cannot_be_made_ready_fails_the_creation(plane: LambdaPlane) -> None:
    plane.functions.broken = AwsError("InvalidParameterValueException", "Could not unzip uploaded file.")
    failed = plane.create_active()
    assert {key: failed[key] for key in failed if key.startswith(("State", "LastUpdate"))} == {
        "State": "Failed",
        "StateReason": "Could not unzip uploaded file.",
        "StateReasonCode": "InvalidZipFileException",
    }
    plane.functions.broken = None
    again = plane("UpdateFunctionCode", FunctionName="f", ZipFile=OTHER_ZIP)
    assert again["State"] == "Pending"
    plane.settle()
    assert configuration(plane)["State"] == "Active"


def test_a_failed_update_leaves_the_previous_revision_serving(plane: LambdaPlane) -> None:
    plane.create_active()
    serving = stored(plane)["serving"]
    plane.functions.broken = OSError("the disk is gone")
    plane("UpdateFunctionCode", FunctionName="f", ZipFile=OTHER_ZIP)
    plane.settle()
    failed = configuration(plane)
    assert (failed["State"], failed["LastUpdateStatus"]) == ("Active", "Failed")
    assert failed["LastUpdateStatusReasonCode"] == "InternalError"
    assert "disk" not in failed["LastUpdateStatusReason"]
    assert stored(plane)["serving"] == serving


def test_a_crash_leaves_nothing_pending_for_ever(plane: LambdaPlane) -> None:
    plane.functions.ready.clear()
    plane.create("f")
    plane.create("g")
    plane.run(plane.ports.background.stop())
    assert configuration(plane)["State"] == "Pending"
    plane.functions.ready.set()
    plane.run(resume(plane.ports))
    plane.settle()
    for name in ("f", "g"):
        assert plane("GetFunctionConfiguration", FunctionName=name)["State"] == "Active"


def test_deleted_while_pending(plane: LambdaPlane) -> None:
    plane.functions.ready.clear()
    plane.create()
    plane("DeleteFunction", FunctionName="f")
    plane.functions.ready.set()
    plane.settle()
    assert not [key for key in plane.records.rows if key.kind == "Function"]


def test_deleted_and_created_anew_while_pending(plane: LambdaPlane) -> None:
    plane.functions.ready.clear()
    plane.create()
    plane.run(asyncio.sleep(0))
    plane("DeleteFunction", FunctionName="f")
    plane.create(Code={"ZipFile": OTHER_ZIP})
    plane.functions.ready.set()
    plane.settle()
    assert stored(plane)["serving"]["code"] == stored(plane)["code"]
    assert list(plane.blobs.held.values()) == [OTHER_ZIP]


def test_a_version_cannot_be_updated(plane: LambdaPlane) -> None:
    plane.create_active()
    assert plane.fails("UpdateFunctionConfiguration", FunctionName="f:1", Timeout=5) == (
        "ResourceNotFoundException",
        f"Function not found: {ARN}:1",
    )


def test_configuration_updates_leave_the_rest(plane: LambdaPlane) -> None:
    plane.create_active(Timeout=7, Environment={"Variables": {"AB": "1", "CD": "2"}})
    plane("UpdateFunctionConfiguration", FunctionName="f", Environment={"Variables": {"EF": "3"}})
    plane.settle()
    plane("UpdateFunctionConfiguration", FunctionName="f", LoggingConfig={"LogGroup": "mine"}, Runtime="python3.13")
    plane.settle()
    plane("UpdateFunctionConfiguration", FunctionName="f", LoggingConfig={"LogFormat": "Text"}, Description="")
    plane.settle()
    now = configuration(plane)
    assert (now["Timeout"], now["Environment"]) == (7, {"Variables": {"EF": "3"}})
    assert (now["Runtime"], now["LoggingConfig"]["LogGroup"]) == ("python3.13", "mine")


def test_image_uri_for_a_zip_function(plane: LambdaPlane) -> None:
    plane.create_active()
    assert plane.fails("UpdateFunctionCode", FunctionName="f", ImageUri="x") == (
        "InvalidParameterValueException",
        "Please don't provide ImageUri when updating a function with packageType Zip.",
    )
