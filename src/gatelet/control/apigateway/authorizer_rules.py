"""What an authorizer may be, as pure rules.

Reference: apigateway-control-plane section 7; apigateway-authorization-limits section 4.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.arn import Arn, InvalidArn
from gatelet.control.apigateway.errors import BadRequest, NotFound
from gatelet.control.apigateway.patching import (
    Edit,
    Row,
    Table,
    in_table_words,
    set_required_text,
    set_text,
)
from gatelet.control.apigateway.token_authorizer_rules import JWT, USER_POOLS, check_jwt, check_user_pools
from gatelet.gateway.authorizers.identity_sources import InvalidSource, parse_sources
from gatelet.gateway.jsonpath.errors import PathSyntaxError
from gatelet.gateway.jsonpath.regex import compile_regex

Authorizer = dict[str, Any]

LAMBDA_TYPES = ("TOKEN", "REQUEST")
TYPES = (*LAMBDA_TYPES, USER_POOLS, JWT)
_AUTH_TYPES = {"TOKEN": "custom", "REQUEST": "custom", USER_POOLS: "cognito_user_pools", JWT: "jwt"}
_OPTIONAL = (
    "authType",
    "authorizerUri",
    "authorizerCredentials",
    "identitySource",
    "identityValidationExpression",
    "providerARNs",
    "jwtConfiguration",
)


def no_such_authorizer() -> NotFound:
    """The API has no such authorizer."""
    return NotFound("Invalid Authorizer identifier specified")


def new_authorizer(authorizer_id: str, request: Mapping[str, Any]) -> Authorizer:
    """An authorizer; what was not given is absent. Raises BadRequest, NotSupported."""
    authorizer: Authorizer = {"id": authorizer_id, "name": request["name"], "type": request["type"]}
    authorizer["authType"] = _AUTH_TYPES.get(request["type"], "custom")
    for member in _OPTIONAL:
        if request.get(member):
            authorizer[member] = request[member]
    if request.get("authorizerResultTtlInSeconds") is not None:
        authorizer["authorizerResultTtlInSeconds"] = request["authorizerResultTtlInSeconds"]
    check_authorizer(authorizer)
    return authorizer


def check_authorizer(authorizer: Authorizer) -> None:
    """Whether it can run. Raises BadRequest, NotSupported."""
    if not authorizer["name"]:
        raise BadRequest("Authorizer name cannot be empty.")
    if authorizer["type"] not in TYPES:
        raise BadRequest(f"Invalid Authorizer type specified. Valid options are {','.join(TYPES)}")
    if authorizer["type"] == JWT:
        check_jwt(authorizer)
        return
    if authorizer.get("jwtConfiguration"):
        raise BadRequest("jwtConfiguration is supported for JWT authorizers only")
    _check_role(authorizer.get("authorizerCredentials"))
    check_ttl(authorizer.get("authorizerResultTtlInSeconds"))
    if authorizer["type"] == USER_POOLS:
        check_user_pools(authorizer)
    else:
        if authorizer.get("providerARNs"):
            raise BadRequest("providerARNs are supported for COGNITO_USER_POOLS authorizers only")
        _check_uri(authorizer.get("authorizerUri"))
        _check_sources(authorizer)
    expression = authorizer.get("identityValidationExpression")
    if expression:
        try:
            compile_regex(expression, "", 0)
        except PathSyntaxError as error:
            raise BadRequest(f"Invalid identity validation expression specified: {error}") from None


def check_ttl(ttl: int | None) -> None:
    """Raises BadRequest."""
    if ttl is not None and not 0 <= ttl <= quotas.AUTHORIZER_TTL_MAX:
        raise BadRequest(f"Authorizer result TTL must be between 0 and {quotas.AUTHORIZER_TTL_MAX} seconds.")


def _check_role(role: str | None) -> None:
    try:
        arn = Arn.parse(role) if role else None
    except InvalidArn:
        raise BadRequest("Invalid ARN specified in the request") from None
    if arn is not None and (arn.service != "iam" or not arn.resource.startswith("role/")):
        raise BadRequest("Invalid ARN specified in the request")


def _check_uri(uri: str | None) -> None:
    try:
        arn = Arn.parse(uri or "")
    except InvalidArn:
        raise BadRequest("Invalid Authorizer URI specified") from None
    lambda_path = arn.resource.startswith("path/2015-03-31/functions/") and arn.resource.endswith("/invocations")
    if (arn.service, arn.account) != ("apigateway", "lambda") or not lambda_path:
        raise BadRequest(
            "Invalid Authorizer URI: "
            f"{uri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation."
        )


def _check_sources(authorizer: Authorizer) -> None:
    text = authorizer.get("identitySource") or ""
    try:
        sources = parse_sources(text)
    except InvalidSource as invalid:
        raise BadRequest(f"Invalid mapping expression specified: {invalid}") from None
    if authorizer["type"] == "TOKEN":
        if len(sources) != 1 or sources[0].place != "header":
            raise BadRequest("Identity source of a TOKEN authorizer must be one header: method.request.header.{name}")
    elif not sources and authorizer.get("authorizerResultTtlInSeconds") != 0:
        raise BadRequest("Identity sources are required for a REQUEST authorizer that caches its results")


def _set_ttl(authorizer: dict[str, Any], edit: Edit) -> None:
    try:
        authorizer["authorizerResultTtlInSeconds"] = int(edit.required(edit.path))
    except ValueError:
        raise BadRequest(f"Invalid value for {edit.path}: {edit.value}") from None


def _set_type(authorizer: dict[str, Any], edit: Edit) -> None:
    authorizer["type"] = edit.required("type")
    authorizer["authType"] = _AUTH_TYPES.get(authorizer["type"], authorizer["authType"])


def _add_provider(authorizer: dict[str, Any], edit: Edit) -> None:
    held = authorizer.setdefault("providerARNs", [])
    arn = edit.required("providerARNs")
    if arn not in held:
        held.append(arn)


def _remove_provider(authorizer: dict[str, Any], edit: Edit) -> None:
    arn = edit.required("providerARNs")
    authorizer["providerARNs"] = [held for held in authorizer.get("providerARNs", ()) if held != arn]


TABLE = Table(
    rows=(
        Row("/name", {"replace": set_required_text("name")}),
        Row("/type", {"replace": _set_type}),
        Row("/authType", {"replace": set_text("authType")}),
        Row("/authorizerUri", {"replace": set_text("authorizerUri")}),
        Row("/authorizerCredentials", {"replace": set_text("authorizerCredentials")}),
        Row("/authorizerResultTtlInSeconds", {"replace": _set_ttl}),
        Row("/identitySource", {"replace": set_text("identitySource")}),
        Row("/identityValidationExpression", {"replace": set_text("identityValidationExpression")}),
        Row("/providerARNs", {"add": _add_provider, "remove": _remove_provider}),
    ),
    refuse=in_table_words,
)
