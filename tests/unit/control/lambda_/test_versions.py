"""Versions: lambda-control-plane sections 3 to 6."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ARN, OTHER_ZIP, ZIP, LambdaPlane

from gatelet.aws import quotas

STALE = (
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
    "retrieve the latest Revision Id"
)


def change(plane: LambdaPlane, **params: Any) -> None:
    """Something of the function differs, and it is ready."""
    plane("UpdateFunctionConfiguration", FunctionName="f", **(params or {"Timeout": 17}))
    plane.settle()


def versions(plane: LambdaPlane, **params: Any) -> list[str]:
    return [item["Version"] for item in plane("ListVersionsByFunction", FunctionName="f", **params)["Versions"]]


def test_a_version_is_the_function_as_it_was(plane: LambdaPlane) -> None:
    before = plane.create_active(Description="mine", Environment={"Variables": {"A": "b"}})
    made = plane("PublishVersion", FunctionName="f", Description="first")
    assert made == {
        **before,
        "FunctionArn": f"{ARN}:1",
        "Version": "1",
        "Description": "first",
        "RevisionId": made["RevisionId"],
    }
    assert (made["State"], made["LastUpdateStatus"]) == ("Active", "Successful")
    change(plane, Environment={"Variables": {}}, Description="other")
    for named in ({"FunctionName": "f", "Qualifier": "1"}, {"FunctionName": f"{ARN}:1"}):
        assert plane("GetFunctionConfiguration", **named) == made
        assert plane("GetFunction", **named)["Configuration"] == made


def test_publishing_gives_the_version_and_the_function_new_revisions(plane: LambdaPlane) -> None:
    before = plane.create_active()["RevisionId"]
    version = plane("PublishVersion", FunctionName="f")["RevisionId"]
    after = plane("GetFunctionConfiguration", FunctionName="f")["RevisionId"]
    assert len({before, version, after}) == 3


def test_what_has_not_changed_is_the_same_version_again(plane: LambdaPlane) -> None:
    plane.create_active()
    first = plane("PublishVersion", FunctionName="f", Description="a")
    assert plane("PublishVersion", FunctionName="f", Description="b") == first
    change(plane)
    assert plane("PublishVersion", FunctionName="f")["Version"] == "2"
    plane("UpdateFunctionCode", FunctionName="f", ZipFile=OTHER_ZIP)
    plane.settle()
    assert plane("PublishVersion", FunctionName="f")["Version"] == "3"
    assert versions(plane) == ["$LATEST", "1", "2", "3"]


def test_numbers_are_never_given_twice(plane: LambdaPlane) -> None:
    plane.create_active()
    plane("PublishVersion", FunctionName="f")
    plane("DeleteFunction", FunctionName="f", Qualifier="1")
    assert versions(plane) == ["$LATEST"]
    assert plane("PublishVersion", FunctionName="f")["Version"] == "2"


def test_publish_with_create(plane: LambdaPlane) -> None:
    """Section 6: version 1, unqualified ARN, Pending."""
    made = plane.create(Publish=True)
    assert (made["Version"], made["FunctionArn"], made["State"]) == ("1", ARN, "Pending")
    assert "LastUpdateStatus" not in made
    plane.settle()
    found = plane("GetFunctionConfiguration", FunctionName="f", Qualifier="1")
    assert (found["FunctionArn"], found["State"]) == (f"{ARN}:1", "Active")
    assert plane("PublishVersion", FunctionName="f")["Version"] == "1"


def test_publish_with_an_update_of_the_code(plane: LambdaPlane) -> None:
    """Section 6: the version with its ARN, Pending, without LastUpdateStatus."""
    plane.create_active()
    made = plane("UpdateFunctionCode", FunctionName="f", ZipFile=OTHER_ZIP, Publish=True)
    assert (made["Version"], made["FunctionArn"]) == ("1", f"{ARN}:1")
    assert (made["State"], made["StateReasonCode"], "LastUpdateStatus" in made) == ("Pending", "Creating", False)
    plane.settle()
    found = plane("GetFunctionConfiguration", FunctionName="f", Qualifier="1")
    assert (found["State"], found["LastUpdateStatus"]) == ("Active", "Successful")
    assert found["CodeSha256"] == plane("GetFunctionConfiguration", FunctionName="f")["CodeSha256"]


def test_a_version_whose_code_is_broken_fails(plane: LambdaPlane) -> None:
    plane.functions.broken = OSError()
    plane.create(Publish=True)
    plane.settle()
    assert plane("GetFunctionConfiguration", FunctionName="f", Qualifier="1")["State"] == "Failed"


def test_nothing_is_published_while_an_update_is_in_progress(plane: LambdaPlane) -> None:
    plane.create_active()
    plane.functions.ready.clear()
    plane("UpdateFunctionConfiguration", FunctionName="f", Timeout=9)
    assert plane.fails("PublishVersion", FunctionName="f") == (
        "ResourceConflictException",
        f"The operation cannot be performed at this time. An update is in progress for resource: {ARN}",
    )
    plane.functions.ready.set()


def test_code_and_revision_are_checked(plane: LambdaPlane) -> None:
    function = plane.create_active()
    actual = function["CodeSha256"]
    assert plane.fails("PublishVersion", FunctionName="f", CodeSha256="x") == (
        "InvalidParameterValueException",
        (
            f"CodeSHA256 (x) is different from current CodeSHA256 in $LATEST ({actual}). "
            "Please try again with the CodeSHA256 in $LATEST."
        ),
    )
    assert plane.fails("PublishVersion", FunctionName="f", RevisionId="x") == ("PreconditionFailedException", STALE)
    plane("PublishVersion", FunctionName="f", CodeSha256=actual, RevisionId=function["RevisionId"])
    assert plane.fails("PublishVersion", FunctionName="g")[1] == (
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g"
    )
    assert plane.fails("PublishVersion", FunctionName="f", PublishTo="LATEST_PUBLISHED")[0] == "NotImplementedException"


def test_list_items_leave_states_out_and_are_qualified(plane: LambdaPlane) -> None:
    plane.create_active()
    plane("PublishVersion", FunctionName="f")
    latest, first = plane("ListVersionsByFunction", FunctionName="f")["Versions"]
    assert (latest["FunctionArn"], first["FunctionArn"]) == (f"{ARN}:$LATEST", f"{ARN}:1")
    assert [key for key in first if key.startswith(("State", "LastUpdate", "RuntimeVersion"))] == []


def pages(plane: LambdaPlane, operation: str, member: str, **params: Any) -> list[list[str]]:
    found = []
    marker: dict[str, str] = {}
    while True:
        page = plane(operation, **params, **marker)
        found.append([item.get("FunctionArn", item.get("Name")).removeprefix(ARN) for item in page[member]])
        if "NextMarker" not in page:
            return found
        marker = {"Marker": page["NextMarker"]}


def test_pages(plane: LambdaPlane) -> None:
    plane.create_active()
    for timeout in (4, 5, 6):
        change(plane, Timeout=timeout)
        plane("PublishVersion", FunctionName="f")
    plane.create_active("f-b", Publish=True)
    listed = pages(plane, "ListVersionsByFunction", "Versions", FunctionName="f", MaxItems=2)
    assert listed == [[":$LATEST", ":1"], [":2", ":3"]]
    everything = pages(plane, "ListFunctions", "Functions", FunctionVersion="ALL", MaxItems=3)
    assert everything == [[":$LATEST", ":1", ":2"], [":3", "-b:$LATEST", "-b:1"]]
    assert pages(plane, "ListFunctions", "Functions", MaxItems=1) == [[""], ["-b"]]


def test_code_stays_as_long_as_a_version_has_it(plane: LambdaPlane) -> None:
    plane.create_active()
    plane("PublishVersion", FunctionName="f")
    plane("UpdateFunctionCode", FunctionName="f", ZipFile=OTHER_ZIP)
    plane.settle()
    assert set(plane.blobs.held.values()) == {ZIP, OTHER_ZIP}
    assert plane("GetAccountSettings")["AccountUsage"] == {
        "TotalCodeSize": len(ZIP) + len(OTHER_ZIP),
        "FunctionCount": 1,
    }
    plane("DeleteFunction", FunctionName="f", Qualifier="1")
    assert set(plane.blobs.held.values()) == {OTHER_ZIP}


def test_versions_and_layers_count_as_stored_code(plane: LambdaPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    full = ("CodeStorageExceededException", "Code storage limit exceeded.")
    plane.create_active()
    monkeypatch.setattr(quotas, "TOTAL_CODE_BYTES", 2 * len(ZIP) - 1)
    assert plane.fails("PublishVersion", FunctionName="f") == full
    assert plane.fails("PublishLayerVersion", LayerName="l", Content={"ZipFile": ZIP}) == full
    monkeypatch.setattr(quotas, "TOTAL_CODE_BYTES", 2 * len(ZIP))
    plane("PublishVersion", FunctionName="f")
    assert plane.fails("PublishLayerVersion", LayerName="l", Content={"ZipFile": ZIP}) == full


def test_deleting_a_function_deletes_its_versions(plane: LambdaPlane) -> None:
    plane.create_active(Publish=True)
    plane("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
    plane.create_active("f-b", Publish=True)
    plane("DeleteFunction", FunctionName="f")
    assert {key.id for key in plane.records.rows if key.service == "lambda"} == {"f-b", "f-b,0000000001"}
    assert plane.fails("GetFunction", FunctionName="f", Qualifier="1")[1] == f"Function not found: {ARN}:1"
    plane.create_active()
    assert plane("PublishVersion", FunctionName="f")["Version"] == "1"


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {"Qualifier": "$LATEST"},
            "InvalidParameterValueException",
            "$LATEST version cannot be deleted without deleting the function.",
        ),
        ({"Qualifier": "live"}, "InvalidParameterValueException", "Deletion of aliases is not currently supported."),
        (
            {"Qualifier": "1"},
            "ResourceConflictException",
            "Unable to delete version because the following aliases reference it: [beta, live]",
        ),
        (
            {"FunctionName": "g", "Qualifier": "1"},
            "ResourceNotFoundException",
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g",
        ),
        (
            {"FunctionName": "f:1", "Qualifier": "2"},
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
        ),
    ],
)
def test_what_cannot_be_deleted(plane: LambdaPlane, params: dict[str, str], code: str, message: str) -> None:
    plane.create_active(Publish=True)
    change(plane)
    plane("PublishVersion", FunctionName="f")
    plane("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
    weights = {"AdditionalVersionWeights": {"1": 0.5}}
    plane("CreateAlias", FunctionName="f", Name="beta", FunctionVersion="2", RoutingConfig=weights)
    assert plane.fails("DeleteFunction", **{"FunctionName": "f", **params}) == (code, message)
    assert plane("DeleteFunction", FunctionName="f", Qualifier="77") == {"StatusCode": 204}


def test_every_qualifier_has_a_policy_of_its_own(plane: LambdaPlane) -> None:
    """Section 8: a version does not inherit, and its policy goes with it."""
    plane.create_active(Publish=True)
    plane("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
    who = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "StatementId": "s"}
    for qualifier in ({}, {"Qualifier": "1"}, {"Qualifier": "live"}):
        missing = plane.fails("GetPolicy", FunctionName="f", **qualifier)
        assert missing == ("ResourceNotFoundException", "The resource you requested does not exist.")
        added = json.loads(plane("AddPermission", FunctionName="f", **who, **qualifier)["Statement"])
        assert added["Resource"] == ":".join([ARN, *qualifier.values()])
        policy = json.loads(plane("GetPolicy", FunctionName="f", **qualifier)["Policy"])
        assert policy["Statement"] == [added]
    plane("RemovePermission", FunctionName="f", StatementId="s", Qualifier="live")
    assert plane.fails("RemovePermission", FunctionName="f", StatementId="s", Qualifier="live") == (
        "ResourceNotFoundException",
        "No policy is associated with the given resource.",
    )
    plane("GetPolicy", FunctionName="f", Qualifier="1")
    plane("DeleteAlias", FunctionName="f", Name="live")
    plane("DeleteFunction", FunctionName="f", Qualifier="1")
    assert plane.fails("GetPolicy", FunctionName="f", Qualifier="1")[0] == "ResourceNotFoundException"
    plane("GetPolicy", FunctionName="f")


@pytest.mark.parametrize("operation", ["GetRuntimeManagementConfig", "GetFunctionConfiguration", "GetFunction"])
def test_a_qualifier_that_names_nothing(plane: LambdaPlane, operation: str) -> None:
    plane.create_active(Publish=True)
    for qualifier in ("2", "nobody"):
        assert plane.fails(operation, FunctionName="f", Qualifier=qualifier) == (
            "ResourceNotFoundException",
            f"Function not found: {ARN}:{qualifier}",
        )
