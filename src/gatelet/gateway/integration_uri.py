"""The URI of a Lambda integration: stage variables filled in, and the function that it names.

Reference: apigateway-control-plane section 5.4, apigateway-data-plane section 9.2, lambda-control-plane section 3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gatelet.aws.scope import Scope
from gatelet.gateway.ports import FunctionTarget

_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_URI = re.compile(
    r"arn:aws[a-z-]*:apigateway:(?P<region>[a-z0-9-]+):lambda:path/(?:2015-03-31|(?P<streaming>2021-11-15))/functions/"
    r"(?P<function>.+)/(?(streaming)response-streaming-invocations|invocations)"
)
_FUNCTION = re.compile(
    r"(?:(?:(?:(?:arn:aws[a-z-]*:lambda:)?(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?P<account>\d{12}):)?function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)


class InvalidUri(ValueError):
    """The URI names no function; the text says why."""


def fill_stage_variables(uri: str, variables: Mapping[str, str]) -> str:
    """The URI with every ``${stageVariables.x}`` replaced. Raises InvalidUri for one that the stage lacks."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in variables:
            raise InvalidUri(f"Invalid stage variable: {name} is not defined on the stage")
        return variables[name]

    filled = _STAGE_VARIABLE.sub(value, uri)
    if "${" in filled:
        raise InvalidUri("Invalid endpoint address")
    return filled


def parse_function_uri(uri: str, scope: Scope) -> FunctionTarget:
    """The function that a filled-in URI names; what its ARN leaves out is the API's own. Raises InvalidUri.

    Between ``functions/`` and ``/invocations`` stands an ARN, a partial ARN or a name, with or without a qualifier.
    """
    outer = _URI.fullmatch(uri)
    if outer is None:
        raise InvalidUri("Invalid endpoint address")
    inner = _FUNCTION.fullmatch(outer["function"])
    if inner is None:
        raise InvalidUri("Invalid function ARN in the integration's URI")
    return FunctionTarget(
        inner["account"] or scope.account, inner["region"] or outer["region"], inner["name"], inner["qualifier"]
    )
