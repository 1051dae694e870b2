"""Aliases: lambda-control-plane section 6."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ARN, LambdaPlane

MISSING = "ResourceNotFoundException"
INVALID = "InvalidParameterValueException"


@pytest.fixture
def published(plane: LambdaPlane) -> LambdaPlane:
    """``f`` with versions 1 and 2."""
    plane.create_active(Publish=True)
    plane("UpdateFunctionConfiguration", FunctionName="f", Timeout=9)
    plane.settle()
    plane("PublishVersion", FunctionName="f")
    return plane


def weights(**to: float) -> dict[str, Any]:
    """``weights(v2=0.5)``."""
    return {"AdditionalVersionWeights": {version.removeprefix("v"): weight for version, weight in to.items()}}


def create(plane: LambdaPlane, name: str = "live", version: str = "1", **params: Any) -> dict[str, Any]:
    return plane("CreateAlias", **{"FunctionName": "f", "Name": name, "FunctionVersion": version, **params})


def test_the_shape(published: LambdaPlane) -> None:
    made = create(published)
    assert made == {
        "AliasArn": f"{ARN}:live",
        "Name": "live",
        "FunctionVersion": "1",
        "Description": "",
        "RevisionId": made["RevisionId"],
    }
    assert published("GetAlias", FunctionName="f", Name="live") == made
    routed = create(published, "two", RoutingConfig=weights(v2=0.25), Description="d")
    assert (routed["RoutingConfig"], routed["Description"]) == (weights(v2=0.25), "d")


def test_an_alias_shows_the_function_under_its_arn(published: LambdaPlane) -> None:
    """Section 4: the ARN has the alias, Version the number."""
    create(published)
    found = published("GetFunctionConfiguration", FunctionName="f", Qualifier="live")
    assert (found["FunctionArn"], found["Version"], found["Timeout"]) == (f"{ARN}:live", "1", 3)


def test_update_changes_what_it_names(published: LambdaPlane) -> None:
    made = create(published, Description="d", RoutingConfig=weights(v2=0.5))
    updated = published("UpdateAlias", FunctionName="f", Name="live", Description="e", RevisionId=made["RevisionId"])
    assert updated == {**made, "Description": "e", "RevisionId": updated["RevisionId"]}
    assert updated["RevisionId"] != made["RevisionId"]
    cleared = published("UpdateAlias", FunctionName="f", Name="live", FunctionVersion="2", RoutingConfig={})
    assert "RoutingConfig" not in cleared
    assert cleared["FunctionVersion"] == "2"
    assert published.fails("UpdateAlias", FunctionName="f", Name="live", RevisionId=made["RevisionId"]) == (
        "PreconditionFailedException",
        (
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
            "retrieve the latest Revision Id"
        ),
    )


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {"RoutingConfig": weights(v2=0.1, v3=0.2)},
            INVALID,
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ),
        (
            {"RoutingConfig": weights(v1=0.5)},
            INVALID,
            "Invalid function version 1. Function version 1 is already included in routing configuration.",
        ),
        (
            {"FunctionVersion": "$LATEST", "RoutingConfig": weights(v1=0.5)},
            INVALID,
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ),
        ({"FunctionVersion": "10"}, MISSING, f"Function not found: {ARN}:10"),
        ({"RoutingConfig": weights(v10=0.5)}, MISSING, f"Function not found: {ARN}:10"),
    ],
)
def test_where_an_alias_cannot_point(published: LambdaPlane, params: dict[str, Any], code: str, message: str) -> None:
    given = {"FunctionName": "f", "Name": "live", "FunctionVersion": "1", **params}
    error = published.refusal("CreateAlias", **given)
    assert (error.code, error.message) == (code, message)
    assert ("Type" in error.members) is ("more than 1 version" in message), "that one has no Type (section 1)"
    create(published)
    assert published.fails("UpdateAlias", **given) == (code, message)


@pytest.mark.parametrize(
    ("operation", "params", "code", "message"),
    [
        (
            "CreateAlias",
            {"Name": "taken", "FunctionVersion": "2"},
            "ResourceConflictException",
            f"Alias already exists: {ARN}:taken",
        ),
        (
            "CreateAlias",
            {"FunctionName": "g", "Name": "a", "FunctionVersion": "1"},
            MISSING,
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g:1",
        ),
        ("GetAlias", {"Name": "nobody"}, MISSING, f"Cannot find alias arn: {ARN}:nobody"),
        ("UpdateAlias", {"Name": "nobody"}, MISSING, f"Alias not found: {ARN}:nobody"),
        (
            "ListAliases",
            {"FunctionName": "g"},
            MISSING,
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g",
        ),
    ],
)
def test_refusals(published: LambdaPlane, operation: str, params: dict[str, Any], code: str, message: str) -> None:
    create(published, "taken")
    assert published.fails(operation, **{"FunctionName": "f", **params}) == (code, message)


def test_lists_are_ordered_filtered_and_paged(published: LambdaPlane) -> None:
    for name, version in (("c", "1"), ("a", "2"), ("b", "1")):
        create(published, name, version)
    listed = published("ListAliases", FunctionName="f", FunctionVersion="1")["Aliases"]
    assert [alias["AliasArn"] for alias in listed] == [f"{ARN}:b", f"{ARN}:c"]
    first = published("ListAliases", FunctionName="f", MaxItems=2)
    second = published("ListAliases", FunctionName="f", MaxItems=2, Marker=first["NextMarker"])
    assert [[alias["Name"] for alias in page["Aliases"]] for page in (first, second)] == [["a", "b"], ["c"]]
    assert "NextMarker" not in second


def test_deleting_is_idempotent(published: LambdaPlane) -> None:
    create(published)
    for _ in range(2):
        assert published("DeleteAlias", FunctionName="f", Name="live") == {}
    assert published.fails("GetFunction", FunctionName="f", Qualifier="live")[0] == MISSING


def test_an_alias_changes_no_revision_of_the_function(published: LambdaPlane) -> None:
    before = published("GetFunctionConfiguration", FunctionName="f")
    create(published)
    assert published("GetFunctionConfiguration", FunctionName="f") == before


def test_an_alias_made_anew_has_nothing_of_the_one_before(published: LambdaPlane) -> None:
    live = {"FunctionName": "f", "Qualifier": "live"}
    published("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
    published("PutFunctionEventInvokeConfig", **live, MaximumRetryAttempts=0)
    published("CreateFunctionUrlConfig", **live, AuthType="NONE")
    published("AddPermission", **live, StatementId="s", Action="lambda:InvokeFunction", Principal="*")
    published("DeleteAlias", FunctionName="f", Name="live")
    published("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
    for operation in ("GetFunctionEventInvokeConfig", "GetFunctionUrlConfig", "GetPolicy"):
        assert published.fails(operation, **live)[0] == "ResourceNotFoundException", operation
    assert published("ListFunctionEventInvokeConfigs", FunctionName="f") == {"FunctionEventInvokeConfigs": []}
