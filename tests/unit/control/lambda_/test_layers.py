"""Layers: lambda-control-plane section 9."""

from __future__ import annotations

import dataclasses
import json
from base64 import b64encode
from hashlib import sha256
from typing import Any, cast

import pytest
from tests.unit.control.lambda_.conftest import ZIP, LambdaPlane
from tests.walk import archive

from gatelet.aws import quotas
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.functions import create_function
from gatelet.control.lambda_.layers import get_layer_version
from gatelet.identity.principals import root_principal

LAYER = "arn:aws:lambda:us-east-1:000000000000:layer:l"
CONTENT = archive("NAME = 1\n", "python/lib.py")
OTHER = archive("NAME = 2\n", "python/lib.py")
MISSING = "ResourceNotFoundException"
INVALID = "InvalidParameterValueException"
NO_RESOURCE = (MISSING, "The resource you requested does not exist.")


def publish(plane: LambdaPlane, name: str = "l", content: bytes = CONTENT, **params: Any) -> dict[str, Any]:
    return plane("PublishLayerVersion", LayerName=name, Content={"ZipFile": content}, **params)


def test_the_shape(plane: LambdaPlane) -> None:
    made = publish(plane, CompatibleRuntimes=["python3.12"], LicenseInfo="MIT", CompatibleArchitectures=["arm64"])
    location = made["Content"].pop("Location")
    assert location.startswith("http://127.0.0.1:4566/_gatelet/code/000000000000/us-east-1/l?")
    assert made == {
        "Content": {"CodeSha256": b64encode(sha256(CONTENT).digest()).decode(), "CodeSize": len(CONTENT)},
        "LayerArn": LAYER,
        "LayerVersionArn": f"{LAYER}:1",
        "Description": "",
        "CreatedDate": "2026-01-01T00:00:00.250+0000",
        "Version": 1,
        "CompatibleRuntimes": ["python3.12"],
        "CompatibleArchitectures": ["arm64"],
        "LicenseInfo": "MIT",
    }
    for found in (
        plane("GetLayerVersion", LayerName="l", VersionNumber=1),
        plane("GetLayerVersion", LayerName=LAYER, VersionNumber=1),
        plane("GetLayerVersionByArn", Arn=f"{LAYER}:1"),
    ):
        found["Content"].pop("Location")
        assert found == made


def test_numbers_are_never_given_twice(plane: LambdaPlane) -> None:
    assert [publish(plane)["Version"], publish(plane)["Version"]] == [1, 2]
    plane("DeleteLayerVersion", LayerName="l", VersionNumber=2)
    plane("DeleteLayerVersion", LayerName="l", VersionNumber=1)
    assert plane("ListLayers") == {"Layers": []}
    assert publish(plane)["Version"] == 3


def test_lists_filter_and_page(plane: LambdaPlane) -> None:
    publish(plane, CompatibleRuntimes=["python3.12"], Description="old")
    publish(plane, CompatibleRuntimes=["python3.13"])
    publish(plane, CompatibleArchitectures=["arm64"])
    publish(plane, "m")

    def numbers(**params: Any) -> list[int]:
        return [item["Version"] for item in plane("ListLayerVersions", LayerName="l", **params)["LayerVersions"]]

    assert numbers() == [3, 2, 1]
    assert numbers(CompatibleRuntime="python3.12") == [1]
    assert numbers(CompatibleArchitecture="arm64") == [3]
    first = plane("ListLayerVersions", LayerName="l", MaxItems=2)
    assert numbers(MaxItems=2, Marker=first["NextMarker"]) == [1]
    assert "Content" not in first["LayerVersions"][0]
    assert plane("ListLayerVersions", LayerName="nobody") == {"LayerVersions": []}

    (found,) = plane("ListLayers", CompatibleRuntime="python3.12")["Layers"]
    assert (found["LayerName"], found["LayerArn"]) == ("l", LAYER)
    assert (found["LatestMatchingVersion"]["Version"], found["LatestMatchingVersion"]["Description"]) == (1, "old")
    page = plane("ListLayers", MaxItems=1)
    rest = plane("ListLayers", MaxItems=1, Marker=page["NextMarker"])
    assert [item["LayerName"] for item in page["Layers"] + rest["Layers"]] == ["l", "m"]
    assert "NextMarker" not in rest


