"""Pages of a list: ``Marker``, ``MaxItems``, ``IsTruncated``. Reference: identity section 3."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError


def page(items: Sequence[Any], request: Mapping[str, Any], member: str) -> dict[str, Any]:
    """One page of the items under their member's name. Raises AwsError for a marker that is not ours."""
    start = _start(request.get("Marker"))
    end = start + (request.get("MaxItems") or quotas.IAM_PAGE_ITEMS)
    answer: dict[str, Any] = {member: list(items[start:end]), "IsTruncated": end < len(items)}
    if end < len(items):
        answer["Marker"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return answer


def _start(marker: str | None) -> int:
    if marker is None:
        return 0
    try:
        text = base64.b64decode(marker, altchars=b"-_", validate=True).decode("ascii")
        if text.isdecimal() and len(text) < 10:
            return int(text)
    except (ValueError, binascii.Error):
        pass
    raise AwsError("ValidationException", "Invalid Marker.", status=400)
