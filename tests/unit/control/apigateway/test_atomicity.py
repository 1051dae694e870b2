"""What only the inside can show: what is written, what is not, and small quotas."""

from __future__ import annotations

import pytest

from gatelet.aws.errors import AwsError
from gatelet.gateway.document import REST_API
from gatelet.storage.ports import RevisionConflict


def test_delete_takes_everything_with_it(plane, api):
    api.integrated_method()
    api.deploy(stageName="prod")
    assert plane("DeleteRestApi", restApiId=api.id) == {}
    assert plane.records.rows == {}


def test_another_writer_was_first(plane, api, monkeypatch):
    """control plane 1.1: concurrent modification."""

    async def lose(*writes):
        raise RevisionConflict

    monkeypatch.setattr(plane.records, "write", lose)
    assert plane.patch_fails("UpdateRestApi", ("replace", "/name", "n"), restApiId=api.id) == (
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
    )


def test_the_quota_of_resources(plane, api, monkeypatch):
    """control plane 12."""
    monkeypatch.setattr("gatelet.aws.quotas.RESOURCES_PER_API", 2)
    api.resource("users")
    assert plane.fails("CreateResource", restApiId=api.id, parentId=api.root, pathPart="x") == (
        "LimitExceededException",
        "Maximum number of Resources for this API has been reached.",
    )


def stored(plane, api):
    return next(record.value for key, record in plane.records.rows.items() if key.kind == REST_API)["gatewayResponses"]


def test_only_what_was_given_is_stored(plane, api):
    """The data plane must know whether a status was asked for (data plane 5)."""
    one = {"restApiId": api.id, "responseType": "MISSING_AUTHENTICATION_TOKEN"}
    plane("PutGatewayResponse", **one)
    assert stored(plane, api) == {one["responseType"]: {"responseType": one["responseType"]}}
    plane.patch("UpdateGatewayResponse", ("add", "/responseParameters/gatewayresponse.header.X", "'x'"), **one)
    assert "statusCode" not in stored(plane, api)[one["responseType"]]
    plane.patch("UpdateGatewayResponse", ("replace", "/statusCode", "403"), **one)
    assert stored(plane, api)[one["responseType"]]["statusCode"] == "403"


def test_edits_at_the_same_time_are_all_kept(plane, api):
    """ADR 3: one editor at a time in a process."""
    parts = [f"part{number}" for number in range(20)]
    one = {"restApiId": api.id, "parentId": api.root}
    plane.together("CreateResource", *({**one, "pathPart": part} for part in parts))
    paths = [item["path"] for item in plane("GetResources", restApiId=api.id)["items"]]
    assert paths == ["/", *sorted(f"/{part}" for part in parts)]


def test_a_deployment_writes_all_or_nothing(plane, api, monkeypatch):
    """control plane 6.1: the copy, the stage and the API are one write."""
    api.integrated_method()
    written = []
    original = plane.records.write

    async def observe(*writes):
        written.append(sorted(write.key.kind for write in writes))
        return await original(*writes)

    monkeypatch.setattr(plane.records, "write", observe)
    api.deploy(stageName="prod")
    assert written == [["Deployment", "RestApi", "Stage"]]


def test_a_deployment_of_an_api_that_another_process_deletes(plane, api):
    """ADR 3: a stage cannot appear under an API that was deleted meanwhile."""
    api.integrated_method()
    original = plane.records.write

    async def delete_first(*writes):
        plane.records.rows.clear()
        return await original(*writes)

    plane.records.write = delete_first
    with pytest.raises(AwsError, match="concurrent modification"):
        plane("CreateDeployment", restApiId=api.id, stageName="prod")
    assert plane.records.rows == {}
