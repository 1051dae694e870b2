"""API Gateway's template language: Velocity, compiled to Python, within limits and a whitelist."""

from __future__ import annotations

from gatelet.gateway.vtl.errors import EvaluationFailed, LimitExceeded, Place, TemplateError, TemplateSyntaxError
from gatelet.gateway.vtl.host import HostObject
from gatelet.gateway.vtl.limits import Limits
from gatelet.gateway.vtl.template import Template, compile_template

__all__ = [
    "EvaluationFailed",
    "HostObject",
    "LimitExceeded",
    "Limits",
    "Place",
    "Template",
    "TemplateError",
    "TemplateSyntaxError",
    "compile_template",
]
