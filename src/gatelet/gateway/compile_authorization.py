"""Compiles a method's authorization and the API's resource policy. What cannot be compiled lets nobody pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gatelet.aws.arn import InvalidArn
from gatelet.aws.quotas import AUTHORIZER_TTL_DEFAULT
from gatelet.aws.scope import Scope
from gatelet.gateway.authorizers.authorization import (
    Authorization,
    AwsIam,
    InvalidAuthorization,
    LambdaAuthorizer,
)
from gatelet.gateway.authorizers.identity_sources import InvalidSource, parse_sources
from gatelet.gateway.compile_tokens import compile_cognito, compile_jwt
from gatelet.gateway.integration_uri import InvalidUri, fill_stage_variables, parse_function_uri
from gatelet.gateway.jsonpath.errors import PathSyntaxError
from gatelet.gateway.jsonpath.regex import compile_regex
from gatelet.policy.combine import Named
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.evaluate import compile_policy
from gatelet.policy.kind import Kind

_NOBODY = [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]


def compile_resource_policy(text: str | None) -> Named | None:
    """The API's resource policy; one that cannot be read denies everything."""
    if not text:
        return None
    try:
        document = json.loads(text)
        statements = document["Statement"]
        listed = [statements] if isinstance(statements, dict) else list(statements)
        version = document.get("Version", "2012-10-17")
        return Named("resource policy", compile_policy(listed, kind=Kind.RESOURCE, version=version))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MalformedPolicy):
        return Named("unreadable resource policy", compile_policy(_NOBODY, kind=Kind.RESOURCE))


def compile_authorization(
    method: Mapping[str, Any],
    authorizers: Mapping[str, Mapping[str, Any]],
    scope: Scope,
    api_id: str,
    variables: Mapping[str, str],
) -> Authorization | None:
    """How the method's callers are authorised; None: it is open."""
    kind = method.get("authorizationType") or "NONE"
    if kind == "NONE":
        return None
    if kind == "AWS_IAM":
        return AwsIam()
    authorizer = authorizers.get(method.get("authorizerId") or "")
    if authorizer is None:
        return InvalidAuthorization("The method's authorizer does not exist")
    try:
        if kind == "CUSTOM" and authorizer.get("type") in {"TOKEN", "REQUEST"}:
            return _lambda_authorizer(authorizer, scope, api_id, variables)
        if kind == "COGNITO_USER_POOLS" and authorizer.get("type") == kind:
            return compile_cognito(authorizer, method)
        if kind == "JWT" and authorizer.get("type") == kind:
            return compile_jwt(authorizer, method)
    except (InvalidUri, InvalidSource, InvalidArn, PathSyntaxError) as invalid:
        return InvalidAuthorization(f"The authorizer cannot run as it is set up: {invalid}")
    return InvalidAuthorization(f"The method's authorizer is not of the type {kind}")


def _lambda_authorizer(
    shape: Mapping[str, Any], scope: Scope, api_id: str, variables: Mapping[str, str]
) -> LambdaAuthorizer | InvalidAuthorization:
    token = shape["type"] == "TOKEN"
    sources = parse_sources(shape.get("identitySource") or "")
    ttl = shape.get("authorizerResultTtlInSeconds")
    expression = shape.get("identityValidationExpression")
    if token and len(sources) != 1:
        return InvalidAuthorization("A TOKEN authorizer has one identity source")
    if not token and not sources and ttl != 0:
        return InvalidAuthorization("A REQUEST authorizer that keeps its answers has an identity source")
    return LambdaAuthorizer(
        id=shape["id"],
        target=parse_function_uri(fill_stage_variables(shape["authorizerUri"], variables), scope),
        token=token,
        sources=sources,
        validation=compile_regex(expression, "", 0) if token and expression else None,
        ttl=float(AUTHORIZER_TTL_DEFAULT if ttl is None else ttl),
        source_arn=f"arn:aws:execute-api:{scope.region}:{scope.account}:{api_id}/authorizers/{shape['id']}",
        role=shape.get("authorizerCredentials") or None,
    )
