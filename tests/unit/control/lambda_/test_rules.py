"""What a client may configure: lambda-control-plane section 4, lambda-execution section 4."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ZIP, LambdaPlane

from gatelet.aws import quotas
from gatelet.control.lambda_.environment import RESERVED

UNABLE = "Lambda was unable to configure your environment variables because the environment variables you have provided"


def too_much(member: str, most: int) -> str:
    return f"'{member}' value failed to satisfy constraint: Member must have value less than or equal to {most}"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"Timeout": 901}, too_much("Timeout", 900)),
        ({"MemorySize": 10_241}, too_much("MemorySize", 10_240)),
        ({"EphemeralStorage": {"Size": 10_241}}, too_much("EphemeralStorage.Size", 10_240)),
        (
            {"Environment": {"Variables": {"A": "1", "AWS_REGION": "x", "_HANDLER": "y"}}},
            (
                f"{UNABLE} contains reserved keys that are currently not supported for modification. "
                "Reserved keys used in this request: AWS_REGION, _HANDLER"
            ),
        ),
        (
            {"Runtime": "nodejs14.x"},
            (
                "The runtime parameter of nodejs14.x is no longer supported for creating or updating AWS Lambda "
                "functions. We recommend you use a supported runtime while creating or updating functions."
            ),
        ),
    ],
)
def test_refused_values(plane: LambdaPlane, params: dict[str, Any], message: str) -> None:
    assert plane.refused_create(**params) == ("InvalidParameterValueException", message)
    plane.create_active()
    assert plane.fails("UpdateFunctionConfiguration", FunctionName="f", **params) == (
        "InvalidParameterValueException",
        message,
    )


def test_an_unknown_runtime(plane: LambdaPlane) -> None:
    code, message = plane.refused_create(Runtime="python9.9")
    assert code == "InvalidParameterValueException"
    assert message is not None
    assert message.startswith(
        "Value python9.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ["
    )
    assert "python3.14" in message
    assert "python2.7" not in message
    assert message.endswith("] or be a valid ARN")


@pytest.mark.parametrize("key", sorted(RESERVED))
def test_every_reserved_key(plane: LambdaPlane, key: str) -> None:
    assert plane.refused_create(Environment={"Variables": {key: "x"}})[0] == "InvalidParameterValueException"


def test_the_environment_has_at_most_4_kb_of_json(plane: LambdaPlane) -> None:
    frame = len(json.dumps({"KEY": ""}, separators=(",", ":")))
    plane.create("fits", Environment={"Variables": {"KEY": "é" * ((4096 - frame) // 2)}})
    variables = {"KEY": "x" * (4097 - frame)}
    assert plane.refused_create(Environment={"Variables": variables}) == (
        "InvalidParameterValueException",
        f'{UNABLE} exceeded the 4KB limit. String measured: {{"KEY":"{variables["KEY"]}"}}',
    )


@pytest.mark.parametrize(
    ("params", "what"),
    [
        ({"Runtime": "java21"}, "the runtime java21"),
        ({"Runtime": "ruby3.4"}, "the runtime ruby3.4"),
        ({"PackageType": "Image"}, "the function setting PackageType Image"),
        ({"Code": {"S3Bucket": "b", "S3Key": "k"}}, "function code from S3 (S3Bucket)"),
        ({"Code": {"ImageUri": "i"}}, "function code in a container image (ImageUri)"),
        (
            {"Code": {"ZipFile": ZIP, "SourceKMSKeyArn": "arn:aws:kms:us-east-1:0:key/k"}},
            "function code encrypted with a key of yours (SourceKMSKeyArn)",
        ),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "the function setting VpcConfig"),
        ({"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:0:q"}}, "the function setting DeadLetterConfig"),
        ({"FileSystemConfigs": [{"Arn": "a", "LocalMountPath": "/mnt/x"}]}, "the function setting FileSystemConfigs"),
        ({"KMSKeyArn": "arn:aws:kms:x"}, "the function setting KMSKeyArn arn:aws:kms:x"),
        ({"CodeSigningConfigArn": "arn:x"}, "the function setting CodeSigningConfigArn arn:x"),
        ({"ImageConfig": {"Command": ["x"]}}, "the function setting ImageConfig"),
        ({"PublishTo": "LATEST_PUBLISHED"}, "the function setting PublishTo LATEST_PUBLISHED"),
        ({"TracingConfig": {"Mode": "Active"}}, "the function setting TracingConfig.Mode Active"),
        ({"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}, "the function setting TenancyConfig"),
        ({"DurableConfig": {"ExecutionTimeout": 9}}, "the function setting DurableConfig"),
        (
            {"CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": "x"}}},
            "the function setting CapacityProviderConfig",
        ),
        ({"AcceleratorConfig": {"AcceleratorMemorySize": 1}}, "the function setting AcceleratorConfig"),
        ({"RuntimeConfig": {"RuntimeArn": "a", "RuntimeAlias": "b"}}, "the function setting RuntimeConfig"),
        (
            {"Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}}},
            "the environment variable AWS_LAMBDA_EXEC_WRAPPER",
        ),
    ],
)
def test_what_is_not_enforced_is_refused_by_name(plane: LambdaPlane, params: dict[str, Any], what: str) -> None:
    assert plane.refused_create(**params) == (
        "NotImplementedException",
        f"Gatelet does not support {what} yet.",
    )


def test_storage_and_snap_start_are_kept_and_changed(plane: LambdaPlane) -> None:
    """lambda-control-plane section 4: 512 to 10,240 MB; ``$LATEST`` itself is never optimised."""
    created = plane.create(EphemeralStorage={"Size": 1024}, SnapStart={"ApplyOn": "PublishedVersions"})
    assert created["EphemeralStorage"] == {"Size": 1024}
    assert created["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    name = created["FunctionName"]
    changed = plane("UpdateFunctionConfiguration", FunctionName=name, SnapStart={"ApplyOn": "None"})
    assert changed["EphemeralStorage"] == {"Size": 1024}
    assert changed["SnapStart"]["ApplyOn"] == "None"


def test_settings_that_say_none_are_accepted(plane: LambdaPlane) -> None:
    created = plane.create(
        PackageType="Zip",
        Publish=False,
        VpcConfig={"SubnetIds": [], "SecurityGroupIds": []},
        DeadLetterConfig={"TargetArn": ""},
        Layers=[],
        FileSystemConfigs=[],
        KMSKeyArn="",
        TracingConfig={"Mode": "PassThrough"},
        SnapStart={"ApplyOn": "None"},
        EphemeralStorage={"Size": 512},
        LoggingConfig={"LogFormat": "Text"},
    )
    plain = plane.create("g")
    assert created.keys() == plain.keys()


@pytest.mark.parametrize("missing", ["Runtime", "Handler"])
def test_runtime_and_handler_are_mandatory(plane: LambdaPlane, missing: str) -> None:
    assert plane.refused_create(**{missing: None}) == (
        "InvalidParameterValueException",
        "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    )


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        ({}, "InvalidParameterValueException", "Please provide a source for function code."),
        ({"ZipFile": b""}, "InvalidParameterValueException", "Uploaded file must be a non-empty zip"),
        (
            {"ZipFile": b"no zip"},
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
        (
            {"ZipFile": bytes(quotas.CODE_ZIPPED_BYTES + 1)},
            "RequestEntityTooLargeException",
            "Zipped size must be smaller than 52428800 bytes",
        ),
    ],
)
def test_bad_code(plane: LambdaPlane, code: dict[str, Any], error: str, message: str) -> None:
    assert plane.refused_create(Code=code) == (error, message)
    plane.create_active()
    assert plane.fails("UpdateFunctionCode", FunctionName="f", **code) == (error, message)


def test_all_code_together_is_limited(plane: LambdaPlane) -> None:
    plane.create_active()
    (record,) = plane.records.rows.values()
    record.value["code"]["size"] = quotas.TOTAL_CODE_BYTES
    assert plane.refused_create("g") == ("CodeStorageExceededException", "Code storage limit exceeded.")


def test_a_foreign_architecture_is_said_in_the_log(plane: LambdaPlane, caplog: pytest.LogCaptureFixture) -> None:
    plane.create("f", Architectures=["arm64"])
    plane.create("g", Architectures=["x86_64"])
    assert len(caplog.messages) == 1
    assert "runs on this host's" in caplog.messages[0]


@pytest.mark.parametrize("runtime", ["nodejs22.x", "provided.al2023"])
def test_snap_start_is_for_runtimes_that_have_it(plane: LambdaPlane, runtime: str) -> None:
    snap_start = {"ApplyOn": "PublishedVersions"}
    code, message = plane.refused_create(Runtime=runtime, SnapStart=snap_start)
    assert (code, message) == (
        "InvalidParameterValueException",
        f"{runtime} is not supported for SnapStart enabled functions.",
    )
