"""InitiateAuth (public) and AdminInitiateAuth: the first step of a sign-in."""

from __future__ import annotations

from gatelet.control.cognito_idp.documents import pool_and_client, public_client
from gatelet.control.cognito_idp.flows import SignIn, flow_of
from gatelet.control.operation import Call, Request, Response, operation


@operation("cognito-idp", "InitiateAuth")
async def initiate_auth(call: Call, request: Request) -> Response:
    """Tokens, or the first challenge."""
    pool, client = await public_client(call, request["ClientId"])
    flow = flow_of(client, request["AuthFlow"], admin=False)
    metadata = request.get("ClientMetadata") or {}
    return await flow(SignIn(call, pool, client, request.get("AuthParameters") or {}, metadata))


@operation("cognito-idp", "AdminInitiateAuth")
async def admin_initiate_auth(call: Call, request: Request) -> Response:
    """The same for a trusted server, which may send the password as it is."""
    pool, client = await pool_and_client(call, request["UserPoolId"], request["ClientId"])
    flow = flow_of(client, request["AuthFlow"], admin=True)
    metadata = request.get("ClientMetadata") or {}
    return await flow(SignIn(call, pool, client, request.get("AuthParameters") or {}, metadata))
