"""The rules of tags. Reference: apigateway-control-plane sections 9 and 12."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gatelet.aws import quotas
from gatelet.control.apigateway.errors import BadRequest

CUSTOM_ID = "_custom_id_"
"""The tag that pins the id of a new REST API, API key or usage plan (Gatelet's own; AWS knows no such thing)."""

_CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RESERVED = "aws:"


def check_tags(tags: Mapping[str, str | None]) -> None:
    """Raises BadRequest for a reserved or empty key, a missing value, or too many tags."""
    for key, value in tags.items():
        if not key:
            raise BadRequest("Invalid tag key. Tag keys must be non-empty")
        if key.lower().startswith(_RESERVED):
            raise BadRequest("Invalid tag key. Tag keys cannot begin with 'aws:'")
        if value is None:
            raise BadRequest(f"Invalid tag value. The tag {key} has no value")
    if len(tags) > quotas.TAGS_PER_RESOURCE:
        raise BadRequest(f"A resource can have at most {quotas.TAGS_PER_RESOURCE} tags")


def custom_id(tags: Mapping[str, str] | None) -> str | None:
    """The id that the tags pin, or None. Raises BadRequest when it could not stand in a URL."""
    pinned = (tags or {}).get(CUSTOM_ID)
    if pinned is not None and not _CUSTOM_ID.fullmatch(pinned):
        raise BadRequest(f"Invalid {CUSTOM_ID}: use 1 to 64 characters of A-Z, a-z, 0-9, _ and -")
    return pinned
