"""The cache of a stage, as pure rules. It is there at once, where AWS takes some minutes (CREATE_IN_PROGRESS).

Reference: apigateway-authorization-limits section 10.
"""

from __future__ import annotations

from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.apigateway.stage_rules import Stage
from gatelet.gateway.caching import DEFAULT_SIZE, SIZES


def settle_cache(stage: Stage) -> None:
    """Give the stage's cache its status, and a size if it has none. Raises BadRequest."""
    size = stage.get("cacheClusterSize")
    if size is not None and size not in SIZES:
        raise BadRequest(f"Invalid cache cluster size specified: {size}. Valid sizes are {', '.join(SIZES)}")
    if stage.get("cacheClusterEnabled"):
        stage.setdefault("cacheClusterSize", DEFAULT_SIZE)
        stage["cacheClusterStatus"] = "AVAILABLE"
    else:
        stage["cacheClusterStatus"] = "NOT_AVAILABLE"


def cache_of(stage: Stage) -> tuple[bool, str | None]:
    """What makes it another cache when it changes: its data is dropped then."""
    return bool(stage.get("cacheClusterEnabled")), stage.get("cacheClusterSize")
