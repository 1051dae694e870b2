"""What only the inside can show: what is written, what is not, and small quotas."""

from __future__ import annotations

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
