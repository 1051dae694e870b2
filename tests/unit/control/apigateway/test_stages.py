"""Stage. control plane 6.2."""

from __future__ import annotations

import pytest

UNSUPPORTED = "NotImplementedException"
NO_STAGE = ("NotFoundException", "Invalid stage identifier specified")
LOG_PATHS = (
    "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]"
)
KNOWN = (
    "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, "
    "/accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, "
    "/{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, "
    "/{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit"
    "/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, "
    "/{resourcePath}/{httpMethod}/caching/dataEncrypted, "
    "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, "
    "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, "
    "/*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit "
    "/*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, "
    "/variables/{variable_name}, /tracingEnabled"
)
SETTINGS = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
COPIES = (
    "Valid copy:path are [/deploymentId, /variables] and valid copy:from are "
    "[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]"
)


def bad_request(message):
    return "BadRequestException", message


def unknown(path):
    return bad_request(f"Invalid method setting path: {path}. Must be one of: [{KNOWN}]")


def no_setting(method):
    return bad_request(f"Cannot remove method setting {method} because there is no method setting for this method ")


@pytest.fixture
def deployed(api):
    """A deployed API with the stage prod."""
    api.integrated_method()
    api.deploy(stageName="prod")
    return api


@pytest.fixture
def names(deployed):
    return {"restApiId": deployed.id, "stageName": "prod"}


def test_create(plane, deployed):
    deployment = deployed.deploy()
    given = {"description": "next", "variables": {"color": "blue"}, "tags": {"team": "a"}}
    names = {"restApiId": deployed.id, "stageName": "next-1_A"}
    stage = plane("CreateStage", **names, deploymentId=deployment, **given)
    assert stage == {
        "deploymentId": deployment,
        "stageName": "next-1_A",
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": False,
        "createdDate": 1767225600,
        "lastUpdatedDate": 1767225600,
        **given,
    }
    assert plane("GetStage", **names) == stage


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"deploymentId": "nothing"}, bad_request("Deployment id does not exist")),
        ({"stageName": "prod"}, ("ConflictException", "Stage already exists")),
        ({"stageName": "a/b"}, bad_request("Stage name only allows a-zA-Z0-9_-")),
        ({"stageName": ""}, bad_request("Stage name only allows a-zA-Z0-9_-")),
        ({"stageName": "a" * 129}, bad_request("Stage name only allows a-zA-Z0-9_-")),
        (
            {"variables": {"url": "$LATEST"}},
            bad_request(
                "Invalid stage variable value: $LATEST.  Please use values with alphanumeric characters and the "
                "symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','."
            ),
        ),
        (
            {"variables": {"owner:name": "x"}},
            bad_request("Invalid stage variable name: owner:name.  Please use names with only word characters."),
        ),
        (
            {"variables": {f"v{n}": "x" for n in range(101)}},
            bad_request("A stage can have at most 100 variables"),
        ),
        (
            {"restApiId": "nothing"},
            ("NotFoundException", "Invalid API identifier specified 000000000000:nothing"),
        ),
        ({"tracingEnabled": True}, UNSUPPORTED),
        (
            {"canarySettings": {"percentTraffic": 101.0}},
            bad_request("Invalid canary percentTraffic, must be between 0.0 and 100.0"),
        ),
        ({"canarySettings": {"deploymentId": "nothing"}}, bad_request("Deployment id does not exist")),
        ({"documentationVersion": "v1"}, UNSUPPORTED),
    ],
)
def test_create_refuses(plane, deployed, params, expected):
    given = {"restApiId": deployed.id, "stageName": "next", "deploymentId": deployed.deploy()}
    failure = plane.fails("CreateStage", **{**given, **params})
    assert failure[0] == expected if isinstance(expected, str) else failure == expected


def test_list(plane, deployed):
    other = deployed.deploy(stageName="dev")
    stages = plane("GetStages", restApiId=deployed.id)["item"]
    assert [stage["stageName"] for stage in stages] == ["dev", "prod"]
    mine = plane("GetStages", restApiId=deployed.id, deploymentId=other)["item"]
    assert [stage["stageName"] for stage in mine] == ["dev"]


