"""ListVersionsByFunction: ``$LATEST`` is the one version, since publishing is refused.

Reference: lambda-control-plane sections 4 and 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.control.lambda_.configuration import listed
from gatelet.control.lambda_.documents import named, read_function
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import ListVersionsByFunctionRequestTypeDef


@operation("lambda", "ListVersionsByFunction")
async def list_versions_by_function(call: Call, request: ListVersionsByFunctionRequestTypeDef) -> Response:
    """The versions of a function, under their qualified ARNs."""
    document = await read_function(call, named(call, request, "ListVersionsByFunction"))
    return {"Versions": [listed(document["configuration"], qualified=True)]}
