"""TestInvokeAuthorizer: ask an authorizer as it is stored. Reference: apigateway-control-plane section 11."""

from __future__ import annotations

import re
from typing import Final

from gatelet.control.apigateway.authorizer_rules import no_such_authorizer
from gatelet.control.apigateway.authorizers import find_authorizer
from gatelet.control.apigateway.editing import read_api
from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.apigateway.rehearse import headers_of, target_of
from gatelet.control.apigateway.stage_rules import check_variables
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.service import AuthorizerTest

_VARIABLE: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_:-]+)*")
"""The name of a ``$context`` variable, as in an authorizer's identity sources."""


@operation("apigateway", "TestInvokeAuthorizer")
async def test_invoke_authorizer(call: Call, request: Request) -> Response:
    """Ask an authorizer; the log tells every step."""
    context = request.get("additionalContext") or {}
    if not all(_VARIABLE.fullmatch(name) for name in context):
        raise BadRequest("Invalid request input")
    variables = request.get("stageVariables") or {}
    check_variables(variables)
    api = await read_api(call, request["restApiId"], no_such_authorizer())
    authorizer = find_authorizer(api, request["authorizerId"])
    path, query = target_of(request.get("pathWithQueryString") or "")
    tested = await call.ports.gateway.test_authorizer(
        call.scope,
        api,
        AuthorizerTest(
            authorizer_id=authorizer["id"],
            path=path or "/",
            query=query,
            headers=tuple(headers_of(request)),
            body=(request.get("body") or "").encode(),
            variables=variables,
            context=context,
        ),
    )
    return {
        "clientStatus": tested.status,
        "log": tested.log,
        "latency": tested.milliseconds,
        "principalId": tested.principal_id,
        "policy": tested.policy,
        "authorization": tested.authorization,
        "claims": tested.claims,
    }