@pytest.mark.parametrize("operation", ["GetStage", "UpdateStage", "DeleteStage"])
def test_the_unknown(plane, deployed, operation):
    assert plane.fails(operation, restApiId=deployed.id, stageName="nothing") == NO_STAGE
    assert plane.fails(operation, restApiId="nothing", stageName="prod") == NO_STAGE


def test_delete(plane, deployed, names):
    assert plane("DeleteStage", **names) == {}
    assert plane("GetStages", restApiId=deployed.id) == {"item": []}
    assert len(plane("GetDeployments", restApiId=deployed.id)["items"]) == 1


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        (("replace", "/description", "d"), {"description": "d"}),
        (("replace", "/cacheClusterEnabled", "false"), {}),
        (("replace", "/cacheClusterSize", ""), {}),
        (("replace", "/clientCertificateId", ""), {}),
        (("replace", "/tracingEnabled", "no"), {}),
        (("replace", "/documentationVersion", ""), {}),
        (("replace", "/variables/color", "red"), {"variables": {"color": "red"}}),
        (("remove", "/variables/color"), {}),
        (("remove", "/accessLogSettings"), {}),
        (("remove", "/canarySettings"), {}),
        (("replace", "/*/*/metrics/enabled", "false"), {"methodSettings": {"*/*": SETTINGS}}),
        (
            ("replace", "/*/*/metrics/enabled", "true"),
            {"methodSettings": {"*/*": {**SETTINGS, "metricsEnabled": True}}},
        ),
        (("replace", "/*/*/logging/dataTrace", "false"), {"methodSettings": {"*/*": SETTINGS}}),
        (
            ("replace", "/*/*/logging/loglevel", "OFF"),
            {"methodSettings": {"*/*": {**SETTINGS, "loggingLevel": "OFF"}}},
        ),
        (("replace", "/*/*/throttling/burstLimit", "5000"), {"methodSettings": {"*/*": SETTINGS}}),
        (("replace", "/*/*/throttling/rateLimit", "10000"), {"methodSettings": {"*/*": SETTINGS}}),
        (("replace", "/*/*/caching/enabled", "false"), {"methodSettings": {"*/*": SETTINGS}}),
        (
            ("replace", "/~1users/GET/caching/ttlInSeconds", "60"),
            {"methodSettings": {"~1users/GET": {**SETTINGS, "cacheTtlInSeconds": 60}}},
        ),
        (
            ("replace", "/test/GET/caching/dataEncrypted", "true"),
            {"methodSettings": {"test/GET": {**SETTINGS, "cacheDataEncrypted": True}}},
        ),
        (
            ("replace", "/~1/GET/caching/requireAuthorizationForCacheControl", "false"),
            {"methodSettings": {"~1/GET": {**SETTINGS, "requireAuthorizationForCacheControl": False}}},
        ),
        (
            ("replace", "/*/*/caching/unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403"),
            {"methodSettings": {"*/*": {**SETTINGS, "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403"}}},
        ),
    ],
)
def test_patch(plane, names, operation, changed):
    """control plane 6.2: one case a row of the table."""
    before = plane("GetStage", **names)
    assert plane.patch("UpdateStage", operation, **names) == {**before, **changed}
    assert plane("GetStage", **names) == {**before, **changed}


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999", "", "x"])
def test_a_rate_is_a_number(plane, names, value):
    """What JSON cannot hold would be stored as null: no limit at all."""
    failed = plane.patch_fails("UpdateStage", ("replace", "/*/*/throttling/rateLimit", value), **names)
    assert failed == ("BadRequestException", f"Invalid double value specified: {value}")


@pytest.mark.parametrize("value", ["1.5", "9" * 30, "-2147483649", ""])
def test_a_burst_is_an_integer(plane, names, value):
    failed = plane.patch_fails("UpdateStage", ("replace", "/*/*/throttling/burstLimit", value), **names)
    assert failed == ("BadRequestException", f"Invalid integer value specified: {value}")


@pytest.mark.parametrize("value", ["-1", "3601"])
def test_a_cache_s_time_to_live_is_an_hour_at_most(plane, names, value):
    """authorization limits 10."""
    code, message = plane.patch_fails("UpdateStage", ("replace", "/*/*/caching/ttlInSeconds", value), **names)
    assert code == "BadRequestException"
    assert message.endswith("between 0 and 3600")


