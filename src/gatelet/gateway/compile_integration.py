"""Compiles what stands behind a method; what cannot run becomes a Misconfiguration. Pure.

Reference: apigateway-data-plane sections 9 and 11.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gatelet.aws.quotas import INTEGRATION_TIMEOUT_MAX_MS
from gatelet.aws.scope import Scope
from gatelet.gateway.compile_mapping import compile_request, compile_responses
from gatelet.gateway.endpoint_uri import EndpointUri
from gatelet.gateway.integration_uri import InvalidUri, fill_stage_variables, parse_function_uri
from gatelet.gateway.jsonpath import PathSyntaxError
from gatelet.gateway.mapping.errors import InvalidExpression
from gatelet.gateway.method import (
    AwsService,
    HttpCustom,
    HttpProxy,
    Integration,
    LambdaCustom,
    LambdaProxy,
    LambdaStream,
    Misconfiguration,
    Mock,
)
from gatelet.gateway.ports import FunctionTarget
from gatelet.gateway.refusals import refuse_integration
from gatelet.gateway.service_uri import ServiceUri
from gatelet.http.client.errors import InvalidTarget


def compile_integration(method: Mapping[str, Any], scope: Scope, variables: Mapping[str, str]) -> Integration:
    """The integration of a stored Method that has one. Raises the errors of a document that is damaged."""
    shape = method["methodIntegration"]
    reason = refuse_integration(shape)
    if reason is not None:
        return Misconfiguration(reason)
    try:
        return _compile(method, shape, scope, variables)
    except (InvalidUri, InvalidExpression) as invalid:
        return Misconfiguration(str(invalid))
    except InvalidTarget as invalid:
        return Misconfiguration(f"Invalid endpoint address: {invalid}")
    except PathSyntaxError as invalid:
        return Misconfiguration(f"Invalid selection pattern: {invalid}")


def _compile(
    method: Mapping[str, Any], shape: Mapping[str, Any], scope: Scope, variables: Mapping[str, str]
) -> Integration:
    match shape["type"]:
        case "AWS_PROXY":
            kind = LambdaStream if shape.get("responseTransferMode") == "STREAM" else LambdaProxy
            return kind(_function(shape, scope, variables), timeout_of(shape), shape.get("credentials") or None)
        case "AWS":
            return _service(method, shape, scope, variables)
        case "HTTP":
            return HttpCustom(
                _verb(shape),
                _endpoint(shape, variables),
                timeout_of(shape),
                compile_request(shape),
                compile_responses(method),
            )
        case "HTTP_PROXY":
            request = dataclasses.replace(compile_request(shape), templates={}, passthrough="WHEN_NO_MATCH")
            streamed = shape.get("responseTransferMode") == "STREAM"
            return HttpProxy(_verb(shape), _endpoint(shape, variables), timeout_of(shape), request, streamed)
        case "MOCK":
            return Mock(compile_request(shape), compile_responses(method))
        case kind:
            return Misconfiguration(f"Gatelet does not support integrations of type {kind} yet")


def _service(
    method: Mapping[str, Any], shape: Mapping[str, Any], scope: Scope, variables: Mapping[str, str]
) -> Integration:
    """Lambda's Invoke without a role, which the function's own policy allows, or any service with one."""
    uri = ServiceUri.parse(fill_stage_variables(shape["uri"], variables))
    timeout, request, responses = timeout_of(shape), compile_request(shape), compile_responses(method)
    role = shape.get("credentials")
    if role:
        return AwsService(_verb(shape), uri, role, timeout, request, responses)
    if uri.invokes_function:
        return LambdaCustom(_function(shape, scope, variables), timeout, request, responses)
    return Misconfiguration("Role ARN must be specified for AWS integrations")


def _function(shape: Mapping[str, Any], scope: Scope, variables: Mapping[str, str]) -> FunctionTarget:
    return parse_function_uri(fill_stage_variables(shape["uri"], variables), scope)


def _endpoint(shape: Mapping[str, Any], variables: Mapping[str, str]) -> EndpointUri:
    verified = not (shape.get("tlsConfig") or {}).get("insecureSkipVerification")
    return EndpointUri.parse(fill_stage_variables(shape["uri"], variables), verified=verified)


def _verb(shape: Mapping[str, Any]) -> str | None:
    """``ANY`` is the client's own (data-plane 9.2)."""
    verb: str = shape["httpMethod"]
    return None if verb == "ANY" else verb


def timeout_of(shape: Mapping[str, Any]) -> float:
    """Seconds."""
    milliseconds: int = shape.get("timeoutInMillis", INTEGRATION_TIMEOUT_MAX_MS)
    return milliseconds / 1000