@pytest.mark.parametrize("operation", ["GetLayerVersion", "DeleteLayerVersion", "GetLayerVersionPolicy"])
def test_versions_begin_with_1(plane: LambdaPlane, operation: str) -> None:
    assert plane.fails(operation, LayerName="l", VersionNumber=0) == (INVALID, "Layer Version Cannot be less than 1")


def test_what_is_not_there(plane: LambdaPlane) -> None:
    assert plane.fails("GetLayerVersion", LayerName="l", VersionNumber=1) == NO_RESOURCE
    assert plane.fails("GetLayerVersionByArn", Arn=f"{LAYER}:1") == NO_RESOURCE
    assert plane("DeleteLayerVersion", LayerName="l", VersionNumber=1) == {}


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (
            {"ZipFile": b"no zip"},
            INVALID,
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
        ({"ZipFile": b""}, INVALID, "Uploaded file must be a non-empty zip"),
        (
            {"S3Bucket": "b", "S3Key": "k"},
            "NotImplementedException",
            "Gatelet does not support the content of a layer from S3 (S3Bucket) yet.",
        ),
    ],
)
def test_content_is_checked_as_code_is(plane: LambdaPlane, content: dict[str, Any], code: str, message: str) -> None:
    assert plane.fails("PublishLayerVersion", LayerName="l", Content=content) == (code, message)


def attached(plane: LambdaPlane, *arns: str) -> dict[str, Any]:
    plane("UpdateFunctionConfiguration", FunctionName="f", Layers=list(arns))
    plane.settle()
    return plane("GetFunctionConfiguration", FunctionName="f")


def test_layers_of_a_function(plane: LambdaPlane) -> None:
    publish(plane)
    publish(plane, "m", OTHER)
    arns = [f"{LAYER}:1", f"{LAYER.removesuffix('l')}m:1"]
    made = plane.create(Layers=arns)
    assert made["Layers"] == [
        {"Arn": arns[0], "CodeSize": len(CONTENT)},
        {"Arn": arns[1], "CodeSize": len(OTHER)},
    ]
    plane.settle()
    assert [layer["Arn"] for layer in attached(plane, *reversed(arns))["Layers"]] == arns[::-1]
    assert plane("GetAccountSettings")["AccountUsage"]["TotalCodeSize"] == len(ZIP) + len(CONTENT) + len(OTHER)
    assert "Layers" not in attached(plane)


def test_a_deleted_version_stays_with_who_has_it(plane: LambdaPlane) -> None:
    plane.create_active()
    publish(plane)
    attached(plane, f"{LAYER}:1")
    version = plane("PublishVersion", FunctionName="f")
    plane("DeleteLayerVersion", LayerName="l", VersionNumber=1)
    assert attached(plane, f"{LAYER}:1")["Layers"] == version["Layers"]
    assert CONTENT in plane.blobs.held.values()
    attached(plane)
    assert CONTENT in plane.blobs.held.values(), "the version has it still"
    plane("DeleteFunction", FunctionName="f", Qualifier="1")
    assert CONTENT not in plane.blobs.held.values()


@pytest.mark.parametrize(
    ("arns", "message"),
    [
        ([f"{LAYER}{n}:1" for n in range(6)], "Cannot reference more than 5 layers."),
        (
            [f"{LAYER}:1", f"{LAYER}:2"],
            (
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{LAYER}:1 and {LAYER}:2 are versions of the same layer."
            ),
        ),
        (
            [f"{LAYER}:1", f"{LAYER}:1"],
            (
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{LAYER}:1 and {LAYER}:1 are versions of the same layer."
            ),
        ),
        ([f"{LAYER}:9"], f"Layer version {LAYER}:9 does not exist."),
        (
            [f"{LAYER.replace('us-east-1', 'eu-west-1')}:1"],
            "Layers are not in the same region as the function. Layers are expected to be in region us-east-1.",
        ),
    ],
    ids=["six", "two versions", "twice", "unknown", "elsewhere"],
)
def test_layers_that_a_function_cannot_have(plane: LambdaPlane, arns: list[str], message: str) -> None:
    publish(plane)
    publish(plane)
    assert plane.refused_create(Layers=arns) == (INVALID, message)
    plane.create_active()
    assert plane.fails("UpdateFunctionConfiguration", FunctionName="f", Layers=arns) == (INVALID, message)


