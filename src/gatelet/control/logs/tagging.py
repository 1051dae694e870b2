"""What tags may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.logs.errors import InvalidParameter


def check_keys(keys: Iterable[str]) -> None:
    """AWS's own keys are not for its users. Raises InvalidParameter."""
    if any(key.lower().startswith("aws:") for key in keys):
        raise InvalidParameter("aws: prefixed tag key names are not allowed for external use.")


def merged(tags: Mapping[str, str], new: Mapping[str, str], resource: str) -> dict[str, str]:
    """The tags after TagResource. Raises InvalidParameter, AwsError (TooManyTagsException)."""
    check_keys(new)
    result = {**tags, **new}
    if len(result) > quotas.TAGS_PER_RESOURCE:
        raise AwsError(
            "TooManyTagsException",
            f"A resource can have at most {quotas.TAGS_PER_RESOURCE} tags.",
            members={"resourceName": resource},
        )
    return result


def without(tags: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    """The tags after UntagResource."""
    gone = set(keys)
    return {key: value for key, value in tags.items() if key not in gone}
