"""What an integration's mappings compile to: the plan that maps one request after another. Never changed.

Reference: apigateway-data-plane sections 9.4, 9.5, 10 and 11; apigateway-mapping-templates section 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatelet.gateway.jsonpath.regex import Regex
from gatelet.gateway.mapping.parameters import Rule
from gatelet.gateway.vtl import Template

CATCH_ALL = "$default"
"""The key of a template for every content type without one of its own (?)."""

TO_TEXT = "CONVERT_TO_TEXT"
TO_BINARY = "CONVERT_TO_BINARY"


@dataclass(frozen=True, slots=True)
class BodyTemplate:
    """The template of one content type. Without ``template`` and ``fault`` the body passes as it is."""

    content_type: str
    template: Template | None
    fault: str = ""
    """Why the text does not compile: rendering it fails, as it does on AWS (mapping-templates section 1)."""

    @property
    def passes(self) -> bool:
        """Whether the body passes: the stored template is empty."""
        return self.template is None and not self.fault


@dataclass(frozen=True, slots=True)
class RequestMapping:
    """What an integration makes of a request."""

    templates: Mapping[str, BodyTemplate]
    """By media type, in lower case; keys with parameters are kept and never match."""
    passthrough: str
    """``WHEN_NO_MATCH``, ``WHEN_NO_TEMPLATES`` or ``NEVER``."""
    content_handling: str | None
    parameters: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class ResponseMapping:
    """One integration response."""

    status: int
    pattern: Regex | None
    """None: the default."""
    templates: Mapping[str, BodyTemplate]
    """By media type, in the stored order."""
    content_handling: str | None
    parameters: tuple[Rule, ...]
    declared: bool
    """Whether the method has a response of this status; without one the request fails."""


@dataclass(frozen=True, slots=True)
class ResponseMappings:
    """The integration responses of a method."""

    by_status: tuple[ResponseMapping, ...]
    default: ResponseMapping | None
    """The first without a pattern."""
    read_headers: bool
    """Whether a parameter of any of them is mapped from a header of the integration's."""
