"""Provisioned concurrency: lambda-control-plane section 7."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ARN, LambdaPlane

from gatelet.functions.provisioned import INIT_FAILURE, ProvisionedState

INVALID = "InvalidParameterValueException"
CONFLICT = "ResourceConflictException"
MISSING = "ResourceNotFoundException"
PUT, GET, LIST, DELETE = (
    "PutProvisionedConcurrencyConfig",
    "GetProvisionedConcurrencyConfig",
    "ListProvisionedConcurrencyConfigs",
    "DeleteProvisionedConcurrencyConfig",
)


@pytest.fixture
def published(plane: LambdaPlane) -> LambdaPlane:
    """``f`` with version 1 and the alias ``live`` of it, ``other`` of version 2."""
    plane.create_active(Publish=True)
    plane("UpdateFunctionConfiguration", FunctionName="f", Timeout=9)
    plane.settle()
    plane("PublishVersion", FunctionName="f")
    plane("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
    plane("CreateAlias", FunctionName="f", Name="other", FunctionVersion="2")
    return plane


def put(plane: LambdaPlane, qualifier: str, amount: int = 2) -> dict[str, Any]:
    return plane(PUT, FunctionName="f", Qualifier=qualifier, ProvisionedConcurrentExecutions=amount)


def refused(plane: LambdaPlane, qualifier: str, amount: int = 2, **params: Any) -> tuple[str, str | None]:
    given = {"FunctionName": "f", "Qualifier": qualifier, "ProvisionedConcurrentExecutions": amount, **params}
    return plane.fails(PUT, **given)


def test_from_in_progress_to_ready(published: LambdaPlane) -> None:
    made = put(published, "1")
    assert made == {
        "RequestedProvisionedConcurrentExecutions": 2,
        "AvailableProvisionedConcurrentExecutions": 0,
        "AllocatedProvisionedConcurrentExecutions": 0,
        "Status": "IN_PROGRESS",
        "LastModified": "2026-01-01T00:00:00.250+0000",
    }
    assert published(GET, FunctionName="f", Qualifier="1") == made
    published.functions.provisioning = ProvisionedState(2)
    ready = {
        **made,
        "AvailableProvisionedConcurrentExecutions": 2,
        "AllocatedProvisionedConcurrentExecutions": 2,
        "Status": "READY",
    }
    assert published(GET, FunctionName="f", Qualifier="1") == ready
    put(published, "other")
    listed = published(LIST, FunctionName="f")["ProvisionedConcurrencyConfigs"]
    assert [item["FunctionArn"] for item in listed] == [f"{ARN}:1", f"{ARN}:other"]
    first = published(LIST, FunctionName="f", MaxItems=1)
    assert published(LIST, FunctionName="f", MaxItems=1, Marker=first["NextMarker"]) == {
        "ProvisionedConcurrencyConfigs": [listed[1]]
    }


def test_a_failure_is_said(published: LambdaPlane) -> None:
    put(published, "1")
    published.functions.provisioning = ProvisionedState(1, INIT_FAILURE)
    found = published(GET, FunctionName="f", Qualifier="1")
    assert (found["Status"], found["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")


def test_what_is_not_provisioned(published: LambdaPlane) -> None:
    none = (
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function",
    )
    assert published.fails(GET, FunctionName="f", Qualifier="1") == none
    assert published(DELETE, FunctionName="f", Qualifier="1") == {}
    put(published, "live")
    published(DELETE, FunctionName="f", Qualifier="live")
    assert published.fails(GET, FunctionName="f", Qualifier="live") == none
    put(published, "live")
    published("DeleteAlias", FunctionName="f", Name="live")
    assert published(LIST, FunctionName="f") == {"ProvisionedConcurrencyConfigs": []}


@pytest.mark.parametrize("operation", [GET, DELETE, PUT])
def test_targets_that_cannot_be(published: LambdaPlane, operation: str) -> None:
    more = {"ProvisionedConcurrentExecutions": 1} if operation == PUT else {}
    latest = (
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        if operation == PUT
        else "The function resource provided must be an alias or a published version."
    )
    for qualifier, code, message in (
        ("$LATEST", INVALID, latest),
        ("nobody", MISSING, f"Cannot find alias arn: {ARN}:nobody"),
        ("10", MISSING, f"Function not found: {ARN}:10"),
    ):
        assert published.fails(operation, FunctionName="f", Qualifier=qualifier, **more) == (code, message)
    assert published.fails(LIST, FunctionName="g") == (
        MISSING,
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g",
    )


def test_a_version_is_provisioned_once(published: LambdaPlane) -> None:
    put(published, "live")
    assert refused(published, "1") == (CONFLICT, "Version is pointed by a Provisioned Concurrency alias")
    put(published, "2")
    taken = (
        CONFLICT,
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    )
    assert refused(published, "other") == taken
    assert published.fails("UpdateAlias", FunctionName="f", Name="live", FunctionVersion="2") == taken


def test_not_with_snap_start(published: LambdaPlane) -> None:
    """AWS Lambda Developer Guide, "SnapStart": provisioned concurrency is not supported."""
    for key, record in published.records.rows.items():
        if key.kind == "Version":
            record.value["configuration"]["SnapStart"] = {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    for qualifier in ("1", "live"):
        assert refused(published, qualifier) == (
            INVALID,
            "Provisioned Concurrency is not supported for functions with SnapStart.",
        )


def test_the_sums(published: LambdaPlane) -> None:
    """Section 7: what is provisioned leaves the account's pool, and 100 stay in it."""
    published.create_active("g")
    published("PutFunctionConcurrency", FunctionName="g", ReservedConcurrentExecutions=500)
    assert refused(published, "1", 501) == (
        INVALID,
        "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [500].",
    )
    assert refused(published, "1", 401) == (
        INVALID,
        (
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
            "minimum value of [100]."
        ),
    )
    put(published, "1", 300)
    assert published("GetAccountSettings")["AccountLimit"]["UnreservedConcurrentExecutions"] == 200
    assert refused(published, "2", 101)[0] == INVALID
    put(published, "1", 400)
    error = published.refusal("PutFunctionConcurrency", FunctionName="g", ReservedConcurrentExecutions=501)
    assert error.message is not None
    assert error.message.endswith("below its minimum value of [100].")


def test_reservation_and_provision(published: LambdaPlane) -> None:
    published("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=10)
    put(published, "1", 6)
    assert refused(published, "2", 5) == (
        INVALID,
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
    )
    put(published, "2", 4)
    error = published.refusal("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=9)
    assert error.message == (
        " ReservedConcurrentExecutions  9 should not be lower than function's total provisioned concurrency [10]."
    )
    assert error.members == {"Type": None}, "sums are answered without Type (section 1)"
    assert published("GetAccountSettings")["AccountLimit"]["UnreservedConcurrentExecutions"] == 990
