"""Renders a mapping template for one request, on the event loop only as long as that takes a moment.

Reference: apigateway-mapping-templates sections 1 to 5.
"""

from __future__ import annotations

from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.mapping.plan import BodyTemplate
from gatelet.gateway.off_loop import LARGE_BYTES, Effort
from gatelet.gateway.template_objects import UTIL, ContextView, Input
from gatelet.gateway.vtl import TemplateError


async def render(mapped: BodyTemplate, body: str, exchange: Exchange, *, what: str) -> str:
    """The template's output for a body. ``what``: ``request`` or ``response``, for the execution log.

    Raises ApiConfigurationError, with the place in the template.
    """
    template = mapped.template
    if template is None:
        raise _failed(what, mapped.fault)
    trace = exchange.trace
    earlier = trace.overridden

    def work(effort: Effort) -> str:
        trace.begin_template(earlier)
        variables = {
            "input": Input(body, exchange.parameters, effort),
            "context": ContextView(trace),
            "stageVariables": dict(exchange.snapshot.variables),
            "util": UTIL,
        }
        return template.render(variables, effort.limits)

    try:
        return await exchange.ports.off_loop.run(work, large=len(body) > LARGE_BYTES)
    except TemplateError as error:
        raise _failed(what, str(error)) from error


def _failed(what: str, problem: str) -> ApiConfigurationError:
    return ApiConfigurationError(f"Unable to transform {what}: {problem}")
