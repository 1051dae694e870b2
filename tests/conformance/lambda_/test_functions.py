"""Functions with boto3 over HTTP: lambda-control-plane sections 1, 3, 4, 5."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.walk import ROLE, archive, request, wait_active

ECHO = "def lambda_handler(event, context):\n    return event\n"
ZIP = archive(ECHO)
REGION = "eu-central-1"
"""A region of these tests' own, so that other tests' functions are not in its lists."""


@pytest.fixture(scope="module")
def client(gatelet: Any) -> Any:
    return gatelet.client("lambda", region=REGION)


@pytest.fixture
def function(client: Any) -> Iterator[str]:
    client.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Role=ROLE,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": ZIP},
    )
    wait_active(client, "f")
    yield "f"
    client.delete_function(FunctionName="f")


def error(call: Any, **params: Any) -> tuple[int, str, dict[str, Any]]:
    """Status, code and the members of the error's body."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]


def test_create_answers_201_and_pending(client: Any) -> None:
    made = client.create_function(
        FunctionName="shape",
        Runtime="python3.12",
        Role=ROLE,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": ZIP},
        Environment={"Variables": {"NAME": "value"}},
        Tags={"team": "users"},
    )
    meta = made.pop("ResponseMetadata")
    assert meta["HTTPStatusCode"] == 201
    assert meta["HTTPHeaders"]["content-type"] == "application/json"
    assert len(meta["RequestId"]) == 36
    assert (made["State"], made["StateReasonCode"]) == ("Pending", "Creating")
    assert "LastUpdateStatus" not in made
    assert made["FunctionArn"] == f"arn:aws:lambda:{REGION}:000000000000:function:shape"
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(ZIP).digest()).decode()
    assert made["CodeSize"] == len(ZIP)
    assert made["Environment"] == {"Variables": {"NAME": "value"}}
    wait_active(client, "shape")
    active = client.get_function(FunctionName="shape")
    assert active["Configuration"]["RevisionId"] != made["RevisionId"]
    assert active["Tags"] == {"team": "users"}
    client.delete_function(FunctionName="shape")


def test_the_code_location_gives_the_uploaded_bytes(client: Any, function: str) -> None:
    location = client.get_function(FunctionName=function)["Code"]["Location"]
    answer = request(location)
    assert (answer.status, answer.body) == (200, ZIP)
    assert request(location[:-1] + ("0" if location[-1] != "0" else "1")).status == 403


def test_every_form_of_the_name(client: Any, function: str) -> None:
    arn = f"arn:aws:lambda:{REGION}:000000000000:function:{function}"
    for form in (arn, f"000000000000:function:{function}", f"function:{function}", f"{arn}:$LATEST"):
        assert client.get_function_configuration(FunctionName=form)["FunctionName"] == function


def test_errors_have_awss_casing(client: Any, gatelet: Any, function: str) -> None:
    """Section 1: ResourceNotFoundException says Message, ResourceConflictException says message."""
    status, code, body = error(client.get_function, FunctionName="nothing")
    assert (status, code, body["Message"]) == (
        404,
        "ResourceNotFoundException",
        f"Function not found: arn:aws:lambda:{REGION}:000000000000:function:nothing",
    )
    status, code, body = error(
        client.create_function,
        FunctionName=function,
        Runtime="python3.11",
        Role=ROLE,
        Handler="a.b",
        Code={"ZipFile": ZIP},
    )
    assert (status, code, body["Message"]) == (409, "ResourceConflictException", f"Function already exist: {function}")


@pytest.mark.parametrize(
    ("params", "status", "code", "text"),
    [
        ({"Timeout": 0}, 400, "ValidationException", "Member must have value greater than or equal to 1"),
        ({"Timeout": 901}, 400, "InvalidParameterValueException", "less than or equal to 900"),
        ({"MemorySize": 64}, 400, "ValidationException", "Member must have value greater than or equal to 128"),
        ({"Role": "nobody"}, 400, "ValidationException", "Value 'nobody' at 'role' failed to satisfy constraint"),
        ({"FunctionName": "*"}, 400, "ValidationException", "at 'functionName' failed to satisfy constraint"),
        ({"FunctionName": "x" * 65}, 400, "InvalidParameterValueException", "less than or equal to 64"),
        ({"Runtime": "python1.0"}, 400, "InvalidParameterValueException", "Value python1.0 at 'runtime' failed"),
        ({"Runtime": "nodejs12.x"}, 400, "InvalidParameterValueException", "is no longer supported"),
        ({"Runtime": "java21"}, 501, "NotImplementedException", "the runtime java21"),
        ({"Code": {"ZipFile": b"x"}}, 400, "InvalidParameterValueException", "Could not unzip uploaded file."),
        ({"Code": {"S3Bucket": "bucket", "S3Key": "k"}}, 501, "NotImplementedException", "S3"),
        ({"TracingConfig": {"Mode": "Active"}}, 501, "NotImplementedException", "TracingConfig.Mode Active"),
        ({"Architectures": ["X86"]}, 400, "ValidationException", "Member must satisfy enum value set"),
        (
            {"Environment": {"Variables": {"AWS_REGION": "x"}}},
            400,
            "InvalidParameterValueException",
            "Reserved keys used in this request: AWS_REGION",
        ),
    ],
)
def test_refused_functions(client: Any, params: dict[str, Any], status: int, code: str, text: str) -> None:
    before = client.list_functions()["Functions"]
    given = {
        "FunctionName": "refused",
        "Runtime": "python3.11",
        "Role": ROLE,
        "Handler": "a.b",
        "Code": {"ZipFile": ZIP},
        **params,
    }
    got_status, got_code, body = error(client.create_function, **given)
    assert (got_status, got_code) == (status, code)
    assert text in body["Message"]
    assert client.list_functions()["Functions"] == before


