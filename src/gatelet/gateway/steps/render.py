"""Renders a mapping template for one request.

Reference: apigateway-mapping-templates sections 1 to 5.
"""

from __future__ import annotations

from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.mapping.parameters import Body
from gatelet.gateway.mapping.plan import BodyTemplate
from gatelet.gateway.off_loop import Effort
from gatelet.gateway.overrides import Overrides
from gatelet.gateway.template_objects import UTIL, ContextView, Input
from gatelet.gateway.vtl import EvaluationFailed, TemplateError


def render(mapped: BodyTemplate, body: Body, exchange: Exchange, earlier: Overrides | None, effort: Effort) -> bytes:
    """The template's output for a body; ``earlier`` is what templates before it have set.

    Raises TemplateError, with the place in the template; LimitExceeded for what is too much for the effort.
    """
    template = mapped.template
    if template is None:
        raise EvaluationFailed(mapped.fault)
    variables: dict[str, object] = {"util": UTIL}
    mentions = template.mentions
    if "input" in mentions:
        variables["input"] = Input(body, exchange.parameters, effort)
    if "context" in mentions:
        exchange.trace.begin_template(earlier)
        variables["context"] = ContextView(exchange.trace)
    if "stageVariables" in mentions:
        variables["stageVariables"] = dict(exchange.snapshot.variables)
    return template.render(variables, effort.limits).encode("utf-8", "replace")


def failed(what: str, error: TemplateError) -> ApiConfigurationError:
    """Why a template is no body. ``what``: ``request`` or ``response``, for the execution log."""
    return ApiConfigurationError(f"Unable to transform {what}: {error}")
