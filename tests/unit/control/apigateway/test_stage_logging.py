"""What a stage may log. control plane 6.2, data plane 17."""

from __future__ import annotations

import pytest

GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:access"
FORMAT = "$context.requestId $context.status"
NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"


@pytest.fixture
def names(plane, api):
    """A stage, in an account that has a role for logs."""
    plane("PutIntegration", **api.method(), type="MOCK")
    plane("CreateDeployment", restApiId=api.id, stageName="prod")
    return {"restApiId": api.id, "stageName": "prod"}


@pytest.fixture
def role(plane):
    plane.patch("UpdateAccount", ("replace", "/cloudwatchRoleArn", "arn:aws:iam::000000000000:role/logs"))


@pytest.mark.parametrize(
    "operations",
    [
        [("replace", "/*/*/logging/loglevel", "INFO")],
        [("replace", "/*/*/logging/loglevel", "ERROR")],
        [("add", "/accessLogSettings/destinationArn", GROUP), ("add", "/accessLogSettings/format", FORMAT)],
    ],
)
def test_logging_needs_the_accounts_role(plane, names, operations):
    assert plane.patch_fails("UpdateStage", *operations, **names) == ("BadRequestException", NO_ROLE)


def test_levels_and_traces(plane, names, role):
    patched = plane.patch(
        "UpdateStage",
        ("replace", "/*/*/logging/loglevel", "INFO"),
        ("replace", "/*/*/logging/dataTrace", "true"),
        **names,
    )
    settings = patched["methodSettings"]["*/*"]
    assert (settings["loggingLevel"], settings["dataTraceEnabled"]) == ("INFO", True)


def test_access_logs(plane, names, role):
    patched = plane.patch(
        "UpdateStage",
        ("add", "/accessLogSettings/destinationArn", GROUP),
        ("replace", "/accessLogSettings/format", FORMAT),
        **names,
    )
    assert patched["accessLogSettings"] == {"destinationArn": GROUP, "format": FORMAT}
    assert "accessLogSettings" not in plane.patch("UpdateStage", ("remove", "/accessLogSettings"), **names)


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("destinationArn", "access", "BadRequestException"),
        ("destinationArn", "arn:aws:logs:us-east-1:000000000000:log-group:", "BadRequestException"),
        ("destinationArn", "arn:aws:s3:::bucket", "BadRequestException"),
        (
            "destinationArn",
            "arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-x",
            "NotImplementedException",
        ),
        ("format", "$context.status", "BadRequestException"),
        ("format", "$context.requestId\n$context.status", "BadRequestException"),
    ],
)
def test_what_access_logs_may_not_be(plane, names, role, member, value, code):
    assert plane.patch_fails("UpdateStage", ("add", f"/accessLogSettings/{member}", value), **names)[0] == code