def test_updates_go_through_in_progress(client: Any, function: str) -> None:
    before = client.get_function_configuration(FunctionName=function)
    other = archive("def lambda_handler(event, context):\n    return 'other'\n")
    updated = client.update_function_code(FunctionName=function, ZipFile=other)
    assert (updated["State"], updated["LastUpdateStatus"]) == ("Active", "InProgress")
    wait_active(client, function)
    assert client.invoke(FunctionName=function)["Payload"].read() == b'"other"'
    client.update_function_configuration(FunctionName=function, Timeout=9, Environment={"Variables": {"AB": "1"}})
    wait_active(client, function)
    after = client.get_function_configuration(FunctionName=function)
    assert (after["Timeout"], after["Environment"]["Variables"]) == (9, {"AB": "1"})
    assert after["RevisionId"] not in (before["RevisionId"], updated["RevisionId"])
    assert error(client.update_function_configuration, FunctionName=function, RevisionId=before["RevisionId"])[:2] == (
        412,
        "PreconditionFailedException",
    )


def test_lists_and_pages(client: Any, function: str) -> None:
    client.create_function(
        FunctionName="g",
        Runtime="python3.11",
        Role=ROLE,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": ZIP},
    )
    pages = list(client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1}))
    names = [item["FunctionName"] for page in pages for item in page["Functions"]]
    assert names == ["f", "g"]
    assert "State" not in pages[0]["Functions"][0]
    versions = client.list_versions_by_function(FunctionName="g")["Versions"]
    assert [version["FunctionArn"].rpartition(":")[2] for version in versions] == ["$LATEST"]
    assert client.delete_function(FunctionName="g")["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_tags_concurrency_and_account(client: Any, function: str) -> None:
    arn = client.get_function_configuration(FunctionName=function)["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={"a": "1", "b": "2"})
    client.untag_resource(Resource=arn, TagKeys=["a", "x"])
    assert client.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=7)
    assert client.get_function(FunctionName=function)["Concurrency"] == {"ReservedConcurrentExecutions": 7}
    limits = client.get_account_settings()["AccountLimit"]
    assert limits["UnreservedConcurrentExecutions"] == 993
    status, _, body = error(client.put_function_concurrency, FunctionName=function, ReservedConcurrentExecutions=901)
    assert status == 400
    assert "below its minimum value of [100]." in body["Message"]
    assert client.delete_function_concurrency(FunctionName=function)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName=function)


def test_reads_that_tools_make(client: Any, function: str) -> None:
    assert client.get_function_code_signing_config(FunctionName=function)["FunctionName"] == function
    assert client.get_runtime_management_config(FunctionName=function)["UpdateRuntimeOn"] == "Auto"
    assert client.get_function_recursion_config(FunctionName=function)["RecursiveLoop"] == "Terminate"


def test_accounts_are_apart(gatelet: Any) -> None:
    """Both accounts are this test's own, so that no other test's functions are in their lists."""
    mine = gatelet.client("lambda", region=REGION, account="111122223333")
    theirs = gatelet.client("lambda", region=REGION, account="444455556666")
    made = mine.create_function(
        FunctionName="mine",
        Runtime="python3.11",
        Role=ROLE.replace("000000000000", "111122223333"),
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": ZIP},
    )
    arn = made["FunctionArn"]
    assert arn == f"arn:aws:lambda:{REGION}:111122223333:function:mine"
    assert [each["FunctionName"] for each in mine.list_functions()["Functions"]] == ["mine"]
    assert theirs.list_functions()["Functions"] == []
    status, code, body = error(theirs.get_function, FunctionName=arn)
    assert (status, code) == (403, "AccessDeniedException")
    assert f"is not authorized to perform: lambda:GetFunction on resource: {arn}" in body["Message"]


def test_operations_that_do_not_exist_yet_say_so(client: Any, function: str) -> None:
    status, code, body = error(client.put_runtime_management_config, FunctionName=function, UpdateRuntimeOn="Auto")
    assert (status, code) == (501, "NotImplementedException")
    assert "lambda:PutRuntimeManagementConfig" in json.dumps(body)
