"""The tags of user pools, by ARN."""

from __future__ import annotations

from gatelet.control.cognito_idp.documents import edit_pool, read_pool
from gatelet.control.cognito_idp.errors import ResourceNotFound
from gatelet.control.cognito_idp.tagging import checked_tags
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import pool_arn


@operation("cognito-idp", "TagResource")
async def tag_resource(call: Call, request: Request) -> Response:
    """Add tags, or change their values."""
    async with edit_pool(call, _pool_id(call, request["ResourceArn"])) as pool:
        pool.document["tags"] = checked_tags({**pool.document["tags"], **request["Tags"]})
    return {}


@operation("cognito-idp", "UntagResource")
async def untag_resource(call: Call, request: Request) -> Response:
    """Remove tags."""
    async with edit_pool(call, _pool_id(call, request["ResourceArn"])) as pool:
        for key in request["TagKeys"]:
            pool.document["tags"].pop(key, None)
    return {}


@operation("cognito-idp", "ListTagsForResource")
async def list_tags_for_resource(call: Call, request: Request) -> Response:
    """The tags of a pool."""
    pool = await read_pool(call, _pool_id(call, request["ResourceArn"]))
    return {"Tags": pool.document["tags"]}


def _pool_id(call: Call, arn: str) -> str:
    pool_id = arn.rpartition("/")[2]
    if arn != pool_arn(call.scope, pool_id):
        raise ResourceNotFound(f"Resource {arn} does not exist.")
    return pool_id
