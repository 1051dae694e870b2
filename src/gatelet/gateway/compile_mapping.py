"""Compiles an integration's mappings: templates, parameters, selection patterns. Pure.

A template that does not parse is AWS's to report when it is rendered (apigateway-mapping-templates section 1), so it
compiles to one that fails; a mapping expression or a pattern that makes no sense fails the method.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from gatelet.gateway.jsonpath.regex import Regex, compile_regex
from gatelet.gateway.mapping.parameters import Side, compile_rules
from gatelet.gateway.mapping.plan import BodyTemplate, RequestMapping, ResponseMapping, ResponseMappings
from gatelet.gateway.vtl import TemplateSyntaxError, compile_template

_OF_HEADERS = ("integration.response.header.", "integration.response.multivalueheader.")
_SHORT = 4_096
_known = lru_cache(maxsize=64)(compile_template)
"""Methods share templates, and most changes of an API leave most of them as they were. At most some 30 MiB."""


def compile_request(integration: Mapping[str, Any]) -> RequestMapping:
    """How requests are mapped. Raises gatelet.gateway.mapping.errors.InvalidExpression."""
    return RequestMapping(
        templates=compile_templates(integration.get("requestTemplates")),
        passthrough=integration.get("passthroughBehavior") or "WHEN_NO_MATCH",
        content_handling=integration.get("contentHandling"),
        parameters=compile_rules(integration.get("requestParameters") or {}, Side.REQUEST),
    )


def compile_responses(method: Mapping[str, Any]) -> ResponseMappings:
    """How responses are mapped, by status. Raises InvalidExpression, PathSyntaxError (a selection pattern)."""
    declared = method.get("methodResponses") or {}
    shapes = method["methodIntegration"].get("integrationResponses") or {}
    by_status = tuple(
        ResponseMapping(
            status=int(status),
            pattern=compile_pattern(shape.get("selectionPattern")),
            templates=compile_templates(shape.get("responseTemplates")),
            content_handling=shape.get("contentHandling"),
            parameters=compile_rules(shape.get("responseParameters") or {}, Side.RESPONSE),
            declared=status in declared,
        )
        for status, shape in sorted(shapes.items())
    )
    return ResponseMappings(
        by_status,
        default=next((response for response in by_status if response.pattern is None), None),
        read_headers=any(rule.source.startswith(_OF_HEADERS) for response in by_status for rule in response.parameters),
    )


def compile_pattern(expression: str | None) -> Regex | None:
    """A selection pattern; None for the default response. Raises PathSyntaxError."""
    return compile_regex(expression, "", 0) if expression else None


def compile_templates(templates: Mapping[str, str | None] | None) -> dict[str, BodyTemplate]:
    """The templates by media type in lower case, in their order."""
    return {content_type.lower(): _template(content_type, text) for content_type, text in (templates or {}).items()}


def _template(content_type: str, text: str | None) -> BodyTemplate:
    if not text:
        return BodyTemplate(content_type, None)
    try:
        return BodyTemplate(content_type, _known(text) if len(text) <= _SHORT else compile_template(text))
    except TemplateSyntaxError as error:
        return BodyTemplate(content_type, None, str(error))
