"""Authorizer: create, get, list, update, delete, and what forgets their kept answers.

Reference: apigateway-control-plane section 7.
"""

from __future__ import annotations

from gatelet.aws import quotas
from gatelet.control.apigateway.authorizer_rules import (
    TABLE,
    Authorizer,
    check_authorizer,
    new_authorizer,
    no_such_authorizer,
)
from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import BadRequest, Conflict, LimitExceeded, concurrent_modification
from gatelet.control.apigateway.method_rules import every_method
from gatelet.control.apigateway.paging import page
from gatelet.control.apigateway.stages import find_stage
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.authorizers.key_sets import KeysUnreachable
from gatelet.gateway.document import ApiDocument


def find_authorizer(api: ApiDocument, authorizer_id: str) -> Authorizer:
    """Raises NotFound."""
    authorizer = api.get("authorizers", {}).get(authorizer_id)
    if authorizer is None:
        raise no_such_authorizer()
    return authorizer


def _check_name(api: ApiDocument, authorizer: Authorizer) -> None:
    for other in api.get("authorizers", {}).values():
        if other["name"] == authorizer["name"] and other["id"] != authorizer["id"]:
            raise BadRequest(
                f"Authorizer name must be unique. Authorizer {authorizer['name']} already exists in this RestApi."
            )


async def _jwks_uri(call: Call, issuer: str) -> str:
    """Where the issuer's discovery document says that its keys are. Raises BadRequest."""
    try:
        return await call.ports.gateway.discover(issuer)
    except KeysUnreachable as error:
        raise BadRequest(f"The OpenID Connect discovery document of {issuer} cannot be read: {error}") from error


@operation("apigateway", "CreateAuthorizer")
async def create_authorizer(call: Call, request: Request) -> Response:
    """An authorizer; an unknown API is a Conflict here (section 1.1)."""
    authorizer = new_authorizer(call.ports.ids.lower_alnum(6), request)
    for issuer in authorizer.get("jwtConfiguration", {}).get("issuers", ()):
        issuer["jwksUri"] = await _jwks_uri(call, issuer["issuer"])
    async with edit_api(call, request["restApiId"], concurrent_modification()) as edit:
        authorizers = edit.api.setdefault("authorizers", {})
        if len(authorizers) >= quotas.AUTHORIZERS_PER_API:
            raise LimitExceeded("Maximum number of Authorizers for this API has been reached.")
        _check_name(edit.api, authorizer)
        authorizers[authorizer["id"]] = authorizer
    return authorizer


@operation("apigateway", "GetAuthorizer")
async def get_authorizer(call: Call, request: Request) -> Response:
    """One authorizer."""
    return find_authorizer(await read_api(call, request["restApiId"], no_such_authorizer()), request["authorizerId"])


@operation("apigateway", "GetAuthorizers")
async def get_authorizers(call: Call, request: Request) -> Response:
    """The authorizers of an API, ordered by id, a page at a time."""
    authorizers = (await read_api(call, request["restApiId"])).get("authorizers", {})
    rows = [authorizers[key] for key in sorted(authorizers)]
    return page(rows, request, lambda authorizer: str(authorizer["id"]), lambda authorizer: authorizer)


@operation("apigateway", "UpdateAuthorizer")
async def update_authorizer(call: Call, request: Request) -> Response:
    """PATCH an authorizer; served from the next deployment on."""
    async with edit_api(call, request["restApiId"], no_such_authorizer()) as edit:
        authorizer = find_authorizer(edit.api, request["authorizerId"])
        TABLE.apply(authorizer, request.get("patchOperations"))
        check_authorizer(authorizer)
        _check_name(edit.api, authorizer)
    return authorizer


@operation("apigateway", "DeleteAuthorizer")
async def delete_authorizer(call: Call, request: Request) -> Response:
    """Delete an authorizer that no method has."""
    async with edit_api(call, request["restApiId"], no_such_authorizer()) as edit:
        authorizer = find_authorizer(edit.api, request["authorizerId"])
        for resource, verb, method in every_method(edit.api):
            if method.get("authorizerId") == authorizer["id"]:
                raise Conflict(
                    f"Cannot delete authorizer '{authorizer['name']}', is referenced in method: "
                    f"{verb}/{resource['path']}"
                )
        del edit.api.get("authorizers", {})[authorizer["id"]]
    return {}


@operation("apigateway", "FlushStageAuthorizersCache")
async def flush_stage_authorizers_cache(call: Call, request: Request) -> Response:
    """Forget every kept answer of the stage's authorizers."""
    await find_stage(call, request["restApiId"], request["stageName"])
    call.ports.gateway.flush_authorizers(request["restApiId"], request["stageName"])
    return {}