def test_patch_moves_the_stage(plane, deployed, names):
    deployment = deployed.deploy()
    assert plane.patch("UpdateStage", ("replace", "/deploymentId", deployment), **names)["deploymentId"] == deployment


def test_variables_come_and_go(plane, names):
    plane.patch("UpdateStage", ("replace", "/variables/a", "1"), ("replace", "/variables/b", "2"), **names)
    assert plane.patch("UpdateStage", ("remove", "/variables/a"), **names)["variables"] == {"b": "2"}
    assert "variables" not in plane.patch("UpdateStage", ("remove", "/variables/b"), **names)


def test_a_removed_entry_is_gone(plane, names):
    plane.patch("UpdateStage", ("replace", "/*/*/caching/enabled", "false"), **names)
    assert plane.patch("UpdateStage", ("remove", "/*/*"), **names)["methodSettings"] == {}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (("replace", "/deploymentId", "nothing"), bad_request("Deployment id does not exist")),
        (("replace", "/nothing", "x"), unknown("/nothing")),
        (("replace", "/tags/team", "x"), unknown("/tags/team")),
        (("replace", "/*/*/caching/nothing", "x"), unknown("/*/*/caching/nothing")),
        (("replace", "/canarySettings/nothing", "x"), unknown("/canarySettings/nothing")),
        (("replace", None, "x"), unknown("null")),
        (("remove", "/*/*"), no_setting("*/*")),
        (("remove", "/accessLogSettings/destinationArn"), no_setting("accessLogSettings/destinationArn")),
        (("add", "/accessLogSettings/destinationArn", ""), bad_request("Access Log value must not be empty")),
        (("replace", "/accessLogSettings/format", ""), bad_request("Access Log value must not be empty")),
        (("add", "/accessLogSettings", "x"), bad_request(LOG_PATHS)),
        (("replace", "/accessLogSettings", "x"), bad_request(LOG_PATHS)),
        (("replace", "/accessLogSettings/nothing", "x"), bad_request(LOG_PATHS)),
        (
            ("add", "/canarySettings/deploymentId", "x"),
            bad_request("Invalid add operation with path: /canarySettings/deploymentId"),
        ),
        (("replace", "/canarySettings/deploymentId", "nothing"), bad_request("Deployment id does not exist")),
        (
            ("copy", "/deploymentId", None, "/canarySettings/deploymentId"),
            bad_request("Promotion not available. Canary does not exist."),
        ),
        (
            ("copy", "/variables", None, "/canarySettings/deploymentId"),
            bad_request(
                f"Invalid copy operation with path: /variables and from /canarySettings/deploymentId. {COPIES}"
            ),
        ),
        (
            ("copy", "/description", None, "/variables"),
            bad_request(f"Invalid copy operation with path: /description and from /variables. {COPIES}"),
        ),
        (
            ("replace", "/variables/a-b", "x"),
            bad_request("Invalid stage variable name: a-b.  Please use names with only word characters."),
        ),
        (
            ("replace", "/canarySettings/percentTraffic", "101"),
            bad_request("Invalid canary percentTraffic, must be between 0.0 and 100.0"),
        ),
        (
            ("replace", "/*/*/logging/loglevel", "LOUD"),
            bad_request("Invalid LoggingLevel specified. Valid options are OFF,ERROR,INFO"),
        ),
        (
            ("replace", "/*/*/throttling/burstLimit", "many"),
            bad_request("Invalid integer value specified: many"),
        ),
        (
            ("move", "/description", "x"),
            bad_request("Invalid patch operation specified. Must be one of: [replace, add, remove, copy]"),
        ),
    ],
)
def test_patch_refuses(plane, names, operation, expected):
    first = ("replace", "/description", "changed")
    assert plane.patch_fails("UpdateStage", first, operation, **names) == expected


@pytest.mark.parametrize(
    ("operation", "thing"),
    [
        (("replace", "/clientCertificateId", "abc123"), "clientCertificateId"),
        (("replace", "/tracingEnabled", "true"), "tracingEnabled"),
        (("replace", "/documentationVersion", "v1"), "documentationVersion"),
    ],
)
def test_patch_names_what_is_not_supported(plane, names, operation, thing):
    expected = (UNSUPPORTED, f"Gatelet does not support {thing} on a stage yet.")
    assert plane.patch_fails("UpdateStage", operation, **names) == expected
