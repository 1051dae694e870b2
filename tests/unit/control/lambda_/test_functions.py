"""Create, get, list, delete: lambda-control-plane sections 3 to 5."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ARN, OTHER_ZIP, ZIP, LambdaPlane
from tests.walk import ROLE

from gatelet.aws.scope import Scope
from gatelet.control.lambda_.code_download import download
from gatelet.control.lambda_.runtimes import PYTHON

SHA = base64.b64encode(hashlib.sha256(ZIP).digest()).decode()


def test_the_answer_of_create_has_awss_shape_and_defaults(plane: LambdaPlane) -> None:
    answer = plane.create()
    revision, runtime = answer.pop("RevisionId"), answer.pop("RuntimeVersionConfig")
    assert len(revision) == 36
    assert runtime["RuntimeVersionArn"].startswith("arn:aws:lambda:us-east-1::runtime:")
    assert len(runtime["RuntimeVersionArn"].rpartition(":")[2]) == 64
    assert list(answer.items()) == [
        ("FunctionName", "f"),
        ("FunctionArn", ARN),
        ("Runtime", "python3.12"),
        ("Role", ROLE),
        ("Handler", "a.b"),
        ("CodeSize", len(ZIP)),
        ("Description", ""),
        ("Timeout", 3),
        ("MemorySize", 128),
        ("LastModified", "2026-01-01T00:00:00.250+0000"),
        ("CodeSha256", SHA),
        ("Version", "$LATEST"),
        ("TracingConfig", {"Mode": "PassThrough"}),
        ("PackageType", "Zip"),
        ("Architectures", ["x86_64"]),
        ("EphemeralStorage", {"Size": 512}),
        ("SnapStart", {"ApplyOn": "None", "OptimizationStatus": "Off"}),
        ("LoggingConfig", {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}),
        ("State", "Pending"),
        ("StateReason", "The function is being created."),
        ("StateReasonCode", "Creating"),
    ]


def test_what_is_given_is_kept(plane: LambdaPlane) -> None:
    given = {
        "Description": "d",
        "Timeout": 900,
        "MemorySize": 10_240,
        "Environment": {"Variables": {"AB": "1"}},
        "Architectures": ["arm64"],
        "LoggingConfig": {"LogGroup": "mine"},
    }
    answer = plane.create(**given)
    assert {key: answer[key] for key in given} == {
        **given,
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "mine"},
    }


@pytest.mark.parametrize(
    ("given", "shown"), [({}, {"Variables": {}}), ({"Variables": {"AB": "1"}}, {"Variables": {"AB": "1"}})]
)
def test_environment_is_shown_only_if_it_was_given(
    plane: LambdaPlane, given: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert plane.create("f", Environment=given)["Environment"] == shown
    assert "Environment" not in plane.create("g")


def test_a_function_becomes_active_under_a_new_revision(plane: LambdaPlane) -> None:
    created = plane.create()
    plane.settle()
    active = plane("GetFunctionConfiguration", FunctionName="f")
    assert (active["State"], active["LastUpdateStatus"]) == ("Active", "Successful")
    assert "StateReason" not in active
    assert active["RevisionId"] != created["RevisionId"]


def test_a_duplicate_is_refused(plane: LambdaPlane) -> None:
    plane.create_active()
    assert plane.refused_create(Code={"ZipFile": OTHER_ZIP}) == (
        "ResourceConflictException",
        "Function already exist: f",
    )


def test_get_function(plane: LambdaPlane) -> None:
    configuration = plane.create_active(Tags={"k": "v"})
    plane("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=5)
    answer = plane("GetFunction", FunctionName="f")
    assert answer["Configuration"] == configuration
    assert answer["Tags"] == {"k": "v"}
    assert answer["Concurrency"] == {"ReservedConcurrentExecutions": 5}
    assert answer["Code"]["RepositoryType"] == "S3"
    plane.create_active("plain")
    assert set(plane("GetFunction", FunctionName="plain")) == {"Configuration", "Code"}


def test_the_code_can_be_downloaded_for_ten_minutes(plane: LambdaPlane) -> None:
    plane.create_active()
    location = plane("GetFunction", FunctionName="f")["Code"]["Location"]
    assert location.startswith("http://127.0.0.1:4566/_gatelet/code/000000000000/us-east-1/f?")
    path, _, query = location.removeprefix("http://127.0.0.1:4566").partition("?")
    assert plane.run(download(plane.ports, path, query)) == ZIP
    assert plane.run(download(plane.ports, path.replace("/f", "/g"), query)) is None
    assert plane.run(download(plane.ports, path, query.replace("Expires=1", "Expires=2"))) is None
    for broken in ("", "Code=1", "Expires=x&Signature=y", "Expires=²&Signature=é"):
        assert plane.run(download(plane.ports, path, broken)) is None
    assert plane.run(download(plane.ports, "/elsewhere", query)) is None
    plane.clock.time += 599
    assert plane.run(download(plane.ports, path, query)) == ZIP
    plane.clock.time += 1
    assert plane.run(download(plane.ports, path, query)) is None


def test_a_qualified_read_has_the_qualified_arn(plane: LambdaPlane) -> None:
    plane.create_active()
    answer = plane("GetFunctionConfiguration", FunctionName="f", Qualifier="$LATEST")
    assert answer["FunctionArn"] == f"{ARN}:$LATEST"


@pytest.mark.parametrize(
    ("params", "arn"),
    [
        ({"FunctionName": "g"}, "arn:aws:lambda:us-east-1:000000000000:function:g"),
        ({"FunctionName": "g:$LATEST"}, "arn:aws:lambda:us-east-1:000000000000:function:g:$LATEST"),
        ({"FunctionName": "f", "Qualifier": "7"}, f"{ARN}:7"),
        ({"FunctionName": "f", "Qualifier": "live"}, f"{ARN}:live"),
    ],
)
@pytest.mark.parametrize("operation", ["GetFunction", "GetFunctionConfiguration"])
def test_what_is_missing_is_named(plane: LambdaPlane, operation: str, params: dict[str, str], arn: str) -> None:
    plane.create_active()
    assert plane.fails(operation, **params) == ("ResourceNotFoundException", f"Function not found: {arn}")


def test_accounts_and_regions_are_apart(plane: LambdaPlane) -> None:
    plane.create_active()
    assert plane("ListFunctions", region="eu-west-1") == {"Functions": []}
    assert plane.fails("GetFunction", FunctionName="f", region="eu-west-1")[0] == "ResourceNotFoundException"


def test_list_functions_omits_states(plane: LambdaPlane) -> None:
    plane.create_active("b")
    plane.create_active("a")
    answer = plane("ListFunctions")
    assert [item["FunctionName"] for item in answer["Functions"]] == ["a", "b"]
    hidden = {"State", "StateReason", "StateReasonCode", "LastUpdateStatus", "RuntimeVersionConfig"}
    assert not hidden & answer["Functions"][0].keys()
    everything = plane("ListFunctions", FunctionVersion="ALL")
    assert everything["Functions"][0]["FunctionArn"].endswith("function:a:$LATEST")


def test_list_functions_in_pages(plane: LambdaPlane) -> None:
    for number in range(5):
        plane.create(f"f{number}")
    plane.settle()
    seen, marker = [], None
    while True:
        answer = plane("ListFunctions", MaxItems=2, Marker=marker)
        seen.append([item["FunctionName"] for item in answer["Functions"]])
        marker = answer.get("NextMarker")
        if marker is None:
            break
    assert seen == [["f0", "f1"], ["f2", "f3"], ["f4"]]
    assert plane.fails("ListFunctions", Marker="%")[0] == "InvalidParameterValueException"


def test_list_versions(plane: LambdaPlane) -> None:
    plane.create_active()
    (item,) = plane("ListVersionsByFunction", FunctionName="f")["Versions"]
    assert (item["FunctionArn"], item["Version"]) == (f"{ARN}:$LATEST", "$LATEST")
    assert plane.fails("ListVersionsByFunction", FunctionName="g")[0] == "ResourceNotFoundException"


def test_delete(plane: LambdaPlane) -> None:
    plane.create_active("f")
    plane.create_active("twin")
    assert plane("DeleteFunction", FunctionName="f") == {"StatusCode": 204}
    assert plane.fails("GetFunction", FunctionName="f")[0] == "ResourceNotFoundException"
    assert list(plane.blobs.held.values()) == [ZIP], "the twin still has the same code"
    plane("DeleteFunction", FunctionName="twin")
    assert plane.blobs.held == {}


def test_delete_of_what_cannot_be_deleted(plane: LambdaPlane) -> None:
    plane.create_active()
    assert plane.fails("DeleteFunction", FunctionName="g", Qualifier="1") == (
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g",
    )
    assert plane.fails("DeleteFunction", FunctionName="f", Qualifier="$LATEST") == (
        "InvalidParameterValueException",
        "$LATEST version cannot be deleted without deleting the function.",
    )
    assert plane.fails("DeleteFunction", FunctionName="f:live") == (
        "InvalidParameterValueException",
        "Deletion of aliases is not currently supported.",
    )
    assert plane("DeleteFunction", FunctionName="f", Qualifier="7") == {"StatusCode": 204}
    assert plane("GetFunction", FunctionName="f")


def test_account_settings(plane: LambdaPlane) -> None:
    plane.create_active()
    plane("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=100)
    assert plane("GetAccountSettings") == {
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": 52_428_800,
            "ConcurrentExecutions": 1000,
            "UnreservedConcurrentExecutions": 900,
        },
        "AccountUsage": {"TotalCodeSize": len(ZIP), "FunctionCount": 1},
    }


def test_reads_of_defaults(plane: LambdaPlane) -> None:
    plane.create_active()
    assert plane("GetFunctionCodeSigningConfig", FunctionName="f") == {"FunctionName": "f"}
    assert plane("GetRuntimeManagementConfig", FunctionName="f") == {"UpdateRuntimeOn": "Auto", "FunctionArn": ARN}
    assert plane("GetFunctionRecursionConfig", FunctionName="f") == {"RecursiveLoop": "Terminate"}
    for operation in ("GetFunctionCodeSigningConfig", "GetRuntimeManagementConfig", "GetFunctionRecursionConfig"):
        assert plane.fails(operation, FunctionName="g")[0] == "ResourceNotFoundException"


@pytest.mark.parametrize("runtime", PYTHON)
def test_python_runtimes(plane: LambdaPlane, runtime: str) -> None:
    assert plane.create(Runtime=runtime)["Runtime"] == runtime


def test_the_key_of_a_function(plane: LambdaPlane) -> None:
    plane.create()
    (key,) = plane.records.rows
    assert (key.service, key.kind, Scope(key.account, key.region), key.id) == (
        "lambda",
        "Function",
        Scope("000000000000", "us-east-1"),
        "f",
    )
