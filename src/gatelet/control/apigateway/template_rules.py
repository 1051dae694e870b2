"""Templates, selection patterns and contentHandling of integrations and their responses, as pure rules.

A template that does not parse is accepted, as on AWS, and fails when it is rendered (apigateway-mapping-templates
section 1). Reference: apigateway-control-plane sections 5.4, 5.5 and 12.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.apigateway.expressions import check_content_types
from gatelet.gateway.compile_mapping import compile_pattern
from gatelet.gateway.jsonpath import PathSyntaxError

CONTENT_HANDLING = ("CONVERT_TO_BINARY", "CONVERT_TO_TEXT")


def check_templates(templates: Mapping[str, str | None]) -> None:
    """Content types and sizes of a map of templates. Raises BadRequest."""
    check_content_types(templates)
    for content_type, text in templates.items():
        if text and len(text.encode("utf-8", "replace")) > quotas.MAPPING_TEMPLATE_BYTES:
            raise BadRequest(
                f"Mapping template for {content_type} exceeds maximum size of {quotas.MAPPING_TEMPLATE_BYTES} bytes"
            )


def check_content_handling(value: str | None) -> None:
    """Raises BadRequest; none is fine."""
    if value and value not in CONTENT_HANDLING:
        raise BadRequest(f"Invalid ContentHandling specified. Valid options are {','.join(CONTENT_HANDLING)}")


def check_selection_pattern(pattern: str | None) -> None:
    """A regular expression in Java's syntax.

    Raises BadRequest for what is none; NotSupported for look-around and back-references, which the data plane's
    engine, that never backtracks, does not have.
    """
    try:
        compile_pattern(pattern)
    except PathSyntaxError as error:
        problem = f"Invalid selection pattern specified: {pattern}"
        try:
            re.compile(pattern or "")
        except (re.error, RecursionError, OverflowError):
            raise BadRequest(problem) from None
        raise NotSupported(f"the selection pattern {pattern} ({error})") from None
