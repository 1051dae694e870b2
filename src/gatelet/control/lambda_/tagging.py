"""The rules of tags. Reference: lambda-control-plane section 13."""

from __future__ import annotations

from collections.abc import Mapping

from gatelet.aws import quotas
from gatelet.control.lambda_.errors import InvalidParameterValue


def check_tags(tags: Mapping[str, str]) -> None:
    """All the tags that a function is to have. Raises InvalidParameterValue."""
    if len(tags) > quotas.TAGS_PER_RESOURCE:
        raise InvalidParameterValue("Number of tags exceeds resource tag limit.")
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            raise InvalidParameterValue("Tag keys that start with aws: are reserved for AWS.")
        if not 1 <= len(key) <= quotas.TAG_KEY_CHARACTERS or len(value) > quotas.TAG_VALUE_CHARACTERS:
            raise InvalidParameterValue(
                f"A tag key has 1 to {quotas.TAG_KEY_CHARACTERS} characters, "
                f"a tag value at most {quotas.TAG_VALUE_CHARACTERS}."
            )
