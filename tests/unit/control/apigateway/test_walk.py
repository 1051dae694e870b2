"""The walk that every user takes: an API, a resource, a method, an integration, a deployment, a stage."""

from __future__ import annotations


def test_the_walk(plane):
    """control plane 4.1, 5.1, 5.2, 5.4, 6.1, 6.2: the default answers."""
    api = plane("CreateRestApi", name="users-api")
    assert api == {
        "id": api["id"],
        "name": "users-api",
        "createdDate": 1767225600,
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        "disableExecuteApiEndpoint": False,
        "rootResourceId": api["rootResourceId"],
    }
    root = api["rootResourceId"]
    assert plane("GetResources", restApiId=api["id"]) == {"items": [{"id": root, "path": "/"}]}

    users = plane("CreateResource", restApiId=api["id"], parentId=root, pathPart="users")
    assert users == {"id": users["id"], "parentId": root, "pathPart": "users", "path": "/users"}

    names = {"restApiId": api["id"], "resourceId": users["id"], "httpMethod": "GET"}
    method = plane("PutMethod", **names, authorizationType="NONE")
    assert method == {"httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": False}

    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:us-east-1:000000000000:function:getUserFunction/invocations"
    )
    integration = plane("PutIntegration", **names, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    assert integration == {
        "type": "AWS_PROXY",
        "httpMethod": "POST",
        "uri": uri,
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": users["id"],
        "cacheKeyParameters": [],
    }

    deployment = plane("CreateDeployment", restApiId=api["id"], stageName="prod")
    assert deployment == {"id": deployment["id"], "createdDate": 1767225600}
    assert plane("GetStage", restApiId=api["id"], stageName="prod") == {
        "deploymentId": deployment["id"],
        "stageName": "prod",
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": False,
        "createdDate": 1767225600,
        "lastUpdatedDate": 1767225600,
    }


def test_identifiers_have_their_lengths(plane):
    """control plane 2: 10 characters for an API and its root, 6 for what lies below."""
    api = plane.api()
    users = api.resource("users")
    api.integrated_method(users)
    deployment = api.deploy()
    for identifier, length in ((api.id, 10), (api.root, 10), (users, 6), (deployment, 6)):
        assert len(identifier) == length
        assert identifier.isalnum()
        assert identifier == identifier.lower()
