"""Tags of user pools, as pure rules. Reference: AWS General Reference, "Tag naming limits and requirements"."""

from __future__ import annotations

from collections.abc import Mapping

from gatelet.aws import quotas
from gatelet.control.cognito_idp.errors import InvalidParameter


def checked_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """Raises InvalidParameter."""
    for key, value in (tags or {}).items():
        if not 1 <= len(key) <= quotas.TAG_KEY_CHARACTERS or len(value) > quotas.TAG_VALUE_CHARACTERS:
            raise InvalidParameter("Tag keys have 1 to 128 characters, tag values at most 256.")
        if key.lower().startswith("aws:"):
            raise InvalidParameter("Tag keys that start with aws: are reserved for AWS.")
    if len(tags or {}) > quotas.TAGS_PER_RESOURCE:
        raise InvalidParameter(f"A user pool has at most {quotas.TAGS_PER_RESOURCE} tags.")
    return dict(tags or {})
