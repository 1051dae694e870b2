"""TagResource, UntagResource, ListTagsOfResource. Reference: API Reference; AWS General Reference (tags)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.dynamodb.naming import tagged_table
from gatelet.control.dynamodb.redefining import redefine
from gatelet.control.operation import Call, Response, operation
from gatelet.tables.errors import ValidationFailure

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import (
        ListTagsOfResourceInputTypeDef,
        TagResourceInputTypeDef,
        UntagResourceInputTypeDef,
    )


def checked_tags(held: Mapping[str, str], more: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The tags with more of them. Raises ValidationFailure."""
    given = list(more)
    keys = [tag["Key"] for tag in given]
    if len(set(keys)) < len(keys):
        raise ValidationFailure("Duplicate tag keys are not allowed")
    if reserved := next((key for key in keys if key.lower().startswith("aws:")), None):
        raise ValidationFailure(f"Tag keys starting with aws: are reserved for system use: {reserved}")
    tags = {**held, **{tag["Key"]: tag["Value"] for tag in given}}
    if len(tags) > quotas.TABLE_TAGS:
        raise ValidationFailure("The number of tags exceeds the limit of 50 per resource")
    return tags


@operation("dynamodb", "TagResource")
async def tag_resource(call: Call, request: TagResourceInputTypeDef) -> Response:
    """Add tags, or give them other values."""
    table = tagged_table(call, request["ResourceArn"])
    await redefine(call, table, lambda document: _tagged(document, request["Tags"]))
    return {}


def _tagged(document: dict[str, Any], tags: Iterable[Mapping[str, Any]]) -> None:
    document["Tags"] = checked_tags(document["Tags"], tags)


@operation("dynamodb", "UntagResource")
async def untag_resource(call: Call, request: UntagResourceInputTypeDef) -> Response:
    """Remove tags; those that are not there are fine."""
    table = tagged_table(call, request["ResourceArn"])

    def untag(document: dict[str, Any]) -> None:
        document["Tags"] = {key: value for key, value in document["Tags"].items() if key not in request["TagKeys"]}

    await redefine(call, table, untag)
    return {}


@operation("dynamodb", "ListTagsOfResource")
async def list_tags_of_resource(call: Call, request: ListTagsOfResourceInputTypeDef) -> Response:
    """The tags of a table, all on one page."""
    tags = tagged_table(call, request["ResourceArn"]).document["Tags"]
    return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}
