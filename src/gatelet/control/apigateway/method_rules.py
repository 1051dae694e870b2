"""What a method may be, as pure rules. Reference: apigateway-control-plane section 5.2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.authorizer_rules import LAMBDA_TYPES
from gatelet.control.apigateway.errors import BadRequest, no_such_method, no_such_model
from gatelet.control.apigateway.expressions import check_request_parameters
from gatelet.control.apigateway.resource_tree import Resource, find_resource
from gatelet.gateway.document import ApiDocument

Method = dict[str, Any]

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
AUTHORIZATION_TYPES = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS", "JWT")
_NEED_AUTHORIZER = {"CUSTOM": LAMBDA_TYPES, "COGNITO_USER_POOLS": ("COGNITO_USER_POOLS",), "JWT": ("JWT",)}
"""With the types of authorizers that suit them."""
_SCOPED = ("COGNITO_USER_POOLS", "JWT")


def check_verb(verb: str | None) -> None:
    """Raises BadRequest."""
    if verb not in VERBS:
        raise BadRequest(f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}")


def find_method(resource: Resource, verb: str) -> Method:
    """The resource's method. Raises NotFound."""
    method: Method | None = resource.get("resourceMethods", {}).get(verb)
    if method is None:
        raise no_such_method()
    return method


def method_at(api: ApiDocument, request: Mapping[str, Any]) -> Method:
    """The method that a request's ``resourceId`` and ``httpMethod`` name. Raises NotFound."""
    return find_method(find_resource(api, request["resourceId"]), request["httpMethod"])


def every_method(api: ApiDocument) -> Iterator[tuple[Resource, str, Method]]:
    """Every method of the API with its resource and verb."""
    for resource in api["resources"].values():
        for verb, method in resource.get("resourceMethods", {}).items():
            yield resource, verb, method


def check_fields(method: Method) -> None:
    """The checks that need nothing but the method. Raises BadRequest.

    An authorizer id where nothing is authorised is accepted and dropped.
    """
    kind = method["authorizationType"]
    if kind not in AUTHORIZATION_TYPES:
        raise BadRequest(f"Invalid AuthorizationType specified. Valid options are {','.join(AUTHORIZATION_TYPES)}")
    if kind not in _NEED_AUTHORIZER:
        method.pop("authorizerId", None)
    elif not method.get("authorizerId"):
        raise _no_such_authorizer()
    check_request_parameters(method.get("requestParameters", {}))


def _no_such_authorizer() -> BadRequest:
    return BadRequest(
        "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS "
        "requires a valid authorizer."
    )


def check_references(api: ApiDocument, method: Method) -> None:
    """The authorizer, the validator and the models that the method names must exist. Raises BadRequest."""
    if method["authorizationType"] in _NEED_AUTHORIZER:
        authorizer = api.get("authorizers", {}).get(method["authorizerId"])
        if authorizer is None or authorizer["type"] not in _NEED_AUTHORIZER[method["authorizationType"]]:
            raise _no_such_authorizer()
    validator_id = method.get("requestValidatorId")
    if validator_id is not None and validator_id not in api["requestValidators"]:
        raise BadRequest("Invalid Request Validator identifier specified")
    for name in method.get("requestModels", {}).values():
        if name not in api["models"]:
            raise no_such_model(name)


def refuse_unsupported(method: Method) -> None:
    """Raises NotSupported for what is valid on AWS and means nothing here."""
    if method.get("authorizationScopes") and method["authorizationType"] not in _SCOPED:
        raise NotSupported(f"authorizationScopes with the authorization type {method['authorizationType']}")
