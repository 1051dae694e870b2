"""Where a policy is attached."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """Where a policy is attached, which decides what its statements hold."""

    IDENTITY = "identity"
    """To a user, group or role: no Principal."""
    RESOURCE = "resource"
    """To a resource: a Principal and a Resource."""
    TRUST = "trust"
    """To a role, about who may assume it: a Principal and no Resource."""
