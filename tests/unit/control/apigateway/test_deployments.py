"""Deployment. control plane 6.1."""

from __future__ import annotations

import pytest

UNSUPPORTED = "NotImplementedException"
CANARY = "Invalid deployment content specified."


def bad_request(message):
    return "BadRequestException", message


@pytest.fixture
def deployable(api):
    api.integrated_method()
    return api


def test_what_cannot_be_deployed(plane, api):
    create = {"restApiId": api.id}
    assert plane.fails("CreateDeployment", **create) == bad_request("The REST API doesn't contain any methods")
    api.method()
    assert plane.fails("CreateDeployment", **create) == bad_request("No integration defined for method")
    assert plane.fails("CreateDeployment", restApiId="nothing") == (
        "NotFoundException",
        "Invalid API identifier specified 000000000000:nothing",
    )


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (
            {"canarySettings": {}},
            f"{CANARY}Non null and non empty stageName must be provided for canary deployment. Provided value is null",
        ),
        (
            {"canarySettings": {}, "stageName": ""},
            f"{CANARY}Non null and non empty stageName must be provided for canary deployment. Provided value is ",
        ),
        (
            {"canarySettings": {"percentTraffic": 10.0}, "stageName": "prod"},
            f"{CANARY}Stage prod must already be created before making a canary release deployment",
        ),
        ({"stageName": "a b"}, "Stage name only allows a-zA-Z0-9_-"),
        (
            {"stageName": "prod", "variables": {"a-b": "x"}},
            "Invalid stage variable name: a-b.  Please use names with only word characters.",
        ),
    ],
)
def test_create_refuses(plane, deployable, params, expected):
    assert plane.fails("CreateDeployment", restApiId=deployable.id, **params) == bad_request(expected)


@pytest.mark.parametrize(
    "params",
    [
        {"tracingEnabled": True},
    ],
)
def test_create_names_what_is_not_supported(plane, deployable, params):
    create = {"restApiId": deployable.id, "stageName": "prod"}
    assert plane.fails("CreateDeployment", **create, **params)[0] == UNSUPPORTED
    plane("CreateDeployment", **create)
    assert plane.fails("CreateDeployment", **create, **params)[0] == UNSUPPORTED


def test_a_canary_takes_the_new_deployment(plane, deployable):
    """authorization limits 11: the stage keeps its deployment; another waits until the canary is gone."""
    first = deployable.deploy(stageName="prod")
    canary = {"percentTraffic": 10.0, "stageVariableOverrides": {"color": "blue"}, "useStageCache": True}
    create = {"restApiId": deployable.id, "stageName": "prod"}
    second = plane("CreateDeployment", **create, canarySettings=canary)["id"]
    stage = plane("GetStage", **create)
    assert stage["deploymentId"] == first
    assert stage["canarySettings"] == {**canary, "deploymentId": second}
    assert plane.fails("CreateDeployment", **create)[0] == "BadRequestException"
    plane.patch("UpdateStage", ("remove", "/canarySettings"), **create)
    assert plane("GetStage", **create)["deploymentId"] == first
    plane("CreateDeployment", **create)


def test_a_deployment_creates_the_stage_and_moves_it(plane, deployable):
    first = deployable.deploy(stageName="prod", stageDescription="live", variables={"color": "red"})
    stage = plane("GetStage", restApiId=deployable.id, stageName="prod")
    assert (stage["deploymentId"], stage["description"], stage["variables"]) == (first, "live", {"color": "red"})
    second = deployable.deploy(stageName="prod")
    moved = plane("GetStage", restApiId=deployable.id, stageName="prod")
    assert moved == {**stage, "deploymentId": second}


def test_a_deployment_is_frozen(plane, deployable):
    """Later edits need a new deployment."""
    deployment = deployable.deploy()
    key = {"restApiId": deployable.id, "deploymentId": deployment}
    before = plane("GetDeployment", **key, embed=["apisummary"])
    deployable.integrated_method(verb="POST")
    assert plane("GetDeployment", **key, embed=["apisummary"]) == before
    assert before["apiSummary"] == {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}


def test_get_list_update_delete(plane, deployable):
    names = {"restApiId": deployable.id}
    one = deployable.deploy(description="first")
    two = deployable.deploy()
    assert plane("GetDeployment", **names, deploymentId=one) == {
        "id": one,
        "createdDate": 1767225600,
        "description": "first",
    }
    listed = plane("GetDeployments", **names)["items"]
    assert sorted(item["id"] for item in listed) == sorted([one, two])
    page = plane("GetDeployments", **names, limit=1)
    rest = plane("GetDeployments", **names, limit=1, position=page["position"])
    assert [page["items"][0], rest["items"][0]] == listed
    assert "position" not in rest
    patched = plane.patch("UpdateDeployment", ("replace", "/description", "new"), **names, deploymentId=two)
    assert patched["description"] == "new"
    assert plane("GetDeployment", **names, deploymentId=two) == patched
    assert plane("DeleteDeployment", **names, deploymentId=one) == {}
    assert len(plane("GetDeployments", **names)["items"]) == 1


def test_update_refuses(plane, deployable):
    names = {"restApiId": deployable.id, "deploymentId": deployable.deploy()}
    assert plane.patch_fails("UpdateDeployment", ("replace", "/id", "x"), **names) == bad_request(
        "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description]"
    )
    assert plane.patch_fails("UpdateDeployment", ("remove", "/description"), **names) == bad_request(
        "Invalid patch path  '/description' specified for op 'remove'. Please choose supported operations"
    )


def test_a_deployment_in_use_stays(plane, deployable):
    deployment = deployable.deploy(stageName="prod")
    assert plane.fails("DeleteDeployment", restApiId=deployable.id, deploymentId=deployment) == bad_request(
        "Active stages pointing to this deployment must be moved or deleted"
    )


@pytest.mark.parametrize("operation", ["GetDeployment", "UpdateDeployment", "DeleteDeployment"])
def test_the_unknown(plane, api, operation):
    expected = ("NotFoundException", "Invalid Deployment identifier specified")
    assert plane.fails(operation, restApiId=api.id, deploymentId="nothing") == expected
    assert plane.fails(operation, restApiId="nothing", deploymentId="nothing") == expected


def test_the_quota_of_stages(plane, deployable):
    """control plane 12: 10 stages an API."""
    for number in range(10):
        deployable.deploy(stageName=f"s{number}")
    expected = ("LimitExceededException", "Maximum number of Stages for this API has been reached.")
    assert plane.fails("CreateDeployment", restApiId=deployable.id, stageName="more") == expected
    deployment = plane("GetStage", restApiId=deployable.id, stageName="s1")["deploymentId"]
    stage = {"restApiId": deployable.id, "stageName": "more", "deploymentId": deployment}
    assert plane.fails("CreateStage", **stage) == expected
