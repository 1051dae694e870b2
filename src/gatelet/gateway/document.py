"""The stored forms that the data plane is compiled from; control/apigateway alone writes them.

One document per REST API holds the whole tree, so an edit is one atomic write and a deployment is a
frozen copy of it (docs/adr/0003-one-document-per-api.md). Values have AWS's shapes and botocore's spelling.

Keys, all with service ``apigateway``, in the API's account and region:
kind ``RestApi`` id ``{apiId}``; kind ``Deployment`` id ``{apiId}/{deploymentId}`` parent ``{apiId}``;
kind ``Stage`` id ``{apiId}/{stageName}`` parent ``{apiId}``; kind ``Account`` id ``account``;
kind ``ApiKey`` id ``{keyId}``; kind ``ApiKeyValue`` id: SHA-256 of the value (no two keys have one value);
kind ``UsagePlan`` id ``{planId}``; kind ``UsagePlanKey`` id ``{planId}/{keyId}`` parent ``{planId}``.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

SERVICE = "apigateway"
REST_API = "RestApi"
DEPLOYMENT = "Deployment"
STAGE = "Stage"
ACCOUNT = "Account"
API_KEY = "ApiKey"
API_KEY_VALUE = "ApiKeyValue"
USAGE_PLAN = "UsagePlan"
USAGE_PLAN_KEY = "UsagePlanKey"


class ApiDocument(TypedDict):
    """A REST API with everything that a deployment freezes."""

    restApi: dict[str, Any]
    """The RestApi shape: id, name, binaryMediaTypes, minimumCompressionSize, disableExecuteApiEndpoint, tags ..."""
    resources: dict[str, dict[str, Any]]
    """By resource id: the Resource shape with ``resourceMethods`` by verb: the Method shape with
    ``methodResponses`` by status and ``methodIntegration`` (with ``integrationResponses`` by status)."""
    models: dict[str, dict[str, Any]]
    """By name."""
    authorizers: NotRequired[dict[str, dict[str, Any]]]
    """By id; absent in documents that were written before there were any."""
    requestValidators: dict[str, dict[str, Any]]
    """By id."""
    gatewayResponses: dict[str, dict[str, Any]]
    """By response type: only those that were put or patched, and of these only the members that were given."""


class DeploymentDocument(TypedDict):
    """A deployment: its own members, and the API as it was then."""

    deployment: dict[str, Any]
    document: ApiDocument


StageDocument = dict[str, Any]
"""The Stage shape itself (deploymentId, stageName, variables, methodSettings, ...), and ENDPOINT_DISABLED."""

ENDPOINT_DISABLED = "disableExecuteApiEndpoint"
"""A member of the RestApi; on a stage that was updated since its deployment: what the API said at that moment.

A change is served from the next deployment or any stage update on (apigateway-data-plane section 1).
"""

QUOTA_SINCE = "quotaSince"
"""A member of a UsagePlan's ``quota``: when it was set (epoch seconds); its ``offset`` counts in that period alone."""
