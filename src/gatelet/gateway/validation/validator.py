"""What a method's request validator checks, compiled: parameters first, then the body.

Reference: apigateway-data-plane section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gatelet.gateway.validation.model import BodyModel, compile_model
from gatelet.gateway.validation.parameters import Required, required_parameters

DEFAULT_MODEL: Final = "$default"
"""The key of the model that stands for every content type."""


@dataclass(frozen=True, slots=True)
class RequestValidator:
    """A method's validator; empty parts check nothing."""

    required: Required = ()
    models: Mapping[str, BodyModel] = field(default_factory=dict)
    """By media type in lower case; ``$default`` stands for the others."""

    def model_for(self, content_type: str | None) -> tuple[str, BodyModel | None]:
        """The media type of a body, and the model for it; None: any body passes."""
        media_type = content_type.partition(";")[0].strip().lower() if content_type else "application/json"
        return media_type, self.models.get(media_type) or self.models.get(DEFAULT_MODEL)


def compile_validator(
    method: Mapping[str, Any],
    validators: Mapping[str, Mapping[str, Any]],
    models: Mapping[str, Mapping[str, Any]],
    api_id: str,
) -> RequestValidator | None:
    """The validator of a Method shape; None where nothing is checked. Raises InvalidModel."""
    settings = validators.get(method.get("requestValidatorId") or "") or {}
    required: Required = ()
    if settings.get("validateRequestParameters"):
        required = required_parameters(method.get("requestParameters") or {})
    compiled: dict[str, BodyModel] = {}
    if settings.get("validateRequestBody"):
        for content_type, name in (method.get("requestModels") or {}).items():
            compiled[content_type.lower()] = compile_model(models, api_id, name)
    return RequestValidator(required, compiled) if required or compiled else None
