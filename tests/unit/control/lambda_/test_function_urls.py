"""FunctionUrlConfig: lambda-control-plane section 10."""

from __future__ import annotations

import re

import pytest
from tests.unit.control.lambda_.conftest import ARN, LambdaPlane

NO_FUNCTION = ("ResourceNotFoundException", "Function does not exist")
NO_URL = ("ResourceNotFoundException", "The resource you requested does not exist.")


@pytest.fixture
def made(plane: LambdaPlane) -> LambdaPlane:
    plane.create_active()
    return plane


def test_create_get_update_delete(made: LambdaPlane) -> None:
    cors = {"AllowOrigins": ["*"], "MaxAge": 0, "AllowCredentials": False}
    created = made("CreateFunctionUrlConfig", FunctionName="f", AuthType="NONE", Cors=cors)
    assert re.fullmatch(r"http://127\.0\.0\.1:4566/_aws/lambda-url/[a-z0-9]{32}/", created["FunctionUrl"])
    assert created == {
        "FunctionUrl": created["FunctionUrl"],
        "FunctionArn": ARN,
        "AuthType": "NONE",
        "Cors": cors,
        "CreationTime": "2026-01-01T00:00:00.250000Z",
    }
    got = made("GetFunctionUrlConfig", FunctionName="f")
    assert got == {**created, "LastModifiedTime": created["CreationTime"], "InvokeMode": "BUFFERED"}
    made.clock.time += 1
    updated = made("UpdateFunctionUrlConfig", FunctionName="f", Cors={"AllowMethods": ["GET"]})
    assert updated == {
        **got,
        "Cors": {"AllowMethods": ["GET"]},
        "LastModifiedTime": "2026-01-01T00:00:01.250000Z",
    }
    assert made("UpdateFunctionUrlConfig", FunctionName="f", AuthType="AWS_IAM")["AuthType"] == "AWS_IAM"
    assert made("DeleteFunctionUrlConfig", FunctionName="f") == {}
    assert made.fails("GetFunctionUrlConfig", FunctionName="f") == NO_URL


def test_the_mode_is_answered_by_create_only_if_it_was_sent(made: LambdaPlane) -> None:
    answer = made("CreateFunctionUrlConfig", FunctionName="f", AuthType="NONE", InvokeMode="BUFFERED")
    assert answer["InvokeMode"] == "BUFFERED"


def test_aliases_have_urls_of_their_own(made: LambdaPlane) -> None:
    made("PublishVersion", FunctionName="f")
    made.settle()
    made("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
    for qualifier in ("live", None):
        made("CreateFunctionUrlConfig", FunctionName="f", Qualifier=qualifier, AuthType="NONE")
    listed = made("ListFunctionUrlConfigs", FunctionName="f")["FunctionUrlConfigs"]
    assert [url["FunctionArn"] for url in listed] == [ARN, f"{ARN}:live"]
    assert len({url["FunctionUrl"] for url in listed}) == 2
    made("DeleteFunctionUrlConfig", FunctionName="f")
    kept = made("ListFunctionUrlConfigs", FunctionName="f")["FunctionUrlConfigs"]
    assert [url["FunctionArn"] for url in kept] == [f"{ARN}:live"]


def test_what_is_not_there(made: LambdaPlane) -> None:
    for operation, extra in (
        ("CreateFunctionUrlConfig", {"AuthType": "NONE"}),
        ("UpdateFunctionUrlConfig", {}),
        ("ListFunctionUrlConfigs", {}),
    ):
        assert made.fails(operation, FunctionName="nobody", **extra) == NO_FUNCTION
    assert made.fails("CreateFunctionUrlConfig", FunctionName="f", Qualifier="nobody", AuthType="NONE") == NO_FUNCTION
    for operation in ("GetFunctionUrlConfig", "UpdateFunctionUrlConfig", "DeleteFunctionUrlConfig"):
        assert made.fails(operation, FunctionName="f") == NO_URL


def test_one_url_for_a_qualifier(made: LambdaPlane) -> None:
    made("CreateFunctionUrlConfig", FunctionName="f", AuthType="NONE")
    code, message = made.fails("CreateFunctionUrlConfig", FunctionName="f", AuthType="NONE")
    assert code == "ResourceConflictException"
    assert message == (
        f"Failed to create function url config for [functionArn = {ARN}]. "
        "Error message:  FunctionUrlConfig exists for this Lambda function"
    )


def test_a_url_may_stream(made: LambdaPlane) -> None:
    url = made("CreateFunctionUrlConfig", FunctionName="f", AuthType="NONE", InvokeMode="RESPONSE_STREAM")
    assert url["InvokeMode"] == "RESPONSE_STREAM"
    changed = made("UpdateFunctionUrlConfig", FunctionName="f", InvokeMode="BUFFERED")
    assert changed["InvokeMode"] == "BUFFERED"
