"""Names and values of parameter maps: what they may look like.

Only the form is judged here, a body's JSONPath included; what an expression yields is the data plane's affair.
Reference: apigateway-control-plane sections 5.2 to 5.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gatelet.control.apigateway.errors import BadRequest
from gatelet.gateway.mapping.errors import InvalidExpression
from gatelet.gateway.mapping.parameters import Side, compile_source

_NAME = r"[A-Za-z0-9!#$%&'*+\-.^_`|~\[\]:]+"
_METHOD_REQUEST = re.compile(rf"method\.request\.(?:header|querystring|path)\.({_NAME})")
_METHOD_RESPONSE = re.compile(rf"method\.response\.header\.{_NAME}")
_GATEWAY_RESPONSE = re.compile(rf"gatewayresponse\.header\.{_NAME}")
_INTEGRATION_REQUEST = re.compile(rf"integration\.request\.(?:header|querystring|path)\.{_NAME}")
_STATIC = r"'.*'"
_OF_CONTEXT = r"context\.[A-Za-z0-9_.\-]+|stageVariables\.\w+"
_OF_METHOD_REQUEST = re.compile(
    rf"{_STATIC}|{_OF_CONTEXT}|method\.request\.(?:multivalue)?(?:header|querystring)\.{_NAME}"
    rf"|method\.request\.path\.{_NAME}|method\.request\.body(?:\..+|\[.+)?",
    re.DOTALL,
)
_OF_FAILED_REQUEST = re.compile(rf"{_STATIC}|{_OF_CONTEXT}|{_METHOD_REQUEST.pattern}", re.DOTALL)
_OF_INTEGRATION_RESPONSE = re.compile(
    rf"{_STATIC}|{_OF_CONTEXT}|integration\.response\.(?:multivalue)?header\.{_NAME}"
    r"|integration\.response\.body(?:\..+|\[.+)?",
    re.DOTALL,
)
_CONTENT_TYPE = re.compile(r"\$default|[A-Za-z0-9!#$&^_.+*-]+/[A-Za-z0-9!#$&^_.+*-]+(?:\s*;.*)?")


def invalid_mapping(problem: str) -> BadRequest:
    """A mapping expression that AWS's validator rejects."""
    return BadRequest(f"Invalid mapping expression specified: Validation Result: warnings : [], errors : [{problem}]")


def invalid_expression(text: object) -> BadRequest:
    """The text has not the form of an expression."""
    return invalid_mapping(f"Invalid mapping expression specified: {text}")


def undeclared_parameter(expression: str) -> BadRequest:
    """The expression names a parameter that the method does not declare."""
    return invalid_mapping(f"Invalid mapping expression parameter specified: {expression}")


def check_request_parameters(parameters: Mapping[str, object]) -> None:
    """``method.request.{header|querystring|path}.{name}``, each name once. Raises BadRequest."""
    names: set[str] = set()
    for expression in parameters:
        match = _METHOD_REQUEST.fullmatch(expression)
        if match is None:
            raise invalid_expression(expression)
        if match[1] in names:
            raise BadRequest("Parameter names must be unique across querystring, header and path")
        names.add(match[1])


def check_response_parameters(parameters: Iterable[str]) -> None:
    """``method.response.header.{name}``. Raises BadRequest."""
    for expression in parameters:
        if not _METHOD_RESPONSE.fullmatch(expression):
            raise invalid_expression(expression)


def check_gateway_response_parameters(parameters: Mapping[str, str]) -> None:
    """``gatewayresponse.header.{name}`` from a static value, the context or a parameter of the request.

    A failed request has no body to map from (data plane section 4). Raises BadRequest.
    """
    for expression, source in parameters.items():
        if not _GATEWAY_RESPONSE.fullmatch(expression):
            raise invalid_expression(expression)
        if not _OF_FAILED_REQUEST.fullmatch(str(source)):
            raise invalid_expression(source)


def _check_source(source: str, form: re.Pattern[str], side: Side) -> None:
    """Raises BadRequest unless it has the form, and can be compiled as the data plane will."""
    if not form.fullmatch(source):
        raise invalid_expression(source)
    try:
        compile_source(source, side)
    except InvalidExpression:
        raise invalid_expression(source) from None


def check_integration_parameters(parameters: Mapping[str, str], declared: Iterable[str]) -> None:
    """``integration.request...`` from what the method declares, the context or a static value. Raises BadRequest."""
    known = set(declared)
    for expression, source in parameters.items():
        if not _INTEGRATION_REQUEST.fullmatch(expression):
            raise invalid_expression(expression)
        _check_source(str(source), _OF_METHOD_REQUEST, Side.REQUEST)
        plain = str(source).replace(".multivalue", ".")
        if _METHOD_REQUEST.fullmatch(plain) and plain not in known:
            raise undeclared_parameter(source)


def check_response_mapping(parameters: Mapping[str, str], declared: Iterable[str]) -> None:
    """``method.response.header...`` (declared) from the integration's response. Raises BadRequest."""
    known = set(declared)
    for expression, source in parameters.items():
        check_response_parameters((expression,))
        _check_source(str(source), _OF_INTEGRATION_RESPONSE, Side.RESPONSE)
        if expression not in known:
            raise undeclared_parameter(expression)


def check_content_types(templates: Iterable[str]) -> None:
    """The keys of a map of templates. Raises BadRequest."""
    for content_type in templates:
        if not _CONTENT_TYPE.fullmatch(content_type):
            raise BadRequest(
                f"Validation Result: warnings : [], errors : [Invalid content type specified: {content_type}]"
            )
