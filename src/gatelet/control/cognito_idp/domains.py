"""Domain: create, describe, delete. Gatelet serves a domain below ``/_gatelet/auth/{domain}`` of the edge port and
by the host names that AWS gives it. Reference: identity section 4.4."""

from __future__ import annotations

from gatelet.aws.errors import NotSupported
from gatelet.control.cognito_idp.documents import read_pool
from gatelet.control.cognito_idp.errors import InvalidParameter
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import DOMAINS
from gatelet.storage.ports import Delete, Put, RevisionConflict


@operation("cognito-idp", "CreateUserPoolDomain")
async def create_user_pool_domain(call: Call, request: Request) -> Response:
    """The prefix of the sign-in pages."""
    if request.get("CustomDomainConfig"):
        raise NotSupported("custom domains of user pools (CustomDomainConfig)")
    if request.get("ManagedLoginVersion", 1) != 1:
        raise NotSupported("managed login branding (ManagedLoginVersion 2)")
    pool = await read_pool(call, request["UserPoolId"])
    domain = request["Domain"]
    if "." in domain:
        raise NotSupported("custom domains of user pools")
    if await call.ports.records.list(DOMAINS, pool.id, limit=1):
        raise InvalidParameter("Domain already associated with user pool.")
    try:
        await call.ports.records.write(Put(DOMAINS.key(domain), {"pool_id": pool.id}, pool.id, expected=0))
    except RevisionConflict:
        raise InvalidParameter(f"Domain already associated with another user pool: {domain}") from None
    return {}


@operation("cognito-idp", "DescribeUserPoolDomain")
async def describe_user_pool_domain(call: Call, request: Request) -> Response:
    """A domain; one that does not exist is an empty description, as on AWS."""
    record = await call.ports.records.get(DOMAINS.key(request["Domain"]))
    if record is None:
        return {"DomainDescription": {}}
    pool = await read_pool(call, record.value["pool_id"])
    return {
        "DomainDescription": {
            "UserPoolId": pool.id,
            "AWSAccountId": call.scope.account,
            "Domain": request["Domain"],
            "Status": "ACTIVE",
            "CustomDomainConfig": {},
            "ManagedLoginVersion": 1,
        }
    }


@operation("cognito-idp", "DeleteUserPoolDomain")
async def delete_user_pool_domain(call: Call, request: Request) -> Response:
    """Delete the pool's domain."""
    pool = await read_pool(call, request["UserPoolId"])
    record = await call.ports.records.get(DOMAINS.key(request["Domain"]))
    if record is None or record.value["pool_id"] != pool.id:
        raise InvalidParameter(f"No such domain or user pool exists: {request['Domain']}")
    await call.ports.records.write(Delete(record.key, expected=record.revision))
    return {}