def test_code_and_layers_together_have_a_limit(plane: LambdaPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(plane)
    plane.create_active()
    monkeypatch.setattr(quotas, "CODE_UNZIPPED_BYTES", 60)
    assert plane.fails("UpdateFunctionConfiguration", FunctionName="f", Layers=[f"{LAYER}:1"]) == (
        INVALID,
        "Unzipped size must be smaller than 60 bytes",
    )


def test_layers_of_another_account_must_be_shared(plane: LambdaPlane) -> None:
    publish(plane)
    mine = plane.call()
    other = dataclasses.replace(
        mine, scope=Scope("111122223333", "us-east-1"), principal=root_principal("111122223333", "k")
    )
    given = {"FunctionName": "f", "Runtime": "python3.12", "Role": "arn:aws:iam::111122223333:role/r", "Handler": "a.b"}
    request: Any = {**given, "Code": {"ZipFile": ZIP}, "Layers": [f"{LAYER}:1"]}
    by_name: Any = {"LayerName": LAYER, "VersionNumber": 1}
    for operation, params in ((create_function, request), (get_layer_version, by_name)):
        with pytest.raises(Exception, match="because no resource-based policy allows") as caught:
            plane.run(cast(Any, operation)(other, params))
        assert str(caught.value) == (
            "AccessDeniedException: User: arn:aws:iam::111122223333:root is not authorized to perform: "
            f"lambda:GetLayerVersion on resource: {LAYER}:1 because no resource-based policy allows the "
            "lambda:GetLayerVersion action"
        )
    share(plane, Principal="111122223333")
    assert plane.run(create_function(other, request))["Layers"][0]["Arn"] == f"{LAYER}:1"
    plane.settle()


def share(plane: LambdaPlane, sid: str = "s", **params: Any) -> dict[str, Any]:
    given = {"Principal": "*", "Action": "lambda:GetLayerVersion", **params}
    return plane("AddLayerVersionPermission", LayerName="l", VersionNumber=1, StatementId=sid, **given)


def test_permissions(plane: LambdaPlane) -> None:
    publish(plane)
    added = share(plane, OrganizationId="o-1234567890")
    statement = json.loads(added["Statement"])
    assert statement == {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:GetLayerVersion",
        "Resource": f"{LAYER}:1",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
    }
    found = plane("GetLayerVersionPolicy", LayerName="l", VersionNumber=1)
    assert found["RevisionId"] == added["RevisionId"]
    assert json.loads(found["Policy"]) == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
    named = {"LayerName": "l", "VersionNumber": 1, "StatementId": "s"}
    assert plane.fails("AddLayerVersionPermission", **named, Principal="*", Action="lambda:GetLayerVersion") == (
        "ResourceConflictException",
        (
            "The statement id (s) provided already exists. Please provide a new statement id, or remove the "
            "existing statement."
        ),
    )
    stale = (
        "PreconditionFailedException",
        (
            "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve "
            "the latest Revision Id"
        ),
    )
    assert plane.fails("RemoveLayerVersionPermission", **named, RevisionId="x") == stale
    assert plane.fails("RemoveLayerVersionPermission", **{**named, "StatementId": "t"}) == (
        MISSING,
        "Statement t is not found in resource policy.",
    )
    plane("RemoveLayerVersionPermission", **named, RevisionId=added["RevisionId"])
    nothing = (MISSING, "No policy is associated with the given resource.")
    assert plane.fails("GetLayerVersionPolicy", LayerName="l", VersionNumber=1) == nothing
    assert plane.fails("RemoveLayerVersionPermission", **named) == nothing
    assert plane.fails("GetLayerVersionPolicy", LayerName="l", VersionNumber=7) == (
        MISSING,
        f"Layer version {LAYER}:7 does not exist.",
    )
