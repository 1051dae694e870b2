"""The cache of a stage: size, status, flush. authorization limits 10."""

from __future__ import annotations

import pytest


@pytest.fixture
def gateway(plane):
    return plane.ports.gateway


@pytest.fixture
def names(plane, api, gateway):
    plane("PutIntegration", **api.method(), type="MOCK")
    plane("CreateDeployment", restApiId=api.id, stageName="prod")
    return {"restApiId": api.id, "stageName": "prod"}


def state(stage):
    return stage["cacheClusterEnabled"], stage.get("cacheClusterSize"), stage["cacheClusterStatus"]


def test_a_cache_is_there_at_once_and_changes_drop_its_data(plane, names, gateway):
    patched = plane.patch("UpdateStage", ("replace", "/cacheClusterEnabled", "true"), **names)
    assert state(patched) == (True, "0.5", "AVAILABLE")
    patched = plane.patch("UpdateStage", ("replace", "/cacheClusterSize", "1.6"), **names)
    assert state(patched) == (True, "1.6", "AVAILABLE")
    plane.patch("UpdateStage", ("replace", "/*/*/caching/enabled", "true"), **names)
    assert len(gateway.flushed) == 2
    patched = plane.patch("UpdateStage", ("replace", "/cacheClusterEnabled", "false"), **names)
    assert state(patched) == (False, "1.6", "NOT_AVAILABLE")
    assert gateway.flushed == [(names["restApiId"], "prod")] * 3


def test_sizes_are_those_of_aws(plane, names):
    failed = plane.patch_fails("UpdateStage", ("replace", "/cacheClusterSize", "7"), **names)
    assert failed[0] == "BadRequestException"


def test_flushes_need_a_stage(plane, names, gateway):
    for operation in ("FlushStageCache", "FlushStageAuthorizersCache"):
        assert plane(operation, **names) == {}
        assert plane.fails(operation, **names | {"stageName": "none"}) == (
            "NotFoundException",
            "Invalid stage identifier specified",
        )
    assert gateway.flushed == [(names["restApiId"], "prod")] * 2


def test_stages_and_deployments_are_made_with_a_cache(plane, api, names):
    deployment = plane("CreateDeployment", restApiId=api.id)["id"]
    made = plane(
        "CreateStage",
        restApiId=api.id,
        stageName="cached",
        deploymentId=deployment,
        cacheClusterEnabled=True,
        cacheClusterSize="6.1",
    )
    assert state(made) == (True, "6.1", "AVAILABLE")


@pytest.mark.parametrize("operation", ["DeleteStage", "DeleteRestApi"])
def test_what_was_kept_goes_with_its_stage(plane, names, gateway, operation):
    """The next stage of that name, or API of that pinned id, must not answer with it."""
    plane(operation, **(names if operation == "DeleteStage" else {"restApiId": names["restApiId"]}))
    assert gateway.flushed == [(names["restApiId"], "prod")] * 2
